"""A request is let in by a good token of a team key, and by nothing else."""

import base64
import time
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from bot.sandbox.apple.keys import Role
from bot.sandbox.apple.server import SandboxApple
from bot.sandbox.apple.team import SandboxTeam
from bot.sandbox.samples.identities import OTHER_TEAM, device_id
from tests.unit.bot.sandbox.apple.client import AppleClient, token


async def test_a_good_token_comes_in_and_is_counted(client: AppleClient) -> None:
    answer = await client.get("/devices")

    assert answer.status == 200
    assert answer.headers["X-Rate-Limit"] == "user-hour-lim:3500;user-hour-rem:3499;"


def test_a_key_is_a_file_as_apple_gives_it_out(team: SandboxTeam) -> None:
    key = load_pem_private_key(team.key.p8.encode(), password=None)

    assert team.key.p8.startswith("-----BEGIN PRIVATE KEY-----")
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    assert key.curve.name == "secp256r1"
    assert "BEGIN" not in repr(team.key)


def _moment(seconds: int) -> int:
    return int(time.time()) + seconds


BAD: dict[str, dict[str, Any]] = {
    "audience": {"aud": "appstoreconnect"},
    "ended": {"exp": -1},
    "issuer": {"iss": "69a6de70-0000-0000-0000-000000000000"},
    "issued later": {"iat": 120},
    "never ends": {"exp": None},
    "never issued": {"iat": None},
    "no issuer": {"iss": None},
    "too long": {"exp": 20 * 60 + 30},
}


@pytest.mark.parametrize("name", sorted(BAD))
async def test_a_bad_claim_is_refused(
    apple: SandboxApple, client: AppleClient, team: SandboxTeam, name: str
) -> None:
    claims: dict[str, Any] = {
        key: _moment(value) if isinstance(value, int) else value for key, value in BAD[name].items()
    }

    answer = await client.ask("GET", "/devices", bearer=token(team.key, **claims))

    assert (answer.status, answer.code) == (401, "NOT_AUTHORIZED")
    assert "X-Rate-Limit" not in answer.headers
    assert apple.calls[-1].detail != answer.detail


@pytest.mark.parametrize("bearer", ["", "a.b", "a.b.c", "!.!.!", f"{'e30.' * 2}e30"])
async def test_what_is_no_token_is_refused(client: AppleClient, bearer: str) -> None:
    answer = await client.ask("GET", "/devices", bearer=bearer)

    assert answer.status == 401


async def test_the_header_and_the_signature_are_looked_at(
    client: AppleClient, team: SandboxTeam
) -> None:
    good = token(team.key)
    head, body, seal = good.split(".")
    flipped = bytearray(base64.urlsafe_b64decode(seal + "=="))
    flipped[0] ^= 1
    changed = base64.urlsafe_b64encode(bytes(flipped)).decode().rstrip("=")
    forged = (
        token(team.key, {"alg": "none"}),
        token(team.key, {"typ": None}),
        token(team.key, {"kid": "ABCDEFGHIJ"}),
        f"{head}.{body}.{changed}",
        f"{head}.{body}.{seal[:40]}",
        token(team.add_key(), {"kid": team.key.id}),
    )

    statuses = [(await client.ask("GET", "/devices", bearer=each)).status for each in forged]

    assert statuses == [401] * 6


async def test_a_revoked_key_is_nobodys(client: AppleClient, team: SandboxTeam) -> None:
    team.revoke_key(team.key.id)

    assert (await client.get("/devices")).status == 401


async def test_a_clock_that_runs_ahead_shows(apple: SandboxApple, client: AppleClient) -> None:
    apple.api.clock_ahead = -600
    refused = await client.get("/devices")

    assert refused.status == 401
    said = parsedate_to_datetime(refused.headers["Date"]).timestamp()
    assert said == pytest.approx(time.time() - 600, abs=60)

    apple.api.clock_ahead = 0
    assert (await client.get("/devices")).status == 200


async def test_a_scope_is_all_that_a_token_is_good_for(
    client: AppleClient, team: SandboxTeam
) -> None:
    bearer = token(team.key, scope=["GET /v1/devices?limit=1"])

    assert (await client.ask("GET", "/devices", bearer=bearer)).status == 200
    assert (await client.ask("GET", "/profiles", bearer=bearer)).status == 403


async def test_a_team_sees_its_own_things_only(apple: SandboxApple, client: AppleClient) -> None:
    await client.register(device_id(1))
    client.key = apple.add_team(OTHER_TEAM).key

    assert (await client.get("/devices")).data == []


async def test_a_persons_own_key_is_shut_out(client: AppleClient, team: SandboxTeam) -> None:
    client.key = team.add_key(is_individual=True)

    answer = await client.get("/devices")

    assert answer.status == 403
    assert answer.code == "FORBIDDEN_ERROR"


async def test_agreements_shut_everybody_out(client: AppleClient, team: SandboxTeam) -> None:
    team.rules.agreements_missing = True

    answer = await client.get("/devices")

    assert answer.status == 403
    assert answer.code == "FORBIDDEN.REQUIRED_AGREEMENTS_MISSING_OR_EXPIRED"


@pytest.mark.parametrize(
    ("role", "statuses"),
    [
        (Role.ADMIN, [200, 201, 409, 409]),
        (Role.APP_MANAGER, [200, 201, 409, 403]),
        (Role.DEVELOPER, [200, 403, 409, 403]),
        (Role.MARKETING, [403, 403, 403, 403]),
    ],
)
async def test_a_role_allows_so_much(
    client: AppleClient, team: SandboxTeam, role: Role, statuses: list[int]
) -> None:
    client.key = team.add_key(role)
    answers = [
        await client.get("/devices"),
        await client.register(device_id(1)),
        # Where the role is enough, the request itself is refused.
        await client.post("certificates", {"certificateType": "DEVELOPMENT", "csrContent": "none"}),
        await client.post(
            "certificates", {"certificateType": "DISTRIBUTION", "csrContent": "none"}
        ),
    ]

    assert [answer.status for answer in answers] == statuses
