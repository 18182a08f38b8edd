"""Availability: a release that nobody can install for now, and that comes back as it was."""

from typing import Final

from provisioning.actors import Act, Actor
from provisioning.errors import AlreadyDone, Unclear
from provisioning.people.groups import change_of
from provisioning.people.people import People
from provisioning.people.permissions import Permissions, Where
from provisioning.ports import Engine
from provisioning.releases import edits, lifecycle
from provisioning.wording import moment
from storage.catalog import destinations, groups, releases
from storage.catalog.database import Database, Session
from storage.errors import Stale
from storage.records.base import now
from storage.records.destination import DestinationKind
from storage.records.edit import Edit, EditKind
from storage.records.release import Release, ReleaseState

SO: Final = "nobody can install it anyway"
#: Characters. Whoever looks at the announcement reads it.
LONGEST_WHY: Final = 500


def checked_why(text: str) -> str:
    """Return why a release is disabled, in one line, or nothing. Raise Unclear, `because`."""
    why = " ".join(text.split())
    if len(why) > LONGEST_WHY:
        raise Unclear(
            f"The reason has {len(why)} characters, and {LONGEST_WHY} are the most: people read it "
            "on the announcement.",
            field="because",
        )
    return why


class Availability:
    """
    Disables releases and enables them again. HockeyApp's status 1 and 2, App Center's `enabled`.

    Links answer with the records: those of a disabled release lead nowhere at once. Nothing is
    taken from anybody, and nobody is told.
    """

    def __init__(
        self,
        database: Database,
        permissions: Permissions,
        people: People,
        engine: Engine,
        *,
        organization_id: str,
    ) -> None:
        self._database = database
        self._permissions = permissions
        self._people = people
        self._engine = engine
        self._organization_id = organization_id

    async def require(self, release_id: str, by: Actor) -> Release:
        """Return a release that an actor may disable. Raise NotAllowed, NotFound, NotNow."""
        async with self._database.reading() as session:
            release = await releases.get(session, release_id)
        await self._permissions.require(by, Act.DISABLE, Where(app_id=release.app_id))
        lifecycle.require_open(release, SO)
        return release

    async def disable(self, release_id: str, because: str, by: Actor) -> Edit:
        """
        Let nobody install a release for now.

        Raise NotAllowed, NotFound, NotNow for one that is over, Unclear with the field `because`,
        and AlreadyDone with the name of who was first.
        """
        why = checked_why(because)
        return await self._switch(release_id, by, why, enabled=False)

    async def enable(self, release_id: str, by: Actor) -> Edit:
        """
        Let people install a release again by the links they have; raise as `disable` does.

        Whoever joined a group meanwhile gets it now, where it is what is current there.
        """
        return await self._switch(release_id, by, "", enabled=True)

    async def _switch(self, release_id: str, by: Actor, why: str, *, enabled: bool) -> Edit:
        await self.require(release_id, by)
        try:
            edit, changes = await self._switched(release_id, by, why, enabled=enabled)
        except Stale:
            raise await self._is_so_already(release_id, enabled=enabled) from None
        await self._engine.start("edit", edit.id)
        for change in changes:
            await self._engine.start("settle", change)
        return edit

    async def _switched(
        self, release_id: str, by: Actor, why: str, *, enabled: bool
    ) -> tuple[Edit, list[str]]:
        """
        Write it down; return the edit with the changes of groups that are to be followed.

        Raise Stale when it is so already.
        """
        own = self._organization_id
        async with self._database.writing() as session:
            await releases.lock(session, release_id)
            release = await releases.get(session, release_id)
            lifecycle.require_open(release, SO)
            if release.enabled is enabled:
                raise Stale
            if not enabled:
                await lifecycle.disable(session, release, why, by=by, organization_id=own)
                return await edits.write(session, release, EditKind.DISABLED, by, because=why), []
            await lifecycle.enable(session, release, by=by, organization_id=own)
            edit = await edits.write(session, release, EditKind.ENABLED, by)
            return edit, await self._let_joiners_have(session, release, by)

    async def _let_joiners_have(self, session: Session, release: Release, by: Actor) -> list[str]:
        """Return the changes of the groups where a release is current, which are to be followed."""
        if release.state is not ReleaseState.LIVE:
            return []
        return [
            change_of(
                row.target_id,
                await groups.changed(session, row.target_id, by=by.reference, at=now()),
            )
            for row in await destinations.of_releases(session, [release.id])
            if row.kind is DestinationKind.GROUP and lifecycle.is_current(row)
        ]

    async def _is_so_already(self, release_id: str, *, enabled: bool) -> AlreadyDone:
        async with self._database.reading() as session:
            release = await releases.get(session, release_id)
        number = release.number
        if enabled or release.disabled_by is None or release.disabled_at is None:
            return AlreadyDone(f"Release {number} is {'' if release.enabled else 'not '}enabled.")
        name = await self._people.name(release.disabled_by)
        return AlreadyDone(
            f"{name} disabled release {number} already, on {moment(release.disabled_at)}.",
            number=number,
            by=release.disabled_by,
        )
