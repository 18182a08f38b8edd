"""`slipway codesign` and `slipway resign`, run as people run them."""

import os
import pty
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from bot.sandbox.samples import identities
from bot.sandbox.samples.ipa import SampleApp, write_ipa
from provisioning.codesign.verifying.verifier import verify
from tests.forked import run
from tests.signed import PASSWORD, p12, profiles_of
from tests.unit.provisioning.codesign import world

#: What would stop any other command: resigning takes no other setting.
WRONG_SETTINGS = {"SLIPWAY_PORT": "eighty", "SLIPWAY_BASE_URL": "nowhere"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    code: int
    out: str
    err: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """An app, who signed it, and new profiles for it."""

    folder: Path
    ipa: Path
    identity: Path
    profiles: tuple[Path, ...]
    authority: Path

    def resign(self, out: Path, *profiles: Path) -> list[str]:
        """Return the arguments that sign the app; without *profiles*, with all there are."""
        given = [f"--profile={path}" for path in profiles or self.profiles]
        trust = f"--authority={self.authority}"
        return [
            "resign",
            str(self.ipa),
            f"--identity={self.identity}",
            *given,
            trust,
            "-o",
            str(out),
        ]


def slipway(*arguments: str, **environment: str) -> Outcome:
    """Run the command in an environment that holds nothing else."""
    done = run(*arguments, environment=environment)
    return Outcome(code=done.returncode, out=done.stdout, err=done.stderr)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    folder = tmp_path_factory.mktemp("cli")
    ipa, identity, authority = folder / "app.ipa", folder / "id.p12", folder / "ca.pem"
    write_ipa(ipa, SampleApp(icon="none"))
    identity.write_bytes(p12())
    authority.write_bytes(b"".join(one.public_bytes(Encoding.PEM) for one in world.authorities()))
    profiles = []
    for number, content in enumerate(profiles_of(ipa)):
        profiles.append(folder / f"{number}.mobileprovision")
        profiles[-1].write_bytes(content)
    return Files(
        folder=folder,
        ipa=ipa,
        identity=identity,
        profiles=tuple(profiles),
        authority=authority,
    )


def test_an_app_is_signed_again_without_any_other_setting(files: Files, tmp_path: Path) -> None:
    out = tmp_path / "out.ipa"
    done = slipway(*files.resign(out), SLIPWAY_P12_PASSWORD=PASSWORD, **WRONG_SETTINGS)

    assert (done.code, verify(out, world.NEW_PHONE, roots=world.roots())) == (0, [])
    assert "Signing Payload/Harbour.app/" in done.err
    assert world.identity().fingerprint[:16] in done.out
    assert "com.example.harbour.share: New com.example.harbour.share (ad hoc, 1 device," in done.out
    assert PASSWORD not in done.out + done.err

    judged = slipway("codesign", "verify", str(out), f"--authority={files.authority}")
    assert (judged.code, judged.out.count("\n"), judged.err) == (0, 1, "")

    stranger = ["--udid", world.OLD_PHONE, f"--authority={files.authority}"]
    judged = slipway("codesign", "verify", str(out), *stranger)
    assert judged.code == 1
    assert [line.split(": ", 1)[0] for line in judged.out.splitlines()] == [
        "Payload/Harbour.app/PlugIns/Share.appex/",
        "Payload/Harbour.app/",
    ]
    assert all("the device is not" in line for line in judged.out.splitlines())


def test_the_authorities_of_a_sandbox_are_trusted_where_the_setting_names_them(
    files: Files, tmp_path: Path
) -> None:
    setting = {"SLIPWAY_APPLE_AUTHORITIES_FILE": str(files.authority)}
    nothing = tmp_path / "nothing.pem"
    nothing.write_text("no certificates")

    trusted = slipway("codesign", "verify", str(files.ipa), **setting)
    strange = slipway("codesign", "verify", str(files.ipa), SLIPWAY_APPLE_AUTHORITIES_FILE="")
    wrong = slipway(
        "codesign", "verify", str(files.ipa), SLIPWAY_APPLE_AUTHORITIES_FILE=str(nothing)
    )
    named = slipway(
        "codesign", "verify", str(files.ipa), f"--authority={files.authority}", **setting
    )

    assert (trusted.code, named.code) == (0, 0)
    assert strange.code == 1
    assert "do not lead to a root that is known" in strange.out
    assert wrong.code == 1
    assert wrong.err.startswith("SLIPWAY_APPLE_AUTHORITIES_FILE is wrong: ")
    assert "holds no certificates in PEM" in wrong.err


def test_what_is_in_a_signature_is_shown(files: Files) -> None:
    shown = slipway("codesign", "show", str(files.ipa), **WRONG_SETTINGS)

    assert shown.code == 0
    assert "Payload/Harbour.app/  com.example.harbour" in shown.out
    assert "team A1B2C3D4E5, sha256" in shown.out


@pytest.mark.parametrize(
    ("profiles", "environment", "sentence"),
    [
        ((), {"SLIPWAY_P12_PASSWORD": "wrong"}, "The password is wrong, or this is no p12 file."),
        ((), {}, "The password of the p12 is missing: set SLIPWAY_P12_PASSWORD."),
        (
            ("0.mobileprovision",),
            {"SLIPWAY_P12_PASSWORD": PASSWORD},
            "There is no provisioning profile for com.example.harbour",
        ),
        (
            ("app.ipa",),
            {"SLIPWAY_P12_PASSWORD": PASSWORD},
            "This file is no provisioning profile.",
        ),
        (("none",), {"SLIPWAY_P12_PASSWORD": PASSWORD}, "No such file or directory."),
    ],
)
def test_a_refusal_is_one_sentence_and_leaves_nothing(
    files: Files,
    tmp_path: Path,
    profiles: tuple[str, ...],
    environment: dict[str, str],
    sentence: str,
) -> None:
    paths = [files.folder / name for name in profiles]
    done = slipway(*files.resign(tmp_path / "out.ipa", *paths), **environment)

    assert (done.code, done.out) == (1, "")
    assert sentence in done.err.splitlines()[-1]
    assert "Traceback" not in done.err
    assert list(tmp_path.iterdir()) == []


def profile_file(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def test_e12_the_summary_says_which_profile_was_taken_and_why(files: Files, tmp_path: Path) -> None:
    other = profile_file(
        tmp_path / "other.mobileprovision",
        world.profile(world.APP_ID, world.identity(2)).content,
    )
    done = slipway(
        *files.resign(tmp_path / "out.ipa", other, *files.profiles), SLIPWAY_P12_PASSWORD=PASSWORD
    )

    assert done.code == 0, done.err
    assert ", the only one of 2 that can be used" in done.out
    assert "Not used: The profile New com.example.harbour does not list the certificate" in done.out


def test_e13_a_profile_that_was_edited_is_refused(files: Files, tmp_path: Path) -> None:
    content = files.profiles[-1].read_bytes()
    wrong = content.replace(world.NEW_PHONE.encode(), identities.device_id(9).encode())
    assert wrong != content
    edited = profile_file(tmp_path / "edited.mobileprovision", wrong)
    out = tmp_path / "out.ipa"
    done = slipway(*files.resign(out, *files.profiles[:-1], edited), SLIPWAY_P12_PASSWORD=PASSWORD)

    assert (done.code, done.out, out.exists()) == (1, "", False)
    assert "is not as Apple signed it" in done.err.splitlines()[-1]


def test_e13_a_certificate_of_ones_own_is_refused(files: Files, tmp_path: Path) -> None:
    mine = identities.windows_identity()
    p12_file = profile_file(tmp_path / "mine.p12", mine.p12(PASSWORD))
    arguments = [
        "resign",
        str(files.ipa),
        f"--identity={p12_file}",
        f"--profile={files.profiles[0]}",
        f"-o{tmp_path / 'out.ipa'}",
    ]
    done = slipway(*arguments, SLIPWAY_P12_PASSWORD=PASSWORD)

    assert (done.code, done.out) == (1, "")
    assert done.err.endswith("The certificate does not lead to a root of Apple's.\n")


def test_e13_profiles_for_the_app_store_are_used_only_when_named(
    files: Files, tmp_path: Path
) -> None:
    store = [
        profile_file(
            tmp_path / f"{number}.mobileprovision",
            world.profile(bundle_id, world.identity(), kind="appstore").content,
        )
        for number, bundle_id in enumerate((world.APP_ID, f"{world.APP_ID}.share"))
    ]
    command = files.resign(tmp_path / "out.ipa", *store)
    refused = slipway(*command, SLIPWAY_P12_PASSWORD=PASSWORD)
    asked = slipway(*command, "--kind=appstore", SLIPWAY_P12_PASSWORD=PASSWORD)

    assert (refused.code, refused.out) == (1, "")
    assert "is for the App Store and lists no devices" in refused.err.splitlines()[-1]
    assert asked.code == 0, asked.err
    assert "(App Store, until" in asked.out


def test_a_place_that_cannot_be_written_is_said_before_any_work(
    files: Files, tmp_path: Path
) -> None:
    done = slipway(*files.resign(tmp_path / "none" / "out.ipa"), SLIPWAY_P12_PASSWORD=PASSWORD)

    assert (done.code, done.out, len(done.err.splitlines())) == (1, "", 1)
    assert "name a file in a folder that exists" in done.err


def test_the_password_can_be_typed_and_does_not_show(files: Files, tmp_path: Path) -> None:
    out = tmp_path / "out.ipa"
    typist, terminal = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "bot", *files.resign(out)],
        env={"PYTHONPATH": os.pathsep.join(sys.path)},
        stdin=terminal,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as asking:
        stop = threading.Timer(30, asking.kill)
        stop.start()
        assert asking.stderr is not None
        # What is typed before the prompt is thrown away, as at every prompt for a password.
        prompt = asking.stderr.read(len("Password of id.p12: "))
        os.write(typist, f"{PASSWORD}\n".encode())
        shown, errors = asking.communicate()
        stop.cancel()
    os.set_blocking(typist, False)
    echoed = b""
    with suppress(BlockingIOError):  # Nothing came back at all.
        echoed = os.read(typist, 1000)
    os.close(terminal)
    os.close(typist)

    assert (asking.returncode, out.exists()) == (0, True), errors
    assert prompt == b"Password of id.p12: "
    assert PASSWORD.encode() not in shown + errors + echoed


def test_a_file_that_is_no_app_is_refused(files: Files) -> None:
    judged = slipway("codesign", "verify", str(files.identity))
    missing = slipway("codesign", "show", str(files.folder / "none"))

    assert (judged.code, len(judged.out.splitlines())) == (1, 1)
    assert (missing.code, missing.out) == (1, "")
    assert missing.err.endswith("none: No such file or directory.\n")
