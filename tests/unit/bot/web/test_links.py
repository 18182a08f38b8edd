"""Public addresses: from the configured base only, in letters that need no escaping."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest

from bot.links import Links

TOKEN = "Rgh5aTh6iVcYca1LYdQ1_A"
ADDRESS = re.compile(r"[A-Za-z0-9/_.~:-]+")


@pytest.mark.parametrize(
    "base", ["https://apps.example.com", "http://127.0.0.1:8080/", "https://example.com/slip/way/"]
)
def test_every_address_is_plain_and_below_the_base(base: str) -> None:
    links = Links(base)
    for address in (
        links.install(TOKEN),
        links.manifest(TOKEN),
        links.package(TOKEN, "ipa"),
        links.package(TOKEN, "apk"),
        links.package(TOKEN, "msix"),
        links.icon(TOKEN, 57),
        links.code(TOKEN),
    ):
        assert ADDRESS.fullmatch(address)
        assert address.startswith(f"{base.rstrip('/')}/i/{TOKEN}")


def test_each_kind_has_its_ending() -> None:
    links = Links("https://x.example")

    assert links.package(TOKEN, "ipa") == f"https://x.example/i/{TOKEN}/app.ipa"
    assert links.package(TOKEN, "apk") == f"https://x.example/i/{TOKEN}/app.apk"
    assert links.package(TOKEN, "aab") == f"https://x.example/i/{TOKEN}/app.bin"


def test_what_ios_is_given_unescapes_to_the_manifest() -> None:
    links = Links("https://apps.example.com:8443/slipway")
    link = links.itms(TOKEN)
    query = link.removeprefix("itms-services://?")

    assert re.fullmatch(r"[A-Za-z0-9%_.~=&-]+", query)
    assert parse_qs(query) == {
        "action": ["download-manifest"],
        "url": [links.manifest(TOKEN)],
    }
    assert urlsplit(links.manifest(TOKEN)).query == ""


@pytest.mark.parametrize(
    "base",
    [
        *("", "apps.example.com", "ftp://x.example", "https://", "https://x.example/?a=b"),
        *("https://x.example/a b", "https://user@x.example", "https://x.example/%2f"),
        *("https://x.example/#y", "https://münchen.example", "javascript:alert(1)"),
    ],
)
def test_a_base_that_would_need_escaping_is_refused(base: str) -> None:
    with pytest.raises(ValueError, match="base URL"):
        Links(base)


def test_who_is_reached_how_is_told() -> None:
    assert Links("https://x.example").secure
    assert not Links("http://x.example").secure
    assert Links("http://127.0.0.1:9000").loopback
    assert not Links("http://10.0.0.5").loopback
