"""
The ways to Slack's Web API: one shared session, and a client for each kind of waiting.

slack_sdk's own timeout is not applied to a shared session, so the session carries it. Passing retry
handlers replaces slack_sdk's default ones.
"""

from dataclasses import dataclass

import aiohttp
from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncRateLimitErrorRetryHandler,
    AsyncServerErrorRetryHandler,
)
from slack_sdk.web.async_client import AsyncWebClient

#: Slack answers in well under a second; what takes this long has been lost.
TIMEOUT = aiohttp.ClientTimeout(total=15, connect=5)
#: How often work in the background waits for Slack to allow the next call.
PATIENCE = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Clients:
    """
    One Slack, asked in three ways.

    * `hurried`: somebody waits for the answer. One retry after a broken connection, none else.
    * `patient`: in the background, for calls that may be repeated: waits for rate limits, tries
      again after errors of the connection or the server.
    * `careful`: for posting. Waits for rate limits only, since a repeated post would be a second
      message; `bot.slack.line.postings` decides what to do about the rest.
    """

    session: aiohttp.ClientSession
    hurried: AsyncWebClient
    patient: AsyncWebClient
    careful: AsyncWebClient
    token: str
    base_url: str

    def without_token(self) -> AsyncWebClient:
        """Return a client for Bolt, which puts the token in by itself for every request."""
        return AsyncWebClient(
            base_url=self.base_url,
            session=self.session,
            retry_handlers=self.hurried.retry_handlers,
        )


def open_session() -> aiohttp.ClientSession:
    """Return a session for Slack's API and files; close it at the end. Needs a running loop."""
    return aiohttp.ClientSession(timeout=TIMEOUT)


def clients(session: aiohttp.ClientSession, *, token: str, base_url: str) -> Clients:
    """Return the clients over *session*. *base_url* ends with a slash."""

    def client(*handlers: AsyncRetryHandler) -> AsyncWebClient:
        return AsyncWebClient(
            token=token, base_url=base_url, session=session, retry_handlers=list(handlers)
        )

    return Clients(
        session=session,
        hurried=client(AsyncConnectionErrorRetryHandler(max_retry_count=1)),
        patient=client(
            AsyncConnectionErrorRetryHandler(max_retry_count=3),
            AsyncRateLimitErrorRetryHandler(max_retry_count=PATIENCE),
            AsyncServerErrorRetryHandler(max_retry_count=3),
        ),
        careful=client(AsyncRateLimitErrorRetryHandler(max_retry_count=PATIENCE)),
        token=token,
        base_url=base_url,
    )
