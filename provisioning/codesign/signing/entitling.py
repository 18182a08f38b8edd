"""Which entitlements a program gets: its own, as far as its profile allows them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from provisioning.codesign.bundles import Bundle
from provisioning.codesign.errors import Refused
from provisioning.codesign.signing import blobs
from provisioning.codesign.structures import superblob
from provisioning.codesign.structures.entitlements import claims_wildcard, grants
from provisioning.codesign.structures.profile import Profile
from provisioning.codesign.structures.signature import Signature

DEBUGGING: Final = "get-task-allow"
_APPLICATION: Final = "application-identifier"
_TEAM: Final = "com.apple.developer.team-identifier"
_KEYCHAIN: Final = "keychain-access-groups"
_PUSH: Final = "aps-environment"
_ICLOUD: Final = "com.apple.developer.icloud-container-environment"
_PRODUCTION: Final = "Production"
_TESTFLIGHT: Final = "beta-reports-active"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entitled:
    """The entitlements of one program, and the blobs that say so."""

    values: Mapping[str, Any]
    blobs: Mapping[int, bytes] = field(repr=False)

    @property
    def debuggable(self) -> bool:
        return self.values.get(DEBUGGING) is True


def entitle(
    bundle: Bundle,
    former: Signature | None,
    given: Mapping[str, Any] | None,
    profile: Profile,
    *,
    drop_debugging: bool,
) -> Entitled:
    """
    Decide the entitlements of *bundle*: *given*, else its own, else the few every app has.

    Nothing is ever taken from the profile but the application identifier's prefix. Raise Refused
    when the profile does not allow one, or when debugging would have to go and nobody said so.
    """
    own = former.entitlements if former else None
    values = dict(given if given is not None else own or {})
    if former is None or former.leaf is None or given is not None:
        values = _required(bundle, profile) | values
    values = suited(bundle.identifier, values, profile, drop_debugging=drop_debugging)
    return Entitled(values=values, blobs=_blobs(values, former))


def suited(
    identifier: str, values: Mapping[str, Any], profile: Profile, *, drop_debugging: bool
) -> dict[str, Any]:
    """
    Return a bundle's entitlements as this profile lets it have them.

    Raise Refused when it does not allow one, or when debugging would have to go and nobody said so.
    """
    if values.get(DEBUGGING) is True and not profile.allows_debugging and not drop_debugging:
        raise Refused(
            f"{identifier} was signed for development, and the profile {profile.name} does "
            "not allow debugging. Somebody has to agree that debugging is removed."
        )
    changed = adapted(values, profile)
    refuse_excess(identifier, changed, profile)
    return changed


def adapted(values: Mapping[str, Any], profile: Profile) -> dict[str, Any]:
    """
    Return entitlements as Xcode would export them for this kind of profile.

    Debugging goes where the profile does not allow it, push moves to the servers that the profile
    names and iCloud to the environment, and the mark of TestFlight goes where there is no
    TestFlight. All else is the app's own.
    """
    changed = dict(values)
    if values.get(DEBUGGING) is True and not profile.allows_debugging:
        changed[DEBUGGING] = False
    if _PUSH in values and isinstance(profile.entitlements.get(_PUSH), str):
        changed[_PUSH] = profile.entitlements[_PUSH]
    if _ICLOUD in values:
        changed[_ICLOUD] = _environment(values[_ICLOUD], profile.entitlements.get(_ICLOUD))
    if _TESTFLIGHT not in profile.entitlements:
        changed.pop(_TESTFLIGHT, None)
    return changed


def _environment(own: Any, allowed: Any) -> Any:  # noqa: ANN401  a plist value may be of any kind
    """Return iCloud's environment: the app's own where that is allowed, else the profile's."""
    if allowed is None or grants(allowed, own):
        return own
    offered = allowed if isinstance(allowed, list) else [allowed]
    chosen = _PRODUCTION if _PRODUCTION in offered else next(iter(offered), own)
    return [chosen] if isinstance(own, list) else chosen


def _required(bundle: Bundle, profile: Profile) -> dict[str, Any]:
    if not profile.prefixes or not profile.team_ids:
        raise Refused(f"The profile {profile.name} names no team.")
    name = f"{profile.prefixes[0]}.{bundle.identifier}"
    return {
        _APPLICATION: name,
        _TEAM: profile.team_ids[0],
        DEBUGGING: profile.allows_debugging,
        _KEYCHAIN: [name],
    }


def refuse_excess(identifier: str, values: Mapping[str, Any], profile: Profile) -> None:
    """Raise Refused when a bundle's entitlements are not all allowed by its profile."""
    _refuse_other_app(identifier, values.get(_APPLICATION), profile)
    for key, value in values.items():
        allowed = profile.entitlements.get(key)
        if value is not False and (allowed is None or not grants(allowed, value)):
            raise Refused(
                f"The profile {profile.name} does not allow {identifier} the entitlement "
                f"{key}. Add the capability to the app's identifier at Apple and make the profile "
                "anew."
            )
        if claims_wildcard(key, value):
            raise Refused(
                f"The entitlement {key} of {identifier} is a wildcard, which only a profile "
                "may hold."
            )


def _refuse_other_app(identifier: str, claimed: object, profile: Profile) -> None:
    if claimed is None:
        raise Refused(
            f"The signature of {identifier} holds no application identifier, which every app on a "
            "phone has. It was not exported for devices: build and export it again."
        )
    if claimed in {f"{prefix}.{identifier}" for prefix in profile.prefixes}:
        return
    prefixes = " or ".join(profile.prefixes) or "no"
    raise Refused(
        f"{identifier} is signed with the application identifier {claimed}, which the profile "
        f"{profile.name} does not cover: its prefix is {prefixes}. The identifier belongs to "
        "another team or app."
    )


def _blobs(values: Mapping[str, Any], former: Signature | None) -> dict[int, bytes]:
    """Keep the old blobs byte for byte where they say the same."""
    xml = former.blob.get(superblob.ENTITLEMENTS_SLOT) if former else None
    der = former.blob.get(superblob.ENTITLEMENTS_DER_SLOT) if former else None
    same_xml = xml and former and former.entitlements == values
    same_der = der and former and former.entitlements_der == values
    return {
        superblob.ENTITLEMENTS_SLOT: xml.content
        if xml and same_xml
        else blobs.write_entitlements_xml(values),
        superblob.ENTITLEMENTS_DER_SLOT: der.content
        if der and same_der
        else blobs.write_entitlements_der(values),
    }
