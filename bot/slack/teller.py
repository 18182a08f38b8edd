"""The Teller of a Slack workspace: draws what happened, always as the records have it now."""

import inspect
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from hashlib import sha256
from typing import Final

from bot.links import Links
from bot.slack import joint_messages
from bot.slack.approval_teller import ApprovalTeller
from bot.slack.channels import Channels
from bot.slack.device_teller import DeviceTeller
from bot.slack.drawing import titles
from bot.slack.drawing.actors import slack_id_of
from bot.slack.drawing.notes import read_ahead
from bot.slack.features.distribution import messages as distribution_messages
from bot.slack.features.editing import messages as editing_messages
from bot.slack.features.uploads import messages as upload_messages
from bot.slack.files.threads import Threads
from bot.slack.join_teller import JoinTeller
from bot.slack.joint_messages import Half
from bot.slack.kit.blocks import Message
from bot.slack.kit.codes import UNDELIVERABLE
from bot.slack.leaver_teller import LeaverTeller
from bot.slack.line.conversations import Conversations
from bot.slack.line.errors import problem
from bot.slack.line.postings import ChannelRefused, Postings, Spot
from bot.slack.mandate_teller import MandateTeller
from bot.slack.nudge_teller import NudgeTeller
from bot.slack.pending_teller import PendingTeller
from bot.slack.recall_teller import RecallTeller
from bot.slack.step_teller import StepTeller
from bot.slack.trouble_teller import TroubleTeller
from provisioning.errors import NotNow, TellerFailed
from provisioning.installing.grants import Grants
from provisioning.installing.installabilities import Installabilities
from provisioning.installing.receipts import Receipts, Tally
from provisioning.ports import Told
from provisioning.releases.cards import (
    ActCard,
    CardPlace,
    RecipientCard,
    ReleaseCard,
    UploadCard,
)
from provisioning.releases.edits import ReleaseEdits
from provisioning.releases.lifecycle import Standing
from provisioning.releases.reading import Cards
from provisioning.telling.home_tabs import HomeTabs
from storage.errors import SlipwayError
from storage.records.base import now
from storage.records.distribution import RecipientState
from storage.records.posting import Posting
from storage.records.release import ReleaseState
from storage.records.tester import Tester
from storage.records.upload import UploadState

logger = logging.getLogger(__name__)

#: What records know this way of telling by.
SLACK = "slack"

#: While an upload is in one of these states, a quiet one has nothing to show.
_UNDER_WAY = frozenset({UploadState.RECEIVED, UploadState.FETCHING, UploadState.INSPECTING})

#: How far such a release went is worth a line.
_FOLLOWED = frozenset({Standing.LIVE, Standing.SUPERSEDED})


#: Whoever was told this long ago of one platform has read it, and sees no edit of it.
READ_BY_THEN: Final = timedelta(minutes=5)


def no_icon(_sha256: str) -> str | None:
    """Slack can fetch icons from a public https address only."""
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class TellerParts:
    """What the teller draws from and speaks with."""

    conversations: Conversations
    postings: Postings
    threads: Threads
    cards: Cards
    grants: Grants
    installabilities: Installabilities
    channels: Channels
    edits: ReleaseEdits
    links: Links
    devices: DeviceTeller
    recalls: RecallTeller
    homes: HomeTabs
    nudges: NudgeTeller
    troubles: TroubleTeller
    joins: JoinTeller
    receipts: Receipts
    mandates: MandateTeller
    leavers: LeaverTeller
    steps: StepTeller
    approvals: ApprovalTeller
    pending: PendingTeller
    icon_url: Callable[[str], str | None] = no_icon


class SlackTeller:
    """Every method may be called again; each message has its key and is edited in place."""

    def __init__(self, parts: TellerParts) -> None:
        self._parts = parts
        self._cards = parts.cards
        self._postings = parts.postings

    @property
    def name(self) -> str:
        return SLACK

    def reaches(self, tester: Tester) -> bool:
        return tester.slack_id is not None

    async def show_upload(self, upload_id: str) -> None:
        """Draw the card of an upload in each of its places: reading, kept, refused, distributed."""
        card = await self._cards.upload(upload_id)
        if card.release is not None:
            await self._parts.homes.drafts_changed()
        if card.state is UploadState.DROPPED or (card.quiet and card.state in _UNDER_WAY):
            return
        works: list[Awaitable[None]] = []
        if card.release is not None and card.release.state is ReleaseState.DRAFT:
            # The other halves of a version say from now on that this one is here.
            works = await self._cards_of(one.release_id for one in card.release.siblings)
        works += [self._show_in(card, place) for place in card.places if place.teller == SLACK]
        await _each(works)

    async def _cards_of(self, release_ids: Iterable[str | None]) -> list[Awaitable[None]]:
        """Return what draws the cards of some releases, and nothing else of them."""
        found = [
            await self._cards.upload(upload_id)
            for release_id in release_ids
            if release_id is not None
            for upload_id in await self._cards.uploads_of(release_id)
        ]
        return [
            self._show_in(card, place)
            for card in found
            for place in card.places
            if place.teller == SLACK and not card.quiet
        ]

    async def show_release(self, release_id: str) -> None:
        """Redraw every card and announcement of a release after a change, and let Homes follow."""
        await self._parts.homes.release_changed(release_id)
        upload_ids = await self._cards.uploads_of(release_id)
        rows = await self._postings.starting_with(f"release:{release_id}:")
        works = await self._cards_of(await self._cards.siblings(release_id))
        # Nothing is waited for from here on: a work that nobody comes to would be lost aloud.
        works += [self.show_upload(upload_id) for upload_id in upload_ids]
        works += [
            self._announce_in(release_id, row.channel_id) for row in rows if row.ts is not None
        ]
        await _each(works)

    async def places(self, distribution_id: str) -> list[str]:
        """Return the channels of the groups that a distribution is for."""
        return await self._cards.channels(distribution_id)

    async def announce(self, distribution_id: str, address: str) -> None:
        """Post or redraw the announcement of a distribution's release in one channel."""
        act, card = await self._cards.distribution(distribution_id)
        thread = await self._thread_of(act, card.release_id, address)
        await self._announce_in(card.release_id, address, thread)

    async def _thread_of(self, act: ActCard, release_id: str, address: str) -> str | None:
        """
        Return the thread in which a release is announced that goes out with another platform's.

        The first of them has the announcement that everybody sees, the others stand in its thread.
        An announcement that was there before is not news, so it has nobody in its thread.
        """
        first, *_ = await self._cards.joint(act.joint_id) if act.joint_id else [release_id]
        if first == release_id or (await self._cards.release(first)).standing not in _FOLLOWED:
            return None
        key = f"release:{first}:{address}"
        await self._announce_in(first, address)
        row = next((one for one in await self._postings.starting_with(key) if one.ts), None)
        return row.ts if row is not None and row.intended_at >= act.at else None

    async def tell(self, recipient_id: str) -> Told:
        """Tell one tester, with a personal install link."""
        card = await self._cards.recipient(recipient_id)
        user_id = card.tester.slack_id
        if user_id is None:
            return Told(delivered=False, reason="Slipway knows no Slack account of this person.")
        await self._parts.homes.testers_changed([card.tester.id])
        if not card.tester.active:
            return Told(delivered=False, reason="The account is deactivated.")
        try:
            link = await self._link_of(card)
            await self._deliver(card, await self._key_of(card), user_id, link)
        except NotNow as error:
            return Told(delivered=False, reason=str(error))
        except TellerFailed as failure:
            if failure.transient:
                raise
            return Told(delivered=False, reason=_refusal(failure))
        return Told(delivered=True)

    async def report(self, distribution_id: str) -> None:
        """Say in the threads of the release's cards how a distribution goes, or went."""
        act, card = await self._cards.distribution(distribution_id)
        await self._parts.homes.release_changed(card.release_id)

        async def log() -> Message:
            if act.joint_id is not None:
                return distribution_messages.log_of_joint(act, card)
            return distribution_messages.log(act, card)

        spots = await self._threads_of(card.release_id)
        others = await self._cards.predecessors(card.release_id)
        works = await self._reports_elsewhere(act, card, spots)
        works += [
            self._logged(f"report:{distribution_id}:{spot.channel_id}", spot, log) for spot in spots
        ]
        works += [
            self._replaced_in(spot, act, card, other)
            for other in (act.back.replaced_ids if act.back else ())
            for spot in await self._threads_of(other)
        ]
        works.append(self._tell_manager(distribution_id))
        works += [self.show_release(other) for other in others]
        await _each(works)

    async def _reports_elsewhere(
        self, act: ActCard, card: ReleaseCard, spots: Sequence[Spot]
    ) -> list[Awaitable[None]]:
        """Say the same in the threads of the releases that went out with it."""
        if act.joint_id is None:
            return []

        async def log() -> Message:
            return distribution_messages.log_of_joint(act, card)

        return [
            self._logged(f"report:{act.distribution_id}:{other}:{spot.channel_id}", spot, log)
            for other in await self._cards.joint(act.joint_id)
            if other != card.release_id
            for spot in await self._threads_of(other)
            if spot not in spots
        ]

    async def _replaced_in(
        self, spot: Spot, act: ActCard, card: ReleaseCard, other_id: str
    ) -> None:
        """Say in a thread of a release that another one took its place."""

        async def line() -> Message:
            return distribution_messages.replaced(act, card)

        key = f"replaced:{act.distribution_id}:{other_id}:{spot.channel_id}"
        await self._logged(key, spot, line)

    async def trouble(self, reference: str, sentence: str) -> None:
        """Say to one person that something of theirs did not work; others have no Slack."""
        user_id = slack_id_of(reference)
        if user_id is None:
            logger.warning("Nobody in Slack can be told: %s", sentence)
            return
        key = f"trouble:{sha256(f'{reference} {sentence}'.encode()).hexdigest()[:32]}"

        async def render() -> Message:
            return problem(sentence)

        await self._parts.conversations.draw(key, user_id, render)

    async def tell_recall(self, notice_id: str) -> Told:
        """Tell somebody what was taken back, and what to install instead."""
        return await _unless_refused(self._parts.recalls.tell(notice_id))

    async def take_back(self, recipient_id: str) -> None:
        """Take the link out of what somebody was told, where it leads nowhere any more."""
        await self._parts.homes.recipient_changed(recipient_id)
        card = await self._cards.recipient(recipient_id)
        key = await self._key_of(card)
        try:
            if any(map(_is_open, await self._shown_in(key, card))):
                await self._redraw(card, key)
            else:
                await self._parts.recalls.take_back(recipient_id, key)
            await self._parts.nudges.take_back(recipient_id)
            await self._parts.mandates.take_back(recipient_id)
        except ChannelRefused as refused:
            logger.info("A message could not be edited: %s.", refused)

    async def redraw(self, recipient_id: str) -> None:
        """Draw anew what a recipient was told, if they were."""
        card = await self._cards.recipient(recipient_id)
        if card.state is RecipientState.WITHDRAWN:
            return
        try:
            await self._redraw(card, await self._key_of(card))
        except ChannelRefused as refused:
            logger.info("A message could not be edited: %s.", refused)

    async def _redraw(self, card: RecipientCard, key: str) -> None:
        user_id = card.tester.slack_id
        if user_id is None or await self._postings.intended(key) is None:
            return
        try:
            link = "" if card.state is RecipientState.WITHDRAWN else await self._link_of(card)
            await self._deliver(card, key, user_id, link)
        except NotNow:
            return  # Their own link was taken back.

    async def _key_of(self, card: RecipientCard) -> str:
        """
        Return the key of the message in which somebody is told of a release.

        It is one for all that they were given by one click, but for what they hear of later: a
        message that is edited tells nobody anything.
        """
        own = f"recipient:{card.recipient_id}"
        if card.joint_id is None or await self._postings.intended(own) is not None:
            return own
        key = f"joint:{card.joint_id}:{card.tester.id}"
        if card.state is not RecipientState.WAITING:
            return key
        there = await self._postings.starting_with(key)
        old = any(row.intended_at < now() - READ_BY_THEN for row in there)
        return own if card.is_late or old else key

    async def _shown_in(self, key: str, card: RecipientCard) -> list[RecipientCard]:
        """Return what the message of a key tells its person of."""
        return await self._cards.halves(card) if key.startswith("joint:") else [card]

    async def _link_of(self, card: RecipientCard) -> str:
        grant = await self._parts.grants.give(card.release_id, card.tester.id)
        return self._parts.links.install(self._parts.grants.token(grant))

    async def report_edit(self, edit_id: str) -> None:
        """Say in the threads of the release's cards who changed what of it."""
        edit = await self._parts.edits.one(edit_id)

        title = titles.title(await self._cards.title(edit.release_id))

        async def line() -> Message:
            return editing_messages.log(edit, title)

        await _each(
            self._logged(f"edit:{edit_id}:{spot.channel_id}", spot, line)
            for spot in await self._threads_of(edit.release_id)
        )

    async def report_recall(self, recall_id: str) -> None:
        """Say in the threads of the release's cards how a recall goes, and to its sender."""
        release_id = await self._cards.recalled_by(recall_id)
        threads = await self._threads_of(release_id)
        title = titles.title(await self._cards.title(release_id))
        await self._parts.recalls.report(recall_id, title, threads, self._logged)

    async def tell_nudge(self, word_id: str) -> Told:
        """Remind somebody, with a link that holds."""
        return await _unless_refused(self._parts.nudges.tell(word_id))

    async def report_nudge(self, nudge_id: str) -> None:
        """Say in the threads of the release's cards how a nudge goes, and to its sender."""
        release_id = (await self._parts.nudges.card(nudge_id)).release_id
        threads = await self._threads_of(release_id)
        await self._parts.nudges.report(nudge_id, threads, self._logged)

    async def report_trouble(self, report_id: str) -> None:
        """Say in the threads of the release's cards what somebody saw who cannot install it."""
        card = await self._parts.troubles.card(report_id)
        threads = await self._threads_of(card.release_id)
        await self._parts.troubles.report(card, threads, self._logged)

    async def report_mandate(self, mandate_id: str) -> None:
        """Say in the threads of the release's cards who made it mandatory, or lifted that."""
        release_id = await self._parts.mandates.release_of(mandate_id)
        threads = await self._threads_of(release_id)
        title = titles.title(await self._cards.title(release_id))
        await self._parts.mandates.report(mandate_id, title, threads, self._logged)

    async def remind(self, reminder_id: str) -> Told:
        """Remind somebody of what they have to install."""
        try:
            return await self._parts.mandates.remind(reminder_id)
        except TellerFailed as failure:
            if failure.transient:
                raise
            return Told(delivered=False, reason=_refusal(failure))

    async def redraw_reminder(self, reminder_id: str) -> None:
        """Draw a reminder anew, if somebody was sent it."""
        try:
            await self._parts.mandates.redraw(reminder_id)
        except ChannelRefused as refused:
            logger.info("A reminder could not be edited: %s.", refused)

    async def show_request(self, request_id: str) -> None:
        """Draw a request for approval where those look who decide about it."""
        await self._parts.approvals.show(request_id)

    async def tell_asker(self, request_id: str) -> None:
        """Tell whoever asked for an approval that it waits, or what became of it."""
        try:
            await self._parts.approvals.tell_asker(request_id)
        except TellerFailed as failure:
            if failure.transient:
                raise
            logger.warning("Whoever asked for an approval could not be told: %s", failure)

    async def proclaim(self, request_id: str) -> None:
        """Say wherever a release is shown, and to all who approve, that it went without them."""
        card = await self._parts.approvals.card(request_id)
        release_id = card.release.release_id
        # Where it is announced by now, or in a moment: the thread is that of the announcement.
        channels = await self._cards.channels(card.distribution_id) if card.distribution_id else ()
        await _each([self._announce_in(release_id, channel_id) for channel_id in channels])
        threads = await self._threads_of(release_id)
        await self._parts.approvals.proclaim(request_id, threads, self._logged)

    async def report_pending(self, order_id: str) -> None:
        """Say in the threads of the release's cards that it waits for another platform, or did."""
        release_id = (await self._parts.pending.card(order_id)).release.release_id
        threads = await self._threads_of(release_id)
        await self._parts.pending.report(order_id, threads, self._logged)

    async def tell_pending(self, order_id: str) -> None:
        """Tell whoever let a release wait for another platform what became of that."""
        try:
            await self._parts.pending.tell(order_id)
        except TellerFailed as failure:
            if failure.transient:
                raise
            logger.warning("Whoever let a release wait could not be told: %s", failure)

    async def tell_device(self, subject: str) -> None:
        """Tell a device's owner how it stands since a turn."""
        await self._parts.devices.tell_device(subject)

    async def show_approval(self, registration_id: str) -> None:
        """Draw a device where those look who approve."""
        await self._parts.devices.show_approval(registration_id)

    async def show_join(self, request_id: str) -> None:
        """Draw a request to join where those look who decide."""
        await self._parts.joins.show(request_id)

    async def tell_installable(self, wave_id: str, tester_id: str) -> None:
        """Tell somebody what they can install now."""
        await self._parts.homes.testers_changed([tester_id])
        release_ids = await self._parts.devices.tell_installable(wave_id, tester_id)
        # What they were told before they could says by now that they can.
        for recipient_id in await self._cards.told_of(tester_id, release_ids):
            await self.redraw(recipient_id)

    async def show_wave(self, wave_id: str) -> None:
        """Say to those who approve that profiles could not be made."""
        await self._parts.devices.show_wave(wave_id)

    async def tell_rebuild(self, rebuild_id: str, tester_id: str) -> None:
        """Tell somebody that a new build was asked for, since this one is not for their phone."""
        await self._parts.devices.tell_rebuild(rebuild_id, tester_id)

    async def answer_step(self, run_id: str) -> None:
        """Tell a workflow what came of its step."""
        await self._parts.steps.answer(run_id)

    async def show_leavers(self, notice_id: str) -> None:
        """Say to those who manage who left, or came back."""
        tester_ids = await self._parts.leavers.show(notice_id)
        await self._parts.homes.testers_changed(tester_ids)

    async def _show_in(self, card: UploadCard, place: CardPlace) -> None:
        key = f"upload:{card.upload_id}:{place.address}"
        posted = await self._postings.where(key)
        if place.gone and posted is None:
            return
        thread = place.thread
        if thread is None and posted is None:
            thread = await self._parts.threads.of(card, place.address)
        spot = Spot(channel_id=place.address, thread_ts=thread)

        async def render() -> Message:
            fresh = await self._cards.upload(card.upload_id)
            shown = fresh.release or fresh
            await read_ahead(shown.notes, shown.notes_kind)
            return await self._upload_message(fresh)

        progress = card.state is UploadState.FETCHING and card.received_bytes > 0
        try:
            await self._postings.draw(key, spot, render, progress=progress)
        except ChannelRefused as refused:
            logger.info("A card could not be shown in a channel: %s.", refused)

    async def _upload_message(self, card: UploadCard) -> Message:
        if card.state is UploadState.REFUSED:
            return upload_messages.refused(card)
        if card.symbols is not None:
            return upload_messages.symbols(card, card.symbols)
        if card.state is not UploadState.KEPT or card.build is None:
            return upload_messages.reading(card)
        icon = self._icon(card.build.icon_sha256)
        if card.release is None:
            return upload_messages.unclaimed(card, card.build, icon)
        readiness = await self._parts.installabilities.of_card(card.release)
        tally = await self._tally(card.release)
        return upload_messages.release(card, card.release, icon, readiness, tally)

    async def _tally(self, card: ReleaseCard) -> Tally | None:
        """Return what was seen of a release that people have; of any other nothing is asked."""
        if card.standing not in _FOLLOWED or not card.people:
            return None
        return await self._parts.receipts.tally(card.release_id)

    async def _announce_in(
        self, release_id: str, channel_id: str, thread_ts: str | None = None
    ) -> None:
        async def render() -> Message:
            card = await self._cards.announced(release_id, channel_id)
            await read_ahead(card.notes, card.notes_kind)
            readiness = await self._parts.installabilities.of_card(card)
            icon = self._icon(card.build.icon_sha256)
            tally = await self._tally(card)
            return distribution_messages.announcement(card, icon, readiness, tally)

        key = f"release:{release_id}:{channel_id}"
        try:
            await self._postings.draw(key, Spot(channel_id=channel_id, thread_ts=thread_ts), render)
        except ChannelRefused as refused:
            await self._parts.channels.lose(channel_id, refused.reason)

    async def _logged(self, key: str, spot: Spot, render: Callable[[], Awaitable[Message]]) -> None:
        try:
            await self._postings.draw(key, spot, render)
        except ChannelRefused as refused:
            logger.info("A report could not be posted: %s.", refused)

    async def _deliver(self, card: RecipientCard, key: str, user_id: str, link: str) -> None:
        async def render() -> Message:
            fresh = await self._cards.recipient(card.recipient_id)
            halves = [
                await self._half(one, link if one.release_id == card.release_id else None)
                for one in await self._shown_in(key, fresh)
                if _is_open(one)
            ]
            if not halves:
                return distribution_messages.disabled(fresh)
            icon = self._icon(halves[0].card.build.icon_sha256)
            if len(halves) > 1:
                return joint_messages.personal(halves, icon)
            (only,) = halves
            return distribution_messages.personal(only.card, only.link, icon, only.verdict)

        await self._parts.conversations.draw(key, user_id, render)

    async def _half(self, card: RecipientCard, link: str | None) -> Half:
        await read_ahead(card.notes, card.notes_kind)
        # They are told of the very file that their link leads to, as it is at this moment.
        found = await self._parts.installabilities.of_tester(card.tester.id, [card.release_id])
        served = found[card.release_id]
        own = replace(card, build=replace(card.build, facts=served.facts))
        return Half(card=own, link=link or await self._link_of(card), verdict=served.verdict)

    async def _threads_of(self, release_id: str) -> list[Spot]:
        """Return the threads of a release's cards: one for each channel it stands in."""
        spots: dict[str, Spot] = {}
        for row in await self._postings.starting_with(f"release:{release_id}:"):
            if row.ts is not None:
                spots[row.channel_id] = _thread_at(row)
        for upload_id in await self._cards.uploads_of(release_id):
            for row in await self._postings.starting_with(f"upload:{upload_id}:"):
                spots.setdefault(row.channel_id, _thread_at(row))
        return list(spots.values())

    async def _tell_manager(self, distribution_id: str) -> None:
        """Name the people who could not be told to whoever sent it, and to nobody else."""
        act, card = await self._cards.distribution(distribution_id)
        user_id = slack_id_of(act.by)
        if not distribution_messages.is_short(act, card) or user_id is None:
            return

        async def render() -> Message:
            return distribution_messages.shortfall(act, card)

        key = f"shortfall:{distribution_id}"
        try:
            await self._parts.conversations.draw(key, user_id, render)
        except TellerFailed as failure:
            if failure.transient:
                raise
            logger.warning("A manager could not be told of a shortfall: %s", failure)

    def _icon(self, sha256: str | None) -> str | None:
        return self._parts.icon_url(sha256) if sha256 else None


def _thread_at(row: Posting) -> Spot:
    """Return the thread that a message of ours begins, or stands in."""
    return Spot(channel_id=row.channel_id, thread_ts=row.thread_ts or row.ts)


def _is_open(card: RecipientCard) -> bool:
    """Return whether somebody may install what they were told of."""
    return card.state is not RecipientState.WITHDRAWN and not card.is_disabled


async def _each(works: Iterable[Awaitable[None]]) -> None:
    """Do each, whatever happens to the others; then let an error leave, one that may pass first."""
    failures: list[SlipwayError] = []
    left = list(works)
    try:
        while left:
            try:
                await left.pop(0)
            except SlipwayError as failure:
                failures.append(failure)
    finally:
        for work in left:  # Asked to stop, nobody comes to these.
            if inspect.iscoroutine(work):
                work.close()
    if failures:
        raise min(failures, key=lambda failure: not failure.transient)


async def _unless_refused(telling: Awaitable[Told]) -> Told:
    """Return what came of telling somebody; what Slack refuses for good is why they were not."""
    try:
        return await telling
    except TellerFailed as failure:
        if failure.transient:
            raise
        return Told(delivered=False, reason=_refusal(failure))


def _refusal(failure: TellerFailed) -> str:
    reason = UNDELIVERABLE.get(str(failure.data.get("slack") or ""))
    return f"{reason[0].upper()}{reason[1:]}." if reason else str(failure)
