"""Fixtures: a house with its Slack, over each transport or over one."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from bot import bootstrap
from bot.sandbox.samples.harbour import harbour_apk, harbour_ipa
from bot.slack import workspace as parts
from bot.slack.features.distribution import deeds
from bot.slack.line import connection, pace, submitting
from provisioning.intake import preparing
from storage.inspection.worker import InspectionPool
from tests.integration.slack.house import House, Plan, Samples, opened


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Samples:
    folder = tmp_path_factory.mktemp("samples")
    ipa = harbour_ipa(folder)
    broken = folder / "Broken.ipa"
    broken.write_bytes(ipa.read_bytes()[:20_000])
    return Samples(
        ipa=ipa,
        newer_ipa=harbour_ipa(folder, version="2.5.0", build="250"),
        apk=harbour_apk(folder),
        broken=broken,
    )


@pytest.fixture(autouse=True)
def _in_a_hurry(monkeypatch: pytest.MonkeyPatch, lent_readers: type[InspectionPool]) -> None:
    """Make the pauses short; the real ones are tested in tests/unit/bot/slack/test_pace.py."""
    monkeypatch.setattr(parts, "PAUSE", 0.02)
    monkeypatch.setattr(pace, "EDIT_PAUSE", 0.1)
    monkeypatch.setattr(connection, "PING_EVERY", 2.0)
    monkeypatch.setattr(bootstrap, "READERS", 1)
    monkeypatch.setattr(bootstrap, "InspectionPool", lent_readers)
    # A busy machine is given nearly all of the three seconds before a form says that it waits.
    monkeypatch.setattr(submitting, "IN_TIME", 2.5)
    monkeypatch.setattr(deeds, "COUNT_WITHIN", 2.5)


@pytest.fixture(autouse=True)
def _unprepared(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no process be started to prepare what is taken in; tests that need it say otherwise."""
    monkeypatch.setattr(preparing, "_is_worth_it", lambda _build: False)


@pytest.fixture
def plan() -> Plan:
    """Return how the house is opened; a test module may say it otherwise."""
    return Plan()


@pytest.fixture
async def house(
    plan: Plan, tmp_path: Path, sqlite_url: str, samples: Samples
) -> AsyncGenerator[House]:
    """Lend a house over Socket Mode; at the end Slack must have found nothing to complain of."""
    async with opened(tmp_path, sqlite_url, samples, plan) as house:
        yield house
        assert house.slack.violations == []


#: What differs between the two is tried in test_transports; the long run has all of it twice.
TRANSPORTS = ["socket", pytest.param("http", marks=pytest.mark.slow)]


@pytest.fixture(params=TRANSPORTS)
async def either(
    request: pytest.FixtureRequest, tmp_path: Path, sqlite_url: str, samples: Samples
) -> AsyncGenerator[House]:
    """Lend a house over each transport."""
    plan = Plan(transport=request.param)
    async with opened(tmp_path, sqlite_url, samples, plan) as house:
        yield house
        assert house.slack.violations == []
