"""
How often one may ask: by address, by link, and how often in vain.

Counted in the memory of each process: with several replicas somebody may do that much with each. It
keeps one address from taking everybody's turn, and needs nobody to agree on a number.
"""

import hashlib
import logging
import math
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from bot.web.kit.buckets import Buckets, Rate
from bot.web.kit.callers import Callers
from bot.web.kit.doors import Meter, meter_of
from bot.web.kit.errors import wants_json
from bot.web.kit.rendering import Pages

logger = logging.getLogger(__name__)

#: What is said of refusals is said once in so many seconds.
SAID_EVERY: Final = 60.0

#: A phone that fetches a package in pieces asks so many times as often as one that reads a page.
PIECES: Final = 20

#: What one answers who asks for something that is not there, or not for them.
IN_VAIN: Final = frozenset({401, 403, 404, 408, 413})

#: Set on an answer of ours that the access log leaves out.
LIMITED: Final = web.ResponseKey("limited", bool)

TITLE: Final = "One moment, please"


class Limit(StrEnum):
    """What there was too much of; the value is said of it in the log."""

    ADDRESS = "one address"
    LINK = "one link"
    IN_VAIN = "one address that asks in vain"


SENTENCES: Final = {
    Limit.ADDRESS: "Too many requests came from your network at once.",
    Limit.LINK: "This link was asked for too often at once.",
    Limit.IN_VAIN: "Too many requests from your network led nowhere.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestRates:
    """Requests a minute, and as many at once; 0 is without a limit."""

    per_address: int = 6000
    per_link: int = 240
    in_vain: int = 1000


class RequestLimits:
    """Counts requests. What is fetched in pieces is counted apart from what is read."""

    def __init__(self, rates: RequestRates, *, clock: Callable[[], float] = time.monotonic) -> None:
        def buckets(per_minute: int) -> Buckets | None:
            return Buckets(Rate(per_minute=per_minute), clock=clock) if per_minute else None

        self._addresses = {
            Meter.PAGE: buckets(rates.per_address),
            Meter.DOWNLOAD: buckets(rates.per_address),
        }
        self._links = {
            Meter.PAGE: buckets(rates.per_link),
            Meter.DOWNLOAD: buckets(rates.per_link * PIECES),
        }
        self._in_vain = buckets(rates.in_vain)

    def came(self, caller: str, meter: Meter, link: str) -> tuple[Limit, float] | None:
        """Count a request; return what there is too much of, and for how many seconds."""
        in_vain = self._in_vain
        if in_vain is not None and (wait := in_vain.wait(caller)):
            return Limit.IN_VAIN, wait
        by_address, by_link = self._addresses[meter], self._links[meter]
        if by_address is not None and (wait := by_address.take(caller)):
            return Limit.ADDRESS, wait
        if by_link is not None and link and (wait := by_link.take(link)):
            return Limit.LINK, wait
        return None

    def failed(self, caller: str) -> float:
        """Count a request that was in vain; return for how many seconds there were too many."""
        return self._in_vain.take(caller) if self._in_vain is not None else 0.0


class RefusalLog:
    """Says how many were refused: once in a while, however many there are."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._said_at = -math.inf
        self._counts: Counter[Limit] = Counter()

    def count(self, limit: Limit) -> None:
        self._counts[limit] += 1
        if self._clock() - self._said_at < SAID_EVERY:
            return
        self._said_at = self._clock()
        said = ", ".join(f"{count} of {which.value}" for which, count in self._counts.items())
        self._counts.clear()
        logger.warning("Requests are refused, since there are too many: %s.", said)


def limit_requests(
    rates: RequestRates,
    callers: Callers,
    pages: Pages,
    *,
    clock: Callable[[], float] = time.monotonic,
) -> Middleware:
    """
    Return the middleware that refuses with 429 what comes too often, before anything is looked up.

    Whoever signs what they send is never refused for a request that is signed well: it shows only
    afterwards whether one was.
    """
    limits, log = RequestLimits(rates, clock=clock), RefusalLog(clock=clock)

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        meter = meter_of(request)
        if meter is Meter.FREE:
            return await handler(request)
        caller = callers.of(request)
        if meter is not Meter.SIGNED:
            found = limits.came(caller, meter, _link_of(request))
            if found is not None:
                log.count(found[0])
                return _refusal(request, pages, *found)
        answer = await handler(request)
        if answer.status in IN_VAIN:
            wait = limits.failed(caller)
            if wait and meter is Meter.SIGNED:
                log.count(Limit.IN_VAIN)
                return _marked(web.Response(), wait)
        return answer

    return middleware


def _link_of(request: web.Request) -> str:
    """Return what a link is counted by, which is not its secret; empty without one."""
    token = request.match_info.get("token")
    return hashlib.blake2b(token.encode(), digest_size=16).hexdigest() if token else ""


def _refusal(request: web.Request, pages: Pages, limit: Limit, wait: float) -> web.Response:
    seconds = _whole(wait)
    again = "in a second" if seconds == 1 else f"in {seconds} seconds"
    sentence = f"{SENTENCES[limit]} Try again {again}."
    if wants_json(request):
        return _marked(web.json_response({"error": sentence}), wait)
    if "text/html" in request.headers.get("Accept", ""):
        values = {"title": TITLE, "sentence": sentence}
        return _marked(pages.answer("error.html", values, status=429), wait)
    return _marked(web.Response(text=f"{sentence}\n"), wait)


def _marked(answer: web.Response, wait: float) -> web.Response:
    answer.set_status(HTTPStatus.TOO_MANY_REQUESTS)
    answer.headers["Retry-After"] = str(_whole(wait))
    answer[LIMITED] = True
    return answer


def _whole(wait: float) -> int:
    return max(1, math.ceil(wait))
