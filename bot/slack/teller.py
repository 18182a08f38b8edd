"""The Announcer of a Slack workspace: draws what happened, always as the records have it now."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.links import Links
from bot.slack.channels import Channels
from bot.slack.features.distribution import messages as distribution_messages
from bot.slack.features.uploads import messages as upload_messages
from bot.slack.files.threads import Threads
from bot.slack.kit.blocks import Message
from bot.slack.kit.codes import UNDELIVERABLE, code_of
from bot.slack.line.postings import ChannelRefused, Posted, Postings, Spot
from provisioning.distributing.distributions import Distributions
from provisioning.errors import DirectoryFailed, NotNow, ProvisioningError
from provisioning.installing.grants import Grants
from provisioning.ports import Told
from provisioning.releases.reading import Cards, DeliveryCard, Place, ReleaseCard, UploadCard
from storage.records.distribution import DeliveryState
from storage.records.release import ReleaseState
from storage.records.upload import UploadState

logger = logging.getLogger(__name__)

#: While an upload is in one of these states, a quiet one has nothing to show.
_UNDER_WAY = frozenset({UploadState.RECEIVED, UploadState.FETCHING, UploadState.INSPECTING})
#: How many releases of an app are looked through for the one that came after.
SUCCESSORS = 20


def no_icon(_sha256: str) -> str | None:
    """Slack can fetch icons from a public https address only."""
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncerParts:
    """What the announcer draws from and speaks with."""

    client: AsyncWebClient
    postings: Postings
    threads: Threads
    cards: Cards
    grants: Grants
    channels: Channels
    distributions: Distributions
    links: Links
    icon_url: Callable[[str], str | None] = no_icon


class SlackAnnouncer:
    """Every method may be called again; each message has its key and is edited in place."""

    def __init__(self, parts: AnnouncerParts) -> None:
        self._parts = parts
        self._cards = parts.cards
        self._postings = parts.postings

    async def show_upload(self, upload_id: str) -> None:
        """Draw the card of an upload in each of its places: reading, kept, refused, distributed."""
        card = await self._cards.upload(upload_id)
        if card.state is UploadState.DROPPED or (card.quiet and card.state in _UNDER_WAY):
            return
        failed: Exception | None = None
        for place in card.places:
            try:
                await self._show_in(card, place)
            except ChannelRefused as refused:
                logger.info("A card could not be shown in a channel: %s.", refused.code)
            except (SlackApiError, ProvisioningError, aiohttp.ClientError, TimeoutError) as error:
                failed = error  # The other places get their cards first.
        if failed is not None:
            raise failed

    async def show_release(self, release_id: str) -> None:
        """Redraw every card and announcement of a release after a change."""
        for upload_id in await self._cards.uploads_of(release_id):
            await self.show_upload(upload_id)
        for row in await self._postings.starting_with(f"release:{release_id}:"):
            if row.ts is not None:
                await self._announce_in(release_id, row.channel_id)
        card = await self._cards.release(release_id)
        if card.state is ReleaseState.WITHDRAWN:
            await self._take_back_links(card)

    async def announce(self, distribution_id: str, channel_id: str) -> None:
        """Post or redraw the announcement of a distribution's release in one channel."""
        _, card = await self._cards.distribution(distribution_id)
        await self._announce_in(card.release_id, channel_id)

    async def tell(self, delivery_id: str) -> Told:
        """Tell one tester, with a personal install link."""
        card = await self._cards.delivery(delivery_id)
        user_id = card.tester.slack_id
        if user_id is None:
            return Told(delivered=False, reason="Slipway knows no Slack account of this person.")
        if not card.tester.active:
            return Told(delivered=False, reason="The account is deactivated.")
        try:
            grant = await self._parts.grants.give(card.release.release_id, card.tester.id)
            link = self._parts.links.install(self._parts.grants.token(grant))
            await self._deliver(card, user_id, link)
        except NotNow as error:
            return Told(delivered=False, reason=str(error))
        except ChannelRefused as refused:
            return Told(delivered=False, reason=_refusal(refused.code))
        except SlackApiError as error:
            if code_of(error) not in UNDELIVERABLE:
                raise
            return Told(delivered=False, reason=_refusal(code_of(error)))
        return Told(delivered=True)

    async def report(self, distribution_id: str) -> None:
        """Say in the threads of the release's cards how a distribution goes, or went."""
        act, card = await self._cards.distribution(distribution_id)

        async def log() -> Message:
            return distribution_messages.log(act, card)

        for spot in await self._threads_of(card.release_id):
            key = f"report:{distribution_id}:{spot.channel_id}"
            try:
                await self._postings.draw(key, spot, log)
            except ChannelRefused as refused:
                logger.info("A report could not be posted: %s.", refused.code)
        await self._tell_manager(distribution_id)
        await self._redraw_predecessors(card)

    async def _show_in(self, card: UploadCard, place: Place) -> Posted | None:
        key = f"upload:{card.upload_id}:{place.channel_id}"
        posted = await self._postings.where(key)
        if place.gone and posted is None:
            return None
        thread_ts = place.thread_ts
        if thread_ts is None and posted is None:
            thread_ts = await self._parts.threads.of(card, place.channel_id)
        spot = Spot(channel_id=place.channel_id, thread_ts=thread_ts)

        async def render() -> Message:
            return await self._upload_message(await self._cards.upload(card.upload_id))

        progress = card.state is UploadState.FETCHING and card.received_bytes > 0
        return await self._postings.draw(key, spot, render, progress=progress)

    async def _upload_message(self, card: UploadCard) -> Message:
        if card.state is UploadState.REFUSED:
            return upload_messages.refused(card)
        if card.state is not UploadState.KEPT or card.build is None:
            return upload_messages.reading(card)
        icon = self._icon(card.build.icon_sha256)
        if card.release is None:
            return upload_messages.unclaimed(card, card.build, upload_messages.Extras(icon=icon))
        reach = await self._usual_reach(card.release)
        extras = upload_messages.Extras(icon=icon, usual_reach=reach)
        return upload_messages.release(card, card.release, extras)

    async def _usual_reach(self, release: ReleaseCard) -> int:
        usual = release.usual_group
        if usual is None or release.state is ReleaseState.WITHDRAWN:
            return 0
        try:
            plan = await self._parts.distributions.plan(release.release_id, (usual.id,), ())
        except DirectoryFailed:
            return 0
        return plan.people

    async def _announce_in(self, release_id: str, channel_id: str) -> None:
        async def render() -> Message:
            card = await self._cards.release(release_id)
            icon = self._icon(card.build.icon_sha256)
            successor = await self._successor(card)
            return distribution_messages.announcement(card, icon, successor=successor)

        key = f"release:{release_id}:{channel_id}"
        try:
            await self._postings.draw(key, Spot(channel_id=channel_id), render)
        except ChannelRefused as refused:
            await self._parts.channels.lose(channel_id, refused.reason)

    async def _successor(self, card: ReleaseCard) -> str | None:
        if card.state is not ReleaseState.SUPERSEDED:
            return None
        newer = [
            other
            for other in await self._cards.releases(card.app_id, limit=SUCCESSORS)
            if other.number > card.number and other.state is ReleaseState.LIVE
        ]
        if not newer:
            return None
        facts = newer[0].build.facts
        return f"{facts.version} ({facts.build})"

    async def _redraw_predecessors(self, card: ReleaseCard) -> None:
        """Let the announcements of what this release replaced name it."""
        for other in await self._cards.releases(card.app_id, limit=SUCCESSORS):
            if other.number < card.number and other.state is ReleaseState.SUPERSEDED:
                await self.show_release(other.release_id)

    async def _deliver(self, card: DeliveryCard, user_id: str, link: str) -> None:
        key = f"delivery:{card.delivery_id}"
        posted = await self._postings.where(key)
        channel_id = posted.channel_id if posted else await self._conversation(user_id)

        async def render() -> Message:
            icon = self._icon(card.release.build.icon_sha256)
            return distribution_messages.personal(card, link, icon)

        await self._postings.draw(key, Spot(channel_id=channel_id), render)

    async def _conversation(self, user_id: str) -> str:
        """Return the D… id of the conversation with a person, which `chat.update` needs."""
        opened = await self._parts.client.conversations_open(users=user_id)
        return str(opened["channel"]["id"])

    async def _take_back_links(self, card: ReleaseCard) -> None:
        """Take the buttons off the messages whose link no longer leads anywhere."""
        for delivery_id in await self._cards.deliveries_of(card.release_id):
            posted = await self._postings.where(f"delivery:{delivery_id}")
            delivery = await self._cards.delivery(delivery_id)
            if posted is None or delivery.state is not DeliveryState.TOLD:
                continue

            async def render(shown: DeliveryCard = delivery) -> Message:
                return distribution_messages.withdrawn(shown)

            spot = Spot(channel_id=posted.channel_id)
            await self._postings.draw(f"delivery:{delivery_id}", spot, render)

    async def _threads_of(self, release_id: str) -> list[Spot]:
        """Return the threads of a release's cards: one for each channel it stands in."""
        spots: dict[str, Spot] = {}
        for row in await self._postings.starting_with(f"release:{release_id}:"):
            if row.ts is not None:
                spots[row.channel_id] = Spot(channel_id=row.channel_id, thread_ts=row.ts)
        for upload_id in await self._cards.uploads_of(release_id):
            for row in await self._postings.starting_with(f"upload:{upload_id}:"):
                thread_ts = row.thread_ts or row.ts
                spot = Spot(channel_id=row.channel_id, thread_ts=thread_ts)
                spots.setdefault(row.channel_id, spot)
        return list(spots.values())

    async def _tell_manager(self, distribution_id: str) -> None:
        """Name the people who could not be told to whoever sent it, and to nobody else."""
        act, card = await self._cards.distribution(distribution_id)
        if not card.undelivered and not act.shortfall:
            return

        async def render() -> Message:
            return distribution_messages.shortfall(act, card)

        key = f"shortfall:{distribution_id}"
        try:
            posted = await self._postings.where(key)
            channel_id = posted.channel_id if posted else await self._conversation(act.by)
            await self._postings.draw(key, Spot(channel_id=channel_id), render)
        except (ChannelRefused, SlackApiError) as error:
            logger.warning("A manager could not be told of a shortfall: %s.", type(error).__name__)

    def _icon(self, sha256: str | None) -> str | None:
        return self._parts.icon_url(sha256) if sha256 else None


def _refusal(code: str) -> str:
    reason = UNDELIVERABLE.get(code, f"Slack said {code}")
    return f"{reason[0].upper()}{reason[1:]}."
