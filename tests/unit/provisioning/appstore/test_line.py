"""How Apple is spoken to: tokens, turns, limits, pages, and answers that are none."""

import asyncio
import json
import logging
import time
from datetime import timedelta
from email.utils import formatdate

import pytest

from provisioning.appstore.client import AppStore, AppStores
from provisioning.appstore.errors import (
    AccessDenied,
    AgreementsMissing,
    AnswerSenseless,
    AppleRefused,
    AppleUnreachable,
    KeyRejected,
    NotReady,
    RateLimited,
    RequestInvalid,
)
from provisioning.appstore.wire.backoff import Backoff
from provisioning.appstore.wire.session import AppStoreSession
from tests.unit.provisioning.appstore.wire_apple import (
    AT_ONCE,
    BUSY,
    GATEWAY,
    PAGE,
    Trouble,
    WireApple,
    key,
    refusing,
    serving,
    team_of,
)


async def test_a_token_is_used_again(apple: WireApple, team: AppStore) -> None:
    await team.check()
    await team.devices.list()

    assert apple.asked[0] == "GET /v1/devices?limit=1"
    assert len(set(apple.tokens)) == 1


async def test_a_refused_token_is_made_anew_once(apple: WireApple, team: AppStore) -> None:
    apple.plan("GET", [refusing(401, "NOT_AUTHORIZED")])
    await team.check()
    assert apple.calls("GET") == 2
    assert len(set(apple.tokens)) == 2

    apple.plan_for_ever("GET", refusing(401, "NOT_AUTHORIZED"))
    with pytest.raises(KeyRejected, match="revoked"):
        await team.check()
    assert apple.calls("GET") == 4


@pytest.mark.parametrize(("minutes", "says"), [(-45, "ahead of"), (30, "behind")])
async def test_a_wrong_clock_is_noticed_and_made_up_for(
    apple: WireApple, team: AppStore, minutes: int, says: str
) -> None:
    apple.clock = lambda: time.time() + minutes * 60
    apple.headers = {"Date": formatdate(apple.clock(), usegmt=True)}

    await team.check()

    assert abs(team.skew - timedelta(minutes=minutes)) < timedelta(seconds=5)
    assert apple.calls("GET") == 2
    apple.plan_for_ever("GET", refusing(401, "NOT_AUTHORIZED"))
    with pytest.raises(KeyRejected, match=f"about {abs(minutes)} min {says} Apple's"):
        await team.check()


async def test_one_thing_is_asked_at_a_time(apple: WireApple, team: AppStore) -> None:
    await asyncio.gather(*(team.devices.list() for _ in range(10)))

    assert apple.calls("GET") == 10
    assert apple.most_at_once == 1


async def test_what_is_left_of_the_limit_is_kept(apple: WireApple, team: AppStore) -> None:
    before = team.rate
    apple.headers = {"X-Rate-Limit": "user-hour-lim:3500;user-hour-rem:498;"}
    await team.check()
    apple.headers = {"X-Rate-Limit": "something new"}
    await team.check()

    rate = team.rate
    assert before is None
    assert rate is not None
    assert (rate.limit, rate.remaining) == (3500, 498)


async def test_a_short_pause_that_apple_asks_for_holds_up_everybody(apple: WireApple) -> None:
    async with team_of(apple, Backoff(tries=3, first=0.0, longest=2.0)) as team:
        apple.plan("GET", [Trouble(429, BUSY.body, {"Retry-After": "1"})])
        waits: list[float] = []
        paused = asyncio.sleep

        async def noted(seconds: float) -> None:
            waits.append(seconds)
            await paused(0)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("provisioning.appstore.wire.session.asyncio.sleep", noted)
            await asyncio.gather(team.check(), team.check())

    assert apple.calls("GET") == 3
    assert len([wait for wait in waits if wait > 0.5]) == 2


@pytest.mark.parametrize("pause", ["1800", "in half an hour", "99999999999999"])
async def test_a_long_pause_is_nobodys_to_wait_for(
    apple: WireApple, team: AppStore, pause: str
) -> None:
    if pause == "in half an hour":
        pause = formatdate(time.time() + 1800, usegmt=True)
    apple.plan("GET", [Trouble(429, BUSY.body, {"Retry-After": pause})])

    for _ in range(2):
        with pytest.raises(RateLimited) as failed:
            await team.check()
        assert 1000 < failed.value.data["retry_after"] <= 3600
    assert apple.calls("GET") == 1


async def test_many_devices_come_in_pages_of_our_own_host(apple: WireApple, team: AppStore) -> None:
    for number in range(7):
        apple.plant("devices", {"name": f"{number}"})
    apple.page = 3

    assert [device.name for device in await team.devices.list()] == [*"0123456"]
    assert apple.calls("GET") == 3


@pytest.mark.parametrize(
    "link",
    ["https://evil.example/v1/devices", "//evil.example/x", "http://[", "file:///etc/passwd"],
)
async def test_a_token_goes_nowhere_else(apple: WireApple, team: AppStore, link: str) -> None:
    apple.plan("GET", [Trouble(200, json.dumps({"data": [], "links": {"next": link}}))])

    with pytest.raises(AnswerSenseless):
        await team.devices.list()
    assert apple.calls("GET") == 1


async def test_pages_that_go_in_a_circle_end(apple: WireApple, team: AppStore) -> None:
    round_about = {"data": [], "links": {"next": "/v1/devices?cursor=1"}}
    apple.plan_for_ever("GET", Trouble(200, json.dumps(round_about)))

    with pytest.raises(AnswerSenseless):
        await team.devices.list()
    assert apple.calls("GET") == 2


@pytest.mark.parametrize(
    "trouble",
    [
        GATEWAY,
        PAGE,
        Trouble(200, "[" * 100_000),
        Trouble(200, "{}"),
        Trouble(200, '{"data": [3]}'),
        Trouble(200, '{"data": {"type": "devices"}}'),
        Trouble(302, "moved", {"Location": "https://evil.example/"}),
        Trouble(403, "<html>proxy</html>"),
        Trouble(401, "<html>proxy</html>"),
        Trouble(404, '{"errors": []}'),
        Trouble(404, '{"errors": "none"}'),
    ],
    ids=lambda trouble: f"{trouble.status} {trouble.body[:20]}",
)
async def test_what_is_no_answer_of_apples_proves_nothing(
    apple: WireApple, team: AppStore, trouble: Trouble
) -> None:
    apple.plan_for_ever("GET", trouble)

    with pytest.raises(AppleUnreachable):
        await team.check()


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (400, "PARAMETER_ERROR.INVALID", RequestInvalid),
        (403, "FORBIDDEN_ERROR", AccessDenied),
        (403, "FORBIDDEN.REQUIRED_AGREEMENTS_MISSING_OR_EXPIRED", AgreementsMissing),
        (403, "FORBIDDEN.REQUIRED_AGREEMENTS_MISSING_OR_EXPIRED.DETAIL", AgreementsMissing),
        (403, "FORBIDDEN.REQUIRED_AGREEMENTS_MISSING_OR_EXPIREDLY", AccessDenied),
        (418, "TEAPOT", AppleRefused),
        (422, "ENTITY_UNPROCESSABLE", NotReady),
    ],
)
async def test_each_refusal_is_one_call_and_one_sentence(
    apple: WireApple, team: AppStore, status: int, code: str, error: type[AppleRefused]
) -> None:
    apple.plan_for_ever("GET", refusing(status, code, "Because.", source={"parameter": "limit"}))

    with pytest.raises(error) as failed:
        await team.check()

    assert type(failed.value) is error
    assert str(failed.value).endswith(f"Apple's words: “No: Because.” ({code}, error id E-1).")
    assert (failed.value.data["status"], failed.value.faults[0].pointer) == (status, "limit")
    assert apple.calls("GET") == 1


async def test_related_errors_are_looked_at_as_well(apple: WireApple, team: AppStore) -> None:
    cause = {"code": "FORBIDDEN.REQUIRED_AGREEMENTS_MISSING_OR_EXPIRED", "detail": "Accept them."}
    meta = {"associatedErrors": {"/v1/agreements": [cause, 7], "/v1/x": None}}
    apple.plan("GET", [refusing(403, "FORBIDDEN", meta=meta)])

    with pytest.raises(AgreementsMissing) as failed:
        await team.check()

    assert [fault.code for fault in failed.value.faults] == ["FORBIDDEN", cause["code"]]


async def test_nobody_at_home_is_told_apart_from_a_lost_answer(apple: WireApple) -> None:
    async with serving(apple) as address:
        pass
    gone = AppStore(key(), base_url=address, backoff=AT_ONCE)

    with pytest.raises(AppleUnreachable, match="no connection") as failed:
        await gone.devices.register("00008120-0012345678ABCDEF", name="x", known=())

    assert type(failed.value) is AppleUnreachable
    await gone.aclose()


async def test_an_answer_that_takes_too_long_is_lost(apple: WireApple) -> None:
    async with serving(apple) as address:
        session = AppStoreSession(key(), base_url=address, backoff=Backoff(tries=1), within=0.0)
        with pytest.raises(AppleUnreachable, match="in time"):
            await session.read("/v1/devices")
        await session.aclose()


async def test_the_log_tells_what_apple_refused_and_no_secret(
    apple: WireApple, team: AppStore, caplog: pytest.LogCaptureFixture
) -> None:
    apple.plan("POST", [refusing(409, "ENTITY_ERROR", "no 00008120-0012345678ABCDEF")])

    with caplog.at_level(logging.INFO), pytest.raises(AppleRefused, match="“No: no …CDEF”"):
        await team.devices.register("F" * 40, name="Bob's", known=())

    (said,) = [one.message for one in caplog.records if one.name.startswith("provisioning")]
    assert said == ("App Store Connect refused POST /v1/devices: 409 ENTITY_ERROR, error id E-1.")
    shown = " ".join(one.getMessage() for one in caplog.records)
    assert "ABCDEF" not in shown
    assert not any(token in shown for token in apple.tokens)


def test_the_token_is_shown_to_no_stranger() -> None:
    for address in ("http://api.appstoreconnect.apple.com", "ftp://x", "http://127.0.0.1.evil.me"):
        with pytest.raises(ValueError, match="https only"):
            AppStoreSession(key(), base_url=address)


async def test_a_key_has_one_line_whoever_asks(apple: WireApple) -> None:
    async with serving(apple) as address:
        teams = AppStores(base_url=address, backoff=AT_ONCE)
        first = teams.of(key())
        await first.check()

        assert teams.of(key()) is first
        await teams.aclose()
        assert teams.of(key()) is not first
        await teams.aclose()
