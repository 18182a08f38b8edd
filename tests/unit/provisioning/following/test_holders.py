"""Lists of who has a release: pages of everybody, and counts that some stand for."""

from pathlib import Path

import pytest

from provisioning.actors import slack
from provisioning.following import holders
from provisioning.following.holders import Having, HolderList
from provisioning.following.nudge_order import due_of
from storage.errors import NotFound
from tests.unit.provisioning.conftest import BOB, CID, DEE, MANAGER, Domain
from tests.unit.provisioning.distributing.sending import fetch, group, send


async def sent(domain: Domain, ipa: Path) -> tuple[str, str]:
    """Send a release to three; return it, and a group in which one more was never given it."""
    release_id = await domain.draft(ipa)
    await send(domain, release_id, await group(domain, "QA", BOB, CID, DEE))
    await fetch(domain, release_id, DEE)
    domain.directory.add("UEVE", "Eve Ellis")
    return release_id, await group(domain, "Beta", BOB, DEE, slack("UEVE"))


def named(found: HolderList) -> list[str]:
    return [one.name for one in found.people]


async def test_pages_go_on_with_those_who_were_never_given_it(domain: Domain, ipa: Path) -> None:
    release_id, beta = await sent(domain, ipa)

    async def page(after: int, limit: int = 2) -> HolderList:
        return await domain.holders.page(release_id, MANAGER, beta, after=after, limit=limit)

    pages = [await page(after) for after in (0, 2, 4)]

    assert [named(one) for one in pages] == [["Dee Dorn", "Bob Baker"], ["Eve Ellis"], []]
    assert [one.count for one in pages] == [3, 3, 3]
    assert pages[1].people[0].having is Having.NEVER
    assert named(await page(0, 3)) == ["Dee Dorn", "Bob Baker", "Eve Ellis"]
    with pytest.raises(NotFound):
        await domain.holders.page("0" * 32, MANAGER, "", after=0, limit=2)


async def test_some_stand_for_all_that_are_counted(
    domain: Domain, ipa: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    release_id, beta = await sent(domain, ipa)
    monkeypatch.setattr(holders, "FIRST", 1)

    found = await domain.holders.of(release_id, MANAGER)
    inside = await domain.holders.of(release_id, MANAGER, beta)

    assert named(found) == ["Dee Dorn", "Bob Baker"]
    assert (found.count, found.how_many(Having.TOLD), found.stuck) == (3, 2, 0)
    assert [one.name for one in found.those(Having.TOLD)] == ["Bob Baker"]
    # Dee is at it, and Eve was never given it.
    assert due_of(found) == len((await domain.nudges.plan(release_id, MANAGER)).due) == 2
    assert due_of(inside) == len((await domain.nudges.plan(release_id, MANAGER, beta)).due) == 1
