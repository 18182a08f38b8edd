"""How the studio's team comes to Slipway: what an admin does once, with no step of anybody's."""

from secrets import token_hex

from bot.bootstrap import Running
from bot.sandbox.studio import Studio
from provisioning.actors import COMMAND_LINE
from provisioning.appstore.client import AppStores
from provisioning.devices.teams import AppleTeams
from storage.secrets import Secrets


async def join(house: Running, studio: Studio) -> None:
    """
    Give Slipway the team's key at Apple, and its certificate; what it has it keeps.

    Raise SlipwayError and AppStoreError, as with a real team.
    """
    ground, key = house.ground, studio.apple.team.key
    stores = AppStores(base_url=ground.settings.apple_api_url)
    teams = AppleTeams(
        ground.database, Secrets(ground.key), stores, organization_id=ground.organization_id
    )
    try:
        await teams.connect(key.issuer_id, key.id, key.p8.encode(), COMMAND_LINE)
    finally:
        await stores.aclose()
    password = token_hex()
    p12 = studio.identity.p12(password)
    await house.house.signing.identities.import_p12(p12, password, COMMAND_LINE)
