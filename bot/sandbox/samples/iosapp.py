"""An iOS app as a value, with its program, its entitlements and what a reader must find in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from bot.sandbox.samples.bundle import PlistForm
from bot.sandbox.samples.drawing import Picture
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
from bot.sandbox.samples.opening import Target, path_of
from bot.sandbox.samples.profiles import ProfileKind


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleApp:
    """
    An app to be packed as an IPA; every field has a value that makes a good package.

    `profile` None packs without a profile, `signed` False without seal and signature. `info`
    changes keys of the Info.plist; a value of None takes the key away. `payload_bytes` adds one
    stored asset of that size, `tiles` that many small files. `extra` are files by their name in
    the app, `beside` files by their name in the archive. `profile_file` takes the place of the
    app's own profile, and `profiles` that of any bundle, by its id. `inner_first` writes bundles
    inside before the app's Info.plist, and `folder` is where the app lies:
    `X.xcarchive/Products/Applications` makes an archive of Xcode.
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
    picture: Picture = "boat"
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
    folder: str = "Payload"
    plist_form: PlistForm = "binary"
    binary_seal: bool = False
    profile_open_lengths: bool = False
    profile_binary: bool = False
    profile_file: bytes | None = None
    profiles: Mapping[str, bytes] = field(default_factory=dict)
    inner_first: bool = False

    @property
    def signer(self) -> Identity:
        if self.identity:
            return self.identity
        development = self.profile == "development"
        return signing_identity(
            self.team, "iPhone Developer" if development else "iPhone Distribution"
        )


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


def entitlements_of(app: SampleApp, bundle_id: str) -> dict[str, object]:
    """Give what one of the app's bundles claims."""
    usual: dict[str, object] = {
        "application-identifier": f"{app.team.id}.{bundle_id}",
        "com.apple.developer.team-identifier": app.team.id,
        "get-task-allow": app.profile == "development",
        "keychain-access-groups": [f"{app.team.id}.{bundle_id}"],
    }
    return usual | own_entitlements(app, bundle_id)


def own_entitlements(app: SampleApp, bundle_id: str) -> dict[str, object]:
    """Give what a bundle claims, and its profile allows, beside the usual."""
    if bundle_id == app.bundle_id:
        return dict(app.entitlements)
    if bundle_id == f"{app.bundle_id}.Clip":
        parent = f"{app.team.id}.{app.bundle_id}"
        return {"com.apple.developer.parent-application-identifiers": [parent]}
    return {}


def ios_facts(app: SampleApp, target: Target, expires: datetime, inside: list[str]) -> SampleFacts:
    """Give what a reader must find; `inside` are the ids of the bundles inside."""
    profiled = app.profile is not None and not app.simulator
    listed = app.profile in {"development", "adhoc"} and profiled
    binary = program(app, app.executable)
    return SampleFacts(
        path=path_of(target),
        platform="ios",
        kind="ipa" if app.folder == "Payload" else "xcarchive",
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
