"""Recognising files by what they hold, and the one boundary around all readers."""

import logging
from pathlib import Path

import pytest

from storage.inspection.inspector import inspect, read
from storage.inspection.package import Package
from storage.inspection.rejection import NotAPackage, PackageRejected
from storage.inspection.source import Memory, Window
from tests.samples import gallery
from tests.unit.storage.inspection import ipas
from tests.unit.storage.inspection.conftest import HASHES, Read
from tests.unit.storage.inspection.zips import parts, zip_of

# One of each kind; of two kinds that differ by their ending alone, the newer.
KINDS = {
    "plain.ipa": "ipa",
    "plain.apk": "apk",
    "plain.aab": "aab",
    "splits.apks": "apks",
    "plain.xapk": "xapk",
    "bare.app.zip": "app.zip",
    "raw.dmg": "dmg",
    "unsigned.pkg": "pkg",
    "plain.msix": "msix",
    "plain.msixbundle": "msixbundle",
    "plain.msixupload": "msixbundle",
    "plain.msi": "msi",
    "unsigned.exe": "exe",
    "plain.dSYM.zip": "dsym",
    "mapping.zip": "mapping",
}


class Raising(Memory):
    """A source that fails as no source should."""

    def read(self, offset: int, length: int) -> bytes:
        raise self.error(f"{offset} {length}")

    error: type[Exception] = RuntimeError


class Exhausting(Raising):
    error = MemoryError


@pytest.mark.parametrize("name", KINDS)
def test_a_file_is_known_by_what_it_holds_and_not_by_its_name(tmp_path: Path, name: str) -> None:
    path = tmp_path / "holiday.jpg"
    gallery.exhibits()[name](path)

    assert inspect(path, HASHES).facts.kind == KINDS[name]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<html><body>Please sign in</body></html>",
        zip_of([]),
        zip_of(parts({"holiday.jpg": b"", "report.docx": b"", "lib/x86/a.so": b""})),
        b"MZ".ljust(60, b"\0") + (64).to_bytes(4, "little") + b"NE" + bytes(90),
    ],
    ids=["nothing", "a web page", "an empty archive", "pictures", "a program for Windows 3"],
)
def test_what_holds_no_app_at_all_is_told_apart_from_a_broken_app(read: Read, data: bytes) -> None:
    with pytest.raises(NotAPackage):
        read(data)


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        (Raising(bytes(9)), "The file is damaged in a way that cannot be read."),
        (Exhausting(bytes(9)), "Reading the file takes more memory than it may."),
    ],
)
def test_whatever_a_reader_raises_becomes_a_refusal(
    source: Raising, sentence: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING), pytest.raises(PackageRejected) as refusal:
        read(Package(source=source, name="x", hashes=HASHES))

    assert str(refusal.value) == sentence
    assert bool(caplog.records) is (source.error is RuntimeError)


def test_a_file_that_is_absent_is_no_refusal(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        inspect(tmp_path / "absent", HASHES)


def test_an_archive_that_is_cut_is_a_broken_package(read: Read) -> None:
    with pytest.raises(PackageRejected, match="not a complete archive") as refusal:
        read(ipas.ipa()[:-9])

    assert not isinstance(refusal.value, NotAPackage)


def test_a_file_that_becomes_shorter_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "app.ipa"
    path.write_bytes(ipas.ipa())
    with path.open("rb") as file:
        source = Window(file.fileno(), 0, path.stat().st_size + 10)

        with pytest.raises(PackageRejected, match="became shorter"):
            read(Package(source=source, name="x", hashes=HASHES))


def test_reading_writes_nothing(tmp_path: Path) -> None:
    names = [f"../{n}" for n in ("x", "y")] + ["/slipway-was-here", "C:\\x", "a/../../b"]
    path = tmp_path / "inside" / "app.ipa"
    path.parent.mkdir()
    path.write_bytes(zip_of(parts({**ipas.files(), **dict.fromkeys(names, b"x")})))
    before = sorted(tmp_path.rglob("*"))

    inspect(path, HASHES)

    assert sorted(tmp_path.rglob("*")) == before
    assert not Path("/slipway-was-here").exists()
