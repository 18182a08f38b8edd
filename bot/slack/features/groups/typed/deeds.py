"""Carries out what is wanted of groups by command, and opens a form for what was left out."""

from collections.abc import Awaitable, Callable, Sequence

from bot.slack.features.groups import messages, views
from bot.slack.features.groups.typed.grammar import Wish, read
from bot.slack.features.groups.views import Way
from bot.slack.kit import mrkdwn
from bot.slack.kit.blocks import Form, Message
from bot.slack.kit.verbs import Asked, Reply, example
from bot.slack.line.membership import Membership
from provisioning.actors import Act, Actor, slack
from provisioning.errors import Unclear
from provisioning.people.groups import Groups
from provisioning.people.permissions import Permissions
from storage.records.group import Group


class GroupActs:
    """Every way of `/release groups`, each answering with the group as it is afterwards."""

    def __init__(self, groups: Groups, permissions: Permissions, membership: Membership) -> None:
        self._groups = groups
        self._permissions = permissions
        self._membership = membership
        self._ways: dict[Way, Callable[[Group, Wish, Actor], Awaitable[Reply]]] = {
            Way.SHOW: self._show,
            Way.RENAME: self._rename,
            Way.DELETE: self._delete,
            Way.ADD: self._add,
            Way.REMOVE: self._remove,
            Way.CONNECT: self._connect,
            Way.DISCONNECT: self._disconnect,
        }

    async def answer(self, asked: Asked) -> Reply:
        """Raise NotAllowed, NotFound, Unclear, DirectoryFailed."""
        by = asked.by
        await self._permissions.require(by, Act.MANAGE_GROUPS)
        wish = read(asked.rest)
        if wish.way is Way.LIST:
            return await self._list()
        if wish.way is Way.CREATE:
            return await self._create(wish, by)
        if not wish.group:
            return await self._which(wish)
        return await self._ways[wish.way](await self._groups.named(wish.group), wish, by)

    async def go_on(self, way: Way, group_id: str, by: Actor) -> Reply:
        """Return what comes next for a group that was chosen by a click. Raise NotFound."""
        await self._permissions.require(by, Act.MANAGE_GROUPS)
        sheet = await self._groups.sheet(group_id)
        group = await self._groups.named(sheet.slug)
        return await self._ways[way](group, Wish(way=way, group=group.slug), by)

    async def deleted(self, group_id: str, by: Actor) -> Message:
        return messages.deleted(await self._groups.delete(group_id, by))

    async def sheet(self, group_id: str, said: str) -> Message:
        """Return a group as it is now below what was just done. Raise NotFound."""
        return messages.full(await self._groups.sheet(group_id), said)

    async def absent(self, channel_ids: Sequence[str]) -> str:
        """Return a line about the channels that the app is not in; empty when it is in all."""
        absent = await self._membership.absent(channel_ids)
        return messages.absent(absent) if absent else ""

    async def _list(self) -> Message:
        there = await self._groups.all()
        return messages.listed(await self._groups.sheets([group.id for group in there]))

    async def _which(self, wish: Wish) -> Reply:
        if wish.people or wish.usergroups or wish.channels:
            # A form would lose whom or what was named.
            who = "#channel" if wish.channels else "@somebody"
            raise Unclear(f"Say which group: {example(f'groups {wish.way.value} QA {who}')}")
        there = await self._groups.all()
        return views.pick(wish.way, there) if there else messages.listed([])

    async def _create(self, wish: Wish, by: Actor) -> Reply:
        if not wish.group:
            return views.create()
        handles = {usergroup.id: usergroup.name for usergroup in wish.usergroups}
        group = await self._groups.create(wish.group, by, map(slack, wish.people), handles)
        for channel in wish.channels:
            await self._groups.connect(group.id, channel.id, by)
        line = await self.absent([channel.id for channel in wish.channels])
        said = f"Created the group *{mrkdwn.plain(group.name, 64)}*."
        return await self.sheet(group.id, f"{said}\n{line}".strip())

    async def _show(self, group: Group, wish: Wish, by: Actor) -> Reply:
        del wish, by
        return await self.sheet(group.id, "")

    async def _rename(self, group: Group, wish: Wish, by: Actor) -> Reply:
        if not wish.new_name:
            return views.rename(group)
        renamed = await self._groups.rename(group.id, wish.new_name, by)
        return await self.sheet(group.id, messages.renamed(group, renamed))

    async def _delete(self, group: Group, wish: Wish, by: Actor) -> Reply:
        del wish, by
        return await self.sheet(group.id, "Press *Delete group* to delete it for everybody.")

    async def _add(self, group: Group, wish: Wish, by: Actor) -> Reply:
        if not wish.people and not wish.usergroups:
            return views.people(await self._groups.sheet(group.id))
        added = list(map(slack, wish.people))
        people = await self._groups.add_people(group.id, added, by) if added else 0
        usergroups = 0
        for one in wish.usergroups:
            usergroups += await self._groups.add_usergroup(group.id, one.id, one.name, by)
        done = messages.counted("Added", people, usergroups)
        return await self.sheet(group.id, done or "Everybody you named was in it already.")

    async def _remove(self, group: Group, wish: Wish, by: Actor) -> Reply:
        if not wish.people and not wish.usergroups:
            return views.people(await self._groups.sheet(group.id))
        people = await self._groups.remove_people(group.id, map(slack, wish.people), by)
        usergroups = 0
        for usergroup in wish.usergroups:
            usergroups += await self._groups.remove_usergroup(group.id, usergroup.id, by)
        done = messages.counted("Removed", people, usergroups)
        return await self.sheet(group.id, done or "Nobody you named was added to it by name.")

    async def _connect(self, group: Group, wish: Wish, by: Actor) -> Reply:
        ids = [channel.id for channel in wish.channels]
        if not ids:
            return views.channels(await self._groups.sheet(group.id))
        new = [await self._groups.connect(group.id, channel_id, by) for channel_id in ids]
        where = messages.joined([mrkdwn.channel(channel_id) for channel_id in ids])
        said = f"Connected {where}." if any(new) else f"It is connected to {where} already."
        return await self.sheet(group.id, f"{said}\n{await self.absent(ids)}".strip())

    async def _disconnect(self, group: Group, wish: Wish, by: Actor) -> Reply:
        ids = [channel.id for channel in wish.channels]
        if not ids:
            return views.channels(await self._groups.sheet(group.id))
        gone = [await self._groups.disconnect(group.id, channel_id, by) for channel_id in ids]
        where = messages.joined([mrkdwn.channel(channel_id) for channel_id in ids])
        said = f"Disconnected {where}." if any(gone) else f"It was not connected to {where}."
        return await self.sheet(group.id, said)


def as_form(reply: Reply) -> Form:
    """Return an answer as what a form turns into."""
    return reply if isinstance(reply, Form) else views.shown(reply)
