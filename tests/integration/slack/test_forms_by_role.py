"""What each role may see in option lists, and which forms open to it: one table for all doors."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeAlias

import pytest

from bot.sandbox.samples.identities import device_id
from bot.sandbox.slack.acts.payloads import common
from bot.sandbox.slack.acts.person import Person
from bot.sandbox.slack.messages import Message
from bot.slack.kit import names
from provisioning.actors import COMMAND_LINE, person, slack
from provisioning.devices.devices import Claim
from provisioning.devices.udids import read_udid
from provisioning.distributing.approval_policies import PolicyWish
from provisioning.distributing.order import Order
from provisioning.people.join_form import JoinWords
from provisioning.people.join_links import LinkOrder
from provisioning.people.roles import Holder, Others
from storage.catalog import apps, organizations, releases
from storage.records.app import App
from storage.records.apple_team import AppleTeam
from storage.records.approval import ApprovalRequest, ApproverKind
from storage.records.base import now
from storage.records.departure import (
    Departure,
    DepartureKind,
    DepartureNotice,
    DepartureState,
    NoticeKind,
)
from storage.records.group import Group
from storage.records.role import HolderKind, Role
from tests.integration.slack.house import BUILDS, House
from tests.integration.slack.test_main_road import distribute

#: People of the sandbox by the role that they hold in these tests.
PEOPLE = {
    "admin": "Ann",
    "release manager": "Mia",
    "uploader": "Cid",
    "tester": "Bob",
    "guest": "Dee",
    "nobody": "Eve",
}
MANAGERS = {"admin", "release manager"}
SEEING = {*MANAGERS, "uploader"}
EVERYBODY = set(PEOPLE)

#: Who is offered anything by each option list, and whether that is all there is.
OFFERED: dict[str, tuple[set[str], set[str]]] = {
    names.GROUPS: (MANAGERS, MANAGERS),
    names.GROUP_PICK: (MANAGERS, MANAGERS),
    names.RELEASE: (MANAGERS, MANAGERS),
    names.CHOOSE_APP: (MANAGERS, MANAGERS),
    # Whoever was given a release finds that one, and no draft beside it.
    names.SHOW_RELEASE: ({*SEEING, "tester"}, SEEING),
    # A draft is not among them: nobody has it.
    names.RECALL_RELEASE: (MANAGERS, set()),
    names.ROLLBACK_GROUP: (MANAGERS, MANAGERS),
    names.MANDATORY_RELEASE: (MANAGERS, set()),
    names.NOTES_RELEASE: (MANAGERS, MANAGERS),
}

#: Who gets each form, however it is asked for. Others get a sentence.
OPENED: dict[str, set[str]] = {
    names.DISTRIBUTE_FORM: MANAGERS,
    names.PICK_FORM: MANAGERS,
    names.CREATE_APP_FORM: MANAGERS,
    names.RECALL_PICK_FORM: MANAGERS,
    names.RECALL_FORM: MANAGERS,
    names.RECALL_CONFIRM_FORM: MANAGERS,
    names.ROLLBACK_GROUP_FORM: MANAGERS,
    names.ROLLBACK_FORM: MANAGERS,
    names.ROLLBACK_CONFIRM_FORM: MANAGERS,
    names.MANDATORY_PICK_FORM: MANAGERS,
    names.MANDATORY_FORM: MANAGERS,
    names.MANDATORY_CONFIRM_FORM: MANAGERS,
    names.NOTES_PICK_FORM: MANAGERS,
    names.NOTES_FORM: MANAGERS,
    names.TAGS_FORM: MANAGERS,
    names.DISABLE_FORM: MANAGERS,
    names.LINK_FORM: SEEING,
    names.NUDGE_FORM: MANAGERS,
    # Only whoever has a release can say that it does not install.
    names.TROUBLE_FORM: {"tester"},
    names.SHOW_FORM: {*SEEING, "tester"},
    names.GROUP_CREATE_FORM: MANAGERS,
    names.GROUP_PEOPLE_FORM: MANAGERS,
    names.GROUP_CHANNEL_FORM: MANAGERS,
    names.GROUP_PICK_FORM: MANAGERS,
    names.GROUP_RENAME_FORM: MANAGERS,
    names.INVITE_FORM: MANAGERS,
    names.JOIN_DECLINE_FORM: MANAGERS,
    names.ROLE_GIVE_FORM: {"admin"},
    names.DEVICE_ADD_FORM: EVERYBODY,
    # It is the tester's own device.
    names.DEVICE_NAME_FORM: {*MANAGERS, "tester"},
    names.DEVICE_PENDING_FORM: MANAGERS,
    names.DEVICE_REFUSE_FORM: MANAGERS,
    names.LEAVERS_RESTORE_FORM: MANAGERS,
    # Its group needs the approval of a release manager.
    names.APPROVAL_DECLINE_FORM: MANAGERS,
    names.APPROVAL_OVERRIDE_FORM: {"admin"},
}

Opener: TypeAlias = Callable[[Person], Awaitable[object]]


def holder_of(house: House, name: str) -> Holder:
    return Holder(kind=HolderKind.PERSON, id=str(slack(house.workspace.person(name).id)))


async def staffed(house: House) -> tuple[Group, Message]:
    """
    Give everybody of the table their role, and Bob a release.

    Return the group, and the card of a draft that nobody has.
    """
    house.workspace.add_person("Mia")
    house.workspace.add_person("Eve")
    for name in ("Mia", "Eve", "Bob", "Dee"):
        await house.ann.invite(BUILDS, house.workspace.person(name).id)
    group = await house.group("QA", "Bob")
    await house.with_app()
    await distribute(house, "QA")
    await house.dm_to("Bob", "ready for you")
    await house.cid.post(BUILDS, "Next", files=[house.samples.newer_ipa])
    draft = await house.card_saying("Compared with")
    roles = house.running.house.people.roles
    for name, role in (("Mia", Role.MANAGER), ("Cid", Role.UPLOADER)):
        await roles.give(house.manager, role, holder_of(house, name), others=Others.DROP)
    await house.settled()
    return group, draft


async def undecided(house: House) -> tuple[str, str]:
    """
    Post a build that may belong to one of two apps.

    Return the id of the block in which its app is chosen, and what the second of them stands for.
    """
    database = house.running.workspace.database
    async with database.writing() as session:
        organization = await organizations.named(session, "main")
        first, second = (
            App(
                organization_id=organization.id,
                name=f"track-{number}",
                display_name=f"Track {number}",
                platform="android",
                bundle_id="com.example.harbour",
                created_by="clock",
            )
            for number in (1, 2)
        )
        session.add(first)
        session.add(second)
    await house.cid.post(BUILDS, "Which?", files=[house.samples.apk])
    card = await house.card_saying("Which one is this build for?")
    block_id = str(card.blocks[-1]["block_id"])
    return block_id, f"{block_id}:{second.id}"


async def offered(house: House, name: str, action_id: str, block_id: str) -> list[str]:
    """Return what an option list offers to somebody, wherever it stands."""
    ground = house.workspace.ground
    user = ground.user(house.workspace.person(name).id)
    asked = {"action_id": action_id, "block_id": block_id, "value": ""}
    reply = await ground.ask(common(ground.state, user, "block_suggestion") | asked, "The search")
    options: list[dict[str, Any]] = (reply.payload or {}).get("options", [])
    return [str(option["value"]) for option in options]


@pytest.mark.slow
async def test_b4_option_lists_name_to_each_role_what_it_may_see(house: House) -> None:
    group, draft = await staffed(house)
    buttons = [part for block in draft.blocks for part in block.get("elements", ())]
    button = next(part for part in buttons if part.get("action_id") == names.DISTRIBUTE)
    block_id, app = await undecided(house)
    secret = {group.id, button["value"].split(":")[1], app}

    some: dict[str, set[str]] = {}
    whole: dict[str, set[str]] = {}
    for action_id in names.OPTION_LISTS:
        shown = {
            role: await offered(house, name, action_id, block_id) for role, name in PEOPLE.items()
        }
        some[action_id] = {role for role, found in shown.items() if found}
        whole[action_id] = {role for role, found in shown.items() if secret & set(found)}

    assert {key: (some[key], whole[key]) for key in some} == OFFERED


def heard(house: House, name: str) -> int:
    """Return how often somebody was told something that nobody else reads."""
    direct = [told for told in house.workspace.dms(name) if told.is_bot]
    return len(house.workspace.ephemerals(name)) + len(direct)


async def waiting(house: House) -> tuple[str, str]:
    """Let a device of Bob's wait for approval; return the device, and its registration."""
    ground, room = house.running.ground, house.running.house.devices
    team = AppleTeam(
        organization_id=ground.organization_id,
        issuer_id="12345678-1234-1234-1234-123456789012",
        key_id="ABCDEFGHIJ",
        sealed_key=b"sealed",
        created_by="command line",
    )
    async with ground.database.writing() as session:
        session.add(team)
    udid = read_udid(device_id(1))
    assert udid is not None
    bob = person(slack(house.bob.id), origin="test")
    claimed = await room.devices.claim(Claim(udid=udid), slack(house.bob.id), bob)
    (asked,) = await room.approvals.ask([claimed.sheet.id], bob)
    await house.dm_to("Ann", "asks for a place at Apple")
    return claimed.sheet.id, asked


async def asked(house: House, group: Group) -> str:
    """Let the group need an approval, and a release wait for it; return the request."""
    room, ground = house.running.house.distributing, house.running.ground
    wish = PolicyWish(kind=ApproverKind.ROLE, approvers=(Role.MANAGER.value,))
    await room.approval_policies.require(group.id, wish, house.manager)
    async with ground.database.reading() as session:
        (app,) = [
            one
            for one in await apps.every(session, ground.organization_id)
            if one.name == "harbour"
        ]
        newest, *_ = await releases.newest_ids(session, app.id, limit=1)
    order = Order(
        key="asked",
        release_id=newest,
        by=COMMAND_LINE,
        group_ids=(group.id,),
        people=(slack(house.workspace.person("Mia").id),),
    )
    taken = await room.distributions.request(order)
    assert isinstance(taken, ApprovalRequest)
    return taken.id


async def leavers(house: House, group: Group) -> str:
    """Let managers be told of two who left; return the notice."""
    ground = house.running.ground
    notice = DepartureNotice(organization_id=ground.organization_id, kind=NoticeKind.GONE)
    async with ground.database.writing() as session:
        session.add(notice)
        await session.flush()
        for name in ("Lea", "Leo"):
            one = Departure(
                organization_id=ground.organization_id,
                slack_id=f"U{name.upper()}",
                name=name,
                turn=1,
                kind=DepartureKind.LEFT,
                state=DepartureState.DONE,
                by="clock",
                taken={"groups": [[group.id, group.name]]},
                done_at=now(),
                notice_id=notice.id,
            )
            session.add(one)
    return notice.id


def openers(
    house: House,
    group: Group,
    draft: Message,
    unclaimed: Message,
    subjects: tuple[str, str, str, str, str],
) -> Sequence[tuple[str, str, Opener]]:
    """Return every way to ask for a form: what it is called, the form, and the act."""
    device_id_, registration_id, request_id, join_id, notice_id = subjects

    def typed(text: str) -> Opener:
        return lambda person: person.command(BUILDS, names.COMMAND, text)

    def pressed(action_id: str, place: Message = draft, value: str = "") -> Opener:
        action = {"action_id": action_id, "value": value or names.value_of(group.id)}
        return lambda person: person.forge(place, action)

    release = next(
        part["value"]
        for block in draft.blocks
        for part in block.get("elements", ())
        if part.get("action_id") == names.DISTRIBUTE
    )

    async def first_uploader(person: Person) -> None:
        """Give a role that nobody holds by name, and so everybody."""
        roles = house.running.house.people.roles
        await roles.take(house.manager, Role.UPLOADER, holder_of(house, "Cid"))
        await person.command(BUILDS, names.COMMAND, f"roles give uploader {house.cid.mention}")

    return (
        ("distribute", names.PICK_FORM, typed("distribute")),
        ("distribute APP", names.DISTRIBUTE_FORM, typed("distribute harbour 2")),
        ("Distribute…", names.DISTRIBUTE_FORM, lambda one: one.click(draft, names.DISTRIBUTE)),
        ("shortcut", names.PICK_FORM, lambda one: one.shortcut(names.DISTRIBUTE_GLOBAL)),
        (
            "shortcut on a message",
            names.DISTRIBUTE_FORM,
            lambda one: one.shortcut(names.DISTRIBUTE_MESSAGE, draft),
        ),
        (
            "Create app…",
            names.CREATE_APP_FORM,
            lambda one: one.click(unclaimed, names.CREATE_APP),
        ),
        ("recall", names.RECALL_PICK_FORM, typed("recall")),
        ("recall APP VERSION", names.RECALL_FORM, typed("recall harbour 1")),
        ("recall … because", names.RECALL_CONFIRM_FORM, typed("recall harbour 1 because no")),
        ("rollback", names.ROLLBACK_GROUP_FORM, typed("rollback")),
        ("rollback QA", names.ROLLBACK_FORM, typed("rollback QA")),
        ("rollback QA to VERSION", names.ROLLBACK_CONFIRM_FORM, typed("rollback QA to 2.4.0")),
        ("mandatory", names.MANDATORY_PICK_FORM, typed("mandatory")),
        ("mandatory APP", names.MANDATORY_FORM, typed("mandatory harbour")),
        # Somebody has it by name, so that it is asked about.
        ("mandatory APP VERSION", names.MANDATORY_CONFIRM_FORM, typed("mandatory harbour 2")),
        ("notes", names.NOTES_PICK_FORM, typed("notes")),
        ("notes APP", names.NOTES_FORM, typed("notes harbour")),
        ("tag APP VERSION", names.TAGS_FORM, typed("tag harbour 2")),
        ("disable APP", names.DISABLE_FORM, typed("disable harbour")),
        ("link", names.LINK_FORM, typed("link")),
        ("Nudge…", names.NUDGE_FORM, pressed(names.NUDGE, value=release)),
        ("I cannot install this", names.TROUBLE_FORM, pressed(names.TROUBLE, value=release)),
        ("show", names.SHOW_FORM, typed("show")),
        ("groups create", names.GROUP_CREATE_FORM, typed("groups create")),
        ("groups show", names.GROUP_PICK_FORM, typed("groups show")),
        ("groups rename QA", names.GROUP_RENAME_FORM, typed("groups rename QA")),
        ("groups add QA", names.GROUP_PEOPLE_FORM, typed("groups add QA")),
        ("groups connect QA", names.GROUP_CHANNEL_FORM, typed("groups connect QA")),
        ("Create group…", names.GROUP_CREATE_FORM, pressed(names.GROUP_CREATE)),
        ("People…", names.GROUP_PEOPLE_FORM, pressed(names.GROUP_EDIT_PEOPLE)),
        ("Channels…", names.GROUP_CHANNEL_FORM, pressed(names.GROUP_EDIT_CHANNELS)),
        ("Rename…", names.GROUP_RENAME_FORM, pressed(names.GROUP_EDIT_NAME)),
        ("devices add", names.DEVICE_ADD_FORM, typed("devices add")),
        ("Add a device…", names.DEVICE_ADD_FORM, pressed(names.DEVICE_ADD)),
        (
            "Name it…",
            names.DEVICE_NAME_FORM,
            pressed(names.DEVICE_NAME, value=names.value_of(device_id_)),
        ),
        ("devices pending", names.DEVICE_PENDING_FORM, typed("devices pending")),
        (
            "Refuse…",
            names.DEVICE_REFUSE_FORM,
            pressed(names.DEVICE_REFUSE, value=names.value_of(registration_id)),
        ),
        (
            "Decline…",
            names.APPROVAL_DECLINE_FORM,
            pressed(names.APPROVAL_DECLINE, value=names.value_of(request_id)),
        ),
        (
            "Override…",
            names.APPROVAL_OVERRIDE_FORM,
            pressed(names.APPROVAL_OVERRIDE, value=names.value_of(request_id)),
        ),
        ("invite", names.INVITE_FORM, typed("invite")),
        ("invite APP", names.INVITE_FORM, typed("invite harbour")),
        (
            "Decline… somebody",
            names.JOIN_DECLINE_FORM,
            pressed(names.JOIN_DECLINE, value=names.value_of(join_id)),
        ),
        (
            "Undo…",
            names.LEAVERS_RESTORE_FORM,
            pressed(names.LEAVERS_RESTORE, value=names.value_of("notice", notice_id)),
        ),
        ("roles give uploader", names.ROLE_GIVE_FORM, first_uploader),
    )


async def joining(house: House, group: Group) -> str:
    """Let somebody outside Slack ask to join; return the id of the request."""
    people = house.running.house.people
    link = await people.links.make(LinkOrder(key="ways", group_id=group.id, by=house.manager))
    await people.joining.ask(link.token, JoinWords(name="Zoe", email="zoe@example.com"))
    (waiting,) = await people.joining.waiting(house.manager)
    return waiting.request_id


async def opened(house: House, roles: Sequence[str]) -> dict[str, set[str]]:
    """Return to which of *roles* each way leads to its form; the others have to be told why not."""
    group, draft = await staffed(house)
    await house.cid.post(BUILDS, "Another", files=[house.samples.apk])
    unclaimed = await house.card_saying("New app")
    found: dict[str, set[str]] = {}
    # A group goes back only where something took the place of what it had.
    people = f"distribute harbour 2 to QA {house.bob.mention}"
    await house.ann.command(BUILDS, names.COMMAND, people)
    await house.dm_to("Bob", "*Harbour 2.5.0 (250)* is ready")
    subjects = (
        *await waiting(house),
        await asked(house, group),
        await joining(house, group),
        await leavers(house, group),
    )
    for called, form, act in openers(house, group, draft, unclaimed, subjects):
        for role in roles:
            name = PEOPLE[role]
            person, before = house.workspace.person(name), heard(house, name)
            await act(person)
            await house.settled()
            view = house.workspace.view_of(name)
            if view is None:
                assert heard(house, name) > before, (called, role)
                continue
            assert view.body["callback_id"] == form, (called, role)
            found.setdefault(form, set()).add(role)
            await person.close(view, everything=True)
    return found


async def test_b4_to_a_tester_only_those_forms_open_whose_answer_would_be_taken(
    house: House,
) -> None:
    own = (names.TROUBLE_FORM, names.SHOW_FORM, names.DEVICE_ADD_FORM, names.DEVICE_NAME_FORM)

    assert await opened(house, ["tester"]) == {form: {"tester"} for form in own}


@pytest.mark.slow
async def test_b4_a_form_opens_only_to_whom_its_answer_would_be_taken_from(house: House) -> None:
    assert await opened(house, list(PEOPLE)) == OPENED


def test_b4_every_option_list_and_every_form_stands_in_the_table() -> None:
    assert sorted(OFFERED) == sorted(names.OPTION_LISTS)
    assert sorted(OPENED) == sorted(names.FORMS)


@pytest.mark.parametrize("action_id", [names.PREVIEW, names.EDIT_NOTES, names.OWN_LINK])
async def test_b4_a_forged_click_shows_nothing_of_a_draft(house: House, action_id: str) -> None:
    draft = await house.with_app()
    shown = next(
        part["value"]
        for block in draft.blocks
        for part in block.get("elements", ())
        if part.get("action_id") == names.DISTRIBUTE
    )

    await house.ann.invite(BUILDS, house.bob.id)
    await house.bob.command(BUILDS, names.COMMAND, "show")
    form = await house.view_of("Bob", "Show a release")
    await house.bob.forge(form, {"action_id": action_id, "value": shown})
    await house.settled()

    assert house.workspace.view_of("Bob") == form
    told = [*house.workspace.ephemerals("Bob"), *house.workspace.dms("Bob")]
    assert told != []
    assert "2.4.0" not in str([one.said() for one in told])


async def test_c20_the_app_of_a_build_is_chosen_as_one_types(house: House) -> None:
    await undecided(house)
    card = await house.card_saying("Which one is this build for?")

    found = await house.ann.suggest(card, names.CHOOSE_APP, "track")
    await house.ann.click(card, names.CHOOSE_APP, "Track 2")

    assert [one["text"]["text"] for one in found] == ["Track 1", "Track 2"]
    await house.card_saying("*Track 2 2.4.0 (241)*")
