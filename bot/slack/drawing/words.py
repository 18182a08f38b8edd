"""The words and signs for states: always a sign, a word and a sentence, never colour alone."""

from provisioning.releases.cards import version_of
from provisioning.releases.lifecycle import Standing
from storage.inspection.facts import Facts

READING = ":hourglass_flowing_sand:"
WARNING = ":warning:"
ALARM = ":rotating_light:"
DONE = ":white_check_mark:"
REFUSED = ":no_entry:"

RELEASE: dict[Standing, tuple[str, str]] = {
    Standing.DRAFT: (":memo:", "Draft"),
    Standing.AWAITING_APPROVAL: (":raised_hand:", "Awaiting approval"),
    Standing.LIVE: (":rocket:", "Live"),
    Standing.SUPERSEDED: (":package:", "Superseded"),
    Standing.DISMISSED: (":wastebasket:", "Dismissed"),
    Standing.RECALLED: (":no_entry_sign:", "Recalled"),
}

PLATFORMS = {"ios": "iOS", "android": "Android", "macos": "macOS", "windows": "Windows"}

SIGNING = {
    "development": "development signing",
    "adhoc": "ad hoc signing",
    "enterprise": "enterprise signing",
    "appstore": "App Store signing",
    "developer-id": "Developer ID signing",
}

#: Android versions by SDK level (developer.android.com, “Android API levels”).
ANDROID = {
    21: "5.0", 22: "5.1", 23: "6", 24: "7.0", 25: "7.1", 26: "8.0", 27: "8.1", 28: "9",
    29: "10", 30: "11", 31: "12", 32: "12L", 33: "13", 34: "14", 35: "15", 36: "16",
}  # fmt: skip


def platform(facts: Facts) -> str:
    return facts.system


def version(facts: Facts) -> str:
    """Return `2.4.0 (240)`, or as much of it as the package says."""
    return version_of(facts.version, facts.build)


def system(facts: Facts) -> str:
    """Return the oldest system it runs on, such as `iOS 15.0 or later`; empty when unknown."""
    if not facts.min_os:
        return ""
    if facts.platform != "android":
        return f"{platform(facts)} {facts.min_os} or later"
    level = int(facts.min_os) if facts.min_os.isdigit() else None
    name = ANDROID.get(level or 0)
    return f"Android {name} or later" if name else f"Android SDK {facts.min_os} or later"


def people(count: int) -> str:
    return "1 person" if count == 1 else f"{count} people"
