"""Which bytes a request wants: `Range`, `If-Range`, `If-Match` and `If-None-Match` of RFC 9110."""

import re
from dataclasses import dataclass

from aiohttp import hdrs, web

#: A single range. Nineteen digits hold every size there is and keep int() cheap.
SINGLE = re.compile(r"bytes\s*=\s*(\d{0,19})\s*-\s*(\d{0,19})\s*", re.ASCII | re.IGNORECASE)
TAG = re.compile(r'(?:W/)?"[^"]*"')


class NotSatisfiable(Exception):
    """The file has none of the bytes that were asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """The bytes from `first` up to, but not including, `end`; `part` when it was asked for."""

    first: int
    end: int
    part: bool

    @property
    def length(self) -> int:
        return self.end - self.first

    def content_range(self, size: int) -> str:
        return f"bytes {self.first}-{self.end - 1}/{size}"


def wanted(request: web.Request, *, size: int, tag: str) -> Span:
    """
    Return which bytes of a file of *size* bytes with the strong ETag *tag* are wanted.

    The whole file where the request asks for no range, for one that makes no sense, or for several
    (nobody who installs does, and a thousand small ones would cost more than the file); where an
    `If-Range` names other bytes; and for every method but GET, for which alone ranges are defined.
    """
    whole = Span(first=0, end=size, part=False)
    header = request.headers.get(hdrs.RANGE)
    if header is None or request.method != "GET":
        return whole
    # A date never fits: we give none. A weak tag never fits either (RFC 9110, 13.1.5).
    condition = request.headers.get(hdrs.IF_RANGE)
    if condition is not None and condition.strip() != tag:
        return whole
    found = SINGLE.fullmatch(header.strip())
    if found is None:
        return whole
    return _span(found[1], found[2], size) or whole


def _span(first: str, last: str, size: int) -> Span | None:
    if not first and not last:
        return None
    if not first:
        start = size - min(int(last), size)
        end = size
    else:
        start = int(first)
        end = min(int(last) + 1, size) if last else size
    if last and first and int(last) < int(first):
        return None
    if start >= size:
        raise NotSatisfiable
    return Span(first=start, end=end, part=True)


def is_known(request: web.Request, tag: str) -> bool:
    """Whether `If-None-Match` says that the client has these very bytes."""
    return _names(request.headers.get(hdrs.IF_NONE_MATCH), tag, weakly=True)


def is_other(request: web.Request, tag: str) -> bool:
    """Whether `If-Match` says that the client wants other bytes than these."""
    header = request.headers.get(hdrs.IF_MATCH)
    return header is not None and not _names(header, tag, weakly=False)


def _names(header: str | None, tag: str, *, weakly: bool) -> bool:
    if header is None:
        return False
    if header.strip() == "*":
        return True
    tags = TAG.findall(header)
    return tag in tags or (weakly and f"W/{tag}" in tags)
