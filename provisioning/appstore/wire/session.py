"""
A line to App Store Connect for one key: one request at a time, tokens, repeats, pages.

What may be asked again is asked again here. Reads are repeated; a write whose answer was lost is
not, because it may have been done: it raises OutcomeUnknown, and `settled` finds out.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urlencode, urljoin, urlsplit

from provisioning.appstore.errors import (
    AnswerSenseless,
    AppleRefused,
    AppleUnreachable,
    AppStoreError,
    NotThere,
    OutcomeUnknown,
    RateLimited,
)
from provisioning.appstore.wire.backoff import Backoff
from provisioning.appstore.wire.clock import AppleClock, retry_after
from provisioning.appstore.wire.documents import Document, Entity, NoDocument, read_document
from provisioning.appstore.wire.exchange import WITHIN, Answer, Exchange, NoAnswer, NotSent
from provisioning.appstore.wire.key import AppStoreKey
from provisioning.appstore.wire.rate import RateReading, rate_of
from provisioning.appstore.wire.refusals import Rule, refusal
from provisioning.appstore.wire.tokens import Tokens

logger = logging.getLogger(__name__)

APPLE = "https://api.appstoreconnect.apple.com"
#: Apple gives no more on a page; fewer pages are fewer calls.
PAGE = 200
#: A list that goes on longer goes round in a circle.
MOST_PAGES = 500
LOOPBACK = ("127.0.0.1", "::1", "localhost")

NO_PAGE = "App Store Connect names a next page that cannot be one. Nothing was changed here."

UNAUTHORIZED, TOO_MANY, NO_CONTENT = 401, 429, 204
REDIRECTED, REFUSED, BROKEN = 300, 400, 500

Query = Mapping[str, str | Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request; `path` is what the log may show of it."""

    method: str
    url: str
    path: str
    content: bytes | None = field(default=None, repr=False)


class AppStoreSession:
    """Speaks for one key. Share it: whoever has another one speaks at the same time."""

    def __init__(
        self,
        key: AppStoreKey,
        *,
        base_url: str = APPLE,
        backoff: Backoff | None = None,
        within: float = WITHIN,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Raise ValueError for an address that would show the token to others."""
        address = urlsplit(base_url)
        near = address.scheme == "http" and address.hostname in LOOPBACK
        if address.scheme != "https" and not near:
            raise ValueError("App Store Connect is spoken to by https only.")
        self._base = base_url.rstrip("/")
        self._origin = (address.scheme, address.netloc)
        self.backoff = backoff or Backoff()
        #: What the last answer said about the limit of calls; None before the first.
        self.rate: RateReading | None = None
        self.clock = AppleClock(clock)
        self._tokens = Tokens(key)
        self._exchange = Exchange(far=not near, within=within)
        self._turn = asyncio.Lock()
        self._free_at = 0.0

    async def aclose(self) -> None:
        await self._exchange.aclose()

    async def read(
        self, path: str, query: Query | None = None, *, believe_404: bool = False
    ) -> Document:
        """
        Return the answer to a GET.

        Something new may not be there *yet*: a 404 is asked again once, unless it is what was
        hoped for. Raise AppleRefused, RateLimited or AppleUnreachable.
        """
        url = f"{self._base}{path}" + (f"?{_written(query)}" if query else "")
        return await self._read(Call(method="GET", url=url, path=path), believe_404=believe_404)

    async def read_all(self, path: str, query: Query | None = None) -> tuple[Entity, ...]:
        """Return what a list holds, page after page. Raise as `read` does, or AnswerSenseless."""
        page = await self.read(path, {**(query or {}), "limit": str(PAGE)})
        entities, seen = [*page.entities], {""}
        while page.next:
            url = self._following(page.next)
            if url in seen or len(seen) > MOST_PAGES:
                raise AnswerSenseless(NO_PAGE)
            seen.add(url)
            page = await self._read(Call(method="GET", url=url, path=path), believe_404=False)
            entities += page.entities
        return tuple(entities)

    async def write(
        self,
        method: str,
        path: str,
        content: bytes | None = None,
        *,
        rules: Sequence[Rule] = (),
        hidden: Sequence[str] = (),
    ) -> Document:
        """
        Do something once; *rules* know its refusals, in which *hidden* texts do not show.

        Raise AppleRefused, RateLimited, AppleUnreachable when it was not done, and OutcomeUnknown
        when nobody knows.
        """
        call = Call(method=method, url=f"{self._base}{path}", path=path, content=content)
        trouble = AppleUnreachable()
        for pause in self.backoff.pauses():
            try:
                return await self._once(call, rules, hidden)
            except NotSent as error:
                trouble = _unreachable(AppleUnreachable, error)
            except NoAnswer as error:
                raise _unreachable(OutcomeUnknown, error) from error
            await asyncio.sleep(pause)
        raise trouble

    def _following(self, link: str) -> str:
        """Return the address of a page: the token goes to Apple, and to nobody that it names."""
        try:
            url = urljoin(self._base, link)
            near = urlsplit(url)[:2] == self._origin
        except ValueError:
            near, url = False, ""
        if not near:
            raise AnswerSenseless(NO_PAGE)
        return url

    async def _read(self, call: Call, *, believe_404: bool) -> Document:
        trouble: AppStoreError = AppleUnreachable()
        for pause in self.backoff.pauses():
            try:
                return await self._once(call)
            except NotThere as error:
                if believe_404:
                    raise
                believe_404, trouble = True, error
            except (NotSent, NoAnswer) as error:
                trouble = _unreachable(AppleUnreachable, error)
                logger.info("%s %s is asked again: %s.", call.method, call.path, error)
            await asyncio.sleep(pause)
        raise trouble

    async def _once(
        self, call: Call, rules: Sequence[Rule] = (), hidden: Sequence[str] = ()
    ) -> Document:
        answer = await self._admitted(call)
        if answer.status == NO_CONTENT:
            return Document(())
        try:
            if answer.status < REDIRECTED:
                return read_document(answer.body)
            if REFUSED <= answer.status < BROKEN:
                raise self._refusal(call, answer, rules, hidden)
        except NoDocument:
            pass
        raise NoAnswer(f"HTTP {answer.status} without anything of Apple's")

    async def _admitted(self, call: Call) -> Answer:
        """Ask until Apple has time: what it is too busy for it has not done."""
        asked: float | None = None
        for pause in self.backoff.pauses():
            answer = await self._in_turn(call)
            if answer.status != TOO_MANY:
                return answer
            asked = retry_after(answer.headers, self.clock.now())
            # Whoever comes next waits as well: it is the key that has to be quiet.
            self._free_at = time.monotonic() + max(pause, asked or 0)
        raise RateLimited(retry_after=asked)

    async def _in_turn(self, call: Call) -> Answer:
        async with self._turn:
            wait = self._free_at - time.monotonic()
            if wait > self.backoff.longest:
                raise RateLimited(retry_after=wait)
            await asyncio.sleep(max(wait, 0))
            answer = await self._sent(call)
            if answer.status != UNAUTHORIZED:
                return answer
            self._tokens.forget()
            return await self._sent(call)

    async def _sent(self, call: Call) -> Answer:
        asked_at = self.clock.ours()
        headers = {"Authorization": f"Bearer {self._tokens.at(self.clock.now())}"}
        if call.content is not None:
            headers["Content-Type"] = "application/json"
        answer = await self._exchange.send(
            call.method, call.url, headers=headers, content=call.content
        )
        written_at = (asked_at + self.clock.ours()) / 2
        self.clock.note(answer.headers, written_at)
        self.rate = rate_of(answer.headers, datetime.fromtimestamp(written_at, UTC)) or self.rate
        return answer

    def _refusal(
        self, call: Call, answer: Answer, rules: Sequence[Rule], hidden: Sequence[str]
    ) -> AppleRefused:
        hint = self.clock.complaint if answer.status == UNAUTHORIZED else ""
        error = refusal(answer.status, answer.body, rules, hidden=hidden, hint=hint)
        # What is gone is often just what was hoped for.
        logger.log(
            logging.INFO if isinstance(error, NotThere) else logging.WARNING,
            "App Store Connect refused %s %s: %s %s, error id %s.",
            *(call.method, call.path, answer.status, error.faults[0].code, error.faults[0].id),
        )
        return error


def _unreachable(kind: type[AppleUnreachable], error: Exception) -> AppleUnreachable:
    return kind(f"{(kind.__doc__ or '').strip()} ({error})")


def _written(query: Query) -> str:
    return urlencode(
        [
            (name, value if isinstance(value, str) else ",".join(value))
            for name, value in query.items()
        ]
    )
