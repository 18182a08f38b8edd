"""A team at Apple with an App ID and a certificate, and a client that may do anything."""

from collections.abc import AsyncGenerator

import aiohttp
import pytest

from bot.sandbox.apple.app_ids import AppId
from bot.sandbox.apple.certificates import Certificate
from bot.sandbox.apple.server import SandboxApple
from bot.sandbox.apple.team import SandboxTeam
from bot.sandbox.samples.identities import signing_identity
from tests.openapi import is_there
from tests.unit.bot.sandbox.apple.client import AppleClient

# Apple's document must not be shipped: its test is there only where somebody says where it lies.
collect_ignore = [] if is_there() else ["test_judge.py"]


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
