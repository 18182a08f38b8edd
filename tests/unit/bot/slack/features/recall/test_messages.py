"""What people read of a recall."""

import pytest

from bot.slack.features.recall import messages
from bot.slack.kit import names
from provisioning.releases.cards import GroupChip, Unreached
from provisioning.releases.downgrade import ANDROID, WINDOWS
from provisioning.releases.recalled import InsteadCard
from storage.records.recall import RecallState
from tests.blockkit.inertness import EVIL
from tests.unit.bot.slack import reading, samples

LINK = "https://slipway.example.com/i/abcdefghijklmnopqrstuv"
TITLE = "Harbour 2.4.0 (240) for iOS"


def instead(**facts: object) -> InsteadCard:
    return InsteadCard(release_id="i" * 32, label="2.3.0 (230)", facts=samples.facts(**facts))


def test_whoever_has_it_reads_who_why_and_what_to_install() -> None:
    message = messages.notice(samples.notice(instead=instead(build="230")), LINK)
    (button,) = reading.buttons(message)

    shown = reading.words(message)
    assert "*Harbour 2.4.0 (240) for iOS* was recalled by <@UANN0000>: It crashes." in shown
    assert "Install *2.3.0 (230)* instead." in shown
    assert (button["url"], button["action_id"]) == (LINK, names.INSTALL)
    assert LINK not in message.text


def test_without_another_release_there_is_no_button() -> None:
    message = messages.notice(samples.notice(), None)

    assert reading.buttons(message) == []
    assert "There is nothing to install instead yet." in reading.words(message)


@pytest.mark.parametrize(
    ("platform", "older", "note"),
    [
        ("android", {"build": "239"}, ANDROID),
        ("android", {"build": "240"}, ""),
        ("android", {"build": "241"}, ""),
        ("android", {"build": "2400"}, ""),
        ("android", {"build": None}, ANDROID),
        ("windows", {"version": "2.3.99"}, WINDOWS),
        ("windows", {"version": "2.4.0.1"}, ""),
        ("ios", {"build": "1"}, ""),
        ("macos", {"build": "1"}, ""),
    ],
)
def test_a_phone_that_takes_no_older_build_is_said(
    platform: str, older: dict[str, object], note: str
) -> None:
    gone = samples.build(platform=platform)
    other = instead(platform=platform, **older)

    shown = reading.words(messages.notice(samples.notice(build=gone, instead=other), LINK))

    assert (note in shown) if note else (ANDROID not in shown and WINDOWS not in shown)


def test_a_link_that_was_taken_back_leads_nowhere() -> None:
    message = messages.withdrawn(samples.withdrawn())

    assert reading.buttons(message) == []
    assert "can no longer be installed: It crashes." in reading.words(message)


def test_the_thread_keeps_who_recalled_it_from_whom_and_how_it_went() -> None:
    recall = samples.recall(is_whole=False, singles=1, people=3, told=1, waiting=1, unreached=1)

    shown = reading.words(messages.log(recall, TITLE))

    assert (
        "<@UANN0000> recalled *Harbour 2.4.0 (240) for iOS* from QA, 1 person: It crashes." in shown
    )
    assert "3 people lost it, 1 had begun to fetch it and was told, 1 is being told" in shown
    assert "1 could not be told." in shown


def test_whoever_recalled_it_reads_who_may_still_have_it() -> None:
    missed = (Unreached(name="Bob", reason="The account is deactivated."),)
    recall = samples.recall(unreached=3, missed=missed)

    message = messages.shortfall(recall, samples.live(recalls=(recall,)))

    shown = reading.words(message)
    assert "• *Bob*: The account is deactivated." in shown
    assert "… and 2 more" in shown
    assert [one["action_id"] for one in reading.buttons(message)] == [names.RECALL_AGAIN]
    assert messages.is_short(recall)
    assert messages.is_short(samples.recall(state=RecallState.FAILED))
    assert not messages.is_short(samples.recall(told=3))


def test_foreign_text_does_nothing() -> None:
    build = samples.build(name=EVIL, version=EVIL, build=EVIL)
    recall = samples.recall(
        because=EVIL,
        is_whole=False,
        groups=(GroupChip(id="1", name=EVIL),),
        reason=EVIL,
        shortfall=EVIL,
        unreached=2,
        missed=(Unreached(name=EVIL, reason=EVIL),),
    )
    card = samples.live(app_display_name=EVIL, build=build, recalls=(recall,), ended_why=EVIL)
    other = InsteadCard(release_id="i" * 32, label=EVIL, facts=samples.facts())

    for message in (
        messages.notice(samples.notice(build=build, because=EVIL, instead=other), LINK),
        messages.withdrawn(samples.withdrawn(build=build, because=EVIL)),
        messages.log(recall, TITLE),
        messages.shortfall(recall, card),
        messages.done(card, recall),
    ):
        assert "<!channel>" not in message.arguments()["text"]
        reading.assert_valid(message)  # Which complains of all that Slack would read as markup.
