"""The doors of those who join: the form of a link, and the page of each request."""

from dataclasses import dataclass, replace
from http import HTTPStatus

from aiohttp import web

from bot.links import Links
from bot.web.install.pages import path_of
from bot.web.install.visitors import visitor_of
from bot.web.join.pages import JoinFormPage, answer, form_page
from bot.web.kit.codes import code_of, picture_of
from bot.web.kit.doors import Access, Door, Guard
from bot.web.kit.errors import status_of
from bot.web.kit.headers import FORM_POLICY
from bot.web.kit.rendering import Pages
from provisioning.errors import NotAllowed, NotNow, Unclear
from provisioning.installing.personal_pages import PersonalPages
from provisioning.people.join_form import JoinWords
from provisioning.people.join_links import JoinLinks, LinkSheet
from provisioning.people.joining import Joining, JoinPage
from provisioning.tokens import random_token
from storage.errors import NotFound

#: Matched before the database is asked anything.
TOKEN = "{token:[A-Za-z0-9_-]{22}}"  # noqa: S105 - a pattern, no secret
PAGE = f"/join/{TOKEN}"
REQUEST = f"/joined/{TOKEN}"
PICTURE = "/code.png"

#: In bytes: a name, an address and a key, each letter of them escaped.
LARGEST = 8 * 1024
#: What is typed longer than this is not shown again.
SHOWN = 300

LINK = web.RequestKey("link", LinkSheet)
ASKED = web.RequestKey("asked", JoinPage)


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinParts:
    """What the pages need."""

    links: JoinLinks
    joining: Joining
    pages: PersonalPages


class JoinPages:
    """Lets people ask to join, and shows each what became of it."""

    def __init__(self, parts: JoinParts, links: Links, pages: Pages) -> None:
        self._join_links = parts.links
        self._joining = parts.joining
        self._own = parts.pages
        self._links = links
        self._pages = pages

    def doors(self) -> list[Door]:
        return [
            Door(method="GET", path=PAGE, access=Access.JOIN, handler=self.page),
            Door(method="POST", path=PAGE, access=Access.JOIN, handler=self.sent),
            Door(method="GET", path=f"{PAGE}/code.svg", access=Access.JOIN, handler=self.code),
            Door(method="GET", path=f"{PAGE}{PICTURE}", access=Access.JOIN, handler=self.picture),
            Door(method="GET", path=REQUEST, access=Access.JOINED, handler=self.joined),
        ]

    def guards(self) -> dict[Access, Guard]:
        return {Access.JOIN: self.admit, Access.JOINED: self.admit_asker}

    async def admit(self, request: web.Request) -> web.StreamResponse | None:
        """Let in whoever holds a link that we made, though it may be over. Raise NotFound."""
        # Slack's own robot fetches the picture of the code, and nothing else.
        if not request.path.endswith(PICTURE) and (neutral := self._neutral(request)):
            return neutral
        sheet = await self._join_links.open(request.match_info["token"])
        if sheet is None:
            raise NotFound
        request[LINK] = sheet
        return None

    async def admit_asker(self, request: web.Request) -> web.StreamResponse | None:
        """Let in whoever was led here when they asked. Raise NotFound."""
        if neutral := self._neutral(request):
            return neutral
        page = await self._joining.page(request.match_info["token"])
        if page is None:
            raise NotFound
        request[ASKED] = page
        return None

    async def page(self, request: web.Request) -> web.Response:
        page = self._page(request)
        return self._answer(page, HTTPStatus.GONE if page.over else HTTPStatus.OK)

    async def sent(self, request: web.Request) -> web.Response:
        """Take what was filled in and lead to the page of the request; say what is refused."""
        if request.headers.get("Sec-Fetch-Site") == "cross-site":
            raise NotAllowed("This form was sent by another site. Open the link again.")
        words = await _words(request)
        token = request.match_info["token"]
        typed = replace(self._page(request), name=words.name[:SHOWN], email=words.email[:SHOWN])
        try:
            own = await self._joining.ask(token, words)
        except Unclear as error:
            page = replace(typed, key=words.key, wrong={error.field or "name": str(error)})
            return self._answer(page, status_of(error))
        except NotNow as error:
            return await self._refused(request, typed, error)
        return web.Response(
            status=HTTPStatus.SEE_OTHER, headers={"Location": self._links.joined(own)}
        )

    async def code(self, request: web.Request) -> web.Response:
        """Answer with the QR code of the page, for the camera of another device."""
        return code_of(self._links.join(request.match_info["token"]))

    async def picture(self, request: web.Request) -> web.Response:
        """Answer with the same code for Slack, which shows it to whoever made the link."""
        return picture_of(self._links.join(request.match_info["token"]))

    async def joined(self, request: web.Request) -> web.Response:
        """Say what became of a request; the way to somebody's builds is shown to them alone."""
        page, builds = request[ASKED], ""
        if page.tester_id is not None:
            builds = path_of(self._links.me(await self._own.token_of(page.tester_id)))
        return self._pages.answer("joined.html", {"page": answer(page, builds)}, status=200)

    async def _refused(
        self, request: web.Request, typed: JoinFormPage, error: NotNow
    ) -> web.Response:
        """Say that a link is over by now, or that too many ask at once."""
        if error.code == "too_many":
            page = replace(typed, complaint=str(error))
            return self._answer(page, HTTPStatus.TOO_MANY_REQUESTS)
        sheet = await self._join_links.open(request.match_info["token"])
        if sheet is None or sheet.over is None:
            page = replace(typed, complaint=f"{error} Try again in a moment.")
            return self._answer(page, HTTPStatus.CONFLICT)
        return self._answer(form_page(sheet, "", ""), HTTPStatus.GONE)

    def _page(self, request: web.Request) -> JoinFormPage:
        code = path_of(self._links.join_code(request.match_info["token"]))
        visitor = visitor_of(request.headers.get("User-Agent", ""))
        page = form_page(request[LINK], code, random_token())
        return replace(page, on_phone=visitor.phone is not None)

    def _neutral(self, request: web.Request) -> web.Response | None:
        """Return what the robots of chats see: they fetch links before anybody opens them."""
        if not visitor_of(request.headers.get("User-Agent", "")).robot:
            return None
        return self._pages.answer("asked.html", {}, status=200)

    def _answer(self, page: JoinFormPage, status: HTTPStatus) -> web.Response:
        return self._pages.answer("join.html", {"page": page}, status=status, policy=FORM_POLICY)


async def _words(request: web.Request) -> JoinWords:
    """Read a form. Raise HTTPRequestEntityTooLarge for what nobody types."""
    if (request.content_length or 0) > LARGEST:
        raise web.HTTPRequestEntityTooLarge(LARGEST, request.content_length or 0)
    if request.content_type != "application/x-www-form-urlencoded":
        raise web.HTTPUnsupportedMediaType
    try:
        form = await request.post()
    except ValueError:
        raise web.HTTPBadRequest from None
    typed = {name: str(form.get(name) or "") for name in ("name", "email", "key")}
    return JoinWords(name=typed["name"], email=typed["email"], key=typed["key"][:22])
