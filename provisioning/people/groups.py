"""Groups: who gets releases, and which channels hear of them."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from provisioning.errors import DirectoryFailed, Unclear
from provisioning.people.audience import Audience
from provisioning.people.people import Act, People
from provisioning.ports import Directory
from storage.catalog import groups, testers
from storage.catalog.database import Database, Session
from storage.errors import AlreadyExists, NotFound
from storage.records.group import Group
from storage.records.tester import Tester

NAME_LIMIT = 64


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
    """All of a group."""

    id: str
    name: str
    slug: str
    people: tuple[Tester, ...]
    usergroups: tuple[UserGroupSheet, ...]
    channels: tuple[ChannelSheet, ...]
    reach: int  #: Distinct people, user groups included.


def slug_of(name: str) -> str:
    """Return how a group's name is typed: lower case, anything but letters and digits a dash."""
    return re.sub(r"[\W_]+", "-", name.strip().casefold()).strip("-")


class Groups:
    """Makes, changes and shows groups. Changes raise NotAllowed for whoever may not."""

    def __init__(
        self,
        database: Database,
        people: People,
        directory: Directory,
        audience: Audience,
        *,
        organization_id: str,
    ) -> None:
        self._database = database
        self._people = people
        self._directory = directory
        self._audience = audience
        self._organization_id = organization_id

    async def all(self) -> list[Group]:
        """Return every group by name."""
        async with self._database.reading() as session:
            return list(await groups.every(session, self._organization_id))

    async def named(self, text: str) -> Group:
        """Return the group people mean by *text*. Raise NotFound, naming the ones there are."""
        async with self._database.reading() as session:
            found = await groups.with_slug(session, self._organization_id, slug_of(text))
            if found is not None:
                return found
            there = await groups.every(session, self._organization_id)
        if not there:
            raise NotFound("There is no group yet. Make one: `/release groups create QA`.")
        names = ", ".join(f"`{g.slug}`" for g in there[:20])
        raise NotFound(f"There is no group called “{text[:80]}”. There are: {names}.")

    async def heard_in(self, channel_id: str) -> list[Group]:
        """Return the groups that a channel is connected to, by name."""
        async with self._database.reading() as session:
            there = await groups.every(session, self._organization_id)
            rows = await groups.channels(session, [group.id for group in there])
        connected = {row.group_id for row in rows if row.channel_id == channel_id}
        return [group for group in there if group.id in connected]

    async def create(
        self,
        name: str,
        by: str,
        people: Iterable[str] = (),
        usergroups: Mapping[str, str] | None = None,
    ) -> Group:
        """
        Make a group with people and user groups (handle by id) in it, or make none.

        Raise Unclear, field `name`, for a name that is empty, too long or taken, and field
        `targets` for somebody who cannot install; DirectoryFailed for a user group.
        """
        await self._people.require(by, Act.MANAGE_GROUPS)
        slug = self._checked(name)
        found = await self._audience.testers_of(people)
        for usergroup_id in usergroups or {}:
            await self._directory.members(usergroup_id)
        group = Group(
            organization_id=self._organization_id, name=name.strip(), slug=slug, created_by=by
        )
        try:
            async with self._database.writing() as session:
                await groups.add(session, group)
                await groups.add_members(session, group.id, [t.id for t in found])
                for usergroup_id, handle in (usergroups or {}).items():
                    await groups.add_usergroup(session, group.id, usergroup_id, handle)
                return group
        except AlreadyExists:
            raise Unclear(f"There is already a group called {name}.", field="name") from None

    async def rename(self, group_id: str, name: str, by: str) -> Group:
        """Raise Unclear, field `name`."""
        await self._people.require(by, Act.MANAGE_GROUPS)
        slug = self._checked(name)
        try:
            async with self._database.writing() as session:
                group = await groups.get(session, group_id)
                group.name, group.slug = name.strip(), slug
                session.add(group)
                return group
        except AlreadyExists:
            raise Unclear(f"There is already a group called {name}.", field="name") from None

    async def delete(self, group_id: str, by: str) -> Group:
        """Forget a group; what its people were given stays theirs."""
        await self._people.require(by, Act.MANAGE_GROUPS)
        async with self._database.writing() as session:
            group = await groups.get(session, group_id)
            await groups.remove(session, group_id)
        return group

    async def add_people(self, group_id: str, user_ids: Iterable[str], by: str) -> int:
        """Return how many were not in it before. Raise Unclear for somebody who cannot install."""
        await self._people.require(by, Act.MANAGE_GROUPS)
        found = await self._audience.testers_of(user_ids)
        async with self._database.writing() as session:
            await groups.get(session, group_id)
            return await groups.add_members(session, group_id, [t.id for t in found])

    async def remove_people(self, group_id: str, user_ids: Iterable[str], by: str) -> int:
        """Return how many were in it."""
        await self._people.require(by, Act.MANAGE_GROUPS)
        async with self._database.writing() as session:
            await groups.get(session, group_id)
            leaving = [
                tester.id
                for user_id in user_ids
                if (tester := await self._tester(session, user_id)) is not None
            ]
            return await groups.remove_members(session, group_id, leaving)

    async def add_usergroup(self, group_id: str, usergroup_id: str, handle: str, by: str) -> int:
        """Let everybody in a Slack user group belong to it. Raise DirectoryFailed."""
        await self._people.require(by, Act.MANAGE_GROUPS)
        await self._directory.members(usergroup_id)
        async with self._database.writing() as session:
            await groups.get(session, group_id)
            return await groups.add_usergroup(session, group_id, usergroup_id, handle)

    async def remove_usergroup(self, group_id: str, usergroup_id: str, by: str) -> int:
        await self._people.require(by, Act.MANAGE_GROUPS)
        async with self._database.writing() as session:
            return await groups.remove_usergroup(session, group_id, usergroup_id)

    async def connect(self, group_id: str, channel_id: str, by: str) -> int:
        """Announce the group's releases in a channel."""
        await self._people.require(by, Act.MANAGE_GROUPS)
        async with self._database.writing() as session:
            await groups.get(session, group_id)
            return await groups.connect(session, group_id, channel_id, by)

    async def disconnect(self, group_id: str, channel_id: str, by: str) -> int:
        await self._people.require(by, Act.MANAGE_GROUPS)
        async with self._database.writing() as session:
            return await groups.disconnect(session, group_id, channel_id)

    async def break_channel(self, channel_id: str, reason: str) -> list[str]:
        """
        Stop posting in a channel for *reason*; empty to begin again.

        Return the user ids of whoever connected it, to be told once.
        """
        async with self._database.writing() as session:
            changed = await groups.set_broken(session, channel_id, reason)
        return sorted({row.connected_by for row in changed if row.connected_by})

    async def move_channel(self, old_id: str, new_id: str) -> None:
        """Follow a channel that got another id."""
        async with self._database.writing() as session:
            await groups.rename_channel(session, old_id, new_id)

    async def sheet(self, group_id: str) -> GroupSheet:
        """Return all of a group. Raise NotFound."""
        async with self._database.reading() as session:
            group = await groups.get(session, group_id)
            members = await groups.members(session, group_id)
            usergroups = await groups.usergroups(session, group_id)
            channels = await groups.channels(session, [group_id])
        gathered = await self._audience.of((group_id,))
        return GroupSheet(
            id=group.id,
            name=group.name,
            slug=group.slug,
            people=tuple(members),
            usergroups=tuple([await self._usergroup(u.usergroup_id, u.handle) for u in usergroups]),
            channels=tuple(ChannelSheet(id=c.channel_id, broken=c.broken) for c in channels),
            reach=len(gathered.testers),
        )

    async def _usergroup(self, usergroup_id: str, handle: str) -> UserGroupSheet:
        try:
            members: int | None = len(await self._directory.members(usergroup_id))
        except DirectoryFailed:
            members = None
        return UserGroupSheet(id=usergroup_id, handle=handle, members=members)

    async def _tester(self, session: Session, user_id: str) -> Tester | None:
        return await testers.with_slack_id(session, self._organization_id, user_id)

    @staticmethod
    def _checked(name: str) -> str:
        slug = slug_of(name)
        if not slug:
            raise Unclear("A group needs a name with letters or digits in it.", field="name")
        if max(len(name.strip()), len(slug)) > NAME_LIMIT:
            raise Unclear(f"A group's name has at most {NAME_LIMIT} characters.", field="name")
        return slug
