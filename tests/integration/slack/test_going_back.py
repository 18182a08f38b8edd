"""Sending a release again, and letting a group go back, as people see it in Slack."""

import asyncio

import pytest

from bot.sandbox.faults import Fault
from bot.sandbox.slack.messages import Message
from bot.slack.kit import names
from tests.integration.answering.asking import Asking, at_rest, words_of
from tests.integration.slack.house import BUILDS, QA, House
from tests.integration.slack.links import path_in, status, text_of
from tests.integration.slack.test_main_road import distribute


async def both(house: House, *people: str) -> None:
    """Send Harbour 2.4.0, then 2.5.0, to the group QA."""
    await house.group("QA", *people, channel=QA)
    await house.with_app()
    await distribute(house, "QA")
    await house.card_saying(f"{len(people)}/{len(people)} reached")
    await house.cid.post(BUILDS, "Next", files=[house.samples.newer_ipa])
    draft = await house.card_saying("Compared with")
    await house.ann.click(draft, names.DISTRIBUTE_USUAL)
    for person in people:
        await house.dm_to(person, "*Harbour 2.5.0 (250)* is ready")
    await at_rest(house)


def told(house: House, person: str, words: str) -> list[Message]:
    return [message for message in house.workspace.dms(person) if words in message.said()]


async def test_a_group_goes_back_by_a_line_and_a_yes(either: House) -> None:
    await both(either, "Bob", "Dee")
    newer = path_in(await either.dm_to("Bob", "*Harbour 2.5.0 (250)* is ready"))
    typed = "rollback QA to 2.4.0 because it loses, sometimes, <b> & “drafts”"
    form = await Asking(either).form("Ann", typed, "Please confirm")

    asked = words_of(form)
    done = await either.ann.submit(form)

    assert "*QA* gets *Harbour 2.4.0 (241) for iOS* again as its current release." in asked
    assert "2 people are told by direct message." in asked
    assert "*QA* goes back from *2.5.0 (250)* to this one." in asked
    assert "Compared with *2.5.0 (250)*:" in asked
    assert done.action == "update", done
    await at_rest(either)
    for person in ("Bob", "Dee"):
        (again,) = told(either, person, "is the current one again, in place of 2.5.0 (250)")
        assert "it loses, sometimes, &lt;b&gt; &amp; " in str(again.blocks)
        assert await status(either, f"{path_in(again)}/manifest.plist") == 200
    # What it went back from stays behind one more tap.
    assert await status(either, newer) == 200
    await either.card_saying(
        "made *Harbour 2.4.0 (241) for iOS* current again for QA, in place of 2.5.0 (250)", QA
    )
    await either.card_saying("put *Harbour 2.4.0 (241) for iOS* in its place for QA", QA)
    await either.card_saying("2 of 2 people told that they get it again.", QA)
    await either.card_saying("*Live* · release 1", QA)
    await either.card_saying("superseded by 2.4.0 (241)", QA)
    assert "QA" in await Asking(either).said("Ann", "history harbour 2.4.0")


@pytest.mark.slow
async def test_the_form_asks_for_what_was_not_said(house: House) -> None:
    await both(house, "Bob")
    asking = Asking(house)

    form = await asking.form("Ann", "rollback", "Roll back")
    options = await house.ann.suggest(form, names.ROLLBACK_GROUP, "q")
    chosen = await house.ann.submit(form, {names.ROLLBACK_GROUP: options[0]["text"]["text"]})
    which = await house.view_of("Ann", "Roll back")
    value = _values(which, names.ROLLBACK_RELEASE)
    pushed = await house.ann.submit(
        which, {names.ROLLBACK_RELEASE: {names.ROLLBACK_RELEASE: value[0]}}
    )
    confirmation = await house.view_of("Ann", "Please confirm")
    done = await house.ann.submit(
        confirmation, {names.ROLLBACK_BECAUSE: {names.ROLLBACK_BECAUSE: "Too slow."}}
    )

    assert (chosen.action, pushed.action, done.action) == ("update", "push", "update")
    assert len(value) == 1
    assert "Too slow." in (await house.dm_to("Bob", "current one again")).said()


@pytest.mark.slow
async def test_the_card_of_an_older_release_offers_to_go_back_to_it(house: House) -> None:
    await both(house, "Bob")
    card = await house.card_saying("*Superseded*")

    await house.ann.click(card, names.ROLLBACK)
    await house.ann.submit(await house.view_of("Ann", "Please confirm"))

    await house.dm_to("Bob", "is the current one again")


async def test_sending_an_older_release_asks_what_becomes_of_the_newer_one(house: House) -> None:
    await both(house, "Bob")
    await house.group("Beta", "Dee")
    form = await Asking(house).form("Ann", "send harbour 2.4.0 to QA, Beta", "Please confirm")
    asked = words_of(form)

    done = await house.ann.submit(form, {names.PLACES: {names.PLACES: "beside"}})

    assert "*QA* has *2.5.0 (250)*, which is newer." in asked
    assert "*Beta* has nothing of this app yet." in asked
    assert "1 more have it already." in asked
    assert "Back to this one instead of 2.5.0 (250)" in asked
    assert done.action == "clear", done
    await house.dm_to("Dee", "*Harbour 2.4.0 (241)* is ready")
    await at_rest(house)
    assert len(told(house, "Bob", "2.4.0 (241)")) == 1
    form = await Asking(house).form("Ann", "send harbour 2.4.0 to QA", "Please confirm")
    assert "Keep 2.5.0 (250)" not in words_of(form)
    await house.ann.submit(form)
    await house.dm_to("Bob", "is the current one again, in place of 2.5.0 (250)")


@pytest.mark.slow
async def test_notes_are_changed_for_those_alone_who_get_it_now(house: House) -> None:
    await house.group("QA", "Bob", channel=QA)
    house.workspace.add_channel("beta", "Ann", with_bot=True)
    beta = await house.group("Beta", "Dee", channel="#beta")
    await house.with_app()
    await distribute(house, "QA")
    announced = await house.card_saying("*Live*", QA)
    await house.ann.click(announced, names.DISTRIBUTE)
    form = await house.view_of("Ann", "Distribute")

    await house.ann.submit(
        form,
        {names.GROUPS: [beta.name], names.NOTES: {names.NOTES: "Please try the *new map*."}},
    )
    await house.ann.submit(await house.view_of("Ann", "Please confirm"))

    assert "Notes for them alone" in words_of(form)
    dees = await house.dm_to("Dee", "Please try the")
    assert "new map" in (await house.card_saying("Please try", "#beta")).said()
    await at_rest(house)
    assert not told(house, "Bob", "new map")
    assert "new map" not in (house.workspace.current(announced) or announced).said()
    assert "new map" in await text_of(house, path_in(dees))


#: What is said to what was not meant.
SENTENCES = {
    "rollback QE to 2.4.0": "There is no group called “QE”",
    "rollback QA to 9.9": "It had: Harbour 2.4.0 (241) for iOS.",
    "rollback QA to 2.5.0": "or it is the current one",
    "rollback QA harbor to 2.4.0": "Did you mean `harbour`?",
    "rollback Empty to 2.4.0": "there is nothing to go back to",
    "rollback QA, Empty to 2.4.0": "One group goes back at a time",
    "send harbor 2.4.0 to QA": "Did you mean `harbour`?",
    "send harbour 9 to QA": "Harbour has no release “9”.",
    "send harbour 2.5.0 to QA": "has Harbour 2.5.0 (250) for iOS already",
}


@pytest.mark.slow
async def test_what_was_not_meant_is_said(house: House) -> None:
    await both(house, "Bob")
    await house.group("Empty", "Dee")

    for typed, said in SENTENCES.items():
        assert said in await Asking(house).said("Ann", typed), typed
    for verb in ("rollback QA to 2.4.0", "send harbour 2.4.0 to QA"):
        assert "You may not distribute" in await Asking(house).said("Bob", verb)


@pytest.mark.slow
async def test_of_two_who_act_at_once_the_second_reads_what_is_there(house: House) -> None:
    await both(house, "Bob")
    await Asking(house).said("Ann", f"roles give manager {house.cid.mention}")
    first = await Asking(house).form("Ann", "rollback QA to 2.4.0", "Please confirm")
    second = await Asking(house).form("Cid", "rollback QA to 2.4.0", "Please confirm")

    done = await asyncio.gather(house.ann.submit(first), house.cid.submit(second))
    await at_rest(house)

    assert [one.action for one in done] == ["update", "update"]
    titles = [
        str(view.title)
        for person in ("Ann", "Cid")
        if (view := house.workspace.view_of(person)) is not None
    ]
    assert sorted(titles) == ["Already done", "Rolled back"]
    assert len(told(house, "Bob", "current one again")) == 1


@pytest.mark.slow
async def test_nobody_is_left_out_or_told_twice_while_slack_fails(house: House) -> None:
    await both(house, "Bob", "Dee")
    form = await Asking(house).form("Ann", "rollback QA to 2.4.0", "Please confirm")
    house.slack.script("chat.postMessage", Fault.server_error(503), times=3)
    house.slack.script("chat.update", Fault.lost_answer(), times=3)

    await house.ann.submit(form)
    await at_rest(house)

    for person in ("Bob", "Dee"):
        assert len(told(house, person, "current one again")) == 1


def _values(view: object, block_id: str) -> list[str]:
    for block in getattr(view, "blocks", ()):
        if block.get("block_id") == block_id:
            return [str(one["value"]) for one in block["element"]["options"]]
    return []
