"""`slipway demo --script`: the main road in one line of shell."""

import re
from pathlib import Path

import pytest

from bot.sandbox.samples.harbour import harbour_apk
from bot.sandbox.script import PATIENCE
from tests.integration.demo.processes import demo

STEPS = (
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


async def test_the_sample_reaches_bobs_phone_with_a_line_for_each_step() -> None:
    ended = await demo("--script")

    assert ended.code == 0, ended
    assert [step in line for step, line in zip(STEPS, ended.out.splitlines(), strict=True)] == [
        True
    ] * len(STEPS)
    assert seconds(ended.out) == sorted(seconds(ended.out))
    assert ended.err == ""


async def test_a_kept_folder_takes_the_same_build_a_second_time(tmp_path: Path) -> None:
    apk, folder = harbour_apk(tmp_path), tmp_path / "kept"

    first = await demo("--script", "--data-dir", folder, "--build", apk)
    second = await demo("--script", "--data-dir", folder, "--build", apk)

    assert (first.code, second.code) == (0, 0), (first, second)
    assert "Ann creates the app" in first.out
    assert "The card says: Harbour 2.4.0 (241): release 1, live" in second.out
    assert "its link is on his Home" in second.out
    assert "the very ones that Cid posted." in second.out


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("notes.txt", b"Nothing to install.", "by its name it is none."),
        ("thing.zip", b"Nothing to install.", "It is not a package."),
        ("App.ipa", b"PK\x03\x04" + bytes(4000), "`App.ipa` was not taken in."),
    ],
)
async def test_what_is_no_build_ends_it_with_a_sentence_long_before_patience_does(
    tmp_path: Path, name: str, content: bytes, told: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)

    ended = await demo("--script", "--build", path)

    assert ended.code == 1, ended
    assert told in ended.err
    assert "Traceback" not in ended.err
    assert "no sign of" not in ended.err, f"It took {PATIENCE} s."
    assert len(ended.out.splitlines()) == 1
