"""
Promises: commands and clicks, written down before Slack is told that they were taken.

Slack delivers them once. Between the answer and the end of the work the process may die; then the
next one, or another replica, hands the same delivery to the app again. Whatever they change has a
key of its own or looks at the state first, so keeping a promise twice is keeping it once.
What is asked by a form is none: its answer says whether it was done, and the person tries again.
"""

import asyncio
import json
import logging
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any

from slack_bolt.async_app import AsyncApp

from bot.slack.kit.payloads import AGAIN, Body, at
from bot.slack.line.delivery import Senseless, deliver
from bot.slack.line.health import SlackStanding
from bot.slack.line.tasks import Tasks, Undertaking
from storage.catalog import promises
from storage.catalog.database import Database, Session
from storage.records.base import new_id, now
from storage.records.promise import Promise
from storage.secrets import Place, Secrets, SecretUnreadable

logger = logging.getLogger(__name__)

#: What a process has to renew, so that the others do not take it over.
LEASE = timedelta(seconds=20)
#: After that Slack's addresses for an answer are dead, and people have asked again.
TOO_OLD = timedelta(minutes=30)
#: One that takes the process down with it each time is let go.
TRIES = 3

KINDS = frozenset({"block_actions", "shortcut", "message_action"})
#: Set in a request's context: the key of its promise, and that it is handed over again.
PROMISE = "slipway_promise"
REPEATED = "slipway_repeated"


def is_promise(body: Body) -> bool:
    return bool(at(body, "command")) or at(body, "type") in KINDS


class Promises:
    """Makes promises, holds them while they are under way, and takes up what others left."""

    def __init__(
        self, database: Database, secrets: Secrets, tasks: Tasks, standing: SlackStanding
    ) -> None:
        self._database = database
        self._secrets = secrets
        self._tasks = tasks
        self._standing = standing
        self._life = new_id()
        self._under_way: set[str] = set()

    async def make(self, session: Session, key: str, body: Body) -> None:
        """Write a promise down, in the unit of work that takes the delivery."""
        sealed = self._secrets.seal(json.dumps(body).encode(), _place(key))
        promise = Promise(key=key, sealed_body=sealed, holder=self._life, held_until=now() + LEASE)
        await promises.make(session, promise)

    def keep(self, key: str, work: Coroutine[Any, Any, None], *, name: str) -> asyncio.Task[None]:
        """Run *work*; the promise is kept once that and all that it began have ended."""
        whole = Undertaking()
        self._under_way.add(key)
        with whole.begun():
            task = self._tasks.start(work, name=name)
        self._tasks.start(self._end(key, whole), name="forget a promise")
        return task

    async def look_after(self, app: AsyncApp) -> None:
        """Hold what is under way, and hand what nobody holds any more to *app* again."""
        if self._under_way:
            async with self._database.writing() as session:
                await promises.hold(session, self._under_way, self._life, now() + LEASE)
        if not self._standing.well or not self._standing.reachable.is_set():
            return  # Nobody could be answered, and who asked could not be looked up.
        for promise in await self._taken_up():
            await self._repeat(app, promise)

    async def _taken_up(self) -> list[Promise]:
        # Without other processes, whatever is not this life's is a dead one's.
        orphans = self._database.embedded
        async with self._database.reading() as session:
            if not await promises.are_free(session, self._life, now=now(), orphans=orphans):
                return []
        async with self._database.writing() as session:
            found = await promises.take_up(
                session, self._life, now=now(), until=now() + LEASE, orphans=orphans
            )
        return list(found)

    async def _repeat(self, app: AsyncApp, promise: Promise) -> None:
        body = self._body_of(promise)
        if body is None:
            await self._forget(promise.key)
            return
        logger.info("What was promised by a process that died is done now.")
        context = {REPEATED: promise.key}
        try:
            await deliver(app, {**body, AGAIN: True}, {}, context)
        except Senseless as mistake:
            logger.warning("What was promised made no sense: %s.", mistake)
        if promise.key not in self._under_way:
            await self._forget(promise.key)

    def _body_of(self, promise: Promise) -> dict[str, Any] | None:
        """Return what was delivered, None for what is not done any more."""
        if now() - promise.asked_at > TOO_OLD:
            logger.warning("A promise is older than half an hour and is not kept any more.")
            return None
        if promise.tries >= TRIES:
            logger.error(
                "A promise was begun %s times and never ended; it is not tried again.", TRIES
            )
            return None
        try:
            opened = self._secrets.open(promise.sealed_body, _place(promise.key))
        except SecretUnreadable:
            logger.warning("A promise was sealed with another secret key and cannot be kept.")
            return None
        body: dict[str, Any] = json.loads(opened)
        return body

    async def _end(self, key: str, whole: Undertaking) -> None:
        try:
            await whole.ended.wait()
            if not whole.was_cut:
                await self._forget(key)
        finally:
            self._under_way.discard(key)

    async def _forget(self, key: str) -> None:
        async with self._database.writing() as session:
            await promises.forget(session, key, self._life)


def _place(key: str) -> Place:
    return Place(table="promise", row_id=key, column="sealed_body")
