"""Slack's files, in whatever state they are."""

import pytest

from bot.slack.files import files
from bot.slack.files.files import file_of, refusal_of
from provisioning.errors import SourceGone


def test_a_hosted_file_is_read_with_its_threads() -> None:
    file = file_of(
        {
            "id": "F1",
            "name": "Harbour.ipa",
            "size": 7,
            "user": "U1",
            "mode": "hosted",
            "url_private_download": "https://files.slack.com/x",
            "shares": {
                "public": {"C1": [{"ts": "1.1"}, {"ts": "9.9"}]},
                "private": {"C2": [{"ts": "2.2", "thread_ts": "2.0"}]},
            },
        }
    )

    assert file.ready
    assert file.looks_like_build
    assert file.threads == {"C1": "1.1", "C2": "2.0"}


def test_a_file_that_slack_has_not_looked_at_is_not_ready() -> None:
    file = file_of({"id": "F1"})

    assert not file.ready
    assert file.may_be_build
    assert refusal_of(file) is None


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"mode": "tombstone"}, files.GONE),
        ({"mode": "hidden_by_limit"}, files.HIDDEN),
        ({"mode": "external"}, files.EXTERNAL),
        ({"is_external": True}, files.EXTERNAL),
        ({"mode": "snippet"}, files.TYPED),
        ({"mode": "canvas"}, files.TYPED),
        ({"file_access": "access_denied"}, files.CLOSED),
    ],
)
def test_17_what_can_never_be_fetched_says_why(facts: dict[str, object], sentence: str) -> None:
    refusal = refusal_of(file_of({"id": "F1", **facts}))

    assert str(refusal) == sentence
    assert isinstance(refusal, SourceGone) is (sentence == files.GONE)


@pytest.mark.parametrize(
    ("name", "loud", "quiet"),
    [
        ("App.IPA", True, True),
        ("app.apk", True, True),
        ("build.zip", False, True),
        ("artifact", False, True),
        ("cat.png", False, False),
        ("notes.pdf", False, False),
        ("app.ipa.txt", False, False),
    ],
)
def test_a_name_decides_how_loud_and_not_what_it_is(name: str, loud: bool, quiet: bool) -> None:  # noqa: FBT001 - a table of cases
    file = file_of({"id": "F1", "name": name})

    assert file.looks_like_build is loud
    assert file.may_be_build is quiet
