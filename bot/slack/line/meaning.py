"""What it means to us that a call of Slack's Web API failed."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError

from bot.slack.kit.codes import TOKEN_DEAD, code_of, is_passing, status_of, wait_of
from bot.slack.line.health import SlackOut, SlackStanding
from provisioning.errors import TellerFailed, TellerUnreachable

#: All that leaves a client of `bot.slack.line.client`.
FAILURES = (SlackApiError, aiohttp.ClientError, TimeoutError)

SILENT = "Slack does not answer at the moment. Try again in a minute."


def meaning(error: Exception, standing: SlackStanding) -> TellerFailed:
    """
    Return what one of FAILURES means.

    TellerUnreachable may pass by itself; any other TellerFailed may not. `data["slack"]` is Slack's
    own word where it said one, `data["after"]` how many seconds it wants to be left alone.
    """
    if not isinstance(error, SlackApiError):
        return TellerUnreachable(SILENT)
    code, told = code_of(error), standing.note(error)
    if code in TOKEN_DEAD:
        return SlackOut(told, slack=code)
    if not is_passing(error):
        return TellerFailed(told or f"Slack refused this with `{code}`.", slack=code)
    said: dict[str, Any] = {"slack": code or str(status_of(error))}
    if (wait := wait_of(error)) is not None:
        said["after"] = wait
    return TellerUnreachable(SILENT, **said)


@contextmanager
def in_our_words(standing: SlackStanding) -> Generator[None]:
    """Let what fails inside leave as TellerUnreachable or TellerFailed."""
    try:
        yield
    except FAILURES as error:
        raise meaning(error, standing) from error
