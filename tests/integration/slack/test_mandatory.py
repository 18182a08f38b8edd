"""A release that is mandatory, as people see it in Slack and on the install page."""

from datetime import timedelta

import aiohttp
import pytest

from bot.sandbox.faults import Fault
from bot.sandbox.slack.messages import Message
from bot.slack.kit import names
from tests.integration.answering.asking import Asking, at_rest, button, words_of
from tests.integration.answering.test_home import home_of
from tests.integration.slack.house import BUILDS, QA, House
from tests.integration.slack.links import link_of, path_in
from tests.integration.slack.mandating import let_pass
from tests.integration.slack.test_main_road import distribute
from tests.integration.slack.test_recall import fetched

HOUR = timedelta(hours=1)


async def sent(house: House, *people: str) -> Message:
    """Send Harbour 2.4.0 to the group QA; return the announcement."""
    await house.group("QA", *people, channel=QA)
    await house.with_app()
    await distribute(house, "QA")
    await house.card_saying(f"{len(people)}/{len(people)} reached")
    return await house.card_saying("*Live*", QA)


async def page_of(house: House, path: str) -> str:
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{house.port}{path}") as answer,
    ):
        return await answer.text()


def reminders_of(house: House, person: str) -> list[Message]:
    said = ("Please install", "The time to install", "not mandatory for you")
    return [m for m in house.workspace.dms(person) if any(word in m.said() for word in said)]


async def test_from_the_line_to_the_end_of_the_grace(either: House) -> None:
    announced = await sent(either, "Bob", "Dee")
    bobs = await link_of(either, "Bob")
    await fetched(either, "Dee")
    asking = Asking(either)

    answer = await asking.ask(
        "Ann",
        "mandatory harbour 2.4.0 for QA from in 2 hours grace 24h because it <b>loses</b> & so",
    )

    assert "is mandatory for QA from" in answer.said()
    assert "24 hours of grace" in answer.said()
    coming = await either.card_saying(":red_circle: *Mandatory from", QA)
    assert coming.ts == announced.ts
    line = await either.card_saying("made *Harbour 2.4.0 (241) for iOS* mandatory for QA from", QA)
    assert "it &lt;b&gt;loses&lt;/b&gt; &amp; so" in line.said()
    assert "Mandatory from" in await page_of(either, bobs)
    assert reminders_of(either, "Bob") == []

    await let_pass(either, 2 * HOUR)
    began = await either.dm_to("Bob", "Please install *Harbour 2.4.0 (241) for iOS*.")
    assert "Mandatory since" in await page_of(either, path_in(began))
    await either.card_saying("*Mandatory* since", QA)
    await let_pass(either, 13 * HOUR)
    await either.card_saying("(less than 12 hours left)", QA)
    await let_pass(either, 10 * HOUR)
    await either.dm_to("Bob", "The time to install *Harbour 2.4.0 (241) for iOS* is about to end.")
    await either.card_saying("it is about to end:*", QA)
    await let_pass(either, HOUR)
    await either.card_saying("please update now; the time for it ended", QA)
    assert "the time for it ended" in await page_of(either, bobs)

    await either.settled()
    assert len(reminders_of(either, "Bob")) == 2
    assert reminders_of(either, "Dee") == []
    assert "*mandatory*" in words_of(await home_of(either, "Bob", "2.4.0 (241)"))
    assert "*mandatory*" not in words_of(await home_of(either, "Dee", "2.4.0 (241)"))


async def test_it_is_lifted_and_that_is_undone(house: House) -> None:
    await sent(house, "Bob")
    asking = Asking(house)
    await asking.said("Ann", "mandatory harbour 1 grace 2 days below 3.0")
    await house.dm_to("Bob", "Please install *Harbour 2.4.0 (241) for iOS*.")
    told = await house.dm_to("Bob", "for versions below 3.0: please update by")
    lifted = await asking.ask("Ann", "mandatory harbour 2.4.0 off")
    assert "is not mandatory any more for QA." in lifted.said()
    await house.dm_to("Bob", "*Harbour 2.4.0 (241) for iOS* is not mandatory for you any more.")
    line = await house.card_saying(
        "lifted it: *Harbour 2.4.0 (241) for iOS* is not mandatory any more for QA.", QA
    )
    announced = await house.card_saying("*Live*", QA)
    assert ":red_circle:" not in announced.said()
    assert "red_circle" not in str(_now(house, told).blocks)

    await house.ann.click(line, names.MANDATORY_UNDO)

    await house.card_saying(
        "undid that: for QA *Harbour 2.4.0 (241) for iOS* is mandatory from", QA
    )
    await house.card_saying("It was undone.", QA)
    await house.card_saying("2 days of grace, for versions below 3.0", QA)
    await house.card_saying(":red_circle: *Mandatory* since", QA)
    await house.ann.click(line, names.MANDATORY_UNDO)
    await house.whisper_to("Ann", "Ann Archer undid this already on")
    await house.bob.click(
        await house.card_saying("made *Harbour 2.4.0 (241) for iOS* mandatory", QA),
        names.MANDATORY_UNDO,
    )
    await house.whisper_to("Bob", "You may not make releases mandatory here")
    # Of the reminder there is still one, which says what holds.
    await house.settled()
    assert len(reminders_of(house, "Bob")) == 1


def _now(house: House, message: Message) -> Message:
    found = house.workspace.current(message)
    assert found is not None
    return found


@pytest.mark.slow
async def test_the_button_asks_where_when_and_on_which_terms(house: House) -> None:
    await sent(house, "Bob")
    beta = await house.group("Beta", "Dee")
    await Asking(house).said("Ann", "distribute harbour to Beta")
    await house.dm_to("Dee", "ready for you")
    card = await house.card_saying("2/2 reached", BUILDS)
    await house.ann.click(card, names.MANDATORY)
    form = await house.view_of("Ann", "Mandatory")

    wrong = await house.ann.submit(
        form, {names.MANDATORY_BELOW: {names.MANDATORY_BELOW: "the last one"}}
    )
    past = await house.ann.submit(
        form,
        {
            names.MANDATORY_BELOW: {names.MANDATORY_BELOW: None},
            names.MANDATORY_FROM: {names.MANDATORY_FROM: 1_700_000_000},
        },
    )
    emptied: dict[str, dict[str, object]] = {
        names.MANDATORY_BELOW: {names.MANDATORY_BELOW: None},
        names.MANDATORY_FROM: {names.MANDATORY_FROM: None},
    }
    pushed = await house.ann.submit(form, emptied)
    asked = await house.view_of("Ann", "Please confirm")
    # While she reads it, somebody else says it of one of the groups.
    await Asking(house).said("Ann", "mandatory harbour 1 for Beta grace none")
    late = await house.ann.submit(asked)

    assert "is no version" in wrong.errors[names.MANDATORY_BELOW]
    assert "That moment has passed." in past.errors[names.MANDATORY_FROM]
    assert pushed.action == "push"
    words = words_of(asked)
    assert "becomes mandatory for QA, Beta from now on, 24 hours of grace." in words
    assert "Of 2 people there 0 have fetched it or a newer one, and 2 have not." in words
    assert late.action == "update"
    assert "Ann Archer changed whether release 1 is mandatory" in words_of(
        await house.view_of("Ann", "Already changed")
    )
    await house.dm_to("Dee", "Please install")
    assert reminders_of(house, "Bob") == []

    await house.ann.close(everything=True)
    await house.ann.click(card, names.MANDATORY)
    again = await house.view_of("Ann", "Mandatory")
    assert "Beta: *Mandatory* since" in words_of(again)
    done = await house.ann.submit(
        again,
        {
            names.MANDATORY_WHAT: {names.MANDATORY_WHAT: "lift"},
            names.MANDATORY_GROUPS: {names.MANDATORY_GROUPS: [beta.id]},
        },
    )
    assert done.action == "update"
    shown = await house.view_of("Ann", "Mandatory")
    assert "is not mandatory any more for Beta." in words_of(shown)
    await house.ann.click(shown, names.MANDATORY_UNDO)
    await house.card_saying("undid that: for Beta", QA)


#: What is said to what was not meant, or cannot be.
SENTENCES = {
    "mandatory harbor 2.4.0": "Did you mean `harbour`?",
    "mandatory harbour 9": "Harbour has no release “9”.",
    "mandatory harbour 1 for QE": "There is no group called “QE”",
    "mandatory harbour 1 for Beta": "Beta does not have release 1. Distribute it there first.",
    "mandatory harbour 1 from some day": "I do not know when “some day” is.",
    "mandatory harbour 1 from": "Say something behind `from`, or leave it out.",
    "mandatory harbour 1 grace soon": "“soon” is no length of time.",
    "mandatory harbour 1 below latest": "“latest” is no version.",
    "mandatory harbour 1 for QA for Beta": "`for` stands there twice.",
    "mandatory harbour 1 for @bob": "A release is mandatory for groups.",
    "mandatory harbour 1 off": "Release 1 is not mandatory there.",
}


@pytest.mark.slow
async def test_what_was_not_meant_is_said(house: House) -> None:
    await sent(house, "Bob")
    await house.group("Beta", "Dee")

    for typed, said in SENTENCES.items():
        assert said in await Asking(house).said("Ann", typed), typed
    assert "You may not make releases mandatory" in await Asking(house).said(
        "Bob", "mandatory harbour 1"
    )
    await Asking(house).said("Ann", "mandatory harbour 1")
    twice = await Asking(house).said("Ann", "mandatory harbour 1")
    assert "Release 1 is mandatory there on these very terms already." in twice


@pytest.mark.slow
async def test_a_fault_of_slack_in_the_middle_costs_nothing(house: House) -> None:
    await sent(house, "Bob", "Dee")
    house.slack.script("chat.postMessage", Fault.server_error(503), times=2)
    house.slack.script("chat.update", Fault.lost_answer(), times=2)

    await Asking(house).said("Ann", "mandatory harbour 1")

    for person in ("Bob", "Dee"):
        await house.dm_to(person, "Please install")
    await house.card_saying("made *Harbour 2.4.0 (241) for iOS* mandatory for QA", QA)
    await house.card_saying(":red_circle: *Mandatory* since", QA)
    await house.settled()
    assert [len(reminders_of(house, person)) for person in ("Bob", "Dee")] == [1, 1]


@pytest.mark.slow
async def test_a_mandatory_release_in_between_leads_to_the_newer_one(house: House) -> None:
    await sent(house, "Bob")
    old = await link_of(house, "Bob")
    await Asking(house).said("Ann", "mandatory harbour 1")
    await house.dm_to("Bob", "Please install *Harbour 2.4.0 (241) for iOS*.")
    await house.cid.post(BUILDS, "Next", files=[house.samples.newer_ipa])
    draft = await house.card_saying("Compared with")
    await house.ann.click(draft, names.DISTRIBUTE_USUAL)

    told = await house.dm_to("Bob", "*Harbour 2.5.0 (250)* is ready for you.")

    assert ":red_circle: *Mandatory* from" in told.said()
    page = await page_of(house, old)
    assert "Please update to 2.5.0 (250) by" in page
    assert f'href="{old}/newer"' in page
    await let_pass(house, 23 * HOUR)
    closing = await house.dm_to("Bob", "The time to install *Harbour 2.5.0 (250) for iOS*")
    assert path_in(told) in str(closing.blocks)
    assert button(closing, "Install")


@pytest.mark.slow
async def test_a_release_is_chosen_where_none_was_named(house: House) -> None:
    await sent(house, "Bob")
    asking = Asking(house)
    form = await asking.form("Ann", "mandatory", "Make it mandatory")
    options = await house.ann.suggest(form, names.MANDATORY_RELEASE, "harb")

    await house.ann.submit(form, {names.MANDATORY_RELEASE: options[0]["text"]["text"]})
    done = await house.ann.submit(await house.view_of("Ann", "Mandatory"))

    assert done.action == "update"
    await house.card_saying("made *Harbour 2.4.0 (241) for iOS* mandatory for QA", QA)


async def test_what_is_recalled_leaves_its_reminders_too(house: House) -> None:
    await sent(house, "Bob")
    asking = Asking(house)
    await asking.ask("Ann", "mandatory harbour 2.4.0 for QA because it mends the tides")
    began = await house.dm_to("Bob", "Please install *Harbour 2.4.0 (241) for iOS*.")
    assert "/i/" in str(began.blocks)

    form = await asking.form(
        "Ann", "recall harbour 2.4.0 because it loses charts", "Please confirm"
    )
    await house.ann.submit(form)
    await house.dm_to("Bob", "is not mandatory for you any more")
    await at_rest(house)

    own = [m for m in house.workspace.dms("Bob") if m.is_bot]
    assert [m for m in own if "/i/" in str(m.blocks)] == []
