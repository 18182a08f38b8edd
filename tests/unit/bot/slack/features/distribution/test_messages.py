"""What people read of a distribution."""

import pytest

from bot.slack.features.distribution import messages
from bot.slack.kit import names
from provisioning.releases.cards import GroupChip, TermsLine, Unreached
from provisioning.releases.lifecycle import Standing
from storage.records.distribution import DistributionState, RecipientState
from tests.blockkit.inertness import EVIL
from tests.unit.bot.slack import reading, samples

LINK = "https://slipway.example.com/i/abcdefghijklmnopqrstuv"


def test_an_announcement_shows_version_notes_and_reach() -> None:
    message = messages.announcement(samples.live(), None)
    shown = reading.words(message)

    assert "*Harbour 2.4.0 (240)*" in shown
    assert "*New* things" in shown
    assert "*Live* · release 7 · 12/13 reached · after 2.3.0 (230) · by <@UANN0000>" in shown
    assert message.text == "Harbour 2.4.0 (240) for iOS is live"


def test_an_announcement_never_holds_an_install_link() -> None:
    shown = reading.buttons(messages.announcement(samples.live(), None))

    assert [one["action_id"] for one in shown] == [names.OWN_LINK, names.DISTRIBUTE]
    assert not any("url" in one for one in shown)


def test_a_superseded_announcement_names_its_successor() -> None:
    card = samples.live(standing=Standing.SUPERSEDED, successor="2.5.0 (250)")

    shown = reading.words(messages.announcement(card, None))

    assert "*Superseded* · release 7 · 12/13 reached · superseded by 2.5.0 (250)" in shown


def test_a_mandatory_release_says_so() -> None:
    demand = samples.demand()
    assert demand.terms is not None
    card = samples.live(mandatory=(TermsLine(terms=demand.terms),))

    shown = reading.words(messages.announcement(card, None))
    own = reading.words(messages.personal(samples.recipient(card, demand=demand), LINK, None))

    assert ":red_circle: *Mandatory* since" in shown
    assert "(less than 24 hours left)" in shown
    assert ":red_circle: *Mandatory* from" in own
    assert "please update by" in own


def test_a_tester_is_told_with_a_link_of_their_own() -> None:
    message = messages.personal(samples.recipient(), LINK, None)
    button = reading.buttons(message)[0]

    assert button["url"] == LINK
    assert button["action_id"] == names.INSTALL
    assert "This link is for you alone" in reading.words(message)
    assert LINK not in message.text


def test_an_announcement_says_who_recalled_it_from_whom_and_why() -> None:
    whole = samples.live(standing=Standing.RECALLED, recalls=(samples.recall(),))
    some = samples.live(recalls=(samples.recall(is_whole=False, singles=2),))

    shown = reading.words(messages.announcement(whole, None))
    assert "*Recalled* by <@UANN0000>: It crashes." in shown
    shown = reading.words(messages.announcement(some, None))
    assert "*Recalled from QA, 2 people* by <@UANN0000>: It crashes." in shown


def test_the_log_says_who_sent_it_where_and_how_it_went() -> None:
    act = samples.act(singles=2, mandatory=True, notify=False, shortfall="Slack did not say who.")
    shown = reading.words(messages.log(act, samples.live()))

    assert (
        "<@UANN0000> distributed *Harbour 2.4.0 (240) for iOS* to QA, 2 people (mandatory, silent)."
        in shown
    )
    assert "12 of 13 people reached." in shown
    assert ":warning: 1 could not be told." in shown
    assert "Slack did not say who." in shown


@pytest.mark.parametrize(
    ("state", "sign"),
    [(DistributionState.DONE, ":white_check_mark:"), (DistributionState.UNDERWAY, ":hourglass")],
)
def test_the_log_shows_whether_it_is_over(state: DistributionState, sign: str) -> None:
    assert reading.words(messages.log(samples.act(state=state), samples.live())).startswith(sign)


def test_the_manager_reads_who_could_not_be_told_by_name_and_why() -> None:
    card = samples.live(unreached=(Unreached(name="Bob", reason="The account is closed."),))
    shown = reading.words(messages.shortfall(samples.act(), card))

    assert "• *Bob*: The account is closed." in shown


def test_hundreds_of_people_who_could_not_be_told_fit_in_a_message() -> None:
    many = tuple(Unreached(name=f"{EVIL} {i}" * 9, reason="x" * 400) for i in range(300))
    card = samples.live(unreached=many, counts={RecipientState.UNREACHABLE: 300})
    message = messages.shortfall(samples.act(), card)

    assert "and 275 more" in reading.words(message)


def test_hundreds_of_people_who_wait_for_their_phones_fit_in_a_message() -> None:
    many = tuple(Unreached(name=f"{EVIL} {i}" * 9, reason="x" * 400) for i in range(30))
    card = samples.live(held=many, counts={RecipientState.HELD: 300})
    shown = reading.words(messages.shortfall(samples.act(), card))

    assert "300 wait for their phones" in shown
    assert "and 275 more" in shown


def test_no_text_of_strangers_reaches_slack_unescaped() -> None:
    evil = EVIL
    card = samples.live(
        app_display_name=evil,
        notes="<!channel> & <@U1>",
        previous=evil,
        build=samples.build(name=evil, version=evil, build=evil),
        acts=(samples.act(groups=(GroupChip(id="1", name=evil),), shortfall=evil),),
        unreached=(Unreached(name=evil, reason=evil),),
        held=(Unreached(name=evil, reason=evil),),
    )
    shown = [
        messages.announcement(card, None),
        messages.announcement(samples.live(standing=Standing.SUPERSEDED, successor=evil), None),
        messages.personal(samples.recipient(card), LINK, None),
        messages.log(card.acts[0], card),
        messages.shortfall(card.acts[0], card),
    ]

    for message in shown:
        assert "<!channel>" not in message.arguments()["text"]
        assert "<@U1>" not in message.arguments()["text"]
        assert evil in reading.words(message)


def test_the_manager_can_try_again_whoever_was_not_reached() -> None:
    card = samples.live(unreached=(Unreached(name="Bob", reason="Slack was out."),))
    button = reading.buttons(messages.shortfall(samples.act(), card))[0]

    assert button["action_id"] == names.DISTRIBUTE_AGAIN
    assert samples.act().distribution_id in button["value"]


def test_an_act_that_broke_off_says_why() -> None:
    act = samples.act(state=DistributionState.FAILED, reason="Slack was out for hours.")

    assert "It broke off: Slack was out for hours." in reading.words(
        messages.log(act, samples.live())
    )
    assert messages.is_short(act, samples.live(unreached=()))
