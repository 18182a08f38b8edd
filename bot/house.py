"""The house: what Slipway can do, whoever asks; one room a capability."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeAlias

from bot.findings import Examine
from bot.links import Links
from provisioning.actors import Actor, Identity
from provisioning.devices.app_ids import AppIdMaking
from provisioning.devices.approvals import Approvals
from provisioning.devices.devices import Devices
from provisioning.devices.imports import DeviceImports
from provisioning.devices.policies import Policies
from provisioning.devices.profiles import Profiles
from provisioning.devices.registry import Registry
from provisioning.devices.slots import SlotBook
from provisioning.devices.teams import AppleTeams
from provisioning.devices.waves import Waves
from provisioning.distributing.carrying import Carrying
from provisioning.distributing.distributions import Distributions
from provisioning.distributing.recall import Recalls
from provisioning.installing.grants import Grants
from provisioning.installing.receipts import Receipts
from provisioning.intake.intake import Intake
from provisioning.people.audience import Audience
from provisioning.people.groups import Groups
from provisioning.people.people import People
from provisioning.people.permissions import Permissions
from provisioning.people.roles import Roles
from provisioning.people.testers import Testers
from provisioning.releases.apps import Apps
from provisioning.releases.drafts import Drafts
from provisioning.releases.editing import NoteEditing
from provisioning.releases.lists import Lists
from provisioning.releases.reading import Cards
from provisioning.signing.identities import Identities
from provisioning.signing.variants import Signing
from provisioning.telling.tellers import Tellers


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleRoom:
    """Who is who, who may do what, and who belongs together."""

    people: People
    permissions: Permissions
    roles: Roles
    audience: Audience
    groups: Groups
    testers: Testers


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseRoom:
    """Apps and their releases."""

    apps: Apps
    drafts: Drafts
    cards: Cards
    lists: Lists
    editing: NoteEditing


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningRoom:
    """Identities, and what is signed with them."""

    identities: Identities
    variants: Signing


#: Returns the address of the page on which somebody's device tells its own UDID.
EnrolmentLink: TypeAlias = Callable[[Identity, Actor], Awaitable[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceRoom:
    """
    Teams at Apple, the devices of testers, and how builds come to be signed for them.

    Without `enrolment_link` there is no page for a device to tell its UDID on.
    """

    teams: AppleTeams
    devices: Devices
    approvals: Approvals
    registry: Registry
    slots: SlotBook
    policies: Policies
    profiles: Profiles
    waves: Waves
    imports: DeviceImports
    app_ids: AppIdMaking
    enrolment_link: EnrolmentLink | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InstallRoom:
    """Install links, and what was seen of them."""

    grants: Grants
    receipts: Receipts


@dataclass(frozen=True, slots=True, kw_only=True)
class DistributeRoom:
    """Giving releases to people, and taking them back."""

    distributions: Distributions
    carrying: Carrying
    recalls: Recalls


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """
    Every room.

    `tellers` is how the house speaks, `links` how it is found, `examine` how it looks at itself.
    """

    people: PeopleRoom
    releases: ReleaseRoom
    signing: SigningRoom
    devices: DeviceRoom
    installing: InstallRoom
    intake: Intake
    distributing: DistributeRoom
    tellers: Tellers
    links: Links
    examine: Examine
