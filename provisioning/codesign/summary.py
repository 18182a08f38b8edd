"""What was signed, with what: the outcome of a re-sign, for people."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from provisioning.codesign.bundles import App
from provisioning.codesign.structures.profile import Profile


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedBundle:
    """One bundle with a profile: which one it carries now."""

    path: str
    identifier: str
    profile: str
    profile_uuid: str
    kind: str
    expires_at: datetime
    devices: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """
    The outcome of a re-sign. `fingerprint` is the SHA-256 of the certificate, in hex.

    `signed` and `kept` are the names of the Mach-O files that have a new signature and of those
    that kept theirs; `new_bytes` is how much of the result is not a range of the input.
    """

    fingerprint: str
    team_id: str
    bundles: tuple[SignedBundle, ...]
    signed: tuple[str, ...]
    kept: tuple[str, ...]
    unused_profiles: tuple[str, ...]
    size: int
    new_bytes: int

    def __str__(self) -> str:
        lines = [f"Signed by the certificate {self.fingerprint[:16]} of the team {self.team_id}."]
        lines += [
            f"{bundle.identifier}: {bundle.profile} ({bundle.kind}, {bundle.devices} devices, "
            f"until {bundle.expires_at:%Y-%m-%d})"
            for bundle in self.bundles
        ]
        lines.append(f"{len(self.signed)} executables signed, {len(self.kept)} left as they were.")
        lines += [f"The profile {name} fits no bundle." for name in self.unused_profiles]
        return "\n".join(lines)


def signed_bundles(app: App, assigned: Mapping[str, Profile]) -> list[SignedBundle]:
    """Return what each bundle with a profile was signed with, the app itself first."""
    return [
        SignedBundle(
            path=bundle.path,
            identifier=bundle.identifier,
            profile=assigned[bundle.path].name,
            profile_uuid=assigned[bundle.path].uuid,
            kind=assigned[bundle.path].kind,
            expires_at=assigned[bundle.path].expires_at,
            devices=len(assigned[bundle.path].devices),
        )
        for bundle in reversed(app.bundles)
        if bundle.path in assigned
    ]
