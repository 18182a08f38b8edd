"""
Builds from Slack: a file posted in a channel, streamed to whoever keeps it.

Slack answers a download without a good token with 200 or 302 and a sign-in page, so the type, the
length and the host of every answer are checked. The token goes to allowed hosts only.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from functools import partial
from typing import Any
from urllib.parse import urljoin, urlsplit

import aiohttp

from bot.slack.files.files import GONE, SIGN_IN, Files, SlackFile
from bot.slack.line.client import Clients
from provisioning.errors import SourceFailed, SourceGone, SourceUnreachable
from provisioning.ports import Incoming

logger = logging.getLogger(__name__)

CHUNK = 1024 * 1024
REDIRECTS = 3
#: How often a broken download goes on where it stopped.
RESUMES = 5
#: A build takes minutes; silence of this many seconds does not.
DOWNLOAD_TIMEOUT = aiohttp.ClientTimeout(total=None, connect=10, sock_read=60)

#: How often a busy server is asked, and how long it may keep us waiting each time, in seconds.
BUSY_TRIES = 3
LONGEST_WAIT = 3.0

OK, PARTIAL, TOO_MANY, SERVER_ERROR = 200, 206, 429, 500
MOVED = frozenset({301, 302, 303, 307, 308})
NOT_THERE = frozenset({404, 410})
FORBIDDEN = frozenset({401, 403})

ELSEWHERE = (
    "Slack sends this download to a server that Slipway does not trust ({host}). An admin can "
    "allow it with SLIPWAY_SLACK_FILE_HOSTS."
)
SHORT = "The download from Slack broke off at {got} of {size} bytes."
WRONG_LENGTH = "Slack sent {got} bytes of a file that has {size}. Post the file again."


class SlackSource:
    """
    The Source of files in Slack. A reference is `{"file_id": "F…"}`.

    *hosts* are those a file may be downloaded from: `host` or `host:port`. Plain http is for an API
    in Slack's place that speaks it itself.
    """

    def __init__(self, clients: Clients, files: Files, *, hosts: Collection[str]) -> None:
        self._session = clients.session
        self._token = clients.token
        self._plain = clients.base_url.startswith("http://")
        self._files = files
        self._hosts = frozenset(host.lower() for host in hosts)

    @asynccontextmanager
    async def open(self, reference: Mapping[str, Any]) -> AsyncGenerator[Incoming]:
        """
        Raise SourceGone, SourceFailed, or SourceUnreachable for what may pass by itself.

        The first byte is asked for when the first chunk is, so a file that nobody wants for its
        size is not fetched at all.
        """
        file = await self._files.ready(str(reference["file_id"]))
        download = _Download(self, file)
        try:
            yield Incoming(
                file_name=file.name,
                size=file.size,
                chunks=download.chunks(),
                since=partial(self.since, file),
            )
        finally:
            download.close()

    async def begin(self, file: SlackFile) -> aiohttp.ClientResponse:
        """Ask for a file from its first byte. Raise SourceGone, SourceFailed, SourceUnreachable."""
        answer = await self._get(str(file.url), start=0)
        try:
            if answer.status in FORBIDDEN or answer.content_type == "text/html":
                raise await self._files.signed_out()
            self._check(answer, file)
        except SourceFailed:
            answer.close()
            raise
        return answer

    async def resume(self, file: SlackFile, start: int) -> aiohttp.ClientResponse | None:
        """Ask for the rest of a file; None when the server cannot begin in the middle."""
        answer = await self._get(str(file.url), start=start)
        if answer.status == PARTIAL and _begins_at(answer) == start:
            return answer
        answer.close()
        if answer.status in NOT_THERE:
            raise SourceGone(GONE)
        return None

    async def since(self, file: SlackFile, start: int) -> bytes | None:
        """Return the bytes of a file from *start* on; None when they are not to be had as such."""
        wanted = (file.size or 0) - start
        answer = await (self.resume(file, start) if start else self.begin(file))
        if answer is None:
            return None
        got = bytearray()
        try:
            async for chunk in answer.content.iter_chunked(CHUNK):
                got += chunk
                if len(got) > wanted:
                    return None
        except (aiohttp.ClientError, TimeoutError):
            return None
        finally:
            answer.close()
        return bytes(got) if len(got) == wanted else None

    async def _get(self, url: str, *, start: int) -> aiohttp.ClientResponse:
        """Ask for a file, again when the server is busy."""
        status = 0
        for attempt in range(BUSY_TRIES):
            answer = await self._follow(url, start=start)
            status = answer.status
            if status != TOO_MANY and status < SERVER_ERROR:
                return answer
            answer.close()
            asked = answer.headers.get("Retry-After", "")
            await asyncio.sleep(
                min(float(asked) if _is_count(asked) else attempt + 1, LONGEST_WAIT)
            )
        raise SourceUnreachable(f"Slack's file server answered {status}.", slack=str(status))

    async def _follow(self, url: str, *, start: int) -> aiohttp.ClientResponse:
        """Follow redirects by hand, so that the token is shown to allowed hosts only."""
        for _ in range(REDIRECTS + 1):
            self._check_host(url)
            answer = await self._ask(url, start=start)
            target = answer.headers.get("Location")
            if answer.status not in MOVED or target is None:
                return answer
            answer.close()
            url = urljoin(url, target)
        raise SourceFailed("Slack sends this download in circles. Post the file again.")

    async def _ask(self, url: str, *, start: int) -> aiohttp.ClientResponse:
        headers = {"Authorization": f"Bearer {self._token}", "Accept-Encoding": "identity"}
        if start:
            headers["Range"] = f"bytes={start}-"
        try:
            return await self._session.get(
                url, headers=headers, allow_redirects=False, timeout=DOWNLOAD_TIMEOUT
            )
        except (aiohttp.ClientError, TimeoutError) as error:
            raise SourceUnreachable("Slack's file server did not answer.") from error

    def _check_host(self, url: str) -> None:
        parts = urlsplit(url)
        host, place = (parts.hostname or "").lower(), parts.netloc.lower()
        if parts.scheme != "https" and not (parts.scheme == "http" and self._plain):
            raise SourceFailed(ELSEWHERE.format(host=host or "an odd address"))
        # Without a port an entry of the list means the usual one.
        usual = host in self._hosts and parts.port in {None, 80, 443}
        if (usual or place in self._hosts) and not parts.username:
            return
        raise SourceFailed(SIGN_IN if _is_sign_in(url) else ELSEWHERE.format(host=host))

    @staticmethod
    def _check(answer: aiohttp.ClientResponse, file: SlackFile) -> None:
        if answer.status in NOT_THERE:
            raise SourceGone(GONE)
        if answer.status != OK:
            raise SourceFailed(f"Slack's file server answered {answer.status}. Post it again.")
        length = answer.content_length
        if length is not None and file.size is not None and length != file.size:
            raise SourceFailed(WRONG_LENGTH.format(got=length, size=file.size))


class _Download:
    """The bytes of one file, over as many connections as it takes."""

    def __init__(self, source: SlackSource, file: SlackFile) -> None:
        self._source = source
        self._file = file
        self._answer: aiohttp.ClientResponse | None = None
        self._got = 0
        self._resumes = 0

    async def chunks(self) -> AsyncIterator[bytes]:
        """Yield the file in pieces of at most 1 MiB. Raise SourceUnreachable if it stays short."""
        size = self._file.size or 0
        answer = self._answer = await self._source.begin(self._file)
        while True:
            try:
                async for chunk in answer.content.iter_chunked(CHUNK):
                    self._got += len(chunk)
                    if self._got > size:
                        raise SourceFailed(WRONG_LENGTH.format(got=f"over {size}", size=size))
                    yield chunk
            except (aiohttp.ClientError, TimeoutError) as error:
                logger.info("A download broke off: %s.", type(error).__name__)
            if self._got == size:
                return
            answer = self._answer = await self._go_on(size)

    async def _go_on(self, size: int) -> aiohttp.ClientResponse:
        self.close()
        short = SourceUnreachable(SHORT.format(got=self._got, size=size))
        while self._resumes < RESUMES:
            self._resumes += 1
            await asyncio.sleep(0.2 * self._resumes)
            try:
                answer = await self._source.resume(self._file, self._got)
            except SourceUnreachable:
                continue
            if answer is None:
                break
            return answer
        raise short

    def close(self) -> None:
        if self._answer is not None:
            self._answer.close()


def _begins_at(answer: aiohttp.ClientResponse) -> int | None:
    """Return the first byte that a partial answer has."""
    unit, _, rest = answer.headers.get("Content-Range", "").partition(" ")
    first = rest.partition("-")[0]
    return int(first) if unit == "bytes" and _is_count(first) else None


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 19  # noqa: PLR2004 - 64 bits


def _is_sign_in(url: str) -> bool:
    """Slack redirects a download without a good token to its workspace's front page."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    return host.endswith(".slack.com") and ("redir=" in parts.query or parts.path in {"", "/"})
