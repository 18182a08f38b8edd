"""`slipway demo --script`: the main road in one line of shell."""

import re
from pathlib import Path

import pytest

from bot.sandbox.samples.harbour import harbour_apk, harbour_ipa
from bot.sandbox.script import PATIENCE, RoadBroken, script
from tests.integration.demo.processes import demo

STEPS = (
    "Ann is the release manager, Cid an uploader",
    "Cid posts",
    "The card says: Harbour 2.4.0 (241)",
    "Ann creates the app",
    "Ann makes the group QA",
    "The form asks: Distribute to 1?",
    "#qa hears: Harbour 2.4.0 (241)",
    "Bob has a message with an install link",
    "the very ones that Cid posted.",
)


def seconds(out: str) -> list[float]:
    return [float(found) for found in re.findall(r"^ *(\d+\.\d\d) s  ", out, re.MULTILINE)]


def assert_walked(out: str) -> None:
    lines = out.splitlines()
    assert [step in line for step, line in zip(STEPS, lines, strict=True)] == [True] * len(STEPS)
    assert seconds(out) == sorted(seconds(out))


async def test_the_sample_reaches_bobs_phone_with_a_line_for_each_step(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert await script(data_dir=None, build=None) == 0

    assert_walked(capsys.readouterr().out)


@pytest.mark.slow
async def test_the_command_walks_the_same_road_and_ends_well() -> None:
    ended = await demo("--script")

    assert (ended.code, ended.err) == (0, "")
    assert_walked(ended.out)


@pytest.mark.slow
async def test_a_kept_folder_takes_the_same_build_a_second_time(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    apk, folder = harbour_apk(tmp_path), tmp_path / "kept"

    assert await script(data_dir=folder, build=apk) == 0
    first = capsys.readouterr().out
    assert await script(data_dir=folder, build=apk) == 0
    second = capsys.readouterr().out

    assert "Ann creates the app" in first
    assert "The card says: Harbour 2.4.0 (241) for Android: release 1, live" in second
    assert "its link is on his Home" in second
    assert "the very ones that Cid posted." in second


@pytest.mark.slow
async def test_somebodys_own_build_walks_the_road_though_no_phone_here_is_in_its_profile(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ipa = harbour_ipa(tmp_path, version="9.0.0", build="900")

    assert await script(data_dir=None, build=ipa) == 0
    assert "the very ones that Cid posted." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("notes.txt", b"Nothing to install.", "by its name it is none."),
        ("thing.zip", b"Nothing to install.", "It is not a package."),
        ("App.ipa", b"PK\x03\x04" + bytes(4000), "`App.ipa` was not taken in."),
    ],
)
async def test_what_is_no_build_ends_it_with_a_sentence_long_before_patience_does(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, content: bytes, told: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)

    with pytest.raises(RoadBroken) as broken:
        await script(data_dir=None, build=path)

    assert told in str(broken.value)
    assert "no sign of" not in str(broken.value), f"It took {PATIENCE} s."
    assert len(capsys.readouterr().out.splitlines()) == 2
