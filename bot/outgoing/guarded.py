"""
A client for addresses that people configure: it reaches the public internet and nothing else.

A name is resolved once, each of its addresses is checked, and the connection goes to those very
addresses: a name that means another machine a moment later does not help anybody. No redirect is
followed, no proxy is taken from the environment, and an answer ends by size and by time.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from bot.outgoing.addresses import is_loopback, is_open

#: Seconds for a connection, and for all of it.
CONNECT_WITHIN: Final = 10.0
WITHIN: Final = 30.0
#: So many bytes of an answer are read; nobody needs more of it than its status.
READ_AT_MOST: Final = 64 * 1024

#: Returns the addresses of a host, as numbers in text.
Lookup = Callable[[str, int], Awaitable[Sequence[str]]]


class Refused(Exception):
    """The address may not be called; the message is a sentence."""


class NotReached(Exception):
    """There was no answer; the message is a sentence. It may be another time."""


class GuardedClient:
    """Posts. With *near* this very machine may be called, too: for the demo and for tests."""

    def __init__(
        self, *, near: bool = False, lookup: Lookup | None = None, within: float = WITHIN
    ) -> None:
        self._near = near
        self._lookup = lookup or _looked_up
        self._within = within

    async def post(self, address: str, body: bytes, headers: Mapping[str, str]) -> int:
        """Return the status of the answer. Raise Refused or NotReached."""
        try:
            async with asyncio.timeout(self._within):
                return await self._posted(address, body, headers)
        except TimeoutError:
            raise NotReached("It did not answer in time.") from None
        except aiohttp.ClientConnectorCertificateError:
            raise NotReached("Its certificate is not valid.") from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            # What the library says may repeat the address, or what the other side sent.
            raise NotReached(f"The connection failed ({type(error).__name__}).") from None

    async def _posted(self, address: str, body: bytes, headers: Mapping[str, str]) -> int:
        url = self._plain(address)
        resolver = _Checked(await self._checked(url))
        connector = aiohttp.TCPConnector(resolver=resolver, use_dns_cache=False, force_close=True)
        async with aiohttp.ClientSession(
            connector=connector,
            trust_env=False,
            auto_decompress=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=self._within, sock_connect=CONNECT_WITHIN),
        ) as session:
            request = session.post(url, data=body, headers=headers, allow_redirects=False)
            async with request as response:
                await response.content.read(READ_AT_MOST)
                return response.status

    def _plain(self, address: str) -> URL:
        try:
            url = URL(address)
        except ValueError:
            raise Refused("It is no address.") from None
        if url.scheme != "https" and not (self._near and url.scheme == "http"):
            raise Refused("Only https addresses are called.")
        if url.raw_host is None or url.user is not None or url.password is not None:
            raise Refused("An address without a user is called, and none without a host.")
        return url

    async def _checked(self, url: URL) -> list[ResolveResult]:
        """Return where to connect to. Raise Refused unless every address of the host is open."""
        assert url.raw_host is not None  # `_plain` refuses what has none.
        port = url.port or 443
        try:
            found = await self._lookup(url.raw_host, port)
        except (OSError, UnicodeError):
            raise NotReached("Its name could not be resolved.") from None
        if not found:
            raise NotReached("Its name has no address.")
        if not all(is_open(one) or (self._near and is_loopback(one)) for one in found):
            raise Refused(
                "It leads to an address that is not on the public internet, which Slipway does "
                "not call."
            )
        return [_result(url.raw_host, one, port) for one in dict.fromkeys(found)]


class _Checked(AbstractResolver):
    """Answers with what was checked, whatever is asked."""

    def __init__(self, found: list[ResolveResult]) -> None:
        self._found = found

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        del host, port, family
        return self._found

    async def close(self) -> None:
        """Hold nothing."""


def _result(host: str, address: str, port: int) -> ResolveResult:
    return ResolveResult(
        hostname=host,
        host=address,
        port=port,
        family=socket.AF_INET6 if ":" in address else socket.AF_INET,
        proto=0,
        flags=socket.AI_NUMERICHOST,
    )


async def _looked_up(host: str, port: int) -> list[str]:
    loop = asyncio.get_running_loop()
    found: Sequence[tuple[Any, ...]] = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]
