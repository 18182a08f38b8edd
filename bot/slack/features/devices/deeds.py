"""What is done about devices of one's own: handed in, named, taken back, left out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.house import House
from bot.slack.features.devices import messages, views
from bot.slack.features.devices.deciding.deeds import board, marks_of
from bot.slack.kit import blocks, names
from bot.slack.kit.blocks import Form, Message
from bot.slack.kit.payloads import Submission
from bot.slack.workspace import Workspace
from provisioning.actors import Act, Actor, Identity, slack
from provisioning.devices.devices import Claim, Claimed
from provisioning.devices.finding import find
from provisioning.devices.models import known_models
from provisioning.devices.sheets import DeviceSheet
from provisioning.devices.udids import Udid
from provisioning.devices.wording import sentence, where
from provisioning.errors import NotAllowed, NotNow, Unclear
from storage.errors import NotFound, SlipwayError

#: So long a device that needs nobody's yes can be taken back before it takes a place.
GRACE = timedelta(seconds=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """What came of handing several devices in: those that are kept, and why others are not."""

    claimed: tuple[Claimed, ...] = ()
    refused: tuple[str, ...] = ()


class OwnDevices:
    """Hands devices in and changes them, for whoever may."""

    def __init__(self, house: House, workspace: Workspace) -> None:
        self._devices = house.devices.devices
        self._approvals = house.devices.approvals
        self._permissions = house.people.permissions
        self._workspace = workspace
        self._board = board(house, workspace)

    async def hand_in(self, claims: Sequence[Claim], owner: Identity, by: Actor) -> Handed:
        """Keep devices for an owner and ask for their places; one that fails stops no other."""
        claimed: list[Claimed] = []
        refused: list[str] = []
        for claim in claims:
            try:
                claimed.append(await self._devices.claim(claim, owner, by))
            except SlipwayError as error:
                if error.transient:
                    raise
                refused.append(str(error))
        await self._approvals.ask([one.sheet.id for one in claimed], by, grace=GRACE)
        sheets = await self._devices.those([one.sheet.id for one in claimed])
        now = {sheet.id: sheet for sheet in sheets}
        return Handed(
            claimed=tuple(replace(one, sheet=now[one.sheet.id]) for one in claimed),
            refused=tuple(refused),
        )

    async def manages(self, by: Actor) -> bool:
        """Return whether somebody may change other people's devices."""
        return await self._permissions.may(by, Act.MANAGE_DEVICES)

    async def blank(self, user_id: str, by: Actor, *, udid: str = "", name: str = "") -> Form:
        """Return the form of a new device."""
        return views.add(user_id, manages=await self.manages(by), udid=udid, name=name)

    async def add(self, sent: Submission) -> Form:
        """Raise Unclear with the field `udid`, `name` or `people`; NotAllowed, NotNow."""
        by = sent.asker.by
        owner = slack(sent.entered(names.DEVICE_OWNER) or sent.asker.user_id)
        claim = claim_of(sent.entered(names.DEVICE_UDID), sent.entered(names.DEVICE_NAMED))
        handed = await self.hand_in([claim], owner, by)
        if not handed.claimed:
            raise NotNow(handed.refused[0])
        await self.tell_owner(handed.claimed[0].sheet, by)
        return views.shown(messages.handed_in(handed.claimed), "Add a device")

    async def tell_owner(self, sheet: DeviceSheet, by: Actor) -> None:
        """Tell somebody that a device is theirs, unless they did it themselves."""
        user_id = sheet.owner_slack_id
        if user_id is not None and by.identity != slack(user_id):
            await self._workspace.voice.direct(user_id, messages.given(sheet, by.reference))

    async def name_form(self, device_id: str, by: Actor, around: str, at: tuple[str, str]) -> Form:
        """Return the form that names a device. Raise NotFound."""
        sheet = await self._devices.one(device_id, by)
        channel_id, ts = at
        return views.name(
            sheet, manages=await self.manages(by), around=around, channel_id=channel_id, ts=ts
        )

    async def name(self, sent: Submission) -> Form:
        """Name a device, and hand it over. Raise Unclear, field `name` or `people`; NotFound."""
        device_id, *_ = sent.kept
        by = sent.asker.by
        sheet = await self._devices.rename(device_id, sent.entered(names.DEVICE_NAMED), by)
        said = messages.renamed(sheet)
        owner = sent.entered(names.DEVICE_OWNER)
        if owner and owner != sheet.owner_slack_id:
            sheet = await self._devices.hand_over(device_id, slack(owner), by)
            await self.tell_owner(sheet, by)
            said = f"{said}\n{messages.handed_over(sheet)}"
        done = Message(text=said, blocks=[blocks.section(said)])
        return views.shown(done, "Name a device")

    async def take_back(
        self, device_ids: Sequence[str], by: Actor
    ) -> tuple[list[DeviceSheet], list[str]]:
        """Take devices back, and what was asked for them; return them, and why others stay."""
        gone: list[DeviceSheet] = []
        why: list[str] = []
        for device_id in device_ids:
            try:
                gone.append(await self._devices.forget(device_id, by))
            except (NotFound, NotAllowed, NotNow) as error:
                why.append(str(error))
        for mark in dict.fromkeys(mark for sheet in gone for mark in marks_of(sheet)):
            await self._board.draw(mark)
        return gone, why

    async def switch(self, device_id: str, by: Actor, *, on: bool) -> Message:
        """Leave a device out or take it in again; return one's own devices. Raise NotFound."""
        sheet = await (self._devices.enable if on else self._devices.disable)(device_id, by)
        return messages.mine(await self.of(by), messages.switched(sheet))

    async def of(self, by: Actor) -> list[DeviceSheet]:
        """Return somebody's own devices."""
        return await self._devices.of_person(by.identity) if by.identity is not None else []

    async def those(self, device_ids: Sequence[str], by: Actor) -> list[DeviceSheet]:
        """Return those of some devices that somebody may change, in the order they came."""
        manages = await self.manages(by)
        return [
            one
            for one in await self._devices.those(device_ids)
            if manages or (one.owner_slack_id and slack(one.owner_slack_id) == by.identity)
        ]


def claim_of(text: str, name: str = "") -> Claim:
    """
    Return the one device that a text is about.

    Raise Unclear with the field `udid`, naming what it is instead of a UDID.
    """
    found = find(text, mac=says_mac(text))
    if len(found.udids) > 1:
        raise Unclear("These are several UDIDs. One device at a time, please.", field="udid")
    if not found.udids:
        item = next(iter(found.lookalikes), None)
        said = sentence(item) if item is not None else "There is no UDID in it."
        raise Unclear(f"{said} {where(family_in(text))}", field="udid")
    return _claim(found.udids[0], found.models, name)


def claims_of(udids: Sequence[Udid], models: Sequence[str]) -> list[Claim]:
    """Return what is handed in by a text that holds UDIDs, and perhaps what model they are of."""
    return [_claim(udid, models if len(udids) == 1 else (), "") for udid in udids]


def _claim(udid: Udid, models: Sequence[str], name: str) -> Claim:
    return Claim(udid=udid, name=name, model=models[0] if len(models) == 1 else "")


def says_mac(text: str) -> bool:
    """Return whether a text is about a Mac, whose UDID may be a UUID."""
    low = text.lower()
    return "hardware uuid" in low or family_in(text) == "mac"


def family_in(text: str) -> str:
    """Return the family of devices that a text names, an iPhone's where it names none."""
    for identifier in find(text).models:
        known = known_models().get(identifier)
        if known is not None:
            return known.family
    low = text.lower()
    named = (("watch", "watch"), ("vision", "vision"), ("apple tv", "tv"), ("mac", "mac"))
    # "A Mac" is where the UDID of a phone is looked up, too.
    if "iphone" in low or "ipad" in low:
        return "iphone"
    return next((family for word, family in named if word in low), "iphone")
