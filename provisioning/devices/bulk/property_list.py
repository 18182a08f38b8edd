"""`.deviceids`: the property list that Apple Configurator writes and Apple's portal takes."""

import plistlib
from collections.abc import Iterable, Iterator
from typing import Any, Final

from provisioning.codesign.errors import Malformed
from provisioning.codesign.structures.plist import read_plist, text
from provisioning.devices.bulk.rows import MOST_ROWS, Cells, DeviceRow, RowProblem
from provisioning.devices.errors import DeviceListRefused

_DEVICES: Final = "Device UDIDs"
_FIELDS: Final = {
    "udid": "deviceIdentifier",
    "name": "deviceName",
    "platform": "devicePlatform",
}


def read_property_list(content: bytes) -> Iterator[Cells | RowProblem]:
    """Yield the entries of an XML or binary `.deviceids`. Raise DeviceListRefused."""
    try:
        entries = read_plist(content, "The list of devices").get(_DEVICES)
    except Malformed as error:
        raise DeviceListRefused(
            "This property list is damaged. Export it again.", code="damaged"
        ) from error
    if not isinstance(entries, list):
        raise DeviceListRefused(
            f"This property list has no list called {_DEVICES}.", code="no_heading"
        )
    if len(entries) > MOST_ROWS:
        raise DeviceListRefused(
            f"Entry {MOST_ROWS + 1} is one too many: a list may have {MOST_ROWS} devices.",
            code="too_many_rows",
            line=MOST_ROWS + 1,
            most=MOST_ROWS,
        )
    for number, entry in enumerate(entries, 1):
        yield _cells(number, entry)


def _cells(number: int, entry: Any) -> Cells | RowProblem:  # noqa: ANN401  whatever a file holds
    if not isinstance(entry, dict):
        return RowProblem(line=number, code="no_entry")
    values = {field: text(entry, key) for field, key in _FIELDS.items()}
    if not values["udid"] or not values["name"]:
        return RowProblem(line=number, code="columns")
    return Cells(line=number, **values)


def property_list(rows: Iterable[DeviceRow]) -> bytes:
    """Return the devices as an XML `.deviceids`."""
    entries = [
        {
            _FIELDS["udid"]: row.udid.value,
            _FIELDS["name"]: row.name,
            _FIELDS["platform"]: row.platform,
        }
        for row in rows
    ]
    return plistlib.dumps({_DEVICES: entries}, sort_keys=False)
