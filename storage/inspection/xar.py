"""
xar archives, which macOS installer packages are.

A header of 28 bytes, a table of contents in zlib-packed XML, and a heap. The layout is that of
Apple's `xar.h`.
"""

import base64
import binascii
import bz2
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from struct import Struct

from storage.inspection.rejection import PackageRejected
from storage.inspection.source import Source
from storage.inspection.text import clean
from storage.inspection.xmltree import Node, Tree

MAGIC = b"xar!"
MAX_PACKED = 16 << 20
MAX_PLAIN = 64 << 20
MAX_FILES = 20_000
# A file has about thirty elements that describe it.
MAX_ELEMENTS = 40 * MAX_FILES

_HEADER = Struct(">4s2H2QL")
_KEPT = frozenset(
    {
        *("xar", "toc", "file", "name", "data", "offset", "length", "encoding"),
        *("signature", "x-signature", "KeyInfo", "X509Data", "X509Certificate"),
    }
)
_WHAT = "The package's table of contents"
_PIECE = 64 << 10
_TOO_BIG = f"{_WHAT} is too big."
_BROKEN = "The package is damaged."


@dataclass(frozen=True, slots=True)
class Xar:
    """The files of an archive by their paths, and the certificates of its signature."""

    source: Source
    heap: int
    files: dict[str, Node]
    signed: bool
    certificates: tuple[bytes, ...]

    @classmethod
    def open(cls, source: Source) -> "Xar":
        """Read the table of contents; raise PackageRejected when it is damaged or too big."""
        if source.size < _HEADER.size:
            raise PackageRejected(_BROKEN)
        head = _HEADER.unpack(source.read(0, _HEADER.size))
        magic, size, _, packed, plain, _ = head
        if magic != MAGIC or size < _HEADER.size:
            raise PackageRejected(_BROKEN)
        if packed > MAX_PACKED or plain > MAX_PLAIN:
            raise PackageRejected(_TOO_BIG)
        toc = _table(source.read(size, packed), plain).child("toc")
        if toc is None:
            raise PackageRejected(_BROKEN)
        files = dict(_paths(toc))
        signatures = [node for node in toc.children if node.name in ("signature", "x-signature")]
        certificates = tuple(der for node in signatures[:1] for der in _certificates(node))
        return cls(source, size + packed, files, bool(signatures), certificates)

    def read(self, path: str, limit: int) -> bytes:
        """Return a whole file; raise PackageRejected when it cannot be read or is too large."""
        node = self.files.get(path)
        data = node.child("data") if node else None
        if data is None:
            raise PackageRejected(f"The package holds no {clean(path, 80)}.")
        offset, length = _number(data, "offset"), _number(data, "length")
        if length > limit:
            raise PackageRejected(f"{clean(path, 80)} is too big.")
        packed = self.source.read(self.heap + offset, length)
        encoding = data.child("encoding")
        return _unpacked(packed, encoding.attributes.get("style", "") if encoding else "", limit)


def _table(packed: bytes, plain: int) -> Node:
    """Unpack and read the table piece by piece: what it claims to be is not believed."""
    inflater, tree, left = zlib.decompressobj(), Tree(_WHAT, MAX_ELEMENTS, _KEPT), plain
    try:
        while packed and not inflater.eof:
            piece = inflater.decompress(packed, _PIECE)
            packed, left = inflater.unconsumed_tail, left - len(piece)
            if left < 0:
                raise PackageRejected(f"{_WHAT} is larger than it claims.")
            tree.feed(piece)
        tree.feed(inflater.flush())
    except zlib.error as error:
        raise PackageRejected(_BROKEN) from error
    return tree.close()


def _paths(toc: Node) -> Iterator[tuple[str, Node]]:
    """Yield each file with its path; raise PackageRejected for too many."""
    stack = [("", node) for node in toc.children if node.name == "file"]
    count = 0
    while stack:
        folder, node = stack.pop()
        count += 1
        if count > MAX_FILES:
            raise PackageRejected("The package holds too many files: more than 20,000.")
        named = node.child("name")
        path = folder + (named.text.strip() if named else "")
        yield path, node
        stack += [(f"{path}/", child) for child in node.children if child.name == "file"]


def _certificates(signature: Node) -> Iterator[bytes]:
    for node in signature.all("X509Certificate"):
        try:
            yield base64.b64decode("".join(node.text.split()), validate=True)
        except binascii.Error as error:
            raise PackageRejected(_BROKEN) from error


def _number(data: Node, name: str) -> int:
    node = data.child(name)
    written = node.text.strip() if node else ""
    if not (written.isascii() and written.isdigit()) or len(written) > 19:  # noqa: PLR2004 - 64 bits
        raise PackageRejected(_BROKEN)
    return int(written)


def _unpacked(packed: bytes, style: str, limit: int) -> bytes:
    try:
        if style.endswith("gzip"):  # What xar calls gzip is a zlib stream.
            plain = zlib.decompressobj().decompress(packed, limit + 1)
        elif style.endswith("bzip2"):
            plain = bz2.BZ2Decompressor().decompress(packed, limit + 1)
        elif style in ("", "application/octet-stream"):
            plain = packed
        else:
            raise PackageRejected("A file in the package is packed by a method that is not read.")
    except (zlib.error, OSError, EOFError) as error:
        raise PackageRejected(_BROKEN) from error
    if len(plain) > limit:
        raise PackageRejected("A file in the package is too big.")
    return plain
