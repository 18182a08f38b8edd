"""The doctor, asking a workspace that answers and one that does not."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from bot.doctor import Finding, examine
from bot.sandbox.slack.server import SandboxSlack, Setup
from bot.settings import Settings, load
from tests.integration.slack.house import manifest


@pytest.fixture
async def slack(tmp_path: Path) -> AsyncGenerator[SandboxSlack]:
    setup = Setup(manifest=manifest())
    async with SandboxSlack.serve(data_dir=tmp_path / "slack", setup=setup) as slack:
        yield slack


def settings_for(slack: SandboxSlack, tmp_path: Path, **given: object) -> Settings:
    values: dict[str, object] = {
        "base_url": "https://slipway.example.com",
        "data_dir": tmp_path / "data",
        "slack_bot_token": slack.bot_token,
        "slack_app_token": slack.app_token,
        "slack_api_url": slack.api_url,
    }
    return load(**{**values, **given})


async def found(settings: Settings) -> dict[str, Finding]:
    return {finding.name: finding for finding in await examine(settings)}


async def test_a_sound_installation_is_well(slack: SandboxSlack, tmp_path: Path) -> None:
    findings = await found(settings_for(slack, tmp_path))

    assert [f"{f.name}: {f.sentence}" for f in findings.values() if not f.ok] == []
    assert slack.violations == []


async def test_wrong_tokens_are_told_apart(slack: SandboxSlack, tmp_path: Path) -> None:
    wrong = {"slack_bot_token": "xoxb-wrong", "slack_app_token": "xapp-wrong"}
    findings = await found(settings_for(slack, tmp_path, **wrong))

    assert "refuses the bot token (invalid_auth)" in findings["Slack"].sentence
    assert "refuses the app-level token" in findings["Socket Mode"].sentence
    assert "wrong" not in findings["Slack"].sentence.replace("wrong ", "")


async def test_a_scope_that_was_not_granted_is_named(tmp_path: Path) -> None:
    setup = Setup(manifest=manifest(), withheld_scopes=frozenset({"files:read"}))
    async with SandboxSlack.serve(data_dir=tmp_path / "slack", setup=setup) as slack:
        findings = await found(settings_for(slack, tmp_path))

    assert "lacks the scopes files:read" in findings["Slack"].sentence


async def test_a_slack_that_cannot_be_reached_is_said(slack: SandboxSlack, tmp_path: Path) -> None:
    findings = await found(settings_for(slack, tmp_path, slack_api_url="http://127.0.0.1:1/api/"))

    assert not findings["Slack"].ok
    assert "cannot be reached" in findings["Slack"].sentence


@pytest.mark.parametrize("address", ["http://slipway.example.com", "https://127.0.0.1"])
async def test_an_address_that_iphones_cannot_use_is_a_finding(
    slack: SandboxSlack, tmp_path: Path, address: str
) -> None:
    findings = await found(settings_for(slack, tmp_path, base_url=address))

    assert not findings["public address"].ok


async def test_a_key_that_others_can_read_is_a_finding(slack: SandboxSlack, tmp_path: Path) -> None:
    settings = settings_for(slack, tmp_path)
    await found(settings)
    settings.key_file.chmod(0o644)

    assert "chmod 600" in (await found(settings))["secret key"].sentence
