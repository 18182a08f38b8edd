"""What people read of what is mandatory, whatever somebody called things."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.slack.drawing import mandatory
from bot.slack.drawing.titles import title_of
from bot.slack.features.mandatory import messages, views
from bot.slack.features.mandatory.deeds import TypedMandate, read
from bot.slack.features.mandatory.views import MandatoryWish, wish_in
from bot.slack.kit.payloads import Outdated
from provisioning.distributing.mandate_order import MandatePlan
from provisioning.errors import Unclear
from provisioning.releases.cards import GroupChip, TermsLine
from provisioning.releases.lifecycle import Standing
from provisioning.releases.mandated import MandateCard, ReminderCard
from provisioning.releases.policy import MandatoryTerms
from storage.records.base import now
from storage.records.mandate import MandateKind, MilestoneKind
from tests.blockkit import validity
from tests.blockkit.inertness import EVIL, acting
from tests.unit.bot.slack import reading, samples

LINK = "https://slipway.example.com/i/abcdefghijklmnopqrstuv"
GROUPS = tuple(GroupChip(id=f"g{number}", name=EVIL) for number in range(60))


def terms(hours: float = 1, grace: float = 24, below: str = "") -> MandatoryTerms:
    since = now() - timedelta(hours=hours)
    return MandatoryTerms(since=since, grace=timedelta(hours=grace), below=below)


def act(kind: MandateKind, **changes: object) -> MandateCard:
    fixed: dict[str, object] = {
        "mandate_id": "m" * 32,
        "release_id": "e" * 32,
        "kind": kind,
        "by": "person:slack:UANN0000",
        "at": samples.NOW,
        "because": EVIL * 5,
        "groups": GROUPS,
        "singles": 2,
        "terms": (terms(below=EVIL),),
        "is_open": kind is not MandateKind.UNDONE,
    }
    return MandateCard(**{**fixed, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", MandateKind)
def test_names_of_strangers_lie_still_in_every_message(kind: MandateKind) -> None:
    card = samples.live(app_display_name=EVIL)

    for message in (messages.log(act(kind), title_of(card)), messages.done(card, act(kind))):
        reading.assert_valid(message)
        assert acting(message.arguments()["blocks"]) == []
        assert reading.labels(message) == ([] if kind is MandateKind.UNDONE else ["Undo"])


def test_what_was_undone_offers_no_way_back() -> None:
    message = messages.log(act(MandateKind.SET, is_open=False), "Harbour")

    assert "It was undone." in reading.words(message)
    assert reading.labels(message) == []


@pytest.mark.parametrize("kind", [MilestoneKind.START, MilestoneKind.CLOSING])
def test_a_reminder_has_the_link_that_is_theirs_alone(kind: MilestoneKind) -> None:
    card = ReminderCard(
        reminder_id="r" * 32,
        kind=kind,
        tester=samples.recipient().tester,
        app_display_name=EVIL,
        release_id="e" * 32,
        build=samples.build(),
        demand=samples.demand(),
    )

    message = messages.reminder(card, LINK)
    over = messages.reminder(replace(card, demand=None), None)

    reading.assert_valid(message)
    assert [one["url"] for one in reading.buttons(message)] == [LINK]
    assert LINK not in message.text
    assert acting(message.arguments()["blocks"]) == []
    assert "is not mandatory for you any more." in reading.words(over)
    assert reading.buttons(over) == []


def test_forms_are_taken_by_slack_and_remember_what_was_wished() -> None:
    lines = tuple(TermsLine(terms=terms(hours), groups=GROUPS[:3]) for hours in (-2, 1, 23, 30))
    card = samples.live(app_display_name=EVIL, groups=GROUPS, mandatory=lines)
    wish = MandatoryWish(
        release_id="e" * 32,
        since=now(),
        grace=timedelta(hours=5),
        below="4.2",
        because=EVIL,
        seen="mark",
        zone_unknown=True,
    )
    plan = MandatePlan(people=9, having=1, groups=(EVIL,) * 60, singles=2, seen="mark")

    form, asked = views.mandatory_form(card, wish), views.confirmation(card, wish, plan)

    for view in (form.view(), asked.view(), views.pick(wish).view()):
        assert validity.view_complaints(view) == []
        assert acting(view["blocks"]) == []
    assert wish_in(asked.private_metadata) == wish
    with pytest.raises(Outdated):
        wish_in('{"v": 0}')


@pytest.mark.parametrize(
    ("hours", "said"),
    [
        (-2, "*Mandatory from "),
        (1, "(less than 24 hours left)"),
        (13, "(less than 12 hours left)"),
        (22.5, "it is about to end:*"),
        (30, "please update now; the time for it ended"),
    ],
)
def test_the_announcement_says_how_it_stands_now(hours: float, said: str) -> None:
    card = samples.live(mandatory=(TermsLine(terms=terms(hours)),))

    assert said in str(mandatory.lines(card))
    assert mandatory.lines(replace(card, standing=Standing.RECALLED)) == ()
    assert mandatory.lines(replace(card, mandatory=())) == ()


def test_a_length_of_time_is_said_in_the_units_it_has() -> None:
    said = {hours: mandatory.length(timedelta(hours=hours)) for hours in (0.25, 1, 1.5, 24, 36, 48)}

    assert list(said.values()) == [
        "15 minutes",
        "1 hour",
        "1 hour 30 minutes",
        "24 hours",
        "36 hours",
        "2 days",
    ]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("mandatory", TypedMandate()),
        ("mandatory harbour 2.4.0 off", TypedMandate(app="harbour", version="2.4.0", lifts=True)),
        (
            "mandatory harbour for QA, Beta from Thursday 10:00 grace 2 days below 4.2",
            TypedMandate(
                app="harbour",
                groups=("QA", "Beta"),
                since="Thursday 10:00",
                grace="2 days",
                below="4.2",
            ),
        ),
        (
            "mandatory harbour 7 off for QA because from Monday on it is for old phones",
            TypedMandate(
                app="harbour",
                version="7",
                groups=("QA",),
                lifts=True,
                because="from Monday on it is for old phones",
            ),
        ),
        (
            "mandatory harbour 7 for <#C1|qa>",
            TypedMandate(app="harbour", version="7", channels=("C1",)),
        ),
    ],
)
def test_what_was_typed_is_read(text: str, meant: TypedMandate) -> None:
    assert read(text) == meant


@pytest.mark.parametrize(
    "text",
    [
        "mandatory harbour 7 for",
        "mandatory harbour 7 grace",
        "mandatory harbour 7 from now from now",
        "mandatory harbour 7 for <@U1|bob>",
        "mandatory harbour 7 for <!subteam^S1|@crew>",
    ],
)
def test_what_says_too_little_or_too_much_is_not_guessed(text: str) -> None:
    with pytest.raises(Unclear):
        read(text)
