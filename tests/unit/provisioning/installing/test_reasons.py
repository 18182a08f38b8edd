"""The table of reasons against what the readers really find in packages."""

from pathlib import Path

import pytest

from bot.sandbox.samples.ipa import SampleApp, write_ipa
from provisioning.installing.reasons import reasons, unsaid
from storage.inspection.facts import Hashes
from storage.inspection.inspector import inspect
from storage.records.base import now
from tests.samples import gallery

HASHES = Hashes(md5="0" * 32, sha1="0" * 40, sha256="0" * 64)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("plain.aab", "app-bundle"),
        ("splits.apks", "archive-of-apks"),
        ("plain.xapk", "archive-of-apks"),
        ("xcode-archive.ipa", "xcarchive"),
    ],
)
def test_c6_what_the_reader_says_as_well_is_said_once(tmp_path: Path, name: str, code: str) -> None:
    path = tmp_path / name
    gallery.exhibits()[name](path)
    found = inspect(path, HASHES)

    why = reasons(found.facts, at=now())

    assert [reason.code for reason in why] == [code]
    assert why[0].sentence in found.notes
    assert why[0].sentence not in unsaid(found.notes, why)


def test_c7_a_profile_that_cannot_be_read_is_not_called_missing(tmp_path: Path) -> None:
    path = tmp_path / "app.ipa"
    write_ipa(path, SampleApp(profile_file=b"this is no profile at all"))
    found = inspect(path, HASHES)

    why = reasons(found.facts, at=now())

    assert [reason.code for reason in why] == ["profile-unreadable"]
    assert unsaid(found.notes, why) == found.notes
