"""Names that strangers chose, made fit for a title, a header or a file."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from bot.web.install.names import disposition, tidy


@pytest.mark.parametrize(
    ("name", "left"),
    [
        ("Harbour", "Harbour"),
        ("  two\nlines\t", "two lines"),
        ("a\x00b\x1bc\x7fd\x85e", "abcd e"),
        ("a\ud800b\ufffec\U0010ffffd", "abcd"),
        ("\u202egpj.exe\u2066", "gpj.exe"),
        ("\u6e2f \U0001f6a2 \u05d0", "\u6e2f \U0001f6a2 \u05d0"),
        ("", ""),
    ],
)
def test_what_misleads_or_breaks_is_left_out(name: str, left: str) -> None:
    assert tidy(name) == left


@pytest.mark.parametrize(
    ("name", "ending", "plain", "encoded"),
    [
        ("Harbour.ipa", ".ipa", "Harbour.ipa", "Harbour.ipa"),
        ("Grüße 2.IPA", ".ipa", "Gru_e_2.ipa", "Gr%C3%BC%C3%9Fe%202.ipa"),
        ("\u6e2f.apk", ".apk", "app.apk", "%E6%B8%AF.apk"),
        ("../../etc/passwd", ".ipa", "passwd.ipa", "passwd.ipa"),
        ('a";x="y.ipa', ".ipa", "a_x_y.ipa", "a%22%3Bx%3D%22y.ipa"),
        ("", ".apk", "app.apk", "app.apk"),
        (".ipa", ".ipa", "app.ipa", "app.ipa"),
        ("App.app.zip", "", "App.app.zip", "App.app.zip"),
    ],
)
def test_a_download_is_named_for_old_and_new_browsers(
    name: str, ending: str, plain: str, encoded: str
) -> None:
    expected = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}"

    assert disposition(name, ending) == expected


@settings(deadline=None)  # The machine may be busy.
@given(some.text())
def test_no_name_breaks_the_header(name: str) -> None:
    header = disposition(name, ".ipa")

    assert header.isascii()
    assert header.isprintable()
    assert header.count('"') == 2
    assert header.endswith(".ipa")
    assert len(header) < 2000
