"""Groups: who gets releases, and which channels hear of them."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from provisioning.actors import Act, Actor, Identity, IdentityKind
from provisioning.errors import Unclear
from provisioning.people.audience import Audience
from provisioning.people.permissions import Permissions, Where
from provisioning.ports import Directory, Engine
from storage.catalog import (
    approvals,
    audit,
    destinations,
    groups,
    home_tabs,
    join_links,
    recipients,
    testers,
    tracks,
)
from storage.catalog.database import Database, Session
from storage.catalog.destinations import CurrentRow
from storage.catalog.testers import TesterRow
from storage.errors import AlreadyExists, NotFound
from storage.records.audit import AuditEntry
from storage.records.base import now
from storage.records.group import Group, GroupUserGroup

NAME_LIMIT = 64


def change_of(group_id: str, turn: int) -> str:
    """Return what a road is about that follows a change of a group: it, and the change's turn."""
    return f"{group_id}@{turn}"


@dataclass(frozen=True, slots=True, kw_only=True)
class UserGroupSheet:
    """A Slack user group within a group; `members` is None when Slack did not say."""

    id: str
    handle: str
    members: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelSheet:
    """A channel of a group; `broken` is why it cannot be posted in, empty when it can."""

    id: str
    broken: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupSheet:
    """All of a group; `current` is what somebody gets who joins, of each app."""

    id: str
    name: str
    slug: str
    people: tuple[TesterRow, ...]
    usergroups: tuple[UserGroupSheet, ...]
    channels: tuple[ChannelSheet, ...]
    reach: int  #: Distinct people, user groups included.
    current: tuple[CurrentRow, ...] = ()
    joiners_get: bool = True
    links: int = 0  #: Join links that hold.


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupLine:
    """A group in a list. `reach` counts distinct people, user groups included."""

    name: str
    slug: str
    channel_ids: tuple[str, ...]
    reach: int


def slug_of(name: str) -> str:
    """Return how a group's name is typed: lower case, anything but letters and digits a dash."""
    return re.sub(r"[\W_]+", "-", name.strip().casefold()).strip("-")


class Groups:
    """
    Makes, changes and shows groups. Changes raise NotAllowed for whoever may not.

    A change of who is in a group starts the road that lets its releases follow. Whoever is taken
    out by name loses at once what they have by this group alone.
    """

    def __init__(
        self,
        database: Database,
        permissions: Permissions,
        directory: Directory,
        audience: Audience,
        engine: Engine,
        *,
        organization_id: str,
    ) -> None:
        self._database = database
        self._permissions = permissions
        self._directory = directory
        self._audience = audience
        self._engine = engine
        self._organization_id = organization_id

    async def all(self) -> list[Group]:
        """Return every group by name."""
        async with self._database.reading() as session:
            return list(await groups.every(session, self._organization_id))

    async def like(self, typed: str, *, limit: int) -> list[Group]:
        """Return the groups whose name holds what was typed, those first that are called so."""
        needle, slug = typed.strip().casefold(), slug_of(typed)
        found = [
            group
            for group in await self.all()
            if needle in group.name.casefold() or (slug and slug in group.slug)
        ]
        found.sort(key=lambda group: (group.slug != slug, not group.slug.startswith(slug)))
        return found[:limit]

    async def named(self, text: str) -> Group:
        """Return the group people mean by *text*. Raise NotFound, naming the ones there are."""
        async with self._database.reading() as session:
            found = await groups.with_slug(session, self._organization_id, slug_of(text))
            if found is not None:
                return found
            there = await groups.every(session, self._organization_id)
        if not there:
            raise NotFound("There is no group yet.", code="no_groups")
        names = ", ".join(f"`{g.slug}`" for g in there[:20])
        raise NotFound(f"There is no group called “{text[:80]}”. There are: {names}.")

    async def heard_in(self, channel_id: str) -> list[Group]:
        """Return the groups that a channel is connected to, by name."""
        async with self._database.reading() as session:
            return list(await groups.heard_in(session, self._organization_id, channel_id))

    async def create(
        self,
        name: str,
        by: Actor,
        people: Iterable[Identity] = (),
        usergroups: Mapping[str, str] | None = None,
    ) -> Group:
        """
        Make a group with people and user groups (handle by id) in it, or make none.

        Raise Unclear, field `name`, for a name that is empty, too long or taken, and field
        `people` for somebody who cannot install; DirectoryFailed for a user group.
        """
        await self._permissions.require(by, Act.MANAGE_GROUPS)
        slug = self._checked(name)
        found = await self._audience.testers_of(people)
        for usergroup_id in usergroups or {}:
            await self._directory.members(usergroup_id)
        group = Group(
            organization_id=self._organization_id,
            name=name.strip(),
            slug=slug,
            created_by=by.reference,
        )
        try:
            async with self._database.writing() as session:
                await groups.add(session, group)
                await groups.add_members(session, group.id, [t.id for t in found])
                for usergroup_id, handle in (usergroups or {}).items():
                    await groups.add_usergroup(session, group.id, usergroup_id, handle)
                self._note(session, "group.created", group.id, by, name=group.name)
                return group
        except AlreadyExists:
            raise Unclear(f"There is already a group called {name}.", field="name") from None

    async def rename(self, group_id: str, name: str, by: Actor) -> Group:
        """Raise Unclear, field `name`."""
        await self._require(by, group_id)
        slug = self._checked(name)
        try:
            async with self._database.writing() as session:
                group = await groups.get(session, group_id)
                before, group.name, group.slug = group.name, name.strip(), slug
                session.add(group)
                self._note(session, "group.renamed", group_id, by, before=before, name=group.name)
                return group
        except AlreadyExists:
            raise Unclear(f"There is already a group called {name}.", field="name") from None

    async def delete(self, group_id: str, by: Actor) -> Group:
        """
        Forget a group; what its people were given stays theirs.

        One that takes an approval is forgotten by those alone who may lift that.
        """
        await self._require(by, group_id)
        async with self._database.reading() as session:
            guarded = await approvals.policies(session, [group_id])
        if guarded:
            await self._permissions.require(by, Act.MANAGE_APPROVALS)
        async with self._database.writing() as session:
            group = await groups.get(session, group_id)
            await groups.remove(session, group_id)
            self._note(session, "group.deleted", group_id, by, name=group.name)
        return group

    async def add_people(self, group_id: str, people: Iterable[Identity], by: Actor) -> int:
        """Return how many were not in it before. Raise Unclear for somebody who cannot install."""
        await self._require(by, group_id)
        found = await self._audience.testers_of(people)
        async with self._database.writing() as session:
            await groups.get(session, group_id)
            inside = {one.id for _, one in await groups.members(session, [group_id])}
            count = await groups.add_members(session, group_id, [t.id for t in found])
            if count:
                named = [tester.name for tester in found if tester.id not in inside]
                self._note(session, "group.people_added", group_id, by, people=named)
            change = await self._changed(session, group_id, by) if count else None
        await self.follow(change)
        return count

    async def admit(self, session: Session, group_id: str, tester_id: str, by: Actor) -> str | None:
        """
        Let a tester into a group, within a unit of work of whoever decided it.

        Return what `follow` is called with after it. Raise NotFound for a group that is gone.
        """
        await groups.get(session, group_id)
        if not await groups.add_members(session, group_id, [tester_id]):
            return None
        return await self._changed(session, group_id, by)

    async def follow(self, change: str | None) -> None:
        """Let the releases of a group follow a change of who is in it."""
        if change is not None:
            await self._engine.start("settle", change)

    async def remove_people(self, group_id: str, people: Iterable[Identity], by: Actor) -> int:
        """Return how many were in it."""
        await self._require(by, group_id)
        async with self._database.reading() as session:
            await groups.get(session, group_id)
            named = await self._known(session, people)
            inside = {one.id: one.name for _, one in await groups.members(session, [group_id])}
            staying = await groups.usergroups(session, [group_id])
        leaving = [tester_id for tester_id in named if tester_id in inside]
        async with self._database.writing() as session:
            count = await groups.remove_members(session, group_id, leaving)
            if count and not staying:  # Else Slack says whether they are in it all the same.
                lost = await recipients.only_by(session, group_id, leaving)
                await recipients.leave(session, lost, at=now())
            if count:
                gone = sorted(inside[tester_id] for tester_id in leaving)
                self._note(session, "group.people_removed", group_id, by, people=gone)
            change = await self._changed(session, group_id, by) if count else None
        async with self._database.writing() as session:
            await home_tabs.stir_testers(session, leaving, now())
        await self.follow(change)
        return count

    async def let_joiners_get(self, group_id: str, by: Actor, *, get: bool) -> bool:
        """
        Say whether whoever joins gets what is current in a group; return whether that is new.

        From then on, it counts for those who joined meanwhile as well.
        """
        await self._require(by, group_id)
        async with self._database.writing() as session:
            group = await groups.get(session, group_id)
            if group.joiners_get is get:
                return False
            group.joiners_get = get
            session.add(group)
            await session.flush()
            self._note(session, "group.joiners", group_id, by, get=get)
            change = await self._changed(session, group_id, by)
        await self.follow(change)
        return True

    async def add_usergroup(self, group_id: str, usergroup_id: str, handle: str, by: Actor) -> int:
        """Let everybody in a Slack user group belong to it. Raise DirectoryFailed."""
        await self._require(by, group_id)
        await self._directory.members(usergroup_id)
        async with self._database.writing() as session:
            await groups.get(session, group_id)
            count = await groups.add_usergroup(session, group_id, usergroup_id, handle)
            if count:
                self._note(session, "group.usergroup_added", group_id, by, usergroup=handle)
            change = await self._changed(session, group_id, by) if count else None
        await self.follow(change)
        return count

    async def remove_usergroup(self, group_id: str, usergroup_id: str, by: Actor) -> int:
        await self._require(by, group_id)
        async with self._database.writing() as session:
            handles = {
                row.usergroup_id: row.handle for row in await groups.usergroups(session, [group_id])
            }
            count = await groups.remove_usergroup(session, group_id, usergroup_id)
            if count:
                handle = handles.get(usergroup_id, "")
                self._note(session, "group.usergroup_removed", group_id, by, usergroup=handle)
            change = await self._changed(session, group_id, by) if count else None
        await self.follow(change)
        return count

    async def connect(self, group_id: str, channel_id: str, by: Actor) -> int:
        """Announce the group's releases in a channel."""
        await self._require(by, group_id)
        async with self._database.writing() as session:
            await groups.get(session, group_id)
            new = await groups.connect(session, group_id, channel_id, by.reference)
            if new:
                self._note(session, "group.connected", group_id, by, channel=channel_id)
            return new

    async def disconnect(self, group_id: str, channel_id: str, by: Actor) -> int:
        await self._require(by, group_id)
        async with self._database.writing() as session:
            gone = await groups.disconnect(session, group_id, channel_id)
            if gone:
                self._note(session, "group.disconnected", group_id, by, channel=channel_id)
            return gone

    async def break_channel(self, channel_id: str, reason: str) -> list[str]:
        """
        Stop posting in a channel for *reason*; empty to begin again.

        Return the references of whoever connected it, to be told once.
        """
        async with self._database.writing() as session:
            changed = await groups.set_broken(session, channel_id, reason)
        return sorted({row.connected_by for row in changed if row.connected_by})

    async def note_renamed(self, channel_id: str) -> None:
        """Note that a channel has another name; whoever distributes next is shown so."""
        async with self._database.writing() as session:
            await groups.channel_renamed(session, channel_id, at=now())

    async def move_channel(self, old_id: str, new_id: str) -> None:
        """Follow a channel that got another id."""
        async with self._database.writing() as session:
            await groups.rename_channel(session, old_id, new_id)
            await tracks.rename_channel(session, old_id, new_id)

    async def sheet(self, group_id: str) -> GroupSheet:
        """Return all of a group. Raise NotFound."""
        async with self._database.reading() as session:
            group = await groups.get(session, group_id)
            members = await groups.members(session, [group_id])
            usergroups = await groups.usergroups(session, [group_id])
            channels = await groups.channels(session, [group_id])
            current = await destinations.names_current_in(session, group_id)
            links = await join_links.holding_of(session, group_id, now())
        gathered = await self._audience.of([group_id])
        inside = await self._directory.memberships([row.usergroup_id for row in usergroups])
        return GroupSheet(
            id=group.id,
            name=group.name,
            slug=group.slug,
            people=tuple(one for _, one in members),
            usergroups=tuple(_usergroup_sheet(row, inside) for row in usergroups),
            channels=tuple(ChannelSheet(id=c.channel_id, broken=c.broken) for c in channels),
            reach=len(gathered.members),
            current=tuple(current),
            joiners_get=group.joiners_get,
            links=len(links),
        )

    async def lines(self) -> list[GroupLine]:
        """
        Return every group by name, with how many people are in it.

        Whoever is in a user group counts: whether each of them can install anything is found out
        when something is sent to them.
        """
        async with self._database.reading() as session:
            found = await groups.every(session, self._organization_id)
            ids = [group.id for group in found]
            channels = await groups.channels(session, ids)
        reach = await self.reach(ids)
        heard_in: dict[str, list[str]] = {group_id: [] for group_id in ids}
        for channel in channels:
            heard_in[channel.group_id].append(channel.channel_id)
        return [
            GroupLine(
                name=group.name,
                slug=group.slug,
                channel_ids=tuple(heard_in[group.id]),
                reach=reach[group.id],
            )
            for group in found
        ]

    async def reach(self, group_ids: Collection[str]) -> dict[str, int]:
        """Return how many people are in each group, user groups included, as `lines` counts."""
        async with self._database.reading() as session:
            members = await groups.member_accounts(session, group_ids)
            usergroups = await groups.usergroups(session, group_ids)
        inside = await self._directory.memberships({row.usergroup_id for row in usergroups})
        people: dict[str, set[str]] = {group_id: set() for group_id in group_ids}
        for group_id, account in members:
            people[group_id].add(account)
        for row in usergroups:
            people[row.group_id].update(inside.get(row.usergroup_id, ()))
        return {group_id: len(accounts) for group_id, accounts in people.items()}

    def _note(
        self,
        session: Session,
        action: str,
        group_id: str,
        by: Actor,
        **detail: Any,  # noqa: ANN401 - what the audit keeps, as JSON knows it
    ) -> None:
        entry = AuditEntry(
            organization_id=self._organization_id,
            actor=by.reference,
            action=action,
            subject_id=group_id,
            origin=by.origin,
            detail=detail,
        )
        audit.add(session, entry)

    async def _changed(self, session: Session, group_id: str, by: Actor) -> str | None:
        """Note that others are in a group now; return what the road is about that follows."""
        turn = await groups.changed(session, group_id, by=by.reference, at=now())
        if await destinations.has_any(session, group_id):
            return change_of(group_id, turn)
        await groups.settled(session, group_id, turn)
        return None

    async def _known(self, session: Session, people: Iterable[Identity]) -> list[str]:
        """Return the ids of the testers among people."""
        named = list(people)
        ids = [one.value for one in named if one.kind is IdentityKind.SLACK]
        addresses = [one.value for one in named if one.kind is IdentityKind.EMAIL]
        found = [
            *await testers.of_slack_ids(session, self._organization_id, ids),
            *await testers.of_emails(session, self._organization_id, addresses),
        ]
        return [tester.id for tester in found]

    async def _require(self, by: Actor, group_id: str) -> None:
        await self._permissions.require(by, Act.MANAGE_GROUPS, Where(group_id=group_id))

    @staticmethod
    def _checked(name: str) -> str:
        slug = slug_of(name)
        if not slug:
            raise Unclear("A group needs a name with letters or digits in it.", field="name")
        if max(len(name.strip()), len(slug)) > NAME_LIMIT:
            raise Unclear(f"A group's name has at most {NAME_LIMIT} characters.", field="name")
        return slug


def _usergroup_sheet(row: GroupUserGroup, inside: Mapping[str, tuple[str, ...]]) -> UserGroupSheet:
    members = inside.get(row.usergroup_id)
    return UserGroupSheet(
        id=row.usergroup_id,
        handle=row.handle,
        members=None if members is None else len(members),
    )
