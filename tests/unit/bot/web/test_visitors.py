"""Who asks, told from what browsers say."""

import pytest

from bot.web.install.visitors import Visitor, visitor_of
from provisioning.installing.installability import Phone

SAFARI = "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/{} Mobile/15E148 Safari/604.1"


def iphone(system: str, rest: str) -> str:
    return f"Mozilla/5.0 (iPhone; CPU iPhone OS {system} like Mac OS X) {rest}"


@pytest.mark.parametrize(
    ("agent", "version"),
    [
        (iphone("17_5_1", SAFARI.format("17.5")), (17, 5, 1)),
        (iphone("16_0", SAFARI.format("16.0")), (16, 0)),
        (iphone("18_6", SAFARI.format("26.0")), (26, 0)),  # Frozen since iOS 26.
        (iphone("18_6", SAFARI.format("18.6")), (18, 6)),
        (iphone("18_7", "AppleWebKit/605.1.15 CriOS/141.0 Mobile/15E148 Safari/604.1"), None),
        (iphone("17_2", "AppleWebKit/605.1.15 CriOS/131.0 Mobile/15E148 Safari/604.1"), (17, 2)),
        ("Mozilla/5.0 (iPhone)", None),
        (f"Mozilla/5.0 (iPhone; CPU iPhone OS {'9' * 400} like Mac OS X)", None),
    ],
)
def test_an_iphone_and_its_system(agent: str, version: tuple[int, ...] | None) -> None:
    assert visitor_of(agent).phone == Phone(maker="ios", version=version, family="iphone")


def test_an_ipad_that_asks_for_mobile_sites_is_an_ipad() -> None:
    agent = f"Mozilla/5.0 (iPad; CPU OS 17_4 like Mac OS X) {SAFARI.format('17.4')}"

    assert visitor_of(agent).phone == Phone(maker="ios", version=(17, 4), family="ipad")


@pytest.mark.parametrize(
    ("agent", "version"),
    [
        ("Mozilla/5.0 (Linux; Android 10; K) Chrome/131.0.0.0 Mobile Safari/537.36", None),
        ("Mozilla/5.0 (Android 14; Mobile; rv:132.0) Gecko/132.0 Firefox/132.0", (14,)),
        ("Mozilla/5.0 (Linux; Android 8.1.0; CUBOT X18) Chrome/90 Mobile Safari", (8, 1, 0)),
        ("Mozilla/5.0 (Linux; Android 10; SM-A505F) Chrome/90 Mobile Safari", (10,)),
        ("Mozilla/5.0 (Linux; Android; Unknown)", None),
    ],
)
def test_an_android_phone_and_its_system(agent: str, version: tuple[int, ...] | None) -> None:
    found = visitor_of(agent)

    assert found.phone == Phone(maker="android", version=version)
    assert not found.robot


@pytest.mark.parametrize(
    "agent",
    [
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18.0 Safari/605.1.15",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/131.0.0.0 Safari/537.36",
        "Mozilla/5.0 (Macintosh) Slack/4.40 Chrome/130 Electron/33 Safari/537.36",
        "python-httpx/0.28.1",
        "curl/8.5.0",
        "",
        "\x00\xff" * 5000,
    ],
)
def test_everything_else_is_somebody_without_a_phone(agent: str) -> None:
    assert visitor_of(agent) == Visitor()


@pytest.mark.parametrize(
    "agent",
    [
        iphone("17_5", "AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 Slack/24.10.20"),
        iphone("17_5", "AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148"),
        iphone("17_5", SAFARI.format("17.5") + " [FBAN/FBIOS;FBAV/440.0]"),
        iphone("17_5", SAFARI.format("17.5") + " Instagram 300.0"),
        "Mozilla/5.0 (Linux; Android 14; Pixel 8 Build/UP1A; wv) Version/4.0 Chrome/131.0 Mobile",
    ],
)
def test_a_browser_inside_another_app_is_told_apart(agent: str) -> None:
    found = visitor_of(agent)

    assert found.webview
    assert not found.safari


def test_safari_and_chrome_on_an_iphone_are_told_apart() -> None:
    chrome = iphone("17_5", "AppleWebKit/605.1.15 CriOS/131.0 Mobile/15E148 Safari/604.1")

    assert visitor_of(iphone("17_5", SAFARI.format("17.5"))).safari
    assert not visitor_of(chrome).safari
    assert not visitor_of(chrome).webview


@pytest.mark.parametrize(
    "agent",
    [
        "com.apple.appstored/1.0 iOS/18.0 model/iPhone16,2 hwp/t8130 build/22A3354 (6; dt:311)",
        "itunesstored/1.0 iOS/12.4 model/iPhone7,2 hwp/t7000 build/16G77 (6; dt:106)",
    ],
)
def test_the_installer_of_ios_is_told_apart(agent: str) -> None:
    assert visitor_of(agent) == Visitor(installer=True)


@pytest.mark.parametrize(
    "agent",
    [
        "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
        "Slackbot 1.0 (+https://api.slack.com/robots)",
        "Slack-ImgProxy (+https://api.slack.com/robots)",
        "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
        "Mozilla/5.0 (Macintosh) AppleWebKit facebookexternalhit/1.1 Facebot Twitterbot/1.0",
        "Mozilla/5.0 (Windows NT 6.1) SkypeUriPreview Preview/0.5 skype-url-preview@microsoft.com",
        "LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)",
        "TelegramBot (like TwitterBot)",
        "Mattermost-Bot/1.1",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 8_3 like Mac OS X) (compatible; Googlebot/2.1)",
    ],
)
def test_a_machine_that_looks_at_links_is_told_apart(agent: str) -> None:
    assert visitor_of(agent) == Visitor(robot=True)
