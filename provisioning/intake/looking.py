"""Looking at a part of a file whose name says little, before all of it is fetched."""

from collections.abc import AsyncIterator
from typing import Protocol

from provisioning.ports import Incoming
from storage.inspection.endings import base_name, ending_of, is_build
from storage.inspection.rejection import NotAPackage, PackageRejected

#: Bytes. The list of what lies in a zip stands at its end: so many hold about ten thousand names.
PART = 1 << 20

#: Archives that are not opened here. Something of what lies in them shows at the beginning.
TARS = frozenset({".tar", ".gz", ".tgz", ".bz2", ".tbz2", ".xz", ".txz"})
#: And those whose names alone can tell.
SEALED = frozenset({".7z", ".rar"})
#: What may end like a zip, and says what it is elsewhere.
PROGRAM = ".exe"


class Glancer(Protocol):
    """Judges a part of a file in a process of its own."""

    async def glance(self, part: bytes, *, start: int, size: int, name: str) -> bool | None:
        """
        Return whether a file of *size* bytes has to do with builds; None when *part* won't tell.

        *part* is what it holds from *start* on. Raise PackageRejected to refuse it already.
        """


async def looked_at(name: str, incoming: Incoming, glancer: Glancer) -> bool | None:
    """
    Return whether a file has to do with builds; None when only all of it tells.

    Raise NotAPackage when it certainly has not, PackageRejected with a sentence when it has, and is
    of no use.
    """
    ending = ending_of(name)
    if ending in SEALED:
        raise _by_name(name)
    if ending in TARS:
        head = await _beginning(incoming.chunks)
        await glancer.glance(head, start=0, size=incoming.size or len(head), name=name)
        raise NotAPackage
    if ending == PROGRAM or incoming.since is None or not incoming.size:
        return None
    start = max(incoming.size - PART, 0)
    part = await incoming.since(start)
    if part is None:
        return None
    told = await glancer.glance(part, start=start, size=incoming.size, name=name)
    if told is False:
        raise NotAPackage
    return told


async def _beginning(chunks: AsyncIterator[bytes]) -> bytes:
    head = bytearray()
    async for chunk in chunks:
        head += chunk
        if len(head) >= PART:
            break
    return bytes(head[:PART])


def _by_name(name: str) -> PackageRejected:
    """Return a refusal for what is called like a build in an archive, such as `Harbour.ipa.7z`."""
    inner = base_name(name).rpartition(".")[0]
    if not is_build(inner):
        return NotAPackage()
    return PackageRejected(
        f"It is an archive with {inner} in it, and only a zip is opened here: post the build by "
        "itself, or in a zip."
    )
