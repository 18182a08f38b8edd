"""Signing: identities whose keys stay sealed, and variants."""

from bot.house import SigningRoom
from bot.wiring.ground import Ground
from provisioning.intake.preparing import Preparing
from provisioning.signing.identities import Identities
from provisioning.signing.making import Making
from provisioning.signing.scratch import Workroom
from provisioning.signing.variants import Signing
from storage.secrets import Secrets


def signing_room(ground: Ground) -> SigningRoom:
    identities = Identities(
        ground.database,
        Secrets(ground.key),
        organization_id=ground.organization_id,
        authorities=ground.authorities,
    )
    workroom = Workroom(ground.settings.data_dir / "signing")
    making = Making(ground.database, ground.blobs, workroom, authorities=ground.authorities)
    signing = Signing(ground.database, identities, making)
    return SigningRoom(
        identities=identities, variants=signing, preparing=Preparing(ground.database, signing)
    )
