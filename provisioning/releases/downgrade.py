"""Downgrade: what a phone says to an older build where a newer one of the same app is installed."""

from typing import Final

from storage.inspection.facts import Facts

#: Package installers of Android compare versionCode, and take no lower one.
ANDROID: Final = (
    "Android installs no older version over a newer one: remove the app first. What it keeps on "
    "the phone goes with it."
)
#: The App Installer takes an older MSIX only where its file says ForceUpdateFromAnyVersion.
WINDOWS: Final = "Windows installs no older version over a newer one: remove the app first."

#: Nobody's number is longer, and what a package says may be.
_LONGEST: Final = 100


def downgrade_note(installed: Facts, wanted: Facts) -> str:
    """
    Return what to do before *wanted* is installed over *installed*; empty when nothing is.

    iOS installs a build of an older version over a newer one, if it is signed by the same team.
    """
    if not _is_older(wanted, installed):
        return ""
    return {"android": ANDROID, "windows": WINDOWS}.get(wanted.platform, "")


def _is_older(one: Facts, other: Facts) -> bool:
    """Say whether the first has the lower number of those that its platform compares."""
    if one.platform == "windows":
        return _numbers(one.version) < _numbers(other.version)
    return _numbers(one.build) < _numbers(other.build)


def _numbers(text: str | None) -> tuple[int, ...]:
    parts = (text or "")[:_LONGEST].split(".")
    return tuple(int(part) if part.isascii() and part.isdecimal() else 0 for part in parts)
