"""Channels, conversations and user groups that refuse or change (failure modes 9, 10, 25, 26)."""

import asyncio
from typing import Any

import pytest

from bot.sandbox.faults import Fault
from bot.sandbox.slack.messages import Message
from bot.slack.kit import names
from tests.integration.answering.asking import Asking
from tests.integration.slack.house import BUILDS, QA, House
from tests.integration.slack.links import LINK, status
from tests.integration.slack.test_main_road import distribute


async def test_9_an_archived_channel_is_switched_off_and_the_others_go_on(house: House) -> None:
    house.workspace.add_channel("beta", "Ann", "Bob", with_bot=True)
    group = await house.group("QA", "Bob", channel=QA)
    beta = house.workspace.channel("#beta").id
    await house.running.house.people.groups.connect(group.id, beta, house.manager)
    await house.with_app()
    house.workspace.archive(QA)
    await house.settled()

    await distribute(house, "QA")

    await house.card_saying("*Live*", "#beta")
    told = await house.dm_to("Ann", "stopped: the channel is archived")
    sheet = await house.running.house.people.groups.sheet(group.id)
    assert {channel.broken for channel in sheet.channels} == {"", "the channel is archived"}
    assert told.channel == house.workspace.dm("Ann").id


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("not_in_channel", "/invite"),
        ("channel_not_found", "does not exist"),
        ("restricted_action", "does not let Slipway post"),
    ],
)
async def test_9_a_channel_that_refuses_is_told_of_once(
    house: House, code: str, reason: str
) -> None:
    await house.group("QA", "Bob", channel=QA)
    await house.with_app()
    house.slack.script("chat.postMessage", Fault.error(code))
    await distribute(house, "QA")
    await house.dm_to("Ann", reason)
    await house.dm_to("Bob", "ready for you")

    await house.cid.post(BUILDS, "Next", files=[house.samples.newer_ipa])
    await house.ann.click(await house.card_saying("Compared with"), names.DISTRIBUTE_USUAL)

    await house.dm_to("Bob", "2.5.0")
    await house.settled()
    assert len([m for m in house.workspace.dms("Ann") if "stopped" in m.said()]) == 1


async def test_9_a_bot_that_was_removed_says_so_and_begins_again_when_invited(
    house: House,
) -> None:
    group = await house.group("QA", "Bob", channel=QA)
    await house.ann.remove(QA, house.slack.bot_user)
    await house.dm_to("Ann", "Slipway was removed from the channel")

    await house.ann.invite(QA, house.slack.bot_user)
    await house.settled()
    await house.with_app()
    await distribute(house, "QA")

    await house.card_saying("*Live*", QA)
    assert group.name == "QA"


async def test_10_a_renamed_or_private_channel_goes_on_and_a_new_id_is_followed(
    house: House,
) -> None:
    group = await house.group("QA", "Bob", channel=QA)
    await house.with_app()
    house.workspace.rename(QA, "quality")
    new_id = house.workspace.change_channel_id("#quality")
    await house.settled()

    await distribute(house, "QA")

    sheet = await house.running.house.people.groups.sheet(group.id)
    await house.card_saying("*Live*", new_id)
    assert [channel.id for channel in sheet.channels] == [new_id]


@pytest.mark.parametrize(
    ("method", "code", "reason"),
    [
        ("conversations.open", "user_disabled", "The account is deactivated."),
        ("chat.postMessage", "messages_tab_disabled", "Messages tab"),
        ("conversations.open", "cannot_dm_bot", "It is an app."),
    ],
)
async def test_25_who_cannot_be_told_is_named_to_the_manager_alone(
    house: House, method: str, code: str, reason: str
) -> None:
    await house.group("QA", "Bob")
    await house.with_app()
    house.slack.script(method, Fault.error(code))

    await distribute(house, "QA")

    told = await house.dm_to("Ann", "did not reach everybody")
    assert "Bob Baker" in told.said()
    assert reason in told.said()
    await house.card_saying("0/1 reached")
    assert all("Bob" not in m.said() for m in house.workspace.by_bot(BUILDS))


async def test_26_members_of_a_user_group_are_told_and_a_vanished_one_reaches_nobody(
    house: House,
) -> None:
    group = await house.group("QA", "Cid")
    usergroup = house.workspace.usergroup("qa-team")
    await house.running.house.people.groups.add_usergroup(
        group.id, usergroup.id, "qa-team", house.manager
    )
    await house.with_app()
    await distribute(house, "QA")
    await house.dm_to("Bob", "ready for you")
    await house.dm_to("Cid", "ready for you")
    house.workspace.disable_usergroup("qa-team")
    await house.settled()

    await house.cid.post(BUILDS, "Next", files=[house.samples.newer_ipa])
    draft = await house.card_saying("Compared with")
    # Others are in the group than at the last time, so that it is asked first.
    await house.ann.click(draft, names.DISTRIBUTE_USUAL)
    await house.ann.submit(await house.view_of("Ann", "Distribute"))
    confirmation = await house.view_of("Ann", "Please confirm")
    assert "-Bob Baker" in str(confirmation.blocks)
    await house.ann.submit(confirmation)

    await house.dm_to("Cid", "2.5.0")
    await house.card_saying("1/1 reached")
    assert all("2.5.0" not in m.said() for m in house.workspace.dms("Bob"))


@pytest.mark.slow
async def test_26_a_user_group_of_many_is_reached_whole(house: House) -> None:
    people = [f"Tester {n:02}" for n in range(45)]
    for name in people:
        house.workspace.add_person(name)
    usergroup = house.workspace.add_usergroup("crowd", *people)
    group = await house.group("Crowd")
    await house.running.house.people.groups.add_usergroup(
        group.id, usergroup.id, "crowd", house.manager
    )
    await house.with_app()

    await distribute(house, "Crowd")

    await house.card_saying("45/45 reached", within=60)


async def test_26_changed_members_count_at_once(house: House) -> None:
    group = await house.group("QA")
    usergroup = house.workspace.usergroup("qa-team")
    await house.running.house.people.groups.add_usergroup(
        group.id, usergroup.id, "qa-team", house.manager
    )
    await house.with_app()
    house.workspace.set_usergroup("qa-team", "Cid")
    await house.settled()

    await distribute(house, "QA")

    await house.dm_to("Cid", "ready for you")
    assert [m for m in house.workspace.dms("Bob") if m.is_bot] == []


async def test_whoever_joins_a_group_gets_what_is_current_and_whoever_leaves_loses_it(
    either: House,
) -> None:
    asking = Asking(either)
    await either.group("QA", "Bob", channel=QA)
    await either.with_app()
    await distribute(either, "QA")
    await either.dm_to("Bob", "ready for you")

    added = await asking.said("Ann", "groups add QA @dee")
    told = await either.dm_to("Dee", "ready for you")
    link = LINK.search(str(told.blocks))
    assert link is not None
    assert await status(either, link.group()) == 200
    removed = await asking.said("Ann", "groups remove QA @dee")

    assert "*Current*\nHarbour 2.4.0 (241) for iOS" in added
    assert "Whoever joins gets it." in added
    assert "Removed 1 person." in removed
    assert await status(either, link.group()) == 404
    await either.card_saying("Whoever joined QA gets *Harbour 2.4.0 (241) for iOS*, too.", QA)


async def test_a_user_group_of_slack_brings_people_in_and_out(house: House) -> None:
    group = await house.group("QA", channel=QA)
    usergroup = house.workspace.usergroup("qa-team")
    await house.running.house.people.groups.add_usergroup(
        group.id, usergroup.id, "qa-team", house.manager
    )
    await house.with_app()
    await distribute(house, "QA")
    told = await house.dm_to("Bob", "ready for you")
    link = LINK.search(str(told.blocks))
    assert link is not None

    house.workspace.set_usergroup("qa-team", "Cid")
    await house.dm_to("Cid", "ready for you")

    assert await status(house, link.group()) == 404
    house.workspace.set_usergroup("qa-team", "Cid", "Bob")
    while await status(house, link.group()) != 200:  # noqa: ASYNC110 - it is nobody's event
        await asyncio.sleep(0.05)
    assert len([m for m in house.workspace.dms("Bob") if m.is_bot]) == 1


@pytest.mark.slow
async def test_those_who_join_may_be_given_nothing(house: House) -> None:
    asking = Asking(house)
    await house.group("QA", "Bob")
    await house.with_app()
    await distribute(house, "QA")
    await house.dm_to("Bob", "ready for you")

    asked = await asking.said("Ann", "groups joiners QA")
    off = await asking.said("Ann", "groups joiners QA off")
    await asking.said("Ann", "groups add QA @dee")
    on = await asking.said("Ann", "groups joiners QA on")

    assert "People who join later get what is current. To change it:" in asked
    assert "get nothing but what is sent after they came." in off
    assert "Whoever joins gets nothing of it." in off
    assert "People who join later get what is current." in on
    await house.dm_to("Dee", "ready for you")  # From then on it counts for them as well.


async def test_a_mention_is_answered_with_what_to_do_next(house: House) -> None:
    await house.ann.post(BUILDS, f"<@{house.slack.bot_user}> what now?")

    await house.whisper_to("Ann", "Post a build")


async def test_c14_a_word_in_a_direct_message_is_answered_once_and_one_in_a_channel_is_not(
    house: House,
) -> None:
    await house.bob.dm("hello?")
    await house.bob.post(BUILDS, "hello, everybody")
    await house.dm_to("Bob", "`/release help` shows what else")
    await house.settled()

    answers = [message for message in house.workspace.dms("Bob") if message.is_bot]
    assert len(answers) == 1
    assert house.workspace.by_bot(BUILDS) == []


async def test_c17_an_announcement_gives_each_tester_their_own_link_and_others_the_way_to_one(
    house: House,
) -> None:
    await house.group("QA", "Bob", channel=QA)
    await house.with_app()
    await distribute(house, "QA")
    told = await house.dm_to("Bob", "ready for you")
    announced = await house.card_saying("*Live*", channel=QA)

    await house.bob.click(announced, names.OWN_LINK)
    own = await house.whisper_to("Bob", "your own link")
    await house.cid.click(announced, names.OWN_LINK)
    other = await house.whisper_to("Cid", "was not given to you")

    (link,) = [button["url"] for button in buttons_of(own)]
    assert link in str(told.blocks)
    assert house.ann.id in other.said()
    assert buttons_of(other) == []


def buttons_of(message: Message) -> list[dict[str, Any]]:
    return [
        element
        for block in message.blocks
        if block["type"] == "actions"
        for element in block["elements"]
    ]
