"""What goes wrong on demand, with Slack as with Apple."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

from aiohttp import web

from bot.sandbox.shapes import JsonObject

#: Decides by a call's arguments whether a fault is meant for it.
When = Callable[[JsonObject], bool]

#: Gives the answer of a fault that the service itself words: a limit or an error.
Refusing = Callable[["Fault"], web.Response]

PAGE = "<html><body>Something went wrong.</body></html>"
#: The beginning of an answer that ends in the middle, and the length that it pretends to have.
CUT = b'{"data": [{"type": "'
PRETENDED_LENGTH = 4096


class FaultKind(StrEnum):
    """The ways in which a call can go wrong."""

    RATE_LIMITED = "rate_limited"
    SERVER_ERROR = "server_error"
    TIMEOUT = "timeout"
    RESET = "reset"
    CUT = "cut"
    ERROR = "error"
    NONSENSE = "nonsense"
    DELAY = "delay"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """
    One fault. Made by the methods below, handed to `script`.

    A *late* one lets the call do what was asked, and spoils the answer only.
    """

    kind: FaultKind
    name: str = ""
    detail: str = ""
    seconds: float = 0.0
    status: int = 200
    late: bool = False

    @classmethod
    def rate_limited(cls, retry_after: int = 1) -> "Fault":
        """Answer 429 with Retry-After, in whole seconds. Apple leaves it out at 0."""
        return cls(kind=FaultKind.RATE_LIMITED, seconds=retry_after, status=429)

    @classmethod
    def server_error(cls, status: int = 503) -> "Fault":
        """Answer an HTML page with a status of 500 or more."""
        return cls(kind=FaultKind.SERVER_ERROR, status=status)

    @classmethod
    def timeout(cls) -> "Fault":
        """Never answer."""
        return cls(kind=FaultKind.TIMEOUT)

    @classmethod
    def reset(cls) -> "Fault":
        """Drop the connection without doing anything."""
        return cls(kind=FaultKind.RESET)

    @classmethod
    def lost_answer(cls) -> "Fault":
        """Do what was asked, then drop the connection."""
        return cls.reset().after()

    @classmethod
    def cut(cls) -> "Fault":
        """Begin an answer and drop the connection in the middle of it."""
        return cls(kind=FaultKind.CUT)

    @classmethod
    def error(cls, name: str, *, status: int = 200, detail: str = "") -> "Fault":
        """Answer this error and do nothing; Slack's have neither a status nor a detail."""
        return cls(kind=FaultKind.ERROR, name=name, status=status, detail=detail)

    @classmethod
    def nonsense(cls, answer: str = "[]") -> "Fault":
        """Answer 200 and what the service never says, as JSON."""
        return cls(kind=FaultKind.NONSENSE, name=answer)

    @classmethod
    def delay(cls, seconds: float) -> "Fault":
        """Wait, then do and answer as always."""
        return cls(kind=FaultKind.DELAY, seconds=seconds)

    def after(self) -> "Fault":
        """Return the same fault, which comes when the work is done already."""
        return replace(self, late=True)


@dataclass(slots=True, kw_only=True)
class _Waiting:
    fault: Fault
    left: float
    until: float
    when: When | None

    def is_over(self) -> bool:
        return self.left <= 0 or time.monotonic() > self.until


class Script:
    """Faults that wait for their call, by method, in the order in which they were written."""

    def __init__(self, refusing: Refusing) -> None:
        self._refusing = refusing
        self._waiting: dict[str, list[_Waiting]] = {}
        self._stopping = asyncio.Event()

    def add(
        self,
        method: str,
        fault: Fault,
        times: float = 1,
        *,
        seconds: float = float("inf"),
        when: When | None = None,
    ) -> None:
        """Let the next *times* calls go wrong, within so many *seconds* from now."""
        until = time.monotonic() + seconds
        waiting = _Waiting(fault=fault, left=times, until=until, when=when)
        self._waiting.setdefault(method, []).append(waiting)

    def take(self, method: str, arguments: JsonObject) -> Fault | None:
        """Return what happens to this call."""
        there = self._waiting.get(method)
        if not there:
            return None
        there[:] = [waiting for waiting in there if not waiting.is_over()]
        for waiting in there:
            if waiting.when is None or waiting.when(arguments):
                waiting.left -= 1
                return waiting.fault
        return None

    def awaits(self, method: str) -> bool:
        """Return whether anything waits for a method, so that its arguments are worth reading."""
        return bool(self._waiting.get(method))

    def clear(self) -> None:
        self._waiting.clear()

    def stop(self) -> None:
        """Let go of calls that were told never to be answered."""
        self._stopping.set()

    async def spoil(self, request: web.Request, fault: Fault) -> web.StreamResponse:
        """Answer as a fault says, whatever was done before."""
        if fault.kind is FaultKind.TIMEOUT:
            await self._stopping.wait()
        if fault.kind in {FaultKind.TIMEOUT, FaultKind.RESET}:
            return _cut(request)
        if fault.kind is FaultKind.CUT:
            return await _begun(request)
        if fault.kind is FaultKind.SERVER_ERROR:
            return web.Response(status=fault.status, text=PAGE, content_type="text/html")
        if fault.kind is FaultKind.NONSENSE:
            return web.Response(text=fault.name, content_type="application/json")
        return self._refusing(fault)


def _cut(request: web.Request) -> web.StreamResponse:
    """Drop the connection without an answer."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)


async def _begun(request: web.Request) -> web.StreamResponse:
    """Send the beginning of an answer, then drop the connection."""
    answer = web.StreamResponse(headers={"Content-Type": "application/json"})
    answer.content_length = PRETENDED_LENGTH
    await answer.prepare(request)
    await answer.write(CUT)
    if request.transport is not None:
        request.transport.close()
    return answer
