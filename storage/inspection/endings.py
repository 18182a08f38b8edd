"""What the ending of a file's name says: that it is a build, and for which system."""

import re

#: The platform of each ending; with another platform it is another program.
PLATFORMS = {
    ".ipa": "ios",
    **dict.fromkeys((".apk", ".aab", ".apks", ".xapk", ".apkm"), "android"),
    **dict.fromkeys((".dmg", ".pkg"), "macos"),
    **dict.fromkeys((".msi", ".msix", ".msixbundle", ".appx", ".appxbundle"), "windows"),
    **dict.fromkeys((".msixupload", ".appxupload", ".exe"), "windows"),
}

#: What ends like this is a build. A program for Windows may be anything else as well.
BUILDS = frozenset(PLATFORMS) - {".exe"}

_LAST = re.compile(r"\.[^./\\]{1,12}\Z")


def ending_of(name: str) -> str:
    """Return the ending of a file's name in small letters with its dot, empty for none."""
    found = _LAST.search(name)
    return found[0].lower() if found else ""


def is_build(name: str) -> bool:
    """Tell whether a file is called a build."""
    return ending_of(name) in BUILDS


def base_name(path: str) -> str:
    """Return the last part of a path, whichever system wrote it."""
    return re.split(r"[/\\]", path)[-1]
