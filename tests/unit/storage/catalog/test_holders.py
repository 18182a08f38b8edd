"""Who has a release: how far each is, how many are alike, and in which order they are read."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import SQLModel

from storage.catalog import holders
from storage.catalog.database import Database
from storage.catalog.holders import Having, HolderFacts, HoldersAsked, HoldersFound
from storage.records.base import new_id, now
from storage.records.destination import Destination
from storage.records.distribution import Recipient, RecipientState
from storage.records.grant import Grant, Receipt, ReceiptKind
from storage.records.mute import Mute
from storage.records.nudge import Nudge, NudgeWord, NudgeWordState
from storage.records.tester import Tester as Person
from storage.records.trouble import TroubleReport
from tests.shelf import Shelf, sent, stock

LONG_AGO = timedelta(days=9)


@dataclass(frozen=True, slots=True)
class Crowd:
    """Testers of one release; Bob has it from the start, and was told of it."""

    database: Database
    shelf: Shelf
    ids: dict[str, str]

    async def give(
        self,
        name: str,
        state: RecipientState = RecipientState.TOLD,
        *,
        reason: str = "",
        superseded: bool = False,
        **tester: Any,  # noqa: ANN401 - what a record says
    ) -> str:
        """Give the release to one more."""
        own = self.shelf.release.organization_id
        person = Person(**{"organization_id": own, "name": name, **tester})
        act, destination, recipient = sent(self.shelf.release, self.shelf.app, person.id)
        act.key = name
        assert isinstance(destination, Destination)
        assert isinstance(recipient, Recipient)
        destination.superseded_at = now() if superseded else None
        recipient.state, recipient.reason = state, reason
        for record in (person, act, destination, recipient):
            await self.keep(record)
        self.ids[name] = person.id
        return person.id

    async def see(
        self,
        name: str,
        *kinds: ReceiptKind,
        done: bool = False,
        at: datetime | None = None,
        generation: int = 1,
    ) -> None:
        """Let somebody's phone be seen at their link."""
        grant = Grant(
            release_id=self.shelf.release.id,
            tester_id=self.ids[name],
            generation=generation,
            token_hash=new_id() * 2,
            expires_at=now(),
        )
        await self.keep(grant)
        for kind in kinds:
            whole = done and kind is ReceiptKind.BINARY
            await self.keep(
                Receipt(
                    grant_id=grant.id,
                    release_id=grant.release_id,
                    tester_id=grant.tester_id,
                    kind=kind,
                    ranges=[[0, 10]] if whole else [],
                    completed_at=now() if whole else None,
                    last_at=at or now() - LONG_AGO,
                )
            )

    async def keep(self, record: SQLModel) -> None:
        async with self.database.writing() as session:
            session.add(record)

    def asked(self, **changes: Any) -> HoldersAsked:  # noqa: ANN401 - what the question says
        lately = now() - timedelta(hours=1)
        values = {
            "release_id": self.shelf.release.id,
            "app_id": self.shelf.app.id,
            "cannot": False,
            "excepted": [],
            "seen_since": lately,
            "reminded_since": lately,
            "reported_since": lately,
        }
        return HoldersAsked(**{**values, **changes})

    async def everybody(self, **changes: Any) -> HoldersFound:  # noqa: ANN401
        async with self.database.reading() as session:
            return await holders.everybody(session, self.asked(**changes))


@pytest.fixture
async def crowd(database: Database) -> Crowd:
    shelf = await stock(database)
    return Crowd(database, shelf, {"Bob Baker": shelf.tester.id})


def having(found: HoldersFound) -> dict[str, Having]:
    return {row.name: row.facts.having for row in found[1]}


def facts_of(found: HoldersFound, name: str) -> HolderFacts:
    return next(row.facts for row in found[1] if row.name == name)


async def test_everybody_is_as_far_as_their_best_says(crowd: Crowd) -> None:
    for state in RecipientState:
        await crowd.give(state.value, state)
    await crowd.give("opener", RecipientState.SILENT)
    await crowd.see("opener", ReceiptKind.OPENED)
    await crowd.give("beginner")
    await crowd.see("beginner", ReceiptKind.OPENED, ReceiptKind.MANIFEST)
    await crowd.give("owner")
    await crowd.see("owner", ReceiptKind.OPENED)
    await crowd.see("owner", ReceiptKind.BINARY, done=True, generation=2)
    await crowd.give("loser", RecipientState.WITHDRAWN)
    await crowd.see("loser", *ReceiptKind, done=True)

    found = await crowd.everybody()

    assert having(found) == {
        "owner": Having.HAS,
        "beginner": Having.BEGAN,
        "opener": Having.OPENED,
        "Bob Baker": Having.TOLD,
        "told": Having.TOLD,
        "waiting": Having.WAITING,
        "held": Having.HELD,
        "on page": Having.ON_PAGE,
        "unreachable": Having.UNREACHABLE,
        "silent": Having.SILENT,
        "loser": Having.LOST,
        "withdrawn": Having.LOST,
    }
    assert list(having(found).values()) == sorted(having(found).values(), key=list(Having).index)
    counted: Counter[Having] = Counter()
    for facts, count in found[0].items():
        counted[facts.having] += count
    assert counted == Counter(having(found).values())


async def test_what_counts_of_somebody_is_told_apart(crowd: Crowd) -> None:
    own, at = crowd.shelf.release, now()
    await crowd.give("gone", active=False)
    await crowd.give("overtaken", superseded=True)
    await crowd.give("by page", RecipientState.ON_PAGE)
    muted = await crowd.give("muted")
    await crowd.keep(Mute(app_id=crowd.shelf.app.id, tester_id=muted))
    reminded = await crowd.give("reminded")
    nudge = Nudge(key="n", release_id=own.id, requested_by="clock")
    word = NudgeWord(
        nudge_id=nudge.id, release_id=own.id, tester_id=reminded, state=NudgeWordState.TOLD
    )
    await crowd.keep(nudge)
    await crowd.keep(word)
    reported = await crowd.give("reported")
    await crowd.keep(TroubleReport(release_id=own.id, tester_id=reported, saw="other"))
    await crowd.give("at it")
    await crowd.see("at it", ReceiptKind.MANIFEST, at=at)
    await crowd.give("by proxy")
    await crowd.see("by proxy", ReceiptKind.BINARY)

    found = await crowd.everybody()

    plain = facts_of(found, "Bob Baker")
    said = {name for name, value in plain._asdict().items() if value is True}
    assert (plain.having, said) == (Having.TOLD, {"active", "current"})
    assert facts_of(found, "gone") == plain._replace(active=False)
    assert facts_of(found, "overtaken") == plain._replace(current=False)
    assert facts_of(found, "by page") == plain._replace(having=Having.ON_PAGE, on_page=True)
    assert facts_of(found, "muted") == plain._replace(muted=True)
    assert facts_of(found, "reminded") == plain._replace(reminded=True)
    assert facts_of(found, "reported") == plain._replace(reported=True)
    began = plain._replace(having=Having.BEGAN)
    assert facts_of(found, "at it") == began._replace(lately=True)
    assert facts_of(found, "by proxy") == began._replace(unmeasured=True)
    later = await crowd.everybody(seen_since=at, reminded_since=now(), reported_since=now())
    assert {facts_of(later, name) for name in ("reminded", "reported")} == {plain}
    assert facts_of(later, "at it") == began


@pytest.mark.parametrize("cannot", [True, False])
async def test_the_rule_says_who_cannot_and_the_others_are_excepted(
    crowd: Crowd,
    cannot: bool,  # noqa: FBT001 - a parameter of pytest's
) -> None:
    ids = [await crowd.give("Ann"), await crowd.give("Cid", active=False)]
    ids.append(await crowd.give("Dee", RecipientState.UNREACHABLE))
    await crowd.give("Eve", RecipientState.SILENT)

    _, people = await crowd.everybody(cannot=cannot, excepted=ids)

    # Nothing is said of whoever left, nor of whom it was not given to yet.
    expected = ["Bob Baker", "Eve"] if cannot else ["Ann"]
    assert [row.name for row in people if row.facts.cannot] == expected
    told = [row.name for row in people if row.facts.having is Having.TOLD]
    assert [row.name for row in people][: len(told)] == [
        *(name for name in told if name not in expected),
        *(name for name in told if name in expected),
    ]


async def test_the_first_of_each_stand_for_all_that_are_counted(crowd: Crowd) -> None:
    for name in ("Dee", "Ann", "Cid"):
        await crowd.give(name)
    stuck = [await crowd.give(name) for name in ("Fay", "Eve")]
    await crowd.give("Gus", RecipientState.UNREACHABLE, reason="Slack does not know them.")
    async with crowd.database.reading() as session:
        counts, people = await holders.first(session, crowd.asked(excepted=stuck), limit=2)

    assert [(row.name, row.facts.cannot) for row in people] == [
        ("Ann", False),
        ("Bob Baker", False),
        ("Eve", True),
        ("Fay", True),
        ("Gus", False),
    ]
    assert sum(counts.values()) == 7
    assert people[-1].reason == "Slack does not know them."
    assert {row.reason for row in people[:-1]} == {""}


async def test_pages_follow_each_other_and_say_when_somebody_was_seen(crowd: Crowd) -> None:
    for name in ("Dee", "Ann", "Cid"):
        await crowd.give(name)
    at = now()
    await crowd.see("Cid", ReceiptKind.OPENED, at=at)
    cid = crowd.ids["Cid"]
    report = TroubleReport(
        release_id=crowd.shelf.release.id, tester_id=cid, saw="other", created_at=at - LONG_AGO
    )
    await crowd.keep(report)

    pages = []
    for after in (0, 2, 4):
        async with crowd.database.reading() as session:
            pages.append(await holders.page(session, crowd.asked(), after=after, limit=2))

    assert [[row.name for row in people] for _, people in pages] == [
        ["Cid", "Ann"],
        ["Bob Baker", "Dee"],
        [],
    ]
    assert [sum(counts.values()) for counts, _ in pages] == [4, 4, 4]
    assert [(row.seen_at, row.complained) for row in pages[0][1]] == [(at, True), (None, False)]


async def test_only_those_inside_are_asked_about(crowd: Crowd) -> None:
    ann, cid = await crowd.give("Ann"), await crowd.give("Cid")

    counts, people = await crowd.everybody(inside=[ann, new_id()])

    assert ([row.name for row in people], sum(counts.values())) == (["Ann"], 1)
    assert await crowd.everybody(inside=[]) == ({}, [])
    await crowd.see("Cid", ReceiptKind.BINARY, done=True)
    async with crowd.database.reading() as session:
        ids = [ann, cid, new_id()]
        assert await holders.given(session, crowd.shelf.release.id, ids) == {ann, cid}
        assert await holders.have_all(session, crowd.shelf.release.id, ids) == {cid}
