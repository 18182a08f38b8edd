"""Answers `devices rules` and `devices limits`."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from bot.house import House
from bot.slack.features.devices.rules import messages
from bot.slack.kit.blocks import Message
from bot.slack.kit.grammar import Mention, MentionKind, Token, mentions, readings, unresolved, words
from bot.slack.kit.verbs import Asked, example, unknown
from bot.slack.line.membership import Membership
from provisioning.actors import Act, slack
from provisioning.errors import Unclear
from storage.errors import NotFound
from storage.records.device_policy import ApprovalSubject

WAYS = ("list", "add", "drop")
LIMITS = ("person", "reserve", "channel")
#: What people type for every tester.
ALL = frozenset({"everybody", "everyone"})
OFF = frozenset({"off", "none", "nowhere"})
#: Python reads no number of thousands of digits.
LONGEST = 9
FILLERS = frozenset({"for", "from", "of", "group", "the", "per", "in", "to"})


@dataclass(slots=True)
class _Wanted:
    """What is to be changed; None stays."""

    per_person: int | None = None
    reserve: int | None = None
    channel_id: str | None = None


class RuleActs:
    """Shows and changes what is decided beforehand."""

    def __init__(self, house: House, membership: Membership) -> None:
        self._policies = house.devices.policies
        self._permissions = house.people.permissions
        self._groups = house.people.groups
        self._audience = house.people.audience
        self._membership = membership

    async def rules(self, asked: Asked) -> Message:
        """Raise NotAllowed, NotFound for a group, Unclear."""
        first = asked.rest[0] if asked.rest else "list"
        way = first.lower() if isinstance(first, str) else ""
        if way not in WAYS:
            raise Unclear(unknown(way or "@somebody", WAYS, "devices rules"))
        if way == "list":
            await self._permissions.require(asked.by, Act.SEE_DEVICES)
            return await self._shown("")
        await self._permissions.require(asked.by, Act.APPROVE_LAST_DEVICES)
        subject, target_id = await self._meant(asked.rest[1:])
        change = self._policies.add_rule if way == "add" else self._policies.drop_rule
        is_news = await change(subject, target_id, asked.by) or asked.again
        return await self._shown(messages.RULED[way, is_news])

    async def limits(self, asked: Asked) -> Message:
        """Raise NotAllowed, Unclear."""
        if not asked.rest:
            await self._permissions.require(asked.by, Act.SEE_DEVICES)
            return await self._shown("")
        await self._permissions.require(asked.by, Act.APPROVE_LAST_DEVICES)
        wanted = _read(asked.rest)
        warning = await self._checked(wanted.channel_id) if wanted.channel_id else ""
        await self._policies.change(
            asked.by,
            per_person=wanted.per_person,
            reserve=wanted.reserve,
            channel_id=wanted.channel_id,
        )
        return await self._shown(f"{messages.CHANGED}\n{warning}".strip())

    async def _shown(self, said: str) -> Message:
        policy = await self._policies.of_organization()
        return messages.decided(policy, await self._policies.described(), said)

    async def _meant(self, rest: Sequence[Token]) -> tuple[ApprovalSubject, str]:
        """Return whom a rule is about. Raise Unclear, NotFound."""
        stranger = unresolved(rest)
        if stranger is not None:
            raise Unclear(
                f"Slack does not know `{stranger[:60]}`. Choose the name from the list that Slack "
                "offers while you type."
            )
        people = mentions(rest, MentionKind.PERSON)
        if people:
            (tester,) = await self._audience.testers_of([slack(people[0].id)])
            return ApprovalSubject.TESTER, tester.id
        *longer, name = readings(words(rest), FILLERS)
        if name.lower() in ALL:
            return ApprovalSubject.EVERYBODY, ""
        if not name:
            raise Unclear(f"Say for whom: {example('devices rules add QA')}")
        for reading in longer:
            with suppress(NotFound):
                return ApprovalSubject.GROUP, (await self._groups.named(reading)).id
        return ApprovalSubject.GROUP, (await self._groups.named(name)).id

    async def _checked(self, channel_id: str) -> str:
        """Return a warning about a channel we are not in. Raise Unclear for a wrong one."""
        (found,) = await self._membership.look([channel_id])
        if found.refusal:
            raise Unclear(found.refusal)
        return messages.absent(channel_id) if found.is_absent else ""


def _read(rest: Sequence[Token]) -> _Wanted:
    """Raise Unclear for what is no limit."""
    wanted = _Wanted()
    left = [one for one in rest if not isinstance(one, str) or one.lower() not in FILLERS]
    while left:
        name = left.pop(0)
        word = name.lower() if isinstance(name, str) else "#channel"
        if word not in LIMITS:
            raise Unclear(unknown(word, LIMITS, "devices limits"))
        value = left.pop(0) if left else ""
        if word == "channel":
            wanted.channel_id = _channel(value)
        elif word == "person":
            wanted.per_person = _number(value, word)
        else:
            wanted.reserve = _number(value, word)
    return wanted


def _channel(value: Token) -> str:
    if isinstance(value, Mention) and value.kind is MentionKind.CHANNEL:
        return value.id
    if isinstance(value, str) and value.lower() in OFF:
        return ""
    raise Unclear(f"Say which channel: {example('devices limits channel #release-managers')}")


def _number(value: Token, name: str) -> int:
    written = value if isinstance(value, str) and value.isascii() else ""
    if written.isdecimal() and len(written) <= LONGEST:
        return int(written)
    raise Unclear(f"Say how many: {example(f'devices limits {name} 5')}")
