"""Archives of ours are read by everybody else's readers."""

import io
import struct
import zipfile
from pathlib import Path

import pytest

from bot.sandbox.samples.archive import PROGRAM_MODE, ArchiveWriter
from tests.unit.bot.sandbox.samples.referees import ask


def _packed(*, descriptors: bool, zip64: bool) -> bytes:
    file = io.BytesIO()
    archive = ArchiveWriter(file, descriptors=descriptors, zip64=zip64)
    archive.folder("deck/")
    archive.add("deck/Ruderboot ü.txt", b"row " * 100)
    archive.add("sail", [b"up", b"", b"wind"], method="stored", mode=PROGRAM_MODE)
    archive.link("mast", "sail")
    archive.close(b"ahoy")
    return file.getvalue()


@pytest.mark.parametrize("descriptors", [False, True])
@pytest.mark.parametrize("zip64", [False, True])
def test_the_standard_library_reads_names_contents_modes_and_comment(
    *, descriptors: bool, zip64: bool
) -> None:
    with zipfile.ZipFile(io.BytesIO(_packed(descriptors=descriptors, zip64=zip64))) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["deck/", "deck/Ruderboot ü.txt", "sail", "mast"]
        assert archive.read("deck/Ruderboot ü.txt") == b"row " * 100
        assert archive.read("sail") == b"upwind"
        assert archive.getinfo("sail").external_attr >> 16 == PROGRAM_MODE
        assert bool(archive.getinfo("sail").flag_bits & 8) is descriptors
        assert archive.comment == b"ahoy"


@pytest.mark.parametrize("descriptors", [False, True])
@pytest.mark.parametrize("zip64", [False, True])
def test_unzip_finds_no_fault(*, tmp_path: Path, descriptors: bool, zip64: bool) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(_packed(descriptors=descriptors, zip64=zip64))
    assert "No errors" in ask("unzip", "-t", path)


def test_a_stored_entry_begins_where_its_alignment_wants_it() -> None:
    file = io.BytesIO()
    archive = ArchiveWriter(file)
    archive.add("odd", b"123", method="stored")
    entry = archive.add("page", b"content", method="stored", align=4096)
    archive.close()
    name, extra = struct.unpack_from("<2H", file.getvalue(), entry.offset + 26)
    start = entry.offset + 30 + name + extra
    assert start % 4096 == 0
    assert file.getvalue()[start : start + 7] == b"content"


def test_more_entries_than_sixteen_bits_can_count_get_the_large_end_record() -> None:
    file = io.BytesIO()
    archive = ArchiveWriter(file)
    for number in range(65_600):
        archive.add(f"{number}", b"", method="stored")
    archive.close()
    assert b"PK\x06\x06" in file.getvalue()[-200:]
    with zipfile.ZipFile(file) as read:
        assert len(read.namelist()) == 65_600
