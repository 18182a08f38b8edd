"""The words and signs for states: always a sign, a word and a sentence, never colour alone."""

from provisioning.releases.cards import BuildCard, version_of
from provisioning.releases.lifecycle import Standing
from storage.inspection.facts import Facts
from storage.inspection.sizes import human
from storage.inspection.systems import least_system

READING = ":hourglass_flowing_sand:"
WARNING = ":warning:"
ALARM = ":rotating_light:"
DONE = ":white_check_mark:"
REFUSED = ":no_entry:"
RECALLED = ":no_entry_sign:"
SWAP = ":arrows_counterclockwise:"
BACK = ":leftwards_arrow_with_hook:"
DISABLED = ":lock:"
TAG = ":label:"
ELSEWHERE = ":link:"
PHONE = ":iphone:"
SEEN = ":eyes:"
REMINDED = ":bell:"

RELEASE: dict[Standing, tuple[str, str]] = {
    Standing.DRAFT: (":memo:", "Draft"),
    Standing.AWAITING_APPROVAL: (":raised_hand:", "Awaiting approval"),
    Standing.LIVE: (":rocket:", "Live"),
    Standing.SUPERSEDED: (":package:", "Superseded"),
    Standing.WITHDRAWN: (":no_entry_sign:", "Withdrawn"),
    Standing.DISABLED: (":lock:", "Disabled"),
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


def platform(facts: Facts) -> str:
    return facts.system


def version(facts: Facts) -> str:
    """Return `2.4.0 (240)`, or as much of it as the package says."""
    return version_of(facts.version, facts.build)


def size(build: BuildCard) -> str:
    """Return how large a build is; of one that lies elsewhere nobody knows."""
    return human(build.size) if build.size is not None else f"{ELSEWHERE} elsewhere"


def system(facts: Facts) -> str:
    """Return the oldest system it runs on, such as `iOS 15.0 or later`; empty when unknown."""
    least = least_system(facts)
    return f"{least} or later" if least else ""


def people(count: int) -> str:
    return "1 person" if count == 1 else f"{count} people"
