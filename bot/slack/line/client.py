"""
The ways to Slack's Web API: one shared session, and a client for each kind of waiting.

slack_sdk's own timeout is not applied to a shared session, so the session carries it. What is tried
again, and for how long, is decided here and not by slack_sdk's retry handlers: they do not know
Slack's passing errors, and count a wait of 30 seconds as one of 3.
"""

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.slack.kit.codes import TOKEN_DEAD, code_of, is_ambiguous, is_passing, wait_of
from bot.slack.line.health import SlackStanding

#: Slack answers in well under a second; what takes this long has been lost.
TIMEOUT = aiohttp.ClientTimeout(total=10, connect=5)

#: Seconds before a call is tried again, the first time; then twice as long each time.
FIRST_PAUSE = 0.25


class Nonsense(aiohttp.ClientError):
    """Whatever answered in Slack's place is not Slack."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Persistence:
    """
    How long a call is tried again, in seconds: hours are the business of a road.

    `repeats` says whether a call may be made again although it may have worked.
    """

    seconds: float
    repeats: bool

    def pause(self, error: Exception, attempt: int, spent: float) -> float | None:
        """Return how long to wait before another attempt, None to give up."""
        pause: float = FIRST_PAUSE * 2 ** (attempt - 1)
        did_nothing = False
        if isinstance(error, SlackApiError):
            if not is_passing(error):
                return None
            did_nothing = not is_ambiguous(error)
            pause = wait_of(error) or pause
        if not self.repeats and not did_nothing:
            return None
        return pause if spent + pause <= self.seconds else None


#: Somebody waits for the answer.
HURRIED = Persistence(seconds=1.0, repeats=True)
#: In the background, for calls that may be repeated.
PATIENT = Persistence(seconds=4.0, repeats=True)
#: For posting, since a repeated post would be a second message.
CAREFUL = Persistence(seconds=4.0, repeats=False)


class Client(AsyncWebClient):
    """
    slack_sdk's client with a patience of its own.

    Whatever goes wrong leaves as SlackApiError, as aiohttp.ClientError or as TimeoutError. One odd
    answer about the token is looked into before anybody takes the token for dead.
    """

    def __init__(self, patience: Persistence, standing: SlackStanding, **given: Any) -> None:  # noqa: ANN401 - slack_sdk's own
        super().__init__(retry_handlers=[], **given)
        self._patience = patience
        self._standing = standing

    async def api_call(self, api_method: str, **given: Any) -> AsyncSlackResponse:  # noqa: ANN401 - slack_sdk's own
        """Call a method, again while the patience lasts."""
        begun = time.monotonic()
        for attempt in count(1):
            try:
                return await self._asked(api_method, **given)
            except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
                spent = time.monotonic() - begun
                pause = self._patience.pause(error, attempt, spent)
                if pause is None:
                    raise
            await asyncio.sleep(pause)
        raise AssertionError("every attempt returns, raises or is followed by another")

    async def _asked(self, api_method: str, **given: Any) -> AsyncSlackResponse:  # noqa: ANN401
        try:
            answer = await self._heard(api_method, **given)
        except SlackApiError as error:
            if code_of(error) not in TOKEN_DEAD:
                raise
            if await self._is_token_dead():
                self._standing.note(error)
                raise
            # Refused calls did nothing, so this one may be made again whatever it is.
            answer = await self._again(api_method, **given)
        return answer

    async def _again(self, api_method: str, **given: Any) -> AsyncSlackResponse:  # noqa: ANN401
        try:
            return await self._heard(api_method, **given)
        except SlackApiError as error:
            if code_of(error) not in TOKEN_DEAD:
                raise
            raise Nonsense(f"Slack takes the token and refuses it ({code_of(error)}).") from error

    async def _is_token_dead(self) -> bool:
        """Ask about the token itself; without an answer it counts as alive."""
        with suppress(aiohttp.ClientError, TimeoutError):
            try:
                await self._heard("auth.test")
            except SlackApiError as error:
                return code_of(error) in TOKEN_DEAD
        return False

    async def _heard(self, api_method: str, **given: Any) -> AsyncSlackResponse:  # noqa: ANN401
        """Call a method once, and remember whether Slack answers at all."""
        try:
            answer = await super().api_call(api_method, **given)
        except SlackApiError as error:
            if is_ambiguous(error):
                self._standing.out()
            else:
                self._standing.reached()
            raise
        except (aiohttp.ClientError, TimeoutError):
            self._standing.out()
            raise
        except (AttributeError, TypeError, ValueError, RecursionError) as error:
            # slack_sdk takes whatever is JSON for one of Slack's objects.
            self._standing.out()
            raise Nonsense(f"The answer to {api_method} makes no sense.") from error
        self._standing.recover()
        return answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Clients:
    """One Slack, asked with three kinds of patience, and how we stand with it."""

    session: aiohttp.ClientSession
    standing: SlackStanding
    hurried: AsyncWebClient
    patient: AsyncWebClient
    careful: AsyncWebClient
    token: str
    base_url: str

    def without_token(self) -> AsyncWebClient:
        """Return a client for Bolt, which puts the token in by itself for every request."""
        return AsyncWebClient(base_url=self.base_url, session=self.session, retry_handlers=[])


def open_session() -> aiohttp.ClientSession:
    """Return a session for Slack's API and files; close it at the end. Needs a running loop."""
    return aiohttp.ClientSession(timeout=TIMEOUT)


def clients(session: aiohttp.ClientSession, *, token: str, base_url: str) -> Clients:
    """Return the clients over *session*. *base_url* ends with a slash."""
    standing = SlackStanding()

    def client(patience: Persistence) -> AsyncWebClient:
        return Client(patience, standing, token=token, base_url=base_url, session=session)

    return Clients(
        session=session,
        standing=standing,
        hurried=client(HURRIED),
        patient=client(PATIENT),
        careful=client(CAREFUL),
        token=token,
        base_url=base_url,
    )
