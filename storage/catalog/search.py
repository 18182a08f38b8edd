"""How releases are searched: by what people type of an app's name, its version and its build."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, NamedTuple
from unicodedata import normalize

import sqlalchemy as sa
from sqlmodel import col

from storage.catalog.conditions import begins
from storage.records.release import Release

_BRACKETS = str.maketrans("()", "  ")
#: So much of a release's version and build is searched.
LONGEST = 255


class NamedApp(NamedTuple):
    """An app by what it is called."""

    id: str
    name: str
    display_name: str


@lru_cache(maxsize=4096)
def folded(text: str) -> str:
    """Return *text* as it is compared: without case, brackets, and double blanks."""
    plain = normalize("NFKC", text).casefold()
    return " ".join(plain.translate(_BRACKETS).split())


def spelled(version: str, build: str) -> str:
    """Return the version and build of a release as they are searched."""
    return folded(f"{version} {build}")[:LONGEST]


def fits(needle: str, app: NamedApp, sought: str) -> bool:
    """
    Return whether a folded *needle* stands in `Harbour 2.4.0 241`, or in the app's short name.

    The one description of what is found; `condition` says the same in SQL.
    """
    return needle in f"{folded(app.display_name)} {sought}" or needle in folded(app.name)


def condition(needle: str, apps: Iterable[NamedApp]) -> sa.ColumnElement[bool]:
    """
    Return what holds for the releases of *apps* that a folded *needle* fits.

    The apps are looked through here, since there are few of them: what is left to the database is
    a list of apps, and a look into the versions of those whose name the needle is no part of.
    """
    whole: list[str] = []
    begun: dict[str, list[str]] = {}
    for app in apps:
        if fits(needle, app, ""):
            whole.append(app.id)
            continue
        for rest in _rests(needle, folded(app.display_name)):
            begun.setdefault(rest, []).append(app.id)
    parts: list[Any] = [col(Release.sought).contains(needle, autoescape=True)]
    if whole:
        parts.append(col(Release.app_id).in_(whole))
    parts += [
        sa.and_(col(Release.app_id).in_(ids), begins(col(Release.sought), rest))
        for rest, ids in begun.items()
    ]
    return sa.or_(*parts)


def _rests(needle: str, name: str) -> list[str]:
    """Return what a needle that begins with the end of *name* says of the version, in each way."""
    words = needle.split(" ")
    ways = ((" ".join(words[:at]), " ".join(words[at:])) for at in range(1, len(words)))
    return [rest for beginning, rest in ways if name.endswith(beginning)]
