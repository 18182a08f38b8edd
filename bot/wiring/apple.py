"""Apple: how its teams are connected."""

from bot.house import AppleRoom, DeviceRoom, SigningRoom
from bot.wiring.ground import Ground
from provisioning.connecting.certificates import TeamCertificates
from provisioning.connecting.invitations import AppleInvitations
from provisioning.connecting.setup import AppleSetup
from provisioning.people.permissions import Permissions


def apple_room(
    ground: Ground, permissions: Permissions, signing: SigningRoom, devices: DeviceRoom
) -> AppleRoom:
    invitations = AppleInvitations(
        ground.database, permissions, organization_id=ground.organization_id
    )
    certificates = TeamCertificates(devices.teams, signing.identities)
    return AppleRoom(
        invitations=invitations, setup=AppleSetup(invitations, devices.teams, certificates)
    )
