"""Writing a list of devices, as Apple's portal takes it."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Final

from provisioning.devices.bulk import property_list as deviceids
from provisioning.devices.bulk.rows import MOST_NAME, DeviceRow
from provisioning.devices.bulk.table import APPLE
from provisioning.spreadsheet import harmless

#: Apple takes so many devices of one file.
MOST_OF_A_FILE: Final = 100


def write_table(rows: Iterable[DeviceRow]) -> str:
    """Return Apple's table: tab-separated UTF-8 text with a heading, whole UDIDs in it."""
    out = io.StringIO()
    writer = csv.writer(
        out, delimiter="\t", lineterminator="\n", quoting=csv.QUOTE_NONE, quotechar=None
    )
    writer.writerow(APPLE)
    for row in rows:
        writer.writerow((row.udid.value, harmless(_name(row))[:MOST_NAME], row.platform))
    return out.getvalue()


def write_property_list(rows: Iterable[DeviceRow]) -> bytes:
    """Return the devices as a `.deviceids` in XML."""
    return deviceids.property_list(replace(row, name=_name(row)) for row in rows)


def parts(rows: Iterable[DeviceRow]) -> Iterator[Sequence[DeviceRow]]:
    """Yield the devices in portions that Apple takes at once."""
    waiting = iter(rows)
    while portion := tuple(islice(waiting, MOST_OF_A_FILE)):
        yield portion


def _name(row: DeviceRow) -> str:
    """Return the name on one line, no longer than Apple's; Apple takes no device without one."""
    plain = "".join(letter if letter.isprintable() else " " for letter in row.name)
    return " ".join(plain.split())[:MOST_NAME].rstrip() or f"Device {row.udid.tail}"
