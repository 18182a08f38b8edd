"""Who can install what, read for sets of people and releases by a constant number of questions."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from provisioning.devices.programs import is_signable
from provisioning.installing.editions import Edition, SignedBuild, edition
from provisioning.installing.fitness import other_team, why_not_resignable
from provisioning.installing.held_devices import HeldDevice
from provisioning.installing.installability import Phone
from provisioning.installing.readiness import NOT_COUNTED, Readiness, readiness
from provisioning.installing.verdict import InstallVerdict, Judge, verdict
from provisioning.releases.cards import ReleaseCard
from provisioning.releases.lifecycle import Standing
from storage.catalog import devices, recipients, releases, variants
from storage.catalog.database import Database, Session
from storage.catalog.devices import DeviceStanding
from storage.catalog.releases import Sheet
from storage.catalog.variants import VariantSigning
from storage.errors import NotFound
from storage.inspection.facts import Facts
from storage.records.base import now


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedRelease:
    """What a release serves one person: the facts of their very file, and whether it installs."""

    facts: Facts
    verdict: InstallVerdict


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenVerdicts:
    """
    Whether each of those who were given a release can install it.

    `own` are the verdicts by tester, where devices make a difference; `common` is of all whose
    devices were not looked at.
    """

    common: InstallVerdict
    own: Mapping[str, InstallVerdict]

    def of(self, tester_id: str) -> InstallVerdict:
        return self.own.get(tester_id, self.common)

    @property
    def excepted(self) -> list[str]:
        """Those who can install it where others cannot, or cannot where others can."""
        return [one for one, given in self.own.items() if given.can != self.common.can]


class Installabilities:
    """Reads verdicts as the records are now. It asks as often for one person as for hundreds."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of_card(self, card: ReleaseCard) -> Readiness:
        """Return the same as `of_release`, of a live release that somebody was given."""
        if card.standing is not Standing.LIVE or not card.people:
            return NOT_COUNTED
        return await self.of_release(card.release_id)

    async def of_release(self, release_id: str) -> Readiness:
        """Return how many of those who were given a release can install it."""
        async with self._database.reading() as session:
            read = await _read(session, [release_id])
            if release_id not in read.builds:
                return NOT_COUNTED
            build = read.builds[release_id]
            if build.is_alike_for_all:
                people = await recipients.count_entitled(session, release_id)
                return readiness(build, Counter({Judge(build).verdict(()).code: people}))
            verdicts = await _verdicts(session, release_id, read)
        return readiness(build, Counter(one.code for one in verdicts.own.values()))

    async def verdicts(self, release_id: str) -> GivenVerdicts:
        """Return whether those who were given a release can install it. Raise NotFound."""
        async with self._database.reading() as session:
            read = await _read(session, [release_id])
            if release_id not in read.builds:
                raise NotFound("There is no such release.")
            return await _verdicts(session, release_id, read)

    async def of_people(self, release_id: str, tester_ids: Sequence[str | None]) -> Readiness:
        """Return how many of some people could install a release; None is nobody we know."""
        known = [one for one in tester_ids if one is not None]
        async with self._database.reading() as session:
            read = await _read(session, [release_id])
            found = await devices.standings(session, known, read.team_ids)
        owned: dict[str | None, list[DeviceStanding]] = {}
        for one in found:
            owned.setdefault(one.tester_id, []).append(one)
        return read.readiness(release_id, [owned.get(one, []) for one in tester_ids])

    async def of_tester(
        self, tester_id: str, release_ids: Collection[str], *, phone: Phone | None = None
    ) -> dict[str, ServedRelease]:
        """
        Return what each release serves a tester; those that are not there are left out.

        *phone* is what they ask with, where a browser told.
        """
        async with self._database.reading() as session:
            read = await _read(session, release_ids)
            owned = await devices.standings(session, [tester_id], read.team_ids)
        return {one: read.served(one, owned, phone) for one in read.builds}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """What was read of releases: their builds, and whose team at Apple each is of, if any."""

    builds: dict[str, SignedBuild]
    teams: dict[str, str | None]

    @property
    def team_ids(self) -> set[str]:
        return {team_id for team_id in self.teams.values() if team_id is not None}

    def readiness(self, release_id: str, people: Iterable[Sequence[DeviceStanding]]) -> Readiness:
        build = self.builds.get(release_id)
        if build is None:
            return NOT_COUNTED
        judge, team_id = Judge(build), self.teams[release_id]
        given = (judge.verdict(_held(owned, team_id)).code for owned in people)
        return readiness(build, Counter(given))

    def served(
        self, release_id: str, owned: Sequence[DeviceStanding], phone: Phone | None
    ) -> ServedRelease:
        build, held = self.builds[release_id], _held(owned, self.teams[release_id])
        return ServedRelease(facts=build.served(held).facts, verdict=verdict(build, held, phone))


async def _read(session: Session, release_ids: Collection[str]) -> _Read:
    sheets = await releases.sheets(session, release_ids)
    signed: dict[str, list[VariantSigning]] = {}
    for one in await variants.signings(session, {sheet.build_id for sheet in sheets}):
        signed.setdefault(one.build_id, []).append(one)
    at = now()
    return _Read(
        builds={one.release_id: _build(one, signed.get(one.build_id, ()), at) for one in sheets},
        teams={one.release_id: one.team_id for one in sheets},
    )


async def _verdicts(session: Session, release_id: str, read: _Read) -> GivenVerdicts:
    """Judge the devices of those who may install a release, where they make any difference."""
    build, team_id = read.builds[release_id], read.teams[release_id]
    judge = Judge(build)
    given = (
        {}
        if build.is_alike_for_all
        else await devices.given_standings(session, release_id, read.team_ids)
    )
    return GivenVerdicts(
        common=judge.verdict(()),
        own={one: judge.verdict(_held(owned, team_id)) for one, owned in given.items()},
    )


def _build(one: Sheet, signed: Sequence[VariantSigning], at: datetime) -> SignedBuild:
    facts = Facts(**one.facts)
    return SignedBuild(
        own=edition(facts, at=at),
        variants=tuple(Edition(facts, at=at, signing=each.signing) for each in signed),
        hindrance=_hindrance(one, facts),
        is_prepared=one.is_prepared,
    )


def _hindrance(one: Sheet, facts: Facts) -> str:
    """Return why a build cannot be signed for more devices here; empty when it can."""
    unfit = why_not_resignable(facts, refusal=one.refusal or "", is_external=one.is_external)
    if unfit is not None:
        return unfit.sentence
    team_id = facts.signing.team_id
    if one.team_id is None or team_id is None:
        return other_team(facts, team_id or "without a name")
    if not is_signable(facts, team_id):
        return "It is signed for development, and only ad hoc builds are signed for more."
    return ""


def _held(owned: Sequence[DeviceStanding], team_id: str | None) -> list[HeldDevice]:
    """Return somebody's devices as they stand with one team."""
    found: dict[str, HeldDevice] = {}
    for one in owned:
        theirs = team_id is not None and one.team_id == team_id
        if one.device_id in found and not theirs:
            continue  # It is another team's word on a device that is there already.
        found[one.device_id] = HeldDevice(
            udid=one.udid,
            model=one.model,
            system_version=one.system_version,
            platform=one.platform,
            disabled=one.disabled,
            state=one.state if theirs else None,
            reason=(one.reason or "") if theirs else "",
        )
    return list(found.values())
