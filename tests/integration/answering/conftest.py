"""Fixtures: one house for all tests of a file, and others for whoever needs one of their own."""

import shutil
from collections.abc import AsyncGenerator, Generator
from pathlib import Path

import pytest
import pytest_asyncio

from bot import bootstrap
from bot.sandbox.samples.harbour import harbour_apk, harbour_ipa
from bot.slack import workspace as parts
from bot.slack.features.distribution import deeds
from bot.slack.line import pace, submitting
from provisioning.intake import preparing
from provisioning.roads import ask_rebuild
from storage.inspection.worker import InspectionPool
from tests.integration.answering.asking import Asking, at_rest
from tests.integration.slack.house import House, Plan, Samples, opened


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Samples:
    folder = tmp_path_factory.mktemp("samples")
    ipa = harbour_ipa(folder)
    return Samples(
        ipa=ipa,
        newer_ipa=harbour_ipa(folder, version="2.5.0", build="250"),
        apk=harbour_apk(folder),
        broken=ipa,
    )


@pytest.fixture(scope="module", autouse=True)
def _in_a_hurry(lent_readers: type[InspectionPool]) -> Generator[None]:
    """Make the pauses short; the real ones have tests of their own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parts, "PAUSE", 0.02)
        patch.setattr(pace, "EDIT_PAUSE", 0.1)
        patch.setattr(bootstrap, "READERS", 1)
        patch.setattr(bootstrap, "InspectionPool", lent_readers)
        patch.setattr(ask_rebuild, "GATHERS", 0.1)
        # A busy machine is given nearly all of the three seconds before a form says that it waits.
        patch.setattr(submitting, "IN_TIME", 2.5)
        patch.setattr(deeds, "COUNT_WITHIN", 2.5)
        # What is taken in here is never signed again.
        patch.setattr(preparing, "_is_worth_it", lambda _build: False)
        yield


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared(
    _in_a_hurry: None,
    tmp_path_factory: pytest.TempPathFactory,
    sqlite_template: Path,
    samples: Samples,
) -> AsyncGenerator[House]:
    """Lend the house of the file; at its end Slack must have found nothing to complain of."""
    folder = tmp_path_factory.mktemp("house")
    shutil.copyfile(sqlite_template, folder / "house.db")
    async with opened(folder, f"sqlite:///{folder / 'house.db'}", samples, Plan()) as house:
        yield house
        assert house.slack.violations == []


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def furnished(shared: House) -> House:
    """Lend the house of the file with the app Harbour, whose release 1 is a draft."""
    await shared.with_app()
    await at_rest(shared)
    return shared


@pytest_asyncio.fixture(loop_scope="module")
async def rested(shared: House) -> AsyncGenerator[None]:
    """Let each test end what it began; every test with the house of the file asks for this."""
    yield
    await at_rest(shared)


@pytest_asyncio.fixture(loop_scope="module")
async def asking(shared: House) -> Asking:
    return Asking(shared)


#: What differs between the two is tried in test_transports; the long run has all of it twice.
TRANSPORTS = ["socket", pytest.param("http", marks=pytest.mark.slow)]


@pytest.fixture(params=TRANSPORTS)
async def either(
    request: pytest.FixtureRequest, tmp_path: Path, sqlite_url: str, samples: Samples
) -> AsyncGenerator[House]:
    """Lend a house of the test's own over each transport."""
    plan = Plan(transport=request.param)
    async with opened(tmp_path, sqlite_url, samples, plan) as house:
        yield house
        assert house.slack.violations == []
