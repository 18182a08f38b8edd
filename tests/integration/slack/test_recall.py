"""Taking a release back, as people see it in Slack and on the install page."""

import asyncio

import pytest

from bot.sandbox.faults import Fault
from bot.sandbox.slack.messages import Message
from bot.slack.features.recall import deeds
from bot.slack.kit import names
from tests.integration.answering.asking import Asking, at_rest, button, words_of
from tests.integration.slack.house import BUILDS, QA, House
from tests.integration.slack.links import LINK, link_of, status
from tests.integration.slack.test_main_road import distribute


async def fetched(house: House, person: str) -> str:
    """Let somebody's phone begin to fetch what they were sent; return the path of their link."""
    path = await link_of(house, person)
    assert await status(house, f"{path}/manifest.plist") == 200
    return path


async def sent(house: House, *people: str) -> Message:
    """Send Harbour 2.4.0 to the group QA; return the announcement."""
    await house.group("QA", *people, channel=QA)
    await house.with_app()
    await distribute(house, "QA")
    await house.card_saying(f"{len(people)}/{len(people)} reached")
    return await house.card_saying("*Live*", QA)


async def test_a_release_is_recalled_by_a_line_and_a_yes(either: House) -> None:
    announced = await sent(either, "Bob", "Dee")
    bobs, dees = await fetched(either, "Bob"), await link_of(either, "Dee")
    asking = Asking(either)

    form = await asking.form(
        "Ann", "recall harbour 2.4.0 because it loses, sometimes, <b> & “drafts”", "Please confirm"
    )
    asked = words_of(form)
    done = await either.ann.submit(form)

    assert "*Harbour 2.4.0 (241) for iOS* is recalled from *everybody*." in asked
    assert "2 people lose it. Their links stop at once." in asked
    assert "1 has begun to fetch it" in asked
    assert "This cannot be undone" in asked
    assert done.action == "update", done
    assert [await status(either, path) for path in (bobs, dees)] == [404, 404]
    assert await status(either, f"{bobs}/manifest.plist") == 404
    told = await either.dm_to("Bob", "was recalled by")
    assert "it loses, sometimes, &lt;b&gt; &amp; " in str(told.blocks)
    assert "nothing to install instead yet" in told.said()
    current = await either.workspace.eventually(lambda: _saying(either, announced, "*Recalled* by"))
    assert current is not None
    await either.card_saying("recalled by", BUILDS)
    await either.card_saying("recalled *Harbour 2.4.0 (241) for iOS* from everybody", QA)
    await either.card_saying("had begun to fetch it and was told", QA)
    # Whoever only had the link reads at its place that it leads nowhere.
    await either.dm_to("Dee", "was recalled and can no longer be installed")
    assert not [m for m in either.workspace.dms("Dee") if "was recalled by" in m.said()]


def _saying(house: House, message: Message, words: str) -> Message | None:
    found = house.workspace.current(message)
    return found if found is not None and words in found.said() else None


@pytest.mark.slow
async def test_the_button_asks_from_whom_and_why(house: House) -> None:
    await sent(house, "Bob")
    beta = await house.group("Beta", "Dee")
    await Asking(house).said("Ann", "distribute harbour to Beta")
    await house.dm_to("Dee", "ready for you")
    card = await house.card_saying("2/2 reached")
    await house.ann.click(card, names.RECALL)
    form = await house.view_of("Ann", "Recall")

    empty = await house.ann.submit(form, {names.RECALL_BECAUSE: {names.RECALL_BECAUSE: " "}})
    pushed = await house.ann.submit(
        form,
        {
            names.RECALL_GROUPS: {names.RECALL_GROUPS: [beta.id]},
            names.RECALL_BECAUSE: {names.RECALL_BECAUSE: "It needs the new server."},
        },
    )
    confirmation = await house.view_of("Ann", "Please confirm")
    done = await house.ann.submit(confirmation)

    assert "Say why" in empty.errors[names.RECALL_BECAUSE]
    assert pushed.action == "push"
    assert "is recalled from *Beta*." in words_of(confirmation)
    assert "cannot be undone" not in words_of(confirmation)
    assert done.action == "update"
    assert await status(house, await link_of(house, "Bob")) == 200
    await house.dm_to("Dee", "can no longer be installed: It needs the new server.")
    await house.card_saying("*Recalled from Beta*", QA)


@pytest.mark.slow
async def test_what_was_current_before_is_offered_instead(house: House) -> None:
    await sent(house, "Bob")
    await house.cid.post(BUILDS, "Next", files=[house.samples.newer_ipa])
    draft = await house.card_saying("Compared with")
    await house.ann.click(draft, names.DISTRIBUTE_USUAL)
    told = await house.dm_to("Bob", "2.5.0 (250)")
    newer = LINK.search(str(told.blocks))
    assert newer is not None
    assert await status(house, f"{newer.group()}/manifest.plist") == 200
    form = await Asking(house).form("Ann", "recall harbour 2.5.0 because it crashes", "Please")

    await house.ann.submit(form)

    assert "*2.4.0 (241)* is current again there." in words_of(form)
    notice = await house.dm_to("Bob", "Install *2.4.0 (241)* instead.")
    found = LINK.search(str(notice.blocks))
    assert found is not None
    assert await status(house, found.group()) == 200
    await house.card_saying("*Live* · release 1", QA)


#: What is said to what was not meant.
SENTENCES = {
    "recall harbor 2.4.0 because no": "Did you mean `harbour`?",
    "recall harbour 9 because no": "Harbour has no release “9”.",
    "recall harbour 1 because no": "is a draft: nobody has it. Dismiss it on its card.",
    "recall harbour 1 from QE because no": "There is no group called “QE”",
    "recall harbour 1 from @nobody because no": "Slack does not know `@nobody`.",
}


async def test_what_was_not_meant_is_said(house: House) -> None:
    await house.group("QA", "Bob")
    await house.with_app()

    for typed, said in SENTENCES.items():
        assert said in await Asking(house).said("Ann", typed), typed


async def test_a_tester_may_not_recall(house: House) -> None:
    await sent(house, "Bob")

    said = await Asking(house).said("Bob", "recall harbour 1 because no")

    assert "You may not recall releases here" in said
    assert await status(house, await link_of(house, "Bob")) == 200


@pytest.mark.slow
async def test_of_two_who_recall_at_once_one_learns_who_was_first(house: House) -> None:
    await sent(house, "Bob")
    asking = Asking(house)
    first = await asking.form("Ann", "recall harbour 1 because it crashes", "Please confirm")
    done = await house.ann.submit(first)
    assert done.action == "update"

    said = await asking.said("Ann", "recall harbour 1 because it crashes again")

    assert "Release 1 is recalled already." in said


async def test_twenty_who_recall_and_send_at_once_leave_one_recall_and_one_message_each(
    either: House,
) -> None:
    announced = await sent(either, "Bob")
    bobs = await link_of(either, "Bob")
    await either.group("Design", "Dee")
    asking = Asking(either)
    cid = either.workspace.person("Cid").id
    await asking.said("Ann", f"roles give manager <@{cid}|cid>")
    people = (either.ann, either.cid)
    forms = [
        await asking.form(name, "recall harbour 1 because no", "Please confirm")
        for name in ("Ann", "Cid")
    ]

    await asyncio.gather(
        *(people[n % 2].command(BUILDS, names.COMMAND, "send harbour to Design") for n in range(9)),
        *(person.submit(form) for person, form in zip(people, forms, strict=True)),
        *(people[n % 2].command(BUILDS, names.COMMAND, "send harbour to Design") for n in range(9)),
    )
    await either.workspace.eventually(lambda: _saying(either, announced, "*Recalled* by"))
    await either.card_saying("recalled *Harbour 2.4.0 (241) for iOS* from everybody", QA)
    await at_rest(either)

    recalled = [
        m
        for m in either.workspace.by_bot(QA)
        if "recalled *Harbour 2.4.0 (241) for iOS* from everybody" in m.said()
    ]
    assert len(recalled) == 1
    assert await status(either, bobs) == 404
    for person in ("Bob", "Dee"):
        told = [m for m in either.workspace.dms(person) if m.is_bot and "Harbour" in m.said()]
        assert len(told) <= 1, person
        assert all("was recalled" in m.said() for m in told), person
    assert either.slack.violations == []


@pytest.mark.slow
async def test_a_fault_of_slack_in_the_middle_costs_nothing(house: House) -> None:
    await sent(house, "Bob", "Dee")
    bobs = await fetched(house, "Bob")
    form = await Asking(house).form("Ann", "recall harbour 1 because it crashes", "Please confirm")
    house.slack.script("chat.postMessage", Fault.server_error(503), times=2)
    house.slack.script("chat.update", Fault.lost_answer(), times=2)

    await house.ann.submit(form)

    assert await status(house, bobs) == 404
    await house.dm_to("Bob", "was recalled by")
    await house.card_saying("recalled *Harbour 2.4.0 (241) for iOS* from everybody", QA)
    await house.settled()
    assert len([m for m in house.workspace.dms("Bob") if "was recalled by" in m.said()]) == 1


@pytest.mark.slow
async def test_who_recalled_it_learns_who_was_not_told_and_tries_again(house: House) -> None:
    await sent(house, "Bob")
    await fetched(house, "Bob")
    form = await Asking(house).form("Ann", "recall harbour 1 because it crashes", "Please confirm")
    house.slack.script(
        "chat.postMessage",
        Fault.error("restricted_action"),
        when=lambda given: "was recalled by" in str(given.get("blocks")),
    )
    await house.ann.submit(form)
    missed = await house.dm_to("Ann", "Not everybody who has")

    await house.ann.click(missed, names.RECALL_AGAIN)

    assert "Bob" in missed.said()
    assert button(missed, "Try again")
    await house.dm_to("Bob", "was recalled by")
    await house.card_saying("1 had begun to fetch it and was told", QA)


async def test_a_release_is_chosen_where_none_was_named(house: House) -> None:
    await sent(house, "Bob")
    asking = Asking(house)
    form = await asking.form("Ann", "recall", "Recall a release")
    options = await house.ann.suggest(form, names.RECALL_RELEASE, "harb")

    await house.ann.submit(form, {names.RECALL_RELEASE: options[0]["text"]["text"]})

    assert "Harbour 2.4.0 (241)" in options[0]["text"]["text"]
    assert "1 person may install it." in words_of(await house.view_of("Ann", "Recall"))


def test_a_line_is_read_as_it_was_meant() -> None:
    typed = deeds.read(
        'recall harbour 2.4.0 (241) from QA, "Field Testers" <@U123|bob> because it, er, '
        "<@U9|dee> says: &lt;no&gt;"
    )

    assert (typed.app, typed.version) == ("harbour", "2.4.0 (241)")
    assert typed.groups == ("QA", "Field Testers")
    assert typed.people == ("U123",)
    assert typed.because == "it, er, @dee says: <no>"
    assert deeds.read("recall harbour 1").because == ""
