"""The doors of enrolment: the page, the profile, the answer of a device, and what came of it."""

import logging
from dataclasses import dataclass

from aiohttp import web

from bot.links import Links
from bot.web.enroll.pages import enrol_page
from bot.web.enroll.profiles import question
from bot.web.install.visitors import Visitor, visitor_of
from bot.web.kit.codes import code_of
from bot.web.kit.doors import Access, Door, Guard
from bot.web.kit.rendering import Pages
from provisioning.devices.enrolment.answer import MOST_BYTES
from provisioning.devices.enrolment.asking import CONTENT_TYPE, can_be_answered, enrolment_profile
from provisioning.devices.enrolment.enrolments import Enrolee, Enrolments, OpenQuestion
from provisioning.devices.enrolment.outcomes import EnrolmentOutcome
from provisioning.devices.enrolment.refusals import REFUSALS
from provisioning.devices.enrolment.signers import SignerFiles, signer_now
from provisioning.devices.errors import AnswerRefused
from storage.errors import NotFound

logger = logging.getLogger(__name__)

#: Matched before the database is asked anything.
TOKEN = "{token:[A-Za-z0-9_-]{22}}"  # noqa: S105 - a pattern, no secret
PAGE = f"/enroll/{TOKEN}"

ENROLEE = web.RequestKey("enrolee", Enrolee)
HOLDER = web.RequestKey("holder", Visitor)
ASKED = web.RequestKey("asked", OpenQuestion)
OUTCOME = web.RequestKey("outcome", EnrolmentOutcome)

#: So much of an answer is read at once.
PIECE = 16 << 10


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolParts:
    """What the pages need; without *signer* a device shows the profile as not signed."""

    enrolments: Enrolments
    signer: SignerFiles | None = None


class EnrolPages:
    """Answers those who add a device, and the device."""

    def __init__(self, parts: EnrolParts, links: Links, pages: Pages) -> None:
        self._enrolments = parts.enrolments
        self._signer = parts.signer
        self._links = links
        self._pages = pages

    def doors(self) -> list[Door]:
        paths = {
            PAGE: (Access.ENROLMENT, self.page),
            f"{PAGE}/code.svg": (Access.ENROLMENT, self.code),
            f"{PAGE}/slipway.mobileconfig": (Access.ENROLMENT, self.profile),
            f"/enroll/result/{TOKEN}": (Access.RESULT, self.result),
            "/enroll/refused/{code:[a-z_]{2,24}}": (Access.PUBLIC, self.refused),
        }
        answer = Door(
            method="POST",
            path=f"/enroll/answer/{TOKEN}",
            access=Access.CHALLENGE,
            handler=self.answered,
        )
        return [
            answer,
            *(
                Door(method="GET", path=path, access=access, handler=handler)
                for path, (access, handler) in paths.items()
            ),
        ]

    def guards(self) -> dict[Access, Guard]:
        return {
            Access.ENROLMENT: self.admit,
            Access.CHALLENGE: self.admit_device,
            Access.RESULT: self.admit_result,
        }

    async def admit(self, request: web.Request) -> web.StreamResponse | None:
        """Let in whoever holds a link. Raise NotFound; machines learn nothing, as at `/i/`."""
        visitor = visitor_of(request.headers.get("User-Agent", ""))
        if visitor.robot:
            if request.path.endswith(request.match_info["token"]):
                return self._pages.answer("beckoning.html", {}, status=200)
            raise NotFound
        enrolee = await self._enrolments.open(request.match_info["token"])
        if enrolee is None:
            raise NotFound
        request[ENROLEE] = enrolee
        request[HOLDER] = visitor
        return None

    async def admit_device(self, request: web.Request) -> web.StreamResponse | None:
        """Let in a device that was asked; lead any other to what is wrong."""
        try:
            request[ASKED] = await self._enrolments.asked(request.match_info["token"])
        except Exception as error:  # noqa: BLE001 - it is logged, and the phone is led to a page
            return self._led(error)
        return None

    async def admit_result(self, request: web.Request) -> web.StreamResponse | None:
        """Let in whoever was sent to a result. Raise NotFound."""
        outcome = await self._enrolments.result(request.match_info["token"])
        if outcome is None:
            raise NotFound
        request[OUTCOME] = outcome
        return None

    async def page(self, request: web.Request) -> web.Response:
        page = enrol_page(
            request[ENROLEE],
            request[HOLDER],
            self._links,
            request.match_info["token"],
            signed=await signer_now(self._signer) is not None,
        )
        return self._pages.answer("enroll.html", {"page": page}, status=200)

    async def code(self, request: web.Request) -> web.Response:
        """Answer with the QR code of the page itself, for the camera of a phone."""
        return code_of(self._links.enroll(request.match_info["token"]))

    async def profile(self, request: web.Request) -> web.Response:
        """Ask the device: each time with another challenge and another UUID."""
        if not can_be_answered(self._links.base_url):
            raise NotFound
        if request.method == "HEAD":
            return web.Response(content_type=CONTENT_TYPE)  # Whoever only looks is asked nothing.
        issued = await self._enrolments.challenge(
            request.match_info["token"], system_version=_system(request[HOLDER])
        )
        signer = await signer_now(self._signer)
        content = enrolment_profile(question(issued, self._links), signer)
        return web.Response(body=content, content_type=CONTENT_TYPE)

    async def answered(self, request: web.Request) -> web.StreamResponse:
        """
        Take the answer of a device, and lead it to what came of it.

        To anything but a redirect, iOS says "Invalid profile" and not a word of ours.
        """
        try:
            body = await _body(request)
            result = await self._enrolments.answer(request[ASKED], body)
        except ConnectionError:
            raise  # The device is gone.
        except Exception as error:  # noqa: BLE001 - it is logged, and the phone is led to a page
            return self._led(error)
        return _moved(self._links.enroll_result(result))

    async def result(self, request: web.Request) -> web.Response:
        return self._pages.answer("enrolled.html", {"outcome": request[OUTCOME]}, status=200)

    async def refused(self, request: web.Request) -> web.Response:
        """Say what was wrong: the same to everybody, so that the address tells of nobody."""
        refusal = REFUSALS.get(request.match_info["code"])
        if refusal is None:
            raise NotFound
        values = {"title": refusal.title, "sentence": refusal.sentence}
        return self._pages.answer("error.html", values, status=200)

    def _led(self, error: Exception) -> web.Response:
        if isinstance(error, AnswerRefused) and error.code in REFUSALS:
            return _moved(self._links.enroll_refused(error.code))
        logger.error("The answer of a device could not be taken.", exc_info=error)
        return _moved(self._links.enroll_refused("failed"))


def _moved(address: str) -> web.Response:
    return web.Response(status=301, headers={"Location": address})


async def _body(request: web.Request) -> bytes:
    """Return what was sent, or as much as shows that it is too large."""
    body = bytearray()
    async for piece in request.content.iter_chunked(PIECE):
        body += piece
        if len(body) > MOST_BYTES:
            break
    return bytes(body)


def _system(visitor: Visitor) -> str:
    """Return the system that the browser tells, `17.5.1`; empty where it tells none."""
    version = visitor.phone.version if visitor.phone is not None else None
    return ".".join(map(str, version or ()))
