"""Devices: teams at Apple, registrations, and the profiles that are made of them."""

from bot.house import DeviceRoom, PeopleRoom, SigningRoom
from bot.wiring.ground import Ground
from provisioning.appstore.client import AppStores
from provisioning.devices.app_ids import AppIdMaking
from provisioning.devices.approvals import Approvals
from provisioning.devices.devices import Devices
from provisioning.devices.enrolment.enrolments import Enrolments
from provisioning.devices.enrolment.trust import TrustPolicy
from provisioning.devices.imports import DeviceImports
from provisioning.devices.policies import Policies
from provisioning.devices.profiles import Profiles
from provisioning.devices.registry import Registry
from provisioning.devices.renewal import Renewal
from provisioning.devices.slots import SlotBook
from provisioning.devices.teams import AppleTeams
from provisioning.devices.waves import Waves
from provisioning.ports import Engine
from storage.secrets import Secrets


def device_room(
    ground: Ground,
    people: PeopleRoom,
    signing: SigningRoom,
    engine: Engine,
    apple: AppStores,
) -> DeviceRoom:
    database, own = ground.database, ground.organization_id
    permissions, audience = people.permissions, people.audience
    teams = AppleTeams(database, Secrets(ground.key), apple, organization_id=own)
    approvals = Approvals(database, permissions, audience, engine, organization_id=own)
    registry = Registry(database, teams, organization_id=own)
    profiles = Profiles(database, teams, signing.identities, organization_id=own)
    waves = Waves(database, registry, profiles, signing.variants, engine, organization_id=own)
    devices = Devices(database, permissions, audience, approvals, organization_id=own)
    enrolment = Enrolments(
        database,
        ground.key,
        devices=devices,
        approvals=approvals,
        permissions=permissions,
        audience=audience,
        organization_id=own,
        trust=TrustPolicy(ground.settings.enrolment_trust),
        authorities=None,  # Apple's.
    )
    return DeviceRoom(
        teams=teams,
        devices=devices,
        approvals=approvals,
        enrolment=enrolment,
        registry=registry,
        slots=SlotBook(database, permissions, organization_id=own),
        policies=Policies(database, permissions, organization_id=own),
        profiles=profiles,
        waves=waves,
        renewal=Renewal(database, waves, organization_id=own),
        imports=DeviceImports(database, permissions, devices, approvals, organization_id=own),
        app_ids=AppIdMaking(database, permissions, teams, organization_id=own),
    )
