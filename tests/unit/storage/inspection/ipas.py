"""Small IPAs, good and bad."""

import plistlib
from collections.abc import Mapping

from tests.unit.storage.inspection import zips

ROOT = "Payload/App.app/"
PLIST = f"{ROOT}Info.plist"
INFO: dict[str, object] = {
    "CFBundleIdentifier": "com.example.app",
    "CFBundleDisplayName": "App",
    "CFBundleShortVersionString": "1.2",
    "CFBundleVersion": "34",
    "CFBundleExecutable": "App",
    "MinimumOSVersion": "15.0",
    "UIDeviceFamily": [1, 2],
}


def info(**keys: object) -> bytes:
    """Write an Info.plist; a key of None is left out."""
    merged = {key: value for key, value in (INFO | keys).items() if value is not None}
    return plistlib.dumps(merged, fmt=plistlib.FMT_BINARY)


def files(plist: bytes | None = None, more: Mapping[str, bytes] | None = None) -> dict[str, bytes]:
    """Return the files of an app; the names in *more* are inside of it."""
    inside = {f"{ROOT}{name}": data for name, data in (more or {}).items()}
    return {PLIST: info() if plist is None else plist, **inside}


def ipa(plist: bytes | None = None, more: Mapping[str, bytes] | None = None) -> bytes:
    """Write an honest archive around an app."""
    return zips.zip_of(zips.parts(files(plist, more)))
