"""What people see of a device."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from provisioning.devices.families import class_of, family_name
from provisioning.devices.models import name_of_model
from provisioning.devices.states import CLAIMED, SENTENCES
from provisioning.devices.udids import SHOWN
from storage.catalog.devices import OwnedDevice
from storage.records.registration import Registration, RegistrationState


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamStanding:
    """
    How a device stands with one team. `sentence` is for people; `reason` may be empty.

    `requested_by` and `decided_by` are references of actors; nobody decides about what a rule
    covers, or what has a place already.
    """

    registration_id: str
    team_id: str
    state: RegistrationState
    since: datetime
    reason: str
    requested_by: str
    requested_at: datetime
    decided_by: str | None = None
    due_at: datetime | None = None

    @property
    def sentence(self) -> str:
        return self.reason or SENTENCES[self.state]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceSheet:
    """
    A device as it may be shown to everybody who may see it.

    `tail` is the end of its UDID; the whole, `udid`, is for its owner and for admins only. Whose
    `owner_left` is to be handed over or disabled.
    """

    id: str
    name: str
    model: str
    family: str
    platform: str
    tail: str
    udid: str = field(repr=False)
    tester_id: str
    owner: str
    owner_slack_id: str | None
    verified: bool | None
    disabled: bool
    created_at: datetime
    standings: tuple[TeamStanding, ...] = ()
    owner_left: bool = False

    @property
    def called(self) -> str:
        """What people call it: its name, else its model, else the family it is likely of."""
        return self.name or self.model_name or self.family

    @property
    def model_name(self) -> str:
        return name_of_model(self.model) if self.model else ""

    @property
    def sentence(self) -> str:
        """Where it stands, in words; with several teams, where it stands worst."""
        if self.disabled:
            return SENTENCES[RegistrationState.DISABLED]
        if not self.standings:
            return CLAIMED
        return min(self.standings, key=lambda one: _WORST_FIRST.index(one.state)).sentence

    @property
    def state(self) -> RegistrationState | None:
        """The state it stands worst in, None with no team."""
        if self.disabled:
            return RegistrationState.DISABLED
        states = [one.state for one in self.standings]
        return min(states, key=_WORST_FIRST.index) if states else None


_WORST_FIRST = (
    RegistrationState.REFUSED,
    RegistrationState.INELIGIBLE,
    RegistrationState.AWAITING_APPROVAL,
    RegistrationState.REGISTERING,
    RegistrationState.PROCESSING,
    RegistrationState.DISABLED,
    RegistrationState.READY,
)


def sheet(owned: OwnedDevice, registrations: Sequence[Registration] = ()) -> DeviceSheet:
    """Return what is shown of a device, given all or none of its registrations."""
    device, owner = owned
    return DeviceSheet(
        id=device.id,
        name=device.name,
        model=device.model,
        family=family_name(class_of(device)),
        platform=device.platform,
        tail=device.udid[-SHOWN:],
        udid=device.udid,
        tester_id=owner.id,
        owner=owner.name,
        owner_slack_id=owner.slack_id,
        verified=device.verified,
        disabled=device.disabled_at is not None,
        owner_left=device.owner_left_at is not None and device.disabled_at is None,
        created_at=device.created_at,
        standings=tuple(_standing(one) for one in registrations if one.device_id == device.id),
    )


def _standing(one: Registration) -> TeamStanding:
    return TeamStanding(
        registration_id=one.id,
        team_id=one.team_id,
        state=one.state,
        since=one.since,
        reason=one.reason,
        requested_by=one.requested_by,
        requested_at=one.requested_at,
        decided_by=one.decided_by,
        due_at=one.due_at,
    )
