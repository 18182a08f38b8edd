"""What waits for another platform, on a card, in a thread, and to whoever asked."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.slack.drawing import pending
from bot.slack.features.pending import messages
from bot.slack.features.uploads import messages as uploads
from bot.slack.kit import names
from provisioning.distributing.pending_cards import PendingCard
from provisioning.errors import AlreadyDone
from provisioning.releases.cards import GroupChip, PendingLine, SiblingLine
from provisioning.releases.lifecycle import Standing
from storage.records.pending_order import PendingState
from tests.blockkit import validity
from tests.blockkit.inertness import EVIL, acting
from tests.unit.bot.slack import reading, samples

AT = datetime(2026, 12, 1, 10, 0, tzinfo=UTC)
ANN, BOB = "person:slack:UANN0000", "person:slack:UBOB0000"


def waits(**changes: object) -> PendingLine:
    values: dict[str, object] = {
        "order_id": "a" * 32,
        "turn": 3,
        "by": ANN,
        "at": AT,
        "due_at": AT,
        "version": "2.5.0",
        "platforms": ("Android",),
        "groups": (GroupChip(id="9" * 32, name="QA"),),
        "singles": 2,
    }
    return PendingLine(**{**values, **changes})  # type: ignore[arg-type]


def card(state: PendingState, **changes: object) -> PendingCard:
    values: dict[str, object] = {
        "order_id": "a" * 32,
        "by": ANN,
        "at": AT,
        "due_at": AT,
        "reason": "",
        "ended_by": BOB,
        "release": samples.release(),
        "version": "2.5.0",
        "platforms": ("Android",),
        "count": 2,
        "groups": (GroupChip(id="9" * 32, name="QA"),),
        "singles": 0,
        "mandatory": False,
        "notify": True,
        "acts": True,
    }
    return PendingCard(state=state, **{**values, **changes})  # type: ignore[arg-type]


def test_the_card_says_for_what_it_waits_and_how_to_end_that() -> None:
    release = samples.release(pending=(waits(),))

    shown = uploads.release(samples.kept(release), release, None)

    said = reading.words(shown)
    assert "Waits for the Android build of 2.5.0, asked by <@UANN0000> <!date^" in said
    assert "for *QA*, 2 people chosen by name" in said
    assert "Send it without the Android build of 2.5.0?" in str(shown.blocks)
    (buttons,) = [b for b in shown.blocks if names.PENDING_STOP in str(b)]
    assert [one["value"] for one in buttons["elements"]] == [f"1:{'a' * 32}:3"] * 2


@pytest.mark.parametrize("standing", [Standing.DISMISSED, Standing.RECALLED, Standing.DISABLED])
def test_what_goes_to_nobody_waits_for_nothing(standing: Standing) -> None:
    assert pending.lines(samples.release(standing=standing, pending=(waits(),))) == ()


def test_many_that_wait_with_long_and_evil_names_are_drawn_all_the_same() -> None:
    groups = tuple(GroupChip(id="9" * 32, name=f"{EVIL} {'x' * 200}") for _ in range(40))
    line = waits(groups=groups, version="9" * 255, platforms=("Android", "macOS", "Windows"))
    release = samples.release(pending=(line,) * 20, app_display_name=EVIL * 5)

    shown = uploads.release(samples.kept(release), release, None)

    assert validity.message_complaints(shown.blocks) == []
    assert acting(list(shown.blocks)) == []
    assert "… and 15 more wait with it" in reading.words(shown)
    awaited = [
        SiblingLine(app_id="b" * 32, app_name="x", app_display_name="X", platform=one)
        for one in ("Android", "macOS", "Windows")
    ]
    option = pending.choice(awaited, release, 4)
    assert len(option["value"]) <= 150
    assert pending.awaited_in(["notify", option["value"]]) == ("b" * 32,) * 3


SAID = {
    PendingState.WAITING: "It waits for the Android build of 2.5.0.",
    PendingState.MET: "The Android build of 2.5.0 is here: both go out now, as <@UANN0000> asked.",
    PendingState.SENT: "<@UBOB0000> sent it without the Android build of 2.5.0.",
    PendingState.STOPPED: "<@UBOB0000> stopped waiting for the Android build of 2.5.0. Nothing was",
    PendingState.EXPIRED: "The Android build of 2.5.0 did not come in time",
    PendingState.LAPSED: "It does not wait for the Android build of 2.5.0 any more. Nothing was",
}


@pytest.mark.parametrize("state", PendingState)
def test_every_end_is_said_in_the_thread_and_to_whoever_asked(state: PendingState) -> None:
    shown = card(state, reason=EVIL)

    for message in (messages.ended(shown), messages.told(shown), messages.begun(shown)):
        assert validity.message_complaints(message.blocks) == []
        assert acting(list(message.blocks)) == []
    plain = replace(shown, reason="Ask again.")
    for message in (messages.ended(plain), messages.told(plain)):
        assert SAID[state] in reading.words(message)
        assert "Ask again." in reading.words(message)
    may_go_on = names.DISTRIBUTE in str(messages.told(shown).blocks)
    assert may_go_on is (state in {PendingState.EXPIRED, PendingState.LAPSED})


def test_three_platforms_and_approvals_are_said_as_they_are() -> None:
    shown = card(PendingState.MET, platforms=("Android", "macOS"), count=3, acts=False)
    asked = replace(shown, mandatory=True, notify=False, singles=1)

    assert (
        "The Android and macOS builds of 2.5.0 are here: all 3 ask for their approval now"
        in reading.words(messages.ended(shown))
    )
    assert "all 3 go to *QA*, 1 person chosen by name (mandatory, silent)" in reading.words(
        messages.begun(asked)
    )
    assert "then send all 3" in str(
        pending.choice(
            [SiblingLine(app_id="b", app_name="x", app_display_name="X", platform="Android")],
            samples.release(),
            3,
        )
    )


def test_what_goes_to_nobody_any_more_is_not_offered_again() -> None:
    gone = samples.release(standing=Standing.DISMISSED)

    told = messages.told(card(PendingState.LAPSED, release=gone, reason="It was dismissed."))

    assert names.DISTRIBUTE not in str(told.blocks)
    assert "It was dismissed." in reading.words(told)


def test_whoever_comes_too_late_reads_who_was_first() -> None:
    late = AlreadyDone("This was sent already. Nothing was changed.", by=BOB)

    assert "<@UBOB0000> was first. This was sent already." in reading.words(messages.too_late(late))
