"""The fact sheet as a page of text, for `slipway inspect FILE`."""

from collections.abc import Iterable, Iterator

from storage.inspection.facts import Extension, Facts, Signing
from storage.inspection.sizes import human
from storage.inspection.systems import android, least_system

_WIDTH = 16
_TAIL = 6
_LISTED = 40


def render(facts: Facts, notes: Iterable[str] = ()) -> str:
    """
    Write a sheet for people, a line a fact; what a package does not say is left out.

    Device ids are private: only their last six characters are shown.
    """
    lines = [*_identity(facts), *_platform(facts), *_signing(facts.signing), *_parts(facts)]
    width = max(_WIDTH, *(len(label) + 2 for label, _ in lines))
    shown = [f"{label:<{width}}{value}" for label, value in lines if value]
    shown += [f"! {note}" for note in notes]
    return "\n".join(shown) + "\n"


def _identity(facts: Facts) -> Iterator[tuple[str, str]]:
    yield "Name", facts.name or ""
    yield "Id", facts.bundle_id or ""
    yield "Version", facts.version or ""
    yield "Build", facts.build or ""
    yield "Kind", f"{facts.kind} for {facts.system}"
    yield "Publisher", facts.publisher or ""
    yield "Size", f"{human(facts.size)} ({facts.size} bytes)"
    yield "SHA-256", facts.sha256
    yield "SHA-1", facts.sha1
    yield "MD5", facts.md5
    yield "Icon", "yes" if facts.icon else "none"
    names = (f"{locale}: {name}" for locale, name in facts.localized_names.items())
    yield "Other names", _listed(names)


def _platform(facts: Facts) -> Iterator[tuple[str, str]]:
    yield "Minimum system", least_system(facts)
    yield "Target system", android(facts.target_sdk)
    yield "Maximum system", android(facts.max_sdk)
    yield "Devices for", _listed(facts.device_families)
    yield "Processors", _listed(facts.abis or facts.architectures)
    yield "UUIDs", _listed(uuid for uuid in facts.uuids if uuid)
    yield "Encrypted", "yes" if facts.encrypted else ""
    yield "Debuggable", "yes" if facts.debuggable else ""
    yield "Test only", "yes" if facts.test_only else ""
    yield "Simulator", "yes" if facts.simulator else ""
    yield "Split", facts.split or ""
    yield "Other parts", "needed, and not in the file" if facts.needs_splits else ""
    yield "Permissions", _listed(facts.permissions)
    yield "Features", _listed(facts.features)


def _signing(signing: Signing) -> Iterator[tuple[str, str]]:
    yield "Signed", ("yes, not verified" if signing.signed else "no")
    yield "Schemes", _listed(signing.schemes)
    yield "Signing kind", signing.kind or ""
    team = signing.team_id or ""
    yield "Team", f"{signing.team_name} ({team})" if signing.team_name else team
    unreadable = "there is one, and it cannot be read" if signing.profile_unreadable else ""
    yield "Profile", signing.profile_name or unreadable
    yield "Profile UUID", signing.profile_uuid or ""
    yield "Expires", f"{signing.expires_at:%Y-%m-%d %H:%M} UTC" if signing.expires_at else ""
    for certificate, signer in zip(signing.certificates, signing.signers, strict=False):
        yield "Certificate", f"{certificate} {signer}"
    if signing.devices:
        tails = _listed(f"…{udid[-_TAIL:]}" for udid in signing.devices)
        yield "Devices", f"{len(signing.devices)}: {tails}"
    yield "Entitlements", _listed(signing.entitlements)


def _parts(facts: Facts) -> Iterator[tuple[str, str]]:
    for part in facts.extensions:
        yield part.kind.capitalize(), _part(part)


def _part(part: Extension) -> str:
    profile = f", profile “{part.profile_name}”" if part.profile_name else ""
    return f"{part.bundle_id or part.path} {part.version or ''} ({part.build or ''}){profile}"


def _listed(items: Iterable[str]) -> str:
    found = list(items)
    rest = len(found) - _LISTED
    return ", ".join(found[:_LISTED]) + (f" and {rest} more" if rest > 0 else "")
