"""`/desk/stream`: what happens, as it happens."""

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator

from aiohttp import web

from bot.sandbox.shapes import JsonObject, as_text
from bot.sandbox.slack.desk.door import Visit
from bot.sandbox.slack.desk.messages import with_pictures
from bot.sandbox.slack.state import News, State
from bot.sandbox.slack.views import EVERY_TAB

#: A line that says nothing, so that a dead connection is noticed.
HEARTBEAT_SECONDS = 15.0
#: A reader that falls so far behind is cut off; its page reloads what it missed.
LONGEST_QUEUE = 1000


class Stream:
    """Sends each open page the news that its person may hear."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._queues: dict[asyncio.Queue[JsonObject | None], Visit] = {}
        state.page_ears.append(self._on_news)

    def stop(self) -> None:
        """End every open stream."""
        for queue in self._queues:
            _end(queue)

    def _on_news(self, news: News) -> None:
        for queue, visit in self._queues.items():
            if not self._may_hear(news, visit):
                continue
            if queue.full():
                _end(queue)
            else:
                queue.put_nowait(news.body)

    def _may_hear(self, news: News, visit: Visit) -> bool:
        user_id = visit.person.id
        if news.tab not in {EVERY_TAB, visit.ground.tab}:
            return False
        if news.user is not None:
            return news.user == user_id
        channel = news.body.get("channel")
        if channel is None:
            return True
        conversation = self._state.conversations.get(as_text(channel))
        return conversation is not None and (conversation.is_public or conversation.has(user_id))

    async def serve(self, visit: Visit) -> web.StreamResponse:
        response = web.StreamResponse(
            headers={
                "Content-Type": "text/event-stream",
                "Cache-Control": "no-store",
                "X-Accel-Buffering": "no",
            }
        )
        await response.prepare(visit.request)
        # A page that goes away ends its stream; there is nobody left to tell.
        with contextlib.suppress(ConnectionError):
            await response.write(b": hello\n\n")
            async for line in self._lines(visit):
                await response.write(line)
        return response

    async def _lines(self, visit: Visit) -> AsyncGenerator[bytes]:
        queue: asyncio.Queue[JsonObject | None] = asyncio.Queue(LONGEST_QUEUE)
        self._queues[queue] = visit
        try:
            while True:
                try:
                    body = await asyncio.wait_for(queue.get(), HEARTBEAT_SECONDS)
                except TimeoutError:
                    yield b": still here\n\n"
                    continue
                if body is None:
                    return
                yield f"data: {json.dumps(_shown(visit, body))}\n\n".encode()
        finally:
            self._queues.pop(queue, None)


def _shown(visit: Visit, body: JsonObject) -> JsonObject:
    view = body.get("view")
    if not isinstance(view, dict):
        return body
    return {**body, "view": {**view, "blocks": with_pictures(visit, view["blocks"])}}


def _end(queue: asyncio.Queue[JsonObject | None]) -> None:
    while not queue.empty():
        queue.get_nowait()
    queue.put_nowait(None)
