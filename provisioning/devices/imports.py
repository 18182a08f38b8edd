"""Imports: a list of devices, each kept for its owner; one line that fails stops no other."""

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from provisioning.actors import Act, Actor, Identity
from provisioning.devices.approvals import MOST_PENDING, Approvals
from provisioning.devices.bulk.rows import MAC, DeviceList, DeviceRow
from provisioning.devices.devices import IOS, MAC_OS, Claim, Devices
from provisioning.devices.sheets import DeviceSheet
from provisioning.people.permissions import Permissions
from storage.catalog import devices
from storage.catalog.database import Database
from storage.errors import SlipwayError
from storage.records.device import DeviceSource

#: Returns who is behind an e-mail address of a list.
OwnerOf = Callable[[str], Awaitable[Identity]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportPreview:
    """What a list would bring: devices that are new, those that are here, and rows by owner."""

    new: int
    known: int
    owners: int
    without_owner: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedRow:
    """What came of one row: the device, or a sentence about why not."""

    line: int
    tail: str
    sheet: DeviceSheet | None = None
    new: bool = False
    why: str = ""


class DeviceImports:
    """Reads what a list would change, and carries it out, for whoever may manage devices."""

    def __init__(
        self,
        database: Database,
        permissions: Permissions,
        own: Devices,
        approvals: Approvals,
        *,
        organization_id: str,
    ) -> None:
        self._database = database
        self._permissions = permissions
        self._devices = own
        self._approvals = approvals
        self._organization_id = organization_id

    async def require(self, by: Actor) -> None:
        """Raise NotAllowed for whoever may import nothing."""
        await self._permissions.require(by, Act.MANAGE_DEVICES)

    async def preview(self, found: DeviceList, by: Actor) -> ImportPreview:
        """Return what a list would bring. Raise NotAllowed."""
        await self.require(by)
        wanted = {row.udid.value.lower() for row in found.rows}
        async with self._database.reading() as session:
            there = await devices.with_lower_udids(session, self._organization_id, wanted)
        owners = Counter(row.owner.lower() for row in found.rows if is_address(row.owner))
        return ImportPreview(
            new=len(found.rows) - len(there),
            known=len(there),
            owners=len(owners),
            without_owner=len(found.rows) - owners.total(),
        )

    async def carry_out(
        self, found: DeviceList, by: Actor, *, owner: Identity, owner_of: OwnerOf, ask: bool = True
    ) -> Sequence[ImportedRow]:
        """
        Keep each device for the owner that its row names, else for *owner*; return what came of it.

        Without *ask* the places are left to be asked for by the clock. Raise NotAllowed.
        """
        await self.require(by)
        known: dict[str, Identity] = {}
        outcomes = [await self._one(row, by, owner, owner_of, known) for row in found.rows]
        ids = [one.sheet.id for one in outcomes if one.sheet is not None]
        # Whoever approves sees together what was asked for together.
        for begin in range(0, len(ids) if ask else 0, MOST_PENDING):
            await self._approvals.ask(ids[begin : begin + MOST_PENDING], by)
        return outcomes

    async def _one(
        self,
        row: DeviceRow,
        by: Actor,
        owner: Identity,
        owner_of: OwnerOf,
        known: dict[str, Identity],
    ) -> ImportedRow:
        try:
            if is_address(row.owner):
                address = row.owner.lower()
                if address not in known:
                    known[address] = await owner_of(address)
                owner = known[address]
            claimed = await self._devices.claim(_claim(row), owner, by)
        except SlipwayError as error:
            return ImportedRow(line=row.line, tail=row.udid.tail, why=str(error))
        return ImportedRow(line=row.line, tail=row.udid.tail, sheet=claimed.sheet, new=claimed.new)


def is_address(owner: str) -> bool:
    """Return whether a list names an owner by something that a person is known by."""
    name, at, host = owner.partition("@")
    return bool(name and at and "." in host and not owner.split()[1:])


def _claim(row: DeviceRow) -> Claim:
    return Claim(
        udid=row.udid,
        name=row.name,
        model=row.model,
        platform=MAC_OS if row.platform == MAC else IOS,
        source=DeviceSource.IMPORTED,
    )
