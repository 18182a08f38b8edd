"""How far a release went is drawn anew when it changed, and neither more often nor for nothing."""

from datetime import timedelta
from pathlib import Path

import pytest

from provisioning.errors import TellerUnreachable
from provisioning.following import tallying
from storage.catalog import tallies
from storage.records.base import now
from storage.records.tally_mark import TallyMark
from tests.unit.provisioning.conftest import BOB, CID, Domain
from tests.unit.provisioning.distributing.sending import group, known_as, send


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tallying, "EVERY", timedelta(0))


async def grants_of(domain: Domain, release_id: str) -> list[str]:
    return [
        (await domain.grants.give(release_id, await known_as(domain, who))).id for who in (BOB, CID)
    ]


async def test_a_release_is_drawn_once_for_each_change_of_its_figures(
    domain: Domain, ipa: Path
) -> None:
    release_id = await domain.draft(ipa)
    await send(domain, release_id, await group(domain, "QA", BOB, CID))
    bobs, cids = await grants_of(domain, release_id)
    drawn = domain.teller.redrawn
    drawn.clear()
    assert await domain.tallying.redraw() == 0

    await domain.receipts.opened(bobs)
    await domain.receipts.opened(cids)
    assert [await domain.tallying.redraw() for _ in range(2)] == [1, 0]

    await domain.receipts.opened(bobs)  # It is the same person once more.
    await domain.receipts.sent(bobs, (0, 5), size=10)
    assert [await domain.tallying.redraw() for _ in range(2)] == [1, 0]

    await domain.receipts.sent(bobs, (4, 7), size=10)
    assert await domain.tallying.redraw() == 0
    await domain.receipts.sent(bobs, (5, 10), size=10)
    assert await domain.tallying.redraw() == 1
    assert drawn == [release_id] * 3


async def test_two_replicas_share_the_work_and_nothing_is_drawn_too_often(
    domain: Domain, ipa: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tallying, "EVERY", timedelta(seconds=30))
    release_id = await domain.draft(ipa)
    await send(domain, release_id, await group(domain, "QA", BOB, CID))
    bobs, cids = await grants_of(domain, release_id)
    domain.teller.redrawn.clear()
    await domain.receipts.opened(bobs)

    assert await domain.tallying.redraw() + await domain.tallying.redraw() == 1
    await domain.receipts.opened(cids)
    assert await domain.tallying.redraw() == 0

    async with domain.database.reading() as session:
        assert not await tallies.are_due(session, now())
        assert await tallies.are_due(session, now() + timedelta(seconds=31))


async def test_what_changes_while_it_is_drawn_is_drawn_the_next_time(
    domain: Domain, ipa: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    release_id = await domain.draft(ipa)
    await send(domain, release_id, await group(domain, "QA", BOB, CID))
    bobs, cids = await grants_of(domain, release_id)
    await domain.receipts.opened(bobs)
    show = domain.teller.show_release

    async def meanwhile(shown: str) -> None:
        await domain.receipts.opened(cids)
        await show(shown)

    monkeypatch.setattr(domain.teller, "show_release", meanwhile)
    assert await domain.tallying.redraw() == 1
    monkeypatch.setattr(domain.teller, "show_release", show)

    assert [await domain.tallying.redraw() for _ in range(2)] == [1, 0]


async def test_one_that_slack_does_not_take_is_tried_again(domain: Domain, ipa: Path) -> None:
    release_id = await domain.draft(ipa)
    await send(domain, release_id, await group(domain, "QA", BOB, CID))
    bobs, _ = await grants_of(domain, release_id)
    await domain.receipts.opened(bobs)
    domain.teller.failing["show_release"] = [TellerUnreachable()]

    assert [await domain.tallying.redraw() for _ in range(3)] == [0, 1, 0]


async def test_a_release_that_is_over_keeps_its_figures(domain: Domain, ipa: Path) -> None:
    release_id = await domain.draft(ipa)
    await send(domain, release_id, await group(domain, "QA", BOB, CID))
    bobs, cids = await grants_of(domain, release_id)
    await domain.receipts.opened(bobs)
    assert await domain.tallying.redraw() == 1
    await domain.receipts.opened(cids)
    await domain.recall(release_id)

    assert await domain.tallying.redraw() == 0

    async with domain.database.reading() as session:
        mark = await session.get(TallyMark, release_id)
    assert mark is not None
    assert (mark.changed_at, mark.figures) == (None, "2/1/0/0")
