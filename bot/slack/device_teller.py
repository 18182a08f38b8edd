"""Tells people about devices: owners how theirs stand, and those who approve what waits."""

from dataclasses import dataclass
from hashlib import sha256

from bot.links import Links
from bot.slack.features.devices import messages
from bot.slack.features.devices.deciding import messages as deciding_messages
from bot.slack.features.devices.deciding.deeds import RequestBoard
from bot.slack.kit.blocks import Message
from bot.slack.line.conversations import Conversations
from bot.slack.line.postings import Postings, Render
from provisioning.devices.approvals import Approvals, PendingDevice
from provisioning.devices.waves import Waves
from provisioning.distributing.rebuilds import Rebuilds
from provisioning.errors import NotNow
from provisioning.installing.grants import Grants
from provisioning.installing.installabilities import Installabilities
from provisioning.releases.lists import Lists
from storage.errors import NotFound
from storage.records.registration import RegistrationState


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceTellerParts:
    """What is told about devices, and what it is said with."""

    conversations: Conversations
    postings: Postings
    approvals: Approvals
    waves: Waves
    rebuilds: Rebuilds
    lists: Lists
    grants: Grants
    installabilities: Installabilities
    links: Links


class DeviceTeller:
    """Every method may be called again; each message has its key and is edited in place."""

    def __init__(self, parts: DeviceTellerParts) -> None:
        self._parts = parts
        self._board = RequestBoard(
            conversations=parts.conversations,
            postings=parts.postings,
            approvals=parts.approvals,
        )

    async def tell_device(self, subject: str) -> None:
        """Tell a device's owner how it stands since a turn."""
        for pending in await self._parts.approvals.those([subject.partition("@")[0]]):
            user_id = pending.sheet.owner_slack_id
            if pending.sheet.owner_left:
                continue  # Those who manage are told what becomes of it.
            if user_id is not None and not _was_the_answer(pending):
                await self._parts.conversations.draw(
                    f"device:{subject}", user_id, _standing(pending)
                )

    async def show_approval(self, registration_id: str) -> None:
        """Draw the request of a device where those look who approve."""
        await self._board.show(registration_id)

    async def show_wave(self, wave_id: str) -> None:
        """Say to those who approve that profiles could not be made, once for each trouble."""
        try:
            wave = await self._parts.waves.one(wave_id)
        except NotFound:
            return  # The team was disconnected meanwhile.
        said = await self._parts.waves.trouble(wave)
        key = f"wave:{sha256(said.encode()).hexdigest()[:32]}"

        async def render() -> Message:
            return deciding_messages.wave_failed(wave)

        await self._board.say(key, render)

    async def tell_installable(self, wave_id: str, tester_id: str) -> list[str]:
        """
        Tell somebody what they can install now; return the releases that this is about.

        Where that is nothing by now, nothing is said.
        """
        try:
            wave = await self._parts.waves.one(wave_id)
        except NotFound:
            return []
        user_id, given = await self._parts.waves.given_in(wave, tester_id)
        served = await self._parts.installabilities.of_tester(tester_id, given)
        release_ids = [one for one in given if one in served and served[one].verdict.can]
        if user_id is None or not release_ids:
            return []

        async def render() -> Message:
            return messages.installable(await self._installable(tester_id, release_ids))

        await self._parts.conversations.draw(f"wave:{wave_id}:{tester_id}", user_id, render)
        return release_ids

    async def tell_rebuild(self, rebuild_id: str, tester_id: str) -> None:
        """Tell somebody that a new build was asked for."""
        user_id, sheet = await self._parts.rebuilds.told_to(rebuild_id, tester_id)
        if user_id is None:
            return

        async def render() -> Message:
            return messages.rebuild(sheet)

        await self._parts.conversations.draw(f"rebuild:{rebuild_id}:{tester_id}", user_id, render)

    async def _installable(
        self, tester_id: str, release_ids: list[str]
    ) -> list[messages.InstallOffer]:
        lines = await self._parts.lists.those(release_ids)
        found = []
        for line in lines:
            try:
                grant = await self._parts.grants.give(line.release_id, tester_id)
            except NotNow:
                continue
            found.append(
                messages.InstallOffer(
                    release=line,
                    link=self._parts.links.install(self._parts.grants.token(grant)),
                )
            )
        return found


def _was_the_answer(pending: PendingDevice) -> bool:
    """Return whether an owner was told this when they handed the device in themselves."""
    (one,) = pending.sheet.standings
    own_asking = one.requested_by == f"person:slack:{pending.sheet.owner_slack_id}"
    return one.state is RegistrationState.AWAITING_APPROVAL and own_asking and not one.reason


def _standing(pending: PendingDevice) -> Render:
    (one,) = pending.sheet.standings

    async def render() -> Message:
        return messages.standing(pending.sheet, one)

    return render
