"""The doors of a tester's own page: everything that they may install, and the way to each."""

import asyncio
import logging
from dataclasses import dataclass

from aiohttp import web

from bot.links import Links
from bot.web.install.leading import led_to_install
from bot.web.install.visitors import Visitor, is_ahead_of_time, visitor_of
from bot.web.kit.codes import code_of
from bot.web.kit.doors import Access, Door
from bot.web.kit.rendering import Pages
from bot.web.me.pages import my_page
from provisioning.installing.grants import Grants
from provisioning.installing.my_builds import MyBuilds
from provisioning.installing.personal_pages import OpenedPage, PersonalPages
from storage.errors import NotFound
from storage.records.base import now

logger = logging.getLogger(__name__)

#: Matched before the database is asked anything.
TOKEN = "{token:[A-Za-z0-9_-]{22}}"  # noqa: S105 - a pattern, no secret
PAGE = f"/me/{TOKEN}"
RELEASE = "{release:[0-9a-f]{32}}"

OWN = web.RequestKey("own", OpenedPage)
READER = web.RequestKey("reader", Visitor)

#: So many apps the page shows, and releases of each; with "all" so many.
USUAL = (50, 11)
ALL = (300, 100)


@dataclass(frozen=True, slots=True, kw_only=True)
class MyParts:
    """What the page needs."""

    pages: PersonalPages
    builds: MyBuilds
    grants: Grants


class MyPages:
    """Shows testers what they may install. Every door but the neutral page needs their link."""

    def __init__(self, parts: MyParts, links: Links, pages: Pages) -> None:
        self._own = parts.pages
        self._builds = parts.builds
        self._grants = parts.grants
        self._links = links
        self._pages = pages

    def doors(self) -> list[Door]:
        paths = {
            PAGE: self.page,
            f"{PAGE}/all": self.everything,
            f"{PAGE}/code.svg": self.code,
            f"{PAGE}/{RELEASE}": self.install,
        }
        return [
            Door(method="GET", path=path, access=Access.PERSONAL, handler=handler)
            for path, handler in paths.items()
        ]

    async def admit(self, request: web.Request) -> web.StreamResponse | None:
        """Let in whoever holds a link. Raise NotFound; machines learn nothing, as at `/i/`."""
        visitor = visitor_of(request.headers.get("User-Agent", ""))
        if visitor.robot:
            if request.path.endswith(request.match_info["token"]):
                return self._pages.answer("neutral.html", {}, status=200)
            raise NotFound
        opened = await self._own.open(request.match_info["token"])
        if opened is None:
            raise NotFound
        request[OWN] = opened
        request[READER] = visitor
        return None

    async def page(self, request: web.Request) -> web.Response:
        return await self._answer(request, USUAL)

    async def everything(self, request: web.Request) -> web.Response:
        return await self._answer(request, ALL)

    async def code(self, request: web.Request) -> web.Response:
        """Answer with the QR code of the page itself, for the camera of another device."""
        return code_of(self._links.me(request.match_info["token"]))

    async def install(self, request: web.Request) -> web.Response:
        """Lead to the install page of a release; whether its person still may is asked here."""
        tester_id, release_id = request[OWN].tester.id, request.match_info["release"]
        if not await self._builds.may_install(tester_id, release_id):
            raise NotFound
        return await led_to_install(request, self._grants, self._links, release_id, tester_id)

    async def _answer(self, request: web.Request, most: tuple[int, int]) -> web.Response:
        opened, visitor = request[OWN], request[READER]
        if request.method == "GET" and not is_ahead_of_time(request):
            await self._note(opened)
        found = await self._builds.of_tester(
            opened.tester.id, apps=most[0], of_each=most[1], phone=visitor.phone
        )
        lost = await self._builds.lost_by(opened.tester.id)
        token = request.match_info["token"]
        # Long notes take their time to read; others are served meanwhile.
        page = await asyncio.to_thread(
            my_page, opened, found, visitor, self._links, token, lost=lost, at=now()
        )
        return self._pages.answer("me.html", {"page": page, "all": most is ALL}, status=200)

    async def _note(self, opened: OpenedPage) -> None:
        try:
            await self._own.used(opened)
        except Exception:
            # The person matters more than how long their link lasts.
            logger.exception("A link to somebody's own page could not be renewed.")
