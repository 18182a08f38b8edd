"""`/upload/v1/…`: where the app sends the bytes of its own files."""

from collections.abc import AsyncIterator

from aiohttp import BodyPartReader, web

from bot.sandbox.slack.state import State


class Uploads:
    """Takes each upload once, at the address that `files.getUploadURLExternal` gave."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def serve(self, request: web.Request) -> web.Response:
        file_id = self._state.upload_keys.pop(request.match_info["key"], None)
        file = self._state.files.get(file_id) if file_id is not None else None
        if file is None:
            raise web.HTTPNotFound(text="The upload address is unknown or used.")
        size = await self._state.shelf.take_in(file.id, _chunks(request))
        if size != file.size:
            self._state.breach(f"{file.name} was announced with {file.size} bytes, {size} came.")
            raise web.HTTPBadRequest(text=f"Expected {file.size} bytes, got {size}.")
        file.path = self._state.shelf.place(file.id)
        return web.Response(text=f"OK - {size}")


async def _chunks(request: web.Request) -> AsyncIterator[bytes]:
    if not request.content_type.startswith("multipart/"):
        async for chunk in request.content.iter_any():
            yield chunk
        return
    part = await (await request.multipart()).next()
    while isinstance(part, BodyPartReader):
        chunk = await part.read_chunk(1 << 16)
        if not chunk:
            return
        yield chunk
