"""What a phone shows when a build does not install, in the words of phones."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """
    Something that people see: `code` for records, `words` to choose it by.

    `cause` is what is behind it where nothing more is known, and `advice` what to do then.
    """

    code: str
    words: str
    cause: str
    advice: str


UNABLE: Final = Sight(
    code="unable",
    words="“Unable to Install” or “Unable to Download App”",
    cause=(
        "iOS says the same of several things: the device is not in the build's profile, its system "
        "is too old, its storage is full, or the download was cut off."
    ),
    advice=(
        "Free some storage, try once more on another network, and add this device to Slipway if "
        "it is new."
    ),
)
GREY: Final = Sight(
    code="grey",
    words="The icon stays grey, or waits",
    cause="The download paused, or the device does not reach Apple's servers from this network.",
    advice=(
        "Tap the icon to go on, and try another network. If it stays grey, delete it, restart the "
        "device and install again from your link."
    ),
)
NOTHING: Final = Sight(
    code="nothing",
    words="Nothing happens after the tap",
    cause=(
        "The page is open in another app or in a private window, or the same version is on the "
        "device already, from the App Store perhaps."
    ),
    advice="Open your link in Safari. If the app is there already, delete it first.",
)
UNTRUSTED: Final = Sight(
    code="untrusted",
    words="“Untrusted Developer”",
    cause="iOS opens an app of an enterprise team only once its developer is trusted.",
    advice=(
        "Go to Settings, General, VPN & Device Management, choose the developer and trust it. "
        "Newer systems restart for this, and need the internet."
    ),
)
INTEGRITY: Final = Sight(
    code="integrity",
    words="“Its integrity could not be verified”",
    cause=(
        "The device is not in the profile of the build, the profile ended, or Developer Mode is "
        "off for a build that is signed for development."
    ),
    advice=(
        "Delete the app and install again from your link, which serves the newest signature. If it "
        "is a new device, add it to Slipway first."
    ),
)
DEVELOPER_MODE: Final = Sight(
    code="developer-mode",
    words="“Developer Mode Required”",
    cause="The build is signed for development, and Developer Mode is off.",
    advice="Turn on Settings, Privacy & Security, Developer Mode, and restart.",
)
UPDATE: Final = Sight(
    code="update",
    words="It asks for a newer system",
    cause="The system of the device is older than the build runs on.",
    advice="Update the system of the device, or ask for a build that runs on yours.",
)
NOT_INSTALLED: Final = Sight(
    code="not-installed",
    words="“App not installed”",
    cause="A copy with another signature is on the phone, a newer one, or its storage is full.",
    advice="Uninstall the app that is there, whose data goes with it, and install again.",
)
BLOCKED: Final = Sight(
    code="blocked",
    words="Play Protect or the phone blocks it",
    cause="Android asks before it installs what is not from the store, or refuses to.",
    advice=(
        "Allow your browser to install unknown apps (Settings, Apps, Special access), and choose "
        "“More details” and “Install anyway” where Play Protect warns."
    ),
)
UNVERIFIED: Final = Sight(
    code="unverified",
    words="“Unverified developer”",
    cause=(
        "Certified phones in some countries refuse apps whose developer has not registered with "
        "Google."
    ),
    advice="The developer can register. Until then a computer installs it with `adb install`.",
)
PARSE: Final = Sight(
    code="parse",
    words="“There was a problem parsing the package”",
    cause="The file came incompletely, or the phone is too old for it.",
    advice="Delete the file, and download it again from your link on another network.",
)
NOTHING_ANDROID: Final = Sight(
    code="nothing-android",
    words="Nothing happens after the download",
    cause="The file lies among the downloads and waits to be opened.",
    advice="Open it from the downloads of your browser; Android installs it then.",
)
CRASHES: Final = Sight(
    code="crashes",
    words="It installs, and does not open",
    cause="The build itself may be broken on this device, or its signature was revoked.",
    advice="Restart the device and try once more. The team knows of it now.",
)
OTHER: Final = Sight(
    code="other",
    words="Something else",
    cause="Slipway sees nothing that would keep it from installing.",
    advice="The team has what you wrote. Restart the device and try once more meanwhile.",
)

_OF_PLATFORM: Final[dict[str, tuple[Sight, ...]]] = {
    "ios": (UNABLE, GREY, NOTHING, UNTRUSTED, INTEGRITY, DEVELOPER_MODE, UPDATE, CRASHES, OTHER),
    "android": (NOT_INSTALLED, BLOCKED, UNVERIFIED, PARSE, NOTHING_ANDROID, UPDATE, CRASHES, OTHER),
}
_ELSEWHERE: Final = (CRASHES, OTHER)
_OF_CODE: Final = {
    sight.code: sight for sights in (*_OF_PLATFORM.values(), _ELSEWHERE) for sight in sights
}


def sights(platform: str) -> tuple[Sight, ...]:
    """Return what can be seen on a platform, what is seen most often first."""
    return _OF_PLATFORM.get(platform, _ELSEWHERE)


def sight(code: str, platform: str) -> Sight | None:
    """Return what is meant by a code on a platform, None for what is not seen there."""
    return next((one for one in sights(platform) if one.code == code), None)


def words_for(code: str) -> str:
    """Return the words for what a record says that somebody saw."""
    known = _OF_CODE.get(code)
    return known.words if known else OTHER.words
