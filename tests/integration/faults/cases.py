"""What goes wrong in a case, and how often."""

from collections.abc import Sequence
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

#: What a road is walked with whose errands and whose line to Slack are those of the main road, in
#: whose table all faults come once and three times, too: so many in a row, None for a minute.
LATE_ROADS: tuple[tuple[int | None, tuple[str, ...]], ...] = (
    (10, tuple(FAULTS)),
    (None, ("503", "reset late", "timeout", "429", "nonsense")),
)

#: In seconds: what stands for a minute here, where every pause is a fraction of the real one.
MINUTE = 1.0

#: What is called on the main road, whatever happens.
METHODS = (
    "files.info",
    "files.download",
    "chat.postMessage",
    "chat.update",
    "conversations.open",
    "users.info",
    "usergroups.users.list",
)
DOWNLOAD = "files.download"
#: What a file server does not answer: it is no method, and half a file has tests of its own.
OF_METHODS = frozenset({FaultKind.ERROR, FaultKind.NONSENSE})
#: These are asked only when it is not known whether a message was posted.
LOOKING = ("conversations.history", "conversations.replies")
#: These are asked only while a build is taken in.
OF_TAKING_IN = frozenset({DOWNLOAD, "files.info"})
#: What is only read: there is no effect after which it could fail.
READING = frozenset({*OF_TAKING_IN, "users.info", "usergroups.users.list", *LOOKING})


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One fault of one method, so many times in a row or for as long as a minute."""

    method: str
    fault: str
    times: int | None

    @property
    def name(self) -> str:
        how_long = "for a minute" if self.times is None else f"{self.times} times"
        return f"{self.method}: {self.fault}, {how_long}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What goes wrong in one walk: several methods, each in its own way."""

    number: int
    cells: tuple[Cell, ...]

    @property
    def methods(self) -> frozenset[str]:
        return frozenset(cell.method for cell in self.cells)

    @property
    def name(self) -> str:
        return "; ".join(cell.name for cell in self.cells)


def cases(
    methods: Sequence[str], counts: Sequence[int | None], faults: Sequence[str]
) -> list[Case]:
    """
    Return walks in which each of *methods* meets each fault at each count, once.

    They fail in the same walk, since a walk costs more than a failure; each begins the table
    somewhere else, so that one sees another fault and another count than its companions.
    """
    columns = [_cells(method, counts, faults) for method in methods]
    return [
        Case(
            number=number,
            cells=tuple(
                column[(number + place * (len(faults) + 1)) % len(column)]
                for place, column in enumerate(columns)
                if number < len(column)
            ),
        )
        for number in range(max(map(len, columns)))
    ]


def _cells(method: str, counts: Sequence[int | None], faults: Sequence[str]) -> list[Cell]:
    return [
        Cell(method=method, fault=fault, times=times)
        for times in counts
        for fault in faults
        if not (method in READING and FAULTS[fault].late)
        and not (method == DOWNLOAD and FAULTS[fault].kind in OF_METHODS)
    ]
