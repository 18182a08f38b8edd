"""The headers that every answer carries, whoever made it."""

from collections.abc import Awaitable, Callable

from aiohttp import web

#: For whatever shows nothing: files, JSON, redirects.
NOTHING_POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

#: For files that came from strangers: should a browser show one, it runs nothing in our name.
FILE_POLICY = f"sandbox; {NOTHING_POLICY}"

#: For our own pages: our own style, script and pictures, and nothing inline.
PAGE_POLICY = f"{NOTHING_POLICY}; style-src 'self'; script-src 'self'; img-src 'self'"

#: For a page of ours with a form, which is sent to us alone.
FORM_POLICY = PAGE_POLICY.replace("form-action 'none'", "form-action 'self'")

DEFAULTS = {
    "Cache-Control": "private, no-store",
    "Content-Security-Policy": NOTHING_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
}

#: Instead of the names and versions of what we are built on.
SERVER = "slipway"

#: For a year, browsers that came by https come by nothing else.
ONLY_HTTPS = "max-age=31536000"

Signal = Callable[[web.Request, web.StreamResponse], Awaitable[None]]


def add_headers(*, secure: bool) -> Signal:
    """Return what completes the headers of each response; those that stand already stay."""
    defaults = {**DEFAULTS, "Strict-Transport-Security": ONLY_HTTPS} if secure else DEFAULTS

    async def on_prepare(_request: web.Request, response: web.StreamResponse) -> None:
        for name, value in defaults.items():
            response.headers.setdefault(name, value)
        response.headers["Server"] = SERVER

    return on_prepare
