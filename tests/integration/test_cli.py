"""The command line, as a person types it."""

import json
import re
import subprocess
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from bot.sandbox.samples.harbour import harbour_ipa
from tests.forked import run

FIXTURE = Path(__file__).parents[3] / "shared" / "fixtures" / "ApiDemos-debug.apk"


def slipway(*words: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command with nothing of ours in the environment but what is given."""
    return run(*map(str, words), environment={"PATH": "/usr/bin:/bin", **environment})


@pytest.fixture(scope="module")
def builds(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("builds")
    old = harbour_ipa(folder, keys=folder)
    return old, harbour_ipa(folder, version="2.5.0", build="250", keys=folder)


def test_inspect_prints_one_json_object(builds: tuple[Path, Path]) -> None:
    done = slipway("inspect", "--json", builds[0])

    assert (done.returncode, done.stderr) == (0, "")
    facts = json.loads(done.stdout)
    assert (facts["platform"], facts["kind"]) == ("ios", "ipa")
    assert (facts["bundle_id"], facts["version"]) == ("com.example.harbour", "2.4.0")
    assert facts["size"] == builds[0].stat().st_size


def test_inspect_prints_a_sheet_without_whole_device_ids(builds: tuple[Path, Path]) -> None:
    facts = json.loads(slipway("inspect", "--json", builds[0]).stdout)
    done = slipway("inspect", builds[0])

    assert done.returncode == 0
    assert "com.example.harbour" in done.stdout
    assert facts["signing"]["devices"]
    assert all(device not in done.stdout for device in facts["signing"]["devices"])


def test_inspect_says_what_changed(builds: tuple[Path, Path]) -> None:
    done = slipway("inspect", "--diff", *builds)

    assert done.returncode == 0
    assert "Version 2.4.0 became 2.5.0." in done.stdout


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x03\x04 and nothing more"])
def test_what_is_no_package_is_refused_in_one_line(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "App.ipa"
    path.write_bytes(content)
    done = slipway("inspect", "--json", path)

    assert (done.returncode, done.stdout) == (1, "")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    "words",
    [
        ("serve",),
        *(
            pytest.param(words, marks=pytest.mark.slow)
            for words in (
                *(("migrate",), ("new-key",), ("rotate", "--former", "former.key")),
                *(("storage", "verify"), ("doctor",), ("demo", "--script")),
            )
        ),
    ],
    ids=" ".join,
)
def test_c16_a_data_folder_that_cannot_be_made_is_a_sentence(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    (tmp_path / "file").write_text("no folder")
    (former := tmp_path / "former.key").write_text("0" * 64)
    folder = tmp_path / "file" / "data"
    given = [former if word == former.name else word for word in words]
    if words[0] == "demo":
        given += ["--data-dir", folder]
    tokens = {"SLIPWAY_SLACK_BOT_TOKEN": "xoxb-1", "SLIPWAY_SLACK_APP_TOKEN": "xapp-1"}
    done = slipway(*given, **tokens, SLIPWAY_DATA_DIR=str(folder))
    said = done.stdout if words[0] == "doctor" else done.stderr

    assert done.returncode == 1
    assert str(folder) in said
    assert "Traceback" not in done.stdout + done.stderr
    assert "SLIPWAY_DATA_DIR" in said or words[0] == "demo"
    assert words[0] == "doctor" or len(done.stderr.splitlines()) == 1


def test_a_file_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    done = slipway("inspect", tmp_path / "nothing.ipa")

    assert done.returncode == 1
    assert done.stderr.endswith("cannot be read: No such file or directory.\n")


def test_serve_without_settings_names_each_that_is_missing() -> None:
    done = slipway("serve")

    assert done.returncode == 2
    assert "SLIPWAY_SLACK_BOT_TOKEN is missing" in done.stderr
    assert "SLIPWAY_SLACK_APP_TOKEN is missing" in done.stderr


def test_serve_with_wrong_settings_has_a_sentence_for_each() -> None:
    done = slipway("serve", SLIPWAY_PORT="eighty", SLIPWAY_ADMINS="ann")

    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 2


def test_migrate_makes_the_tables_once(tmp_path: Path) -> None:
    where = {"SLIPWAY_DATA_DIR": str(tmp_path)}

    assert re.fullmatch(r"Done: \d+ steps?\.\n", slipway("migrate", **where).stdout)
    assert slipway("migrate", **where).stdout == "Nothing to do.\n"


if FIXTURE.exists():  # It is not part of the project, so there is nothing to skip without it.

    def test_a_real_android_app_reads_as_its_own_description_says() -> None:
        facts = json.loads(slipway("inspect", "--json", FIXTURE).stdout)

        assert facts["bundle_id"] == "io.appium.android.apis"
        assert (facts["version"], facts["build"]) == ("5.0.0", "25")
        assert (facts["min_os"], facts["target_sdk"]) == ("17", 33)


def test_c9_inspect_reads_the_build_in_a_zip(builds: tuple[Path, Path], tmp_path: Path) -> None:
    path = tmp_path / "artifact.zip"
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        archive.write(builds[0], "out/Harbour.ipa")
        archive.writestr("mapping.txt", "a.b -> a.c:\n")
    alone = json.loads(slipway("inspect", "--json", builds[0]).stdout)
    done = slipway("inspect", "--json", path)

    assert (done.returncode, done.stderr) == (0, "")
    found = json.loads(done.stdout)
    assert found["sha256"] == alone["sha256"]
    assert found["size"] == alone["size"]
    assert found["notes"][0] == "It lies in artifact.zip as out/Harbour.ipa."
    assert "Symbols lie beside it" in found["notes"][-1]


def test_c9_inspect_says_what_to_do_with_other_archives(tmp_path: Path) -> None:
    path = tmp_path / "Harbour.app.zip"
    with ZipFile(path, "w") as archive:
        archive.writestr("Harbour.app/Info.plist", "")
    done = slipway("inspect", path)

    assert (done.returncode, done.stdout) == (1, "")
    assert "export an IPA" in done.stderr
