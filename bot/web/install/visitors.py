"""Who asks: told from the `User-Agent`, which is a hint and never a proof."""

import re
from dataclasses import dataclass

from aiohttp import web

from provisioning.installing.installability import Phone

#: They fetch links that people post, before anybody opens them. Named one by one: a phone's name
#: may hold "bot" as well (CUBOT).
ROBOTS = re.compile(
    r"Slackbot|Slack-ImgProxy|facebookexternalhit|facebookcatalog|Facebot|Twitterbot|LinkedInBot"
    r"|Discordbot|TelegramBot|WhatsApp/|SkypeUriPreview|MicrosoftPreview|BingPreview|bingbot"
    r"|Mattermost-Bot|Rocket\.Chat|Googlebot|Google-PageRenderer|GoogleImageProxy|Applebot"
    r"|Embedly|Iframely|redditbot|Pinterestbot|vkShare|YandexBot|Yahoo! Slurp"
    r"|DuckDuckBot|Baiduspider|AhrefsBot|SemrushBot|Zoom\.Bot|ms-office|Outlook-iOS-Preview",
    re.IGNORECASE,
)

#: The parts of iOS that fetch manifests and packages; they share nothing with Safari.
INSTALLERS = re.compile(r"appstored|itunesstored|installcoordinationd", re.IGNORECASE)

#: Apps that show pages inside themselves, where an install link does nothing.
WEBVIEWS = re.compile(
    r"\bSlack\b|FBAN|FBAV|FB_IAB|Instagram|\bLine/|MicroMessenger|LinkedInApp|Twitter for|Snapchat"
    r"|Pinterest/|GSA/|musical_ly|Bytedance|BytedanceWebview|Teams/|TelegramWebview|; wv\)",
    re.IGNORECASE,
)

APPLE_VERSION = re.compile(r"OS (\d{1,3}(?:_\d{1,3})*) like Mac OS X")
SAFARI_VERSION = re.compile(r"Version/(\d{1,3}(?:\.\d{1,3})*)")
ANDROID = re.compile(r"Android(?: (\d{1,3}(?:\.\d{1,3})*))?")

#: Since iOS 26 Safari says that the system is 18.6 or so for ever; its own version tells the truth.
FROZEN_APPLE = (18, 6)

#: Chrome says "Android 10; K" whatever the phone is.
FROZEN_ANDROID = re.compile(r"Android 10; K\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """
    Who asks for a page.

    `phone` is None on a desktop, and for an iPad whose Safari says that it is a Mac, as it does by
    default. `webview` is a browser inside another app. `safari` is Safari, as far as it says.
    """

    robot: bool = False
    installer: bool = False
    webview: bool = False
    safari: bool = False
    phone: Phone | None = None


def visitor_of(user_agent: str) -> Visitor:
    """Return what a `User-Agent` header says of who asks; nothing is known of an empty one."""
    said = user_agent[:1000]
    if ROBOTS.search(said):
        return Visitor(robot=True)
    if INSTALLERS.search(said):
        return Visitor(installer=True)
    phone = _phone(said)
    apple = phone is not None and phone.maker == "ios"
    inside = bool(WEBVIEWS.search(said)) or (apple and "Safari/" not in said)
    safari = apple and "Version/" in said and not inside
    return Visitor(webview=phone is not None and inside, safari=safari, phone=phone)


def _phone(said: str) -> Phone | None:
    if "iPad" in said:
        return Phone(maker="ios", version=_apple_version(said), family="ipad")
    if "iPhone" in said or "iPod" in said:
        return Phone(maker="ios", version=_apple_version(said), family="iphone")
    if "Android" in said:
        return Phone(maker="android", version=_android_version(said))
    return None


def _apple_version(said: str) -> tuple[int, ...] | None:
    system = _numbers(APPLE_VERSION.search(said), "_")
    browser = _numbers(SAFARI_VERSION.search(said), ".")
    if system is None or browser is not None:
        return max(system or (), browser or ()) or None
    return None if system >= FROZEN_APPLE else system


def _android_version(said: str) -> tuple[int, ...] | None:
    if FROZEN_ANDROID.search(said):
        return None
    return _numbers(ANDROID.search(said), ".")


def _numbers(found: re.Match[str] | None, separator: str) -> tuple[int, ...] | None:
    if found is None or found[1] is None:
        return None
    return tuple(int(part) for part in found[1].split(separator))


def is_ahead_of_time(request: web.Request) -> bool:
    """Return whether a browser fetches something in case somebody might want it."""
    purpose = request.headers.get("Sec-Purpose", "") + request.headers.get("Purpose", "")
    return "prefetch" in purpose
