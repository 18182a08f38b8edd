"""What comes in: signed and unsigned, once and again, good and bad."""

import asyncio
import json
import logging
import time
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession
from slack_sdk.signature import SignatureVerifier

from bot.sandbox.faults import Fault
from bot.sandbox.slack.acts.speaking import FileDrop
from bot.slack.kit import names
from tests.integration.slack.house import BUILDS, QA, House, Plan, Samples, opened
from tests.integration.slack.test_main_road import distribute

OK, UNAUTHORIZED = 200, 401


@pytest.fixture
async def http_house(tmp_path: Path, sqlite_url: str, samples: Samples) -> AsyncGenerator[House]:
    async with opened(tmp_path, sqlite_url, samples, Plan(transport="http")) as house:
        yield house


async def post(
    house: House,
    body: str,
    *,
    secret: str,
    age: float = 0,
    headers: dict[str, str] | None = None,
) -> int:
    """Post an event as Slack would, signed with *secret* some seconds ago."""
    stamp = str(int(time.time() - age))
    signature = SignatureVerifier(secret).generate_signature(timestamp=stamp, body=body)
    signed = {
        "Content-Type": "application/json",
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": str(signature),
        **(headers or {}),
    }
    url = f"http://127.0.0.1:{house.port}/slack/events"
    kept = {name: value for name, value in signed.items() if value}
    async with ClientSession() as session, session.post(url, data=body, headers=kept) as answer:
        return answer.status


def event(house: House, **changes: Any) -> str:  # noqa: ANN401 - whatever JSON holds
    inner = {"type": "message", "channel": "C1", "user": house.ann.id, "text": "hi", "ts": "1.1"}
    return json.dumps(
        {
            "type": "event_callback",
            "team_id": house.slack.team_id,
            "event_id": "Ev1",
            "event": {**inner, **changes},
        }
    )


async def test_21_only_what_slack_signed_a_moment_ago_is_heard(http_house: House) -> None:
    house, secret = http_house, http_house.slack.signing_secret
    body = event(house)

    assert await post(house, body, secret=secret) == OK
    assert await post(house, body, secret="another secret") == UNAUTHORIZED
    assert await post(house, body, secret=secret, age=360) == UNAUTHORIZED
    assert await post(house, body, secret=secret, age=-360) == UNAUTHORIZED
    assert await post(house, body, secret=secret, headers={"X-Slack-Signature": ""}) == UNAUTHORIZED
    assert (
        await post(house, body, secret=secret, headers={"X-Slack-Signature": "v0=0"})
        == UNAUTHORIZED
    )


async def test_21_a_body_that_was_altered_on_the_way_is_not_heard(http_house: House) -> None:
    secret = http_house.slack.signing_secret
    stamp = str(int(time.time()))
    body = event(http_house)
    signature = SignatureVerifier(secret).generate_signature(timestamp=stamp, body=body)

    status = await post(
        http_house,
        body.replace("hi", "ho"),
        secret=secret,
        headers={"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": str(signature)},
    )

    assert status == UNAUTHORIZED


async def test_slack_can_verify_the_address(http_house: House) -> None:
    requests = http_house.slack.use_http(f"http://127.0.0.1:{http_house.port}/slack/events")

    assert await requests.verify_url("the challenge", "token", 3.0)


async def test_31_every_event_is_answered_whoever_listens(http_house: House) -> None:
    secret = http_house.slack.signing_secret

    for changes in (
        {"type": "something_new"},
        {"type": "message", "subtype": "channel_topic"},
        {"type": "message", "subtype": "bot_message", "bot_id": "B1"},
    ):
        assert await post(http_house, event(http_house, **changes), secret=secret) == OK


async def test_21_our_own_messages_and_files_are_not_listened_to(http_house: House) -> None:
    own = event(
        http_house,
        user=http_house.slack.bot_user,
        subtype="file_share",
        files=[{"id": "F1", "name": "app.ipa", "size": 1, "mode": "hosted"}],
    )

    assert await post(http_house, own, secret=http_house.slack.signing_secret) == OK
    assert http_house.slack.calls_of("chat.postMessage") == []


async def test_30_slacks_word_that_it_holds_events_back_is_taken(http_house: House) -> None:
    body = json.dumps({"type": "app_rate_limited", "minute_rate_limited": 1, "team_id": "T1"})

    assert await post(http_house, body, secret=http_house.slack.signing_secret) == OK
    assert http_house.running.workspace.standing.limited is not None


async def test_4_the_same_event_over_both_transports_is_one_build(house: House) -> None:
    await house.cid.post(BUILDS, "Both ways", files=[house.samples.ipa])
    await house.card_saying("New app")
    await house.settled()

    deliveries = [*house.slack.delivery.of_type("file_shared")]
    await asyncio.gather(*(house.slack.delivery.redeliver(d) for d in deliveries * 3))
    await house.settled()

    assert len(house.workspace.by_bot(BUILDS)) == 1


async def test_an_event_whose_listener_failed_is_taken_when_it_comes_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    intake = house.running.house.intake
    real, failures = intake.receive, [1, 1]

    async def receive(seen: Any) -> Any:  # noqa: ANN401 - the intake's own types
        if failures:
            failures.pop()
            raise RuntimeError("the database is away")
        return await real(seen)

    monkeypatch.setattr(type(intake), "receive", lambda _self, seen: receive(seen))
    house.slack.delivery.retry_delays = (0.1, 0.1, 0.1)

    await house.cid.post(BUILDS, files=[house.samples.ipa])

    await house.card_saying("New app")


async def test_an_unforeseen_error_is_said_with_a_reference_that_is_in_the_log(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    draft = await house.with_app()

    async def broken(*_: object) -> None:
        raise RuntimeError("kaboom")

    monkeypatch.setattr(type(house.running.house.releases.drafts), "dismiss", broken)
    await house.ann.click(draft, names.DISMISS)

    said = (await house.whisper_to("Ann", "Something went wrong in Slipway")).said()
    reference = said.split("reference ")[1][:8]
    assert reference in caplog.text
    assert "kaboom" not in said


async def test_a_form_that_failed_shows_the_reason_in_its_place(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = await house.with_app()
    await house.ann.click(draft, names.DISTRIBUTE)
    form = await house.view_of("Ann", "Distribute")

    async def broken(*_: object) -> None:
        raise RuntimeError("kaboom")

    monkeypatch.setattr(type(house.running.house.distributing.distributions), "plan", broken)
    sent = await house.ann.submit(form, {names.PEOPLE: [house.bob.id]})

    assert sent.action == "update"
    assert "Something went wrong" in str((await house.view_of("Ann", "Not possible")).blocks)


async def test_24_no_token_and_no_install_link_is_ever_logged(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    await house.group("QA", "Bob", channel=QA)
    await house.with_app()
    await house.cid.post(BUILDS, files=[FileDrop(name="Broken.ipa", path=house.samples.broken)])
    house.slack.script("chat.postMessage", Fault.error("invalid_blocks"))
    await distribute(house, "QA")
    told = await house.dm_to("Bob", "ready for you")
    await house.settled()
    link = next(
        element["url"].rpartition("/")[2]
        for block in told.blocks
        for element in block.get("elements", ())
        if "url" in element
    )

    logged = "\n".join(f"{record.getMessage()} {record.exc_text}" for record in caplog.records)

    for secret in (
        house.slack.bot_token,
        house.slack.app_token,
        house.slack.signing_secret,
        link,
    ):
        assert secret not in logged
