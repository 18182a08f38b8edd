"""Signers: who signed a build, and whether an app's people may be given what this one signed."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from storage.inspection.facts import Facts, Kind
from storage.records.build import Build
from storage.records.signer import AppSigner, SignerStanding

#: The longest list of certificates that is spelled out: Android takes no more of one APK.
SPELLED: Final = 10
#: No device installs these as they are, so that it does not matter who signed them.
NOT_FOR_DEVICES: Final[frozenset[Kind]] = frozenset({"aab", "xcarchive"})
#: What a signer's spelling is cut to.
LONGEST: Final = 700

_TEAM, _KEY = "team", "key"


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildSigner:
    """
    Who signed a build, as its facts say: a team at Apple, or the keys of certificates.

    `spelled` is how records keep it, empty where nobody signed. `prints` tell it from others, and
    `names` are what it calls itself.
    """

    spelled: str
    prints: tuple[str, ...] = ()
    names: tuple[str, ...] = ()

    @property
    def is_team(self) -> bool:
        return self.spelled.startswith(_TEAM)


def is_pinned_by(build: Build) -> bool:
    """Return whether it matters who signed a build: one that lies elsewhere was never read."""
    return build.link is None and Facts(**build.facts).kind not in NOT_FOR_DEVICES


def signer_of(facts: Facts) -> BuildSigner:
    """
    Return who signed a build.

    For Apple it is the team, whose certificates change each year; elsewhere the certificates.
    """
    signing = facts.signing
    if facts.platform in {"ios", "macos"} and signing.team_id:
        return BuildSigner(
            spelled=f"{_TEAM}:{signing.team_id}"[:LONGEST],
            prints=(signing.team_id,),
            names=(signing.team_name,) if signing.team_name else (),
        )
    prints = tuple(sorted(signing.certificates))[:SPELLED]
    if facts.platform == "ios" or not prints:
        return BuildSigner(spelled="")
    spelled = f"{_KEY}:{','.join(prints)}"[:LONGEST]
    return BuildSigner(spelled=spelled, prints=prints, names=tuple(dict.fromkeys(signing.signers)))


def read_signer(spelled: str) -> BuildSigner:
    """Return the signer that a record spells; what it calls itself stands in builds alone."""
    _, _, prints = spelled.partition(":")
    return BuildSigner(spelled=spelled, prints=tuple(part for part in prints.split(",") if part))


def pinned(known: Iterable[AppSigner]) -> BuildSigner | None:
    """Return the signer that every new build of an app is expected to have, if there is one."""
    found = next((one for one in known if one.standing is SignerStanding.PINNED), None)
    return read_signer(found.signer) if found else None


def succeeds(facts: Facts, before: BuildSigner) -> bool:
    """Return whether a build proves with the key of the one *before* that its own follows it."""
    lineage = set(facts.signing.lineage)
    return bool(before.prints) and not before.is_team and set(before.prints) <= lineage


def may_go_out(known: Iterable[AppSigner], build: Build, *, went: bool) -> bool:
    """
    Return whether a build may be given to people, as far as its signer goes.

    *known* are those of the app that were accepted. With *went* it was given before, when its
    signer was the one that is pinned.
    """
    rows = list(known)
    before = pinned(rows)
    if before is None or not is_pinned_by(build):
        return True  # The first that goes out says who signs.
    facts = Facts(**build.facts)
    own = signer_of(facts).spelled
    standing = next((one.standing for one in rows if one.signer == own), None)
    if standing is SignerStanding.FORMER:
        return went
    return standing is not None or succeeds(facts, before)


def may_be_installed(known: Iterable[AppSigner], build: Build) -> bool:
    """Return whether a build that was given to somebody can be installed by its signer."""
    return may_go_out(known, build, went=True)
