"""The doors of an install link: the page and everything that a phone fetches from it."""

import asyncio
import logging
from collections.abc import Awaitable, Sequence

from aiohttp import web

from bot.links import Links
from bot.web.install import plists
from bot.web.install.icons import SIZES, Icons
from bot.web.install.leading import led_to_install
from bot.web.install.packages import Packages
from bot.web.install.pages import install_page, other_platforms, path_of
from bot.web.install.visitors import Visitor, is_ahead_of_time, visitor_of
from bot.web.kit.codes import code_of
from bot.web.kit.doors import Access, Door, Meter
from bot.web.kit.headers import FORM_POLICY
from bot.web.kit.rendering import Pages
from provisioning.devices.enrolment.enrolments import Enrolments
from provisioning.installing.grants import Grants, OpenedGrant
from provisioning.installing.installabilities import Installabilities
from provisioning.installing.installability import Way, judge
from provisioning.installing.receipts import Receipts
from provisioning.installing.served_file import EDITION_LENGTH
from provisioning.installing.verdict import InstallVerdict, VerdictCode
from storage.blobs.store import BlobStore
from storage.catalog.products import Companion
from storage.errors import NotFound
from storage.records.base import now

logger = logging.getLogger(__name__)

#: Matched before the database is asked anything.
TOKEN = "{token:[A-Za-z0-9_-]{22}}"  # noqa: S105 - a pattern, no secret

#: One variant of the package, as its manifest names it.
EDITION = f"{{edition:[0-9a-f]{{{EDITION_LENGTH}}}}}"

PAGE = f"/i/{TOKEN}"

OPENED = web.RequestKey("opened", OpenedGrant)
VISITOR = web.RequestKey("visitor", Visitor)


#: In the address of whoever wants the page of this platform, whatever they hold in their hand.
HERE = "here"


def _for_phone(
    others: Sequence[Companion], visitor: Visitor, opened: OpenedGrant
) -> Companion | None:
    """Return what is for the phone that asks, where the link's own release is not."""
    if visitor.phone is None or visitor.phone.maker == opened.app.platform:
        return None
    return next((one for one in others if one.platform == visitor.phone.maker), None)


class InstallPages:
    """
    Answers on install links. Every door but the neutral page needs a link that holds.

    Without *enrolments* no page offers to add a device, and without *hears_trouble* none to say
    that it does not install.
    """

    def __init__(  # noqa: PLR0913 - what it stands on, each by its name
        self,
        *,
        grants: Grants,
        installabilities: Installabilities,
        receipts: Receipts,
        blobs: BlobStore,
        links: Links,
        pages: Pages,
        packages: Packages,
        enrolments: Enrolments | None = None,
        hears_trouble: bool = False,
    ) -> None:
        self._hears_trouble = hears_trouble
        self._enrolments = enrolments
        self._grants = grants
        self._installabilities = installabilities
        self._receipts = receipts
        self._links = links
        self._pages = pages
        self._icons = Icons(blobs)
        self._packages = packages

    def doors(self) -> list[Door]:
        paths = {
            PAGE: self.page,
            f"{PAGE}/manifest.plist": self.manifest,
            f"{PAGE}/{{package:app\\.(?:ipa|apk|bin)}}": self.package,
            f"{PAGE}/{EDITION}/{{package:app\\.ipa}}": self.edition,
            f"{PAGE}/icon-{{size:{'|'.join(map(str, SIZES))}}}.png": self.icon,
            f"{PAGE}/code.svg": self.code,
            f"{PAGE}/newer": self.newer,
            f"{PAGE}/on/{{platform:[a-z]{{3,16}}}}": self.on,
        }
        doors = [
            Door(
                method="GET",
                path=path,
                access=Access.GRANT,
                handler=handler,
                meter=Meter.DOWNLOAD if handler in {self.package, self.edition} else None,
            )
            for path, handler in paths.items()
        ]
        if self._enrolments is not None:
            path = f"{PAGE}/enroll"
            doors.append(Door(method="POST", path=path, access=Access.GRANT, handler=self.enroll))
        return doors

    async def admit(self, request: web.Request) -> web.StreamResponse | None:
        """
        Let in whoever holds a link. Raise NotFound, whatever is wrong with it.

        Machines that look at links before people do get a page that says nothing of the link, not
        even whether there is one, and leave no trace.
        """
        visitor = visitor_of(request.headers.get("User-Agent", ""))
        if visitor.robot:
            if request.path.endswith(request.match_info["token"]):
                return self._pages.answer("neutral.html", {}, status=200)
            raise NotFound
        opened = await self._grants.open(request.match_info["token"])
        if opened is None:
            raise NotFound
        request[OPENED] = opened
        request[VISITOR] = visitor
        return None

    async def page(self, request: web.Request) -> web.Response:
        opened, visitor = request[OPENED], request[VISITOR]
        others = await self._grants.companions(opened)
        right = _for_phone(others, visitor, opened)
        if right is not None and HERE not in request.query:
            return await self._lead(request, right.release_id)
        if request.method == "GET" and not visitor.installer and not is_ahead_of_time(request):
            await self._note(self._receipts.opened(opened.grant.id), opened)
        token = request.match_info["token"]
        known = await self._grants.circumstances(opened)
        said = await self._verdict(opened, visitor)
        # Long notes take a third of a second to read; others are served meanwhile.
        page = await asyncio.to_thread(
            install_page, opened, known, said, visitor, self._links, token, at=now()
        )
        # Nobody is asked whether the phone is missing in their hand that is known to be in it.
        has = visitor.phone is not None and said.code is VerdictCode.READY
        addable = self._is_addable(opened) and not has
        add = path_of(self._links.enroll_from(token)) if addable else ""
        newer = path_of(self._links.newer(token)) if known.newer_id else ""
        trouble = path_of(self._links.trouble(token)) if self._hears_trouble else ""
        values = {
            "page": page,
            "add": add,
            "newer": newer,
            "trouble": trouble,
            "others": other_platforms(others, self._links, token),
        }
        return self._pages.answer("install.html", values, status=200, policy=FORM_POLICY)

    async def manifest(self, request: web.Request) -> web.Response:
        opened = request[OPENED]
        judgement = judge(opened.facts, None, at=now())
        if opened.handout is None or judgement.way is not Way.AIR:
            raise NotFound
        if request.method == "GET":
            await self._note(self._receipts.manifest(opened.grant.id), opened)
        body = plists.manifest(opened, self._links, request.match_info["token"])
        return web.Response(body=body, content_type="text/xml", charset="utf-8")

    async def package(self, request: web.Request) -> web.StreamResponse:
        opened = request[OPENED]
        token = request.match_info["token"]
        right = self._links.package(token, opened.facts.kind)
        if not right.endswith(f"/{request.match_info['package']}"):
            raise NotFound
        return await self._packages.answer(request, opened)

    async def edition(self, request: web.Request) -> web.StreamResponse:
        """Answer with the very variant that a manifest named."""
        opened = await self._grants.edition(request[OPENED], request.match_info["edition"])
        if opened is None:
            raise NotFound
        return await self._packages.answer(request, opened)

    async def icon(self, request: web.Request) -> web.Response:
        picture = await self._icons.draw(request[OPENED], int(request.match_info["size"]))
        return web.Response(body=picture, content_type="image/png")

    async def code(self, request: web.Request) -> web.Response:
        """Answer with the QR code of the page itself, for the camera of a phone."""
        return code_of(self._links.install(request.match_info["token"]))

    async def newer(self, request: web.Request) -> web.Response:
        """Lead from an older release to the newer one; only who goes there is given a link."""
        opened = request[OPENED]
        known = await self._grants.circumstances(opened)
        if not known.newer_id:
            raise NotFound
        return await self._lead(request, known.newer_id)

    async def on(self, request: web.Request) -> web.Response:
        """Lead to the same version for another platform, and stay there on any phone."""
        others = await self._grants.companions(request[OPENED])
        platform = request.match_info["platform"]
        wanted = next((one for one in others if one.platform == platform), None)
        if wanted is None:
            raise NotFound
        return await self._lead(request, wanted.release_id, stay=f"?{HERE}=1")

    async def _lead(self, request: web.Request, release_id: str, stay: str = "") -> web.Response:
        tester_id = request[OPENED].tester.id
        return await led_to_install(
            request, self._grants, self._links, release_id, tester_id, stay=stay
        )

    async def enroll(self, request: web.Request) -> web.Response:
        """Lead whoever holds the link to where they add a device; only a click makes that link."""
        opened = request[OPENED]
        if self._enrolments is None or not self._is_addable(opened):
            raise NotFound
        token = await self._enrolments.invite_tester(opened.tester)
        return web.Response(status=303, headers={"Location": self._links.enroll(token)})

    def _is_addable(self, opened: OpenedGrant) -> bool:
        """Whether a device that is not in the build may be added to it."""
        return self._enrolments is not None and opened.facts.signing.kind == "adhoc"

    async def _verdict(self, opened: OpenedGrant, visitor: Visitor) -> InstallVerdict:
        """Return whether it installs on what its person asks with, or else on what they have."""
        served = await self._installabilities.of_tester(
            opened.tester.id, [opened.release.id], phone=visitor.phone
        )
        return served[opened.release.id].verdict

    async def _note(self, noting: Awaitable[None], opened: OpenedGrant) -> None:
        try:
            await noting
        except Exception:
            # The person matters more than our note of them.
            logger.exception("A receipt could not be kept.", extra={"grant": opened.grant.id})
