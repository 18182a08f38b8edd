"""The door of the page on which a team at Apple is connected: one admin, once."""

from dataclasses import dataclass, replace
from http import HTTPStatus

from aiohttp import web

from bot.web.apple import pages
from bot.web.apple.form import LARGEST, SentForm, read_form
from bot.web.apple.pages import ApplePage, TypedWords
from bot.web.kit.doors import Access, Door
from bot.web.kit.errors import status_of
from bot.web.kit.headers import FORM_POLICY
from bot.web.kit.rendering import Pages
from provisioning.appstore.errors import AppStoreError
from provisioning.appstore.wire.key import key_id_in
from provisioning.connecting.certificates import CertificatesFull
from provisioning.connecting.setup import AppleEntry, AppleSetup, CertificateWay
from provisioning.errors import NotAllowed, NotNow, Unclear
from storage.errors import NotFound, SlipwayError
from storage.secrets import SecretUnreadable

#: The secret of a link; read before the database is asked anything.
TOKEN = r"{token:[A-Za-z0-9_-]{43}}"  # noqa: S105 - a pattern, no secret
PAGE = f"/apple/{TOKEN}"

#: What is wrong with what was entered, or with the team at the moment: the page says it.
SAID = (Unclear, NotNow, NotAllowed, NotFound, AppStoreError, SecretUnreadable)
TOO_LARGE = f"This is larger than {LARGEST // 1024} KB, so it is not what is asked for here."


@dataclass(frozen=True, slots=True, kw_only=True)
class AppleParts:
    """What the page needs."""

    setup: AppleSetup


class ApplePages:
    """Shows what is to be entered, takes it, and says what was done."""

    def __init__(self, parts: AppleParts, pages_: Pages) -> None:
        self._setup = parts.setup
        self._pages = pages_

    def doors(self) -> list[Door]:
        return [
            Door(method=method, path=PAGE, access=Access.ONE_TIME, handler=handler)
            for method, handler in (("GET", self.page), ("POST", self.sent))
        ]

    async def admit(self, request: web.Request) -> None:
        """Let in whoever holds a link that we gave, though it may be over. Raise NotFound."""
        if await self._setup.read(request.match_info["token"]) is None:
            raise NotFound

    async def page(self, request: web.Request) -> web.Response:
        try:
            sheet = await self._setup.sheet(request.match_info["token"])
        except SAID as error:
            return self._over(error)
        return self._answer(pages.blank(sheet), HTTPStatus.OK)

    async def sent(self, request: web.Request) -> web.Response:
        """Try and keep what was entered; whatever is refused is said beside its field."""
        if request.headers.get("Sec-Fetch-Site") == "cross-site":
            raise NotAllowed("This form was sent by another site. Open the link from Slack again.")
        form = await read_form(request)
        token, typed = request.match_info["token"], _typed(form)
        try:
            entry = _entry(form, typed)
            outcome = await self._setup.enter(token, entry)
        except SAID as error:
            return await self._refused(token, typed, error)
        return self._answer(pages.done(outcome), HTTPStatus.OK)

    async def _refused(self, token: str, typed: TypedWords, error: SlipwayError) -> web.Response:
        """Show the form as it is after what was refused: a key may have been kept meanwhile."""
        try:
            sheet = await self._setup.sheet(token)
        except SAID as late:
            return self._over(late)
        field = str(error.data.get("field") or "")
        page = replace(
            pages.blank(sheet),
            typed=typed,
            wrong={field: str(error)} if field else {},
            complaint="" if field else str(error),
        )
        if isinstance(error, CertificatesFull):
            page = replace(page, full=error.data["there"])
        return self._answer(page, _status_of(error))

    def _over(self, error: SlipwayError) -> web.Response:
        missing = isinstance(error, NotFound)
        status = HTTPStatus.CONFLICT if missing else _status_of(error)
        return self._answer(pages.over(str(error)), status)

    def _answer(self, page: ApplePage, status: HTTPStatus) -> web.Response:
        return self._pages.answer("apple.html", {"page": page}, status=status, policy=FORM_POLICY)


def _status_of(error: SlipwayError) -> HTTPStatus:
    if isinstance(error, AppStoreError):
        passing = HTTPStatus.SERVICE_UNAVAILABLE
        return passing if error.transient else HTTPStatus.UNPROCESSABLE_ENTITY
    return status_of(error)


def _typed(form: SentForm) -> TypedWords:
    way = form.word("way")
    return TypedWords(
        issuer_id=form.word("issuer_id")[:80],
        key_id=(form.word("key_id") or key_id_in(form.file_name("p8_file")))[:40],
        way=way if way in set(CertificateWay) else CertificateWay.LATER.value,
        name=form.word("name")[:255],
        renews_on=form.word("renews_on")[:40],
    )


def _entry(form: SentForm, typed: TypedWords) -> AppleEntry:
    """Raise Unclear for a file that is too large."""
    for name, field in (("p8_file", "p8"), ("p8_text", "p8"), ("p12", "p12")):
        if name in form.too_large:
            raise Unclear(TOO_LARGE, field=field)
    return AppleEntry(
        issuer_id=typed.issuer_id,
        key_id=typed.key_id,
        p8=form.file("p8_file") or form.word("p8_text").encode(),
        way=CertificateWay(typed.way),
        p12=form.file("p12"),
        # A password may begin or end with a blank.
        password=form.words.get("password", ""),
        name=typed.name,
        renews_on=typed.renews_on,
    )
