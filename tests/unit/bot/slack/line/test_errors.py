"""Errors as people read them."""

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.slack.line import errors
from bot.slack.line.errors import form_errors, problem, problem_view, sentence_of
from bot.slack.line.health import SlackOut, SlackStanding
from provisioning.errors import NotAllowed, Unclear
from tests.blockkit import validity


def refusal(code: str, **fields: str) -> SlackApiError:
    """Return the error of a call that Slack refused, with a secret in the answer."""
    response = AsyncSlackResponse(
        client=None,
        http_verb="POST",
        api_url="https://slack.com/api/x",
        req_args={},
        data={"ok": False, "error": code, "secret": "xoxb-secret", **fields},
        headers={},
        status_code=200,
    )
    sentence = "The request to the Slack API failed."
    return SlackApiError(sentence, response)  # type: ignore[no-untyped-call] # slack_sdk's hole


def test_our_own_sentences_are_said_as_they_are() -> None:
    assert sentence_of(NotAllowed("Not you."), SlackStanding(), during="x") == "Not you."


def test_anything_else_is_logged_under_a_reference_that_is_said(
    caplog: pytest.LogCaptureFixture,
) -> None:
    said = sentence_of(ValueError("boom"), SlackStanding(), during="the click")
    reference = said.rpartition(" ")[2].rstrip(".")

    assert "Something went wrong" in said
    assert "boom" not in said
    assert reference in caplog.text
    assert len(reference) == 8


def test_an_answer_of_slacks_is_never_logged_whole(caplog: pytest.LogCaptureFixture) -> None:
    said = sentence_of(refusal("strange_error"), SlackStanding(), during="the click")

    assert "`strange_error`" in said
    assert "strange_error" in caplog.text
    assert "xoxb-secret" not in caplog.text + said


def test_27_a_missing_scope_is_named_once_in_the_log_and_each_time_to_people(
    caplog: pytest.LogCaptureFixture,
) -> None:
    standing = SlackStanding()
    error = refusal("missing_scope", needed="usergroups:read", provided="chat:write")

    said = [sentence_of(error, standing, during="x") for _ in range(3)]

    assert all("`usergroups:read`" in sentence for sentence in said)
    assert all("install the app again" in sentence for sentence in said)
    assert caplog.text.count("The Slack app lacks the scope usergroups:read") == 1
    assert standing.well


def test_27_a_dead_token_is_trouble_until_slack_answers_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    standing = SlackStanding()
    sentence_of(refusal("account_inactive"), standing, during="x")
    with pytest.raises(SlackOut, match="admin has to look"):
        standing.require()

    monkeypatch.setattr("bot.slack.line.health.PROBE_EVERY", 0.0)
    standing.require()
    standing.recover()

    assert standing.well


def test_an_error_beside_its_input() -> None:
    fields = {"name": "app_name"}

    beside = form_errors(Unclear("Taken.", field="name"), fields, "other")
    otherwise = form_errors(NotAllowed("x" * 400), fields, "other")

    assert beside == {"response_action": "errors", "errors": {"app_name": "Taken."}}
    assert list(otherwise["errors"]) == ["other"]
    assert len(otherwise["errors"]["other"]) <= 300


def test_sentences_with_strangers_words_are_harmless() -> None:
    message = problem("There is no app called <!channel>.")

    assert "<!channel>" not in message.text + str(message.blocks)
    assert validity.message_complaints(list(message.blocks)) == []
    assert validity.view_complaints(problem_view("No <!channel>.")) == []
    assert errors.is_for_people(NotAllowed())
    assert not errors.is_for_people(ValueError())
