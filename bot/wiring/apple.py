"""Apple: its teams, and how they are connected."""

from bot.house import AppleRoom
from bot.wiring.ground import Ground
from bot.wiring.signing import identities_of
from provisioning.connecting.certificates import TeamCertificates
from provisioning.connecting.invitations import AppleInvitations
from provisioning.connecting.setup import AppleSetup
from provisioning.devices.teams import AppleTeams
from provisioning.people.permissions import Permissions
from storage.secrets import Secrets


def apple_room(ground: Ground, permissions: Permissions) -> AppleRoom:
    database, own = ground.database, ground.organization_id
    teams = AppleTeams(database, Secrets(ground.key), ground.apple, organization_id=own)
    invitations = AppleInvitations(database, permissions, organization_id=own)
    certificates = TeamCertificates(teams, identities_of(ground))
    return AppleRoom(
        teams=teams,
        invitations=invitations,
        setup=AppleSetup(invitations, teams, certificates),
    )
