"""Promises of processes that died, and of replicas that live."""

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, cast

import pytest
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from sqlmodel import select

from bot.slack.kit.payloads import is_again
from bot.slack.line import promises
from bot.slack.line.health import SlackStanding
from bot.slack.line.promises import REPEATED, Promises, is_promise
from bot.slack.line.tasks import Tasks
from storage.catalog.database import Database
from storage.records.base import now
from storage.records.promise import Promise
from storage.secrets import Secrets

KEY = "command:1.2.secret-trigger:"
BODY = {"command": "/release", "text": "list", "response_url": "https://hooks.slack.com/secret"}

Work = Callable[[], Awaitable[None]]


async def at_once() -> None:
    """Do nothing."""


@dataclass(slots=True)
class Life:
    """A process: what holds its promises, and an app that carries out *work* for each."""

    database: Database
    secret: bytes = b"k" * 32
    work: Work = at_once
    heard: list[dict[str, Any]] = field(default_factory=list)
    tasks: Tasks = field(default_factory=Tasks)
    standing: SlackStanding = field(default_factory=SlackStanding)
    promises: Promises = field(init=False)

    def __post_init__(self) -> None:
        self.promises = Promises(self.database, Secrets(self.secret), self.tasks, self.standing)

    async def async_dispatch(self, request: AsyncBoltRequest) -> BoltResponse:
        """Hear of a promise as the app does."""
        self.heard.append(request.body)
        key = request.context[REPEATED]

        async def carried_out() -> None:
            await self.work()

        self.promises.keep(key, carried_out(), name="listener")
        return BoltResponse(status=200, body="")

    async def asked(self, key: str = KEY) -> None:
        """Take a promise, and die before anything is done."""
        async with self.database.writing() as session:
            await self.promises.make(session, key, BODY)

    async def look_after(self) -> None:
        await self.promises.look_after(cast("AsyncApp", self))
        await self.tasks.settle()


@pytest.fixture
async def database(database_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[Database]:
    monkeypatch.setattr(promises, "LEASE", timedelta(0))  # Who died is noticed at once.
    database = Database(database_url)
    yield database
    await database.close()


async def left(database: Database) -> list[Promise]:
    async with database.reading() as session:
        return list((await session.exec(select(Promise))).all())


async def change(database: Database, **values: object) -> None:
    async with database.writing() as session:
        for promise in (await session.exec(select(Promise))).all():
            for name, value in values.items():
                setattr(promise, name, value)
            session.add(promise)


async def test_what_a_dead_process_had_is_handed_over_once_and_forgotten(
    database: Database,
) -> None:
    await Life(database).asked()
    life = Life(database)

    await life.look_after()
    await life.look_after()

    assert [{k: v for k, v in body.items() if k in BODY} for body in life.heard] == [BODY]
    assert is_again(life.heard[0])
    assert await left(database) == []


async def test_of_several_replicas_one_takes_it_up(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(promises, "LEASE", timedelta(0))
    databases = [Database(postgres_url) for _ in range(3)]
    lives = [Life(database) for database in databases]
    for n in range(10):
        await Life(databases[0]).asked(f"command:{n}:")
    monkeypatch.setattr(promises, "LEASE", timedelta(minutes=1))

    await asyncio.gather(*(life.look_after() for life in lives))

    assert sum(len(life.heard) for life in lives) == 10
    assert await left(databases[0]) == []
    for database in databases:
        await database.close()


async def test_what_is_under_way_stays_with_whoever_lives(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(promises, "LEASE", timedelta(seconds=30))
    going_on = asyncio.Event()

    async def long() -> None:
        await going_on.wait()

    life = Life(database, work=long)
    await life.asked()
    life.promises.keep(KEY, long(), name="listener")
    before = (await left(database))[0].held_until
    await life.promises.look_after(cast("AsyncApp", life))
    after = (await left(database))[0].held_until
    if not database.embedded:  # On SQLite there is nobody else.
        other = Life(database)
        await other.look_after()
        assert other.heard == []
    going_on.set()
    await life.tasks.settle()

    assert after > before
    assert life.heard == []
    assert await left(database) == []


async def test_it_is_done_when_all_that_it_began_has_ended(database: Database) -> None:
    life, said = Life(database), list[str]()

    async def answer() -> None:
        await asyncio.sleep(0.05)
        said.append("answered")
        life.tasks.start(redraw(), name="redraw")

    async def redraw() -> None:
        await asyncio.sleep(0.05)
        assert len(await left(database)) == 1
        said.append("redrawn")

    async def listener() -> None:
        life.tasks.start(answer(), name="answer")

    await life.asked()
    life.promises.keep(KEY, listener(), name="listener")
    await life.tasks.settle()

    assert said == ["answered", "redrawn"]
    assert await left(database) == []


async def test_what_is_cut_off_at_the_end_is_left_to_the_next_life(database: Database) -> None:
    life = Life(database)
    await life.asked()
    life.promises.keep(KEY, asyncio.sleep(60), name="listener")
    await life.tasks.close(patience=0.05)
    assert len(await left(database)) == 1

    heir = Life(database)
    await heir.look_after()

    assert len(heir.heard) == 1
    assert await left(database) == []


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"asked_at": now() - timedelta(minutes=31)}, "older than half an hour"),
        ({"tries": promises.TRIES}, "never ended"),
        ({"sealed_body": b"nonsense"}, "another secret key"),
    ],
    ids=["old", "poison", "sealed otherwise"],
)
async def test_what_cannot_be_carried_out_is_let_go_with_a_line(
    database: Database, caplog: pytest.LogCaptureFixture, changed: dict[str, object], words: str
) -> None:
    await Life(database).asked()
    await change(database, **changed)
    life = Life(database)

    await life.look_after()

    assert life.heard == []
    assert await left(database) == []
    assert words in caplog.text
    assert "secret-trigger" not in caplog.text


async def test_while_slack_is_out_of_reach_it_waits(database: Database) -> None:
    await Life(database).asked()
    life = Life(database)
    life.standing.out()
    await life.look_after()
    assert life.heard == []

    life.standing.reached()
    await life.look_after()

    assert len(life.heard) == 1


async def test_what_was_delivered_cannot_be_read_in_the_database(database: Database) -> None:
    await Life(database).asked()

    sealed = (await left(database))[0].sealed_body

    assert b"secret" not in sealed
    assert json.dumps(BODY).encode() not in sealed


@pytest.mark.parametrize(
    ("body", "is_one"),
    [
        ({"command": "/release"}, True),
        ({"type": "block_actions"}, True),
        ({"type": "shortcut"}, True),
        ({"type": "message_action"}, True),
        ({"type": "view_submission"}, False),
        ({"type": "block_suggestion"}, False),
        ({"type": "event_callback", "event": {"type": "message"}}, False),
    ],
    ids=str,
)
def test_commands_and_clicks_are_promises(body: dict[str, object], *, is_one: bool) -> None:
    assert is_promise(body) is is_one
