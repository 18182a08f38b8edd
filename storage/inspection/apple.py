"""
What iOS and macOS apps share: the words of an Info.plist.

Keys as in Apple's Information Property List reference.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from storage.inspection import plists
from storage.inspection.archive import Archive
from storage.inspection.rejection import Ambiguous, PackageRejected
from storage.inspection.text import clean, identifier

MAX_LOCALES = 100
MAX_NAME = 1024

_MAX_STRINGS = 1 << 20
# What an app that iPhones do not run was built for, as CFBundleSupportedPlatforms spells it.
_GADGETS = {
    **dict.fromkeys(("xros", "xrsimulator"), "vision"),
    **dict.fromkeys(("appletvos", "appletvsimulator"), "tv"),
    **dict.fromkeys(("watchos", "watchsimulator"), "watch"),
}
_FAMILIES = {"1": "iphone", "2": "ipad", "3": "tv", "4": "watch", "7": "vision"}
_NAME_KEYS = ("CFBundleDisplayName", "CFBundleName")
# The old text format of strings files: "key" = "value"; with backslash escapes.
_PAIR = re.compile(r'"?(CFBundleDisplayName|CFBundleName)"?\s*=\s*"((?:[^"\\]|\\.){0,1024})"\s*;')


def bundle_id(plist: Mapping[str, Any]) -> str:
    """Return the bundle id; raise PackageRejected when it is missing or cannot be one."""
    return identifier(plist.get("CFBundleIdentifier"), "bundle id")


def name(plist: Mapping[str, Any]) -> str | None:
    """Return what stands under the app's icon."""
    named = (clean(plist.get(key)) for key in (*_NAME_KEYS, "CFBundleExecutable"))
    return next((found for found in named if found), None)


def version(plist: Mapping[str, Any]) -> str | None:
    return clean(plist.get("CFBundleShortVersionString"))


def build(plist: Mapping[str, Any]) -> str | None:
    return clean(plist.get("CFBundleVersion"))


def executables(plist: Mapping[str, Any]) -> tuple[bytes, ...]:
    """
    Return the file names that the main executable may have, empty where there is none.

    Volumes of older Macs take accents apart, so that a name in an archive may differ from the one
    in the list by nothing but its Unicode form.
    """
    found = plists.text(plist, "CFBundleExecutable") or ""
    if not found or len(found) > MAX_NAME or "/" in found or "\0" in found:
        return ()
    forms = (found, unicodedata.normalize("NFD", found), unicodedata.normalize("NFC", found))
    return tuple(dict.fromkeys(form.encode("utf-8", "replace") for form in forms))


def families(plist: Mapping[str, Any]) -> tuple[str, ...]:
    """
    Return the device families: a list of numbers, sometimes one number, or text.

    What the app was built for goes before the list, which people copy from another app.
    """
    built_for = {name.lower() for name in plists.texts(plist, "CFBundleSupportedPlatforms")}
    if built_for and built_for <= _GADGETS.keys():
        return tuple(sorted({_GADGETS[name] for name in built_for}))
    value = plist.get("UIDeviceFamily")
    listed = value[:16] if isinstance(value, list) else [value]
    numbers = (str(item) for item in listed if isinstance(item, int | str))
    return tuple(dict.fromkeys(_FAMILIES[number] for number in numbers if number in _FAMILIES))


def localized_names(archive: Archive, names: Iterable[bytes]) -> dict[str, str]:
    """
    Return the display name by locale from `<locale>.lproj/InfoPlist.strings` and `.loctable`.

    One that cannot be read is left out: a translation is no reason to lose a build.
    """
    found: dict[str, str] = {}
    for path in list(names)[:MAX_LOCALES]:
        try:
            data = archive.read(path, _MAX_STRINGS)
            if path.endswith(b".loctable"):
                tables = plists.load(data, "A table of translations")
            else:
                locale = path.rsplit(b"/", 2)[-2].removesuffix(b".lproj")
                tables = {locale.decode("utf-8", "replace"): _strings(data)}
        except (PackageRejected, Ambiguous):
            continue
        for locale_name, table in list(tables.items())[:MAX_LOCALES]:
            shown, key = _localized(table), clean(locale_name, 32)
            if shown and key:
                found[key] = shown
    return found


def _localized(table: object) -> str | None:
    if not isinstance(table, dict):
        return None
    return next((shown for key in _NAME_KEYS if (shown := clean(table.get(key)))), None)


def _strings(data: bytes) -> dict[str, Any]:
    if data.startswith((b"bplist", b"<?xml", b"\xef\xbb\xbf<?xml")):
        return plists.load(data, "A table of translations")
    utf16 = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    content = data.decode("utf-16" if utf16 else "utf-8", "replace")
    return {key: value.replace("\\", "") for key, value in _PAIR.findall(content)}
