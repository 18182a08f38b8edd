"""
Lists of devices as text: Apple's own, and the exports of Firebase and App Center.

Apple's has the heading `Device ID⇥Device Name⇥Device Platform`, the last one optional, and is read
as strictly as Apple reads it. App Center's list of devices and Firebase's list of UDIDs are of that
kind; their other exports, and what a spreadsheet makes of any, are told by the names of the
columns, with a comma, a semicolon or a tab between.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Final

from provisioning.devices.bulk.rows import MOST_ROWS, Cells, RowProblem
from provisioning.devices.errors import DeviceListRefused

APPLE: Final = ("Device ID", "Device Name", "Device Platform")
_SHORTEST: Final = 2

#: The names under which a column is known, without case.
_COLUMNS: Final = {
    "device id": "udid",
    "udid": "udid",
    "device udid": "udid",
    "device identifier": "udid",
    "deviceidentifier": "udid",
    "identifier": "udid",
    "device name": "name",
    "devicename": "name",
    "name": "name",
    "device platform": "platform",
    "deviceplatform": "platform",
    "platform": "platform",
    "email": "owner",
    "e-mail": "owner",
    "user email": "owner",
    "tester email": "owner",
    "tester": "owner",
    "owner": "owner",
    "device model": "model",
    "model": "model",
}


class _Tabs(csv.excel_tab):
    quoting = csv.QUOTE_NONE


_SEPARATORS: Final = ("\t", ";", ",")


def read_table(text: str) -> Iterator[Cells | RowProblem]:
    """Yield the lines of a table. Raise DeviceListRefused, with the line, where it is none."""
    lines = _lines(text)
    number, heading = next(lines, (1, []))
    columns = _columns(heading, number)
    strict = _is_apples(heading)
    for count, (line, cells) in enumerate(lines, 1):
        if count > MOST_ROWS:
            raise DeviceListRefused(
                f"Line {line} is one too many: a list may have {MOST_ROWS} devices. Split it.",
                code="too_many_rows",
                line=line,
                most=MOST_ROWS,
            )
        if strict and not _SHORTEST <= len(cells) <= len(heading):
            data = {"columns": len(cells), "wanted": len(heading)}
            yield RowProblem(line=line, code="columns", data=data)
            continue
        named = {column: cells[place] for place, column in columns.items() if place < len(cells)}
        yield Cells(line=line, **{"udid": "", "name": "", **named})


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the lines that hold something, each with the number where it begins."""
    body = text.lstrip("\r\n")
    skipped = text[: len(text) - len(body)].count("\n")
    separator = max(_SEPARATORS, key=body.partition("\n")[0].count)
    # Apple's table knows no quotes: one that a name begins with would swallow the lines behind it.
    dialect = _Tabs if separator == "\t" else csv.excel
    reader = csv.reader(io.StringIO(body, newline=""), dialect, delimiter=separator)
    while True:
        line = skipped + reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise DeviceListRefused(
                f"Line {line} cannot be read. Export the file again.", code="damaged", line=line
            ) from error
        if cells is None:
            return
        if any(cell.strip() for cell in cells):
            yield line, [cell.strip(" ") for cell in cells]


def _is_apples(heading: Sequence[str]) -> bool:
    return tuple(heading) in {APPLE, APPLE[:_SHORTEST]}


def _columns(heading: Sequence[str], line: int) -> dict[int, str]:
    columns: dict[int, str] = {}
    for place, title in enumerate(heading):
        column = _COLUMNS.get(title.strip().lower())
        # The first of two columns that could be the same one is it.
        if column is not None and column not in columns.values():
            columns[place] = column
    if "udid" not in columns.values():
        raise DeviceListRefused(
            f"Line {line} does not name the columns. It has to be: {', '.join(APPLE)}, with a tab "
            "between.",
            code="no_heading",
            line=line,
        )
    return columns
