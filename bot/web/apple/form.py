"""What is sent from the page: a few words and small files, read so that nothing large is kept."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from aiohttp import BodyPartReader, web

#: In bytes, for each file and each word. A .p8 has 260, a .p12 with its chain about 6,000.
LARGEST: Final = 64 * 1024
#: In bytes, for all of a request: past this it is not read on to show a sentence on the page.
LARGEST_REQUEST: Final = 1024 * 1024
MOST_PARTS: Final = 20
CHUNK: Final = 16 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class SentForm:
    """What came, by field: words, files with their names, and the fields that were too large."""

    words: Mapping[str, str] = field(repr=False)
    files: Mapping[str, tuple[str, bytes]] = field(repr=False)
    too_large: frozenset[str]

    def word(self, name: str) -> str:
        return self.words.get(name, "").strip()

    def file(self, name: str) -> bytes:
        """Return what is in the file of a field, empty when none was chosen."""
        return self.files.get(name, ("", b""))[1]

    def file_name(self, name: str) -> str:
        return self.files.get(name, ("", b""))[0]


async def read_form(request: web.Request) -> SentForm:
    """
    Read a form of `multipart/form-data`.

    Raise HTTPUnsupportedMediaType for another one, HTTPBadRequest for a broken one, and
    HTTPRequestEntityTooLarge for one that is not read to its end.
    """
    if request.content_type != "multipart/form-data":
        raise web.HTTPUnsupportedMediaType
    if (request.content_length or 0) > LARGEST_REQUEST:
        raise web.HTTPRequestEntityTooLarge(LARGEST_REQUEST, request.content_length or 0)
    try:
        return await _parts_of(request)
    except ValueError:
        # What the parser says would quote what was sent.
        raise web.HTTPBadRequest from None


async def _parts_of(request: web.Request) -> SentForm:
    words: dict[str, str] = {}
    files: dict[str, tuple[str, bytes]] = {}
    too_large: set[str] = set()
    total = count = 0
    async for part in await request.multipart():
        count += 1
        if not isinstance(part, BodyPartReader) or not part.name or count > MOST_PARTS:
            raise ValueError
        content = bytearray()
        while chunk := await part.read_chunk(CHUNK):
            total += len(chunk)
            if total > LARGEST_REQUEST:
                raise web.HTTPRequestEntityTooLarge(LARGEST_REQUEST, total)
            if len(content) <= LARGEST:
                content += chunk
        if len(content) > LARGEST:
            too_large.add(part.name)
        elif part.filename is None:
            words[part.name] = content.decode("utf-8", "replace")
        else:
            files[part.name] = (part.filename, bytes(content))
    return SentForm(words=words, files=files, too_large=frozenset(too_large))
