"""iOS packages: a whole app with framework, extension, icons, profile, seal and signatures."""

import plistlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal

from PIL import Image

from bot.sandbox.samples import drawing, noise
from bot.sandbox.samples.archive import ArchiveWriter
from bot.sandbox.samples.bundle import Bundle
from bot.sandbox.samples.facts import SampleFacts
from bot.sandbox.samples.identities import (
    HARBOUR_LABS,
    Identity,
    Team,
    device_id,
    old_device_id,
    signing_identity,
)
from bot.sandbox.samples.loadcommands import Architecture
from bot.sandbox.samples.macho import MachO
from bot.sandbox.samples.opening import Target, opened, path_of
from bot.sandbox.samples.profiles import Profile, ProfileKind, mobileprovision
from bot.sandbox.samples.signature import CodeSigning

_PROFILE_NAMES: dict[ProfileKind, str] = {
    "development": "Development",
    "adhoc": "Ad Hoc",
    "enterprise": "In House",
    "appstore": "App Store",
}
_TILE = b"A tile of the chart, number %06d. Nothing to see but water."


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleApp:
    """
    An app to be packed as an IPA; every field has a value that makes a good package.

    `profile` None packs without a profile, `signed` False without seal and signature. `info`
    changes keys of the Info.plist; a value of None takes the key away. `payload_bytes` adds one
    stored asset of that size, `tiles` that many small files. `extra` are files by their name in
    the app, `beside` files by their name in the archive.
    """

    name: str = "Harbour"
    executable: str = "Harbour"
    bundle_id: str = "com.example.harbour"
    version: str = "2.4.0"
    build: str = "241"
    minimum_os: str = "15.0"
    families: Sequence[int] = (1, 2)
    simulator: bool = False
    team: Team = HARBOUR_LABS
    identity: Identity | None = None
    profile: ProfileKind | None = "adhoc"
    profile_name: str | None = None
    devices: Sequence[str] = (device_id(1), device_id(2), old_device_id(3))
    expires: datetime | None = None
    entitlements: Mapping[str, object] = field(default_factory=dict)
    signed: bool = True
    labels: Mapping[str, str] = field(default_factory=lambda: {"en": "Harbour", "de": "Hafen"})
    icon: Literal["cgbi", "plain", "none"] = "cgbi"
    letter: str | None = None
    framework: bool = True
    extensions: int = 1
    watch: bool = False
    clip: bool = False
    architectures: tuple[Architecture, ...] = ("arm64",)
    executable_bytes: int = 30_000
    encrypted: bool = False
    info: Mapping[str, object] = field(default_factory=dict)
    extra: Mapping[str, bytes] = field(default_factory=dict)
    beside: Mapping[str, bytes] = field(default_factory=dict)
    payload_bytes: int = 0
    tiles: int = 0
    descriptors: bool = False
    zip64: bool = False
    level: int = 6

    @property
    def signer(self) -> Identity:
        if self.identity:
            return self.identity
        development = self.profile == "development"
        return signing_identity(
            self.team, "iPhone Developer" if development else "iPhone Distribution"
        )


def write_ipa(target: Target, app: SampleApp | None = None) -> SampleFacts:
    """
    Write the app to a path or an open seekable file, in one pass and with flat memory.

    The facts of what was written come back; for an open file their path is its name.
    """
    app = app or SampleApp()
    expires = app.expires or datetime.now(UTC).replace(microsecond=0) + timedelta(days=365)
    with opened(target) as file:
        archive = ArchiveWriter(file, level=app.level, descriptors=app.descriptors, zip64=app.zip64)
        archive.folder("Payload/")
        extensions = _Writer(app, expires).write(archive)
        for name, content in app.beside.items():
            archive.add(name, content)
        archive.close()
    return _facts(app, target, expires, extensions)


class _Writer:
    def __init__(self, app: SampleApp, expires: datetime) -> None:
        self._app = app
        self._expires = expires

    def write(self, archive: ArchiveWriter) -> list[str]:
        """Write the app's bundle and everything in it; give the ids of the bundles inside."""
        app = self._app
        bundle = Bundle(archive, f"Payload/{app.executable}.app")
        bundle.add_info(self._info() | dict(app.info))
        bundle.add("PkgInfo", b"APPL????", "stored")
        self._add_icons(bundle)
        for language, label in app.labels.items():
            strings = plistlib.dumps({"CFBundleDisplayName": label}, fmt=plistlib.FMT_BINARY)
            bundle.add(f"{language}.lproj/InfoPlist.strings", strings)
        self._add_assets(bundle)
        if app.framework:
            self._add_framework(bundle, f"{app.executable}Kit")
        inside = [self._add_inner(bundle, *inner) for inner in self._inner()]
        self._add_profile(bundle, app.bundle_id)
        bundle.finish(program(app, app.executable), self._signing(app.bundle_id))
        return inside

    def _info(self) -> dict[str, object]:
        app = self._app
        platform = "iPhoneSimulator" if app.simulator else "iPhoneOS"
        return self._common_info(app.executable, app.bundle_id, "APPL") | {
            "CFBundleDisplayName": app.name,
            "CFBundleName": app.executable,
            "CFBundleSupportedPlatforms": [platform],
            "DTPlatformName": platform.lower(),
            "DTSDKName": f"{platform.lower()}18.0",
            "LSRequiresIPhoneOS": True,
            "UIDeviceFamily": list(app.families),
            "UILaunchScreen": {},
            "UIRequiredDeviceCapabilities": ["arm64"],
            "UISupportedInterfaceOrientations": ["UIInterfaceOrientationPortrait"],
            **self._icon_info(),
        }

    def _common_info(self, executable: str, bundle_id: str, kind: str) -> dict[str, object]:
        app = self._app
        return {
            "CFBundleDevelopmentRegion": "en",
            "CFBundleExecutable": executable,
            "CFBundleIdentifier": bundle_id,
            "CFBundleInfoDictionaryVersion": "6.0",
            "CFBundleName": executable,
            "CFBundlePackageType": kind,
            "CFBundleShortVersionString": app.version,
            "CFBundleSupportedPlatforms": ["iPhoneOS"],
            "CFBundleVersion": app.build,
            "MinimumOSVersion": app.minimum_os,
        }

    def _icon_info(self) -> dict[str, object]:
        if self._app.icon == "none":
            return {}
        phone, tablet = ["AppIcon60x60"], ["AppIcon60x60", "AppIcon76x76"]
        return {
            f"CFBundleIcons{device}": {
                "CFBundlePrimaryIcon": {"CFBundleIconFiles": files, "CFBundleIconName": "AppIcon"}
            }
            for device, files in (("", phone), ("~ipad", tablet))
        }

    def _add_icons(self, bundle: Bundle) -> None:
        if self._app.icon == "none":
            return
        coded = drawing.cgbi if self._app.icon == "cgbi" else drawing.png
        bundle.add("AppIcon60x60@2x.png", coded(self._picture(120)), "stored")
        bundle.add("AppIcon60x60@3x.png", coded(self._picture(180)), "stored")
        bundle.add("AppIcon76x76@2x~ipad.png", drawing.png(self._picture(152)), "stored")

    def _picture(self, size: int) -> Image.Image:
        letter = self._app.letter
        return drawing.letter_icon(size, letter) if letter else drawing.boat_icon(size)

    def _add_assets(self, bundle: Bundle) -> None:
        app = self._app
        for name, content in app.extra.items():
            bundle.add(name, content)
        for number in range(app.tiles):
            bundle.add(f"Tiles/{number % 100:02}/{number:06}.txt", _TILE % number, "stored")
        if app.payload_bytes:
            stream = noise.incompressible(app.payload_bytes, f"{app.name} {app.version}")
            bundle.add("Charts.bin", stream, "stored")

    def _add_framework(self, bundle: Bundle, name: str) -> None:
        framework = bundle.inner(f"Frameworks/{name}.framework")
        bundle_id = f"{self._app.bundle_id}.kit"
        framework.add_info(self._common_info(name, bundle_id, "FMWK"))
        library = MachO(
            name=name,
            install_name=f"@rpath/{name}.framework/{name}",
            architectures=self._app.architectures,
            platform="ios-simulator" if self._app.simulator else "ios",
            minimum_os=self._app.minimum_os,
        )
        framework.finish(library, self._signing(bundle_id, plain=True))

    def _inner(self) -> Iterator[tuple[str, str, str]]:
        """Give folder, name and id of each bundle with a profile of its own."""
        app = self._app
        for number in range(app.extensions):
            name = "Share" if number == 0 else f"Share{number + 1}"
            yield f"PlugIns/{name}.appex", name, f"{app.bundle_id}.{name.lower()}"
        if app.watch:
            name = f"{app.executable}Watch"
            yield f"Watch/{name}.app", name, f"{app.bundle_id}.watchkitapp"
        if app.clip:
            name = f"{app.executable}Clip"
            yield f"AppClips/{name}.app", name, f"{app.bundle_id}.Clip"

    def _add_inner(self, bundle: Bundle, folder: str, name: str, bundle_id: str) -> str:
        inner = bundle.inner(folder)
        info = self._common_info(name, bundle_id, "XPC!" if "PlugIns" in folder else "APPL")
        inner.add_info(info | self._inner_info(folder))
        self._add_profile(inner, bundle_id)
        inner.finish(program(self._app, name, small=True), self._signing(bundle_id))
        return bundle_id

    def _inner_info(self, folder: str) -> dict[str, object]:
        if folder.startswith("Watch/"):
            return {
                "CFBundleSupportedPlatforms": ["WatchOS"],
                "MinimumOSVersion": "9.0",
                "UIDeviceFamily": [4],
                "WKApplication": True,
                "WKCompanionAppBundleIdentifier": self._app.bundle_id,
            }
        if folder.startswith("AppClips/"):
            return {"UIDeviceFamily": [1], "NSAppClip": {}}
        point = "com.apple.share-services"
        extension = {"NSExtensionPointIdentifier": point, "NSExtensionPrincipalClass": "Share"}
        return {"CFBundleDisplayName": "Share", "NSExtension": extension}

    def _signing(self, bundle_id: str, *, plain: bool = False) -> CodeSigning | None:
        app = self._app
        if not app.signed:
            return None
        if app.simulator:
            return CodeSigning(identifier=bundle_id)
        return CodeSigning(
            identifier=bundle_id,
            identity=app.signer,
            team_id=app.team.id,
            entitlements=None if plain else self._entitlements(bundle_id),
        )

    def _entitlements(self, bundle_id: str) -> dict[str, object]:
        app = self._app
        usual: dict[str, object] = {
            "application-identifier": f"{app.team.id}.{bundle_id}",
            "com.apple.developer.team-identifier": app.team.id,
            "get-task-allow": app.profile == "development",
            "keychain-access-groups": [f"{app.team.id}.{bundle_id}"],
        }
        return usual | self._own_entitlements(bundle_id)

    def _own_entitlements(self, bundle_id: str) -> dict[str, object]:
        app = self._app
        if bundle_id == app.bundle_id:
            return dict(app.entitlements)
        if bundle_id == f"{app.bundle_id}.Clip":
            parent = f"{app.team.id}.{app.bundle_id}"
            return {"com.apple.developer.parent-application-identifiers": [parent]}
        return {}

    def _add_profile(self, bundle: Bundle, bundle_id: str) -> None:
        app = self._app
        if app.profile is None or app.simulator:
            return
        tail = bundle_id.removeprefix(app.bundle_id).replace(".", " ").title()
        name = app.profile_name or f"{app.executable} {_PROFILE_NAMES[app.profile]}"
        profile = Profile(
            kind=app.profile,
            app_id=bundle_id,
            name=name + tail,
            team=app.team,
            devices=app.devices,
            certificates=[app.signer.der],
            entitlements=self._own_entitlements(bundle_id),
            expires=self._expires,
        )
        bundle.add("embedded.mobileprovision", mobileprovision(profile))


def program(app: SampleApp, name: str, *, small: bool = False) -> MachO:
    """Give the program of the app or of a bundle inside."""
    return MachO(
        name=name,
        architectures=app.architectures,
        platform="ios-simulator" if app.simulator else "ios",
        minimum_os=app.minimum_os,
        filler=0 if small else app.executable_bytes,
        crypt_id=1 if app.encrypted else 0,
    )


def _facts(app: SampleApp, target: Target, expires: datetime, inside: list[str]) -> SampleFacts:
    profiled = app.profile is not None and not app.simulator
    listed = app.profile in {"development", "adhoc"} and profiled
    binary = program(app, app.executable)
    return SampleFacts(
        path=path_of(target),
        platform="ios",
        kind="ipa",
        bundle_id=app.bundle_id,
        name=app.name,
        version=app.version,
        build=app.build,
        min_os=app.minimum_os,
        signing=(app.profile or "") if profiled else "",
        team_id=app.team.id if profiled else "",
        team_name=app.team.name if profiled else "",
        expires_at=expires if profiled else None,
        devices=tuple(app.devices) if listed else (),
        certificates=(app.signer.fingerprint,) if profiled else (),
        labels=dict(app.labels),
        uuids={cpu: str(binary.uuid(cpu)) for cpu in app.architectures},
        extensions=tuple(inside),
    )
