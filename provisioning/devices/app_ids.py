"""App IDs at Apple: made by an admin's word where a profile needs one that is missing."""

from provisioning.actors import Act, Actor
from provisioning.appstore.resources.bundle_ids import AppleBundleId
from provisioning.devices.teams import AppleTeams
from provisioning.errors import NotAllowed
from provisioning.people.permissions import Permissions
from storage.catalog import audit
from storage.catalog.database import Database
from storage.records.audit import AuditEntry


class AppIdMaking:
    """Makes App IDs with a team's key, and notes who wanted it."""

    def __init__(
        self,
        database: Database,
        permissions: Permissions,
        teams: AppleTeams,
        *,
        organization_id: str,
    ) -> None:
        self._database = database
        self._permissions = permissions
        self._teams = teams
        self._organization_id = organization_id

    async def require(self, by: Actor) -> None:
        """Raise NotAllowed for whoever may not make any."""
        if not await self._permissions.may(by, Act.MANAGE_APPLE):
            raise NotAllowed("An App ID is made by an admin. Ask one to press the button.")

    async def make(self, team_id: str, identifier: str, by: Actor) -> AppleBundleId:
        """
        Make the App ID of a bundle identifier, or find it: somebody may have been faster.

        Raise NotAllowed; NotFound for a team that is disconnected; AppStoreError.
        """
        await self.require(by)
        store = await self._teams.store(team_id)
        found = await store.bundle_ids.create(identifier, name=_name_for(identifier))
        entry = AuditEntry(
            organization_id=self._organization_id,
            actor=by.reference,
            origin=by.origin,
            action="apple.app_id_made",
            subject_id=team_id,
            detail={"identifier": identifier, "apple_id": found.id},
        )
        async with self._database.writing() as session:
            audit.add(session, entry)
        return found


def _name_for(identifier: str) -> str:
    """Return what Apple's list calls it: Apple takes letters, digits and blanks in a name."""
    plain = "".join(
        letter if letter.isascii() and letter.isalnum() else " " for letter in identifier
    )
    return " ".join(plain.split())[:50]
