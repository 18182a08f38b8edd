"""iOS apps: `.ipa` files and zipped Xcode archives."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from storage.inspection import apple, cgbi, codesignature, icons, macho, mobileprovision, plists
from storage.inspection.archive import Archive
from storage.inspection.directory import Shape
from storage.inspection.facts import Extension, ExtensionKind, Facts, Inspection, Signing
from storage.inspection.package import Package
from storage.inspection.rejection import Ambiguous, PackageRejected
from storage.inspection.text import clean, is_identifier, name_of

MAX_EXTENSIONS = 100
MAX_ICONS = 64
MAX_PREFIXES = 16
MAX_EXECUTABLE = 16 << 20

# An app in an archive; the first is what phones install, the second what Xcode keeps.
_APP = rb"(?:Payload|[^/\0]+\.xcarchive/Products/Applications)/[^/\0]+\.app/"
_NESTED = rb"(?:(?:PlugIns|Extensions)/[^/\0]+\.appex|(?:Watch|AppClips)/[^/\0]+\.app)/"
MARK = Shape(_APP + rb"Info\.plist", b".app/Info.plist")
_LOCALIZED = rb"(?:[^/\0]+\.lproj/InfoPlist\.strings|InfoPlist\.loctable)"
# What Xcode appends to the name of an icon: its scale and its device.
_MODIFIERS = re.compile(rb"(?:@[1-9]x)?(?:~[a-z]+)?(?:@[1-9]x)?(?:\.png)?")
_PROFILE = b"embedded.mobileprovision"
_HEAD = 64


def read(package: Package, archive: Archive) -> Inspection:
    """Read an IPA; raise PackageRejected with a sentence when it is none that can be used."""
    return _App.find(archive).inspect(package)


@dataclass(slots=True)
class _App:
    """The app in the archive; `root` is its folder with a slash."""

    archive: Archive
    root: bytes
    plist: dict[str, Any]
    notes: list[str] = field(default_factory=list)

    @classmethod
    def find(cls, archive: Archive) -> "_App":
        found = dict.fromkeys(archive.search(MARK))
        if not found:
            raise PackageRejected("There is no app in it: no Payload/<name>.app/Info.plist.")
        if len(found) > 1:
            raise PackageRejected("There are several apps in it, and only one can be released.")
        (main,) = found
        plist = plists.load(archive.read(main, plists.MAX_BYTES), "The app's Info.plist")
        return cls(archive, main.removesuffix(b"Info.plist"), plist)

    def inspect(self, package: Package) -> Inspection:
        bundle_id = apple.bundle_id(self.plist)
        slices, icon = self._slices(), self._icon()
        simulator = self._is_for_simulator(slices)
        archived = not self.root.startswith(b"Payload/")
        if archived:
            self.notes.append("It is an Xcode archive: export an IPA from it to install the app.")
        localized = self.archive.search(self._inside(_LOCALIZED, b"InfoPlist."))
        facts = Facts(
            platform="ios",
            kind="xcarchive" if archived else "ipa",
            bundle_id=bundle_id,
            name=apple.name(self.plist),
            localized_names=apple.localized_names(self.archive, localized),
            version=apple.version(self.plist),
            build=apple.build(self.plist),
            min_os=clean(self.plist.get("MinimumOSVersion"), 32),
            device_families=apple.families(self.plist),
            icon=icon is not None,
            signing=self._main_signing(slices),
            architectures=tuple(part.architecture for part in slices),
            uuids=tuple(part.uuid for part in slices),
            encrypted=any(part.encrypted for part in slices) if slices else None,
            simulator=simulator,
            extensions=tuple(self._extensions()),
            **package.measured,
        )
        return Inspection(facts=facts, icon=icon, notes=tuple(self.notes))

    def _main_signing(self, slices: list[macho.Slice]) -> Signing:
        """Read the profile; without one, what the executable itself claims."""
        signing = self._signing(self.root, "The provisioning profile")
        path = self._executable()
        signature = next((part.signature for part in slices if part.signature), None)
        if self.root + _PROFILE in self.archive or path is None or signature is None:
            return signing
        # The signature lies at the end, behind all that must be unpacked before it.
        if sum(signature) > MAX_EXECUTABLE or signature[1] > codesignature.MAX_BYTES:
            return signing
        try:
            blob = self.archive.stream(path, MAX_EXECUTABLE).read(*signature)
            claimed = codesignature.entitlements(blob)
        except PackageRejected as reason:
            self.notes.append(str(reason))
            return signing
        return signing.model_copy(update={"signed": True, "entitlements": claimed})

    def _signing(self, root: bytes, what: str) -> Signing:
        path = root + _PROFILE
        if path not in self.archive:
            return Signing(signed=root + b"_CodeSignature/CodeResources" in self.archive)
        try:
            data = self.archive.read(path, mobileprovision.MAX_BYTES)
            return mobileprovision.read(data).signing()
        except PackageRejected as reason:
            self.notes.append(f"{what} is unreadable: {reason}")
            return Signing(signed=True, profile_unreadable=True)

    def _slices(self) -> list[macho.Slice]:
        path = self._executable()
        if path is None:
            self.notes.append("The app has no executable.")
            return []
        try:
            return macho.read_slices(self.archive.stream(path).read)
        except PackageRejected as reason:
            self.notes.append(f"The app's executable is unreadable: {reason}")
            return []

    def _executable(self) -> bytes | None:
        paths = (self.root + name for name in apple.executables(self.plist))
        return next((path for path in paths if path in self.archive), None)

    def _is_for_simulator(self, slices: list[macho.Slice]) -> bool:
        platforms = plists.texts(self.plist, "CFBundleSupportedPlatforms")
        built_for = [part.platform or "" for part in slices]
        simulator = any(name.lower().endswith("simulator") for name in (*platforms, *built_for))
        if simulator:
            self.notes.append("It was built for a simulator: no device can install it.")
        return simulator

    def _extensions(self) -> Iterator[Extension]:
        shape = self._inside(rb"(?:" + _NESTED + rb"){1,2}Info\.plist", b"/Info.plist")
        for path in self.archive.search(shape)[:MAX_EXTENSIONS]:
            try:
                data = self.archive.read(path, plists.MAX_BYTES)
                plist = plists.load(data, "An extension's Info.plist")
            except PackageRejected as reason:
                self.notes.append(str(reason))
                continue
            yield self._extension(path.removesuffix(b"Info.plist"), plist)

    def _inside(self, pattern: bytes, part: bytes) -> Shape:
        return Shape(re.escape(self.root) + pattern, part)

    def _kind_of(self, root: bytes) -> ExtensionKind:
        if root.endswith(b".appex/"):
            return "extension"
        return "watch" if root.startswith(self.root + b"Watch/") else "appclip"

    def _extension(self, root: bytes, plist: dict[str, Any]) -> Extension:
        signing = self._signing(root, "An extension's provisioning profile")
        named = plist.get("CFBundleIdentifier")
        point = plists.branch(plist, "NSExtension").get("NSExtensionPointIdentifier")
        return Extension(
            kind=self._kind_of(root),
            path=name_of(root.rstrip(b"/"), 1024),
            bundle_id=named if is_identifier(named) else None,
            name=apple.name(plist),
            version=apple.version(plist),
            build=apple.build(plist),
            point=clean(point),
            team_id=signing.team_id,
            profile_name=signing.profile_name,
            profile_uuid=signing.profile_uuid,
            expires_at=signing.expires_at,
            entitlements=signing.entitlements,
        )

    def _icon(self) -> bytes | None:
        """Draw the widest icon that can be drawn; a hostile one never costs the upload."""
        for path in sorted(self._icon_names(), key=self._width, reverse=True)[:3]:
            try:
                return icons.draw(self.archive.read(path, icons.MAX_BYTES))
            except (PackageRejected, Ambiguous) as reason:
                self.notes.append(f"An icon was left out: {reason}")
        return None

    def _icon_names(self) -> list[bytes]:
        """Return the PNGs that Info.plist names. Its values are prefixes."""
        exact, loose = [], []
        for prefix in _icon_prefixes(self.plist):
            begin = self.root + prefix
            for name in self.archive.search(Shape(re.escape(begin) + rb"[^/\0]*\.png", begin)):
                loose.append(name)
                if _MODIFIERS.fullmatch(name, len(begin)):
                    exact.append(name)
        return list(dict.fromkeys(exact or loose))[:MAX_ICONS]

    def _width(self, path: bytes) -> int:
        try:
            return cgbi.size(self.archive.head(path, _HEAD))[0]
        except (PackageRejected, Ambiguous):
            return 0


def _icon_prefixes(plist: dict[str, Any]) -> list[bytes]:
    """Return what the keys of all the years name, newest first; wrong types count as absent."""
    named: list[str] = []
    for key in ("CFBundleIcons", "CFBundleIcons~ipad"):
        primary = plists.branch(plists.branch(plist, key), "CFBundlePrimaryIcon")
        named += plists.texts(primary, "CFBundleIconFiles")
    for key in ("CFBundleIconFiles", "CFBundleIconFiles~ipad", "CFBundleIconFile"):
        named += plists.texts(plist, key)
    plain = (name.removesuffix(".png") for name in named if name and "/" not in name)
    return [name.encode("utf-8", "replace") for name in dict.fromkeys(plain) if name][:MAX_PREFIXES]
