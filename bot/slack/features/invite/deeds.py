"""What may be typed behind `invite`, carried out; a form asks for what was left out."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Final

from bot.links import Links
from bot.slack.features.invite import messages, views
from bot.slack.features.invite.deciding import messages as deciding_messages
from bot.slack.kit import names
from bot.slack.kit.blocks import Form, Message
from bot.slack.kit.grammar import Mention, Token
from bot.slack.kit.payloads import Click, Outdated, Submission
from bot.slack.kit.verbs import Asked, Reply, closest, example
from provisioning.actors import Act, Actor
from provisioning.errors import AlreadyDone, Unclear
from provisioning.people.groups import Groups
from provisioning.people.join_links import USUAL_ROOM, JoinLinks, LinkOrder
from provisioning.people.joining import Joining
from provisioning.people.permissions import Permissions
from provisioning.releases.lists import Lists
from storage.errors import NotFound
from storage.records.app import App
from storage.records.base import now
from storage.records.group import Group

#: What parts the name from the rest.
KEYS: Final = frozenset({"limit", "until", "for", "domain", "domains"})
EXAMPLE: Final = "invite QA limit 10 for 7d domain example.com"
_LIFE: Final = re.compile(r"(\d{1,4})\s*(d|days?|w|weeks?)")
_BETWEEN: Final = re.compile(r"[\s,;]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class InviteWish:
    """What was typed: the name of a group or an app, and what was said of the link."""

    name: str = ""
    room: int = USUAL_ROOM
    until: datetime | None = None
    domains: tuple[str, ...] = ()


def read(rest: Sequence[Token], *, at: datetime) -> InviteWish:
    """Raise Unclear for a mention, and for whatever is said wrongly behind a key."""
    spoken: list[str] = []
    for token in rest:
        if isinstance(token, Mention):
            raise Unclear(
                "A join link is for people without Slack. Whoever is in Slack is added by name: "
                f"{example('groups add QA @somebody')}"
            )
        spoken.append(token)
    at_key = next((i for i, word in enumerate(spoken) if i and word.lower() in KEYS), len(spoken))
    room, until = USUAL_ROOM, None
    domains: tuple[str, ...] = ()
    for key, values in _said(spoken[at_key:]):
        if key == "limit":
            room = _room(" ".join(values))
        elif key == "until":
            until = _day(" ".join(values))
        elif key == "for":
            until = at + _life(" ".join(values))
        else:
            domains = tuple(values)
    return InviteWish(name=" ".join(spoken[:at_key]), room=room, until=until, domains=domains)


def _said(spoken: Sequence[str]) -> list[tuple[str, list[str]]]:
    """Return each key with the words behind it."""
    found: list[tuple[str, list[str]]] = []
    for word in spoken:
        if word.lower() in KEYS:
            found.append((word.lower(), []))
        else:
            found[-1][1].append(word)
    for key, values in found:
        if not values:
            raise Unclear(f"Say something behind `{key}`: {example(EXAMPLE)}")
    return found


def _room(text: str) -> int:
    if not re.fullmatch(r"\d{1,6}", text):
        raise Unclear("Say for how many people as a number, such as 25.", field="room")
    return int(text)


def _day(text: str) -> datetime:
    """Return the end of a day."""
    try:
        return datetime.combine(datetime.strptime(text, "%Y-%m-%d"), time(23, 59, 59), UTC)  # noqa: DTZ007 - a day has no zone
    except ValueError:
        raise Unclear("Say the day like this: `until 2026-12-24`.", field="until") from None


def _life(text: str) -> timedelta:
    found = _LIFE.fullmatch(text.lower())
    if found is None:
        raise Unclear("Say how long like this: `for 7d` or `for 2w`.", field="until")
    return timedelta(days=int(found[1]) * (7 if found[2].startswith("w") else 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class InviteDesk:
    """Makes, lists and revokes join links."""

    join_links: JoinLinks
    joining: Joining
    groups: Groups
    lists: Lists
    permissions: Permissions
    links: Links

    async def answer(self, asked: Asked) -> Reply:
        """Raise NotAllowed, NotFound, Unclear."""
        await self.permissions.require(asked.by, Act.MANAGE_GROUPS)
        first = asked.rest[0] if asked.rest else ""
        if first == "list":
            return await self._list(asked)
        if first == "waiting" and len(asked.rest) == 1:
            return deciding_messages.waiting(await self.joining.waiting(asked.by))
        if not asked.rest:
            there = await self.groups.like("", limit=1)
            return views.invite(None, None) if there else messages.no_group()
        return await self._invite(read(asked.rest, at=now()), asked)

    async def _invite(self, wish: InviteWish, asked: Asked) -> Reply:
        try:
            group = await self.groups.named(wish.name)
        except NotFound:
            app, _ = await self.lists.find(wish.name)
            if app is None:
                raise NotFound(await self._nothing_called(wish.name)) from None
            return await self._for_app(app, wish)
        sheet = await self.join_links.make(
            LinkOrder(
                key=f"invite:{asked.trigger_id}",
                group_id=group.id,
                by=asked.by,
                room=wish.room,
                until=wish.until,
                domains=wish.domains,
            )
        )
        return messages.made(sheet, self.links)

    async def _for_app(self, app: App, wish: InviteWish) -> Reply:
        """Ask which group those come into who are to test an app."""
        there = await self.groups.all()
        if not there:
            return messages.no_group()
        near = await self.groups.like(app.name, limit=1)
        group = near[0] if near else there[0] if len(there) == 1 else None
        return views.invite(
            group, app, room=wish.room, until=wish.until, domains=", ".join(wish.domains)
        )

    async def _list(self, asked: Asked) -> Message:
        name = " ".join(token for token in asked.rest[1:] if isinstance(token, str))
        group: Group | None = await self.groups.named(name) if name else None
        held = await self.join_links.held(asked.by, group.id if group else "")
        return messages.listed(held, self.links, group)

    async def sent(self, sent: Submission) -> Form:
        """Make the link of a form. Raise NotAllowed, NotFound, Unclear with its field."""
        match sent.kept:
            case (app_id,):
                order = _order(sent, app_id or None, sent.asker.by)
                return views.shown(messages.made(await self.join_links.make(order), self.links))
        raise Outdated

    async def revoke(self, click: Click) -> Message:
        """Raise NotAllowed, NotFound, AlreadyDone."""
        try:
            return messages.revoked(await self.join_links.revoke(click.subject, click.asker.by))
        except AlreadyDone:
            if not click.again:
                raise
            return messages.revoked(await self.join_links.sheet(click.subject))

    async def _nothing_called(self, text: str) -> str:
        there = [group.slug for group in await self.groups.all()]
        known = [*there, *await self.lists.names()]
        if not known:
            return "There is no group yet. Make one first: " + example("groups create QA")
        meant = closest(text, known)
        hint = f"Did you mean `{meant}`?" if meant else f"There are: {', '.join(known[:20])}."
        return f"There is no group or app called “{text[:60]}”. {hint}"


def _order(sent: Submission, app_id: str | None, by: Actor) -> LinkOrder:
    life = sent.entered(names.INVITE_LIFE)
    if life in views.LIVES:
        until = now() + timedelta(days=int(life))
    else:
        try:
            until = datetime.fromisoformat(life)
        except ValueError:
            raise Outdated from None
    typed = sent.entered(names.INVITE_DOMAINS)
    return LinkOrder(
        key=f"invite:{sent.view_id}",
        group_id=sent.entered(names.GROUP_PICK),
        by=by,
        room=_room(sent.entered(names.INVITE_ROOM).strip()),
        until=until,
        domains=[one for one in _BETWEEN.split(typed) if one],
        app_id=app_id,
    )
