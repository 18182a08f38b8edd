"""Room for a signature in a Mach-O slice: which bytes of its head have to change for it."""

import struct
from dataclasses import dataclass
from typing import Final

from provisioning.codesign.errors import Refused
from provisioning.codesign.structures import macho
from provisioning.codesign.structures.macho import Segment, Slice
from provisioning.codesign.structures.source import Source

#: Apple leaves 4 to 13 KB behind its signatures; with as much, the next one fits as well.
SLACK: Final = 8_192
_ALIGNMENT: Final = 16
_MEMORY_PAGE: Final = 0x4000
_COMMAND: Final = struct.Struct("<4I")
_COUNTS: Final = struct.Struct("<2I")
_COUNTS_AT: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """
    Where a slice's new signature goes.

    The slice is `head`, then the old bytes up to `kept`, then zeros up to `offset`, then the region
    of `room` bytes. An empty `head` means that none of its bytes change.
    """

    head: bytes
    kept: int
    offset: int
    room: int

    @property
    def size(self) -> int:
        return self.offset + self.room


def lay_out(source: Source, part: Slice, needed: int) -> Layout:
    """Find room for a signature of *needed* bytes in the slice *source*. Raise Refused."""
    linkedit = _final_linkedit(part)
    end = linkedit.offset + linkedit.size
    if part.signature is None:
        kept = end
        offset = _up(end, _ALIGNMENT)
        room = _up(needed + SLACK, _ALIGNMENT)
    else:
        kept = offset = part.signature.offset
        room = part.signature.size
        if room < needed:
            room = _up(needed + SLACK, _ALIGNMENT)
    layout = Layout(head=b"", kept=kept, offset=offset, room=room)
    head = source.read(0, min(part.commands_end + _COMMAND.size, part.size))
    changed = _with_signature(head, part, layout)
    changed = _with_linkedit(changed, part, linkedit, layout.size)
    if changed == head:
        return layout
    return Layout(head=changed, kept=kept, offset=offset, room=room)


def _final_linkedit(part: Slice) -> Segment:
    linkedit = part.linkedit
    if linkedit is None:
        raise Refused("This code has no __LINKEDIT segment, so there is no place for a signature.")
    end = linkedit.offset + linkedit.size
    if any(item.offset + item.size > end for item in part.segments):
        raise Refused("The __LINKEDIT segment of this code is not its last one.")
    if part.signature is not None and part.signature.offset < linkedit.offset:
        raise Refused("The signature of this code does not lie in its __LINKEDIT segment.")
    return linkedit


def _with_signature(head: bytes, part: Slice, layout: Layout) -> bytes:
    command = _COMMAND.pack(macho.LC_CODE_SIGNATURE, _COMMAND.size, layout.offset, layout.room)
    if part.signature is not None:
        return _replaced(head, part.signature.command, command)
    start, end = part.commands_end, part.commands_end + _COMMAND.size
    if end > part.first_content or any(head[start:end]):
        raise Refused("There is no room for the signature's load command in this code.")
    counts = (part.command_count + 1, end - part.header_size)
    return _replaced(_replaced(head, start, command), _COUNTS_AT, _COUNTS.pack(*counts))


def _with_linkedit(head: bytes, part: Slice, linkedit: Segment, end: int) -> bytes:
    size = end - linkedit.offset
    memory = max(linkedit.address_size, _up(size, _MEMORY_PAGE))
    top = linkedit.address + linkedit.address_size
    if any(top <= item.address < linkedit.address + memory for item in part.segments):
        raise Refused("There is no room in memory for the signature of this code.")
    if part.wide:
        head = _replaced(head, linkedit.command + 32, struct.pack("<Q", memory))
        return _replaced(head, linkedit.command + 48, struct.pack("<Q", size))
    head = _replaced(head, linkedit.command + 28, struct.pack("<I", memory))
    return _replaced(head, linkedit.command + 36, struct.pack("<I", size))


def _replaced(content: bytes, start: int, new: bytes) -> bytes:
    return content[:start] + new + content[start + len(new) :]


def _up(number: int, multiple: int) -> int:
    return -(-number // multiple) * multiple
