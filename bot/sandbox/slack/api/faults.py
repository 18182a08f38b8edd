"""How Slack words what goes wrong on demand."""

from aiohttp import web

from bot.sandbox.faults import Fault, FaultKind


def refused(fault: Fault) -> web.Response:
    """Answer 429 for a limit, and `ok: false` for an error."""
    if fault.kind is not FaultKind.RATE_LIMITED:
        return web.json_response({"ok": False, "error": fault.name})
    headers = {"Retry-After": str(int(fault.seconds))}
    body = {"ok": False, "error": "ratelimited"}
    return web.json_response(body, status=fault.status, headers=headers)
