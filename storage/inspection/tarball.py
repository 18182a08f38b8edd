"""
Archives that are not taken apart here: tar, packed or not. What is in them is named all the same.

Only the beginning is looked at. The layout is POSIX's ustar; pax and GNU's long names are not
followed, since an ending is all that is looked for and a folder of an app has short names as well.
"""

import bz2
import lzma
import re
import zlib
from typing import Protocol

from storage.inspection.endings import base_name, is_build
from storage.inspection.rejection import NotAPackage, PackageRejected
from storage.inspection.source import Source
from storage.inspection.text import name_of

#: Bytes of the file that are looked at, and how many they may unpack to.
HEAD = 1 << 20
_PLAIN = 16 << 20
_MEMORY = 64 << 20
_BLOCK = 512
_GZIP, _BZIP2, _XZ = b"\x1f\x8b\x08", b"BZh", b"\xfd7zXZ\0"
_USTAR = slice(257, 262)
_FOLDER = re.compile(rb"(?:\./)?(?:[^/]+/){0,6}[^/]+\.app(?:/.*)?", re.DOTALL)

FOLDER_OF_APP = (
    "There is no app in it, only the folder of one, as a simulator runs it: archive the app for a "
    "device, export an IPA and post that."
)


class _Unpacking(Protocol):
    """What the packers of the standard library have in common."""

    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


def is_packed(head: bytes) -> bool:
    """Tell whether a file begins like a tar archive, or like one that was packed."""
    return head.startswith((_GZIP, _BZIP2, _XZ)) or _is_tar(head)


def refuse(source: Source, name: str) -> PackageRejected:
    """Return why an archive is not taken: NotAPackage when no build shows at its beginning."""
    plain = _unpacked(source.read(0, min(source.size, HEAD)))
    # One file that was packed by itself is called like it.
    names = _names(plain) if _is_tar(plain) else [name.rpartition(".")[0].encode()]
    builds = [base_name(name_of(one)) for one in names if is_build(name_of(one[-80:]))]
    if builds:
        return PackageRejected(
            f"It is an archive with {builds[0]} in it, and only a zip is opened here: post the "
            "build by itself, or in a zip."
        )
    if any(_FOLDER.fullmatch(one) for one in names):
        return PackageRejected(FOLDER_OF_APP)
    return NotAPackage("There is no app at its beginning.")


def _is_tar(head: bytes) -> bool:
    return head[_USTAR] == b"ustar"


def _unpacked(head: bytes) -> bytes:
    """Return what the beginning of a file unpacks to; itself when it is not packed."""
    inflater: _Unpacking
    if head.startswith(_GZIP):
        inflater = zlib.decompressobj(zlib.MAX_WBITS | 16)
    elif head.startswith(_BZIP2):
        inflater = bz2.BZ2Decompressor()
    elif head.startswith(_XZ):
        inflater = lzma.LZMADecompressor(memlimit=_MEMORY)
    else:
        return head
    try:
        return inflater.decompress(head, _PLAIN)
    except (zlib.error, OSError, EOFError, lzma.LZMAError):
        return b""


def _names(plain: bytes) -> list[bytes]:
    """Return the names at the beginning of a tar archive."""
    found, at = [], 0
    while _is_tar(plain[at : at + _BLOCK]):
        block = plain[at : at + _BLOCK]
        prefix = block[345:500].split(b"\0")[0]
        name = block[:100].split(b"\0")[0]
        found.append(prefix + b"/" + name if prefix else name)
        size = re.fullmatch(rb" *([0-7]{1,12})[ \0]*", block[124:136])
        if size is None:
            break
        at += _BLOCK + -(-int(size[1], 8) // _BLOCK) * _BLOCK
    return found
