"""Repeats: what went out is told once more, to those who did not hear of it."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

from provisioning.actors import Act, Actor
from provisioning.distributing.asking import Taken
from provisioning.distributing.planning import HAVE_IT
from provisioning.errors import AlreadyDone
from provisioning.people.permissions import Permissions, Where
from provisioning.ports import Engine
from provisioning.releases import lifecycle
from storage.catalog import destinations, distributions, recipients, releases
from storage.catalog.database import Database, Session
from storage.errors import AlreadyExists, Stale
from storage.records.distribution import (
    Distribution,
    DistributionState,
    Recipient,
    RecipientState,
    Target,
)
from storage.records.release import ReleaseState

#: Nobody is left out who stands so: they have it, or it was taken back from them.
_SETTLED = HAVE_IT | {RecipientState.WITHDRAWN}

Written = TypeVar("Written", Distribution, Taken)


class Repeats:
    """Writes down acts about destinations that are there already."""

    def __init__(
        self,
        database: Database,
        permissions: Permissions,
        engine: Engine,
        *,
        organization_id: str,
    ) -> None:
        self._database = database
        self._permissions = permissions
        self._engine = engine
        self._organization_id = organization_id

    async def again(self, distribution_id: str, by: Actor, key: str) -> Distribution:
        """
        Try to tell those whom a distribution did not reach.

        Raise NotAllowed, NotFound, and AlreadyDone when there is nobody left to tell.
        """
        async with self._database.reading() as session:
            before = await distributions.get(session, distribution_id)
            rows = await destinations.of_distributions(session, [distribution_id])
            release = await releases.get(session, before.release_id)
            known = await distributions.of_key(session, key)
            shares = await recipients.of_releases(session, [before.release_id])
        await self._permissions.require(by, Act.DISTRIBUTE, Where(app_id=release.app_id))
        if known is None and not _is_short(before, shares, returns=any(a.returns for a, _ in rows)):
            raise AlreadyDone(
                f"Everybody has heard of release {release.number} by now.", number=release.number
            )
        made = Distribution(
            key=key,
            release_id=before.release_id,
            requested_by=by.reference,
            mandatory=before.mandatory,
            notify=before.notify,
            waits=before.waits,
            renews=False,
            because=before.because,
        )
        aims = [
            aim.model_copy(update={"returns": aim.returns and lifecycle.is_current(row)})
            for aim, row in rows
        ]
        adding = self._added(made, aims, by, again=before.id)
        distribution = await self._once(key, adding, distributions.of_key)
        await self._engine.start("distribute", distribution.id)
        return distribution

    async def tell(self, release_id: str, by: Actor, key: str) -> Distribution:
        """
        Tell those who were given a release without a word.

        Raise NotAllowed, NotFound, NotNow for a release that is not live any more, and AlreadyDone
        when there is nobody left to tell.
        """
        async with self._database.reading() as session:
            release = await releases.get(session, release_id)
            known = await distributions.of_key(session, key)
            counted = await recipients.counts(session, [release_id])
            silent = [
                (act, target)
                for act, target in await distributions.with_targets(session, release_id)
                if not act.notify
            ]
            rows = await destinations.of_releases(session, [release_id])
        await self._permissions.require(by, Act.DISTRIBUTE, Where(app_id=release.app_id))
        current = {row.id for row in rows if lifecycle.is_current(row)}
        aims = {
            target.destination_id: Target(
                distribution_id=target.distribution_id, destination_id=target.destination_id
            )
            for _, target in silent
            if target is not None and target.destination_id in current
        }
        left = counted.get(release_id, {}).get(RecipientState.SILENT, 0)
        if known is None and not (left and aims):
            raise AlreadyDone(
                f"There is nobody left to tell of release {release.number}.", number=release.number
            )
        made = Distribution(
            key=key,
            release_id=release_id,
            requested_by=by.reference,
            mandatory=any(act.mandatory for act, _ in silent),
            notify=True,
            renews=False,
        )
        adding = self._added(made, list(aims.values()), by, told=True)
        distribution = await self._once(key, adding, distributions.of_key)
        await self._engine.start("distribute", distribution.id)
        return distribution

    async def _once(
        self,
        key: str,
        writing: Awaitable[Written],
        find: Callable[[Session, str], Awaitable[Written | None]],
    ) -> Written:
        """Write an act down, or return the one of that key which was written at the same time."""
        try:
            return await writing
        except (AlreadyExists, Stale):
            # Of a click that came twice at once, the later one sees a release that was changed.
            async with self._database.reading() as session:
                found = await find(session, key)
            if found is None:
                raise
            return found

    async def _added(
        self,
        made: Distribution,
        aims: Sequence[Target],
        by: Actor,
        **detail: Any,  # noqa: ANN401 - what the audit keeps, as JSON knows it
    ) -> Distribution:
        """Write down one more act about destinations there are. Raise Stale for a late one."""
        async with self._database.writing() as session:
            known = await distributions.of_key(session, made.key)
            if known is not None:
                return known
            session.add(made)
            await session.flush()
            own = [one.model_copy(update={"distribution_id": made.id}) for one in aims]
            await destinations.aim(session, own)
            release = await releases.get(session, made.release_id)
            lifecycle.require_enabled(release)
            await lifecycle.turn(
                session,
                release,
                ReleaseState.LIVE,
                by=by,
                organization_id=self._organization_id,
                **detail,
            )
        return made


def _is_short(act: Distribution, shares: Sequence[Recipient], *, returns: bool) -> bool:
    """
    Return whether an act left out somebody whom no other has reached since.

    That they heard of the release before does not count where it *returns*.
    """
    reached = {
        one.tester_id
        for one in shares
        if one.state in _SETTLED and not (returns and one.created_at < act.created_at)
    }
    left = any(one.distribution_id == act.id and one.tester_id not in reached for one in shares)
    return left or bool(act.shortfall) or act.state is DistributionState.FAILED
