"""How the studio's team comes to Slipway: what an admin does once, with no step of anybody's."""

from secrets import token_hex

from bot.bootstrap import Running
from bot.sandbox.studio import Studio
from provisioning.actors import COMMAND_LINE


async def join(house: Running, studio: Studio) -> None:
    """
    Give Slipway the team's key at Apple, and its certificate; what it has it keeps.

    Raise SlipwayError and AppStoreError, as with a real team.
    """
    key = studio.apple.team.key
    teams = house.house.devices.teams
    await teams.connect(key.issuer_id, key.id, key.p8.encode(), COMMAND_LINE)
    password = token_hex()
    p12 = studio.identity.p12(password)
    await house.house.signing.identities.import_p12(p12, password, COMMAND_LINE)
