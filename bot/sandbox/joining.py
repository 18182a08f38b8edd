"""How the studio's team comes to Slipway: what an admin and the owners of phones do once."""

import asyncio
from collections.abc import Sequence
from secrets import token_hex

from bot.bootstrap import Running
from bot.house import DeviceRoom
from bot.sandbox.samples.handsets import HANDSETS, JOINED, REGISTERED
from bot.sandbox.slack.workspace import Workspace
from bot.sandbox.studio import Studio
from provisioning.actors import COMMAND_LINE, person, slack
from provisioning.devices.devices import Claim
from provisioning.devices.udids import read_udid
from storage.records.registration import RegistrationState

#: So often, and so many seconds apart, it is looked whether Apple has the phones.
LOOKS, PAUSE = 100, 0.05


async def join(house: Running, studio: Studio, workspace: Workspace | None) -> None:
    """
    Give Slipway the team's key at Apple, its certificate, and the phones of a *workspace*.

    What it has it keeps. Raise SlipwayError and AppStoreError, as with a real team.
    """
    key = studio.apple.team.key
    room = house.house.devices
    await room.teams.connect(key.issuer_id, key.id, key.p8.encode(), COMMAND_LINE)
    password = token_hex()
    p12 = studio.identity.p12(password)
    await house.house.signing.identities.import_p12(p12, password, COMMAND_LINE)
    if workspace is None:
        return
    await room.registry.compare()
    handed_in: list[str] = []
    for owner, owned in HANDSETS.items():
        by = person(slack(workspace.person(owner).id), origin="slack")
        assert by.identity is not None
        for handset in owned:
            udid = read_udid(handset.udid)
            if udid is None or handset not in (*REGISTERED, *JOINED):
                continue
            claim = Claim(udid=udid, name=handset.name, model=handset.model)
            claimed = await room.devices.claim(claim, by.identity, by)
            await room.approvals.ask([claimed.sheet.id], by)
            handed_in.append(claimed.sheet.id)
    await _until_apple_has(room, handed_in)


async def _until_apple_has(room: DeviceRoom, device_ids: Sequence[str]) -> None:
    """Wait until the phones are ready: it is a moment, and nothing is to be cut off in it."""
    for _ in range(LOOKS):
        found = await room.devices.those(device_ids)
        if all(one.state is not RegistrationState.REGISTERING for one in found):
            return
        await asyncio.sleep(PAUSE)
