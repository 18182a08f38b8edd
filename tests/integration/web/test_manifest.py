"""The manifest: what iOS reads before it installs."""

import hashlib
import plistlib
import re
from typing import Any

import pytest

from storage.inspection.facts import Signing
from tests.integration.web.site import APPSTORED, BASE, SLACKBOT, Offer, Site
from tests.shelf import package

PLAIN_URL = re.compile(r"https://[A-Za-z0-9/_.~:-]+")


async def manifest_of(site: Site, offer: Offer) -> dict[str, Any]:
    answer = await site.get(f"{offer.path}/manifest.plist", agent=APPSTORED)
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "text/xml; charset=utf-8"
    items: list[dict[str, Any]] = plistlib.loads(answer.body)["items"]
    assert len(items) == 1
    return items[0]


async def test_it_names_the_package_its_pieces_and_its_pictures(site: Site) -> None:
    content = package(25_000_000)
    offer = await site.offer(content=content)
    item = await manifest_of(site, offer)

    software, small, large = item["assets"]
    step = software["sha256-size"]
    assert software["kind"] == "software-package"
    assert software["url"] == f"{BASE}/i/{offer.token}/app.ipa"
    assert software["sha256s"] == [
        hashlib.sha256(content[at : at + step]).hexdigest() for at in range(0, len(content), step)
    ]
    assert small == {"kind": "display-image", "url": f"{BASE}{offer.path}/icon-57.png"}
    assert large == {"kind": "full-size-image", "url": f"{BASE}{offer.path}/icon-512.png"}
    assert item["metadata"] == {
        "bundle-identifier": "test.example.harbour",
        "bundle-version": "57",
        "kind": "software",
        "title": "Harbour",
    }


async def test_every_address_needs_no_escaping_and_can_be_fetched(site: Site) -> None:
    offer = await site.offer()
    for asset in (await manifest_of(site, offer))["assets"]:
        assert PLAIN_URL.fullmatch(asset["url"])
        answer = await site.get(asset["url"].removeprefix(BASE), agent=APPSTORED)
        assert answer.status == 200


@pytest.mark.parametrize(
    "title",
    [
        "Fish & Chips <b>now</b>",
        "</string><key>kind</key><string>evil</string>",
        "]]>",
        "&amp;&#x3C;",
        "Gr\u00fc\u00df Gott \U0001f6a2",
        "\"quoted\" 'twice'",
        "%(x)s {{ 7*7 }} ${x}",
    ],
)
async def test_a_title_comes_out_as_it_went_in(site: Site, title: str) -> None:
    offer = await site.offer(app={"display_name": title})

    assert (await manifest_of(site, offer))["metadata"]["title"] == title


@pytest.mark.parametrize("title", ["a\x07b\x1bc", "a\ufffebc", "\u202eabc", " a\x0bbc "])
async def test_what_xml_cannot_hold_or_misleads_is_left_out(site: Site, title: str) -> None:
    offer = await site.offer(app={"display_name": title})

    assert (await manifest_of(site, offer))["metadata"]["title"].replace(" ", "") == "abc"


async def test_a_title_of_one_letter_gives_way_to_a_longer_name(site: Site) -> None:
    offer = await site.offer(app={"display_name": "X", "name": "x-files"})

    assert (await manifest_of(site, offer))["metadata"]["title"] == "x-files"


@pytest.mark.parametrize(
    ("platform", "facts"),
    [
        ("android", {}),
        ("ios", {"simulator": True}),
        ("ios", {"signing": Signing()}),
        ("macos", {"kind": "app.zip"}),
    ],
)
async def test_what_does_not_go_over_the_air_has_none(
    site: Site, platform: str, facts: dict[str, Any]
) -> None:
    offer = await site.offer(platform=platform, facts=facts)

    assert (await site.get(f"{offer.path}/manifest.plist", agent=APPSTORED)).status == 404
    assert await site.receipts_of(offer) == {}


async def test_fetching_it_is_a_receipt_each_time_counted(site: Site) -> None:
    offer = await site.offer()
    await manifest_of(site, offer)
    await manifest_of(site, offer)
    await site.get(f"{offer.path}/manifest.plist", method="HEAD")
    await site.get(f"{offer.path}/manifest.plist", agent=SLACKBOT)

    kept = await site.receipts_of(offer)
    assert list(kept) == ["manifest"]
    assert kept["manifest"].count == 2


async def test_a_forged_host_never_gets_into_an_address(site: Site) -> None:
    offer = await site.offer()
    forged = {
        "Host": "evil.example",
        "X_Forwarded_Host": "evil.example",
        "X_Forwarded_Proto": "gopher",
        "Forwarded": "host=evil.example",
    }
    for path in (offer.path, f"{offer.path}/manifest.plist", f"{offer.path}/code.svg"):
        answer = await site.get(path, **forged)
        assert answer.status == 200
        assert "evil.example" not in answer.text
        assert "gopher" not in answer.text
