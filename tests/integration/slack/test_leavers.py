"""Whose account ends loses everything, those who manage read it once, and can undo it."""

import asyncio
from datetime import timedelta

import pytest

from bot.sandbox.faults import Fault
from bot.sandbox.slack.messages import Message
from bot.slack.kit import names
from bot.wiring import clock
from provisioning.leaving import announcing, departures
from storage.records.base import now
from tests.integration.answering.asking import Asking
from tests.integration.slack.house import BUILDS, QA, House
from tests.integration.slack.links import LINK, status
from tests.integration.slack.test_main_road import distribute


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a word be due at once, and look for it often."""
    monkeypatch.setattr(departures, "COLLECT", timedelta())
    monkeypatch.setattr(clock, "COLLECTS_EVERY", 0.2)


def link_in(message: Message) -> str:
    found = LINK.search(str(message.blocks))
    assert found is not None
    return found.group()


async def leads_nowhere(house: House, link: str) -> None:
    while await status(house, link) != 404:  # noqa: ASYNC110 - it is nobody's event
        await asyncio.sleep(0.05)


async def test_somebody_leaves_and_a_manager_undoes_it(either: House) -> None:
    asking = Asking(either)
    await asking.said("Ann", "roles give manager @cid")
    await either.group("QA", "Bob", "Dee", channel=QA)
    await either.with_app()
    await distribute(either, "QA")
    link = link_in(await either.dm_to("Bob", "ready for you"))
    await asking.said("Ann", "devices add @bob 00008110-001A2B3C4D5E6F70 Bob's iPhone")

    either.workspace.change_person("Bob", deleted=True)

    await leads_nowhere(either, link)
    told = await either.dm_to("Ann", "the Slack account is deactivated")
    other = await either.dm_to("Cid", "the Slack account is deactivated")
    assert "out of QA" in told.said()
    assert "1 release taken back, 1 link leads nowhere any more" in told.said()
    assert "device to hand over: Bob's iPhone (…6F70)" in told.said()
    assert "owner left; hand over or disable" in await asking.said("Ann", "devices all")
    assert "Bob Baker" in await asking.said("Cid", "leavers")
    assert "QA" in await asking.said("Ann", "groups show QA")

    # Somebody without the right reads why, and of two who undo it at once one does.
    await either.workspace.person("Dee").click(told, names.LEAVERS_RESTORE)
    await either.whisper_to("Dee", "this takes the role admin or release manager")
    await asyncio.gather(
        either.ann.click(told, names.LEAVERS_RESTORE),
        either.cid.click(other, names.LEAVERS_RESTORE),
    )

    await either.dm_to("Ann", "gave back what was taken")
    await either.dm_to("Cid", "gave back what was taken")
    said = [m.said() for one in ("Ann", "Cid") for m in either.workspace.ephemerals(one)]
    assert len([words for words in said if "has again what was taken" in words]) == 1
    assert len([words for words in said if "gave it back to Bob Baker already" in words]) == 1
    either.workspace.change_person("Bob", deleted=False)
    await either.settled()
    assert await status(either, link) == 404
    home = await asking.said("Ann", "devices all")
    assert "owner left" not in home
    assert len([m for m in either.workspace.dms("Ann") if "Bob" in m.said()]) == 1


@pytest.mark.slow
async def test_many_who_leave_at_once_are_one_message_with_one_form(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = [f"Tester {number:02}" for number in range(25)]
    for name in people:
        house.workspace.add_person(name)
    asking = Asking(house)
    await house.group("Crowd", *people)
    monkeypatch.setattr(departures, "COLLECT", timedelta(hours=1))
    for name in people:
        house.workspace.change_person(name, deleted=True)
    follow = house.running.house.leaving.departures
    while len(await follow.recent(house.manager)) < len(people):  # noqa: ASYNC110 - nobody tells
        await asyncio.sleep(0.1)
    monkeypatch.setattr(announcing, "now", lambda: now() + timedelta(hours=2))

    told = await house.dm_to("Ann", "*25 people* left")
    assert "Tester 00" in told.said()
    await house.ann.click(told, names.LEAVERS_RESTORE)
    form = await house.view_of("Ann", "Give back")
    await house.ann.submit(form, {names.LEAVERS_PEOPLE: people[:2]})

    await house.dm_to("Ann", "gave it back")
    shown = await asking.said("Ann", "groups show Crowd")
    assert [house.workspace.person(name).id in shown for name in people[:3]] == [True, True, False]
    left = [m for m in house.workspace.dms("Ann") if "people* left" in m.said()]
    assert len(left) == 1


async def test_slack_fails_in_the_middle_and_the_message_comes_once(house: House) -> None:
    await house.group("QA", "Bob")
    house.slack.script("chat.postMessage", Fault.server_error(503), 3)
    house.slack.script("conversations.open", Fault.error("internal_error"), 2)

    house.workspace.change_person("Bob", deleted=True)

    await house.dm_to("Ann", "the Slack account is deactivated")
    await house.settled()
    assert len([m for m in house.workspace.dms("Ann") if "deactivated" in m.said()]) == 1


@pytest.mark.slow
async def test_a_guest_keeps_what_they_have_until_somebody_lets_them_go(house: House) -> None:
    asking = Asking(house)
    await asking.said("Ann", "roles give manager @bob")
    await house.group("QA", "Bob")
    await house.with_app()
    await distribute(house, "QA")
    link = link_in(await house.dm_to("Bob", "ready for you"))

    house.workspace.change_person("Bob", is_restricted=True)

    told = await house.dm_to("Ann", "is a guest of this workspace now")
    assert "no longer release manager" in told.said()
    assert "keeps QA, 1 release" in told.said()
    assert await status(house, link) == 200
    await house.ann.click(told, names.LEAVERS_LET_GO)
    await house.whisper_to("Ann", "is let go")
    await leads_nowhere(house, link)
    gone = await house.dm_to("Ann", "who is a guest")
    await house.ann.click(gone, names.LEAVERS_RESTORE)
    await house.whisper_to("Ann", "has again what was taken")
    house.workspace.change_person("Bob", is_restricted=False)
    back = await house.dm_to("Ann", "is back")
    await house.ann.click(back, names.LEAVERS_RESTORE)
    await house.dm_to("Ann", "gave back what was taken")
    await house.settled()
    assert house.bob.id in await asking.said("Ann", "roles")


async def test_managers_read_it_in_their_channel(house: House) -> None:
    asking = Asking(house)
    house.workspace.add_channel("managers", "Ann", with_bot=True)
    await asking.said("Ann", "devices limits channel #managers")
    await house.group("QA", "Bob")

    house.workspace.change_person("Bob", deleted=True)
    told = await house.card_saying("the Slack account is deactivated", "#managers")
    house.workspace.change_person("Bob", deleted=False)
    back = await house.card_saying("is back", "#managers")
    await house.ann.click(back, names.LEAVERS_RESTORE)

    await house.card_saying("gave back what was taken", "#managers")
    await house.settled()
    assert [m for m in house.workspace.dms("Ann") if m.is_bot] == []
    assert told.channel == back.channel


async def test_what_is_other_about_a_group_is_shown_before_the_next_distribution(
    either: House,
) -> None:
    asking = Asking(either)
    either.workspace.add_channel("beta", "Ann", "Bob", with_bot=True)
    group = await either.group("QA", "Bob", channel=QA)
    beta = either.workspace.channel("#beta").id
    await either.running.house.people.groups.connect(group.id, beta, either.manager)
    await either.with_app()
    await distribute(either, "QA")
    await either.dm_to("Bob", "ready for you")
    await asking.said("Ann", "groups add QA @dee")
    either.workspace.change_person("Bob", deleted=True)
    either.workspace.archive("#beta")
    either.workspace.rename(QA, "quality")
    await either.dm_to("Ann", "the Slack account is deactivated")
    await either.settled()

    await either.cid.post(BUILDS, "Next", files=[either.samples.newer_ipa])
    draft = await either.card_saying("Compared with")
    await either.ann.click(draft, names.DISTRIBUTE)
    form = await either.view_of("Ann", "Distribute")
    await either.ann.submit(form, {names.GROUPS: ["QA"]})

    said = str((await either.view_of("Ann", "Please confirm")).blocks)
    assert "+Dee Dorn, -Bob Baker" in said
    assert f"<#{beta}> hears nothing: the channel is archived" in said
    assert f"renamed since: <#{either.workspace.channel('#quality').id}>" in said
