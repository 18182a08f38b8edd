"""Packing an executable whose signature changed: its packed code stays where it can."""

from typing import Final

from provisioning.codesign.container.archive import Archive, Inflated
from provisioning.codesign.container.chunks import join_chunks, keep_beginning, pack_chunk
from provisioning.codesign.container.entry import Entry
from provisioning.codesign.container.packing import pack_stream
from provisioning.codesign.container.rewrite import Replacement
from provisioning.codesign.structures.assembled import Assembled, Range, chunks_of

#: Below this, packing all of it anew costs less than looking for a place to cut.
_WORTH_CUTTING: Final = 1 << 20
_LARGEST_REST: Final = 32 << 20


def repack_code(
    archive: Archive, entry: Entry, former: Inflated, content: Assembled, *, one_piece: bool
) -> Replacement:
    """
    Pack *content*, the new form of *former*, for its old place in the archive.

    *one_piece* packs all of it anew, so that no flush stands inside the stream.
    """
    first = content.pieces[0]
    if (
        not one_piece
        and isinstance(first, Range)
        and first.source is former.source
        and first.offset == 0
        and first.length >= _WORTH_CUTTING
        and content.size - first.length <= _LARGEST_REST
    ):
        begin = keep_beginning(archive.packed(entry), former, first.length, entry.method)
        if begin is not None:
            rest = content.read(first.length, content.size - first.length)
            return join_chunks([begin, pack_chunk(rest, entry.method)], entry.method)
    return pack_stream(chunks_of(content.pieces), entry.method, archive.spool)
