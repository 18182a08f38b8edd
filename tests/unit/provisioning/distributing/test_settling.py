"""A group's releases follow who is in it."""

from collections.abc import Collection
from pathlib import Path

import pytest

from provisioning.actors import Identity
from provisioning.errors import DirectoryFailed
from provisioning.people.audience import Gathered
from provisioning.roads.settle import Settle
from provisioning.telling.tellers import Tellers
from storage.catalog import groups, recipients, testers
from storage.catalog.database import Database
from storage.records.distribution import RecipientState
from storage.records.group import Group
from tests.fakes import InlineStep
from tests.unit.provisioning.conftest import BOB, CID, DEE, MANAGER, Domain
from tests.unit.provisioning.distributing.sending import acts, group, opens, send


async def told(domain: Domain, release_id: str) -> list[str]:
    """Return who was told of a release and has it, by name."""
    async with domain.database.reading() as session:
        rows = await recipients.of_releases(session, [release_id])
        full = [await recipients.in_full(session, row.id) for row in rows]
    return sorted(tester.name for row, _, tester, *_ in full if row.state is RecipientState.TOLD)


async def record(database: Database, group_id: str) -> Group:
    async with database.reading() as session:
        return await groups.get(session, group_id)


async def is_active(domain: Domain, who: Identity, *, active: bool) -> None:
    """Let an account be deactivated, or not, whatever follows from it."""
    own = domain.settling._organization_id
    async with domain.database.writing() as session:
        tester = await testers.with_slack_id(session, own, who.value)
        assert tester is not None
        tester.active = active
        session.add(tester)


async def test_whoever_joins_gets_what_is_current(
    domain: Domain, ipa: Path, newer_ipa: Path
) -> None:
    qa = await group(domain, "QA", BOB)
    old, new = await domain.draft(ipa, "F1"), await domain.draft(newer_ipa, "F2")
    await send(domain, old, qa)
    await send(domain, new, qa)

    await domain.groups.add_people(qa, [CID], MANAGER)

    assert await told(domain, new) == ["Bob Baker", "Cid Carver"]
    assert await told(domain, old) == ["Bob Baker"]
    assert await opens(domain, new, CID)
    card = await domain.cards.release(new)
    assert [act.joins for act in card.acts] == [False, True]
    assert [act.by for act in card.sent] == [MANAGER.reference]
    found = await record(domain.database, qa)
    assert found.settled == found.turn


async def test_nothing_is_done_for_a_group_that_was_sent_nothing(domain: Domain) -> None:
    qa = await group(domain, "QA", BOB)

    await domain.groups.add_people(qa, [CID], MANAGER)

    assert [road for road, _ in domain.engine.started] == []
    found = await record(domain.database, qa)
    assert (found.settled, found.turn) == (2, 2)


async def test_whoever_leaves_loses_it_at_once(domain: Domain, ipa: Path) -> None:
    release_id, qa = await domain.draft(ipa), await group(domain, "QA", BOB, CID)
    await send(domain, release_id, qa)
    domain.engine.idle = True

    await domain.groups.remove_people(qa, [BOB], MANAGER)

    assert [await opens(domain, release_id, who) for who in (BOB, CID)] == [False, True]
    assert await domain.lists.given_to(BOB.value) == []


async def test_whoever_comes_back_has_it_again(domain: Domain, ipa: Path) -> None:
    release_id, qa = await domain.draft(ipa), await group(domain, "QA", BOB)
    await send(domain, release_id, qa)
    await domain.groups.remove_people(qa, [BOB], MANAGER)
    assert not await opens(domain, release_id, BOB)

    await domain.groups.add_people(qa, [BOB], MANAGER)

    assert await opens(domain, release_id, BOB)
    assert await told(domain, release_id) == ["Bob Baker"]
    assert len(domain.teller.told) == 1  # Their message is still there.


async def test_whoever_lost_it_by_a_recall_does_not_get_it_by_joining(
    domain: Domain, ipa: Path
) -> None:
    release_id, qa = await domain.draft(ipa), await group(domain, "QA", BOB, CID)
    await send(domain, release_id, qa)
    await domain.recall(release_id, people=(BOB,))
    await domain.groups.remove_people(qa, [BOB], MANAGER)

    await domain.groups.add_people(qa, [BOB], MANAGER)

    assert not await opens(domain, release_id, BOB)


async def test_whoever_leaves_one_group_keeps_it_by_another(domain: Domain, ipa: Path) -> None:
    release_id = await domain.draft(ipa)
    qa, beta = await group(domain, "QA", BOB), await group(domain, "Beta", BOB)
    await send(domain, release_id, qa, beta)
    before = len(domain.teller.told)

    await domain.groups.remove_people(qa, [BOB], MANAGER)
    assert await opens(domain, release_id, BOB)
    await domain.groups.remove_people(beta, [BOB], MANAGER)

    assert not await opens(domain, release_id, BOB)
    assert len(domain.teller.told) == before


async def test_a_user_group_that_changes_brings_people_in_and_out(
    domain: Domain, ipa: Path
) -> None:
    domain.directory.usergroups["S1"] = (BOB.value,)
    release_id, qa = await domain.draft(ipa), await group(domain, "QA")
    await domain.groups.add_usergroup(qa, "S1", "qa-team", MANAGER)
    await send(domain, release_id, qa)
    assert await opens(domain, release_id, BOB)

    domain.directory.usergroups["S1"] = (DEE.value,)
    await domain.settling.usergroup_changed("S1")

    assert [await opens(domain, release_id, who) for who in (BOB, DEE)] == [False, True]
    assert await told(domain, release_id) == ["Dee Dorn"]


async def test_taken_out_by_name_and_still_in_a_user_group_one_keeps_it(
    domain: Domain, ipa: Path
) -> None:
    domain.directory.usergroups["S1"] = (BOB.value,)
    release_id, qa = await domain.draft(ipa), await group(domain, "QA", BOB)
    await domain.groups.add_usergroup(qa, "S1", "qa-team", MANAGER)
    await send(domain, release_id, qa)

    await domain.groups.remove_people(qa, [BOB], MANAGER)
    assert await opens(domain, release_id, BOB)
    await domain.groups.remove_usergroup(qa, "S1", MANAGER)

    assert not await opens(domain, release_id, BOB)


async def test_slacks_silence_takes_nothing_away(domain: Domain, ipa: Path) -> None:
    domain.directory.usergroups["S1"] = (BOB.value,)
    release_id, qa = await domain.draft(ipa), await group(domain, "QA")
    await domain.groups.add_usergroup(qa, "S1", "qa-team", MANAGER)
    await send(domain, release_id, qa)
    domain.directory.silent = {"S1"}

    with pytest.raises(DirectoryFailed, match="@qa-team"):
        await domain.settling.gather(f"{qa}@1")
    await domain.settling.usergroup_changed("S1")

    assert await opens(domain, release_id, BOB)
    # Which the road says to whoever changed the group, once it has tried for hours.
    ((_, sentence),) = domain.teller.troubles
    assert "Whoever joined or left the group QA" in sentence
    assert "@qa-team" in sentence


async def test_a_group_that_was_deleted_takes_nothing_away(domain: Domain, ipa: Path) -> None:
    release_id, qa = await domain.draft(ipa), await group(domain, "QA", BOB)
    await send(domain, release_id, qa)
    await domain.groups.delete(qa, MANAGER)

    await Settle(domain.settling, Tellers([domain.teller])).road().walk(InlineStep(), f"{qa}@7")

    assert await opens(domain, release_id, BOB)


async def test_each_step_may_run_twice(domain: Domain, ipa: Path) -> None:
    release_id, qa = await domain.draft(ipa), await group(domain, "QA", BOB)
    await send(domain, release_id, qa)
    domain.engine.idle = True
    await domain.groups.add_people(qa, [CID], MANAGER)
    _, subject = domain.engine.started[-1]
    members = await domain.settling.gather(subject)

    assert await domain.settling.gather(subject) == members
    assert [await domain.settling.leave(subject, members) for _ in range(2)] == [0, 0]
    first = await domain.settling.join(subject, members)
    assert await domain.settling.join(subject, members) == first
    domain.engine.idle = False
    for distribution_id in (*first, *first):
        await domain.settling.start(distribution_id)

    assert await told(domain, release_id) == ["Bob Baker", "Cid Carver"]
    assert len(domain.teller.told) == 2
    assert len(await acts(domain, release_id)) == 2


async def test_whoever_joined_before_a_recall_gets_what_is_current_again(
    domain: Domain, ipa: Path, newer_ipa: Path
) -> None:
    qa = await group(domain, "QA", BOB)
    old, new = await domain.draft(ipa, "F1"), await domain.draft(newer_ipa, "F2")
    await send(domain, old, qa)
    await send(domain, new, qa)
    await domain.groups.add_people(qa, [CID], MANAGER)
    assert await told(domain, old) == ["Bob Baker"]

    await domain.recall(new)

    assert await told(domain, old) == ["Bob Baker", "Cid Carver"]


async def test_a_group_may_give_nothing_to_those_who_come_later(domain: Domain, ipa: Path) -> None:
    release_id, qa = await domain.draft(ipa), await group(domain, "QA", BOB)
    await send(domain, release_id, qa)
    async with domain.database.writing() as session:
        found = await groups.get(session, qa)
        found.joiners_get = False
        session.add(found)

    await domain.groups.add_people(qa, [CID], MANAGER)

    assert await told(domain, release_id) == ["Bob Baker"]


async def test_what_was_not_followed_is_unfinished(domain: Domain, ipa: Path) -> None:
    release_id, qa = await domain.draft(ipa), await group(domain, "QA", BOB)
    await send(domain, release_id, qa)
    domain.engine.idle = True
    await domain.groups.add_people(qa, [CID], MANAGER)
    found = await record(domain.database, qa)
    assert found.changed_at is not None
    since, before = found.created_at, found.changed_at.replace(year=2100)

    assert await domain.settling.unsettled(before, since) == [f"{qa}@{found.turn}"]
    await domain.settling.settled(f"{qa}@{found.turn}")
    assert await domain.settling.unsettled(before, since) == []


async def test_who_was_in_it_before_the_last_change_says_nothing(domain: Domain, ipa: Path) -> None:
    release_id, qa = await domain.draft(ipa), await group(domain, "QA", BOB)
    await send(domain, release_id, qa)
    domain.engine.idle = True
    await domain.groups.add_people(qa, [CID], MANAGER)
    _, stale = domain.engine.started[-1]
    domain.engine.idle = False
    await domain.groups.add_people(qa, [DEE], MANAGER)

    assert await domain.settling.leave(stale, []) == 0
    assert await domain.settling.join(stale, []) == []

    assert [await opens(domain, release_id, who) for who in (BOB, CID, DEE)] == [True] * 3


async def test_whose_account_is_deactivated_is_not_taken_for_one_who_left_the_group(
    domain: Domain, ipa: Path
) -> None:
    release_id, qa = await domain.draft(ipa), await group(domain, "QA", BOB, CID)
    await send(domain, release_id, qa)
    await is_active(domain, BOB, active=False)
    assert not await opens(domain, release_id, BOB)
    await domain.groups.add_people(qa, [DEE], MANAGER)

    await is_active(domain, BOB, active=True)

    assert await opens(domain, release_id, BOB)


async def test_what_was_sent_without_a_word_comes_to_joiners_without_one(
    domain: Domain, ipa: Path
) -> None:
    release_id, qa = await domain.draft(ipa), await group(domain, "QA", BOB)
    await send(domain, release_id, qa, notify=False)

    await domain.groups.add_people(qa, [CID], MANAGER)

    assert domain.teller.told == []
    assert await opens(domain, release_id, CID)


async def test_whoever_could_not_be_told_is_told_when_they_come_back(
    domain: Domain, ipa: Path
) -> None:
    release_id, qa = await domain.draft(ipa), await group(domain, "QA", BOB)
    domain.teller.deaf = {"*": "The Messages tab is off."}
    await send(domain, release_id, qa)
    await domain.groups.remove_people(qa, [BOB], MANAGER)
    domain.teller.deaf = {}

    await domain.groups.add_people(qa, [BOB], MANAGER)

    assert len(domain.teller.told) == 1
    assert await told(domain, release_id) == ["Bob Baker"]


async def test_whoever_comes_back_while_slack_is_asked_keeps_it(
    domain: Domain, ipa: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    release_id = await domain.draft(ipa)
    qa, beta = await group(domain, "QA", BOB), await group(domain, "Beta", CID)
    await send(domain, release_id, qa, beta)
    real = domain.audience.of
    domain.engine.idle = True
    await domain.groups.remove_people(qa, [BOB], MANAGER)
    _, stale = domain.engine.started[-1]
    domain.engine.idle = False

    async def slowly(
        group_ids: Collection[str] = (), *, tester_ids: Collection[str] = (), surely: bool = False
    ) -> Gathered:
        monkeypatch.setattr(domain.audience, "of", real)
        await domain.groups.add_people(qa, [BOB], MANAGER)
        return await real(group_ids, tester_ids=tester_ids, surely=surely)

    monkeypatch.setattr(domain.audience, "of", slowly)
    await domain.settling.leave(stale, [])

    assert await opens(domain, release_id, BOB)
