"""A signature region: which of its bytes a new profile changes, and its new form."""

import struct
from collections.abc import Callable, Sequence
from typing import Final

from provisioning.codesign.errors import NeedsFullPath
from provisioning.codesign.structures import superblob
from provisioning.codesign.structures.codedirectory import (
    CodeDirectory,
    hash_with,
    read_code_directory,
)
from provisioning.codesign.structures.superblob import Blob, Superblob, read_superblob

#: Page hashes are worth a chunk of their own from here on; below, one chunk for all is simpler.
WORTH_SPLITTING: Final = 8_192


def stable_range(region: bytes) -> tuple[int, int] | None:
    """
    Return the bytes of a region that no splice changes: the page hashes of its one CodeDirectory.

    None when they are few, or when the region is not laid out the way Apple does it.
    """
    blob = read_superblob(region)
    if len(blob.directories) != 1:
        return None
    place = blob.directories[0]
    start = place.offset + read_code_directory(place.content).hash_offset
    end = place.offset + len(place.content)
    others = [item.offset for item in blob.blobs if item is not place]
    if end - start < WORTH_SPLITTING or any(offset < end for offset in others):
        return None
    return start, end


def resign_region(
    region: bytes, resources: bytes, sign: Callable[[Sequence[CodeDirectory]], bytes]
) -> bytes:
    """
    Return a region of the same length, with the hash of new *resources* and a new CMS.

    *sign* makes the CMS over CodeDirectories. Raise NeedsFullPath when the new one has no room.
    """
    blob = read_superblob(region)
    cms = final_cms(blob)
    changed = bytearray(region[: cms.offset])
    directories: list[CodeDirectory] = []
    for place in blob.directories:
        directory = _with_resources(read_code_directory(place.content), resources)
        changed[place.offset : place.offset + len(directory.content)] = directory.content
        directories.append(directory)
    message = sign(directories)
    changed += struct.pack(">II", superblob.CMS, superblob.BLOB_HEADER + len(message)) + message
    if len(changed) > len(region):
        raise NeedsFullPath("The new signature does not fit where the old one was.")
    changed[4:8] = struct.pack(">I", len(changed))
    return bytes(changed).ljust(len(region), b"\0")


def final_cms(blob: Superblob) -> Blob:
    """Return the CMS. Raise NeedsFullPath when there is none, or something lies behind it."""
    cms = blob.get(superblob.CMS_SLOT)
    if cms is None or not cms.payload:
        raise NeedsFullPath("Nobody signed this app yet.")
    if any(item.offset > cms.offset for item in blob.blobs):
        raise NeedsFullPath("The signature of this app is laid out in an unusual order.")
    return cms


def _with_resources(directory: CodeDirectory, resources: bytes) -> CodeDirectory:
    if directory.special_count < superblob.RESOURCES_SLOT:
        raise NeedsFullPath("The signature of this app has no place for its seal.")
    start = directory.special_offset(superblob.RESOURCES_SLOT)
    value = hash_with(directory.hash_type, resources)
    content = directory.content
    return read_code_directory(content[:start] + value + content[start + len(value) :])
