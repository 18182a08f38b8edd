"""Sends the package of a release: whole or a range of it, in bounded memory, and counts it."""

import logging
from dataclasses import dataclass

from aiohttp import web

from bot.web.install.handing import Handing
from bot.web.install.names import disposition
from bot.web.install.wire import Wire
from bot.web.kit.headers import FILE_POLICY
from bot.web.kit.ranges import NotSatisfiable, Span, is_known, is_other, wanted
from provisioning.installing.grants import OpenedGrant
from provisioning.installing.receipts import Receipts
from storage.blobs import assembling
from storage.blobs.store import BlobStore
from storage.errors import StorageError

logger = logging.getLogger(__name__)

OCTETS = "application/octet-stream"
TYPES = {"apk": "application/vnd.android.package-archive"}

#: The ending of each kind of package that comes under other names as well, so that no phone takes
#: it for what it is not. The others keep their name.
ENDINGS = {"ipa": ".ipa", "apk": ".apk", "aab": ".aab", "xcarchive": ".zip"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Packages:
    """
    Answers requests for packages.

    *stall*, in seconds, is how long a client may take nothing. *handing* is there when the proxy
    may send some of them.
    """

    blobs: BlobStore
    receipts: Receipts
    stall: float
    handing: Handing | None = None

    async def answer(self, request: web.Request, opened: OpenedGrant) -> web.StreamResponse:
        """Answer with 200, 206, 304, 412 or 416. Raise BlobMissing before anything was sent."""
        file = opened.file
        tag = f'"{file.tag}"'
        headers = _headers(opened, tag)
        if self.handing is not None and await self.handing.takes(request, file):
            return await self.handing.answer(request, opened, headers)
        if is_other(request, tag):
            return web.Response(status=412, headers={"ETag": tag})
        if is_known(request, tag):
            return web.Response(status=304, headers={"ETag": tag})
        try:
            span = wanted(request, size=file.size, tag=tag)
        except NotSatisfiable:
            refusal = {"Content-Range": f"bytes */{file.size}", "Accept-Ranges": "bytes"}
            return web.Response(status=416, headers=refusal)
        if span.part:
            headers["Content-Range"] = span.content_range(file.size)
        response = web.StreamResponse(status=206 if span.part else 200, headers=headers)
        response.content_length = span.length
        if request.method != "GET":
            await response.prepare(request)
            return response
        async with assembling.held(self.blobs, file.segments):
            return await self._send(request, response, span, opened)

    async def _send(
        self, request: web.Request, response: web.StreamResponse, span: Span, opened: OpenedGrant
    ) -> web.StreamResponse:
        build = opened.build
        segments = opened.file.segments
        wire = Wire(request)
        try:
            await response.prepare(request)
            await wire.pour(
                assembling.extents(self.blobs, segments, start=span.first, end=span.end),
                stall=self.stall,
            )
            await wire.arrival(stall=self.stall)
        except ConnectionError:
            logger.info("A download ended early.", extra={"build": build.id})
        except (StorageError, OSError, TimeoutError) as error:
            logger.warning("A download was given up: %r.", error, extra={"build": build.id})
        finally:
            wire.close()
        if wire.written != span.length:
            # The length is promised already: only a broken connection tells that it is not kept.
            wire.cut()
        await self._note(opened, span, wire.confirmed)
        return response

    async def _note(self, opened: OpenedGrant, span: Span, sent: int) -> None:
        arrived = (span.first, span.first + sent)
        try:
            size = opened.file.size
            complete = await self.receipts.sent(opened.grant.id, arrived, size=size)
        except Exception:
            # The person has the bytes; that we could not note it must not cost them anything.
            logger.exception("A receipt could not be kept.", extra={"grant": opened.grant.id})
            return
        if complete:
            logger.info("A release was fetched completely.", extra={"grant": opened.grant.id})


def _headers(opened: OpenedGrant, tag: str) -> dict[str, str]:
    kind = opened.facts.kind
    return {
        "Accept-Ranges": "bytes",
        "Content-Disposition": disposition(opened.build.file_name, ENDINGS.get(kind, "")),
        "Content-Security-Policy": FILE_POLICY,
        "Content-Type": TYPES.get(kind, OCTETS),
        "ETag": tag,
        # nginx would fetch it all into a file of its own, however little the phone takes.
        "X-Accel-Buffering": "no",
    }
