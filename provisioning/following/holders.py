"""Holders: how far each person is with a release, from what they were told to what they have."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from provisioning.actors import Act, Actor
from provisioning.installing.installabilities import Installabilities
from provisioning.installing.verdict import InstallVerdict
from provisioning.people.audience import Audience, Gathered
from provisioning.people.permissions import Permissions, Where
from storage.catalog import groups, holders, releases, troubles
from storage.catalog.database import Database, Session
from storage.catalog.holders import HolderRow, SeenRow
from storage.errors import NotFound
from storage.records.distribution import RecipientState
from storage.records.release import ReleaseState
from storage.records.trouble import TroubleReport


class Having(StrEnum):
    """How far somebody is, the furthest first."""

    HAS = "has"  #: Their phone has every byte.
    BEGAN = "began"  #: Their phone began to fetch it.
    OPENED = "opened"
    TOLD = "told"  #: They were told, and nothing was seen of them since.
    WAITING = "waiting"  #: They are being told.
    HELD = "held"  #: They are told once it is signed for their phone.
    ON_PAGE = "on page"  #: They see it on their own page: nothing else leads to them.
    UNREACHABLE = "unreachable"
    SILENT = "silent"  #: They may install it, and nobody told them.
    LOST = "lost"  #: It was taken back from them.
    NEVER = "never"  #: They are in the group that was asked about, and were never given it.


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldingPerson:
    """
    One person, and how far they are with a release.

    `reason` is why they could not be told, or wait. It is `current` for them where no newer release
    took its place. `verdict` is whether they can install it at all, `report` what they last said
    who could not, and `seen_at` when something was last seen of them. `unmeasured`: a proxy sent
    them the package, and does not tell how much arrived. `on_page`: no message reaches them.
    """

    name: str
    having: Having
    tester_id: str | None = None
    slack_id: str | None = None
    active: bool = True
    current: bool = False
    reason: str = ""
    verdict: InstallVerdict | None = None
    report: TroubleReport | None = None
    seen_at: datetime | None = None
    unmeasured: bool = False
    on_page: bool = False

    @property
    def cannot(self) -> InstallVerdict | None:
        """Return why they cannot install it who otherwise would; None for anybody else."""
        if self.having not in _COULD or self.verdict is None or self.verdict.can:
            return None
        return self.verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class HolderList:
    """
    Everybody of whom something is known, by name.

    `is_elsewhere`: an external build, of which nobody sees here whether it was fetched.
    `remindable`: whoever asked may remind them, and nothing was taken back from all. `group` is
    the name of the group that was asked about, and `shortfall` whom Slack did not tell of.
    """

    release_id: str
    app_id: str
    people: tuple[HoldingPerson, ...]
    is_elsewhere: bool = False
    remindable: bool = False
    group_id: str = ""
    group: str = ""
    shortfall: str = ""

    def those(self, having: Having) -> tuple[HoldingPerson, ...]:
        """Return those who are so far, without those who cannot install it."""
        return tuple(one for one in self.people if one.having is having and one.cannot is None)

    @property
    def stuck(self) -> tuple[HoldingPerson, ...]:
        """Those who would install it and cannot."""
        return tuple(one for one in self.people if one.cannot is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Of whom it is asked: everybody, or those in a group, as Slack tells of them now."""

    group_id: str = ""
    group: str = ""
    gathered: Gathered | None = None


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
        """Return who has a release, of a group or of all. Raise NotAllowed, NotFound."""
        async with self._database.reading() as session:
            app_id = (await releases.get(session, release_id)).app_id
        where = Where(app_id=app_id, group_id=group_id)
        may = await self._permissions.allowed(by, {Act.SEE_HOLDERS, Act.NUDGE}, where)
        if Act.SEE_HOLDERS not in may:
            await self._permissions.require(by, Act.SEE_HOLDERS, where)
        scope = await self.scope(group_id)
        verdicts = await self._installabilities.verdicts(release_id)
        async with self._database.reading() as session:
            found = await holders_in(session, release_id, verdicts, scope)
        return replace(found, remindable=found.remindable and Act.NUDGE in may)

    async def scope(self, group_id: str) -> Scope:
        """Return of whom it is asked. Raise NotFound for a group that is gone."""
        if not group_id:
            return Scope()
        async with self._database.reading() as session:
            group = (await groups.those(session, [group_id])).get(group_id)
        if group is None:
            raise NotFound("There is no such group any more.")
        gathered = await self._audience.of([group_id])
        return Scope(group_id=group_id, group=group.name, gathered=gathered)


async def holders_in(
    session: Session, release_id: str, verdicts: Mapping[str, InstallVerdict], scope: Scope
) -> HolderList:
    """Return who has a release, as the records have it in this unit of work."""
    release, _, build, _ = await releases.in_full(session, release_id)
    rows = await holders.shares(session, release_id)
    seen = await holders.seen(session, release_id)
    reports = await troubles.of_release(session, release_id)
    people: Iterable[HoldingPerson] = (
        _holder(row, seen.get(row.tester_id), verdicts.get(row.tester_id), reports) for row in rows
    )
    shortfall = ""
    if scope.gathered is not None:
        people = _inside(tuple(people), scope.gathered)
        shortfall = scope.gathered.shortfall
    return HolderList(
        release_id=release_id,
        app_id=release.app_id,
        people=tuple(people),
        is_elsewhere=build.link is not None,
        remindable=release.state is ReleaseState.LIVE and release.enabled,
        group_id=scope.group_id,
        group=scope.group,
        shortfall=shortfall,
    )


def _holder(
    row: HolderRow,
    seen: SeenRow | None,
    verdict: InstallVerdict | None,
    reports: Mapping[str, TroubleReport],
) -> HoldingPerson:
    having = having_of(row, seen)
    return HoldingPerson(
        name=row.name,
        having=having,
        tester_id=row.tester_id,
        slack_id=row.slack_id,
        active=row.active,
        current=row.current,
        reason=row.reason if having in _REASONED else "",
        verdict=verdict,
        report=reports.get(row.tester_id),
        seen_at=seen.last_at if seen else None,
        unmeasured=seen.unmeasured if seen else False,
        on_page=row.state is RecipientState.ON_PAGE,
    )


def having_of(row: HolderRow, seen: SeenRow | None) -> Having:
    """Return how far somebody is."""
    if not row.entitled:
        return Having.LOST
    if seen is not None and seen.complete:
        return Having.HAS
    if seen is not None and seen.began:
        return Having.BEGAN
    if seen is not None and seen.opened:
        return Having.OPENED
    return _OF_STATE.get(row.state, Having.LOST)


def _inside(people: Collection[HoldingPerson], gathered: Gathered) -> list[HoldingPerson]:
    """Return those who are in a group, with those of it who were never given the release."""
    ids = {one.tester_id for one in gathered.members if one.tester_id}
    known = {one.tester_id for one in people}
    never = [
        HoldingPerson(
            name=one.name, having=Having.NEVER, tester_id=one.tester_id, slack_id=one.slack_id
        )
        for one in gathered.members
        if one.tester_id is None or one.tester_id not in known
    ]
    inside = [one for one in people if one.tester_id in ids]
    return sorted([*inside, *never], key=lambda one: (one.name, one.tester_id or ""))


_OF_STATE = {
    RecipientState.TOLD: Having.TOLD,
    RecipientState.SILENT: Having.SILENT,
    RecipientState.ON_PAGE: Having.ON_PAGE,
    RecipientState.WAITING: Having.WAITING,
    RecipientState.HELD: Having.HELD,
    RecipientState.UNREACHABLE: Having.UNREACHABLE,
}

#: Those of whom it matters whether they can install it. Of the others something else is said.
_COULD = frozenset({Having.BEGAN, Having.OPENED, Having.TOLD, Having.SILENT, Having.ON_PAGE})

#: Of these their own row says why.
_REASONED = frozenset({Having.UNREACHABLE, Having.HELD})
