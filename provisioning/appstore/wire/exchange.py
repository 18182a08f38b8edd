"""One request, one answer. The only place that knows the HTTP library."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

import httpx

#: In seconds: for a connection, and between two pieces of an answer.
CONNECT_WITHIN, READ_WITHIN = 10.0, 30.0
#: In seconds, for all of it: an answer that comes drop by drop ends as well.
WITHIN = 60.0
#: In bytes. The largest answers are 200 profiles with their content, some 4 MB.
LARGEST = 32 * 1024 * 1024


class NotSent(Exception):
    """There was no connection: whatever was asked was not done."""


class NoAnswer(Exception):
    """The answer was lost, cut or none of Apple's: what was asked may have been done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back; the names of headers in small letters."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


class Exchange:
    """Sends requests over connections that it keeps."""

    def __init__(self, *, far: bool = True, within: float = WITHIN) -> None:
        """Without *far* it speaks plain HTTP to this machine only."""
        self._within = within
        self._client = httpx.AsyncClient(
            # A proxy is found in HTTPS_PROXY, as it is for Slack; nothing near needs one, nor the
            # certificates that take a while to load.
            trust_env=far,
            verify=far,
            follow_redirects=False,
            timeout=httpx.Timeout(READ_WITHIN, connect=CONNECT_WITHIN),
        )

    async def send(
        self, method: str, url: str, *, headers: Mapping[str, str], content: bytes | None
    ) -> Answer:
        """Return the answer, whatever it says. Raise NotSent or NoAnswer."""
        try:
            async with asyncio.timeout(self._within):
                return await self._sent(method, url, headers, content)
        except TimeoutError:
            raise NoAnswer("there was no answer in time") from None
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError) as error:
            raise NotSent(f"there is no connection ({type(error).__name__})") from error
        except httpx.TimeoutException:
            raise NoAnswer("there was no answer in time") from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise NoAnswer(f"the connection broke ({type(error).__name__})") from error

    async def aclose(self) -> None:
        await self._client.aclose()

    async def _sent(
        self, method: str, url: str, headers: Mapping[str, str], content: bytes | None
    ) -> Answer:
        request = self._client.stream(method, url, headers=dict(headers), content=content)
        async with request as response:
            body = bytearray()
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > LARGEST:
                    raise NoAnswer("the answer is too large")
            return Answer(
                status=response.status_code,
                headers={name.lower(): value for name, value in response.headers.items()},
                body=bytes(body),
            )
