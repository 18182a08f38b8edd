"""Tells the app what happened, again when it did not listen, and asks it for answers."""

import asyncio
import logging
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.sandbox.shapes import JsonObject
from bot.sandbox.slack.delivery.envelope import Envelope, NotDelivered, Reply, Sort, Transport
from bot.sandbox.slack.delivery.subscriptions import is_heard
from bot.sandbox.slack.errors import Unanswered
from bot.sandbox.slack.state import Happening, State

logger = logging.getLogger(__name__)

#: So many deliveries are remembered.
KEPT_DELIVERIES = 2000
#: An answer has to come within so many seconds.
ACK_SECONDS = 3.0
#: Slack tries again at once, after a minute and after five.
RETRY_DELAYS = (0.0, 60.0, 300.0)


@dataclass(slots=True, kw_only=True)
class Delivered:
    """One event on its way. *outcomes* holds `ok` or a reason for every attempt so far."""

    id: str
    body: JsonObject
    outcomes: list[str] = field(default_factory=list)
    is_over: bool = False

    @property
    def type(self) -> str:
        return str(self.body["event"]["type"])

    @property
    def is_taken(self) -> bool:
        return "ok" in self.outcomes


class Delivery:
    """
    Brings events to the app over its transport.

    *ack_seconds* and *retry_delays* are Slack's own until a test makes them shorter. While it is
    held, events wait; `release` sends them on, in another order when asked.
    """

    def __init__(self, state: State) -> None:
        self._state = state
        self._tasks: set[asyncio.Task[None]] = set()
        self._held: list[Delivered] | None = None
        self.transport: Transport | None = None
        self.ack_seconds = ACK_SECONDS
        self.retry_delays: Sequence[float] = RETRY_DELAYS
        self.deliveries: deque[Delivered] = deque(maxlen=KEPT_DELIVERIES)
        state.app_ears.append(self.on_happening)

    def on_happening(self, happening: Happening) -> None:
        """Send an event on its way when the app may hear of it."""
        app = self._state.app
        if not is_heard(app, happening.event) or not self._is_member(happening.channel):
            return
        delivered = Delivered(id=self._state.mint.id("Ev"), body={})
        delivered.body = self._wrapped(delivered.id, happening.event)
        self.deliveries.append(delivered)
        if self._held is not None:
            self._held.append(delivered)
        else:
            self._start(delivered)

    def _is_member(self, channel: str | None) -> bool:
        if channel is None:
            return True
        conversation = self._state.conversations.get(channel)
        return conversation is not None and conversation.has(self._state.app.bot_user)

    def _wrapped(self, event_id: str, event: JsonObject) -> JsonObject:
        state = self._state
        return {
            "token": state.app.verification_token,
            "team_id": state.team_id,
            "context_team_id": state.team_id,
            "context_enterprise_id": None,
            "api_app_id": state.app.app_id,
            "event": event,
            "type": "event_callback",
            "event_id": event_id,
            "event_time": state.now(),
            "authorizations": [
                {
                    "enterprise_id": None,
                    "team_id": state.team_id,
                    "user_id": state.app.bot_user,
                    "is_bot": True,
                    "is_enterprise_install": False,
                }
            ],
            "is_ext_shared_channel": False,
            "event_context": f"4-{event_id}",
        }

    def _start(self, delivered: Delivered) -> None:
        task = asyncio.create_task(self._deliver(delivered), name=f"deliver {delivered.id}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _deliver(self, delivered: Delivered) -> None:
        reason = ""
        for attempt, delay in enumerate((0.0, *self.retry_delays)):
            if attempt > 0:
                await asyncio.sleep(delay)
            try:
                await self._attempt(delivered, attempt, reason)
            except NotDelivered as missed:
                reason = missed.reason
                if not missed.may_retry:
                    break
            else:
                break
        delivered.is_over = True
        self._state.changed()

    async def _attempt(self, delivered: Delivered, attempt: int, reason: str) -> None:
        envelope = Envelope(
            sort=Sort.EVENT, payload=delivered.body, retry=attempt, retry_reason=reason
        )
        try:
            await self._transport().hand_over(envelope, self.ack_seconds)
        except NotDelivered as missed:
            logger.debug("Event %s was not taken: %s.", delivered.id, missed.reason)
            delivered.outcomes.append(missed.reason)
            raise
        finally:
            self._state.changed()
        delivered.outcomes.append("ok")

    def _transport(self) -> Transport:
        if self.transport is None:
            raise NotDelivered("no_connection")
        return self.transport

    async def redeliver(self, delivered: Delivered) -> None:
        """Deliver once more with the same event id, as Slack does after a lost answer."""
        await self._attempt(delivered, 1, "timeout")
        self._state.changed()

    def of_type(self, event_type: str) -> list[Delivered]:
        """Return what was sent of one event type, e.g. `file_shared`."""
        return [delivered for delivered in self.deliveries if delivered.type == event_type]

    def hold(self) -> None:
        """Keep events back from now on."""
        if self._held is None:
            self._held = []

    def release(self, *, is_reversed: bool = False) -> None:
        """Send on what was held back, the newest first when *is_reversed*."""
        held, self._held = self._held or [], None
        for delivered in reversed(held) if is_reversed else held:
            self._start(delivered)

    def forget_held(self) -> int:
        """Lose what was held back, as in an outage, and return how many events are lost."""
        held, self._held = self._held or [], None
        for delivered in held:
            delivered.is_over = True
        return len(held)

    async def ask(self, sort: Sort, payload: JsonObject, what: str) -> Reply:
        """Hand over what a person did and return the answer. Raise Unanswered."""
        try:
            return await self._transport().hand_over(
                Envelope(sort=sort, payload=payload), self.ack_seconds
            )
        except NotDelivered as missed:
            is_late = "timeout" in missed.reason
            name = "operation_timeout" if is_late else "dispatch_failed"
            raise Unanswered(name, what) from None

    @property
    def is_idle(self) -> bool:
        """Tell whether every event was taken or given up."""
        return not self._tasks

    async def close(self) -> None:
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
