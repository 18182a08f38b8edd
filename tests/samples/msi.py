"""
Windows Installer packages: a database of tables in a compound file.

A table is a stream of columns, one after the other; texts are numbers into a pool of strings.
"""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.sandbox.samples import noise
from bot.sandbox.samples.facts import SampleFacts
from bot.sandbox.samples.opening import Target, opened, path_of
from tests.samples.compoundfile import compound_file

_CLASS = bytes.fromhex("84100c0000000000c000000000000046")
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz._"
_TABLE_MARK = "\u4840"
_UTF8 = 65001
_CAB_BLOCK = 32768
_LONG_REFERENCES = 0x80000000
_TEXT_KEY, _TEXT = 0x2D48, 0x0D00
"""Column types: a text of 72 characters that is a key, and a text of any length."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleMsi:
    """An installer; `long_references` writes the pool of databases with many strings."""

    name: str = "Harbour"
    version: str = "2.4.0"
    manufacturer: str = "Harbour Labs"
    product_code: str = "{6F1C2A34-9B7D-4E55-8A10-3C5D7E9F1B24}"
    upgrade_code: str = "{0B5E7D11-62F3-4C0A-9D48-1A2B3C4D5E6F}"
    properties: Mapping[str, str] = field(default_factory=dict)
    long_references: bool = False
    payload_bytes: int = 6000


def write_msi(target: Target, app: SampleMsi | None = None) -> SampleFacts:
    """Write the installer, whole in memory; it can be read but has nothing to install."""
    app = app or SampleMsi()
    with opened(target) as file:
        file.write(compound_file(_streams(app), _CLASS))
    return SampleFacts(
        path=path_of(target),
        platform="windows",
        kind="msi",
        bundle_id=app.product_code,
        name=app.name,
        version=app.version,
        build="",
    )


def _streams(app: SampleMsi) -> dict[str, bytes]:
    properties = {
        "Manufacturer": app.manufacturer,
        "ProductCode": app.product_code,
        "ProductLanguage": "1033",
        "ProductName": app.name,
        "ProductVersion": app.version,
        "UpgradeCode": app.upgrade_code,
        **app.properties,
    }
    pool = _Pool(long=app.long_references)
    columns = [("Property", 1, "Property", _TEXT_KEY), ("Property", 2, "Value", _TEXT)]
    tables = {
        "_Tables": pool.column(["Property"]),
        "_Columns": b"".join(
            (
                pool.column([table for table, *_ in columns]),
                b"".join(struct.pack("<H", number | 0x8000) for _, number, *_ in columns),
                pool.column([name for _, _, name, _ in columns]),
                b"".join(struct.pack("<H", kind | 0x8000) for *_, kind in columns),
            )
        ),
        "Property": pool.column(list(properties)) + pool.column(list(properties.values())),
    }
    data, index = pool.streams()
    tables |= {"_StringData": data, "_StringPool": index}
    streams = {_TABLE_MARK + coded_name(name): content for name, content in tables.items()}
    payload = b"".join(noise.incompressible(app.payload_bytes, app.name))
    cabinet = cabinet_of("harbour.bin", payload)
    return {"\x05SummaryInformation": _summary(app), "Harbour.cab": cabinet, **streams}


def cabinet_of(name: str, content: bytes) -> bytes:
    """Give a cabinet (MS-CAB) that holds one file, not packed."""
    blocks = [content[at : at + _CAB_BLOCK] for at in range(0, len(content), _CAB_BLOCK)]
    data = b"".join(struct.pack("<I2H", 0, len(block), len(block)) + block for block in blocks)
    file = struct.pack("<2I4H", len(content), 0, 0, 0x5CCF, 0x4BC0, 0x20) + name.encode() + b"\0"
    data_at = 36 + 8 + len(file)
    sizes = (0, data_at + len(data), 0, 44, 0)
    header = b"MSCF" + struct.pack("<5I2B5H", *sizes, 3, 1, 1, 1, 0, 1, 0)
    return header + struct.pack("<I2H", data_at, len(blocks), 0) + file + data


def coded_name(name: str) -> str:
    """Give a table's name as its stream is called: two letters in one private character."""
    numbers = [_ALPHABET.index(letter) for letter in name]
    coded = ""
    for at in range(0, len(numbers), 2):
        pair = numbers[at : at + 2]
        coded += chr(0x4800 + pair[0]) if len(pair) == 1 else chr(0x3800 + pair[0] + pair[1] * 64)
    return coded


class _Pool:
    """The strings of a database by number, from 1, with how often each is used."""

    def __init__(self, *, long: bool) -> None:
        self._long = long
        self._uses: dict[str, int] = {}

    def column(self, texts: Sequence[str]) -> bytes:
        numbers = []
        for text in texts:
            self._uses[text] = self._uses.get(text, 0) + 1
            numbers.append(list(self._uses).index(text) + 1)
        size = 3 if self._long else 2
        return b"".join(number.to_bytes(size, "little") for number in numbers)

    def streams(self) -> tuple[bytes, bytes]:
        """Give the texts, and the index that tells the length and the uses of each."""
        coded = {text.encode(): uses for text, uses in self._uses.items()}
        head = struct.pack("<I", _UTF8 | (_LONG_REFERENCES if self._long else 0))
        index = b"".join(struct.pack("<2H", len(text), uses) for text, uses in coded.items())
        return b"".join(coded), head + index


def _summary(app: SampleMsi) -> bytes:
    """Give the property set that Explorer shows (MS-OLEPS): title, author, template, revision."""
    texts = {2: app.name, 4: app.manufacturer, 7: "x64;1033", 9: app.product_code}
    index, data = b"", b""
    start = 8 + 8 * (len(texts) + 1)
    values = {1: struct.pack("<Ihxx", 2, 1252)}
    for key, text in texts.items():
        coded = text.encode() + b"\0"
        values[key] = struct.pack("<2I", 30, len(coded)) + coded + bytes(-len(coded) % 4)
    for key, value in values.items():
        index += struct.pack("<2I", key, start + len(data))
        data += value
    section = struct.pack("<2I", start + len(data), len(values)) + index + data
    kind = bytes.fromhex("e0859ff2f94f6810ab9108002b27b3d9")
    return (
        struct.pack("<2HI16xI", 0xFFFE, 0, 0x00020105, 1) + kind + struct.pack("<I", 48) + section
    )
