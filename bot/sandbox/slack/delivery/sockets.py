"""Socket Mode: the app's open connections."""

import asyncio
import contextlib
import json
import uuid
from collections.abc import Callable

from aiohttp import WSCloseCode, WSMessage, WSMsgType, web

from bot.sandbox.shapes import JsonObject, as_object
from bot.sandbox.slack.delivery.envelope import Envelope, NotDelivered, Reply, Sort

#: Slack allows an app so many connections at a time.
MOST_CONNECTIONS = 10
HOST = "applink-sandbox"


class Connection:
    """One open socket. *is_leaving* once it was told to reconnect."""

    def __init__(
        self, socket: web.WebSocketResponse, transport: asyncio.BaseTransport | None
    ) -> None:
        self.socket = socket
        self.is_leaving = False
        self.is_stalled = False
        self._transport = transport
        self._waiting: dict[str, asyncio.Future[JsonObject]] = {}

    async def ask(self, envelope: JsonObject, within: float) -> JsonObject:
        """Send an envelope, return its acknowledgement. Raise TimeoutError or ConnectionError."""
        answer: asyncio.Future[JsonObject] = asyncio.get_running_loop().create_future()
        self._waiting[envelope["envelope_id"]] = answer
        try:
            await self.socket.send_json(envelope)
            return await asyncio.wait_for(answer, within)
        finally:
            self._waiting.pop(envelope["envelope_id"], None)

    def heard(self, text: str) -> None:
        """Take an acknowledgement; what nobody waits for any more is dropped."""
        said = as_object(json.loads(text))
        answer = self._waiting.get(str(said.get("envelope_id")))
        if answer is not None and not answer.done():
            answer.set_result(said)

    def gone(self) -> None:
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(ConnectionResetError("The socket closed."))

    def break_off(self) -> None:
        """Cut the connection without a word, as a failing network does."""
        if isinstance(self._transport, asyncio.WriteTransport):
            self._transport.abort()


class Sockets:
    """All connections of the app, and the tickets with which new ones are opened."""

    def __init__(self, app_id: str, on_change: Callable[[], None]) -> None:
        self._app_id = app_id
        self._on_change = on_change
        self._tickets: set[str] = set()
        self._turn = 0
        self._connected = asyncio.Event()
        self.connections: list[Connection] = []

    def ticket(self) -> str:
        """Return a ticket that opens one connection."""
        ticket = uuid.uuid4().hex
        self._tickets.add(ticket)
        return ticket

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Answer the request that opens a socket, and stay with it until it closes."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            raise web.HTTPForbidden(text="The ticket is unknown or used.")
        self._tickets.discard(ticket)
        socket = web.WebSocketResponse(autoping=False, max_msg_size=4 * 1024 * 1024)
        await socket.prepare(request)
        if len(self.connections) >= MOST_CONNECTIONS:
            await socket.send_json({"type": "disconnect", "reason": "too_many_websockets"})
            await socket.close()
            return socket
        connection = Connection(socket, request.transport)
        self.connections.append(connection)
        try:
            await socket.send_json(self._hello())
            self._connected.set()
            self._on_change()
            await self._listen(connection)
        finally:
            self._forget(connection)
        return socket

    def _hello(self) -> JsonObject:
        return {
            "type": "hello",
            "num_connections": len(self.connections),
            "connection_info": {"app_id": self._app_id},
            "debug_info": {"host": HOST, "build_number": 1, "approximate_connection_time": 18060},
        }

    async def _listen(self, connection: Connection) -> None:
        async for message in connection.socket:
            await self._on_message(connection, message)

    async def _on_message(self, connection: Connection, message: WSMessage) -> None:
        if connection.is_stalled:
            return
        if message.type is WSMsgType.PING:
            await connection.socket.pong(message.data)
        elif message.type is WSMsgType.TEXT:
            connection.heard(message.data)

    def _forget(self, connection: Connection) -> None:
        connection.gone()
        self.connections.remove(connection)
        if not self.connections:
            self._connected.clear()
        self._on_change()

    def _next(self) -> Connection:
        open_ones = [c for c in self.connections if not c.socket.closed]
        staying = [c for c in open_ones if not c.is_leaving] or open_ones
        if not staying:
            raise NotDelivered("no_connection")
        self._turn += 1
        return staying[self._turn % len(staying)]

    async def hand_over(self, envelope: Envelope, within: float) -> Reply:
        """Send over one of the connections. Raise NotDelivered when none took it in time."""
        connection = self._next()
        message: JsonObject = {
            "type": envelope.sort.value,
            "envelope_id": str(uuid.uuid4()),
            "payload": envelope.payload,
            "accepts_response_payload": envelope.sort is not Sort.EVENT,
        }
        if envelope.sort is Sort.EVENT:
            message |= {"retry_attempt": envelope.retry, "retry_reason": envelope.retry_reason}
        try:
            said = await connection.ask(message, within)
        except TimeoutError:
            raise NotDelivered("timeout") from None
        except ConnectionError:
            raise NotDelivered("connection_failed") from None
        return Reply(payload=as_object(said.get("payload")))

    async def wait_until_connected(self) -> None:
        await self._connected.wait()

    async def disconnect(self, reason: str = "refresh_requested") -> None:
        """
        Ask every connection to go.

        *reason* is `warning`, `refresh_requested` or `link_disabled`.
        """
        for connection in tuple(self.connections):
            connection.is_leaving = True
            farewell = {"type": "disconnect", "reason": reason, "debug_info": {"host": HOST}}
            with contextlib.suppress(ConnectionError):
                await connection.socket.send_json(farewell)

    def drop(self) -> None:
        """Cut every connection without a word."""
        for connection in tuple(self.connections):
            connection.break_off()

    def stall(self) -> None:
        """Let every connection stay open and say nothing any more, not even pong."""
        for connection in self.connections:
            connection.is_stalled = True

    async def close(self, code: int = WSCloseCode.GOING_AWAY) -> None:
        """Close every connection properly with a close code."""
        for connection in tuple(self.connections):
            await connection.socket.close(code=code)
