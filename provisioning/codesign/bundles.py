"""Bundles: the app, and every extension, framework, watch app and App Clip inside it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Any, Final

from provisioning.codesign.container.archive import Archive
from provisioning.codesign.container.entry import Entry
from provisioning.codesign.container.names import composed
from provisioning.codesign.errors import Malformed, Refused
from provisioning.codesign.structures.macho import is_macho, is_signable
from provisioning.codesign.structures.plist import read_plist, text, texts
from provisioning.codesign.structures.profile import FILE_NAME as PROFILE_NAME
from provisioning.codesign.structures.source import BytesSource

#: Endings of folders that are signed as bundles of their own.
SIGNED_ENDINGS: Final = (".app", ".appex", ".framework", ".xctest", ".xpc", ".bundle", ".plugin")
#: Those that run as processes of their own, and so need a profile and entitlements.
PROCESS_ENDINGS: Final = (".app", ".appex")
#: A stub that Apple signed; neither ours to sign nor to judge by team.
WATCH_STUB: Final = "_WatchKitStub/"
#: The first slice of a fat file begins at its alignment, 16 KB on all of Apple's platforms.
_FIRST_SLICE: Final = 64 << 10
#: Long enough for a fat header, and for the first word of a thin one.
HEAD_LENGTH: Final = 8
MOST_PLIST_BYTES: Final = 8 << 20
MOST_BUNDLES: Final = 1_000
_BUILT_WITH: Final = "DTPlatformName"
#: What Xcode writes into an Info.plist, and what it is called in a provisioning profile.
_PLATFORMS: Final[dict[str, frozenset[str]]] = {
    "iphoneos": frozenset({"iOS"}),
    "watchos": frozenset({"iOS", "watchOS"}),
    "appletvos": frozenset({"tvOS"}),
    "xros": frozenset({"xrOS", "visionOS"}),
    "macosx": frozenset({"OSX"}),
}
MOST_CODE: Final = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """
    A folder that is signed as one thing. `path` ends in a slash; `executable` is a full name.

    `code` are the loose Mach-O files of this bundle, its executable and nested bundles aside.
    """

    path: str
    info: dict[str, Any] = field(repr=False)
    executable: str
    code: tuple[str, ...] = ()

    @property
    def identifier(self) -> str:
        return text(self.info, "CFBundleIdentifier")

    @property
    def ending(self) -> str:
        return PurePosixPath(self.path).suffix

    @property
    def platforms(self) -> frozenset[str]:
        """The systems it was built for, as profiles call them; iOS when it does not say."""
        built_for = (*texts(self.info, "CFBundleSupportedPlatforms"), text(self.info, _BUILT_WITH))
        found = (_PLATFORMS.get(name.lower(), frozenset()) for name in built_for)
        return frozenset().union(*found) or _PLATFORMS["iphoneos"]

    @property
    def is_process(self) -> bool:
        return self.ending in PROCESS_ENDINGS

    @property
    def profile_name(self) -> str:
        return self.path + PROFILE_NAME

    @property
    def depth(self) -> int:
        return self.path.count("/")


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """All bundles of an app, the deepest first and the app itself last, and all its code."""

    root: str
    bundles: tuple[Bundle, ...]
    code: frozenset[str] = field(repr=False)

    @property
    def main(self) -> Bundle:
        return self.bundles[-1]

    def within(self, bundle: Bundle) -> tuple[Bundle, ...]:
        """Return the bundles anywhere inside one."""
        return tuple(
            item
            for item in self.bundles
            if item is not bundle and item.path.startswith(bundle.path)
        )


def find_app(archive: Archive) -> App:
    """Find the one app of an IPA and its bundles. Raise Refused when there is none, or several."""
    root = _root(archive)
    files = [entry for entry in archive.entries if entry.is_file and entry.name.startswith(root)]
    code = frozenset(entry.name for entry in files if _is_code(archive, entry))
    programs = {composed(name): name for name in code}
    found = [_bundle(archive, folder, programs) for folder in _folders(archive, root)]
    bundles = [bundle for bundle in found if bundle is not None]
    if not any(bundle.path == root for bundle in bundles):
        raise Refused("The app in this archive has no executable.")
    if len(bundles) > MOST_BUNDLES or len(code) > MOST_CODE:
        raise Refused("This app holds too many bundles, or too many executables.")
    paths = frozenset(bundle.path for bundle in bundles)
    loose: dict[str, list[str]] = {path: [] for path in paths}
    for name in sorted(code.difference(bundle.executable for bundle in bundles)):
        if WATCH_STUB not in name:
            loose[_owner(name, paths)].append(name)
    finished = [replace(bundle, code=tuple(loose[bundle.path])) for bundle in bundles]
    finished.sort(key=lambda bundle: (-bundle.depth, bundle.path))
    return App(root=root, bundles=tuple(finished), code=code)


def _root(archive: Archive) -> str:
    roots = {
        "/".join(parts[:2]) + "/"
        for parts in (entry.name.split("/") for entry in archive.entries)
        if parts[0] == "Payload" and len(parts) > 2 and parts[1].endswith(".app")  # noqa: PLR2004  Payload/X.app/file
    }
    if not roots:
        raise Refused("There is no app in this archive.")
    if len(roots) > 1:
        raise Refused("There are several apps in this archive.")
    return roots.pop()


def _is_code(archive: Archive, entry: Entry) -> bool:
    if entry.size <= HEAD_LENGTH or not is_macho(archive.head(entry, HEAD_LENGTH)):
        return False
    return is_signable(BytesSource(archive.head(entry, _FIRST_SLICE)))


def _folders(archive: Archive, root: str) -> list[str]:
    ending = "/Info.plist"
    return [
        entry.name[: -len(ending) + 1]
        for entry in archive.entries
        if entry.name.startswith(root)
        and entry.name.endswith(ending)
        and entry.is_file
        and PurePosixPath(entry.name).parent.suffix in SIGNED_ENDINGS
    ]


def _bundle(archive: Archive, folder: str, programs: Mapping[str, str]) -> Bundle | None:
    """Read a bundle; *programs* are the names of code in the archive, by their composed form."""
    content = archive.content(archive.by_name[folder + "Info.plist"], MOST_PLIST_BYTES)
    info = read_plist(content, folder + "Info.plist")
    executable = programs.get(composed(folder + text(info, "CFBundleExecutable")))
    if executable is None:
        return None
    if not text(info, "CFBundleIdentifier"):
        raise Malformed(f"{folder}Info.plist names no bundle identifier.")
    return Bundle(path=folder, info=info, executable=executable)


def _owner(name: str, paths: frozenset[str]) -> str:
    """Return the innermost bundle around a file; the app itself is around all of them."""
    folders = PurePosixPath(name).parents
    return next(path for path in (f"{folder}/" for folder in folders) if path in paths)
