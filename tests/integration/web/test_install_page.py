"""The install page: what it says to whom, and what it never lets through."""

import io
import re
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest
import segno
from sqlmodel import select

from provisioning.installing.reasons import day
from provisioning.wording import moment
from storage.inspection.facts import Signing
from storage.records.base import now
from storage.records.destination import Destination
from tests.integration.web.conftest import open_site
from tests.integration.web.site import (
    ANDROID,
    APPSTORED,
    BASE,
    DESKTOP,
    IPHONE,
    SLACKBOT,
    Offer,
    Site,
    next_release,
)
from tests.shelf import drawn_icon, signed_ad_hoc

INSIDE_SLACK = IPHONE.replace("Version/17.5 Mobile/15E148 Safari/604.1", "Mobile/15E148 Slack/24")
CHROME_ON_IPHONE = IPHONE.replace("Version/17.5", "CriOS/131.0")


class Page(HTMLParser):
    """What a browser makes of a page: its tags with their attributes, and its words."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self._words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self._words.append(data)

    @property
    def words(self) -> str:
        return " ".join(" ".join(self._words).split())

    def links(self) -> list[str]:
        return [attrs["href"] or "" for tag, attrs in self.tags if tag == "a" and "href" in attrs]


async def seen(site: Site, offer: Offer, agent: str = IPHONE) -> Page:
    return Page(await site.text(offer.path, agent=agent))


def itms(offer: Offer) -> str:
    manifest = f"{BASE}{offer.path}/manifest.plist"
    escaped = manifest.replace(":", "%3A").replace("/", "%2F")
    return f"itms-services://?action=download-manifest&url={escaped}"


async def test_an_iphone_sees_everything_and_one_button(site: Site) -> None:
    offer = await site.offer(
        content=b"x" * 42_700_000, icon=drawn_icon(), release={"notes": "* **Faster** boats"}
    )
    page = await seen(site, offer)

    for words in (
        "Harbour",
        "1.4.2 (57)",
        "Harbour Works Ltd",
        "Faster boats",
        "42.7 MB",
        "iOS 16.0 or later",
        "Ad hoc, 2 devices",
        f"Works until {day(now() + timedelta(days=200))}, ",
        f"works until {moment(offer.grant.expires_at)}",
        "Bob Baker",
        "on the 2 devices registered for it",
    ):
        assert words in page.words
    assert page.links() == [itms(offer)]
    assert "will not work" not in page.words


async def test_the_link_of_the_button_unescapes_to_the_manifest(site: Site) -> None:
    offer = await site.offer()
    link = (await seen(site, offer)).links()[0]

    head, _, address = link.partition("&url=")
    assert head == "itms-services://?action=download-manifest"
    assert unquote(address) == f"{BASE}{offer.path}/manifest.plist"


@pytest.mark.parametrize(
    ("facts", "system", "sentence"),
    [
        ({"device_families": ("vision",)}, "visionOS", "It is for Apple Vision Pro"),
        ({"device_families": ("tv",)}, "tvOS", "It is for Apple TV"),
        (
            {"signing": Signing(signed=True, profile_unreadable=True)},
            "iOS",
            "Its provisioning profile cannot be read",
        ),
    ],
    ids=["visionOS", "tvOS", "a damaged profile"],
)
async def test_e3_the_page_names_the_system_and_the_reason(
    site: Site, facts: dict[str, object], system: str, sentence: str
) -> None:
    page = await seen(site, await site.offer(facts=facts))

    assert f"{system} 16.0 or later" in page.words
    assert sentence in page.words


async def test_e2_the_page_of_a_base_that_needs_its_parts_says_so(site: Site) -> None:
    offer = await site.offer(platform="android", facts={"needs_splits": True})
    page = await seen(site, offer, ANDROID)

    assert "does not run without its other parts" in page.words


async def test_the_page_installs_without_any_script(site: Site) -> None:
    offer = await site.offer()
    page = await seen(site, offer)

    assert [tag for tag, _ in page.tags if tag == "script"] == []


async def test_an_android_phone_gets_the_package_and_its_hints(site: Site) -> None:
    offer = await site.offer(platform="android")
    page = await seen(site, offer, ANDROID)

    assert page.links() == [f"{offer.path}/app.apk"]
    for words in ("Android 8.0 or later", "Play Protect", "Unverified developer", "adb install"):
        assert words in page.words
    assert "iOS" not in page.words


async def test_a_desktop_gets_a_code_and_the_address(site: Site) -> None:
    offer = await site.offer()
    page = await seen(site, offer, DESKTOP)

    assert ("img", f"{offer.path}/code.svg") in [(t, a.get("src")) for t, a in page.tags]
    assert f"{BASE}{offer.path}" in page.words
    assert itms(offer) in page.links()
    assert f"{offer.path}/app.ipa" in page.links()


async def test_the_code_holds_the_address_of_the_page(site: Site) -> None:
    offer = await site.offer()
    answer = await site.get(f"{offer.path}/code.svg", agent=DESKTOP)

    assert answer.headers["Content-Type"] == "image/svg+xml; charset=utf-8"
    drawing = io.BytesIO()
    wanted = segno.make(f"{BASE}{offer.path}", error="m", micro=False)
    wanted.save(drawing, kind="svg", border=2, scale=8, light="#fff")
    assert answer.body == drawing.getvalue()


async def test_what_fails_before_the_tap_is_said_and_the_button_steps_back(site: Site) -> None:
    signing = signed_ad_hoc(expires_at=now() - timedelta(days=1))
    offer = await site.offer(facts={"min_os": "18.0", "signing": signing})
    page = await seen(site, offer)

    assert "profile expired on" in page.words
    assert "It needs iOS 18.0 or later; this device has iOS 17.5.1." in page.words
    assert "Try it anyway" in page.words
    assert page.links() == [itms(offer)]


async def test_the_wrong_phone_is_told(site: Site) -> None:
    page = await seen(site, await site.offer(), ANDROID)

    assert "This app is for iPhone and iPad. It cannot run on this Android phone." in page.words


@pytest.mark.parametrize(
    ("kind", "words"),
    [("development", "Developer Mode"), ("enterprise", "VPN & Device Management")],
)
async def test_each_way_of_signing_has_its_hint(site: Site, kind: str, words: str) -> None:
    offer = await site.offer(facts={"signing": signed_ad_hoc(kind=kind)})

    assert words in (await seen(site, offer)).words
    assert words not in (await seen(site, await site.offer())).words


async def test_inside_another_app_safari_is_named_and_the_button_stays(site: Site) -> None:
    offer = await site.offer()
    page = await seen(site, offer, INSIDE_SLACK)

    assert "Open this page in Safari" in page.words
    assert page.links() == [itms(offer)]


async def test_another_browser_on_an_iphone_gets_a_word(site: Site) -> None:
    page = await seen(site, await site.offer(), CHROME_ON_IPHONE)

    assert "open this page in Safari" in page.words


async def test_what_no_phone_installs_is_a_download_with_the_reason(site: Site) -> None:
    offer = await site.offer(facts={"simulator": True, "signing": Signing()})
    page = await seen(site, offer)

    assert "built for a simulator" in page.words
    assert page.links() == [f"{offer.path}/app.ipa"]


async def test_a_profile_that_ends_soon_stands_out(site: Site) -> None:
    signing = signed_ad_hoc(expires_at=now() + timedelta(days=6))
    page = await seen(site, await site.offer(facts={"signing": signing}))

    assert ("dd", {"class": "alarming"}) in page.tags


async def test_a_browser_leaves_a_receipt_and_nobody_else_does(site: Site) -> None:
    offer = await site.offer()
    await site.get(offer.path, method="HEAD")
    await site.get(offer.path, agent=APPSTORED)
    await site.get(offer.path, Sec_Purpose="prefetch;prerender")
    assert await site.receipts_of(offer) == {}

    await site.get(offer.path)
    await site.get(offer.path, agent=DESKTOP)
    assert (await site.receipts_of(offer))["opened"].count == 2


@pytest.mark.parametrize(
    "agent",
    [
        SLACKBOT,
        "Slack-ImgProxy (+https://api.slack.com/robots)",
        "facebookexternalhit/1.1 Facebot Twitterbot/1.0",
        "Twitterbot/1.0",
        "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)",
        "WhatsApp/2.23.20.0",
    ],
)
async def test_a_machine_that_looks_first_learns_nothing_and_uses_nothing_up(
    site: Site, agent: str
) -> None:
    offer = await site.offer()
    right = await site.get(offer.path, agent=agent)
    wrong = await site.get("/i/" + "A" * 22, agent=agent)

    assert (right.status, right.body) == (wrong.status, wrong.body)
    assert "Harbour" not in right.text
    assert "Bob" not in right.text
    assert await site.receipts_of(offer) == {}
    assert "Harbour" in await site.text(offer.path)


OWN_TAGS = {
    *("html", "head", "meta", "title", "link", "script", "body", "main", "header", "footer"),
    *("section", "div", "h1", "h2", "p", "a", "strong", "img", "ul", "li", "dl", "dt", "dd"),
    *("details", "summary"),
}
OWN_ATTRIBUTES = {
    *("lang", "charset", "name", "content", "rel", "href", "type", "src", "class", "alt"),
    *("width", "height", "role"),
}
PAYLOADS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'><svg/onload=alert(1)>",
    "</title><script>alert(1)</script>",
    "{{ 7919*7907 }}{% raw %}",
    "javascript:alert(1)",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "\u202e<b onmouseover=alert(1)>",
    "<!--<img src=--><img src=x onerror=alert(1)//>",
]


@pytest.mark.parametrize("payload", PAYLOADS)
async def test_no_text_field_becomes_markup(site: Site, payload: str) -> None:
    signing = signed_ad_hoc(kind="enterprise", team_name=payload)
    offer = await site.offer(
        facts={"min_os": payload, "signing": signing, "version": payload, "build": payload},
        build={"file_name": payload},
        app={"display_name": payload, "bundle_id": payload},
        release={"notes": payload},
        tester={"name": payload},
    )
    for agent in (IPHONE, DESKTOP):
        page = await seen(site, offer, agent)
        assert {tag for tag, _ in page.tags} <= OWN_TAGS
        assert {name for _, attributes in page.tags for name in attributes} <= OWN_ATTRIBUTES
        sources = [attributes["src"] or "" for _, attributes in page.tags if "src" in attributes]
        assert all(source.startswith(("/assets/", offer.path)) for source in sources)
        assert str(7919 * 7907) not in page.words


async def test_the_words_for_android_stand_in_one_place(site: Site) -> None:
    page = await site.text((await site.offer(platform="android")).path, agent=ANDROID)

    assert page.count("Unverified developer") == 1
    assert re.search(r"since 30\s+September 2026", page)


@pytest.mark.parametrize(("base", "warned"), [("http://10.0.0.5:8080", True), (BASE, False)])
async def test_an_address_without_https_is_pointed_out(
    sqlite_url: str, tmp_path: Path, base: str, *, warned: bool
) -> None:
    async with open_site(sqlite_url, tmp_path, base=base) as site:
        page = await seen(site, await site.offer())

    assert ("https addresses only" in page.words) is warned


@pytest.mark.parametrize("size", [57, 180, 512])
async def test_the_icon_comes_as_a_png_of_the_size_asked_for(site: Site, size: int) -> None:
    own = await site.offer(icon=drawn_icon())
    lettered = await site.offer()
    pictures = set()
    for offer in (own, lettered):
        answer = await site.get(f"{offer.path}/icon-{size}.png")
        assert answer.status == 200
        assert answer.headers["Content-Type"] == "image/png"
        assert answer.body[:8] == b"\x89PNG\r\n\x1a\n"
        assert int.from_bytes(answer.body[16:20], "big") == size
        assert int.from_bytes(answer.body[20:24], "big") == size
        pictures.add(answer.body)
    assert len(pictures) == 2
    assert (await site.get(f"{own.path}/icon-58.png")).status == 404


@pytest.mark.parametrize("name", ["\u6e2f", "", "\U0001f6a2", "\u00c4pfel"])
async def test_a_name_that_our_letters_cannot_draw_still_has_an_icon(site: Site, name: str) -> None:
    offer = await site.offer(app={"display_name": name})

    assert (await site.get(f"{offer.path}/icon-57.png")).body[:4] == b"\x89PNG"


@pytest.mark.parametrize(
    "icon", [b"no picture at all", b"<svg onload='alert(1)'/>", drawn_icon()[:700]]
)
async def test_an_icon_that_is_no_picture_costs_nothing(site: Site, icon: bytes) -> None:
    offer = await site.offer(icon=icon)
    answer = await site.get(f"{offer.path}/icon-180.png")

    assert answer.status == 200
    assert answer.body[:4] == b"\x89PNG"
    assert icon not in answer.body


async def test_an_icon_that_is_gone_costs_nothing(site: Site) -> None:
    offer = await site.offer(icon=drawn_icon())
    assert offer.shelf.build.icon_sha256 is not None
    await site.blobs.delete(offer.shelf.build.icon_sha256)

    assert (await site.get(f"{offer.path}/icon-180.png")).status == 200


async def test_an_external_build_leads_to_where_it_lies_and_is_not_served(site: Site) -> None:
    link = "https://builds.example.com/harbour/7.apk"
    outside = {"sha256": None, "size": None, "link": link}
    offer = await site.offer(platform="android", build=outside)

    page = await site.text(offer.path, agent=ANDROID)

    assert f'href="{link}"' in page
    assert ">Size<" not in page
    assert (await site.get(f"{offer.path}/app.apk", agent=ANDROID)).status == 404
    assert (await site.get(f"{offer.path}/manifest.plist")).status == 404


async def test_c13_the_page_names_the_newer_release_that_its_person_was_given(site: Site) -> None:
    offer = await site.offer()
    await next_release(site, offer, number=8, version="1.5.0")

    page = await seen(site, offer)

    assert "A newer release is out: 1.5.0 (58)" in page.words
    assert "1.5.0" not in (await seen(site, await site.offer())).words


async def test_c13_a_newer_release_that_others_were_given_is_not_named(site: Site) -> None:
    offer, other = await site.offer(), await site.offer()
    await next_release(site, offer, number=8, version="1.5.0", tester_id=other.shelf.tester.id)

    assert "newer release" not in (await seen(site, offer)).words


@pytest.mark.parametrize("agent", [ANDROID, DESKTOP])
async def test_c13_the_page_says_that_another_key_signed_the_build(site: Site, agent: str) -> None:
    mine = Signing(signed=True, certificates=("a" * 64,))
    offer = await site.offer(platform="android", facts={"signing": mine})
    other = Signing(signed=True, certificates=("b" * 64,))
    await next_release(site, offer, number=6, version="1.4.1", signing=other)

    page = await seen(site, offer, agent)

    assert "Somebody else signed this build" in page.words
    assert "Another key signed this build" in page.words
    assert "uninstall it first; its data goes with it" in page.words


@pytest.mark.parametrize(("since", "said"), [(-1, True), (+1, False)])
async def test_c13_the_page_says_what_is_mandatory(site: Site, since: int, *, said: bool) -> None:
    offer = await site.offer()
    async with site.database.writing() as session:
        row = (await session.exec(select(Destination))).one()
        row.mandatory_from = now() + timedelta(days=since)
        session.add(row)

    words = (await seen(site, offer)).words

    assert ("Please update to this release now." in words) is said
    assert ("Mandatory from" in words) is not said


async def test_c13_an_android_system_has_one_name(site: Site) -> None:
    offer = await site.offer(platform="android", facts={"min_os": "17"})

    assert "Android 4.2 or later" in (await seen(site, offer, ANDROID)).words
