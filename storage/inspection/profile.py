"""A provisioning profile that was sent by itself."""

from storage.inspection import mobileprovision, plists
from storage.inspection.facts import Facts, Inspection
from storage.inspection.package import Package
from storage.inspection.rejection import NotAPackage, PackageRejected
from storage.inspection.source import Source
from storage.inspection.text import is_identifier

# SEQUENCE with a long or an open length, and soon the object id of SignedData.
_STARTS = (b"0\x80", b"0\x81", b"0\x82", b"0\x83", b"0\x84")
_SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")
_APP_ID_KEYS = ("application-identifier", "com.apple.application-identifier")


def is_signed_data(head: bytes) -> bool:
    """Tell whether a file begins as CMS SignedData does."""
    return head.startswith(_STARTS) and _SIGNED_DATA in head[:32]


def read(package: Package, source: Source) -> Inspection:
    """Read a profile; raise PackageRejected when what was signed is something else."""
    if source.size > mobileprovision.MAX_BYTES:
        raise PackageRejected("The provisioning profile is too big: more than 4 MB.")
    profile = mobileprovision.read(source.read(0, source.size))
    if "Entitlements" not in profile.plist:
        raise NotAPackage("It is a signed list, but no provisioning profile.")
    signing = profile.signing()
    facts = Facts(
        platform="macos" if signing.profile_platforms == ("OSX",) else "ios",
        kind="mobileprovision",
        bundle_id=_bundle_id(profile),
        name=signing.profile_name,
        signing=signing,
        **package.measured,
    )
    return Inspection(facts=facts)


def _bundle_id(profile: mobileprovision.Profile) -> str | None:
    """Return the app's id without the team before it; a pattern for several apps is none."""
    entitlements = plists.branch(profile.plist, "Entitlements")
    named = next(
        (plists.text(entitlements, key) for key in _APP_ID_KEYS if key in entitlements), ""
    )
    shown = (named or "").partition(".")[2]
    return shown if is_identifier(shown) else None
