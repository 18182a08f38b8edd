"""Recall: taking a release back from everybody who has it."""

from provisioning.actors import Act, Actor
from provisioning.people.permissions import Permissions, Where
from provisioning.releases import lifecycle
from storage.catalog import destinations, releases
from storage.catalog.database import Database
from storage.records.base import now
from storage.records.release import Release, ReleaseState


class Recalls:
    """Ends every destination of a release; its install links go with them."""

    def __init__(
        self, database: Database, permissions: Permissions, *, organization_id: str
    ) -> None:
        self._database = database
        self._permissions = permissions
        self._organization_id = organization_id

    async def recall(self, release_id: str, by: Actor) -> Release:
        """Raise NotAllowed, NotFound, and NotNow for what is not live."""
        async with self._database.reading() as session:
            release = await releases.get(session, release_id)
        await self._permissions.require(by, Act.RECALL, Where(app_id=release.app_id))
        async with self._database.writing() as session:
            release = await lifecycle.turn(
                session,
                await releases.get(session, release_id),
                ReleaseState.RECALLED,
                by=by,
                organization_id=self._organization_id,
            )
            await destinations.recall(session, release_id, by=by.reference, at=now())
        return release
