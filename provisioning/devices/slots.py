"""Slots: who has the places that a team's devices take, read as one picture."""

from dataclasses import dataclass
from datetime import date, datetime

from provisioning.actors import Act, Actor
from provisioning.devices.families import class_of
from provisioning.devices.ledger import FamilyLedger, PlaceOwner, TakenPlace, ledger
from provisioning.devices.teams import called
from provisioning.people.permissions import Permissions
from storage.catalog import apple_teams, devices, receipts, registrations, slots
from storage.catalog.database import Database
from storage.records.base import now
from storage.records.registration import RegistrationState

_PENDING = frozenset({RegistrationState.AWAITING_APPROVAL, RegistrationState.REGISTERING})


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamLedger:
    """A team's places; `read_at` is when its list was last read, None before the first time."""

    team_id: str
    team: str
    families: tuple[FamilyLedger, ...]
    read_at: datetime | None
    renews_on: date | None = None

    def idle(self, at: datetime) -> list[TakenPlace]:
        """Return the places on which nothing was installed for half a year."""
        return [place for one in self.families for place in one.taken if place.is_idle(at)]


class SlotBook:
    """Reads the ledgers of an organization's teams."""

    def __init__(
        self, database: Database, permissions: Permissions, *, organization_id: str
    ) -> None:
        self._database = database
        self._permissions = permissions
        self._organization_id = organization_id

    async def ledgers(self, by: Actor) -> list[TeamLedger]:
        """Return the ledger of every team, with a steady number of statements. Or NotAllowed."""
        await self._permissions.require(by, Act.SEE_DEVICES)
        async with self._database.reading() as session:
            teams = await apple_teams.every(session, self._organization_id)
            found = await slots.of_teams(session, [team.id for team in teams])
            rows = await devices.with_lower_udids(
                session, self._organization_id, {slot.udid for slot in found}
            )
            asked = await registrations.asked_of(session, [team.id for team in teams], _PENDING)
            seen = await receipts.last_installed(session, {one.owner.id for one in rows})
        owners = {
            one.device.udid.lower(): PlaceOwner(
                device_id=one.device.id,
                name=one.device.name,
                owner=one.owner.name,
                seen_at=seen.get(one.owner.id),
                left=one.device.owner_left_at is not None and one.device.disabled_at is None,
            )
            for one in rows
        }
        at = now()
        ledgers = []
        for team in teams:
            own = [slot for slot in found if slot.team_id == team.id]
            there = {slot.udid for slot in own}
            pending: dict[str, int] = {}
            for registration, device in asked:
                if registration.team_id == team.id and device.udid.lower() not in there:
                    family = class_of(device)
                    pending[family] = pending.get(family, 0) + 1
            ledgers.append(
                TeamLedger(
                    team_id=team.id,
                    team=called(team),
                    families=tuple(ledger(own, owners, pending, at=at)),
                    read_at=team.devices_read_at,
                    renews_on=team.renews_on,
                )
            )
        return ledgers
