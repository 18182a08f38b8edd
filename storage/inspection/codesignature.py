"""
What a Mach-O's own signature claims: the entitlements in its superblob.

Numbers and layout are those of Apple's `cs_blobs.h`, all big-endian. Nothing is verified here.
"""

from struct import Struct

from pydantic import JsonValue

from storage.inspection import plists
from storage.inspection.rejection import PackageRejected

MAX_BYTES = 4 << 20

_SUPERBLOB, _ENTITLEMENTS = 0xFADE0CC0, 0xFADE7171
_SLOT = 5
_MAX_SLOTS = 64
_HEAD = Struct(">3L")
_LINE = Struct(">2L")
_DAMAGED = "The executable's signature is damaged."
_WHAT = "The list of entitlements in the executable's signature"


def entitlements(blob: bytes) -> dict[str, JsonValue]:
    """Read a superblob; an empty answer when it claims none, PackageRejected when it is damaged."""
    if len(blob) < _HEAD.size:
        raise PackageRejected("The executable's signature is cut off.")
    magic, length, count = _HEAD.unpack_from(blob)
    end = _HEAD.size + count * _LINE.size
    if magic != _SUPERBLOB or count > _MAX_SLOTS or not end <= length <= len(blob):
        raise PackageRejected(_DAMAGED)
    slots = [at for slot, at in _LINE.iter_unpack(blob[_HEAD.size : end]) if slot == _SLOT]
    if len(slots) > 1:
        raise PackageRejected("The executable's signature has two lists of entitlements.")
    return _listed(blob[:length], slots[0]) if slots else {}


def _listed(blob: bytes, at: int) -> dict[str, JsonValue]:
    if at + _LINE.size > len(blob):
        raise PackageRejected("The executable's signature is cut off.")
    magic, size = _LINE.unpack_from(blob, at)
    if magic != _ENTITLEMENTS or size < _LINE.size or at + size > len(blob):
        raise PackageRejected(_DAMAGED)
    listed = blob[at + _LINE.size : at + size]
    # A part that is there and holds nothing claims nothing.
    return plists.copy(plists.load(listed, _WHAT)) if listed.strip() else {}
