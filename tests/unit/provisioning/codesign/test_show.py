"""What a signature says is shown for people: of an app, an executable, a profile."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from bot.sandbox.samples.ipa import SampleApp
from provisioning.codesign.errors import Malformed
from provisioning.codesign.show import show
from tests.unit.provisioning.codesign import world
from tests.unit.provisioning.codesign.conftest import Write


def test_an_app_is_shown_bundle_by_bundle(good: Path) -> None:
    text = show(good)

    assert text.startswith("Payload/Harbour.app/  com.example.harbour\n")
    assert "CodeDirectory 0x20400: com.example.harbour, team A1B2C3D4E5, sha256" in text
    assert 'requirement: identifier "com.example.harbour" and anchor apple generic' in text
    assert "Payload/Harbour.app/Frameworks/libdepth.dylib" in text
    assert "get-task-allow = False" in text


def test_no_device_is_shown(good: Path) -> None:
    assert world.OLD_PHONE not in show(good)


def test_an_executable_and_a_profile_are_shown(tmp_path: Path, write: Write) -> None:
    (tmp_path / "lib").write_bytes(world.dylib("libdepth"))
    profile = world.profile("com.example.app", world.identity())
    (tmp_path / "profile").write_bytes(profile.content)
    unsigned = write(SampleApp(icon="none", signed=False, architectures=("arm64", "x86_64")))

    assert "through: CN=Sandbox Root CA" in show(tmp_path / "lib")
    assert "adhoc, A1B2C3D4E5.com.example.app, 2 devices" in show(tmp_path / "profile")
    assert "x86_64" in show(unsigned)
    assert "no signature" in show(unsigned)


def test_a_certificate_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    library, der = world.dylib("libdepth"), world.authorities()[0].public_bytes(Encoding.DER)
    # An authority's version number, which finding the signer does not look at.
    (tmp_path / "lib").write_bytes(library.replace(der[:12], der[:11] + b"\x7f"))

    with pytest.raises(Malformed):
        show(tmp_path / "lib")


@pytest.mark.parametrize("content", [b"", b"text", bytes(5 << 20)])
def test_other_files_are_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "file").write_bytes(content)

    with pytest.raises(Malformed):
        show(tmp_path / "file")
