"""Programs: which of an organization's apps a team can sign for devices, and what is in them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from storage.catalog.releases import LiveBuild
from storage.inspection.facts import Facts


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveApp:
    """A live release whose build may be signed anew."""

    release_id: str
    build_id: str
    app_id: str
    facts: Facts


def signable(found: Iterable[LiveBuild], team_id: str) -> list[LiveApp]:
    """Return those live releases that a team can sign for more devices, in their order."""
    read = [
        LiveApp(
            release_id=one.release_id,
            build_id=one.build_id,
            app_id=one.app_id,
            facts=Facts(**one.facts),
        )
        for one in found
    ]
    return [one for one in read if is_signable(one.facts, team_id)]


def is_signable(facts: Facts, team_id: str) -> bool:
    """Return whether a build is an ad hoc app of the team with this id at Apple."""
    return (
        facts.platform == "ios"
        and facts.kind == "ipa"
        and facts.signing.kind == "adhoc"
        and bool(team_id)
        and facts.signing.team_id == team_id
        and not facts.encrypted
        and not facts.simulator
    )


def bundles_of(apps: Sequence[LiveApp]) -> list[str]:
    """Return the bundles that carry a profile of their own, each once, the apps' own first."""
    own = [one.facts.bundle_id for one in apps]
    inside = [
        extension.bundle_id
        for one in apps
        for extension in one.facts.extensions
        if extension.profile_uuid or extension.profile_name
    ]
    return [bundle for bundle in dict.fromkeys([*own, *inside]) if bundle]
