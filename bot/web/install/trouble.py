"""The page on which somebody says what they see who cannot install, and reads what to do."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from aiohttp import web

from bot.links import Links
from bot.web.install.names import tidy
from bot.web.install.pages import path_of, version_of
from bot.web.install.routes import OPENED, PAGE, VISITOR
from bot.web.kit.doors import Access, Door
from bot.web.kit.errors import status_of
from bot.web.kit.headers import FORM_POLICY
from bot.web.kit.rendering import Pages
from provisioning.errors import Unclear
from provisioning.following.troubles import LONGEST_WORDS, TroubleCard, Troubles, TroubleWords
from provisioning.installing.grants import OpenedGrant
from provisioning.installing.sights import Sight, sights
from provisioning.wording import moment

#: The door, as the audit names it.
ORIGIN: Final = "install page"


@dataclass(frozen=True, slots=True, kw_only=True)
class TroublePage:
    """All that the template shows. `told` is there once something was reported, lately."""

    name: str
    version: str
    platform: str
    back: str
    choices: tuple[Sight, ...]
    longest: int
    saw: str = ""
    words: str = ""
    wrong: Mapping[str, str]
    told: TroubleCard | None = None
    told_at: str = ""
    again_from: str = ""


class TroublePages:
    """Asks whoever holds an install link, whom `InstallPages.admit` lets in, and answers them."""

    def __init__(self, troubles: Troubles, links: Links, pages: Pages) -> None:
        self._troubles = troubles
        self._links = links
        self._pages = pages

    def doors(self) -> list[Door]:
        path = f"{PAGE}/trouble"
        return [
            Door(method="GET", path=path, access=Access.GRANT, handler=self.page),
            Door(method="POST", path=path, access=Access.GRANT, handler=self.sent),
        ]

    async def page(self, request: web.Request) -> web.Response:
        """Show the form, or what came of the report within the hour."""
        opened = request[OPENED]
        told = await self._troubles.lately(opened.release.id, opened.tester.id)
        return self._answer(self._page(request, told=told), HTTPStatus.OK)

    async def sent(self, request: web.Request) -> web.Response:
        """Keep what was filled in, and lead to what came of it; what is refused stays there."""
        opened, form = request[OPENED], await request.post()
        saw, words = (_typed(form.get(name)) for name in ("saw", "words"))
        said = TroubleWords(
            release_id=opened.release.id, saw=saw, words=words, phone=request[VISITOR].phone
        )
        try:
            await self._troubles.report(opened.tester.id, said, origin=ORIGIN)
        except Unclear as error:
            wrong = {error.field or "saw": str(error)}
            page = self._page(request, saw=saw, words=words, wrong=wrong)
            return self._answer(page, status_of(error))
        address = self._links.trouble(request.match_info["token"])
        return web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": address})

    def _page(
        self,
        request: web.Request,
        *,
        saw: str = "",
        words: str = "",
        wrong: Mapping[str, str] | None = None,
        told: TroubleCard | None = None,
    ) -> TroublePage:
        opened: OpenedGrant = request[OPENED]
        return TroublePage(
            name=tidy(opened.app.display_name) or opened.app.name,
            version=version_of(opened) or f"Release {opened.release.number}",
            platform=opened.facts.system,
            back=path_of(self._links.install(request.match_info["token"])),
            choices=sights(opened.build.platform),
            longest=LONGEST_WORDS,
            saw=saw,
            words=words,
            wrong=wrong or {},
            told=told,
            told_at=moment(told.at) if told else "",
            again_from=moment(told.again_from) if told else "",
        )

    def _answer(self, page: TroublePage, status: HTTPStatus) -> web.Response:
        return self._pages.answer("trouble.html", {"page": page}, status=status, policy=FORM_POLICY)


def _typed(value: object) -> str:
    """Return what was typed in a field; nothing for a file in its place."""
    return value if isinstance(value, str) else ""
