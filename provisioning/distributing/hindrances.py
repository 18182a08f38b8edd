"""Why a build cannot be signed for more devices here: the one table of it."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Final

from storage.inspection.facts import Facts
from storage.records.build import Build


@dataclass(frozen=True, slots=True, kw_only=True)
class Hindrance:
    """`code` is for machines, `sentence` for people."""

    code: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """
    What is known when it is judged.

    `teams` are the ids at Apple of the connected teams, `able` those whose certificates we have.
    """

    build: Build
    facts: Facts
    teams: Collection[str]
    able: Collection[str]


_Rule = tuple[str, Callable[[_Seen], bool], str]

_TABLE: Final[tuple[_Rule, ...]] = (
    (
        "external",
        lambda seen: seen.build.sha256 is None,
        "It lies elsewhere, and Slipway has no copy that it could sign.",
    ),
    (
        "encrypted",
        lambda seen: bool(seen.facts.encrypted),
        "It was taken from the App Store, whose encryption lies over it.",
    ),
    (
        "store_signed",
        lambda seen: seen.facts.signing.kind == "appstore",
        "It is signed for the App Store, and not for devices of testers.",
    ),
    (
        "unsigned",
        lambda seen: seen.facts.signing.kind is None,
        "It has no provisioning profile that says whose it is.",
    ),
    (
        "development",
        lambda seen: seen.facts.signing.kind == "development",
        "It is signed for development, and not for distribution.",
    ),
    (
        "other_team",
        lambda seen: seen.facts.signing.team_id not in seen.teams,
        "Its team at Apple is not connected to Slipway.",
    ),
    (
        "no_identity",
        lambda seen: seen.facts.signing.team_id not in seen.able,
        "Slipway has no current certificate of its team at Apple to sign it with.",
    ),
)

#: The sentence of every hindrance there is, by its code.
HINDRANCES: Final = {code: sentence for code, _, sentence in _TABLE}


def hindrance(build: Build, *, teams: Collection[str], able: Collection[str]) -> Hindrance | None:
    """
    Return why a build for iOS cannot be signed for more devices by any of the connected *teams*.

    These are ids at Apple; of the *able* there is a certificate here. None when it can, and for
    what needs nobody to be in it: an app of another system, for a simulator, or with an enterprise
    profile.
    """
    facts = Facts(**build.facts)
    needs_nobody = facts.simulator or facts.signing.kind == "enterprise"
    if build.platform != "ios" or facts.kind != "ipa" or needs_nobody:
        return None
    seen = _Seen(build=build, facts=facts, teams=teams, able=able)
    for code, holds, sentence in _TABLE:
        if holds(seen):
            return Hindrance(code=code, sentence=sentence)
    return None
