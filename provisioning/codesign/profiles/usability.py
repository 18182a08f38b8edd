"""Whether a profile can be used at all: Apple's, in time, of this team, certificate and system."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from provisioning.codesign.bundles import Bundle
from provisioning.codesign.identity.identity import Identity
from provisioning.codesign.structures.profile import Profile
from provisioning.codesign.verifying.profile import check_origin

APP_STORE: Final = "appstore"
#: The kinds of profiles, as people call them.
KIND_WORDS: Final = {
    "adhoc": "ad hoc",
    "enterprise": "in-house",
    "development": "development",
    APP_STORE: "App Store",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """
    What a profile must go with: who signs, and when.

    `kind` is the only kind of profile that is wanted, one of `KIND_WORDS`. Without it any will do
    but the App Store's, which lets no phone install anything.
    """

    identity: Identity
    moment: datetime
    kind: str | None = None


def fault(profile: Profile, app: Bundle, terms: Terms) -> str | None:
    """Return why a profile cannot be used in *app*, whichever its bundle; None when it can be."""
    name, identity = profile.name, terms.identity
    # An authority above it may have expired since; what it signed is Apple's word all the same.
    wrong = next(check_origin(profile.content, identity.roots, None, name), None)
    if wrong is not None:
        return (
            f"The profile {name} is not as Apple signed it: {wrong} Download it again from Apple."
        )
    if profile.platforms and app.platforms.isdisjoint(profile.platforms):
        systems = " and ".join(sorted(app.platforms))
        return f"The profile {name} is for {', '.join(profile.platforms)}, the app for {systems}."
    if terms.moment > profile.expires_at:
        return f"The profile {name} expired on {profile.expires_at:%Y-%m-%d}."
    if identity.team_id not in profile.team_ids:
        return f"The profile {name} belongs to another team than the certificate."
    if identity.der not in profile.certificates:
        return f"The profile {name} does not list the certificate {identity.fingerprint[:16]}."
    return _kind_fault(profile, terms.kind)


def _kind_fault(profile: Profile, wanted: str | None) -> str | None:
    if wanted is not None and profile.kind != wanted:
        own, other = KIND_WORDS[profile.kind], KIND_WORDS[wanted]
        return f"The profile {profile.name} is of the kind {own}, and {other} was asked for."
    if wanted is None and profile.kind == APP_STORE:
        return (
            f"The profile {profile.name} is for the App Store and lists no devices, so no phone "
            "could install the app. Take an ad hoc profile, or ask for the kind appstore by name."
        )
    return None
