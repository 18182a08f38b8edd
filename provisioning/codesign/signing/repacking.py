"""Packing an executable whose signature changed."""

from provisioning.codesign.container.archive import Archive
from provisioning.codesign.container.entry import Entry
from provisioning.codesign.container.packing import Digest, Spool, pack_stream
from provisioning.codesign.container.rewrite import Replacement
from provisioning.codesign.structures.assembled import Assembled, chunks_of
from provisioning.codesign.structures.source import Source


def repack_code(
    archive: Archive, entry: Entry, former: Source, content: Assembled, spool: Spool
) -> tuple[Replacement, Digest]:
    """Pack *content*, the new form of *former*, for its old place in the archive."""
    return pack_stream(chunks_of(content.pieces), entry.method, spool)
