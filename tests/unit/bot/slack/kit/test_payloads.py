"""Reading what Slack sends."""

import pytest

from bot.slack.kit import payloads
from bot.slack.kit.payloads import Malformed, Outdated


def test_a_click_is_read_with_its_place_and_its_ids() -> None:
    click = payloads.click_of(
        {
            "type": "block_actions",
            "user": {"id": "U1", "team_id": "T1"},
            "team": {"id": "T1"},
            "trigger_id": "1.2",
            "container": {"type": "message", "channel_id": "C1", "message_ts": "5.1"},
            "message": {"ts": "5.1", "thread_ts": "4.0"},
            "response_url": "https://hooks.slack.com/actions/x",
            "actions": [{"action_id": "a", "value": "1:abc:7"}],
        }
    )

    assert click.parts == ("abc", "7")
    assert click.subject == "abc"
    assert click.message_ts == "5.1"
    assert click.asker.channel_id == "C1"
    assert click.asker.thread_ts == "4.0"


@pytest.mark.parametrize("value", ["", "abc", "0:abc", "2:abc", "1", "1:"])
def test_a_value_of_another_version_is_outdated(value: str) -> None:
    body = {"user": {"id": "U1"}, "actions": [{"action_id": "a", "value": value}]}

    with pytest.raises(Outdated, match="earlier version"):
        _ = payloads.click_of(body).subject


@pytest.mark.parametrize(
    "body", [{}, {"user": {}}, {"user": {"id": 5}}, {"user": {"id": "U1"}, "actions": []}]
)
def test_a_payload_without_what_is_needed_is_refused_by_name(body: dict[str, object]) -> None:
    with pytest.raises(Malformed, match="without"):
        payloads.click_of(body)


def test_lists_and_nothing_are_read_without_surprise() -> None:
    body = {"a": [{"b": "c"}, 7, None]}

    assert payloads.at(body, "a", 0, "b") == "c"
    assert payloads.at(body, "a", 9, "b") is None
    assert payloads.at(None, "a") is None
    assert payloads.entries(body, "a") == [{"b": "c"}]
    assert payloads.entries(body, "nothing") == []
    assert payloads.text_or_none(body, "a", 1) is None


@pytest.mark.parametrize(
    ("url", "api", "allowed"),
    [
        ("https://hooks.slack.com/actions/T/1/x", "https://slack.com/api/", True),
        ("https://hooks.slack-gov.com/x", "https://slack-gov.com/api/", True),
        ("http://hooks.slack.com/x", "https://slack.com/api/", False),
        ("https://hooks.slack.com.evil.example/x", "https://slack.com/api/", False),
        ("https://evil.example/hooks.slack.com", "https://slack.com/api/", False),
        ("https://user@hooks.slack.com/x", "https://slack.com/api/", False),
        ("https://hooks.slack.com:444/x", "https://slack.com/api/", False),
        ("http://127.0.0.1:8080/response/x", "http://127.0.0.1:8080/api/", True),
        ("http://127.0.0.1:8081/response/x", "http://127.0.0.1:8080/api/", False),
        ("https://hooks.slack.com/x", "http://127.0.0.1:8080/api/", False),
    ],
)
def test_21_an_answer_goes_to_slack_and_nowhere_else(url: str, api: str, allowed: bool) -> None:  # noqa: FBT001 - a table of cases
    assert payloads.may_answer_at(url, api) is allowed
