"""Releases that need somebody's yes, and apps that somebody else signed, as people see it."""

import asyncio
from datetime import timedelta

import pytest

from bot.sandbox.faults import Fault
from bot.sandbox.samples.harbour import harbour_ipa
from bot.sandbox.samples.identities import OTHER_TEAM
from bot.sandbox.samples.iosapp import SampleApp
from bot.sandbox.slack.functions import ExecutionState
from bot.sandbox.slack.messages import Message
from bot.slack.features.groups.approving.deeds import read
from bot.slack.kit import names
from bot.slack.kit.grammar import tokens
from provisioning.distributing.approval_policies import PolicyWish
from storage.catalog import approvals
from storage.records.approval import ApproverKind
from storage.records.base import now
from tests.integration.answering.asking import Asking, button, words_of
from tests.integration.slack.house import BUILDS, QA, House
from tests.integration.slack.links import link_of, status

MANAGERS = "#managers"
WHY = names.APPROVAL_REASON


async def guarded(house: House, *people: str, policy: str = "by managers") -> Asking:
    """Let Bob and Cid manage releases, and let the group QA need an approval."""
    asking = Asking(house)
    house.workspace.add_channel("managers", "Ann", with_bot=True)
    managers = house.workspace.channel(MANAGERS).id
    await asking.said("Ann", f"devices limits channel <#{managers}|managers>")
    for person in (house.bob, house.cid):
        await asking.said("Ann", f"roles give manager <@{person.id}>")
    await house.group("QA", *people, channel=QA)
    await house.with_app()
    said = await asking.said("Ann", f"groups approval QA {policy}")
    assert "*QA* needs the approval of" in said, said
    return asking


async def ask(house: House, person: str = "Cid", what: str = "distribute harbour to QA") -> Message:
    """Let somebody ask for an approval; return its card."""
    form = await Asking(house).form(person, what, "Please confirm")
    assert "who is not you" in words_of(form)
    before = {card.ts for card in house.workspace.by_bot(MANAGERS)}
    done = await house.workspace.person(person).submit(form)
    assert done.action == "update", done
    return await asked(house, before)


async def asked(house: House, before: set[str]) -> Message:
    """Wait for a card that was not there before."""

    def look() -> Message | None:
        there = house.workspace.by_bot(MANAGERS)
        return next((card for card in there if card.ts not in before), None)

    found = await house.workspace.eventually(look, 45)
    assert found is not None
    return found


def latest(house: House, card: Message) -> Message:
    found = house.workspace.current(card)
    assert found is not None
    return found


async def saying(house: House, card: Message, words: str) -> Message:
    """Wait until a message says something."""

    def look() -> Message | None:
        found = house.workspace.current(card)
        return found if found is not None and words in found.said() else None

    found = await house.workspace.eventually(look, 45)
    assert found is not None
    return found


async def test_a_release_waits_until_somebody_else_says_yes(either: House) -> None:
    asking = await guarded(either, "Dee")
    dee = either.workspace.person("Dee")

    card = await ask(either)

    assert "*Harbour 2.4.0 (241) for iOS* to *QA*" in card.said()
    assert "*QA* needs the approval of a release manager" in card.said()
    assert "1 person would hear of it" in card.said()
    await either.card_saying("*Awaiting approval*", BUILDS)
    await either.dm_to("Cid", "I asked for an approval to send")
    # Neither who asked, nor who may not.
    await either.cid.click(card, names.APPROVAL_APPROVE)
    await either.whisper_to("Cid", "You asked for this yourself")
    either.workspace.channel(MANAGERS).members.append(dee.id)
    await dee.click(card, names.APPROVAL_APPROVE)
    await either.whisper_to("Dee", "You are not one of those who approve releases for QA.")
    assert not [m for m in either.workspace.dms("Dee") if m.is_bot]
    assert "Cid" not in await asking.said("Dee", "approvals")
    listed = await asking.ask("Bob", "approvals")
    assert "*Harbour 2.4.0 (241) for iOS* for QA" in listed.said()
    await either.bob.click(listed, names.APPROVAL_SHOW)
    shown = await either.whisper_to("Bob", "asks to send")
    assert button(shown, "Approve")
    # No, and then yes.
    either.workspace.channel(MANAGERS).members.append(either.bob.id)
    await either.bob.click(card, names.APPROVAL_DECLINE)
    form = await either.view_of("Bob", "Decline")
    closed = await either.bob.submit(form, {WHY: {WHY: "Not on a Friday, <b>please</b>."}})
    assert closed.action in {"clear", "close"}, closed
    declined = await saying(either, card, "*Declined* by")
    assert "Not on a Friday, &lt;b&gt;please&lt;/b&gt;." in str(declined.blocks)
    assert not [block for block in declined.blocks if block["type"] == "actions"]
    await either.dm_to("Cid", "*Declined* by")
    await either.card_saying("*Draft*", BUILDS)

    again = await ask(either)
    await either.bob.click(again, names.APPROVAL_APPROVE)

    await saying(either, again, "*Approved* by")
    await either.dm_to("Dee", "ready for you")
    assert await status(either, await link_of(either, "Dee")) == 200
    await either.dm_to("Cid", "It goes out now.")
    await either.card_saying("distributed *Harbour 2.4.0 (241) for iOS* to QA", QA)
    await either.bob.click(again, names.APPROVAL_APPROVE)
    await either.whisper_to("Bob", "was first. This was approved already.")
    history = await asking.said("Ann", "history harbour")
    assert "distributed *Harbour 2.4.0 (241) for iOS, release 1* to QA, approved by" in history
    assert "let *QA* take the approval of 1 of release manager" in await asking.said(
        "Ann", "history QA"
    )


async def test_twenty_clicks_at_once_make_one_act_and_one_message_each(either: House) -> None:
    await guarded(either, "Dee", "Bob")
    card = await ask(either)
    people = (either.ann, either.bob)
    either.workspace.channel(MANAGERS).members.append(either.bob.id)

    await asyncio.gather(
        *(people[n % 2].click(card, names.APPROVAL_APPROVE) for n in range(16)),
        *(
            people[n % 2].command(BUILDS, names.COMMAND, "distribute harbour to QA")
            for n in range(4)
        ),
    )
    await saying(either, card, "*Approved* by")
    await either.card_saying("2/2 reached", BUILDS)
    await either.settled()

    for person in ("Dee", "Bob"):
        told = [m for m in either.workspace.dms(person) if m.is_bot and "/i/" in str(m.blocks)]
        assert len(told) == 1, person
    _, release = await either.running.house.releases.lists.find("harbour", None)
    assert release is not None
    assert len((await either.running.house.releases.cards.release(release.release_id)).sent) == 1
    assert await either.running.house.distributing.approval_cards.count() == 0


@pytest.mark.slow
async def test_what_changes_between_request_and_click_is_seen_at_the_click(house: House) -> None:
    asking = await guarded(house, "Dee")
    card = await ask(house)
    house.workspace.channel(MANAGERS).members.append(house.bob.id)
    two = await asking.said("Ann", "groups approval QA by managers 2 within 12h")
    assert "*QA* needs the approval of 2 release managers" in two
    assert "12 hours" in two
    await house.bob.click(card, names.APPROVAL_APPROVE)
    await saying(house, card, "1 of 2 so far")
    await asking.said("Ann", f"roles take manager <@{house.bob.id}>")
    await house.bob.click(latest(house, card), names.APPROVAL_DECLINE)
    await house.whisper_to("Bob", "You are not one of those who approve releases for QA.")

    await house.ann.click(latest(house, card), names.APPROVAL_APPROVE)

    shown = await saying(house, card, f"<@{house.ann.id}> approved it")
    assert "that does not count" in shown.said()
    assert "1 of 2 so far" in shown.said()
    assert not [m for m in house.workspace.dms("Dee") if m.is_bot]
    off = await asking.said("Ann", "groups approval QA off")
    assert "needs no approval any more" in off
    await house.dm_to("Dee", "ready for you")


async def test_an_admin_overrides_and_everybody_hears_of_it(house: House) -> None:
    await guarded(house, "Dee", policy=f"by <@{house.bob.id}>")
    card = await ask(house)
    await house.cid.click(card, names.APPROVAL_OVERRIDE)
    await house.whisper_to("Cid", "You may not send a release without the approval it needs")
    await house.ann.click(card, names.APPROVAL_APPROVE)
    await house.whisper_to("Ann", "You are not one of those who approve releases for QA.")
    await house.ann.click(card, names.APPROVAL_OVERRIDE)
    form = await house.view_of("Ann", "Override")

    await house.ann.submit(form, {WHY: {WHY: "The shop is down."}})

    await saying(house, card, "*Overridden* by")
    loud = await house.card_saying("without the approval that it needs", QA)
    announced = await house.card_saying("*Live*", QA)
    assert loud.thread_ts == announced.ts
    assert "The shop is down." in loud.said()
    await house.dm_to("Bob", "without the approval that it needs")
    await house.dm_to("Cid", "*Overridden* by")
    await house.dm_to("Dee", "ready for you")


@pytest.mark.slow
async def test_a_request_that_nobody_decides_expires_and_is_asked_again(house: House) -> None:
    await guarded(house, "Dee")
    card = await ask(house)
    await house.cid.click(await house.dm_to("Cid", "I asked"), names.APPROVAL_WITHDRAW)
    await saying(house, card, "*Taken back* by")
    late = await ask(house)
    async with house.running.ground.database.writing() as session:
        own = house.running.ground.organization_id
        for request in await approvals.waiting(session, own):
            request.due_at = now() - timedelta(seconds=1)
            session.add(request)

    await house.running.house.distributing.approvals.look()

    await saying(house, late, "*Expired*")
    told = await house.dm_to("Cid", "nobody decided in time")
    await house.cid.click(told, names.APPROVAL_AGAIN)
    assert "until" in (await asked(house, {card.ts, late.ts})).said()


@pytest.mark.slow
async def test_a_fault_of_slack_in_the_middle_costs_nothing(house: House) -> None:
    await guarded(house, "Dee")
    house.slack.script("chat.postMessage", Fault.server_error(503), times=2)
    house.slack.script("chat.postMessage", Fault.lost_answer(), times=1)
    card = await ask(house)
    house.workspace.channel(MANAGERS).members.append(house.bob.id)
    house.slack.script("chat.update", Fault.lost_answer(), times=1)
    house.slack.script("chat.postMessage", Fault.server_error(503), times=2)

    await house.bob.click(card, names.APPROVAL_APPROVE)

    await saying(house, card, "*Approved* by")
    await house.dm_to("Dee", "ready for you")
    await house.dm_to("Cid", "It goes out now.")
    await house.settled()
    assert len([m for m in house.workspace.by_bot(MANAGERS) if "asks to send" in m.said()]) == 1
    assert len([m for m in house.workspace.dms("Dee") if m.is_bot]) == 1


@pytest.mark.slow
async def test_every_way_of_sending_asks(house: House) -> None:
    asking = await guarded(house, "Dee")
    await house.group("Beta", "Bob")
    both = await asking.form("Cid", "distribute harbour to QA, Beta", "Please confirm")
    assert "The others wait with it" in words_of(both)
    await asking.said("Cid", "distribute harbour to Beta")
    await house.dm_to("Bob", "ready for you")
    first = await ask(house, what="send harbour 1 to QA")
    house.workspace.channel(MANAGERS).members.append(house.bob.id)
    await house.bob.click(first, names.APPROVAL_APPROVE)
    await house.dm_to("Dee", "ready for you")
    await house.cid.post(BUILDS, "Next", files=[house.samples.newer_ipa])
    draft = await house.card_saying("Compared with")

    await house.cid.click(draft, names.DISTRIBUTE_USUAL)

    form = await house.view_of("Cid", "Distribute")
    assert "QA" in str(form.blocks)
    newer = await ask(house, what="distribute harbour 2.5.0 to QA")
    await house.bob.click(newer, names.APPROVAL_APPROVE)
    await house.dm_to("Dee", "2.5.0 (250)")
    back = await asking.form("Cid", "rollback QA to 2.4.0 because it crashes", "Please confirm")
    assert "who is not you" in words_of(back)
    before = {card.ts for card in house.workspace.by_bot(MANAGERS)}
    done = await house.cid.submit(back)
    assert done.action == "update"
    returning = await asked(house, before)
    assert "Why: it crashes" in returning.said()
    await house.bob.click(returning, names.APPROVAL_APPROVE)
    await house.dm_to("Dee", "is the current one again")


#: What is said to what was not meant, or may not be.
SENTENCES = {
    "groups approval QE by managers": "There is no group called “QE”",
    "groups approval QA by mangers": "Did you mean `managers`?",
    "groups approval QA by @nobody": "Slack does not know `@nobody`.",
    "groups approval QA by managers within soon": "Say how long a request lives",
    "groups approval QA by managers 99": "From 1 to 10 people",
    "groups approval by managers": "Say for which group",
    "groups approval QA": "It needs no approval.",
    "groups approval QA off": "It needed no approval before",
}


async def test_what_was_not_meant_is_said(house: House) -> None:
    asking = Asking(house)
    await house.group("QA", "Bob")
    for typed, said in SENTENCES.items():
        assert said in await asking.said("Ann", typed), typed
    await asking.said("Ann", f"roles give manager <@{house.cid.id}>")
    refused = await asking.said("Cid", "groups approval QA by managers")
    assert "You may not say which groups need an approval here" in refused
    await asking.said("Ann", "groups approval QA by managers")
    assert "You may not" in await asking.said("Cid", "groups approval QA off")
    assert "*QA* needs the approval of a release manager" in await asking.said(
        "Cid", "groups show QA"
    )
    assert "Nothing waits for approval." in await asking.said("Cid", "approvals")


async def test_a_build_of_another_team_is_shown_to_an_admin_with_both(either: House) -> None:
    asking = Asking(either)
    await either.group("QA", "Bob", channel=QA)
    await either.with_app()
    await asking.said("Ann", f"roles give manager <@{either.cid.id}>")
    await asking.said("Ann", "distribute harbour to QA")
    await either.dm_to("Bob", "ready for you")
    squatter = harbour_ipa(
        either.samples.ipa.parent,
        version="2.9.0",
        build="290",
        app=SampleApp(icon="none", team=OTHER_TEAM),
    )
    await either.cid.post(BUILDS, "Mine", files=[squatter])
    await either.card_saying("Another team signed this build")
    form = await asking.form("Cid", "distribute harbour 2.9.0 to QA", "Please confirm")

    refused = await either.cid.submit(form)

    assert "signed by somebody else than the app is" in str(refused)
    card = await either.dm_to("Ann", "was signed by somebody else than the app is")
    assert "A1B2C3D4E5" in card.said()
    assert "Z9Y8X7W6V5" in card.said()
    assert "Lighthouse Works" in card.said()
    assert not [m for m in either.workspace.dms("Bob") if "2.9.0" in m.said()]
    await either.ann.click(card, names.APPROVAL_DECLINE)
    await either.ann.submit(
        await either.view_of("Ann", "Decline"), {WHY: {WHY: "Nobody of ours built it."}}
    )
    await either.dm_to("Cid", "*Declined* by")
    again = await asking.form("Cid", "distribute harbour 2.9.0 to QA", "Please confirm")
    assert "Nobody of ours built it." in str(await either.cid.submit(again))
    await either.ann.click(await saying(either, card, "*Declined*"), names.APPROVAL_APPROVE)
    told = await either.dm_to("Cid", "Distribute…")
    assert "*Approved* by" in told.said()
    await either.cid.submit(await asking.form("Cid", "send harbour 2.9.0 to QA", "Please confirm"))
    await either.dm_to("Bob", "2.9.0 (290)")


def test_a_policy_is_read_as_it_was_meant() -> None:
    def wish(text: str) -> PolicyWish | None:
        return read(tokens(text)).policy

    role = wish("Field Testers by 2 of the release managers within 5 days")
    assert role is not None
    assert (role.approvers, role.needed, role.hours) == (("release manager",), 2, 120)
    people = wish("QA by <@U1|ann> or <@U2>, <@U1>")
    assert people is not None
    assert (people.kind, people.approvers) == (
        ApproverKind.PEOPLE,
        ("person:slack:U1", "person:slack:U2"),
    )
    group = wish("QA <!subteam^S1|@leads> 3 within 4h")
    assert group is not None
    assert (group.approvers, group.handle, group.needed, group.hours) == (("S1",), "leads", 3, 4)
    assert read(tokens("Field Testers off")).off
    assert read(tokens("off")).group == "off"


async def test_whoever_left_asks_for_nothing_any_more(house: House) -> None:
    """Home names what waits, until the one who asked has gone."""
    await guarded(house, "Dee")
    card = await ask(house, "Cid")
    await house.ann.open_home()

    def waits() -> bool:
        shown = house.workspace.home_of("Ann")
        return shown is not None and "Waiting for approval" in words_of(shown)

    assert await house.workspace.eventually(waits)

    house.workspace.change_person("Cid", deleted=True)

    await saying(house, card, "may not distribute it any more")
    assert not [one for one in house.workspace.dms("Dee") if one.is_bot]


@pytest.mark.slow
async def test_a_workflow_leaves_what_needs_an_approval_to_those_who_approve(house: House) -> None:
    asking = await guarded(house, "Dee")
    await asking.said("Cid", "workflows on")
    before = {card.ts for card in house.workspace.by_bot(MANAGERS)}

    ended = house.workspace.run_step(
        names.DISTRIBUTE_STEP, app="harbour", group="QA", distributor=house.cid.id
    )
    card = await asked(house, before)

    await house.workspace.eventually(lambda: ended.state is not ExecutionState.RUNNING)
    assert "QA needs somebody's approval, which is asked for now" in ended.error
    await house.bob.click(card, names.APPROVAL_APPROVE)
    await house.dm_to("Dee", "is ready for you")
