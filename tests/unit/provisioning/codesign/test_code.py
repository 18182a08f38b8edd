"""Signing single executables: 32 bits, no room, unusual shapes."""

import struct
from datetime import UTC, datetime

import pytest

from bot.sandbox.samples.macho import MachO, image
from provisioning.codesign.errors import Refused
from provisioning.codesign.signing.code import Order, sign_code
from provisioning.codesign.structures.macho import is_signable, read_slices
from provisioning.codesign.structures.signature import read_signature
from provisioning.codesign.structures.source import BytesSource
from provisioning.codesign.verifying.code import CodeCheck, Surroundings
from tests.unit.provisioning.codesign import world

ORDER = Order(identity=world.identity(), identifier="libold", moment=datetime.now(UTC))


def program_32(*, spare: int = 64, linkedit: int = 100, kind: int = 6) -> bytes:
    """Write a library for 32-bit ARM, as phones before 2013 ran it."""
    sizes = (56 + 68, 56)
    start = 28 + sum(sizes) + spare
    text_end = 4_096 * 2
    text = struct.pack("<2I16s8I", 1, sizes[0], b"__TEXT", 0, text_end, 0, text_end, 5, 5, 1, 0)
    section = struct.pack("<16s16s9I", b"__text", b"__TEXT", start, 64, start, 2, *[0] * 5)
    place = (text_end, 4_096, text_end, linkedit, 1, 1, 0, 0)
    link = struct.pack("<2I16s8I", 1, sizes[1], b"__LINKEDIT", *place)
    head = struct.pack("<7I", 0xFEEDFACE, 12, 9, kind, 2, sum(sizes), 0x85)
    body = (head + text + section + link).ljust(start, b"\0").ljust(text_end, b"\x90")
    return body + b"\x07" * linkedit


def check(content: bytes) -> list[str]:
    judge = CodeCheck(where="lib", around=Surroundings(info_plist=None, resources=None))
    judge.run(BytesSource(content))
    return [item.sentence for item in judge.found]


def signed(content: bytes, order: Order = ORDER) -> bytes:
    result = sign_code(BytesSource(content), order)
    return result.read(0, result.size)


def test_a_32_bit_library_is_signed_and_signed_again() -> None:
    once = signed(program_32())
    twice = signed(once)

    assert check(once) == []
    assert check(twice) == []
    assert len(once) == len(twice)
    place = read_slices(BytesSource(once))[0].signature
    assert place is not None
    assert place.offset % 16 == 0
    assert once[28 + 180 + 16 : place.offset] == program_32()[28 + 180 + 16 :].ljust(
        place.offset - 28 - 180 - 16, b"\0"
    )


def test_without_room_for_a_load_command_there_is_a_refusal() -> None:
    with pytest.raises(Refused, match="no room for the signature's load command"):
        sign_code(BytesSource(program_32(spare=8)), ORDER)


def test_a_signature_that_outgrew_its_room_gets_a_larger_one() -> None:
    small = signed(program_32())
    place = read_slices(BytesSource(small))[0].signature
    assert place is not None
    content = small[: place.offset + 512]
    head = bytearray(content)
    head[place.command + 12 : place.command + 16] = struct.pack("<I", 512)
    linkedit = read_slices(BytesSource(small))[0].linkedit
    assert linkedit is not None
    struct.pack_into("<I", head, linkedit.command + 36, place.offset + 512 - linkedit.offset)

    grown = signed(bytes(head))

    assert check(grown) == []
    found = read_slices(BytesSource(grown))[0].signature
    assert found is not None
    assert found.offset == place.offset
    assert found.size > 512


def test_a_signed_slice_keeps_the_room_it_has() -> None:
    before = world.dylib("libdepth")

    after = signed(before)

    start = read_slices(BytesSource(before))[0].signature
    assert start is not None
    assert len(after) == len(before)
    assert after[: start.offset] == before[: start.offset]


def test_every_slice_of_a_fat_file_grows_at_its_alignment() -> None:
    library = MachO(name="Fat", install_name="Fat", architectures=("arm64", "x86_64"))

    after = signed(b"".join(image(library)))

    parts = read_slices(BytesSource(after))
    assert check(after) == []
    assert [part.start % (1 << part.alignment) for part in parts] == [0, 0]
    assert all(read_signature(BytesSource(after), part) for part in parts)


def test_a_library_without_linkedit_is_refused() -> None:
    content = program_32().replace(b"__LINKEDIT", b"__OTHERDATA"[:10])

    with pytest.raises(Refused, match="no __LINKEDIT segment"):
        sign_code(BytesSource(content), ORDER)


def test_linkedit_must_be_the_last_segment() -> None:
    content = bytearray(program_32())
    linkedit = read_slices(BytesSource(bytes(content)))[0].linkedit
    assert linkedit is not None
    struct.pack_into("<2I", content, linkedit.command + 32, 4_096, 100)

    with pytest.raises(Refused, match="not its last one"):
        sign_code(BytesSource(bytes(content)), ORDER)


@pytest.mark.parametrize(("kind", "signable"), [(2, True), (6, True), (8, True), (1, False)])
def test_object_files_are_resources(kind: int, *, signable: bool) -> None:
    assert is_signable(BytesSource(program_32(kind=kind))) is signable


def test_a_fat_file_is_known_by_its_first_slice() -> None:
    content = b"".join(image(MachO(name="Fat", architectures=("arm64", "x86_64"))))

    assert is_signable(BytesSource(content))
    assert not is_signable(BytesSource(content[:100]))
