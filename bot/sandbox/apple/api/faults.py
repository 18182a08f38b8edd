"""How Apple words what goes wrong on demand."""

import uuid
from http import HTTPStatus

from aiohttp import web

from bot.sandbox.apple.errors import Conflict, TooMany
from bot.sandbox.faults import Fault, FaultKind


def refused(fault: Fault) -> web.Response:
    """Answer 429 for a limit, and an error object with its code, detail and status."""
    error_id = str(uuid.uuid4())
    if fault.kind is FaultKind.RATE_LIMITED:
        headers = {"Retry-After": str(int(fault.seconds))} if fault.seconds else {}
        said = TooMany("Try again later.").as_json(error_id)
        return web.json_response({"errors": [said]}, status=fault.status, headers=headers)
    status = HTTPStatus.CONFLICT if fault.status == HTTPStatus.OK else fault.status
    said = Conflict(fault.name, fault.detail or "It was so scripted.").as_json(error_id)
    return web.json_response({"errors": [said | {"status": str(int(status))}]}, status=status)
