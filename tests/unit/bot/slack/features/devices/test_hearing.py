"""What is heard at all, and how much of it."""

from typing import Any

import pytest

from bot.sandbox.samples.identities import device_id, old_device_id
from bot.slack.features.devices.heard.deeds import (
    ANSWERED,
    WITHIN,
    Attention,
    is_a_mistake,
    is_about_devices,
)

UDID = device_id(1)


class Watch:
    """A clock that stands until it is put forward."""

    def __init__(self) -> None:
        self.at = 1_000.0

    def __call__(self) -> float:
        return self.at


def test_whoever_floods_is_told_once_and_heard_again_after_a_minute() -> None:
    watch = Watch()
    attention = Attention(watch)

    heard = [attention.answers("U1") for _ in range(ANSWERED + 5)]
    other = attention.answers("U2")
    watch.at += WITHIN + 1
    later = attention.answers("U1")

    assert heard == [True] * ANSWERED + [None] + [False] * 4
    assert other is True
    assert later is True


def test_somebody_who_goes_on_writing_is_heard_again_all_the_same() -> None:
    watch = Watch()
    attention = Attention(watch)
    for _ in range(ANSWERED + 1):
        attention.answers("U1")

    answers = []
    for _ in range(8):
        watch.at += 10
        answers.append(attention.answers("U1"))

    assert answers[:5] == [False] * 5
    assert True in answers


def said(text: str, **changes: object) -> dict[str, Any]:
    return {"user": "U1", "text": text, "channel": "C1", "channel_type": "channel", **changes}


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (said(UDID), True),
        (said(f"mine: `{UDID.lower()}`"), True),
        (said(old_device_id(1)), False),
        (said(f"UDID {old_device_id(1)}"), True),
        (said(f"a{UDID}"), False),
        (said("deadbeef-12345678"), False),
        (said(UDID, bot_id="B1"), False),
        (said(UDID, channel_type="im"), False),
        ({"channel": "C1", "channel_type": "channel", "text": UDID}, False),
    ],
)
async def test_a_mistake_is_a_udid_that_a_person_wrote(
    event: dict[str, Any], *, expected: bool
) -> None:
    assert await is_a_mistake(event) is expected


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (said(UDID, channel_type="im"), True),
        (said("F2LX1234ABCD", channel_type="im"), True),
        (said("help", channel_type="im"), True),
        (said("good morning <@U0123456789>", channel_type="im"), False),
        (said("thanks, works on my machine", channel_type="im"), False),
        (said(UDID, channel_type="im", bot_id="B1"), False),
        (said(UDID), False),
    ],
)
async def test_a_direct_message_may_be_about_devices(
    event: dict[str, Any], *, expected: bool
) -> None:
    assert await is_about_devices(event) is expected
