"""What may be typed behind `groups`, carried out; a form asks for what was left out."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from bot.slack.features.groups import messages, views
from bot.slack.features.groups.approving import messages as approving
from bot.slack.features.groups.approving.deeds import GroupApproving
from bot.slack.features.groups.views import GroupWay
from bot.slack.kit import blocks, mrkdwn
from bot.slack.kit.blocks import Block, Form, Message
from bot.slack.kit.grammar import (
    Mention,
    MentionKind,
    Token,
    is_address,
    mentions,
    unresolved,
    words,
)
from bot.slack.kit.verbs import Asked, Reply, example, unknown
from bot.slack.line.membership import Membership
from provisioning.actors import Act, Actor, email, slack
from provisioning.errors import Unclear
from provisioning.people.groups import Groups
from provisioning.people.permissions import Permissions
from storage.errors import NotFound
from storage.records.group import Group

#: Words that people put between a group and what goes into it or out of it.
FILLERS = frozenset({"to", "from", "in", "into", "with", "and"})
ALREADY_IN = "Everybody you named was in it already."
NOT_IN = "Nobody you named was added to it by name."
#: The ways that change nothing.
LOOKING = frozenset({GroupWay.LIST, GroupWay.SHOW, GroupWay.APPROVAL})
CHANGE = Act.MANAGE_GROUPS
#: Whether those who join get what is current.
SWITCH = frozenset({"on", "off"})
#: `groups rename QA Quality` needs no word in between.
OLD_AND_NEW = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupWish:
    """
    What is wanted of which group. `group` is as typed; empty when it was left out.

    `again` is that of the command.
    """

    way: GroupWay
    group: str = ""
    new_name: str = ""
    people: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    usergroups: tuple[Mention, ...] = ()
    channels: tuple[Mention, ...] = ()
    again: bool = False


def read(rest: tuple[Token, ...]) -> GroupWish:
    """Raise Unclear when the first word is none of the ways, or a name is none of Slack's."""
    if not rest:
        return GroupWish(way=GroupWay.LIST)
    if isinstance(rest[0], Mention):
        raise Unclear(f"Say first what to do: {example('groups add QA @somebody')}")
    first = rest[0].lower()
    if first not in set(GroupWay):
        raise Unclear(unknown(first, [way.value for way in GroupWay], "groups"))
    stranger = unresolved(rest[1:])
    if stranger is not None:
        raise Unclear(
            f"Slack does not know `{stranger[:60]}`. Choose the name from the list that Slack "
            "offers while you type."
        )
    way = GroupWay(first)
    name, new_name = _names(way, _named(rest[1:]))
    return GroupWish(
        way=way,
        group=name,
        new_name=new_name,
        people=tuple(m.id for m in mentions(rest, MentionKind.PERSON)),
        addresses=tuple(word for word in words(rest[1:]) if is_address(word)),
        usergroups=tuple(mentions(rest, MentionKind.USERGROUP)),
        channels=tuple(mentions(rest, MentionKind.CHANNEL)),
    )


def _looks(rest: tuple[Token, ...]) -> bool:
    """Return whether what was typed only looks, or is none of the ways."""
    first = rest[0].lower() if rest and isinstance(rest[0], str) else ""
    return first in LOOKING or first not in set(GroupWay)


def _named(rest: tuple[Token, ...]) -> list[str]:
    """Return the words that name groups: without those that only lead over to a mention."""
    kept = [
        token
        for index, token in enumerate(rest)
        if not (_is_filler(token) and _touches_a_mention(rest, index))
    ]
    return [word for word in words(kept) if not is_address(word)]


def _is_filler(token: Token) -> bool:
    return isinstance(token, str) and token.lower() in FILLERS


def _touches_a_mention(rest: tuple[Token, ...], index: int) -> bool:
    around = rest[max(index - 1, 0) : index + 2]
    return any(isinstance(token, Mention) or is_address(token) for token in around)


def _names(way: GroupWay, spoken: list[str]) -> tuple[str, str]:
    """Names of several words need no quotes; `rename` parts the two names at `to`."""
    if way is GroupWay.JOINERS and spoken and spoken[-1].lower() in SWITCH:
        return " ".join(spoken[:-1]), spoken[-1].lower()
    if way is not GroupWay.RENAME:
        return " ".join(spoken), ""
    split = next((i for i, word in enumerate(spoken) if word.lower() == "to"), None)
    if split is not None:
        return " ".join(spoken[:split]), " ".join(spoken[split + 1 :])
    if len(spoken) == OLD_AND_NEW:
        return spoken[0], spoken[1]
    return " ".join(spoken), ""


class GroupActs:
    """Every way of `/release groups`, each answering with the group as it is afterwards."""

    def __init__(
        self,
        groups: Groups,
        permissions: Permissions,
        membership: Membership,
        approving: GroupApproving,
    ) -> None:
        self._groups = groups
        self._approving = approving
        self._permissions = permissions
        self._membership = membership
        self._ways: dict[GroupWay, Callable[[Group, GroupWish, Actor], Awaitable[Reply]]] = {
            GroupWay.SHOW: self._show,
            GroupWay.RENAME: self._rename,
            GroupWay.DELETE: self._delete,
            GroupWay.ADD: self._add,
            GroupWay.REMOVE: self._remove,
            GroupWay.CONNECT: self._connect,
            GroupWay.DISCONNECT: self._disconnect,
            GroupWay.JOINERS: self._joiners,
            GroupWay.APPROVAL: self._approval,
        }

    async def answer(self, asked: Asked) -> Reply:
        """Raise NotAllowed, NotFound, Unclear, DirectoryFailed."""
        by = asked.by
        if asked.rest[:1] == (GroupWay.APPROVAL.value,):
            group_id, said = await self._approving.answer(asked)
            return await self.sheet(group_id, said) if group_id else views.pick(GroupWay.APPROVAL)
        # Whoever may not even look is not told first what they typed wrong.
        await self._permissions.require(by, Act.SEE_GROUPS if _looks(asked.rest) else CHANGE)
        wish = replace(read(asked.rest), again=asked.again)
        if wish.way is GroupWay.LIST:
            return await self._list()
        if wish.way is GroupWay.CREATE:
            return await self._create(wish, by)
        if not wish.group:
            return await self._which(wish)
        return await self._ways[wish.way](await self._meant(wish), wish, by)

    async def go_on(self, way: GroupWay, group_id: str, by: Actor) -> Reply:
        """Return what comes next for a group that was chosen by a click. Raise NotFound."""
        await self._permissions.require(by, Act.SEE_GROUPS if way in LOOKING else CHANGE)
        sheet = await self._groups.sheet(group_id)
        group = await self._groups.named(sheet.slug)
        return await self._ways[way](group, GroupWish(way=way, group=group.slug), by)

    async def blank(self, by: Actor) -> Form:
        """Return the form of a new group. Raise NotAllowed."""
        await self._permissions.require(by, Act.MANAGE_GROUPS)
        return views.create()

    async def like(self, typed: str, by: Actor) -> list[Block]:
        """Return the groups that fit what was typed, as options. Raise NotAllowed."""
        await self._permissions.require(by, Act.MANAGE_GROUPS)
        return [views.option(one) for one in await self._groups.like(typed, limit=blocks.OPTIONS)]

    async def deleted(self, group_id: str, by: Actor) -> Message:
        return messages.deleted(await self._groups.delete(group_id, by))

    async def sheet(self, group_id: str, said: str) -> Message:
        """Return a group as it is now below what was just done. Raise NotFound."""
        sheet = await self._groups.sheet(group_id)
        return messages.full(sheet, said, approving.shown(await self._approving.need(group_id)))

    async def checked(self, channel_ids: Sequence[str], by: Actor) -> str:
        """
        Return a line about the channels that the app is not in yet; empty when it is in all.

        Raise NotAllowed, and Unclear, field `channels`, for one that nothing can be posted in.
        """
        await self._permissions.require(by, Act.MANAGE_GROUPS)
        found = await self._membership.look(channel_ids)
        refusals = list(dict.fromkeys(one.refusal for one in found if one.refusal))
        if refusals:
            raise Unclear(" ".join(refusals), field="channels")
        absent = [one.id for one in found if one.is_absent]
        return messages.absent(absent) if absent else ""

    async def _list(self) -> Message:
        return messages.listed(await self._groups.lines())

    async def _which(self, wish: GroupWish) -> Reply:
        if wish.people or wish.addresses or wish.usergroups or wish.channels:
            # A form would lose whom or what was named.
            who = "#channel" if wish.channels else "@somebody"
            raise Unclear(f"Say which group: {example(f'groups {wish.way.value} QA {who}')}")
        there = await self._groups.like("", limit=1)
        return views.pick(wish.way) if there else messages.listed([])

    async def _create(self, wish: GroupWish, by: Actor) -> Reply:
        if not wish.group:
            return views.create()
        handles = {usergroup.id: usergroup.name for usergroup in wish.usergroups}
        line = await self.checked([channel.id for channel in wish.channels], by)
        try:
            group = await self._groups.create(wish.group, by, map(slack, wish.people), handles)
        except Unclear:
            before = await self._made_before(wish, by)
            if before is None:
                raise
            group = before
        for channel in wish.channels:
            await self._groups.connect(group.id, channel.id, by)
        said = f"Created the group *{mrkdwn.plain(group.name, 64)}*."
        return await self.sheet(group.id, f"{said}\n{line}".strip())

    async def _made_before(self, wish: GroupWish, by: Actor) -> Group | None:
        """Return the group that this very command has made already."""
        if not wish.again:
            return None
        with suppress(NotFound):
            there = await self._groups.named(wish.group)
            return there if there.created_by == by.reference else None
        return None

    async def _meant(self, wish: GroupWish) -> Group:
        try:
            return await self._groups.named(wish.group)
        except NotFound:
            if wish.again and wish.way is GroupWay.RENAME and wish.new_name:
                return await self._groups.named(wish.new_name)  # It has its new name already.
            raise

    async def _show(self, group: Group, wish: GroupWish, by: Actor) -> Reply:
        del wish, by
        return await self.sheet(group.id, "")

    async def _rename(self, group: Group, wish: GroupWish, by: Actor) -> Reply:
        if not wish.new_name:
            return views.rename(group)
        renamed = await self._groups.rename(group.id, wish.new_name, by)
        return await self.sheet(group.id, messages.renamed(group, renamed))

    async def _delete(self, group: Group, wish: GroupWish, by: Actor) -> Reply:
        del wish, by
        return await self.sheet(group.id, "Press *Delete group* to delete it for everybody.")

    async def _add(self, group: Group, wish: GroupWish, by: Actor) -> Reply:
        if wish.addresses:
            raise Unclear(
                "Whoever is not in Slack joins by a link, and has a page of their own from then "
                f"on: {example(f'invite {group.slug}')}"
            )
        if not wish.people and not wish.usergroups:
            return views.people(await self._groups.sheet(group.id))
        added = list(map(slack, wish.people))
        people = await self._groups.add_people(group.id, added, by) if added else 0
        usergroups = 0
        for one in wish.usergroups:
            usergroups += await self._groups.add_usergroup(group.id, one.id, one.name, by)
        done = messages.counted("Added", people, usergroups)
        nothing = "Everybody you named is in it." if wish.again else ALREADY_IN
        return await self.sheet(group.id, done or nothing)

    async def _remove(self, group: Group, wish: GroupWish, by: Actor) -> Reply:
        if not wish.people and not wish.usergroups and not wish.addresses:
            return views.people(await self._groups.sheet(group.id))
        named = [*map(slack, wish.people), *map(email, wish.addresses)]
        people = await self._groups.remove_people(group.id, named, by)
        usergroups = 0
        for usergroup in wish.usergroups:
            usergroups += await self._groups.remove_usergroup(group.id, usergroup.id, by)
        done = messages.removed(people, usergroups)
        nothing = "Nobody you named is in it by name." if wish.again else NOT_IN
        return await self.sheet(group.id, done or nothing)

    async def _connect(self, group: Group, wish: GroupWish, by: Actor) -> Reply:
        ids = [channel.id for channel in wish.channels]
        if not ids:
            return views.channels(await self._groups.sheet(group.id))
        line = await self.checked(ids, by)
        new = [await self._groups.connect(group.id, channel_id, by) for channel_id in ids]
        where = messages.joined([mrkdwn.channel(channel_id) for channel_id in ids])
        is_news = wish.again or any(new)
        said = f"Connected {where}." if is_news else f"It is connected to {where} already."
        return await self.sheet(group.id, f"{said}\n{line}".strip())

    async def _disconnect(self, group: Group, wish: GroupWish, by: Actor) -> Reply:
        ids = [channel.id for channel in wish.channels]
        if not ids:
            return views.channels(await self._groups.sheet(group.id))
        gone = [await self._groups.disconnect(group.id, channel_id, by) for channel_id in ids]
        where = messages.joined([mrkdwn.channel(channel_id) for channel_id in ids])
        is_news = wish.again or any(gone)
        said = f"Disconnected {where}." if is_news else f"It was not connected to {where}."
        return await self.sheet(group.id, said)

    async def _joiners(self, group: Group, wish: GroupWish, by: Actor) -> Reply:
        if wish.new_name not in SWITCH:
            return await self.sheet(group.id, messages.about_joiners(group))
        get = wish.new_name == "on"
        is_new = await self._groups.let_joiners_get(group.id, by, get=get) or wish.again
        return await self.sheet(group.id, messages.joiners(get=get, is_new=is_new))

    async def _approval(self, group: Group, wish: GroupWish, by: Actor) -> Reply:
        del wish, by
        need = await self._approving.need(group.id)
        return await self.sheet(group.id, approving.how(group, need))


def as_form(reply: Reply) -> Form:
    """Return an answer as what a form turns into."""
    return reply if isinstance(reply, Form) else views.shown(reply)
