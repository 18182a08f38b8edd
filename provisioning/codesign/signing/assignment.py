"""Which profile belongs to which bundle, and whether it can be used with this identity at all."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from provisioning.codesign.bundles import App, Bundle
from provisioning.codesign.errors import Refused
from provisioning.codesign.identity.identity import Identity
from provisioning.codesign.structures.profile import Profile


def assign(
    app: App, profiles: Sequence[Profile], identity: Identity, now: datetime
) -> dict[str, Profile]:
    """
    Return the profile of every bundle that runs as a process, by the bundle's path.

    The closest application identifier wins, then the profile that lasts longest. Raise Refused when
    a bundle has none, or when its profile or the identity has expired or belongs elsewhere.
    """
    if now > identity.expires_at:
        expired = f"expired on {identity.expires_at:%Y-%m-%d}."
        raise Refused(f"The certificate {identity.fingerprint[:16]} {expired}")
    found = {
        bundle.path: _profile_for(bundle, profiles) for bundle in app.bundles if bundle.is_process
    }
    for profile in found.values():
        _refuse_strangers(profile, identity, now)
    return found


def _profile_for(bundle: Bundle, profiles: Sequence[Profile]) -> Profile:
    fitting = [profile for profile in profiles if profile.fits(bundle.identifier)]
    if not fitting:
        raise Refused(f"There is no provisioning profile for {bundle.identifier}.")
    return max(fitting, key=_closeness)


def _closeness(profile: Profile) -> tuple[bool, int, datetime]:
    pattern = profile.application_id
    return not pattern.endswith("*"), len(pattern), profile.expires_at


def _refuse_strangers(profile: Profile, identity: Identity, now: datetime) -> None:
    if now > profile.expires_at:
        raise Refused(f"The profile {profile.name} expired on {profile.expires_at:%Y-%m-%d}.")
    if identity.team_id not in profile.team_ids:
        raise Refused(f"The profile {profile.name} belongs to another team than the certificate.")
    if identity.der not in profile.certificates:
        raise Refused(
            f"The profile {profile.name} does not list the certificate {identity.fingerprint[:16]}."
        )


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
