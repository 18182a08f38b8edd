"""Load commands: what is read of them, and which are damaged."""

import struct

import pytest

from storage.inspection.macho import HEAD, Slice, read_slices
from storage.inspection.rejection import PackageRejected

SIGNATURE = struct.pack("<4L", 0x1D, 16, 0x4000, 0x1000)
PLAIN, ENCRYPTED = (struct.pack("<6L", 0x2C, 24, 0, 0, crypt, 0) for crypt in (0, 1))
UUID = struct.pack("<2L", 0x1B, 24) + bytes(range(16))


def program(commands: bytes, count: int, length: int | None = None) -> bytes:
    told = len(commands) if length is None else length
    return struct.pack("<8L", 0xFEEDFACF, 0x0100000C, 0, 2, count, told, 0, 0) + commands


def slices(data: bytes) -> list[Slice]:
    return read_slices(lambda at, length: data[at : at + length])


def fat(count: int) -> bytes:
    """Give so many slices that are all the same one."""
    start = 0x4000
    line = struct.pack(">5L", 0x0100000C, 0, start, 0x1000, 14)
    head = struct.pack(">2L", 0xCAFEBABE, count) + line * count
    return head.ljust(start, b"\0") + program(UUID, 1)


@pytest.mark.parametrize("commands", [PLAIN + ENCRYPTED, ENCRYPTED + PLAIN])
def test_a_slice_is_encrypted_when_any_command_says_so(commands: bytes) -> None:
    assert slices(program(commands, 2))[0].encrypted


def test_commands_of_more_than_the_usual_length_are_read() -> None:
    filler = struct.pack("<2L", 0xC, HEAD) + bytes(HEAD - 8)

    found = slices(program(filler * 3 + UUID + SIGNATURE, 5))[0]

    assert found.uuid == "00010203-0405-0607-0809-0a0b0c0d0e0f"
    assert found.signature == (0x4000, 0x1000)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (program(UUID, 2), "damaged"),
        (program(UUID, 1, 20), "damaged"),
        (program(struct.pack("<2L", 0x1B, 4) + bytes(16), 1), "damaged"),
        (program(struct.pack("<2L", 0xC, 900), 1), "damaged"),
        (program(struct.pack("<3L", 0x1B, 12, 7), 1), "damaged"),
        (program(struct.pack("<3L", 0x1D, 12, 0x4000), 1), "damaged"),
        (program(struct.pack("<4L", 0x2C, 16, 0, 0), 1), "damaged"),
        (program(struct.pack("<2L", 0x32, 8), 1), "damaged"),
        (program(SIGNATURE * 2, 2), "two signatures"),
        (program(UUID, 1, 4000), "cut off"),
        (program(b"", 20_001), "too many load commands"),
        (program(b"", 1, (4 << 20) + 1), "too many load commands"),
        (fat(30), "no Mach-O"),
    ],
    ids=[
        *("a missing command", "past the others", "too short", "too long", "a cut UUID"),
        *("a cut place", "a cut word on encryption", "a cut platform", "two signatures"),
        *("past the file", "too many", "too much", "a Java class's number of slices"),
    ],
)
def test_damaged_commands_are_refused(data: bytes, sentence: str) -> None:
    with pytest.raises(PackageRejected, match=sentence):
        slices(data)


def test_as_many_slices_as_code_signing_takes_are_read() -> None:
    assert len(slices(fat(29))) == 29
