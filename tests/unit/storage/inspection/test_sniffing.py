"""The first guess: what is worth fetching, and when silence would be rude."""

import pytest

from storage.inspection.sniffing import claims_to_be_package, looks_like_package


@pytest.mark.parametrize(
    "name", ["App.ipa", "app-release.APK", "a.aab", "b.msixbundle", "c.dSYM.zip", "d.App.zip"]
)
def test_a_name_that_claims_a_build_is_always_worth_it(name: str) -> None:
    assert claims_to_be_package(name)
    assert looks_like_package(name)
    assert looks_like_package(name, b"<html>")


@pytest.mark.parametrize("name", ["holiday.jpg", "notes.txt", "report.pdf", "ipa", "apk.png", ""])
def test_other_files_are_left_alone(name: str) -> None:
    assert not claims_to_be_package(name)
    assert not looks_like_package(name)
    assert not looks_like_package(name, b"PK\3\4")


@pytest.mark.parametrize(
    ("name", "head", "worth"),
    [
        ("build.zip", b"", True),
        ("build.zip", b"PK\3\4\x14\0", True),
        ("build.zip", b"<html>", False),
        ("setup.exe", b"MZ\x90\0", True),
        ("setup.exe", b"#!/bin/sh", False),
        ("mapping.txt", b"# compiler: R8", True),
    ],
)
def test_an_ending_of_many_meanings_counts_with_its_first_bytes(
    name: str, head: bytes, *, worth: bool
) -> None:
    assert not claims_to_be_package(name)
    assert looks_like_package(name, head) is worth
