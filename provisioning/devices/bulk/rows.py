"""What a list of devices holds, whoever wrote it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from provisioning.devices.finding import cleaned
from provisioning.devices.lookalikes import Lookalike, judge
from provisioning.devices.udids import Udid

#: The files that people hand over: a list of 2,000 devices is far smaller.
MOST_BYTES: Final = 1 << 20
MOST_ROWS: Final = 2_000
#: Apple's longest name of a device.
MOST_NAME: Final = 50
#: So many problems are told; with more it is the wrong file.
MOST_PROBLEMS: Final = 50
IOS: Final = "ios"
MAC: Final = "mac"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceRow:
    """
    One device of a list.

    `line` is the line of the file, or the number of the entry in a property list, from 1.
    `platform` is `ios`, for everything but a Mac, or `mac`. `owner` is an e-mail address or a name
    and `model` an identifier, where the file tells.
    """

    line: int
    udid: Udid
    name: str
    platform: str = IOS
    owner: str = ""
    model: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowProblem:
    """A line that cannot be taken: a code, and the data that its words need. It holds no UDID."""

    line: int
    code: str
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceList:
    """What a file holds: the devices that can be taken, and the lines that cannot."""

    rows: tuple[DeviceRow, ...]
    problems: tuple[RowProblem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """The cells of one line before they are judged; an empty platform means ios."""

    line: int
    udid: str = field(repr=False)
    name: str
    platform: str = ""
    owner: str = ""
    model: str = ""


def judged(lines: Iterator[Cells | RowProblem]) -> DeviceList:
    """Judge each line by itself, and whether a device stands in two of them."""
    rows: list[DeviceRow] = []
    problems: list[RowProblem] = []
    first: dict[Udid, int] = {}
    for cells in lines:
        verdict = _judge(cells) if isinstance(cells, Cells) else cells
        if isinstance(verdict, DeviceRow) and verdict.udid in first:
            data = {"first": first[verdict.udid]}
            verdict = RowProblem(line=verdict.line, code="twice", data=data)
        if isinstance(verdict, DeviceRow):
            first[verdict.udid] = verdict.line
            rows.append(verdict)
        elif len(problems) < MOST_PROBLEMS:
            problems.append(verdict)
    return DeviceList(rows=tuple(rows), problems=tuple(problems))


def _judge(cells: Cells) -> DeviceRow | RowProblem:
    platform = cells.platform.strip().lower() or IOS
    if platform not in {IOS, MAC}:
        return RowProblem(line=cells.line, code="platform")
    udid = judge(cleaned(cells.udid), mac=platform == MAC)
    if isinstance(udid, Lookalike):
        data = {"likeness": udid.likeness.value, "tail": udid.tail, **udid.data}
        return RowProblem(line=cells.line, code="no_udid", data=data)
    name = cells.name.strip()
    if len(name) > MOST_NAME:
        data = {"length": len(name), "most": MOST_NAME}
        return RowProblem(line=cells.line, code="long_name", data=data)
    if not name.isprintable():
        return RowProblem(line=cells.line, code="bad_name")
    return DeviceRow(
        line=cells.line,
        udid=udid,
        name=name,
        platform=platform,
        owner=cells.owner.strip(),
        model=cells.model.strip(),
    )
