"""The forms of a distribution."""

from dataclasses import replace

import pytest

from bot.slack.drawing.releases import option
from bot.slack.features.distribution import views
from bot.slack.features.distribution.noting import views as noting
from bot.slack.features.distribution.views import Filled, Wish, remembered, wish_of
from bot.slack.kit import names
from bot.slack.kit.blocks import Form, Message
from bot.slack.kit.payloads import Outdated, submission_of
from provisioning.actors import slack
from provisioning.distributing.order import Plan
from provisioning.releases.cards import GroupChip
from storage.inspection.diff import Change
from tests.blockkit import validity
from tests.unit.bot.slack import samples
from tests.unit.bot.slack.reading import words

QA = GroupChip(id="9" * 32, name="QA")
FILLED = Filled(
    wish=Wish(group_ids=(QA.id,), people=(slack("UBOB0000"),), notes="**x**"), groups=(QA,)
)
PLAN = Plan(people=14, groups=("QA",), already=3)


def inputs(form: Form) -> dict[str, dict[str, object]]:
    return {b["block_id"]: b["element"] for b in form.blocks if b["type"] == "input"}


def above(form: Form) -> str:
    """Return the words above the first input."""
    kept = []
    for block in form.blocks:
        if block["type"] == "input":
            break
        kept.append(block)
    return words(Message(text="form", blocks=kept))


def test_the_form_is_filled_in_with_the_usual_group_and_the_proposed_notes() -> None:
    form = views.distribute(samples.release(), Filled(wish=Wish(group_ids=(QA.id,)), groups=(QA,)))
    found = inputs(form)

    assert validity.view_complaints(form.view()) == []
    assert found[names.NOTES]["initial_value"] == samples.release().notes
    assert found[names.GROUPS]["initial_options"] == [views.group_option(QA)]
    assert form.submit == "Continue"
    assert remembered(form.private_metadata).counted == ""


def test_the_confirmation_names_the_number_of_people() -> None:
    form = views.confirmation(samples.release(), FILLED, PLAN)

    assert validity.view_complaints(form.view()) == []
    assert (
        "*Harbour 2.4.0 (240) for iOS* goes to *14 people*: QA, 1 person chosen by name."
        in above(form)
    )
    assert "3 more have it already." in above(form)
    assert form.submit == "Distribute to 14"
    assert form.title == "Please confirm"
    assert remembered(form.private_metadata).counted == FILLED.wish.fingerprint


def test_the_confirmation_shows_the_notes_as_people_will_read_them() -> None:
    assert "*Notes*\n*x*" in above(views.confirmation(samples.release(), FILLED, PLAN))


def test_c5_the_confirmation_is_a_summary_that_remembers_what_was_entered() -> None:
    form = views.confirmation(samples.release(), FILLED, PLAN, on_top=True)

    assert inputs(form) == {}
    assert form.close == "Back"
    assert remembered(form.private_metadata).wish == FILLED.wish


def test_c5_what_finds_no_room_in_the_forms_memory_stays_in_its_inputs() -> None:
    wish = replace(FILLED.wish, notes="ü" * 2900)
    form = views.confirmation(samples.release(), Filled(wish=wish, groups=(QA,)), PLAN)
    found = inputs(form)

    assert validity.view_complaints(form.view()) == []
    assert remembered(form.private_metadata).wish is None
    assert found[names.PEOPLE]["initial_users"] == ["UBOB0000"]
    assert found[names.NOTES]["initial_value"] == wish.notes


def test_c5_the_confirmation_carries_every_warning_there_is() -> None:
    card = samples.release(
        newer="2.5.0 (250)",
        changes=(Change(kind="signer", sentence="Another key signed this build.", loud=True),),
        build=replace(samples.build(simulator=True), remarks=("An icon was left out: torn.",)),
    )
    for form in (
        views.distribute(card, FILLED),
        views.confirmation(card, FILLED, PLAN),
    ):
        shown = above(form)
        assert validity.view_complaints(form.view()) == []
        for sentence in (
            "2.5.0 (250) is out already: this is an older release.",
            "*Another key signed this build.*",
            "*It was built for a simulator: no device can install it.*",
            "An icon was left out: torn.",
        ):
            assert sentence in shown


@pytest.mark.parametrize(
    ("wish", "sentence"),
    [
        (Wish(mandatory=True), "It is *mandatory*."),
        (Wish(notify=False), "Nobody is told by message."),
        (Wish(notify=True), "Each is told by direct message now."),
    ],
)
def test_the_confirmation_says_how(wish: Wish, sentence: str) -> None:
    assert sentence in above(views.confirmation(samples.release(), Filled(wish=wish), PLAN))


def test_a_changed_choice_must_be_counted_again() -> None:
    counted = remembered(
        views.confirmation(samples.release(), FILLED, PLAN).private_metadata
    ).counted
    wider = Wish(group_ids=(QA.id, "8" * 32), people=(slack("UBOB0000"),))
    other_notes = Wish(group_ids=(QA.id,), people=(slack("UBOB0000"),), notes="other")

    assert wider.fingerprint != counted
    assert other_notes.fingerprint == counted


def test_notes_too_long_for_slacks_input_stay_as_they_are() -> None:
    form = views.distribute(samples.release(notes="x" * 3001), Filled(wish=Wish()))

    assert names.NOTES not in inputs(form)
    assert validity.view_complaints(form.view()) == []


def test_a_loud_change_is_shown_before_anybody_is_chosen() -> None:
    card = samples.release(changes=(Change(kind="team", sentence="Another team.", loud=True),))

    assert ":rotating_light: *Another team.*" in above(views.distribute(card, Filled(wish=Wish())))


def test_the_preview_renders_markdown() -> None:
    form = noting.preview(samples.release(), "**bold** <!channel>")

    assert validity.view_complaints(form.view()) == []
    assert "*bold* &lt;!channel&gt;" in words(Message(text="p", blocks=form.blocks))
    assert form.submit is None


def test_a_release_is_picked_from_what_slack_asks_for() -> None:
    assert validity.view_complaints(views.pick().view()) == []
    assert validity.view_complaints(views.pick(samples.line()).view()) == []
    assert validity.option_complaints([option(samples.line())]) == []


def test_forms_hold_names_at_their_longest() -> None:
    long = "Ü🚀 & <x> " * 3000
    card = samples.live(app_display_name=long, build=samples.build(version=long, build=long))
    chips = [GroupChip(id=str(i) * 32, name=long) for i in range(10)]
    filled = Filled(wish=Wish(group_ids=tuple(c.id for c in chips)), groups=chips)
    plan = Plan(people=99_999, groups=tuple(long for _ in chips), shortfall=long)

    assert validity.view_complaints(views.confirmation(card, filled, plan).view()) == []
    assert validity.view_complaints(noting.preview(card, long).view()) == []


def test_what_was_filled_in_is_read_from_the_submission() -> None:
    sent = submission_of(
        {
            "type": "view_submission",
            "user": {"id": "UANN0000"},
            "team": {"id": "T1"},
            "view": {
                "id": "V1",
                "callback_id": names.DISTRIBUTE_FORM,
                "private_metadata": "",
                "state": {
                    "values": {
                        names.GROUPS: {
                            names.GROUPS: {"selected_options": [{"value": QA.id}, {"value": QA.id}]}
                        },
                        names.PEOPLE: {names.PEOPLE: {"selected_users": ["UBOB0000"]}},
                        names.NOTES: {names.NOTES: {"value": None}},
                        names.OPTIONS: {names.OPTIONS: {"selected_options": [{"value": "notify"}]}},
                    }
                },
            },
        }
    )

    assert wish_of(sent) == Wish(
        group_ids=(QA.id,),
        people=(slack("UBOB0000"),),
        notes="",
        mandatory=False,
        notify=True,
        also=(),
    )


@pytest.mark.parametrize("kept", ["", "{}", "[]", '{"v": 0}', '{"v": 1}', "nonsense"])
def test_the_memory_of_an_older_form_is_refused_with_a_sentence(kept: str) -> None:
    with pytest.raises(Outdated, match="earlier version"):
        remembered(kept)
