"""Reading a list of devices, whatever wrote it."""

from typing import Final

from provisioning.devices.bulk.property_list import read_property_list
from provisioning.devices.bulk.rows import MOST_BYTES, DeviceList, judged
from provisioning.devices.bulk.table import read_table
from provisioning.devices.errors import DeviceListRefused

_ENCODINGS: Final = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_BINARY_PLIST: Final = b"bplist00"
_XML: Final = (b"<?xml", b"<!DOCTYPE plist", b"<plist")


def read_device_list(content: bytes) -> DeviceList:
    """
    Read Apple's table, a `.deviceids`, or the export of another service.

    A line that cannot be taken is told beside those that can. Raise DeviceListRefused for a file
    that is none of them, or too large.
    """
    if len(content) > MOST_BYTES:
        raise DeviceListRefused(
            f"This file is larger than {MOST_BYTES >> 20} MB: it is no list of devices.",
            code="too_large",
            most=MOST_BYTES,
        )
    if content.startswith(_BINARY_PLIST) or content.lstrip(b"\xef\xbb\xbf\r\n\t ").startswith(_XML):
        return judged(read_property_list(content.lstrip(b"\r\n\t ")))
    return judged(read_table(_text(content)))


def _text(content: bytes) -> str:
    encoding = next((name for mark, name in _ENCODINGS if content.startswith(mark)), "utf-8")
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        raise DeviceListRefused(
            "This file is no text in UTF-8. Save it as text with tabs, or as CSV.", code="no_text"
        ) from error
    if "\0" in text:
        raise DeviceListRefused(
            "This file is no text. Save it as text with tabs, or as CSV.", code="no_text"
        )
    return text
