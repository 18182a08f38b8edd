"""Executables are laid out and signed so that independent readers agree."""

import hashlib
import plistlib
import struct
from dataclasses import replace
from pathlib import Path

import pytest
from asn1crypto import cms, core

from bot.sandbox.samples.identities import signing_identity
from bot.sandbox.samples.macho import MachO, image
from bot.sandbox.samples.signature import CodeSigning, der_entitlements
from tests.unit.bot.sandbox.samples.referees import ask

_ENTITLEMENTS = {
    "get-task-allow": True,
    "application-identifier": "A1B2C3D4E5.com.example.harbour",
    "keychain-access-groups": ["A1B2C3D4E5.com.example.harbour"],
    "limits": {"boats": 3},
}


def _signing() -> CodeSigning:
    return CodeSigning(
        identifier="com.example.harbour",
        identity=signing_identity(),
        team_id="A1B2C3D4E5",
        entitlements=_ENTITLEMENTS,
        info_plist=b"info",
        resources=b"resources",
    )


def _commands(content: bytes) -> dict[int, bytes]:
    count = struct.unpack_from("<I", content, 16)[0]
    commands, at = {}, 32
    for _ in range(count):
        kind, size = struct.unpack_from("<2I", content, at)
        commands[kind] = content[at : at + size]
        at += size
    return commands


def _blobs(content: bytes) -> tuple[int, dict[int, bytes]]:
    offset, room = struct.unpack_from("<2I", _commands(content)[0x1D], 8)
    region = content[offset : offset + room]
    assert offset + room == len(content)
    magic, length, count = struct.unpack_from(">3I", region)
    assert magic == 0xFADE0CC0
    assert not any(region[length:])
    blobs = {}
    for number in range(count):
        slot, at = struct.unpack_from(">2I", region, 12 + 8 * number)
        (size,) = struct.unpack_from(">I", region, at + 4)
        blobs[slot] = region[at : at + size]
    return offset, blobs


def test_the_signature_lies_at_the_end_and_covers_every_page() -> None:
    content = b"".join(image(MachO(name="Harbour", filler=50_000), _signing()))
    offset, blobs = _blobs(content)
    directory = blobs[0]
    hash_at, _, special, slots, limit = struct.unpack_from(">5I", directory, 16)
    assert (limit, special, slots) == (offset, 7, -(-offset // 4096))
    for number in range(slots):
        page = content[number * 4096 : min((number + 1) * 4096, offset)]
        kept = directory[hash_at + 32 * number : hash_at + 32 * (number + 1)]
        assert kept == hashlib.sha256(page).digest()
    assert len(directory) == hash_at + 32 * slots


def test_the_special_slots_cover_what_belongs_to_them() -> None:
    _, blobs = _blobs(b"".join(image(MachO(name="Harbour"), _signing())))
    directory = blobs[0]
    (hash_at,) = struct.unpack_from(">I", directory, 16)
    covered = {1: b"info", 2: blobs[2], 3: b"resources", 4: None, 5: blobs[5], 6: None, 7: blobs[7]}
    for slot, component in covered.items():
        kept = directory[hash_at - 32 * slot : hash_at - 32 * (slot - 1)]
        assert kept == (hashlib.sha256(component).digest() if component else bytes(32))


def test_the_directory_names_identifier_team_and_the_text_segment() -> None:
    _, blobs = _blobs(b"".join(image(MachO(name="Harbour", filler=70_000), _signing())))
    directory = blobs[0]
    ident_at, team_at = struct.unpack_from(">I", directory, 20)[0], 48
    (team_at,) = struct.unpack_from(">I", directory, team_at)
    assert directory[ident_at:].split(b"\0")[0] == b"com.example.harbour"
    assert directory[team_at:].split(b"\0")[0] == b"A1B2C3D4E5"
    base, limit, flags = struct.unpack_from(">3Q", directory, 64)
    assert (base, limit % 0x4000, flags) == (0, 0, 0x11)
    assert limit > 70_000


def test_openssl_verifies_the_cms_over_the_directory(tmp_path: Path) -> None:
    _, blobs = _blobs(b"".join(image(MachO(name="Harbour"), _signing())))
    (tmp_path / "directory").write_bytes(blobs[0])
    (tmp_path / "cms").write_bytes(blobs[0x10000][8:])
    arguments = ("-inform", "DER", "-noverify", "-binary", "-content", tmp_path / "directory")
    ask("openssl", "cms", "-verify", *arguments, "-in", tmp_path / "cms", "-out", tmp_path / "out")
    assert (tmp_path / "out").read_bytes() == blobs[0]


def test_apples_two_attributes_hold_the_hash_of_the_directory() -> None:
    _, blobs = _blobs(b"".join(image(MachO(name="Harbour"), _signing())))
    digest = hashlib.sha256(blobs[0]).digest()
    signed = cms.ContentInfo.load(blobs[0x10000][8:])["content"]
    attributes = signed["signer_infos"][0]["signed_attrs"]
    found = {item["type"].dotted: item["values"][0] for item in attributes}
    xml = plistlib.loads(found["1.2.840.113635.100.9.1"].native)
    assert xml == {"cdhashes": [digest[:20]]}
    assert found["1.2.840.113635.100.9.2"].dump().endswith(digest)
    assert len(signed["certificates"]) == 3


def test_an_ad_hoc_signature_has_no_signer() -> None:
    signing = replace(_signing(), identity=None, team_id="")
    _, blobs = _blobs(b"".join(image(MachO(name="Harbour"), signing)))
    assert blobs[0x10000] == bytes.fromhex("fade0b0100000008")
    assert struct.unpack_from(">I", blobs[0], 12)[0] == 2


def test_a_library_claims_no_program() -> None:
    library = MachO(name="Kit", install_name="@rpath/Kit.framework/Kit")
    content = b"".join(image(library, replace(_signing(), entitlements=None)))
    _, blobs = _blobs(content)
    assert struct.unpack_from("<I", content, 12)[0] == 6
    assert struct.unpack_from(">Q", blobs[0], 80)[0] == 0
    assert set(blobs) == {0, 2, 0x10000}


def test_entitlements_in_der_are_sorted_and_typed() -> None:
    outer = core.load(der_entitlements(_ENTITLEMENTS))
    assert outer.class_ == 1
    assert outer.tag == 16
    text = der_entitlements(_ENTITLEMENTS)
    places = [text.index(key.encode()) for key in sorted(_ENTITLEMENTS)]
    assert places == sorted(places)
    assert bytes.fromhex("0101ff") in text
    assert bytes.fromhex("020103") in text


def test_a_fat_file_holds_an_aligned_slice_for_each_architecture() -> None:
    binary = MachO(name="Harbour", architectures=("x86_64", "arm64"))
    content = b"".join(image(binary, _signing()))
    magic, count = struct.unpack_from(">2I", content)
    assert (magic, count) == (0xCAFEBABE, 2)
    for number, architecture in enumerate(binary.architectures):
        cpu, _, offset, size, align = struct.unpack_from(">5I", content, 8 + 20 * number)
        assert offset % (1 << align) == 0
        part = content[offset : offset + size]
        assert struct.unpack_from("<I", part, 4)[0] == cpu
        assert _commands(part)[0x1B][8:] == binary.uuid(architecture).bytes
        _blobs(part)


def test_an_unsigned_file_ends_with_its_symbols_and_leaves_room_for_a_command() -> None:
    content = b"".join(image(MachO(name="Harbour")))
    commands = _commands(content)
    offset, size = struct.unpack_from("<2I", commands[0x2], 16)
    assert 0x1D not in commands
    assert offset + size == len(content)
    end = 32 + struct.unpack_from("<I", content, 20)[0]
    assert not any(content[end : end + 64])


def test_a_copy_from_the_app_store_is_marked_as_encrypted() -> None:
    commands = _commands(b"".join(image(MachO(name="Harbour", crypt_id=1))))
    assert struct.unpack_from("<I", commands[0x2C], 16)[0] == 1


@pytest.mark.parametrize("filler", [0, 1, 20_000])
def test_llvm_reads_versions_and_code(tmp_path: Path, filler: int) -> None:
    path = tmp_path / "Harbour"
    path.write_bytes(b"".join(image(MachO(name="Harbour", filler=filler), _signing())))
    printed = ask("llvm-objdump", "--macho", "--private-headers", "-d", path)
    assert "minos 15.0" in printed
    assert "platform ios" in printed
    assert "LC_CODE_SIGNATURE" in printed
    assert "mov\tx29, sp" in printed
