"""The webhook by which a CI is asked for a new build."""

import hashlib
import hmac
import json
from datetime import UTC, datetime

import pytest

from bot.outgoing.guarded import GuardedClient
from bot.outgoing.rebuild_webhook import RebuildWebhook
from provisioning.errors import CallFailed, CallUnreachable
from provisioning.ports import RebuildCall, RebuildDevice
from tests.unit.bot.outgoing.conftest import Canary

SECRET = "a secret of the CI's"
UDID = "00008110-00112233AABB001E"
CALL = RebuildCall(
    id="3f" * 16,
    app="main/harbour",
    bundle_id="com.example.harbour",
    platform="ios",
    number=7,
    version="2.4.0",
    build="241",
    code="other_team",
    sentence="Its team at Apple is not connected to Slipway.",
    devices=(RebuildDevice(udid=UDID, name="Bób's", model="iPhone14,5", platform="IOS"),),
    requested_at=datetime(2027, 3, 3, 6, 5, tzinfo=UTC),
)


async def call(canary: Canary) -> None:
    await RebuildWebhook(GuardedClient(near=True, within=5), canary.url, SECRET).call(CALL)


async def test_the_receiver_can_check_the_signature_and_reads_everything(canary: Canary) -> None:
    await call(canary)

    head, _, body = canary.heard[0].partition(b"\r\n\r\n")
    headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
    wanted = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    assert headers["X-Slipway-Signature"] == f"sha256={wanted}"
    assert headers["X-Slipway-Event"] == "needs_rebuild"
    assert headers["X-Slipway-Delivery"] == CALL.id
    assert headers["Content-Type"] == "application/json"
    assert json.loads(body) == {
        "event": "needs_rebuild",
        "id": CALL.id,
        "requested_at": "2027-03-03T06:05:00+00:00",
        "app": {"name": "main/harbour", "bundle_id": "com.example.harbour", "platform": "ios"},
        "release": {"number": 7, "version": "2.4.0", "build": "241"},
        "reason": {"code": "other_team", "sentence": CALL.sentence},
        "devices": [{"udid": UDID, "name": "Bób's", "model": "iPhone14,5", "platform": "IOS"}],
    }


async def test_each_try_is_the_same_delivery(canary: Canary) -> None:
    canary.status(500)
    for _ in range(2):
        with pytest.raises(CallUnreachable):
            await call(canary)

    assert canary.heard[0] == canary.heard[1]


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
async def test_what_may_pass_is_said_to_pass(canary: Canary, status: int) -> None:
    canary.status(status)

    with pytest.raises(CallUnreachable, match=str(status)):
        await call(canary)


@pytest.mark.parametrize("status", [301, 302, 307, 308, 400, 401, 403, 404, 410, 422])
async def test_what_will_not_pass_is_not_tried_again(canary: Canary, status: int) -> None:
    canary.status(status, f"Location: {canary.url}")

    with pytest.raises(CallFailed, match=str(status)) as caught:
        await call(canary)
    assert not caught.value.transient
    assert canary.connections == 1


async def test_no_error_and_no_repr_says_a_udid(canary: Canary) -> None:
    canary.status(400, body=UDID)

    with pytest.raises(CallFailed) as caught:
        await call(canary)
    assert UDID not in f"{caught.value} {caught.value.data}"
    assert UDID not in repr(CALL)
