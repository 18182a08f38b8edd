"""A team at Apple with an App ID and a certificate, and a client that may do anything."""

import os
from collections.abc import AsyncGenerator

import aiohttp
import pytest

from bot.sandbox.apple.app_ids import AppId
from bot.sandbox.apple.certificates import Certificate
from bot.sandbox.apple.server import SandboxApple
from bot.sandbox.apple.team import SandboxTeam
from bot.sandbox.samples.identities import signing_identity
from tests.unit.bot.sandbox.apple.client import AppleClient

# Apple's document must not be shipped: its test is there only where somebody says where it lies.
VARIABLE = "APP_STORE_CONNECT_OPENAPI"
collect_ignore = [] if VARIABLE in os.environ else ["test_judge.py"]  # noqa: TID251 - no setting of ours


@pytest.fixture
async def apple() -> AsyncGenerator[SandboxApple]:
    async with SandboxApple.serve() as server:
        yield server


@pytest.fixture
def team(apple: SandboxApple) -> SandboxTeam:
    return apple.team


@pytest.fixture
async def client(apple: SandboxApple) -> AsyncGenerator[AppleClient]:
    async with aiohttp.ClientSession() as session:
        yield AppleClient(apple=apple, session=session)


@pytest.fixture
def app_id(team: SandboxTeam) -> AppId:
    return team.app_ids.register("com.example.harbour", "Harbour")


@pytest.fixture
def certificate(team: SandboxTeam) -> Certificate:
    return team.certificates.adopt(signing_identity().certificate, "IOS_DISTRIBUTION")
