"""
How listeners run: events to their end before Slack is answered, everything else held after `ack`.

Bolt acknowledges an event before its listener runs, so that a crash in between loses it, and it
does not hold on to the task in which a listener goes on after `ack`. Here an event is answered when
its listener has written down what it is about; a click is answered as soon as its listener says so
and the rest of the listener is held until it ends.
"""

import asyncio
import time
from collections.abc import Coroutine
from typing import Any

from slack_bolt.listener.async_listener import AsyncListener
from slack_bolt.listener.asyncio_runner import AsyncioListenerRunner
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.slack.line.promises import PROMISE, Promises
from bot.slack.line.tasks import Tasks

#: Slack gives up on an answer after three seconds.
ANSWER_WITHIN = 3.0
GLANCE = 0.004


class Runner(AsyncioListenerRunner):
    """Bolt's runner in its thorough mode, with clicks answered early."""

    tasks: Tasks
    promises: Promises

    @classmethod
    def like(cls, runner: AsyncioListenerRunner, tasks: Tasks, promises: Promises) -> "Runner":
        """Return one with the handlers of Bolt's own."""
        made = cls(
            logger=runner.logger,
            process_before_response=True,
            listener_error_handler=runner.listener_error_handler,
            listener_start_handler=runner.listener_start_handler,
            listener_completion_handler=runner.listener_completion_handler,
            lazy_listener_runner=runner.lazy_listener_runner,
        )
        made.tasks = tasks
        made.promises = promises
        return made

    async def run(
        self,
        request: AsyncBoltRequest,
        response: BoltResponse,
        listener_name: str,
        listener: AsyncListener,
        starting_time: float | None = None,
    ) -> BoltResponse | None:
        thorough = super().run(request, response, listener_name, listener, starting_time)
        if request.body.get("type") == "event_callback":
            return await thorough
        answer: BoltResponse | None = None

        async def held() -> None:
            nonlocal answer
            answer = await thorough

        task = self._start(held(), request, name=f"listener {listener_name}")
        ack = request.context.ack
        deadline = time.monotonic() + ANSWER_WITHIN
        while ack.response is None and not task.done() and time.monotonic() < deadline:
            await asyncio.wait({task}, timeout=GLANCE)
        return answer or ack.response

    def _start(
        self, work: Coroutine[Any, Any, None], request: AsyncBoltRequest, *, name: str
    ) -> asyncio.Task[None]:
        key = request.context.get(PROMISE)
        if key is None:
            return self.tasks.start(work, name=name)
        return self.promises.keep(key, work, name=name)
