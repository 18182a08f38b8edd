"""The entitlements that an executable claims in its own signature."""

import plistlib
import struct
from pathlib import Path

import pytest

from bot.sandbox.samples.iosapp import SampleApp
from bot.sandbox.samples.ipa import write_ipa
from storage.inspection.codesignature import entitlements
from storage.inspection.inspector import inspect
from storage.inspection.rejection import PackageRejected
from tests.unit.storage.inspection.conftest import HASHES

CLAIMED = {"get-task-allow": True}


def superblob(listed: bytes, *, magic: int = 0xFADE7171, size: int = 0, at: int = 20) -> bytes:
    blob = struct.pack(">2L", magic, size or 8 + len(listed)) + listed
    head = struct.pack(">5L", 0xFADE0CC0, 20 + len(blob), 1, 5, at)
    return head + blob


def with_length(blob: bytes, length: int) -> bytes:
    return blob[:4] + struct.pack(">L", length) + blob[8:]


def test_an_empty_list_claims_nothing() -> None:
    assert entitlements(superblob(b"")) == {}
    assert entitlements(superblob(b"\n")) == {}


def test_what_lies_behind_the_superblob_is_no_part_of_it() -> None:
    blob = superblob(plistlib.dumps(CLAIMED))

    assert entitlements(blob + bytes(4096)) == CLAIMED


def test_the_list_of_the_superblob_is_read() -> None:
    assert entitlements(superblob(plistlib.dumps(CLAIMED))) == CLAIMED


def test_a_signature_without_the_slot_claims_nothing() -> None:
    assert entitlements(struct.pack(">3L", 0xFADE0CC0, 12, 0)) == {}


@pytest.mark.parametrize(
    ("blob", "sentence"),
    [
        (b"", "cut off"),
        (bytes(64), "damaged"),
        (struct.pack(">3L", 0xFADE0CC0, 12, 0xFFFFFFFF), "damaged"),
        (struct.pack(">3L", 0xFADE0CC0, 12, 9), "damaged"),
        (superblob(b"x", at=0xFFFFFFFF), "cut off"),
        (superblob(b"x", magic=7), "damaged"),
        (superblob(b"x", size=3), "damaged"),
        (superblob(b"x", size=0xFFFFFFFF), "damaged"),
        (superblob(b"x"), "entitlements"),
        (superblob(b"x", at=4), "damaged"),
        (superblob(b"x")[:-1], "damaged"),
        (with_length(superblob(b"x"), 24), "cut off"),
        (with_length(superblob(b"x"), 12), "damaged"),
        (struct.pack(">7L", 0xFADE0CC0, 28, 2, 5, 28, 5, 28), "two lists"),
    ],
)
def test_a_damaged_signature_has_a_sentence(blob: bytes, sentence: str) -> None:
    with pytest.raises(PackageRejected, match=sentence):
        entitlements(blob)


def test_an_app_without_profile_tells_what_its_executable_claims(tmp_path: Path) -> None:
    app = SampleApp(profile=None, entitlements={"aps-environment": "development"})
    signing = inspect(write_ipa(tmp_path / "app.ipa", app).path, HASHES).facts.signing

    assert signing.signed
    assert signing.kind is None
    assert signing.entitlements["aps-environment"] == "development"
