"""What goes wrong on demand."""

from collections import deque
from dataclasses import dataclass
from enum import StrEnum


class FaultKind(StrEnum):
    """The ways in which a call can go wrong."""

    RATE_LIMITED = "rate_limited"
    SERVER_ERROR = "server_error"
    TIMEOUT = "timeout"
    RESET = "reset"
    LOST_ANSWER = "lost_answer"
    ERROR = "error"
    DELAY = "delay"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault. Made by the methods below, handed to `script`."""

    kind: FaultKind
    name: str = ""
    seconds: float = 0.0
    status: int = 200

    @classmethod
    def rate_limited(cls, retry_after: int = 1) -> "Fault":
        """Answer 429 with Retry-After, in whole seconds as Slack does."""
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
        return cls(kind=FaultKind.LOST_ANSWER)

    @classmethod
    def error(cls, name: str) -> "Fault":
        """Answer `ok: false` with this error and do nothing."""
        return cls(kind=FaultKind.ERROR, name=name)

    @classmethod
    def delay(cls, seconds: float) -> "Fault":
        """Wait, then do and answer as always."""
        return cls(kind=FaultKind.DELAY, seconds=seconds)


class Script:
    """Faults that wait for their call, by method, in the order in which they were written."""

    def __init__(self) -> None:
        self._waiting: dict[str, deque[Fault]] = {}

    def add(self, method: str, fault: Fault, times: int = 1) -> None:
        self._waiting.setdefault(method, deque()).extend([fault] * times)

    def take(self, method: str) -> Fault | None:
        waiting = self._waiting.get(method)
        return waiting.popleft() if waiting else None

    def clear(self) -> None:
        self._waiting.clear()
