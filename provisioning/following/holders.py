"""Holders: how far each person is with a release, from what they were told to what they have."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from provisioning.actors import Act, Actor
from provisioning.installing.installabilities import GivenVerdicts, Installabilities
from provisioning.installing.verdict import InstallVerdict
from provisioning.people.audience import Audience, Gathered, Member
from provisioning.people.permissions import Permissions, Where
from storage.catalog import groups, holders, releases
from storage.catalog.database import Database, Session
from storage.catalog.holders import Having as Having  # noqa: PLC0414 - who asks for holders has it
from storage.catalog.holders import HolderFacts, HolderRow, HoldersAsked, HoldersFound
from storage.catalog.releases import ReleaseBasis
from storage.errors import NotFound
from storage.records.base import now
from storage.records.release import ReleaseState

#: Nobody is reminded of the same release twice within this time.
ONCE_IN: Final = timedelta(hours=24)
#: Whoever was seen fetching it so lately may be at it.
AT_IT: Final = timedelta(minutes=10)
#: So many are listed of each way to stand: more names find no room in a message.
FIRST: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldingPerson:
    """
    One person, and how far they are with a release.

    `cannot` is why they cannot install it who otherwise would; None for anybody else. `reason` is
    why they could not be told, or wait. `seen_at` is when something was last seen of them, and
    `complained` that they ever said that it does not install: a page of everybody knows both.
    """

    name: str
    facts: HolderFacts
    tester_id: str | None = None
    cannot: InstallVerdict | None = None
    reason: str = ""
    seen_at: datetime | None = None
    complained: bool = False

    @property
    def having(self) -> Having:
        return self.facts.having


@dataclass(frozen=True, slots=True, kw_only=True)
class HolderList:
    """
    How many are how far with a release, and some of them.

    `counts` says of everybody how many are alike, and `people` are those that are shown, the
    furthest first, those who cannot install it after the told. `is_elsewhere`: an external build,
    of which nobody sees here whether it was fetched. `remindable`: whoever asked may remind them,
    and nothing was taken back from all. `group` is the name of the group that was asked about, and
    `shortfall` whom Slack did not tell of.
    """

    release_id: str
    counts: Mapping[HolderFacts, int]
    people: tuple[HoldingPerson, ...]
    is_elsewhere: bool = False
    remindable: bool = False
    group_id: str = ""
    group: str = ""
    shortfall: str = ""

    @property
    def count(self) -> int:
        return sum(self.counts.values())

    @property
    def stuck(self) -> int:
        """How many would install it and cannot."""
        return sum(count for facts, count in self.counts.items() if facts.cannot)

    def how_many(self, having: Having) -> int:
        """Return how many are so far, without those who cannot install it."""
        return sum(
            count
            for facts, count in self.counts.items()
            if facts.having is having and not facts.cannot
        )

    def those(self, having: Having) -> tuple[HoldingPerson, ...]:
        """Return those that are shown of them."""
        return tuple(one for one in self.people if one.having is having and not one.facts.cannot)

    def those_stuck(self) -> tuple[HoldingPerson, ...]:
        return tuple(one for one in self.people if one.facts.cannot)


@dataclass(frozen=True, slots=True, kw_only=True)
class HolderScope:
    """Of which release it is asked, and of whom: everybody, or a group as Slack tells of it now."""

    release_id: str
    basis: ReleaseBasis
    verdicts: GivenVerdicts
    group_id: str = ""
    group: str = ""
    gathered: Gathered | None = None

    @property
    def inside(self) -> list[str] | None:
        if self.gathered is None:
            return None
        return [one.tester_id for one in self.gathered.members if one.tester_id]

    def asked(self, at: datetime) -> HoldersAsked:
        return HoldersAsked(
            release_id=self.release_id,
            app_id=self.basis.app_id,
            cannot=not self.verdicts.common.can,
            excepted=self.verdicts.excepted,
            seen_since=at - AT_IT,
            reminded_since=at - ONCE_IN,
            reported_since=at - ONCE_IN,
            inside=self.inside,
        )


class Holders:
    """Answers who has a release. Whoever may not see it is told so: NotAllowed."""

    def __init__(
        self,
        database: Database,
        permissions: Permissions,
        audience: Audience,
        installabilities: Installabilities,
    ) -> None:
        self._database = database
        self._permissions = permissions
        self._audience = audience
        self._installabilities = installabilities

    async def of(self, release_id: str, by: Actor, group_id: str = "") -> HolderList:
        """Return the first of each way to stand, of a group or all. Raise NotAllowed, NotFound."""
        scope, remindable = await self._allowed(release_id, by, group_id)
        async with self._database.reading() as session:
            found = await holders.first(session, scope.asked(now()), limit=FIRST)
            never = await _never(session, scope)
        return _list(scope, found, never, never[:FIRST], remindable=remindable)

    async def page(
        self, release_id: str, by: Actor, group_id: str, *, after: int, limit: int
    ) -> HolderList:
        """Return some of everybody after so many others. Raise NotAllowed, NotFound."""
        scope, remindable = await self._allowed(release_id, by, group_id)
        async with self._database.reading() as session:
            found = await holders.page(session, scope.asked(now()), after=after, limit=limit)
            never = await _never(session, scope)
        first = max(after - sum(found[0].values()), 0)
        last = first + limit - len(found[1])
        return _list(scope, found, never, never[first:last], remindable=remindable)

    async def scope(self, release_id: str, group_id: str) -> HolderScope:
        """Return of whom it is asked. Raise NotFound for a release or a group that is gone."""
        async with self._database.reading() as session:
            basis = await releases.basis(session, release_id)
        return await self._scope(release_id, basis, group_id)

    async def _allowed(self, release_id: str, by: Actor, group_id: str) -> tuple[HolderScope, bool]:
        """Return of whom it is asked, and whether they can be reminded by whoever asks."""
        async with self._database.reading() as session:
            basis = await releases.basis(session, release_id)
        where = Where(app_id=basis.app_id, group_id=group_id)
        may = await self._permissions.allowed(by, {Act.SEE_HOLDERS, Act.NUDGE}, where)
        if Act.SEE_HOLDERS not in may:
            await self._permissions.require(by, Act.SEE_HOLDERS, where)
        remindable = Act.NUDGE in may and basis.state is ReleaseState.LIVE and basis.enabled
        return await self._scope(release_id, basis, group_id), remindable

    async def _scope(self, release_id: str, basis: ReleaseBasis, group_id: str) -> HolderScope:
        group, gathered = "", None
        if group_id:
            async with self._database.reading() as session:
                there = (await groups.those(session, [group_id])).get(group_id)
            if there is None:
                raise NotFound("There is no such group any more.")
            group, gathered = there.name, await self._audience.of([group_id])
        return HolderScope(
            release_id=release_id,
            basis=basis,
            verdicts=await self._installabilities.verdicts(release_id),
            group_id=group_id,
            group=group,
            gathered=gathered,
        )


async def holders_in(session: Session, scope: HolderScope) -> HolderList:
    """Return everybody, as the records have it in this unit of work."""
    found = await holders.everybody(session, scope.asked(now()))
    never = await _never(session, scope)
    return _list(scope, found, never, never)


def _list(
    scope: HolderScope,
    found: HoldersFound,
    never: Sequence[Member],
    shown: Sequence[Member],
    *,
    remindable: bool = False,
) -> HolderList:
    counts, rows = found
    unknown = [HoldingPerson(name=one.name, facts=NEVER, tester_id=one.tester_id) for one in shown]
    return HolderList(
        release_id=scope.release_id,
        counts=Counter(counts) + Counter({NEVER: len(never)}),
        people=(*(_person(row, scope.verdicts) for row in rows), *unknown),
        is_elsewhere=scope.basis.is_external,
        remindable=remindable,
        group_id=scope.group_id,
        group=scope.group,
        shortfall=scope.gathered.shortfall if scope.gathered else "",
    )


def _person(row: HolderRow, verdicts: GivenVerdicts) -> HoldingPerson:
    return HoldingPerson(
        name=row.name,
        facts=row.facts,
        tester_id=row.tester_id,
        cannot=verdicts.of(row.tester_id) if row.facts.cannot else None,
        reason=row.reason,
        seen_at=row.seen_at,
        complained=row.complained,
    )


async def _never(session: Session, scope: HolderScope) -> list[Member]:
    """Return those of a group, by name, who were never given the release."""
    if scope.gathered is None:
        return []
    known = await holders.given(session, scope.release_id, scope.inside or ())
    never = [one for one in scope.gathered.members if one.tester_id not in known]
    return sorted(never, key=lambda one: (one.name, one.tester_id or ""))


#: What counts of whoever was never given a release.
NEVER: Final = HolderFacts(
    having=Having.NEVER,
    cannot=False,
    active=True,
    current=False,
    on_page=False,
    muted=False,
    reminded=False,
    lately=False,
    unmeasured=False,
    reported=False,
)
