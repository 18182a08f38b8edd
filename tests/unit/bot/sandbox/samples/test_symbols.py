"""Symbols belong to the program they explain."""

import plistlib
import struct
import zipfile
from pathlib import Path

from bot.sandbox.samples.iosapp import SampleApp, program
from tests.samples.symbols import write_dsym, write_mapping
from tests.unit.bot.sandbox.samples.referees import ask


def test_llvm_prints_the_uuids_of_both_slices(tmp_path: Path) -> None:
    app = SampleApp(architectures=("x86_64", "arm64"))
    facts = write_dsym(tmp_path / "a.zip", app)
    with zipfile.ZipFile(facts.path) as archive:
        archive.extractall(tmp_path)
    printed = ask("llvm-dwarfdump", "--uuid", tmp_path / "Harbour.app.dSYM")
    for architecture, uuid in facts.uuids.items():
        assert f"UUID: {uuid.upper()} ({architecture})" in printed
    assert facts.uuids["arm64"] == str(program(app, "Harbour").uuid("arm64"))


def test_a_dsym_is_named_after_its_app_and_keeps_the_ending_it_was_given(tmp_path: Path) -> None:
    facts = write_dsym(tmp_path / "a.zip", ending="DSYM")
    with zipfile.ZipFile(facts.path) as archive:
        info = plistlib.loads(archive.read("Harbour.app.DSYM/Contents/Info.plist"))
        binary = archive.read("Harbour.app.DSYM/Contents/Resources/DWARF/Harbour")
    assert info["CFBundleIdentifier"] == "com.apple.xcode.dsym.com.example.harbour"
    assert struct.unpack_from("<I", binary, 12)[0] == 10


def test_a_mapping_is_as_long_as_asked_for(tmp_path: Path) -> None:
    facts = write_mapping(tmp_path / "a.zip", lines=1000, alone=False)
    with zipfile.ZipFile(facts.path) as archive:
        assert archive.namelist() == ["mapping.txt", "R.txt"]
        lines = archive.read("mapping.txt").decode().splitlines()
    assert len(lines) > 1000
    assert lines[5] == "com.example.harbour.MainActivity -> com.example.harbour.MainActivity:"
