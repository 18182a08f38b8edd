"""Which profile belongs to which bundle: of those that can be used, the closest and the latest."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias

from provisioning.codesign.bundles import App, Bundle
from provisioning.codesign.errors import Refused
from provisioning.codesign.identity.identity import Identity
from provisioning.codesign.profiles.usability import KIND_WORDS, Terms, fault
from provisioning.codesign.structures.profile import Profile

#: Says why a bundle cannot be signed with a profile although it fits, or None when it can.
Objection: TypeAlias = Callable[[Bundle, Profile], str | None]

#: Kinds of profiles, the one that is taken first when an app can be signed with several.
_ORDER: Final = ("adhoc", "enterprise", "development", "appstore")


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """
    The profile of every bundle that runs as a process, by the bundle's path, and why it is that.

    `passed_over` has one sentence for each profile that no bundle got.
    """

    profiles: Mapping[str, Profile]
    reasons: Mapping[str, str]
    passed_over: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Candidate:
    """A profile that fits a bundle by its name, and what speaks against it, if anything does."""

    profile: Profile
    sentence: str | None


_Candidates: TypeAlias = Mapping[str, Sequence[_Candidate]]


def assign(app: App, profiles: Sequence[Profile], terms: Terms, objection: Objection) -> Assignment:
    """
    Choose a profile for every bundle that runs as a process, all of one kind.

    Only those that can be used are compared: the closest application identifier wins, then the
    profile that lasts longest. Raise Refused when a bundle is left with none, with what speaks
    against those that fit it, or when the identity has expired.
    """
    if terms.moment > terms.identity.expires_at:
        expired = f"expired on {terms.identity.expires_at:%Y-%m-%d}."
        raise Refused(f"The certificate {terms.identity.fingerprint[:16]} {expired}")
    distinct = list({profile.content: profile for profile in profiles}.values())
    faults = {profile.content: fault(profile, app.main, terms) for profile in distinct}
    candidates = {
        bundle.path: [
            _Candidate(
                profile=profile,
                sentence=faults[profile.content] or objection(bundle, profile),
            )
            for profile in distinct
            if profile.fits(bundle.identifier)
        ]
        for bundle in app.bundles
        if bundle.is_process
    }
    chosen = _chosen(app, candidates)
    return Assignment(
        profiles=chosen,
        reasons={path: _why(chosen[path], candidates[path]) for path in chosen},
        passed_over=tuple(_passed_over(distinct, chosen, candidates)),
    )


def _chosen(app: App, candidates: _Candidates) -> dict[str, Profile]:
    for kind in _ORDER:
        usable = {path: _usable(found, kind) for path, found in candidates.items()}
        if all(usable.values()):
            return {path: max(found, key=_rank) for path, found in usable.items()}
    for bundle in app.bundles:
        if bundle.path in candidates and not _usable(candidates[bundle.path]):
            raise Refused(_none_for(bundle, candidates[bundle.path]))
    raise Refused(
        "The profiles that can be used are of different kinds. Give every bundle of the app a "
        "profile of one kind, for instance all ad hoc."
    )


def _usable(candidates: Sequence[_Candidate], kind: str | None = None) -> list[Profile]:
    return [
        item.profile
        for item in candidates
        if item.sentence is None and kind in {None, item.profile.kind}
    ]


def _none_for(bundle: Bundle, candidates: Sequence[_Candidate]) -> str:
    closest = sorted(candidates, key=lambda item: _rank(item.profile), reverse=True)
    sentences = dict.fromkeys(item.sentence for item in closest if item.sentence)
    if not sentences:
        return f"There is no provisioning profile for {bundle.identifier}."
    if len(closest) == 1:
        return "".join(sentences)
    return " ".join([f"No profile for {bundle.identifier} can be used.", *sentences])


def _closeness(profile: Profile) -> tuple[bool, int]:
    pattern = profile.application_id
    return not pattern.endswith("*"), len(pattern)


def _rank(profile: Profile) -> tuple[tuple[bool, int], datetime, str]:
    # The UUID has the last word, so that the order in which they were given decides nothing.
    return _closeness(profile), profile.expires_at, profile.uuid


def _why(chosen: Profile, candidates: Sequence[_Candidate]) -> str:
    """Return why a bundle has this profile, as what follows after a comma."""
    usable, alike = _usable(candidates), _usable(candidates, chosen.kind)
    if len(candidates) == 1:
        return "the only profile for it"
    if len(usable) == 1:
        return f"the only one of {len(candidates)} that can be used"
    if len(alike) == 1:
        return f"{KIND_WORDS[chosen.kind]} before any other kind"
    closest = [profile for profile in alike if _closeness(profile) == _closeness(chosen)]
    if len(closest) == 1:
        return f"the closest of {len(alike)}"
    return f"the one of {len(closest)} that lasts longest"


def _passed_over(
    profiles: Sequence[Profile], chosen: Mapping[str, Profile], candidates: _Candidates
) -> Iterator[str]:
    used = {profile.content for profile in chosen.values()}
    kinds = {profile.kind for profile in chosen.values()}
    for profile in profiles:
        if profile.content in used:
            continue
        fitting = [
            item
            for found in candidates.values()
            for item in found
            if item.profile.content == profile.content
        ]
        sentences = [item.sentence for item in fitting if item.sentence]
        if not fitting:
            yield f"The profile {profile.name} fits no bundle."
        elif len(sentences) == len(fitting):
            yield f"Not used: {sentences[0]}"
        elif profile.kind not in kinds:
            yield f"Not used: the profile {profile.name}, which is of another kind."
        else:
            yield f"Not used: the profile {profile.name}; another one is closer or lasts longer."


def refuse_other_team(former_teams: Mapping[str, str | None], identity: Identity) -> None:
    """
    Raise Refused when a program was signed by another team, whose identifiers we cannot keep.

    Libraries of other teams are no obstacle: they claim nothing, and are signed anew.
    """
    for name, team in former_teams.items():
        if team and team != identity.team_id:
            raise Refused(
                f"{name} was signed by the team {team}, and this certificate belongs to "
                f"{identity.team_id}. Another team's identifiers cannot be kept."
            )
