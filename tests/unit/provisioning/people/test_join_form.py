"""What somebody fills in who wants to join: every limit has a sentence beside its field."""

import pytest

from provisioning.errors import Unclear
from provisioning.people.join_form import checked_domain, checked_email, checked_name


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Zoe@Example.COM ", "zoe@example.com"),
        ("o'neil+test@mail.example.co.uk", "o'neil+test@mail.example.co.uk"),
    ],
)
def test_an_address_is_kept_in_lower_case(typed: str, kept: str) -> None:
    assert checked_email(typed, ()) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "zoe",
        "zoe@example",
        "zoe@@example.com",
        "zoe@exa mple.com",
        "a..b@example.com",
        ".a@example.com",
        "zoe@-example.com",
        "zoe@example.com\nBcc: eve@example.com",
        "zoe@example.com,eve@example.com",
        "<zoe@example.com>",
        "zoë@example.com",
        f"{'x' * 65}@example.com",
        f"zoe@{'x.' * 130}com",
    ],
)
def test_what_is_no_address_is_refused(typed: str) -> None:
    with pytest.raises(Unclear) as refused:
        checked_email(typed, ())
    assert refused.value.field == "email"


def test_an_address_lies_in_one_of_the_domains() -> None:
    assert checked_email("zoe@B.example.com", ["a.example.com", "b.example.com"])
    for typed in ("zoe@example.com", "zoe@evil-example.com", "zoe@example.com.evil.test"):
        with pytest.raises(Unclear, match=r"ends in @b\.example\.com"):
            checked_email(typed, ["b.example.com"])


def test_a_name_is_one_line_and_reads_as_it_is_written() -> None:
    assert checked_name(" Zoe\n\u202eZimmer\x00 ") == "Zoe Zimmer"
    for typed in ("", " \u200f\x07", "x" * 81):
        with pytest.raises(Unclear) as refused:
            checked_name(typed)
        assert refused.value.field == "name"


def test_a_domain_is_what_comes_after_the_at() -> None:
    assert checked_domain(" @Example.COM. ") == "example.com"
    for typed in ("", "example", "zoe@example.com", "https://example.com", "*.example.com", "1.2"):
        with pytest.raises(Unclear) as refused:
            checked_domain(typed)
        assert refused.value.field == "domains"
