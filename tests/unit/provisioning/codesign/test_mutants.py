"""Single changes to a good app, each of which the verifier has to catch for the right reason."""

import hashlib
import plistlib
import struct
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.sandbox.samples.ipa import SampleApp, write_ipa
from provisioning.codesign.structures import superblob
from provisioning.codesign.structures.codedirectory import read_code_directory
from provisioning.codesign.structures.macho import read_slices
from provisioning.codesign.structures.source import BytesSource
from provisioning.codesign.structures.superblob import read_superblob
from provisioning.codesign.verifying.verifier import verify
from provisioning.codesign.verifying.violation import Kind
from tests.unit.provisioning.codesign import world

ROOT = "Payload/Harbour.app/"
MAIN = ROOT + "Harbour"
SHARE = ROOT + "PlugIns/Share.appex/Share"
SEAL = ROOT + "_CodeSignature/CodeResources"
PROFILE = ROOT + "embedded.mobileprovision"
Edit = Callable[[bytes], bytes | None]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("mutants") / "base.ipa"
    write_ipa(path, SampleApp(icon="none", tiles=3))
    return path


# Edits of an executable.


def region(content: bytes) -> int:
    place = read_slices(BytesSource(content))[0].signature
    assert place is not None
    return place.offset


def flip(content: bytes, offset: int) -> bytes:
    changed = bytearray(content)
    changed[offset] ^= 1
    return bytes(changed)


def flip_page(content: bytes) -> bytes:
    return flip(content, 9_000)


def flip_head(content: bytes) -> bytes:
    # The UUID, which no other check looks at.
    return flip(content, content.index(struct.pack("<II", 0x1B, 24)) + 8)


def flip_blob(slot: int, within: int) -> Edit:
    def edit(content: bytes) -> bytes:
        start = region(content)
        found = read_superblob(content[start:]).get(slot)
        assert found is not None
        return flip(content, start + found.offset + within)

    return edit


def edit_directory(change: Callable[[bytearray], None]) -> Edit:
    def edit(content: bytes) -> bytes:
        start = region(content)
        found = read_superblob(content[start:]).get(0)
        assert found is not None
        directory = bytearray(found.content)
        change(directory)
        at = start + found.offset
        return content[:at] + bytes(directory) + content[at + len(directory) :]

    return edit


def _set(offset: int, value: bytes) -> Callable[[bytearray], None]:
    def change(directory: bytearray) -> None:
        directory[offset : offset + len(value)] = value

    return change


def _clear_slot(slot: int) -> Callable[[bytearray], None]:
    def change(directory: bytearray) -> None:
        start = read_code_directory(bytes(directory)).special_offset(slot)
        directory[start : start + 32] = bytes(32)

    return change


def _fill_slot(slot: int) -> Callable[[bytearray], None]:
    def change(directory: bytearray) -> None:
        start = read_code_directory(bytes(directory)).special_offset(slot)
        directory[start : start + 32] = b"\x11" * 32

    return change


def _rename(directory: bytearray) -> None:
    at = directory.index(b"com.example.harbour\0")
    directory[at : at + 3] = b"org"


def _reteam(directory: bytearray) -> None:
    at = directory.index(b"A1B2C3D4E5\0")
    directory[at : at + 2] = b"ZZ"


def _bad_page_hash(directory: bytearray) -> None:
    directory[-1] ^= 1


def drop_blob(slot: int) -> Edit:
    def edit(content: bytes) -> bytes:
        start = region(content)
        raw = bytearray(content)
        count = struct.unpack_from(">I", raw, start + 8)[0]
        for number in range(count):
            at = start + 12 + 8 * number
            if struct.unpack_from(">I", raw, at)[0] == slot:
                # The entry becomes one of a number that means nothing, above all slots.
                struct.pack_into(">I", raw, at, 0x7FFF0000)
        return bytes(raw)

    return edit


def behind_signature(content: bytes) -> bytes:
    return content[:-1] + b"\x01"


def behind_file(content: bytes) -> bytes:
    return content + b"\x01"


def encrypt(content: bytes) -> bytes:
    at = content.index(struct.pack("<II", 0x2C, 24)) + 16
    return content[:at] + b"\x01\0\0\0" + content[at + 4 :]


def unsign(content: bytes) -> bytes:
    at = content.index(struct.pack("<II", 0x1D, 16))
    return content[:at] + struct.pack("<II", 0x26, 16) + content[at + 8 :]


def truncate(content: bytes) -> bytes:
    return content[:-4096]


# Edits of other files.


def _seal(change: Callable[[dict[str, dict[str, object]]], None]) -> Edit:
    def edit(content: bytes) -> bytes:
        values = plistlib.loads(content)
        change(values)
        return plistlib.dumps(values)

    return edit


def _drop_from_list(values: dict[str, dict[str, object]]) -> None:
    del values["files2"]["Tiles/00/000000.txt"]


def _wrong_sha1(values: dict[str, dict[str, object]]) -> None:
    values["files"]["Tiles/00/000000.txt"] = hashlib.sha1(b"", usedforsecurity=False).digest()


def _list_too_many(values: dict[str, dict[str, object]]) -> None:
    values["files2"]["Gone.txt"] = {"hash2": bytes(32)}


def gone(_content: bytes) -> None:
    return None


def flip_middle(content: bytes) -> bytes:
    return flip(content, len(content) // 2)


def other_profile(content: bytes) -> bytes:
    del content
    return world.profile("com.example.lighthouse", world.identity()).content


def others_certificate(content: bytes) -> bytes:
    del content
    return world.profile(world.APP_ID, world.identity(2)).content


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    name: str
    edit: Edit
    kind: Kind
    says: str


MUTANTS = {
    "a byte of code": Mutant(name=MAIN, edit=flip_page, kind=Kind.PAGE, says="differ"),
    "a byte of the load commands": Mutant(
        name=MAIN, edit=flip_head, kind=Kind.PAGE, says="first at byte 0"
    ),
    "a byte of a nested program": Mutant(name=SHARE, edit=flip_page, kind=Kind.SEAL, says="Share"),
    "a page hash": Mutant(
        name=MAIN, edit=edit_directory(_bad_page_hash), kind=Kind.PAGE, says="1 page"
    ),
    "the code directory": Mutant(
        name=MAIN, edit=edit_directory(_bad_page_hash), kind=Kind.CMS, says="message digest"
    ),
    "the requirements": Mutant(
        name=MAIN,
        edit=flip_blob(superblob.REQUIREMENTS_SLOT, 50),
        kind=Kind.SLOT,
        says="-2 is not the hash",
    ),
    "the XML entitlements": Mutant(
        name=MAIN,
        edit=lambda content: flip(content, content.index(b"keychain-access")),
        kind=Kind.SLOT,
        says="-5 is not the hash",
    ),
    "the DER entitlements": Mutant(
        name=MAIN,
        edit=flip_blob(superblob.ENTITLEMENTS_DER_SLOT, 40),
        kind=Kind.SLOT,
        says="-7 is not the hash",
    ),
    "no DER entitlements": Mutant(
        name=MAIN,
        edit=drop_blob(superblob.ENTITLEMENTS_DER_SLOT),
        kind=Kind.SLOT,
        says="-7 has a hash, but there is no",
    ),
    "no requirements": Mutant(
        name=MAIN,
        edit=drop_blob(superblob.REQUIREMENTS_SLOT),
        kind=Kind.REQUIREMENT,
        says="no designated requirement",
    ),
    "no CMS": Mutant(
        name=MAIN, edit=drop_blob(superblob.CMS_SLOT), kind=Kind.SIGNATURE, says="ad hoc"
    ),
    "the signature's own bytes": Mutant(
        name=MAIN, edit=flip_blob(superblob.CMS_SLOT, 9), kind=Kind.UNREADABLE, says="CMS"
    ),
    "the slot of Info.plist empty": Mutant(
        name=MAIN, edit=edit_directory(_clear_slot(1)), kind=Kind.SLOT, says="-1 has no hash"
    ),
    "the slot of the seal empty": Mutant(
        name=MAIN, edit=edit_directory(_clear_slot(3)), kind=Kind.SLOT, says="-3 has no hash"
    ),
    "a slot of nothing filled": Mutant(
        name=MAIN, edit=edit_directory(_fill_slot(4)), kind=Kind.SIGNATURE, says="-4 covers"
    ),
    "another identifier": Mutant(
        name=MAIN, edit=edit_directory(_rename), kind=Kind.IDENTITY, says="bundle identifier"
    ),
    "another team": Mutant(
        name=MAIN, edit=edit_directory(_reteam), kind=Kind.IDENTITY, says="another team"
    ),
    "another team than the profile's": Mutant(
        name=MAIN, edit=edit_directory(_reteam), kind=Kind.PROFILE, says="another team"
    ),
    "a smaller code limit": Mutant(
        name=MAIN,
        edit=edit_directory(_set(32, struct.pack(">I", 4096))),
        kind=Kind.SIGNATURE,
        says="code limit",
    ),
    "fewer pages": Mutant(
        name=MAIN,
        edit=edit_directory(_set(28, struct.pack(">I", 2))),
        kind=Kind.SIGNATURE,
        says="one hash for every page",
    ),
    "an old version": Mutant(
        name=MAIN,
        edit=edit_directory(_set(8, struct.pack(">I", 0x20300))),
        kind=Kind.SIGNATURE,
        says="iOS 15",
    ),
    "another executable segment": Mutant(
        name=MAIN,
        edit=edit_directory(_set(72, struct.pack(">Q", 4096))),
        kind=Kind.SIGNATURE,
        says="__TEXT",
    ),
    "the flags of a debugger": Mutant(
        name=MAIN,
        edit=edit_directory(_set(80, struct.pack(">Q", 0x11))),
        kind=Kind.SIGNATURE,
        says="flags",
    ),
    "a byte behind the superblob": Mutant(
        name=MAIN, edit=behind_signature, kind=Kind.SIGNATURE, says="behind the signature"
    ),
    "a byte behind the region": Mutant(
        name=MAIN, edit=behind_file, kind=Kind.MACHO, says="behind the signature's room"
    ),
    "encrypted code": Mutant(name=MAIN, edit=encrypt, kind=Kind.MACHO, says="App Store"),
    "no signature": Mutant(name=MAIN, edit=unsign, kind=Kind.SIGNATURE, says="no signature"),
    "a cut executable": Mutant(name=MAIN, edit=truncate, kind=Kind.UNREADABLE, says="outside"),
    "Info.plist": Mutant(
        name=ROOT + "Info.plist",
        edit=lambda content: content.replace(b"2.4.0", b"2.4.1"),
        kind=Kind.SLOT,
        says="-1 is not the hash",
    ),
    "a resource": Mutant(
        name=ROOT + "Tiles/00/000000.txt", edit=flip_middle, kind=Kind.SEAL, says="was changed"
    ),
    "a resource gone": Mutant(
        name=ROOT + "Tiles/00/000000.txt", edit=gone, kind=Kind.SEAL, says="not there"
    ),
    "a seal without a file": Mutant(
        name=SEAL, edit=_seal(_drop_from_list), kind=Kind.SEAL, says="is not sealed"
    ),
    "a seal with another hash": Mutant(
        name=SEAL, edit=_seal(_wrong_sha1), kind=Kind.SEAL, says="old list"
    ),
    "a seal of a file that is not there": Mutant(
        name=SEAL, edit=_seal(_list_too_many), kind=Kind.SEAL, says="Gone.txt"
    ),
    "a seal that nothing covers": Mutant(
        name=SEAL, edit=lambda content: content + b"\n", kind=Kind.SLOT, says="-3 is not the hash"
    ),
    "no seal": Mutant(name=SEAL, edit=gone, kind=Kind.SEAL, says="no CodeResources"),
    "no profile": Mutant(name=PROFILE, edit=gone, kind=Kind.PROFILE, says="no provisioning"),
    "a byte of the profile": Mutant(
        name=PROFILE, edit=lambda content: flip(content, 900), kind=Kind.PROFILE, says=""
    ),
    "the profile of another app": Mutant(
        name=PROFILE, edit=other_profile, kind=Kind.PROFILE, says="another bundle identifier"
    ),
    "a profile without our certificate": Mutant(
        name=PROFILE, edit=others_certificate, kind=Kind.PROFILE, says="does not list"
    ),
}


@pytest.mark.parametrize("name", MUTANTS)
def test_a_single_change_is_caught_for_the_right_reason(
    base: Path, tmp_path: Path, name: str
) -> None:
    mutant = MUTANTS[name]
    assert mutant.edit(world.read_entry(base, mutant.name)) != world.read_entry(base, mutant.name)
    path = world.edited(base, tmp_path / "mutant.ipa", {mutant.name: mutant.edit})

    found = verify(path, roots=world.roots())

    assert any(item.kind is mutant.kind and mutant.says in item.sentence for item in found), found


def test_the_base_of_all_mutants_is_good(base: Path) -> None:
    assert verify(base, roots=world.roots()) == []


def test_a_file_that_was_added_is_caught(base: Path, tmp_path: Path) -> None:
    path = world.edited(base, tmp_path / "mutant.ipa", {})
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(ROOT + "Added.txt", b"new")

    found = verify(path, roots=world.roots())

    assert {item.kind for item in found} == {Kind.SEAL}
    assert "Added.txt is not sealed" in found[0].sentence


def test_a_program_that_nobody_may_run_is_caught(base: Path, tmp_path: Path) -> None:
    path = tmp_path / "mutant.ipa"
    with zipfile.ZipFile(base) as old, zipfile.ZipFile(path, "w") as new:
        for info in old.infolist():
            content = old.read(info)
            if info.filename == MAIN:
                info.external_attr = 0o100644 << 16
            new.writestr(info, content)

    found = verify(path, roots=world.roots())

    assert [item.sentence for item in found] == ["the executable is not marked as executable."]


@pytest.mark.parametrize(
    ("offset", "says"),
    [
        (14, "other sizes or another checksum"),
        (6, "other flags"),
        (30, "another name in its header"),
    ],
)
def test_a_local_header_that_disagrees_is_caught(
    base: Path, tmp_path: Path, offset: int, says: str
) -> None:
    path = tmp_path / "mutant.ipa"
    raw = bytearray(base.read_bytes())
    with zipfile.ZipFile(base) as archive:
        start = archive.getinfo(ROOT + "Tiles/01/000001.txt").header_offset
    raw[start + offset] ^= 4
    path.write_bytes(raw)

    found = verify(path, roots=world.roots())

    assert any(item.kind is Kind.CONTAINER and says in item.sentence for item in found), found


def test_a_flipped_byte_in_a_stream_is_caught(base: Path, tmp_path: Path) -> None:
    path = tmp_path / "mutant.ipa"
    raw = bytearray(base.read_bytes())
    with zipfile.ZipFile(base) as archive:
        start = archive.getinfo(ROOT + "Tiles/01/000001.txt").header_offset
    raw[start + 30 + len(ROOT + "Tiles/01/000001.txt") + 3] ^= 4
    path.write_bytes(raw)

    found = verify(path, roots=world.roots())

    assert any(item.kind is Kind.STREAM for item in found), found
