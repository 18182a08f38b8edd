"""Every read that people or the clock wait for, by name, with what it may take."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.slack.features.command.deeds import Command
from bot.slack.features.devices.deeds import OwnDevices
from bot.slack.features.devices.rules.listeners import ways
from bot.slack.features.devices.typed.deeds import DeviceActs
from bot.slack.features.devices.typed.listeners import verbs as device_verbs
from bot.slack.features.distribution.deeds import Desk
from bot.slack.features.groups.approving.listeners import approving
from bot.slack.features.groups.typed.deeds import GroupActs
from bot.slack.features.home.deeds import Home
from bot.slack.features.releases.deeds import Looking
from bot.slack.features.releases.listeners import verbs
from bot.slack.features.who.deeds import WhoDesk
from bot.slack.kit.payloads import Asker, Question, actor
from bot.slack.kit.verbs import Asked, Verb
from bot.slack.line.membership import Membership
from bot.slack.named import NamedThings
from provisioning.actors import Act as ToDo
from storage.catalog import builds, pending_orders, postings, symbols, uploads, variants
from storage.records.base import now
from tests.town.living import Living

Act = Callable[[], Awaitable[object]]

#: What a card, a list and an audience may take, in milliseconds.
CARD, LIST, AUDIENCE = 10, 30, 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A read by name; `wanted` is in milliseconds, of a town of the full size on SQLite."""

    name: str
    act: Act
    wanted: int


async def every(at: Living) -> Sequence[Read]:
    """Return all reads of a town, each once done so that what is given at first sight is there."""
    nothing = Read(name="nothing at all", act=at.database.ping, wanted=CARD)
    found = [
        nothing,
        *_cards(at),
        *_lists(at),
        *_pickers(at),
        *_people(at),
        *await _links(at),
        *_clock(at),
    ]
    for read in found:
        await read.act()
    return found


def _cards(at: Living) -> list[Read]:
    cards, town = at.house.releases.cards, at.town
    asked: dict[str, Act] = {
        "card of an upload": lambda: cards.upload(town.upload_id),
        "card of a release": lambda: cards.release(town.release_id),
        "card of a draft": lambda: cards.release(town.draft_id),
        "card of a release that all testers have": lambda: cards.release(town.everywhere_id),
        "card for a recipient": lambda: cards.recipient(town.recipient_id),
        "an act of distributing": lambda: cards.distribution(town.distribution_id),
        "uploads of a release": lambda: cards.uploads_of(town.release_id),
        "channels of an act": lambda: cards.channels(town.distribution_id),
    }
    return _as_reads(asked, CARD)


def _lists(at: Living) -> list[Read]:
    town, house = at.town, at.house
    looking = _looking(at)
    command = Command(verbs(looking), house.people.permissions)
    home = Home(house)
    approving = house.distributing.approval_cards

    def typed(text: str, user_id: str) -> Act:
        return lambda: command.answer(text, asked_by(user_id))

    show = f"show {town.app} {town.version}"
    asked: dict[str, Act] = {
        "/release help": typed("help", town.manager),
        "/release list": typed("list", town.manager),
        "/release list, by a tester": typed("list", town.tester),
        "/release list APP tag:TAG": typed(f"list {town.app} tag:beta", town.manager),
        "/release list APP": typed(f"list {town.app}", town.manager),
        "/release show APP VERSION": typed(show, town.manager),
        "/release show APP VERSION, by a tester": typed(show, town.tester),
        "/release show APP NUMBER": typed(f"show {town.app} 3", town.manager),
        "/release who APP VERSION": _who(at, f"who {town.app} {town.version}"),
        "/release apps": typed("apps", town.manager),
        "/release testers": typed("testers", town.manager),
        **_devices(at),
        "/release approvals": lambda: approving.waiting(actor(town.manager), limit=40),
        "Home of a manager": lambda: home.drawn(town.manager),
        "Home of a tester": lambda: home.drawn(town.tester),
        "a tester's own page": lambda: house.installing.builds.of_tester(
            town.tester_id, apps=50, of_each=11
        ),
    }
    return _as_reads(asked, LIST)


def _devices(at: Living) -> dict[str, Act]:
    town, house = at.town, at.house
    workspace = at.workspace
    membership = Membership(workspace.clients.hurried, workspace.standing)
    acts = DeviceActs(house, OwnDevices(house, workspace), ways(house, membership))
    command = Command(device_verbs(acts), house.people.permissions)

    def typed(text: str, user_id: str) -> Act:
        return lambda: command.answer(text, asked_by(user_id))

    return {
        "/release devices": typed("devices", town.tester),
        "/release devices all": typed("devices all", town.manager),
        "/release devices pending": typed("devices pending", town.manager),
        "/release devices slots": typed("devices slots", town.manager),
        "/release devices rules": typed("devices rules", town.manager),
    }


def _pickers(at: Living) -> list[Read]:
    town, desk, looking = at.town, Desk(at.house, at.workspace), _looking(at)
    manager, acts = Asker(user_id=town.manager, team_id=""), _group_acts(at)

    def typed(text: str) -> Question:
        return Question(asker=manager, action_id="", typed=text)

    asked: dict[str, Act] = {
        "picker: nothing typed": lambda: desk.releases_like(typed("")),
        "picker: an app": lambda: desk.releases_like(typed("quay")),
        "picker: a version": lambda: desk.releases_like(typed("3.7")),
        "picker: an old release": lambda: desk.releases_like(typed(town.old_version)),
        "picker: no match": lambda: desk.releases_like(typed("zzzz")),
        "picker of show: an app": lambda: looking.options(town.manager, "quay"),
        "picker of show: no match": lambda: looking.options(town.manager, "zzzz"),
        "picker of show, by a tester": lambda: looking.options(town.tester, "1"),
        "picker of groups": lambda: desk.groups_like(typed("ä 1")),
        "picker of a group to change": lambda: acts.like("ä 1", actor(town.manager)),
    }
    return _as_reads(asked, LIST)


def _group_acts(at: Living) -> GroupActs:
    people, workspace = at.house.people, at.workspace
    membership = Membership(workspace.clients.hurried, workspace.standing)
    acts = approving(at.house)
    return GroupActs(people.groups, people.permissions, membership, acts)


def _people(at: Living) -> list[Read]:
    town, house = at.town, at.house
    groups, people = house.people.groups, house.people
    distributions = house.distributing.distributions
    acts = _group_acts(at)
    crowd = (town.crowd_id,)
    asked: dict[str, Act] = {
        "/release groups": lambda: acts.answer(asked_by(town.manager)),
        "sheet of a group": lambda: groups.sheet(town.group_ids[0]),
        "sheet of a crowd": lambda: groups.sheet(town.crowd_id),
        "groups of a channel": lambda: groups.heard_in(town.channel_id),
        "audience of a crowd": lambda: people.audience.of(crowd),
        "audience of five groups": lambda: people.audience.of(town.group_ids),
        "plan for a crowd": lambda: distributions.plan(town.release_id, crowd, ()),
        "plan for five groups": lambda: distributions.plan(town.release_id, town.group_ids, ()),
        "roles of a manager": lambda: people.permissions.roles_of(actor(town.manager)),
        "roles of a tester": lambda: people.permissions.roles_of(actor(town.tester)),
        "list of roles": people.roles.holdings,
    }
    return _as_reads(asked, AUDIENCE)


async def _links(at: Living) -> list[Read]:
    town, installing = at.town, at.house.installing
    token = installing.grants.token(await installing.grants.give(town.release_id, town.tester_id))
    opened = await installing.grants.open(token)
    assert opened is not None
    able = installing.installabilities
    given = await at.house.releases.lists.given_to(town.tester)
    own = [one.release.release_id for one in given]
    crowd = [None, town.tester_id, *([town.other_id] * 100)]
    enrolment, by = at.house.devices.enrolment, actor(town.tester)
    assert by.identity is not None
    holders, manager = at.house.following.holders, actor(town.manager)
    link = await enrolment.invite(by.identity, by)
    assert await enrolment.open(link) is not None
    asked: dict[str, Act] = {
        "an enrolment link": lambda: enrolment.open(link),
        "a wrong enrolment link": lambda: enrolment.open("x" * 22),
        "a wrong result of an enrolment": lambda: enrolment.result("x" * 22),
        "what is known beside a link": lambda: installing.grants.circumstances(opened),
        "who can install a release": lambda: able.of_release(town.release_id),
        "who of all testers can install a release": lambda: able.of_release(town.everywhere_id),
        "who of some people could install a release": lambda: able.of_people(
            town.release_id, crowd
        ),
        "whether somebody can install a release": lambda: able.of_tester(
            town.tester_id, [town.release_id]
        ),
        "what somebody can install": lambda: able.of_tester(town.tester_id, own),
        "an install link": lambda: installing.grants.open(token),
        "a wrong install link": lambda: installing.grants.open("x" * 22),
        "whether it is an icon": lambda: at.house.releases.cards.is_icon(town.icon),
        "who has a release that all have": lambda: holders.of(town.everywhere_id, manager),
        "who would be reminded": lambda: at.house.following.nudges.plan(town.release_id, manager),
        "receipts of a release": lambda: installing.receipts.tally(town.release_id),
        "receipts of a release that all have": lambda: installing.receipts.tally(
            town.everywhere_id
        ),
    }
    return _as_reads(asked, CARD)


def _clock(at: Living) -> list[Read]:
    town, database = at.town, at.database
    started = now() - timedelta(days=30)

    async def ahead() -> object:
        async with database.reading() as session:
            upload = await uploads.get(session, town.upload_id)
            return await uploads.ahead_of(session, upload)

    async def unclaimed() -> object:
        async with database.reading() as session:
            return await uploads.unclaimed(
                session, town.organization_id, "ios", "com.example.nobody"
            )

    async def unclaimed_of_a_large_app() -> object:
        async with database.reading() as session:
            return await uploads.unclaimed(session, town.organization_id, "ios", town.bundle_id)

    async def newest_at() -> object:
        async with database.reading() as session:
            return await uploads.newest_at(session, town.organization_id, "slack")

    async def in_use() -> object:
        async with database.reading() as session:
            return [
                await builds.blobs_in_use(session, town.digests),
                await variants.blobs_in_use(session, town.digests),
                await symbols.blobs_in_use(session, town.digests),
            ]

    async def waiting() -> object:
        async with database.reading() as session:
            found = await pending_orders.waiting(session, town.organization_id)
            return await pending_orders.siblings(session, [order.id for order, _ in found])

    async def message_at() -> object:
        async with database.reading() as session:
            return await postings.at(session, town.channel_id, "1700000100.000100")

    asked: dict[str, Act] = {
        "unfinished uploads": lambda: at.house.intake.unfinished(now(), started),
        "unfinished distributions": lambda: at.house.distributing.carrying.unfinished(
            now(), started
        ),
        "uploads ahead of another": ahead,
        "builds without an app": unclaimed,
        "builds without an app, of one with many": unclaimed_of_a_large_app,
        "the newest upload of a source": newest_at,
        "what waits for another platform": waiting,
        "messages of a release": lambda: at.workspace.postings.starting_with(
            f"release:{town.release_id}:"
        ),
        "the message at a place": message_at,
        "which of 500 blobs are needed": in_use,
    }
    return _as_reads(asked, CARD)


def _who(at: Living, text: str) -> Act:
    house = at.house
    desk = WhoDesk(
        holders=house.following.holders,
        nudges=house.following.nudges,
        lists=house.releases.lists,
        named=NamedThings(lists=house.releases.lists, groups=house.people.groups),
        permissions=house.people.permissions,
        doorman=at.workspace.doorman,
    )
    verb = Verb(
        name="who", usage="", summary="", examples=(), act=ToDo.SEE_HOLDERS, answer=desk.typed
    )
    command = Command([verb], house.people.permissions)
    return lambda: command.answer(text, asked_by(at.town.manager))


def _looking(at: Living) -> Looking:
    return Looking(at.house)


def asked_by(user_id: str) -> Asked:
    """Return a use of the command without a word behind it."""
    return Asked(user_id=user_id, channel_id="C1", trigger_id="T1", rest=())


def _as_reads(asked: dict[str, Act], wanted: int) -> list[Read]:
    return [Read(name=name, act=act, wanted=wanted) for name, act in asked.items()]
