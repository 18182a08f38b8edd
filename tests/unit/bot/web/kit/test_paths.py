"""Paths: which are tricks, and how they look in the log."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from bot.web.kit.paths import is_trick, masked

TOKEN = "Rgh5aTh6iVcYca1LYdQ1_A"


@pytest.mark.parametrize(
    "path",
    [
        *("/%2e%2e/x", "/..%2Fx", "/a%5Cb", "/a\\b", "/a%00", "/a%0a", "/a%7f", "/%252e"),
        *("//x", "/a//b", "/..", "/.", "/a/../b", "/a/./b", "/a/..", "x", "", "*"),
        *(f"/i/{TOKEN}/%61pp.ipa", f"/i/{TOKEN}%20", f"/apple/{TOKEN}%20"),
    ],
)
def test_a_path_in_disguise_is_seen(path: str) -> None:
    assert is_trick(path)


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/healthz", f"/i/{TOKEN}", f"/i/{TOKEN}/app.ipa", f"/i/{TOKEN}?x=%2f..//"),
        *("/assets/page.0123.css", "/v0.1/apps/o/App%20Name/releases", "/.well-known/x", "/a..b"),
    ],
)
def test_an_honest_path_is_none(path: str) -> None:
    assert not is_trick(path)


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        (f"/i/{TOKEN}", "/i/…"),
        (f"/i/{TOKEN}/manifest.plist", "/i/…/manifest.plist"),
        (f"/n/{TOKEN}short.{TOKEN}", "/n/…"),
        (f"/apple/{TOKEN}", "/apple/…"),
        (f"/i/short/{TOKEN}", "/i/…/…"),
        (f"/enroll/{TOKEN}/code.svg", "/enroll/…/code.svg"),
        ("/enroll/answer/short", "/enroll/answer/…"),
        ("/enroll/result/short", "/enroll/result/…"),
        (f"/I/{TOKEN}/app.ipa", "/I/…/app.ipa"),
        (f"/x?next={TOKEN}", "/x"),
        (f"/{TOKEN}{TOKEN}", "/…"),
        ("/healthz", "/healthz"),
        ("/a\nb\x1b[31m", "/a?b?[31m"),
        ("/" + "a b" * 1000, "/" + ("a b" * 1000)[:119]),
    ],
)
def test_the_log_shows_the_place_and_not_the_secret(path: str, shown: str) -> None:
    assert masked(path) == shown


@settings(deadline=None)  # The machine may be busy.
@given(some.text(max_size=40), some.text(max_size=40))
def test_no_path_around_it_shows_the_secret(before: str, after: str) -> None:
    assert TOKEN not in masked(f"/{before}/{TOKEN}/{after}")
    assert TOKEN not in masked(f"/{before}/i/{TOKEN}{after}")
