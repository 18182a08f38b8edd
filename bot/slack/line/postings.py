"""
Our messages in Slack: each posted once, found again by its key, and edited in place.

The intention is written down before the message is posted, and the message carries its key as
metadata. So whatever happens in between (a crash, an answer that was lost), the next drawing looks
for the message before it posts another one. Where Slack does not let us read the channel's history
the message is posted again: better twice than never.
"""

import asyncio
import hashlib
import json
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from slack_sdk.errors import SlackApiError

from bot.slack.kit import shortening
from bot.slack.kit.blocks import Message
from bot.slack.kit.codes import (
    CHANNEL_REFUSALS,
    MESSAGE_GONE,
    METADATA_REFUSED,
    THREAD_GONE,
    code_of,
    is_ambiguous,
)
from bot.slack.kit.names import POSTING
from bot.slack.kit.payloads import text_or_none
from bot.slack.kit.shortening import Shapes
from bot.slack.line.client import Clients
from bot.slack.line.health import SlackStanding
from bot.slack.line.history import History
from bot.slack.line.identity import Whoami
from bot.slack.line.meaning import FAILURES, meaning
from bot.slack.line.pace import Edits, Lanes
from provisioning.errors import TellerFailed, TellerUnreachable
from storage.catalog import postings
from storage.catalog.database import Database
from storage.records.base import now
from storage.records.posting import Posting

logger = logging.getLogger(__name__)

#: How often an answer that was lost is followed by another look and another try.
TRIES = 3
#: Seconds before the first look for a message whose answer was lost; then longer.
LOOK_AGAIN = 0.5
#: How long another replica that wrote the intention is left to post.
OTHERS_PATIENCE = timedelta(seconds=8)

Render = Callable[[], Awaitable[Message]]


def showing(message: Message) -> Render:
    """Return what draws a message that is finished already."""

    async def render() -> Message:
        return message

    return render


class ChannelRefused(TellerFailed):
    """
    Slack takes no messages of ours in a channel.

    `code` is Slack's word, `data` has `channel_id` and `reason`, the end of a sentence.
    """

    code = "channel_refused"

    @property
    def channel_id(self) -> str:
        return str(self.data.get("channel_id", ""))

    @property
    def reason(self) -> str:
        return str(self.data.get("reason", ""))


class AnswerLost(TellerUnreachable):
    """Slack did not say whether the message was posted. It is looked for before the next try."""

    code = "answer_lost"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """Where a message goes: a channel (or D… conversation) and a thread in it."""

    channel_id: str
    thread_ts: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """Where a message is."""

    channel_id: str
    ts: str


class Postings:
    """Draws messages by key. One turn at a time for each key and each channel."""

    def __init__(
        self,
        clients: Clients,
        database: Database,
        whoami: Whoami,
        standing: SlackStanding,
        pace: Lanes,
    ) -> None:
        self._clients = clients
        self._database = database
        self._whoami = whoami
        self._standing = standing
        self._pace = pace
        self._history = History(clients.patient, whoami, standing)
        self._turns: dict[str, asyncio.Lock] = {}
        self._edits = Edits()

    async def draw(
        self, key: str, spot: Spot, render: Render, *, progress: bool = False
    ) -> Posted | None:
        """
        Post what *render* returns, or bring the message of *key* up to date with it.

        *render* is called when it is this drawing's turn, so the last drawing shows the last state.
        A drawing of mere *progress* that comes too soon after the one before is left out: None.
        Raise TellerUnreachable for what may pass (draw again then), ChannelRefused, or TellerFailed
        with Slack's word in `data["slack"]`.
        """
        lock = self._turns.setdefault(key, asyncio.Lock())
        if progress and (lock.locked() or self._edits.is_too_soon(key)):
            return None
        try:
            async with lock:
                await self._edits.breathe(key)
                return await self._drawn(key, spot, await render())
        finally:
            if not lock.locked():
                self._turns.pop(key, None)

    async def where(self, key: str) -> Posted | None:
        """Return where the message of *key* is, None while it is not posted."""
        async with self._database.reading() as session:
            row = await postings.get(session, key)
        return Posted(channel_id=row.channel_id, ts=row.ts) if row and row.ts else None

    async def intended(self, key: str) -> Spot | None:
        """Return where the message of *key* is or may be: it may be posted and not noted yet."""
        async with self._database.reading() as session:
            row = await postings.get(session, key)
        return Spot(channel_id=row.channel_id, thread_ts=row.thread_ts) if row else None

    async def at(self, channel_id: str, ts: str) -> str | None:
        """Return the key of our message at a place, None when it is none of ours."""
        async with self._database.reading() as session:
            row = await postings.at(session, channel_id, ts)
        return row.key if row else None

    async def starting_with(self, prefix: str) -> list[Posting]:
        """Return the postings whose key begins with *prefix*, oldest first."""
        async with self._database.reading() as session:
            return list(await postings.starting_with(session, prefix))

    async def _drawn(self, key: str, spot: Spot, message: Message) -> Posted:
        self._standing.require()
        digest = digest_of(message)
        row, ours = await self._intend(key, spot)
        if row.ts is None and not ours:
            row = await self._after_others(row)
        if row.ts is None:
            return await self._post_or_find(row, message, digest, look=not ours)
        if row.digest == digest:
            return Posted(channel_id=row.channel_id, ts=row.ts)
        if await self._edit(row, message):
            await self._remember(row, row.ts, digest)
            return Posted(channel_id=row.channel_id, ts=row.ts)
        async with self._database.writing() as session:
            await postings.lost(session, key)
        return await self._post_or_find(row, message, digest, look=False)

    async def _intend(self, key: str, spot: Spot) -> tuple[Posting, bool]:
        team_id = (await self._whoami()).team_id
        async with self._database.writing() as session:
            return await postings.intend(
                session,
                key,
                team_id=team_id,
                channel_id=spot.channel_id,
                thread_ts=spot.thread_ts,
            )

    async def _after_others(self, row: Posting) -> Posting:
        """Wait while another process, which wrote the intention just now, may be posting."""
        if self._database.embedded:
            return row  # There is no other process: ours died before it could post.
        while row.ts is None and now() - row.intended_at < OTHERS_PATIENCE:
            found = await self._history.find(row)
            if found is not None:
                break
            await asyncio.sleep(0.5)
            async with self._database.reading() as session:
                row = await postings.get(session, row.key) or row
        return row

    async def _post_or_find(
        self, row: Posting, message: Message, digest: str, *, look: bool
    ) -> Posted:
        found = await self._history.find(row) if look else None
        for attempt in range(1, TRIES + 1):
            if found is not None:
                # What it shows is not known, so the next drawing edits it.
                await self._remember(row, found, "")
                return await self._up_to_date(row, found, message, digest)
            try:
                ts = await self._post(row, message)
                await self._remember(row, ts, digest)
                return Posted(channel_id=row.channel_id, ts=ts)
            except AnswerLost:
                if attempt == TRIES:
                    raise
                await asyncio.sleep(LOOK_AGAIN * attempt)
                found = await self._history.find(row)
        raise AssertionError("every try returns or raises")

    async def _up_to_date(self, row: Posting, ts: str, message: Message, digest: str) -> Posted:
        row.ts = ts
        if await self._edit(row, message):
            await self._remember(row, ts, digest)
        return Posted(channel_id=row.channel_id, ts=ts)

    async def _remember(self, row: Posting, ts: str, digest: str) -> None:
        async with self._database.writing() as session:
            await postings.posted(session, row.key, ts=ts, digest=digest)

    async def _post(self, row: Posting, message: Message) -> str:
        """Post, giving up piece after piece of what Slack refuses; return the ts."""
        thread_ts = row.thread_ts
        metadata: dict[str, object] | None = {
            "event_type": POSTING,
            "event_payload": {"key": row.key},
        }
        shapes = Shapes(message)
        while True:
            try:
                async with self._pace.turn(row.channel_id):
                    answer = await self._clients.careful.chat_postMessage(
                        channel=row.channel_id,
                        thread_ts=thread_ts,
                        metadata=metadata,
                        unfurl_links=False,
                        unfurl_media=False,
                        **shapes.now.arguments(),
                    )
            except FAILURES as error:
                code = _word_of(error)
                if code in METADATA_REFUSED and metadata is not None:
                    metadata = None
                elif code in THREAD_GONE and thread_ts is not None:
                    thread_ts = None
                elif not shapes.smaller(code):
                    raise self._posting_failed(error, row) from error
            else:
                ts = text_or_none(answer.data, "ts")
                if ts is None:
                    raise AnswerLost
                await self._continue(row, thread_ts or ts, shapes.now.rest)
                return ts

    async def _edit(self, row: Posting, message: Message) -> bool:
        """Edit the message; return False when it is gone and must be posted again."""
        shapes = Shapes(message)
        while True:
            try:
                answer = await self._clients.patient.chat_update(
                    channel=row.channel_id, ts=str(row.ts), **shapes.now.arguments()
                )
            except FAILURES as error:
                if _word_of(error) in MESSAGE_GONE:
                    return False
                if not shapes.smaller(_word_of(error)):
                    raise self._failed(error, row) from error
            else:
                if text_or_none(answer.data, "ts") is None:
                    raise AnswerLost
                self._edits.note(row.key)
                return True

    async def _continue(self, row: Posting, thread_ts: str, rest: str) -> None:
        """Post what found no room into the thread. Losing it costs less than posting it twice."""
        for part in shortening.continuation(rest):
            try:
                async with self._pace.turn(row.channel_id):
                    await self._clients.careful.chat_postMessage(
                        channel=row.channel_id, thread_ts=thread_ts, **part.arguments()
                    )
            except FAILURES as error:
                logger.warning("The rest of %s was not posted: %s.", row.key, type(error).__name__)
                return

    def _posting_failed(self, error: Exception, row: Posting) -> TellerFailed:
        failure = self._failed(error, row)
        if isinstance(error, SlackApiError) and not is_ambiguous(error):
            return failure
        return AnswerLost(**failure.data)

    def _failed(self, error: Exception, row: Posting) -> TellerFailed:
        failure, word = meaning(error, self._standing), _word_of(error)
        if word not in CHANNEL_REFUSALS:
            return failure
        reason = CHANNEL_REFUSALS[word]
        return ChannelRefused(
            f"Slipway cannot post there: {reason}.",
            code=word,
            channel_id=row.channel_id,
            reason=reason,
            slack=word,
        )


def _word_of(error: Exception) -> str:
    """Return Slack's word for what was wrong; empty when it said none."""
    return code_of(error) if isinstance(error, SlackApiError) else ""


def digest_of(message: Message) -> str:
    """Return what tells two drawings apart: SHA-256 in hex of text and blocks."""
    drawn = json.dumps([message.text, list(message.blocks)], sort_keys=True, default=str)
    return hashlib.sha256(drawn.encode()).hexdigest()
