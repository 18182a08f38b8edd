"""
Windows Installer packages: `.msi` files, a database of tables in a compound file.

Names of tables are packed two letters into one private character, texts are numbers into a pool.
No document of Microsoft's says so; Wine's `msi/table.c` is the reference that people use.
"""

import codecs
from collections.abc import Iterator
from struct import Struct

from storage.inspection import windowssigning
from storage.inspection.compound import CompoundFile
from storage.inspection.facts import Facts, Inspection, Signing
from storage.inspection.package import Package
from storage.inspection.rejection import NotAPackage, PackageRejected
from storage.inspection.text import clean

MAX_TABLE = 64 << 20
MAX_PROPERTIES = 20_000

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz._"
_TABLE_MARK = "\u4840"
_SIGNATURE = "\x05DigitalSignature"
_WIDE = 0x80000000
_POOL_LINE = Struct("<2H")
_UTF8 = 65001
_PLAIN = 1252
_BROKEN = "The installer's tables are damaged."


def read(package: Package) -> Inspection:
    """Read the properties of an installer; raise PackageRejected when it is none."""
    file = CompoundFile(package.source)
    properties = _properties(file)
    facts = Facts(
        platform="windows",
        kind="msi",
        bundle_id=clean(properties.get("ProductCode"), 64),
        name=clean(properties.get("ProductName")),
        version=clean(properties.get("ProductVersion")),
        publisher=clean(properties.get("Manufacturer")),
        signing=_signing(file),
        **package.measured,
    )
    return Inspection(facts=facts)


def _signing(file: CompoundFile) -> Signing:
    if _SIGNATURE not in file:
        return Signing()
    return windowssigning.authenticode(lambda: file.read(_SIGNATURE, windowssigning.MAX_BYTES))


def stream_name(table: str) -> str:
    """Return what the stream of a table is called."""
    numbers = [_ALPHABET.index(letter) for letter in table]
    pairs = [numbers[at : at + 2] for at in range(0, len(numbers), 2)]
    return _TABLE_MARK + "".join(
        chr(0x3800 + pair[0] + (pair[1] << 6)) if pair[1:] else chr(0x4800 + pair[0])
        for pair in pairs
    )


def _properties(file: CompoundFile) -> dict[str, str]:
    """Return the Property table: a column of names, then a column of values."""
    if stream_name("Property") not in file:
        raise NotAPackage("It is a compound file, but no Windows installer.")
    pool = file.read(stream_name("_StringPool"), MAX_TABLE)
    texts = file.read(stream_name("_StringData"), MAX_TABLE)
    table = file.read(stream_name("Property"), MAX_TABLE)
    head = int.from_bytes(pool[:4], "little")
    width = 3 if head & _WIDE else 2
    count = len(table) // (2 * width)
    if count > MAX_PROPERTIES:
        raise PackageRejected("The installer holds too many properties.")
    numbers = [
        int.from_bytes(table[at : at + width], "little")
        for at in range(0, 2 * count * width, width)
    ]
    known = dict(_texts(pool, texts, head & ~_WIDE, set(numbers)))
    return {
        known[name]: known.get(value, "")
        for name, value in zip(numbers[:count], numbers[count:], strict=True)
        if name in known
    }


def _texts(pool: bytes, texts: bytes, page: int, wanted: set[int]) -> Iterator[tuple[int, str]]:
    """Yield the texts of these numbers, which count from 1."""
    coding = _coding(page)
    at = 0
    for number, size in enumerate(_lengths(pool), 1):
        if at + size > len(texts):
            raise PackageRejected(_BROKEN)
        if number in wanted:
            yield number, texts[at : at + size].decode(coding, "replace")
        at += size


def _lengths(pool: bytes) -> Iterator[int]:
    lines = iter(_POOL_LINE.iter_unpack(pool[4 : len(pool) // 4 * 4]))
    for size, uses in lines:
        if size or not uses:
            yield size
            continue
        # A text of 64 KB and more: its length is the whole of the next line.
        low, high = next(lines, (0, 0))
        yield low | high << 16


def _coding(page: int) -> str:
    if page == _UTF8:
        return "utf-8"
    coding = f"cp{page or _PLAIN}"
    try:
        codecs.lookup(coding)
    except LookupError:
        return "latin-1"
    return coding
