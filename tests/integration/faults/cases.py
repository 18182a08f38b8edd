"""What goes wrong in a case, and how often."""

from dataclasses import dataclass

from bot.sandbox.faults import Fault, FaultKind

#: Every way in which a call fails that nobody is to blame for: before its effect, and after.
FAULTS: dict[str, Fault] = {
    "503": Fault.server_error(503),
    "500 late": Fault.server_error(500).after(),
    "reset": Fault.reset(),
    "reset late": Fault.lost_answer(),
    "timeout": Fault.timeout(),
    "timeout late": Fault.timeout().after(),
    "429": Fault.rate_limited(1),
    "internal_error": Fault.error("internal_error"),
    "internal_error late": Fault.error("internal_error").after(),
    "fatal_error": Fault.error("fatal_error"),
    "nonsense": Fault.nonsense(),
}

#: In seconds: what stands for a minute here, where every pause is a fraction of the real one.
MINUTE = 1.0

METHODS = (
    "files.info",
    "files.download",
    "chat.postMessage",
    "chat.update",
    "conversations.open",
    "conversations.history",
    "conversations.replies",
    "users.info",
    "usergroups.users.list",
)
DOWNLOAD = "files.download"
#: What a file server does not answer: it is no method, and half a file has tests of its own.
OF_METHODS = frozenset({FaultKind.ERROR, FaultKind.NONSENSE})
#: These are asked only when it is not known whether a message was posted.
LOOKING = frozenset({"conversations.history", "conversations.replies"})
#: These are asked only while a build is taken in.
OF_TAKING_IN = frozenset({DOWNLOAD, "files.info"})
#: What is only read: there is no effect after which it could fail.
READING = frozenset({*OF_TAKING_IN, "users.info", "usergroups.users.list", *LOOKING})


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One fault of one method, so many times in a row or for as long as a minute."""

    number: int
    method: str
    fault: str
    times: int | None

    @property
    def name(self) -> str:
        how_long = "for a minute" if self.times is None else f"{self.times} times"
        return f"{self.method}: {self.fault}, {how_long}"


def cases(method: str, counts: tuple[int | None, ...], faults: tuple[str, ...]) -> list[Case]:
    """Return a case for each fault and each count."""
    mixed = [
        (fault, times)
        for times in counts
        for fault in faults
        if not (method in READING and FAULTS[fault].late)
        and not (method == DOWNLOAD and FAULTS[fault].kind in OF_METHODS)
    ]
    return [
        Case(number=number, method=method, fault=fault, times=times)
        for number, (fault, times) in enumerate(mixed)
    ]
