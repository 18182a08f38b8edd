"""Letting the proxy in front send a package itself, and hearing from it how much it sent."""

import hmac
import logging
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from aiohttp import hdrs, web

from bot.web.kit.doors import Access, Door
from provisioning.installing.grants import OpenedGrant
from provisioning.installing.receipts import Receipts, Span
from storage.blobs.place import place
from storage.blobs.segments import VirtualFile
from storage.blobs.store import BlobStore
from storage.errors import NotFound

logger = logging.getLogger(__name__)

#: How the proxy says that it can: it sets this header on what it passes on to us.
OFFER = "X-Slipway-Sendfile"

#: Where, and what, the proxy reports when it is done.
REPORT = "/handed"
TICKET, SENT, STATUS, PART, WHOLE = (
    f"X-Slipway-{name}" for name in ("Ticket", "Sent", "Status", "Part", "Whole")
)

#: The address at which the proxy has the folder of blobs for itself.
INSIDE = "/slipway-blobs/"

#: For so many seconds a proxy may be at it.
LASTING = 2 * 24 * 3600

#: What the proxy sent last, up to so many bytes, may not have left its machine when a phone hung
#: up: more than the system holds for one connection.
UNDER_WAY = 8 * 1024 * 1024

#: The proxy says these of the file itself.
PROXYS_OWN = (hdrs.ETAG, hdrs.ACCEPT_RANGES)

CONTENT_RANGE = re.compile(r"bytes (\d{1,19})-(\d{1,19})/(\d{1,19})", re.ASCII)
TICKET_FORM = re.compile(r"([0-9a-f]{32})\.(\d{1,19})\.(\d{1,12})\.([0-9a-f]{64})", re.ASCII)


class Proxy(StrEnum):
    """Who sends packages for us."""

    NGINX = "nginx"  #: It reports what it sent.
    CADDY = "caddy"  #: It does not.


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """Which link was handed over for, and the size of its package."""

    grant_id: str
    size: int


ADMITTED = web.RequestKey("admitted", Ticket)


@dataclass(frozen=True, slots=True, kw_only=True)
class Handing:
    """
    Hands whole blobs over to the proxy, where it offers to send them.

    The place is made of the digest in our records and of nothing that a client says. What is
    stitched together of several pieces we send ourselves. Conditions and ranges are the proxy's
    work then, and so is the ETag. *key* seals the tickets by which it reports.
    """

    proxy: Proxy
    key: bytes
    blobs: BlobStore
    receipts: Receipts
    clock: Callable[[], float] = time.time

    async def takes(self, request: web.Request, file: VirtualFile) -> bool:
        """Whether the proxy of this request sends *file*. Raise BlobMissing."""
        if request.headers.get(OFFER) != self.proxy or len(file.segments.parts) != 1:
            return False
        only = file.segments.parts[0]
        return (only.start, only.end) == (0, await self.blobs.size(only.sha256))

    async def answer(
        self, request: web.Request, opened: OpenedGrant, headers: dict[str, str]
    ) -> web.Response:
        """Answer the proxy, which answers the phone. Raise BlobMissing."""
        file = opened.file
        inside = INSIDE + place(file.segments.parts[0].sha256)
        said = {name: value for name, value in headers.items() if name not in PROXYS_OWN}
        said["X-Accel-Redirect"] = inside
        if self.proxy is Proxy.NGINX:
            said[TICKET] = self._sealed(Ticket(grant_id=opened.grant.id, size=file.size))
        elif request.method == "GET":
            await self._begun(opened.grant.id)
        return web.Response(headers=said)

    def door(self) -> Door:
        """Return the door at which the proxy reports."""
        return Door(method="POST", path=REPORT, access=Access.PROXY, handler=self.hear)

    async def admit(self, request: web.Request) -> None:
        """Let in whoever has a ticket of ours. Raise NotFound."""
        ticket = self._opened(request.headers.get(TICKET, ""))
        if ticket is None:
            raise NotFound
        request[ADMITTED] = ticket

    async def hear(self, request: web.Request) -> web.Response:
        """Keep a receipt of what the proxy says that it sent."""
        ticket = request[ADMITTED]
        arrived = _span(request, ticket.size)
        complete = await self.receipts.sent(ticket.grant_id, arrived, size=ticket.size)
        if complete:
            logger.info("A release was fetched completely.", extra={"grant": ticket.grant_id})
        return web.Response(status=204)

    async def _begun(self, grant_id: str) -> None:
        try:
            await self.receipts.began(grant_id)
        except Exception:
            # The person matters more than our note of them.
            logger.exception("A receipt could not be kept.", extra={"grant": grant_id})

    def _sealed(self, ticket: Ticket) -> str:
        said = f"{ticket.grant_id}.{ticket.size}.{int(self.clock()) + LASTING}"
        return f"{said}.{self._seal(said)}"

    def _opened(self, text: str) -> Ticket | None:
        found = TICKET_FORM.fullmatch(text)
        if found is None:
            return None
        said, _, seal = text.rpartition(".")
        if not hmac.compare_digest(self._seal(said), seal) or int(found[3]) < self.clock():
            return None
        return Ticket(grant_id=found[1], size=int(found[2]))

    def _seal(self, said: str) -> str:
        return hmac.digest(self.key, f"handed:{said}".encode(), "sha256").hex()


def _span(request: web.Request, size: int) -> Span:
    """Return which bytes certainly left the proxy's hands, (0, 0) for none."""
    first, end = _promised(request, size)
    sent = request.headers.get(SENT, "")
    if not (sent.isascii() and sent.isdigit() and len(sent) <= len(str(size))):
        return (0, 0)
    until = min(first + int(sent), end)
    if until < end or request.headers.get(WHOLE) != "OK":
        until -= UNDER_WAY
    return (first, until) if until > first else (0, 0)


def _promised(request: web.Request, size: int) -> Span:
    """Return which bytes the proxy's answer was to have."""
    status = request.headers.get(STATUS)
    if status == "200":
        return (0, size)
    part = CONTENT_RANGE.fullmatch(request.headers.get(PART, "")) if status == "206" else None
    if part is None or int(part[3]) != size or not int(part[1]) <= int(part[2]) < size:
        return (0, 0)
    return (int(part[1]), int(part[2]) + 1)
