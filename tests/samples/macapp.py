"""macOS apps in a zip: a universal program, an icns, a Developer ID profile and symbolic links."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal

from bot.sandbox.samples import drawing, noise
from bot.sandbox.samples.archive import ArchiveWriter
from bot.sandbox.samples.bundle import Bundle, Place
from bot.sandbox.samples.facts import SampleFacts
from bot.sandbox.samples.identities import HARBOUR_LABS, Identity, Team, signing_identity
from bot.sandbox.samples.loadcommands import Architecture
from bot.sandbox.samples.macho import MachO
from bot.sandbox.samples.opening import Target, opened, path_of
from bot.sandbox.samples.profiles import Profile, ProfileKind, mobileprovision
from bot.sandbox.samples.signature import CodeSigning

MacProfile = Literal["development", "developer-id", "appstore"]

_KINDS: dict[MacProfile, ProfileKind] = {
    "development": "development",
    "developer-id": "enterprise",
    "appstore": "appstore",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleMacApp:
    """
    An app for macOS; every field has a value that makes a good package.

    `info` changes keys of the Info.plist; a value of None takes the key away.
    """

    name: str = "Harbour"
    bundle_id: str = "com.example.harbour.mac"
    version: str = "2.4.0"
    build: str = "241"
    minimum_os: str = "13.0"
    team: Team = HARBOUR_LABS
    identity: Identity | None = None
    profile: MacProfile | None = "developer-id"
    devices: Sequence[str] = ("5A6B7C8D-0000-4000-8000-1122334455AA",)
    expires: datetime | None = None
    architectures: tuple[Architecture, ...] = ("x86_64", "arm64")
    icon: bool = True
    info: Mapping[str, object] = field(default_factory=dict)
    payload_bytes: int = 0

    @property
    def signer(self) -> Identity:
        return self.identity or signing_identity(self.team, "Developer ID Application")


def write_app_zip(target: Target, app: SampleMacApp | None = None) -> SampleFacts:
    """Write `<Name>.app` in a zip, as the Finder and `ditto` pack it."""
    app = app or SampleMacApp()
    expires = app.expires or datetime.now(UTC).replace(microsecond=0) + timedelta(days=365)
    with opened(target) as file:
        archive = ArchiveWriter(file)
        add_mac_app(archive, app, expires)
        archive.close()
    return mac_app_facts(app, target, expires, kind="app.zip")


def add_mac_app(archive: Place, app: SampleMacApp, expires: datetime) -> None:
    """Write the bundle into an archive or a volume."""
    archive.folder(f"{app.name}.app/")
    bundle = Bundle(archive, f"{app.name}.app/Contents")
    bundle.add_info(mac_info(app) | dict(app.info))
    bundle.add("PkgInfo", b"APPL????", "stored")
    if app.icon:
        bundle.add("Resources/AppIcon.icns", drawing.icon(512, "icns", shape="rounded"), "stored")
    bundle.add("Resources/en.lproj/Credits.txt", b"Nobody at all.")
    bundle.add_link("Resources/Latest.lproj", "en.lproj")
    if app.payload_bytes:
        stream = noise.incompressible(app.payload_bytes, app.name)
        bundle.add("Resources/Charts.bin", stream, "stored")
    if app.profile:
        bundle.add("embedded.provisionprofile", mobileprovision(_profile(app, expires)))
    signing = CodeSigning(
        identifier=app.bundle_id,
        identity=app.signer,
        team_id=app.team.id,
        entitlements={"com.apple.application-identifier": f"{app.team.id}.{app.bundle_id}"},
    )
    bundle.finish(mac_program(app), signing, "MacOS/")


def mac_program(app: SampleMacApp) -> MachO:
    return MachO(
        name=app.name,
        architectures=app.architectures,
        platform="macos",
        minimum_os=app.minimum_os,
        sdk="15.0",
        libraries=("/usr/lib/libSystem.B.dylib",),
    )


def mac_info(app: SampleMacApp) -> dict[str, object]:
    """Give the Info.plist as Xcode would leave it."""
    return {
        "CFBundleDevelopmentRegion": "en",
        "CFBundleExecutable": app.name,
        "CFBundleIconFile": "AppIcon" if app.icon else None,
        "CFBundleIdentifier": app.bundle_id,
        "CFBundleInfoDictionaryVersion": "6.0",
        "CFBundleName": app.name,
        "CFBundlePackageType": "APPL",
        "CFBundleShortVersionString": app.version,
        "CFBundleSupportedPlatforms": ["MacOSX"],
        "CFBundleVersion": app.build,
        "LSMinimumSystemVersion": app.minimum_os,
    }


def _profile(app: SampleMacApp, expires: datetime) -> Profile:
    identifier = f"{app.team.id}.{app.bundle_id}"
    return Profile(
        kind=_KINDS[app.profile or "appstore"],
        app_id=app.bundle_id,
        name=f"{app.name} for Mac",
        team=app.team,
        devices=app.devices,
        certificates=[app.signer.der],
        entitlements={"com.apple.application-identifier": identifier},
        expires=expires,
        platforms=["OSX"],
    )


def mac_app_facts(
    app: SampleMacApp, target: Target, expires: datetime, *, kind: str
) -> SampleFacts:
    """Give what a reader must find in the app, however it was packed."""
    return SampleFacts(
        path=path_of(target),
        platform="macos",
        kind=kind,
        bundle_id=app.bundle_id,
        name=app.name,
        version=app.version,
        build=app.build,
        min_os=app.minimum_os,
        signing=app.profile or "",
        team_id=app.team.id if app.profile else "",
        team_name=app.team.name if app.profile else "",
        expires_at=expires if app.profile else None,
        devices=tuple(app.devices) if app.profile == "development" else (),
        certificates=(app.signer.fingerprint,) if app.profile else (),
        uuids={cpu: str(mac_program(app).uuid(cpu)) for cpu in app.architectures},
    )
