"""
Unpacking an entry of a zip archive as a stream, never more of it than is wanted.

What is unpacked here is not read by anybody yet: it is on its way to where it can be.
"""

import zlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Self

from storage.inspection.rejection import PackageRejected

#: Bytes that are unpacked at once.
PIECE = 256 << 10

#: What is smaller may unpack to as many times its size as it likes.
_SMALL = 64 << 20
#: No build that is worth it packs better: most of it is packed already.
_TIMES = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosed:
    """
    A file in an archive: where its bytes lie, and what the archive claims of them.

    `path` is its name in there, fit to be shown. `begin` and `packed` are the range of the
    archive's bytes, `size` what that unpacks to. `remark` is a sentence about what lies beside it,
    empty for nothing of use.
    """

    path: str
    begin: int
    packed: int
    size: int
    crc: int
    deflated: bool
    remark: str = ""

    def __post_init__(self) -> None:
        """Raise ValueError for what lies nowhere."""
        if min(self.begin, self.packed, self.size, self.crc) < 0:
            raise ValueError("A file in an archive has no place.")

    def as_json(self) -> dict[str, Any]:
        """Return what `from_json` reads."""
        return asdict(self)

    @classmethod
    def from_json(cls, told: dict[str, Any]) -> Self:
        """Raise ValueError or TypeError for what `as_json` never wrote."""
        return cls(**told)

    def check(self) -> None:
        """Raise PackageRejected when it claims to unpack to what nobody would have packed."""
        if self.size > max(_SMALL, _TIMES * self.packed):
            raise PackageRejected(
                f"{self.path} unpacks to more than {_TIMES} times its size, as no build does."
            )
        if not self.deflated and self.size != self.packed:
            raise PackageRejected(self._damaged("has two sizes"))

    def _damaged(self, how: str) -> str:
        return f"The archive is damaged: {self.path} {how}."


class Wrapped(PackageRejected):
    """
    The file is no build itself: it is an archive with one in it, and that can be taken.

    Who cannot take it has a sentence that says what to do.
    """

    def __init__(self, enclosed: Enclosed) -> None:
        super().__init__(f"It is a zip with {enclosed.path} in it: take that out and use it.")
        self.enclosed = enclosed


class Unpacker:
    """Unpacks one file while its packed bytes pass by. Its acts may run in threads, in turn."""

    def __init__(self, enclosed: Enclosed) -> None:
        """Raise PackageRejected for a claim that cannot be."""
        enclosed.check()
        self._enclosed = enclosed
        self._inflater = zlib.decompressobj(-zlib.MAX_WBITS) if enclosed.deflated else None
        self._left = enclosed.size
        self._crc = 0

    def pieces(self, packed: bytes) -> Iterator[bytes]:
        """Yield what the next packed bytes hold; raise PackageRejected for more than is claimed."""
        if self._inflater is None:
            found = iter((packed,))
        else:
            found = inflated(self._inflater, packed, limit=self._left)
        try:
            for piece in found:
                self._left -= len(piece)
                if self._left < 0:
                    raise PackageRejected(self._damaged("has not the size it claims"))
                self._crc = zlib.crc32(piece, self._crc)
                yield piece
        except zlib.error as error:
            raise PackageRejected(self._damaged("cannot be unpacked")) from error

    def end(self) -> None:
        """Raise PackageRejected unless all of it has passed as it was claimed."""
        if self._left or (self._inflater is not None and not self._inflater.eof):
            raise PackageRejected(self._damaged("ends too early"))
        if self._crc != self._enclosed.crc:
            raise PackageRejected(self._damaged("has a wrong checksum"))

    def _damaged(self, how: str) -> str:
        return f"The archive is damaged: {self._enclosed.path} {how}."


def inflated(inflater: "zlib._Decompress", packed: bytes, *, limit: int) -> Iterator[bytes]:
    """Yield what *packed* holds; one byte beyond *limit* is the proof that there is more."""
    full = True
    while (packed or full) and not inflater.eof and limit >= 0:
        most = min(PIECE, limit + 1)
        plain = inflater.decompress(packed, most)
        packed, full, limit = inflater.unconsumed_tail, len(plain) == most, limit - len(plain)
        if plain:
            yield plain
