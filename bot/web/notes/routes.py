"""The door of the notes' page: whoever was invited edits them there, once."""

import asyncio
from dataclasses import dataclass
from http import HTTPStatus

from aiohttp import web
from markupsafe import Markup

from bot.web.kit.doors import Access, Door
from bot.web.kit.errors import status_of
from bot.web.kit.headers import FORM_POLICY
from bot.web.kit.rendering import Pages
from provisioning.errors import NotAllowed, NotNow, Unclear
from provisioning.releases.editing import Invitation, NoteEditing
from provisioning.releases.notes import fitted, to_html
from storage.errors import NotFound
from storage.records.release import NotesKind

#: A sealed invitation and its seal; read before the database is asked anything.
TOKEN = r"{token:[A-Za-z0-9_-]{80,400}\.[A-Za-z0-9_-]{43}}"  # noqa: S105 - a pattern, no secret
PAGE = f"/n/{TOKEN}"

INVITATION = web.RequestKey("invitation", Invitation)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotesParts:
    """What the page needs."""

    editing: NoteEditing


@dataclass(frozen=True, slots=True, kw_only=True)
class NotesPage:
    """All that the template shows. `preview` is there when it was asked for."""

    title: str = ""
    number: int = 0
    notes: str = ""
    textile: bool = False
    preview: Markup | None = None
    complaint: str = ""
    saved: bool = False
    open: bool = True


class NotesPages:
    """Shows the notes of a release to whoever was invited, and takes new ones."""

    def __init__(self, parts: NotesParts, pages: Pages) -> None:
        self._editing = parts.editing
        self._pages = pages

    def doors(self) -> list[Door]:
        return [
            Door(method=method, path=PAGE, access=Access.INVITATION, handler=handler)
            for method, handler in (("GET", self.page), ("POST", self.sent))
        ]

    async def admit(self, request: web.Request) -> None:
        """Let in whoever holds a link that we made. Raise NotFound for any other."""
        invitation = self._editing.read(request.match_info["token"])
        if invitation is None:
            raise NotFound
        request[INVITATION] = invitation

    async def page(self, request: web.Request) -> web.Response:
        try:
            sheet = await self._editing.sheet(request[INVITATION])
        except (NotNow, NotAllowed) as error:
            return self._answer(NotesPage(complaint=str(error), open=False), status_of(error))
        return self._answer(
            NotesPage(
                title=sheet.title,
                number=sheet.number,
                notes=sheet.notes,
                textile=sheet.kind is NotesKind.TEXTILE,
            ),
            HTTPStatus.OK,
        )

    async def sent(self, request: web.Request) -> web.Response:
        """Keep what was written, or show it; whatever is refused stays on the page."""
        form = await request.post()
        written = str(form.get("notes") or "")
        invitation = request[INVITATION]
        try:
            sheet = await self._editing.sheet(invitation)
        except (NotNow, NotAllowed) as error:
            over = NotesPage(notes=written, complaint=str(error), open=False)
            return self._answer(over, status_of(error))
        title, number, textile = sheet.title, sheet.number, sheet.kind is NotesKind.TEXTILE
        if form.get("act") == "look":
            html = await asyncio.to_thread(to_html, fitted(written), sheet.kind)
            preview = Markup(html)  # noqa: S704 - it comes out of the one sanitiser
            looked = NotesPage(
                title=title, number=number, notes=written, textile=textile, preview=preview
            )
            return self._answer(looked, HTTPStatus.OK)
        try:
            await self._editing.keep(invitation, written)
        except (Unclear, NotNow, NotAllowed) as error:
            refused = NotesPage(
                title=title, number=number, notes=written, textile=textile, complaint=str(error)
            )
            return self._answer(refused, status_of(error))
        done = NotesPage(title=title, number=number, saved=True, open=False)
        return self._answer(done, HTTPStatus.OK)

    def _answer(self, page: NotesPage, status: HTTPStatus) -> web.Response:
        return self._pages.answer("notes.html", {"page": page}, status=status, policy=FORM_POLICY)
