"""Covering: a release is signed for people's phones before they are told of it."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from provisioning.actors import CLOCK
from provisioning.devices.approvals import Approvals
from provisioning.devices.waves import ENDED, Waves
from provisioning.distributing.coverage import Cover, Coverage, coverage
from provisioning.distributing.rebuilds import Rebuilds
from provisioning.ports import Engine
from storage.catalog import distributions, recipients, releases, waves
from storage.catalog.database import Database, Session
from storage.records.distribution import (
    Distribution,
    DistributionState,
    Recipient,
    RecipientState,
)
from storage.records.wave import Wave

BEING_SIGNED: Final = "It is being signed for their phone."
NOT_SIGNED: Final = "It is not signed for their phone yet."
COULD_NOT: Final = "It could not be signed for their phone: {why}"

#: Whoever stands so hears of the release once it is signed for their phone, and not before.
HELD: Final = frozenset({Cover.READY, Cover.COMING})

_ENDED: Final = frozenset({DistributionState.DONE, DistributionState.FAILED})


class Covering:
    """
    Finds out whose phones a release has to be signed for, and who waits for that.

    Each method may run twice. What no connected team can sign is left as it is: nobody waits, and
    where phones are missing in it a new build is asked for.
    """

    def __init__(
        self,
        database: Database,
        approvals: Approvals,
        waves_: Waves,
        rebuilds: Rebuilds,
        engine: Engine,
        *,
        organization_id: str,
    ) -> None:
        self._database = database
        self._approvals = approvals
        self._waves = waves_
        self._rebuilds = rebuilds
        self._engine = engine
        self._organization_id = organization_id

    async def cover(self, distribution_id: str, recipient_ids: Sequence[str]) -> list[str]:
        """
        Let a release be signed for whoever gets it by an act; return the waves to wait for first.

        Of *recipient_ids*, those are held who would wait longer than for a wave; with an act that
        does not wait, also those who wait for one.
        """
        act, testers = await self._about(distribution_id, recipient_ids)
        found = await self._stands(act.release_id, testers)
        if found is None:
            await self._rebuilds.want(act.release_id, CLOCK)
            return []
        unasked = [device for one in found.testers.values() for device in one.unasked]
        if unasked:
            await self._approvals.ask(unasked, CLOCK)
        waits = act.waits and act.notify
        stands = await self._hold(
            act.release_id, recipient_ids, testers, {Cover.COMING} if waits else HELD, BEING_SIGNED
        )
        if Cover.READY not in stands:
            return []
        wave_id = await self._waves.want(found.team_id, found.bundle_id, CLOCK)
        if not waits:
            return []
        await self._turn(distribution_id, DistributionState.SIGNING)
        return [wave_id]

    async def have_ended(self, wave_ids: Sequence[str]) -> bool:
        """Return whether waves have ended, well or not; one that is gone has."""
        async with self._database.reading() as session:
            found = await waves.those(session, wave_ids)
        return all(wave.state in ENDED for wave in found)

    async def go_on(
        self, distribution_id: str, recipient_ids: Sequence[str], wave_ids: Sequence[str]
    ) -> None:
        """Hold whom waiting did not help, with why: they are told when it is signed for them."""
        act, testers = await self._about(distribution_id, recipient_ids)
        async with self._database.reading() as session:
            why = _why(await waves.those(session, wave_ids))
        await self._hold(act.release_id, recipient_ids, testers, HELD, why)
        await self._turn(distribution_id, DistributionState.UNDERWAY)

    async def after(self, wave_id: str) -> None:
        """Begin to tell those who were held until a wave ended, of each of its app's releases."""
        live = await self._waves.live_in(wave_id)
        async with self._database.reading() as session:
            wanted = await recipients.releases_held(session, live)
        for release_id in wanted:
            await self._engine.start("tell_held", f"{wave_id}@{release_id}")

    async def due(self, subject: str) -> dict[str, list[str]]:
        """
        Return which of those who are held for a release can install it after a wave.

        *subject* is `wave id@release id`. The others learn why not. That is plain data: the
        `recipients` who can, or for whom there is nothing to wait for any more, and the `acts` that
        any of them got it by.
        """
        wave_id, _, release_id = subject.partition("@")
        async with self._database.writing() as session:
            await releases.lock(session, release_id)
            held = await recipients.held(session, release_id)
            why = _why(await waves.those(session, [wave_id]))
            testers = {one.tester_id for one in held}
            found = await coverage(session, self._organization_id, release_id, testers)
            if found is None:
                return {"recipients": [], "acts": []}
            await _explain(session, held, found, why)
        free = [one.id for one in held if found.testers[one.tester_id].cover not in HELD]
        return {"recipients": free, "acts": sorted({one.distribution_id for one in held})}

    async def free(self, recipient_ids: Sequence[str]) -> None:
        """Let people be told who were held."""
        async with self._database.writing() as session:
            await recipients.move(
                session, recipient_ids, RecipientState.HELD, RecipientState.WAITING
            )

    async def _about(
        self, distribution_id: str, recipient_ids: Collection[str]
    ) -> tuple[Distribution, set[str]]:
        """Return an act with the testers it has a word for, or gave the release without one."""
        async with self._database.reading() as session:
            act = await distributions.get(session, distribution_id)
            given = await recipients.of_releases(session, [act.release_id])
        wanted, untold = set(recipient_ids), {RecipientState.SILENT, RecipientState.ON_PAGE}
        return act, {
            one.tester_id
            for one in given
            if one.id in wanted or (one.state in untold and one.distribution_id == act.id)
        }

    async def _stands(self, release_id: str, tester_ids: Collection[str]) -> Coverage | None:
        async with self._database.reading() as session:
            return await coverage(session, self._organization_id, release_id, tester_ids)

    async def _hold(
        self,
        release_id: str,
        recipient_ids: Collection[str],
        tester_ids: Collection[str],
        covers: Collection[Cover],
        why: str,
    ) -> set[Cover]:
        """
        Hold those for whom the release stands so; return how it stands for anybody.

        It is locked meanwhile, so that a wave which ends just now finds them held, or signed.
        """
        async with self._database.writing() as session:
            await releases.lock(session, release_id)
            found = await coverage(session, self._organization_id, release_id, tester_ids)
            if found is None:
                return set()
            wanted = set(recipient_ids)
            given = await recipients.of_releases(session, [release_id])
            by_reason: dict[str, list[str]] = {}
            for one in given:
                stands = found.testers.get(one.tester_id)
                if one.id in wanted and stands is not None and stands.cover in covers:
                    by_reason.setdefault(stands.sentence or why, []).append(one.id)
            await _move(session, RecipientState.WAITING, by_reason)
        return {stands.cover for stands in found.testers.values()}

    async def _turn(self, distribution_id: str, state: DistributionState) -> None:
        async with self._database.writing() as session:
            act = await distributions.get(session, distribution_id)
            if act.state not in _ENDED:
                act.state = state
                session.add(act)


async def _explain(session: Session, held: Sequence[Recipient], found: Coverage, why: str) -> None:
    """Write down what those wait for by now who are held on."""
    by_reason: dict[str, list[str]] = {}
    for one in held:
        stands = found.testers[one.tester_id]
        if stands.cover in HELD:
            by_reason.setdefault(stands.sentence or why, []).append(one.id)
    await _move(session, RecipientState.HELD, by_reason)


async def _move(
    session: Session, state: RecipientState, by_reason: Mapping[str, list[str]]
) -> None:
    for reason, ids in by_reason.items():
        await recipients.move(session, ids, state, RecipientState.HELD, reason)


def _why(ended: Sequence[Wave]) -> str:
    """Return why waves did not help somebody whose phone Apple has."""
    reasons = [wave.reason for wave in ended if wave.state in ENDED and wave.reason]
    if not reasons:
        return NOT_SIGNED
    return COULD_NOT.format(why=" ".join(dict.fromkeys(reasons)))
