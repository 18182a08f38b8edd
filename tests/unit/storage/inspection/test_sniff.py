"""The first glance at a file whose name says nothing."""

from collections.abc import Callable
from pathlib import Path

import pytest

from storage.inspection.sniff import may_be_package
from tests.samples.msi import write_msi
from tests.samples.windowsprogram import write_exe
from tests.unit.storage.inspection import apks, ipas
from tests.unit.storage.inspection.zips import zip_of


@pytest.mark.parametrize("data", [ipas.ipa(), apks.apk(), zip_of([]), b"xar!\0\x1c"])
def test_what_may_be_a_package_is_looked_at(data: bytes) -> None:
    assert may_be_package(data[:64])


@pytest.mark.parametrize("write", [write_msi, write_exe])
def test_installers_are_looked_at(tmp_path: Path, write: Callable[[Path], object]) -> None:
    path = tmp_path / "x"
    write(path)

    assert may_be_package(path.read_bytes()[:64])


@pytest.mark.parametrize("head", [b"", b"\x89PNG\r\n\x1a\n", b"%PDF-1.7", b"<html>", b"P", b"\0\0"])
def test_what_cannot_be_a_package_is_left_alone(head: bytes) -> None:
    assert not may_be_package(head)
