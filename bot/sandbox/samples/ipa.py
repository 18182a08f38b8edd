"""iOS packages: a whole app with framework, extension, icons, profile, seal and signatures."""

import plistlib
from datetime import UTC, datetime, timedelta
from typing import Literal

from bot.sandbox.samples import drawing, noise
from bot.sandbox.samples.archive import ArchiveWriter
from bot.sandbox.samples.bundle import Bundle
from bot.sandbox.samples.facts import SampleFacts
from bot.sandbox.samples.iosapp import (
    SampleApp,
    entitlements_of,
    ios_facts,
    own_entitlements,
    program,
)
from bot.sandbox.samples.iosinfo import app_info, common_info, inner_bundles, inner_info
from bot.sandbox.samples.macho import MachO
from bot.sandbox.samples.opening import Target, opened
from bot.sandbox.samples.profiles import Profile, ProfileKind, mobileprovision
from bot.sandbox.samples.signature import CodeSigning

__all__ = ["SampleApp", "write_ipa"]  # The value and its writer are wanted together everywhere.

_PROFILE_NAMES: dict[ProfileKind, str] = {
    "development": "Development",
    "adhoc": "Ad Hoc",
    "enterprise": "In House",
    "appstore": "App Store",
}
_TILE = b"A tile of the chart, number %06d. Nothing to see but water."


def write_ipa(target: Target, app: SampleApp | None = None) -> SampleFacts:
    """
    Write the app to a path or an open seekable file, in one pass and with flat memory.

    The facts of what was written come back; for an open file their path is its name.
    """
    app = app or SampleApp()
    expires = app.expires or datetime.now(UTC).replace(microsecond=0) + timedelta(days=365)
    with opened(target) as file:
        archive = ArchiveWriter(file, level=app.level, descriptors=app.descriptors, zip64=app.zip64)
        for depth in range(app.folder.count("/") + 1):
            archive.folder("/".join(app.folder.split("/")[: depth + 1]) + "/")
        extensions = _Writer(app, expires).write(archive)
        for name, content in app.beside.items():
            archive.add(name, content)
        archive.close()
    return ios_facts(app, target, expires, extensions)


class _Writer:
    def __init__(self, app: SampleApp, expires: datetime) -> None:
        self._app = app
        self._expires = expires

    def write(self, archive: ArchiveWriter) -> list[str]:
        """Write the app's bundle and everything in it; give the ids of the bundles inside."""
        app = self._app
        bundle = Bundle(archive, f"{app.folder}/{app.executable}.app")
        inside = self._add_all_inner(bundle) if app.inner_first else []
        bundle.add_info(app_info(app) | dict(app.info), app.plist_form)
        bundle.add("PkgInfo", b"APPL????", "stored")
        self._add_icons(bundle)
        for language, label in app.labels.items():
            strings = plistlib.dumps({"CFBundleDisplayName": label}, fmt=plistlib.FMT_BINARY)
            bundle.add(f"{language}.lproj/InfoPlist.strings", strings)
        self._add_assets(bundle)
        if app.framework:
            self._add_framework(bundle, f"{app.executable}Kit")
        if not app.inner_first:
            inside = self._add_all_inner(bundle)
        self._add_profile(bundle, app.bundle_id)
        bundle.finish(
            program(app, app.executable),
            self._signing(app.bundle_id),
            binary_seal=app.binary_seal,
        )
        return inside

    def _add_icons(self, bundle: Bundle) -> None:
        if self._app.icon == "none":
            return
        letter, of = self._app.letter, self._app.picture
        form: Literal["cgbi", "png"] = "cgbi" if self._app.icon == "cgbi" else "png"
        for name, size in (("AppIcon60x60@2x.png", 120), ("AppIcon60x60@3x.png", 180)):
            bundle.add(name, drawing.icon(size, form, letter=letter, picture=of), "stored")
        plain = drawing.icon(152, "png", letter=letter, picture=of)
        bundle.add("AppIcon76x76@2x~ipad.png", plain, "stored")

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
        framework.add_info(common_info(self._app, name, bundle_id, "FMWK"))
        library = MachO(
            name=name,
            install_name=f"@rpath/{name}.framework/{name}",
            architectures=self._app.architectures,
            platform="ios-simulator" if self._app.simulator else "ios",
            minimum_os=self._app.minimum_os,
        )
        framework.finish(library, self._signing(bundle_id, plain=True))

    def _add_all_inner(self, bundle: Bundle) -> list[str]:
        return [self._add_inner(bundle, *inner) for inner in inner_bundles(self._app)]

    def _add_inner(self, bundle: Bundle, folder: str, name: str, bundle_id: str) -> str:
        inner = bundle.inner(folder)
        info = common_info(self._app, name, bundle_id, "XPC!" if "PlugIns" in folder else "APPL")
        inner.add_info(info | inner_info(self._app, folder))
        self._add_profile(inner, bundle_id)
        inner.finish(program(self._app, name, small=True), self._signing(bundle_id))
        return bundle_id

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
            entitlements=None if plain else entitlements_of(app, bundle_id),
        )

    def _add_profile(self, bundle: Bundle, bundle_id: str) -> None:
        app = self._app
        if app.profile is None or app.simulator:
            return
        given = app.profiles.get(bundle_id)
        if bundle_id == app.bundle_id and app.profile_file is not None:
            given = app.profile_file
        bundle.add("embedded.mobileprovision", given or self._own_profile(bundle_id))

    def _own_profile(self, bundle_id: str) -> bytes:
        app = self._app
        assert app.profile is not None
        tail = bundle_id.removeprefix(app.bundle_id).replace(".", " ").title()
        name = app.profile_name or f"{app.executable} {_PROFILE_NAMES[app.profile]}"
        profile = Profile(
            kind=app.profile,
            app_id=bundle_id,
            name=name + tail,
            team=app.team,
            devices=app.devices,
            certificates=[app.signer.der],
            entitlements=own_entitlements(app, bundle_id),
            expires=self._expires,
        )
        return mobileprovision(
            profile, open_lengths=app.profile_open_lengths, binary=app.profile_binary
        )
