"""Who has a release, reminding those who have not, and who wants no reminders, in Slack."""

from datetime import timedelta

import pytest

from bot.sandbox.faults import Fault
from bot.sandbox.slack.messages import Message
from bot.slack.features.who import views
from bot.slack.kit import names
from provisioning.following import tallying
from tests.integration.answering.asking import Asking, button, words_of
from tests.integration.slack.house import QA, House
from tests.integration.slack.links import LINK, link_of, status
from tests.integration.slack.test_main_road import distribute


async def sent(house: House, *people: str) -> Message:
    """Send Harbour 2.4.0 to the group QA; return the announcement."""
    await house.group("QA", *people, channel=QA)
    await house.with_app()
    await distribute(house, "QA")
    await house.card_saying(f"{len(people)}/{len(people)} reached")
    return await house.card_saying("*Live*", QA)


async def reminded(house: House, person: str) -> int:
    """Return how many reminders somebody has."""
    await house.settled()
    return len([m for m in house.workspace.dms(person) if "reminds you of" in m.said()])


async def test_those_who_have_not_are_listed_shown_and_reminded(either: House) -> None:
    await sent(either, "Bob", "Dee", "Cid")
    bobs, dees = await link_of(either, "Bob"), await link_of(either, "Dee")
    assert await status(either, bobs) == 200
    assert await status(either, f"{dees}/app.ipa") == 200
    asking = Asking(either)

    listed = await asking.ask("Ann", "who harbour in QA")

    said = listed.said()
    assert "*Who has Harbour 2.4.0 (241) for iOS* in *QA* · release 1" in said
    assert "3 people: 1 has it, 1 opened it, 1 was told only." in said
    assert "*Have all of it* (1)\nDee Dorn" in said
    assert "*Opened the install page* (1)\nBob Baker" in said
    assert "*Were told, and did nothing yet* (1)\nCid Carver" in said
    assert button(listed, "Nudge 2 who have not…")
    await either.ann.click(listed, names.NUDGE)
    form = await either.view_of("Ann", "Remind people")
    shown = words_of(form)
    assert "*2 people* in *QA* get one direct message with a fresh link:" in shown
    assert "Bob Baker, Cid Carver" in shown
    assert "reminds you of *Harbour 2.4.0 (241) for iOS*: you have not installed it yet." in shown
    assert "• Has it (1): Dee Dorn" in shown

    done = await either.ann.submit(form)

    assert done.action == "update", done
    assert "2 people are being reminded now." in words_of(await either.view_of("Ann", "Reminded"))
    told = await either.dm_to("Bob", "reminds you of")
    found = LINK.search(str(told.blocks))
    assert found is not None
    assert await status(either, found.group()) == 200
    await either.dm_to("Cid", "reminds you of")
    await either.card_saying(
        "reminded 2 people in QA who had not installed *Harbour 2.4.0 (241) for iOS*: 2 told.", QA
    )
    assert await reminded(either, "Dee") == 0
    again = await asking.ask("Ann", "who harbour in QA")
    assert "Nudge" not in str(again.blocks)
    await either.ann.click(again, names.WHO)
    everybody = words_of(await either.view_of("Ann", "Who has it"))
    assert "• *Cid Carver*: was told only" in everybody
    assert "*Dee Dorn*: has it, last seen" in everybody


@pytest.mark.slow
async def test_two_managers_and_two_clicks_are_one_reminder(house: House) -> None:
    await sent(house, "Bob")
    await Asking(house).said("Ann", f"roles give manager <@{house.cid.id}>")
    forms = []
    for name in ("Ann", "Cid"):
        listed = await Asking(house).ask(name, "who harbour 2.4.0")
        await house.workspace.person(name).click(listed, names.NUDGE)
        forms.append(await house.view_of(name, "Remind people"))

    first = await house.ann.submit(forms[0])
    second = await house.cid.submit(forms[1])

    assert (first.action, second.action) == ("update", "update")
    late = words_of(await house.view_of("Cid", "Already reminded"))
    assert "Ann Archer reminded those who do not have release 1" in late
    await house.dm_to("Bob", "reminds you of")
    assert await reminded(house, "Bob") == 1


@pytest.mark.slow
async def test_what_changed_while_it_was_shown_is_shown_anew(house: House) -> None:
    await sent(house, "Bob", "Dee")
    dees = await link_of(house, "Dee")
    listed = await Asking(house).ask("Ann", "who harbour")
    await house.ann.click(listed, names.NUDGE)
    form = await house.view_of("Ann", "Remind people")
    assert await status(house, f"{dees}/app.ipa") == 200

    changed = await house.ann.submit(form)

    assert changed.action == "update"
    anew = await house.view_of("Ann", "Remind people")
    assert "Meanwhile others are to be reminded than you were shown." in words_of(anew)
    assert "*1 person* gets one direct message" in words_of(anew)
    assert await reminded(house, "Bob") == 0
    await house.ann.submit(anew)
    await house.dm_to("Bob", "reminds you of")
    assert await reminded(house, "Dee") == 0


async def test_who_wants_no_reminders_gets_none_and_hears_of_new_releases(house: House) -> None:
    await sent(house, "Bob", "Dee")
    asking = Asking(house)
    listed = await asking.ask("Ann", "who harbour")
    await house.ann.click(listed, names.NUDGE)
    await house.ann.submit(await house.view_of("Ann", "Remind people"))
    told = await house.dm_to("Bob", "reminds you of")

    await house.bob.click(told, names.MUTE)

    await house.whisper_to("Bob", "New releases of it still come to you.")
    assert "You had muted it before" in await asking.said("Bob", "mute harbour")
    assert "You are not reminded of: `harbour`." in await asking.said("Bob", "mute")
    assert "You are reminded of every app" in await asking.said("Dee", "mute")
    assert "Did you mean `harbour`?" in await asking.said("Bob", "mute harbor")
    await house.cid.post("#mobile-builds", "Next", files=[house.samples.newer_ipa])
    draft = await house.card_saying("Compared with")
    await house.ann.click(draft, names.DISTRIBUTE_USUAL)
    await house.dm_to("Bob", "2.5.0 (250)")
    await house.dm_to("Dee", "2.5.0 (250)")
    await house.ann.click(await asking.ask("Ann", "who harbour"), names.NUDGE)
    form = await house.view_of("Ann", "Remind people")
    assert "• Want no reminders of this app (1): Bob Baker" in words_of(form)
    assert "superseded by a newer one" in await _refused_nudge(house, listed)
    assert "*Harbour for iOS* again" in await asking.said("Bob", "unmute harbour")
    assert "it was not muted" in await asking.said("Bob", "unmute harbour")


async def _refused_nudge(house: House, old: Message) -> str:
    """Click the button of an old list; return what is said to that."""
    await Asking(house).close_all("Ann")
    await house.ann.click(old, names.NUDGE)
    return (await house.whisper_to("Ann", "superseded")).said()


#: What is said to what was not meant.
SENTENCES = {
    "who": "Say which app",
    "who harbor": "Did you mean `harbour`?",
    "who harbour 9": "Harbour has no release “9”.",
    "who harbour in QE": "There is no group called “QE”",
    "who harbour": "No release of Harbour is live",
    "who harbour 1": "Nobody was given it yet.",
    "who harbour in @nobody": "Slack does not know `@nobody`.",
}


async def test_what_was_not_meant_is_said(house: House) -> None:
    await house.group("QA", "Bob")
    await house.with_app()

    for typed, said in SENTENCES.items():
        assert said in await Asking(house).said("Ann", typed), typed
    said = await Asking(house).said("Bob", "who harbour")
    assert "You may not see who has a release here" in said
    said = await Asking(house).said("Dee", "mute harbour")
    assert "You were not given a release yet" in said
    await distribute(house, "QA")
    await house.bob.click(await house.card_saying("1/1 reached"), names.WHO)
    await house.whisper_to("Bob", "You may not see who has a release here")


@pytest.mark.slow
async def test_who_could_not_be_told_is_named_and_told_by_trying_again(house: House) -> None:
    await sent(house, "Bob", "Dee")
    listed = await Asking(house).ask("Ann", "who harbour")
    await house.ann.click(listed, names.NUDGE)
    form = await house.view_of("Ann", "Remind people")
    bob = house.bob.id
    house.slack.script(
        "chat.postMessage",
        Fault.error("restricted_action"),
        when=lambda given: (
            "reminds you of" in str(given.get("blocks"))
            and (talk := house.slack.state.conversations.get(str(given["channel"]))) is not None
            and talk.has(bob)
        ),
    )
    house.slack.script("chat.postMessage", Fault.lost_answer(), times=1)

    await house.ann.submit(form)

    missed = await house.dm_to("Ann", "Not everybody could be reminded of")
    assert "*Bob Baker*" in missed.said()
    await house.ann.click(missed, names.NUDGE_AGAIN)
    await house.dm_to("Bob", "reminds you of")
    await house.card_saying(
        "reminded 2 people who had not installed *Harbour 2.4.0 (241) for iOS*: 2 told.", QA
    )
    assert (await reminded(house, "Bob"), await reminded(house, "Dee")) == (1, 1)


@pytest.mark.slow
async def test_a_reminder_of_what_was_recalled_leads_nowhere_and_says_so(house: House) -> None:
    await sent(house, "Bob")
    await house.ann.click(await Asking(house).ask("Ann", "who harbour"), names.NUDGE)
    await house.ann.submit(await house.view_of("Ann", "Remind people"))
    await house.dm_to("Bob", "reminds you of")
    form = await Asking(house).form("Ann", "recall harbour 1 because it crashes", "Please confirm")

    await house.ann.submit(form)

    await house.workspace.eventually(
        lambda: not [m for m in house.workspace.dms("Bob") if "reminds you of" in m.said()]
    )
    said = [
        m.said() for m in house.workspace.dms("Bob") if "can no longer be installed" in m.said()
    ]
    assert len(said) == 2


async def test_the_announcement_says_how_far_it_went(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tallying, "EVERY", timedelta(0))
    redraw = house.running.house.following.tallying.redraw
    await sent(house, "Bob", "Dee")
    bobs, dees = await link_of(house, "Bob"), await link_of(house, "Dee")
    assert await status(house, bobs) == 200
    assert await status(house, f"{dees}/app.ipa") == 200

    await redraw()

    await house.card_saying("1 person opened the install page, 1 has all of it.", QA)
    await house.card_saying("1 person opened the install page, 1 has all of it.")
    edits = house.slack.calls_of("chat.update")
    assert await status(house, bobs) == 200
    assert await redraw() == 0
    assert house.slack.calls_of("chat.update") == edits


@pytest.mark.slow
async def test_many_people_stand_on_pages(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "PAGE", 2)
    await sent(house, "Bob", "Dee", "Cid")
    await house.ann.click(await house.card_saying("3/3 reached"), names.WHO)
    first = await house.view_of("Ann", "Who has it")

    await house.ann.click(first, names.WHO_NEXT)

    await house.workspace.eventually(
        lambda: "Page 2 of 2" in words_of(house.workspace.view_of("Ann") or first)
    )
    second = await house.view_of("Ann", "Who has it")
    assert "Page 1 of 2" in words_of(first)
    assert "*Bob Baker*" in words_of(first)
    assert "*Dee Dorn*" in words_of(second)
