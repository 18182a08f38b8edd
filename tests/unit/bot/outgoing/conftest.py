"""A server on this machine that notes what it hears."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field

import pytest


@dataclass
class Canary:
    """Answers each connection with *answer* as it is; without one it stays silent."""

    answer: bytes = b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n"
    port: int = 0
    connections: int = 0
    heard: list[bytes] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hooks"

    def status(self, status: int, *headers: str, body: str = "") -> None:
        """Answer with a status from now on."""
        lines = [f"HTTP/1.1 {status} So", f"Content-Length: {len(body)}", *headers, "", body]
        self.answer = "\r\n".join(lines).encode()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            lines = head.lower().split(b"\r\n")
            size = next((int(one[15:]) for one in lines if one.startswith(b"content-length:")), 0)
            self.heard.append(head + await reader.readexactly(size))
            if self.answer:
                writer.write(self.answer)
                await writer.drain()
            else:
                await reader.read()  # Until the other side goes away.
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@pytest.fixture
async def canary() -> AsyncGenerator[Canary]:
    own = Canary()
    server = await asyncio.start_server(own.serve, "127.0.0.1", 0)
    own.port = server.sockets[0].getsockname()[1]
    try:
        yield own
    finally:
        server.close()
