"""Systems by the names that people know: Android's versions rather than its SDK levels."""

from storage.inspection.facts import Facts

# Android's name of each SDK level from 1 on (developer.android.com, “Android API levels”).
_OLD = "1.0 1.1 1.5 1.6 2.0 2.0.1 2.1 2.2 2.3 2.3.3 3.0 3.1 3.2 4.0 4.0.3 4.1 4.2 4.3 4.4 4.4W"
_NEW = "5.0 5.1 6.0 7.0 7.1 8.0 8.1 9 10 11 12 12L 13 14 15 16 17"
_ANDROID = {str(level): name for level, name in enumerate(f"{_OLD} {_NEW}".split(), start=1)}


def android(level: int | str | None) -> str:
    """
    Return an SDK level as people know it: `Android 8.0`, empty for None.

    A level without a name here is a preview's, or newer than this list: `Android SDK 99`.
    """
    text = "" if level is None else str(level)
    if not text:
        return ""
    return f"Android {_ANDROID[text]}" if text in _ANDROID else f"Android SDK {text}"


def least_system(facts: Facts) -> str:
    """Return the oldest system it runs on: `iOS 16.0`, `Android 8.0`, or nothing."""
    if not facts.min_os:
        return ""
    if facts.platform == "android":
        return android(facts.min_os)
    return f"{facts.system} {facts.min_os}"
