"""What may be typed behind `devices`, carried out."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.house import House
from bot.slack.features.devices import messages
from bot.slack.features.devices.deciding import messages as deciding_messages
from bot.slack.features.devices.deciding import views as deciding_views
from bot.slack.features.devices.deeds import OwnDevices, claim_of
from bot.slack.features.devices.lists import messages as list_messages
from bot.slack.features.devices.typed import messages as typed_messages
from bot.slack.kit.blocks import Message
from bot.slack.kit.grammar import MentionKind, Token, mentions, readings, unresolved, words
from bot.slack.kit.verbs import Answer, Asked, Reply, example, unknown
from provisioning.actors import Act, Actor, slack
from provisioning.devices.finding import find
from provisioning.devices.ledger import FamilyLedger
from provisioning.devices.sheets import DeviceSheet
from provisioning.devices.slots import TeamLedger
from provisioning.errors import NotNow, Unclear
from storage.records.base import now

#: So many devices of everybody are read for a list.
MOST_LISTED = 200
FULL = "full"
#: Words that people put around a device: `hand over Old iPhone to @cid`.
FILLERS = frozenset({"over", "to", "for", "of", "from"})
PAGE = re.compile(r"[0-9]{1,3}")
#: `devices rename OLD NEW` needs no word in between.
OLD_AND_NEW = 2


class DeviceActs:
    """
    Every way of `/release devices`.

    *others* are ways that are answered elsewhere, by the word that is typed.
    """

    def __init__(self, house: House, own: OwnDevices, others: Mapping[str, Answer]) -> None:
        self._devices = house.devices.devices
        self._approvals = house.devices.approvals
        self._slots = house.devices.slots
        self._permissions = house.people.permissions
        self._own = own
        self._ways: dict[str, Answer] = {
            "mine": self._mine,
            "all": self._all,
            "pending": self._pending,
            "slots": self._show_slots,
            "add": self._add,
            "rename": self._rename,
            "hand": self._hand_over,
            "disable": self._disable,
            "enable": self._enable,
            "import": self._import,
            "export": self._export,
            **others,
        }

    async def answer(self, asked: Asked) -> Reply:
        """Raise NotAllowed, NotFound, NotNow, Unclear, DirectoryFailed."""
        first = asked.rest[0] if asked.rest else "mine"
        if not isinstance(first, str):
            raise Unclear(f"Say first what to do: {messages.teach_adding()}")
        stranger = unresolved(asked.rest)
        if stranger is not None:
            raise Unclear(
                f"Slack does not know `{stranger[:60]}`. Choose the name from the list that Slack "
                "offers while you type."
            )
        way = self._ways.get(first.lower())
        if way is None:
            if find(" ".join(words(asked.rest))).udids:
                return await self._add(asked)  # Whoever types a UDID alone wants it added.
            raise Unclear(unknown(first.lower(), list(self._ways), "devices"))
        return await way(replace(asked, rest=asked.rest[1:]))

    async def _mine(self, asked: Asked) -> Message:
        return messages.mine(await self._own.of(asked.by))

    async def _all(self, asked: Asked) -> Message:
        if FULL in {word.lower() for word in words(asked.rest)}:
            return typed_messages.everybodys_udids(await self._devices.export(asked.by))
        page = await self._devices.newest(asked.by, limit=MOST_LISTED)
        return typed_messages.everybodys(
            page.newest, page.count, sees_udids=await self._devices.may_see_udids(asked.by)
        )

    async def _pending(self, asked: Asked) -> Reply:
        waiting = await self._approvals.pending(asked.by)
        return deciding_views.pending(waiting) if waiting else deciding_messages.none_waiting()

    async def _show_slots(self, asked: Asked) -> Message:
        ledgers = await self._slots.ledgers(asked.by)
        *name, last = words(asked.rest) or [""]
        page = int(last) if name and PAGE.fullmatch(last) else None
        named = " ".join(name if page is not None else [*name, last]).lower()
        if not named or not ledgers:
            return typed_messages.slots(ledgers, now())
        return typed_messages.places(named, *_family_meant(named, ledgers), page or 1)

    async def _add(self, asked: Asked) -> Reply:
        people = mentions(asked.rest, MentionKind.PERSON)
        owner_id = people[0].id if people else asked.user_id
        if owner_id != asked.user_id:
            await self._permissions.require(asked.by, Act.MANAGE_DEVICES)
        spoken = words(asked.rest)
        text = " ".join(spoken)
        name = " ".join(word for word in spoken if not _is_of_the_device(word))
        found = find(text)
        if not found.udids and not found.lookalikes:
            return await self._own.blank(owner_id, asked.by, name=name)
        claim = claim_of(text, name)
        handed = await self._own.hand_in([claim], slack(owner_id), asked.by)
        if not handed.claimed:
            raise NotNow(handed.refused[0])
        await self._own.tell_owner(handed.claimed[0].sheet, asked.by)
        return messages.handed_in(handed.claimed)

    async def _rename(self, asked: Asked) -> Message:
        ways = _old_and_new(words(asked.rest))
        if not ways:
            raise Unclear(f"Say which, and its new name: {example('devices rename OLD to NEW')}")
        sheet, place = await self._first_meant([old for old, _ in ways], asked.by)
        _, new = ways[place]
        renamed = await self._devices.rename(sheet.id, new, asked.by)
        return typed_messages.done(messages.renamed(renamed))

    async def _first_meant(self, names: Sequence[str], by: Actor) -> tuple[DeviceSheet, int]:
        """Return the device that the first of some names means, and which name that was."""
        for place, name in enumerate(names):
            try:
                return await self._devices.meant(name, by), place
            except Unclear:
                if place == len(names) - 1:
                    raise
        raise AssertionError("There is no name.")

    async def _hand_over(self, asked: Asked) -> Message:
        people = mentions(asked.rest, MentionKind.PERSON)
        if not people:
            how = example("devices hand over NAME to @somebody")
            raise Unclear(f"Say which device, and to whom: {how}")
        sheet = await self._named(asked.rest, asked, "hand over")
        after = await self._devices.hand_over(sheet.id, slack(people[0].id), asked.by)
        await self._own.tell_owner(after, asked.by)
        return typed_messages.done(messages.handed_over(after))

    async def _disable(self, asked: Asked) -> Message:
        sheet = await self._named(asked.rest, asked, "disable")
        return typed_messages.done(
            messages.switched(await self._devices.disable(sheet.id, asked.by))
        )

    async def _enable(self, asked: Asked) -> Message:
        sheet = await self._named(asked.rest, asked, "enable")
        return typed_messages.done(
            messages.switched(await self._devices.enable(sheet.id, asked.by))
        )

    async def _import(self, asked: Asked) -> Message:
        await self._permissions.require(asked.by, Act.MANAGE_DEVICES)
        return list_messages.how()

    async def _export(self, asked: Asked) -> Message:
        await self._permissions.require(asked.by, Act.SEE_UDIDS)
        return typed_messages.how_to_export()

    async def _named(self, rest: Sequence[Token], asked: Asked, way: str) -> DeviceSheet:
        names = readings(words(rest), FILLERS)
        if not names[-1]:
            raise Unclear(f"Say which device: {example(f'devices {way} NAME')}")
        sheet, _ = await self._first_meant(names, asked.by)
        return sheet


def _family_meant(named: str, ledgers: Sequence[TeamLedger]) -> tuple[TeamLedger, FamilyLedger]:
    """
    Return the team and the family that `iphone`, or `iphone TEAM` where there are several, means.

    Raise Unclear for none, and for several.
    """
    several = [(team, family) for team in ledgers for family in team.families]
    ways = [{family.name.lower(), f"{family.name} {team.team}".lower()} for team, family in several]
    found = [one for one, names in zip(several, ways, strict=True) if named in names]
    if len(found) == 1:
        return found[0]
    if found:
        teams = ", ".join(team.team for team, _ in found)
        raise Unclear(f"Say of which team as well: {teams}.")
    there = list(dict.fromkeys(family.name.lower() for _, family in several))
    if not there:
        raise Unclear("No place is taken, so nobody has one.")
    raise Unclear(unknown(named[:60], there, "devices slots"))


def _is_of_the_device(word: str) -> bool:
    """Return whether a word names the device itself: its UDID, its model, or is put before it."""
    found = find(word)
    return bool(
        found.udids or found.lookalikes or found.models or word.lower().strip(":") == "udid"
    )


def _old_and_new(spoken: Sequence[str]) -> list[tuple[str, str]]:
    """Return how two names may be parted: at each `to`; two words need none."""
    if len(spoken) == OLD_AND_NEW:
        return [(spoken[0], spoken[1])]
    places = [place for place, word in enumerate(spoken) if word.lower() == "to"]
    # The first `to` comes last: a complaint is about the last reading.
    ways = [(" ".join(spoken[:place]), " ".join(spoken[place + 1 :])) for place in places[::-1]]
    return [(old, new) for old, new in ways if old and new]
