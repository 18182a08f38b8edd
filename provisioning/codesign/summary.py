"""What was signed, with what: the outcome of a re-sign, for people."""

from dataclasses import dataclass
from datetime import datetime

from provisioning.codesign.bundles import App
from provisioning.codesign.profiles.assignment import Assignment
from provisioning.codesign.profiles.usability import APP_STORE, KIND_WORDS


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedBundle:
    """One bundle with a profile: which one it carries now, and why that one."""

    path: str
    identifier: str
    profile: str
    profile_uuid: str
    kind: str
    expires_at: datetime
    devices: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """
    The outcome of a re-sign. `fingerprint` is the SHA-256 of the certificate, in hex.

    `signed` and `kept` are the names of the Mach-O files that have a new signature and of those
    that kept theirs; `passed_over` has a sentence for each profile that was not used; `new_bytes`
    is how much of the result is not a range of the input.
    """

    fingerprint: str
    team_id: str
    bundles: tuple[SignedBundle, ...]
    signed: tuple[str, ...]
    kept: tuple[str, ...]
    passed_over: tuple[str, ...]
    size: int
    new_bytes: int

    def __str__(self) -> str:
        lines = [f"Signed by the certificate {self.fingerprint[:16]} of the team {self.team_id}."]
        lines += [
            f"{bundle.identifier}: {bundle.profile} ({KIND_WORDS[bundle.kind]}{_reach(bundle)}, "
            f"until {bundle.expires_at:%Y-%m-%d}), {bundle.reason}"
            for bundle in self.bundles
        ]
        lines.append(f"{len(self.signed)} executables signed, {len(self.kept)} left as they were.")
        return "\n".join([*lines, *self.passed_over])


def _reach(bundle: SignedBundle) -> str:
    """Return which devices a bundle runs on, as what follows its kind."""
    if bundle.kind == APP_STORE:
        return ""
    if bundle.kind == "enterprise":
        return ", every device"
    return f", {bundle.devices} device{'' if bundle.devices == 1 else 's'}"


def signed_bundles(app: App, assigned: Assignment) -> list[SignedBundle]:
    """Return what each bundle with a profile was signed with, the app itself first."""
    found = [
        (bundle, assigned.profiles[bundle.path])
        for bundle in reversed(app.bundles)
        if bundle.path in assigned.profiles
    ]
    return [
        SignedBundle(
            path=bundle.path,
            identifier=bundle.identifier,
            profile=profile.name,
            profile_uuid=profile.uuid,
            kind=profile.kind,
            expires_at=profile.expires_at,
            devices=len(profile.devices),
            reason=assigned.reasons[bundle.path],
        )
        for bundle, profile in found
    ]
