"""A workspace, the app's clients, and a Bolt app over both transports."""

from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager

import aiohttp
import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack.server import SandboxSlack
from bot.sandbox.slack.workspace import Workspace
from tests.unit.bot.sandbox.slack.bolt import http_mode, make_app, socket_mode


@pytest.fixture
async def slack() -> AsyncGenerator[SandboxSlack]:
    async with SandboxSlack.serve() as server:
        yield server


@pytest.fixture
def workspace(slack: SandboxSlack) -> Workspace:
    return slack.workspace


@pytest.fixture
async def session() -> AsyncGenerator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as opened:
        yield opened


@pytest.fixture
def client(slack: SandboxSlack, session: aiohttp.ClientSession) -> AsyncWebClient:
    """Return the app's own Web API client."""
    return AsyncWebClient(token=slack.bot_token, base_url=slack.api_url, session=session)


@pytest.fixture
def app(slack: SandboxSlack, session: aiohttp.ClientSession) -> AsyncApp:
    return make_app(slack, session)


class Joining:
    """Joins an app to the workspace by one of the two transports."""

    def __init__(self, slack: SandboxSlack, mode: str) -> None:
        self._slack = slack
        self.mode = mode

    def __call__(self, app: AsyncApp) -> AbstractAsyncContextManager[object]:
        if self.mode == "socket":
            return socket_mode(self._slack, app)
        return http_mode(self._slack, app)


@pytest.fixture(params=["socket", "http"])
def joined(slack: SandboxSlack, request: pytest.FixtureRequest) -> Joining:
    return Joining(slack, str(request.param))
