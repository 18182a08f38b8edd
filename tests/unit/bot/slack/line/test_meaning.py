"""What a failed call means: whether it may pass, and what Slack called it."""

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.slack.kit.codes import TOKEN_DEAD
from bot.slack.line.health import SlackOut, SlackStanding
from bot.slack.line.meaning import in_our_words, meaning
from provisioning.errors import TellerFailed, TellerUnreachable


def refusal(code: str = "", *, status: int = 200, **headers: str) -> SlackApiError:
    """Return the error of an answer with this status, and with this word of Slack's if any."""
    response = AsyncSlackResponse(
        client=None,
        http_verb="POST",
        api_url="https://slack.com/api/x",
        req_args={},
        data={"ok": False, "error": code} if code else {},
        headers=headers,
        status_code=status,
    )
    return SlackApiError("It failed.", response)  # type: ignore[no-untyped-call] # slack_sdk's hole


PASSING: dict[str, Exception] = {
    **{str(status): refusal(status=status) for status in (500, 502, 503, 504, 429, 404, 200)},
    **{
        code: refusal(code)
        for code in (
            "internal_error",
            "fatal_error",
            "service_unavailable",
            "request_timeout",
            "ratelimited",
            "rate_limited",
        )
    },
    "disconnected": aiohttp.ServerDisconnectedError(),
    "timeout": TimeoutError(),
}


@pytest.mark.parametrize("error", PASSING.values(), ids=PASSING)
def test_what_nothing_of_ours_caused_may_pass(error: Exception) -> None:
    failure = meaning(error, SlackStanding())

    assert isinstance(failure, TellerUnreachable)
    assert failure.transient


@pytest.mark.parametrize("code", ["invalid_blocks", "user_not_found", "invalid_arguments"])
def test_what_slack_objects_to_does_not_pass_and_keeps_its_word(code: str) -> None:
    failure = meaning(refusal(code), SlackStanding())

    assert type(failure) is TellerFailed
    assert not failure.transient
    assert failure.data == {"slack": code}
    assert f"`{code}`" in str(failure)


@pytest.mark.parametrize("code", sorted(TOKEN_DEAD))
def test_27_a_dead_token_may_be_mended_by_an_admin(code: str) -> None:
    standing = SlackStanding()
    failure = meaning(refusal(code), standing)

    assert isinstance(failure, SlackOut)
    assert failure.transient
    assert standing.trouble == TOKEN_DEAD[code]


def test_1_how_long_slack_wants_to_be_left_alone_is_kept() -> None:
    failure = meaning(refusal("ratelimited", status=429, **{"Retry-After": "30"}), SlackStanding())

    assert failure.data == {"slack": "ratelimited", "after": 30.0}


def test_only_what_slack_caused_is_put_in_other_words() -> None:
    with pytest.raises(TellerUnreachable), in_our_words(SlackStanding()):
        raise TimeoutError
    with pytest.raises(KeyError), in_our_words(SlackStanding()):
        raise KeyError
