"""A re-sign changes profiles, seals and signatures; anything else is told."""

import shutil
import zipfile
from pathlib import Path

import pytest

from bot.sandbox.samples.ipa import SampleApp
from provisioning.codesign.identity.identity import Identity
from provisioning.codesign.resign import resign
from provisioning.codesign.verifying.comparison import compare
from tests.unit.provisioning.codesign import world
from tests.unit.provisioning.codesign.conftest import Write

ROOT = "Payload/Harbour.app/"


def change(content: bytes) -> bytes:
    middle = min(len(content) // 2, 9_000)
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


def drop_rule(content: bytes) -> bytes:
    return content.replace(b"<real>1010.0</real>", b"<real>1011.0</real>")


def drop_sealed(content: bytes) -> bytes:
    return content.replace(b"<key>Tiles/00/000000.txt</key>", b"<key>Tiles/00/other.txt</key>")


CHANGES = {
    "a resource": ("Tiles/00/000000.txt", change, "content was changed"),
    "a resource taken out": ("Tiles/00/000000.txt", lambda _: None, "gone, or in another place"),
    "code": ("Harbour", change, "code was changed"),
    "entitlements": (
        "Harbour",
        lambda raw: raw.replace(b"keychain-access-groups</key>", b"keychain-access-grapes</key>"),
        "entitlements were changed",
    ),
    "the rules": ("_CodeSignature/CodeResources", drop_rule, "rules were changed"),
    "the sealed files": ("_CodeSignature/CodeResources", drop_sealed, "no longer sealed"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_that_no_re_sign_makes_is_told(good: Path, tmp_path: Path, name: str) -> None:
    entry, edit, sentence = CHANGES[name]
    after = world.edited(good, tmp_path / "after.ipa", {ROOT + entry: edit})

    assert any(sentence in item.sentence for item in compare(good, after))


def test_an_equal_app_has_no_differences(good: Path, tmp_path: Path) -> None:
    after = tmp_path / "after.ipa"
    shutil.copy(good, after)

    assert compare(good, after) == []


def test_an_added_entry_is_told(good: Path, tmp_path: Path) -> None:
    after = tmp_path / "after.ipa"
    shutil.copy(good, after)
    with zipfile.ZipFile(after, "a") as archive:
        archive.writestr("Payload/Harbour.app/Extra", b"")

    assert [item.sentence for item in compare(good, after)] == ["the entry was added."]


def test_another_mode_is_told(good: Path, tmp_path: Path) -> None:
    after = tmp_path / "after.ipa"
    with zipfile.ZipFile(good) as old, zipfile.ZipFile(after, "w") as new:
        for info in old.infolist():
            content = old.read(info)
            if info.filename == ROOT + "Harbour":
                info.external_attr = 0o100644 << 16
            new.writestr(info, content)

    assert [item.where for item in compare(good, after)] == [ROOT + "Harbour"]


def test_debugging_taken_away_shows(write: Write, tmp_path: Path, signer: Identity) -> None:
    before = write(SampleApp(icon="none", profile="development", extensions=0))
    after = tmp_path / "after.ipa"
    profiles = [world.profile(world.APP_ID, signer)]
    resign(before, signer, profiles, after, drop_debugging=True, roots=world.roots())

    assert [item.sentence for item in compare(before, after)] == ["the entitlements were changed."]


def test_an_unreadable_file_is_a_violation(good: Path, tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"x")

    assert len(compare(good, tmp_path / "x")) == 1
