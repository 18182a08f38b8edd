"""Why nobody can install a build, whatever phone they have: the one table of it."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime

from storage.inspection.facts import Facts

PORTABLE = {"iphone", "ipad"}
GADGETS = {"tv": "Apple TV", "watch": "Apple Watch", "vision": "Apple Vision Pro"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """
    Why nobody can install a build, whatever phone is in their hand.

    `sentence` is for people, the same words wherever it is shown. A `final` one is about the whole
    file: it is fetched and not installed, and nothing else need be said of it. With the others the
    tap may be tried.
    """

    code: str
    sentence: str
    final: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """What is known of a build when it is judged: its facts, at a moment."""

    facts: Facts
    at: datetime


@dataclass(frozen=True, slots=True)
class _Rule:
    """A row of the table: when it holds, and what people read then."""

    code: str
    holds: Callable[[_Read], bool]
    words: str | Callable[[_Read], str]
    final: bool = False

    def reason(self, read: _Read) -> Reason:
        words = self.words if isinstance(self.words, str) else self.words(read)
        return Reason(code=self.code, sentence=words, final=self.final)


_NEEDS_PARTS = "It does not run without its other parts: take a universal APK instead."
_ARCHIVE_OF_APKS = "It is an archive of APKs: a device needs the parts that fit it."


def _only_for_gadgets(read: _Read) -> bool:
    families = set(read.facts.device_families)
    return read.facts.platform == "ios" and bool(families) and not families & PORTABLE


def _gadgets(read: _Read) -> str:
    families = sorted(read.facts.device_families)
    names = " and ".join(GADGETS[family] for family in families if family in GADGETS)
    return f"It is for {names or 'another device'}, which Xcode or Apple Configurator installs."


def _is_ios_app(read: _Read) -> bool:
    return read.facts.platform == "ios" and read.facts.kind == "ipa"


def _is_apk(read: _Read) -> bool:
    return read.facts.kind == "apk"


def _without_profile(read: _Read) -> bool:
    return _is_ios_app(read) and read.facts.signing.kind not in _INSTALLING


def _has_broken_profile(read: _Read) -> bool:
    return read.facts.signing.profile_unreadable


def _has_ended(read: _Read) -> bool:
    ended = read.facts.signing.expires_at
    return read.facts.platform == "ios" and ended is not None and ended <= read.at


def _ended(read: _Read) -> str:
    ended = read.facts.signing.expires_at
    assert ended is not None  # Else it would not have ended.
    return (
        f"Its provisioning profile expired on {day(ended)}, so iOS refuses it. "
        "Ask for a newer build."
    )


#: The kinds of profile with which iOS installs from a page.
_INSTALLING = frozenset({"adhoc", "development", "enterprise"})

#: Every reason there is, the first final one alone, else all that hold, in this order. Where the
#: reader has a note on the same, it is in the same words, so that it is said once.
_TABLE = (
    _Rule(
        "xcarchive",
        lambda read: read.facts.kind == "xcarchive",
        "It is an Xcode archive: export an IPA from it to install the app.",
        final=True,
    ),
    _Rule(
        "app-bundle",
        lambda read: read.facts.kind == "aab",
        "It is an app bundle: no device installs it before bundletool or a store made APKs of it.",
        final=True,
    ),
    _Rule(
        "archive-of-apks",
        lambda read: read.facts.kind in {"apks", "xapk", "apkm"},
        _ARCHIVE_OF_APKS,
        final=True,
    ),
    _Rule(
        "no-app",
        lambda read: (
            read.facts.platform in {"ios", "android"}
            and read.facts.kind != "link"
            and not _is_ios_app(read)
            and not _is_apk(read)
        ),
        lambda read: f"A {read.facts.kind} is not an app that a phone could install.",
        final=True,
    ),
    _Rule(
        "simulator",
        lambda read: read.facts.simulator,
        "It was built for a simulator: no device can install it.",
        final=True,
    ),
    _Rule("other-device", _only_for_gadgets, _gadgets, final=True),
    _Rule(
        "encrypted",
        lambda read: bool(read.facts.encrypted),
        "It was taken from the App Store, whose encryption lies over it: it runs only where the "
        "store installed it.",
        final=True,
    ),
    _Rule(
        "store-signed",
        lambda read: _is_ios_app(read) and read.facts.signing.kind == "appstore",
        "It is signed for the App Store: it installs through TestFlight, not from here.",
        final=True,
    ),
    _Rule(
        "profile-unreadable",
        lambda read: _without_profile(read) and _has_broken_profile(read),
        "Its provisioning profile cannot be read, so an iPhone refuses it. Download the profile "
        "from Apple again, and build or sign the app with it.",
        final=True,
    ),
    _Rule(
        "no-profile",
        _without_profile,
        "It has no provisioning profile, so an iPhone refuses it until it is signed.",
        final=True,
    ),
    _Rule("profile-expired", _has_ended, _ended),
    _Rule(
        "split",
        lambda read: _is_apk(read) and bool(read.facts.split),
        "It is one part of a split app, which Android does not install alone.",
    ),
    _Rule(
        "splits-required",
        lambda read: _is_apk(read) and read.facts.needs_splits and not read.facts.split,
        _NEEDS_PARTS,
    ),
    _Rule(
        "test-only",
        lambda read: _is_apk(read) and bool(read.facts.test_only),
        "It is marked as test-only: Android installs it by `adb install -t` only.",
    ),
    _Rule(
        "not-signed",
        lambda read: _is_apk(read) and read.facts.complete and not read.facts.signing.signed,
        "It is not signed, so Android refuses it.",
    ),
)

#: A moment at which nothing has ended yet.
_NEVER = datetime.min.replace(tzinfo=UTC)

#: The codes of every reason there is.
CODES = tuple(rule.code for rule in _TABLE)


def reasons(facts: Facts, *, at: datetime) -> tuple[Reason, ...]:
    """
    Return why nobody can install a build at a moment, whatever phone they have; empty if they can.

    The one table for every place that shows it.
    """
    read = _Read(facts=facts, at=at)
    return tuple(rule.reason(read) for rule in _held(read))


def lasting(facts: Facts) -> Reason | None:
    """Return the final reason, which holds at any moment, if there is one."""
    found = reasons(facts, at=_NEVER)
    return next((reason for reason in found if reason.final), None)


def unsaid(notes: Collection[str], said: Collection[Reason]) -> tuple[str, ...]:
    """Return those of the reader's notes that no reason says already."""
    sentences = {reason.sentence for reason in said}
    return tuple(note for note in notes if note not in sentences)


def day(moment: datetime) -> str:
    """Return a date as people write it: 3 March 2027."""
    return f"{moment.day} {moment:%B %Y}"


def _held(read: _Read) -> tuple[_Rule, ...]:
    found = [rule for rule in _TABLE if rule.holds(read)]
    final = next((rule for rule in found if rule.final), None)
    return (final,) if final else tuple(found)
