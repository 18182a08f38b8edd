"""What anybody can post to Slack's address, and what Slack itself cannot have meant."""

import asyncio
import hashlib
import hmac
import json
import logging
import re
import time
from collections.abc import AsyncGenerator, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa

from bot.slack.kit import names
from bot.slack.line import http
from storage.records.every import METADATA
from tests.integration.slack.house import House, Plan, Samples, opened

JSON = ("Content-Type", "application/json")
FORM = ("Content-Type", "application/x-www-form-urlencoded")
#: Stands in every body; no line of the log may hold it.
CANARY = "canary"

Header = tuple[str, str]


@pytest.fixture
async def house(tmp_path: Path, sqlite_url: str, samples: Samples) -> AsyncGenerator[House]:
    async with opened(tmp_path, sqlite_url, samples, Plan(transport="http")) as house:
        yield house


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One request, as bytes; headers may stand there twice or not at all."""

    name: str
    status: int
    body: bytes
    headers: Sequence[Header] = (JSON,)
    length: int | None = None


@dataclass(slots=True, kw_only=True)
class Said:
    """What a house did while it was posted at."""

    statuses: dict[str, int] = field(default_factory=dict)
    bodies: set[bytes] = field(default_factory=set)


async def send(port: int, post: Post) -> tuple[int, bytes]:
    """Post without a client that would mend the request."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    length = len(post.body) if post.length is None else post.length
    head = [f"POST {http.PATH} HTTP/1.1", "Host: slipway", f"Content-Length: {length}"]
    head += [f"{name}: {value}" for name, value in post.headers]
    writer.write("\r\n".join([*head, "Connection: close", "", ""]).encode("latin-1"))
    writer.write(post.body)
    try:
        async with asyncio.timeout(10):
            top = await reader.readuntil(b"\r\n\r\n")
            size = re.search(rb"(?i)content-length: (\d+)", top)
            body = await reader.readexactly(int(size[1]) if size else 0)
    finally:
        writer.close()
    return int(top.split()[1]), body


async def at_it(house: House, posts: Sequence[Post]) -> Said:
    """Post everything; nothing may be asked of Slack and nothing written down meanwhile."""
    await house.settled()
    await house.running.workspace.whoami()  # Bolt asks who we are for whatever is signed.
    calls, rows = len(house.slack.calls), await rows_of(house)
    said = Said()
    for post in posts:
        said.statuses[post.name], body = await send(house.port, post)
        said.bodies.add(body)
    await house.running.workspace.tasks.settle()
    assert [call.method for call in list(house.slack.calls)[calls:]] == []
    assert await rows_of(house) == rows
    return said


async def rows_of(house: House) -> dict[str, int]:
    """Return how many rows each table has."""
    async with house.running.ground.database.reading() as session:
        connection = await session.connection()
        return {
            table.name: await connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0
            for table in METADATA.sorted_tables
        }


def signed(secret: str, body: bytes, stamp: str | None = None) -> list[Header]:
    """Return the headers with which Slack signs a body."""
    stamp = str(int(time.time())) if stamp is None else stamp
    digest = hmac.new(secret.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
    return [("X-Slack-Request-Timestamp", stamp), ("X-Slack-Signature", f"v0={digest}")]


def requests(house: House) -> Iterator[tuple[str, Header, bytes]]:
    """Yield one good body of each kind, each of which would do something if it were heard."""
    ann, team = house.ann.id, house.slack.team_id
    event = {"type": "app_mention", "channel": "C1", "user": ann, "text": CANARY, "ts": "1.1"}
    delivery = {"type": "event_callback", "team_id": team, "event_id": CANARY, "event": event}
    yield "event", JSON, json.dumps(delivery).encode()
    command = {
        "command": names.COMMAND,
        "text": CANARY,
        "user_id": ann,
        "team_id": team,
        "channel_id": "C1",
        "trigger_id": CANARY,
    }
    yield "command", FORM, urlencode(command).encode()
    click = {
        "type": "block_actions",
        "user": {"id": ann},
        "team": {"id": team},
        "trigger_id": CANARY,
        "actions": [{"action_id": names.DISMISS, "value": "1:x", "action_ts": "1"}],
    }
    yield "click", FORM, urlencode({"payload": json.dumps(click)}).encode()
    submission = {
        "type": "view_submission",
        "user": {"id": ann},
        "team": {"id": team},
        "trigger_id": CANARY,
        "view": {
            "type": "modal",
            "callback_id": names.GROUP_CREATE_FORM,
            "id": "V1",
            "state": {"values": {}},
        },
    }
    yield "form", FORM, urlencode({"payload": json.dumps(submission)}).encode()
    yield "ssl_check", FORM, b"ssl_check=1&token=canary"


def unsigned(house: House) -> Iterator[Post]:
    """Yield every body under every signature that is none of Slack's at this moment."""
    secret, now = house.slack.signing_secret, int(time.time())
    for kind, content, body in [*requests(house), ("nesting", JSON, b"[" * 200_000)]:
        good = signed(secret, body)
        stamp, signature = good
        pairs: dict[str, Sequence[Header]] = {
            "nothing": [],
            "no time": [signature],
            "no signature": [stamp],
            "empty": [(stamp[0], ""), (signature[0], "")],
            "another secret": signed("another", body),
            "another body": signed(secret, body + b" "),
            "stale": signed(secret, body, str(now - 360)),
            "future": signed(secret, body, str(now + 360)),
            "not ASCII": [stamp, (signature[0], "v0=\xe9\xff")],
            "other digits": [(stamp[0], "\u0661".encode().decode("latin-1")), signature],
            "no version": [stamp, (signature[0], signature[1].removeprefix("v0="))],
            "upper case": [stamp, (signature[0], signature[1].upper())],
            "two times": [stamp, *good],
            "two signatures": [*good, (signature[0], "v0=0")],
        }
        for text in ("abc", "-1", "+1", "1e9", "1.0", "9" * 30, f"{now}.0", f"0x{now:x}", "NaN"):
            pairs[f"time {text}"] = signed(secret, body, text)
        for name, headers in pairs.items():
            yield Post(name=f"{kind}: {name}", status=401, body=body, headers=[content, *headers])


def senseless(house: House) -> Iterator[Post]:
    """Yield what is signed, and what Slack cannot have meant."""
    secret = house.slack.signing_secret
    plain, text = ("Content-Type", "text/plain"), b'{"type": "canary"}'
    bodies: dict[str, tuple[Sequence[Header], bytes]] = {
        "empty": ([JSON], b""),
        "broken": ([JSON], b'{"type": "canary'),
        "a list": ([JSON], b"[]"),
        "a text": ([JSON], b'"canary"'),
        "a number": ([JSON], b"1" * 10_000),
        "no text": ([JSON], b"\xff\xfe canary"),
        "nesting": ([JSON], b"[" * 200_000),
        "nested objects": ([JSON], b'{"a":' * 100_000),
        "odd ids": ([JSON], b'{"team": 5, "user": [], "event": "canary"}'),
        "a view of no type": (
            [JSON],
            b'{"type": "view_submission", "view": {"callback_id": "group_create_form"}}',
        ),
        "no type": ([], text),
        "another type": ([plain], text),
        "multipart": ([("Content-Type", "multipart/form-data; boundary=x")], b"--x\r\ncanary"),
        "an empty form": ([FORM], b""),
        "a form of nothing": ([FORM], b"a=canary"),
        "an empty payload": ([FORM], b"payload="),
        "a broken payload": ([FORM], b"payload=%7B"),
        "a payload that is a list": ([FORM], b"payload=%5B%5D"),
        "a form that is no text": ([FORM], b"payload=%FF"),
        "raw bytes in a form": ([FORM], b"payload=\xff"),
    }
    for name, (headers, body) in bodies.items():
        yield Post(name=name, status=400, body=body, headers=[*headers, *signed(secret, body)])


async def test_b1_what_slack_did_not_sign_does_nothing_at_all(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    posts = list(unsigned(house))

    said = await at_it(house, posts)

    assert said.statuses == {post.name: 401 for post in posts}
    assert said.bodies == {b""}
    assert CANARY not in caplog.text
    assert [r.message for r in caplog.records if r.levelno >= logging.WARNING] == []


async def test_b1_two_hundred_forged_requests_write_to_nobody(house: House) -> None:
    body = next(body for kind, _, body in requests(house) if kind == "command")
    forged = [("X-Slack-Request-Timestamp", "abc"), ("X-Slack-Signature", "v0=\xe9")]
    posts = [Post(name=str(n), status=401, body=body, headers=[FORM, *forged]) for n in range(200)]

    said = await at_it(house, posts)

    assert set(said.statuses.values()) == {401}
    assert house.workspace.dms("Ann") == []


async def test_c21_signed_garbage_is_refused_in_a_line(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    posts = list(senseless(house))

    said = await at_it(house, posts)

    assert said.statuses == {post.name: 400 for post in posts}
    assert said.bodies == {b""}
    lines = [record.getMessage() for record in caplog.records]
    assert len(lines) == len(posts)
    assert all(line.startswith("A signed request to") and len(line) < 120 for line in lines)
    assert CANARY not in caplog.text
    assert "Traceback" not in caplog.text


async def test_b1_a_body_that_is_too_large_is_not_read_to_its_end(house: House) -> None:
    body = b" " * (http.LARGEST + 1)
    headers = [JSON, *signed(house.slack.signing_secret, body)]
    posts = [
        Post(name="said", status=413, body=b"", headers=headers, length=len(body)),
        Post(name="sent", status=413, body=body, headers=headers),
        Post(name="unsigned", status=401, body=b"", length=10**12),
    ]

    said = await at_it(house, posts)

    assert said.statuses == {post.name: post.status for post in posts}


async def test_b1_a_body_that_does_not_come_is_not_waited_for(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "READ_WITHIN", 0.2)
    headers = [JSON, *signed(house.slack.signing_secret, b"{}")]

    said = await at_it(house, [Post(name="slow", status=408, body=b"{", headers=headers, length=2)])

    assert said.statuses == {"slow": 408}


async def test_b1_what_slack_signed_is_heard_over_the_same_address(house: House) -> None:
    secret = house.slack.signing_secret
    for kind, content, body in requests(house):
        post = Post(name=kind, status=200, body=body, headers=[content, *signed(secret, body)])
        assert (await send(house.port, post))[0] == 200, kind
    await house.settled()

    assert house.slack.calls_of("chat.postMessage")
