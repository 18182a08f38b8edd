"""
Each delivery of Slack's once.

Slack delivers again whatever it got no answer for: with the same `event_id` for events, with the
same `trigger_id` for clicks, forms and commands. Two transports or two replicas can get the same
one. Clicks and commands are claimed before they are acted on, and written down as promises until
they are done. Events are marked after their listener succeeded: when the process dies in between,
the next delivery still counts, and what a listener starts is keyed by what it is about.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.listener.async_listener_completion_handler import AsyncListenerCompletionHandler
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.slack.kit.payloads import Body, at, text_or_none
from bot.slack.line.health import SlackStanding
from bot.slack.line.promises import PROMISE, REPEATED, Promises, is_promise
from storage.catalog import seen
from storage.catalog.database import Database

#: Set in a request's context when its listener failed, or when there was none of a feature's.
FAILED = "slipway_failed"
UNHEARD = "slipway_unheard"


def key_of(body: Body) -> str | None:
    """Return what all deliveries of the same thing share, None for what may come twice."""
    if event_id := text_or_none(body, "event_id"):
        return f"event:{event_id}"
    if at(body, "type") == "block_suggestion":
        return None
    if trigger_id := text_or_none(body, "trigger_id"):
        kind = text_or_none(body, "type") or "command"
        stamp = text_or_none(body, "actions", 0, "action_ts") or ""
        return f"{kind}:{trigger_id}:{stamp}"
    return None


class Deliveries(AsyncListenerCompletionHandler):
    """A middleware that lets each delivery through once; and what is done when it has ended."""

    def __init__(self, database: Database, promises: Promises, standing: SlackStanding) -> None:
        self._database = database
        self._promises = promises
        self._standing = standing
        self._under_way: set[str] = set()

    async def once(
        self,
        body: dict[str, Any],
        context: AsyncBoltContext,
        next_: Callable[[], Awaitable[BoltResponse]],
    ) -> BoltResponse | None:
        """Go on to the listeners, or answer a repetition with 200 and nothing else."""
        if at(body, "type") == "app_rate_limited":
            self._standing.rate_limited()
            return BoltResponse(status=200, body="")
        key = key_of(body)
        if key is None:
            return await next_()
        is_known = key in self._under_way or not await self._is_new(key, body)
        if is_known and context.get(REPEATED) != key:
            return BoltResponse(status=200, body="")
        if is_promise(body):
            context[PROMISE] = key
        self._under_way.add(key)
        return await next_()

    async def handle(self, request: AsyncBoltRequest, response: BoltResponse | None) -> None:
        """Remember an event whose listener succeeded."""
        del response
        key = key_of(request.body)
        if key is None:
            return
        self._under_way.discard(key)
        context = request.context
        if key.startswith("event:") and not (context.get(FAILED) or context.get(UNHEARD)):
            async with self._database.writing() as session:
                await seen.first_time(session, key)

    async def _is_new(self, key: str, body: Body) -> bool:
        if key.startswith("event:"):
            async with self._database.reading() as session:
                return not await seen.known(session, key)
        async with self._database.writing() as session:
            is_new = await seen.first_time(session, key)
            if is_new and is_promise(body):
                await self._promises.make(session, key, body)
        return is_new
