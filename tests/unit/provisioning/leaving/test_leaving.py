"""Who leaves loses everything at once, in one message; exactly that is given back by a person."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from provisioning.actors import Identity, person, slack
from provisioning.errors import AlreadyDone, NotAllowed, NotNow, TellerFailed
from provisioning.leaving import departures as noticing
from provisioning.leaving.sheets import DepartureSheet, NoticeSheet
from provisioning.people.roles import Holder, Others
from storage.catalog import groups, people_cache
from storage.records.base import now
from storage.records.departure import DepartureKind, NoticeKind
from storage.records.person import Person
from storage.records.role import HolderKind, Role
from tests.unit.provisioning.conftest import BOB, CID, DEE, MANAGER, TESTER, Domain
from tests.unit.provisioning.distributing.sending import group, opens, send


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a word be due when somebody leaves; the test that is about the minute says otherwise."""
    monkeypatch.setattr(noticing, "COLLECT", timedelta())


async def leaves(domain: Domain, who: Identity, name: str = "Bob Baker") -> None:
    domain.directory.add(who.value, name, deleted=True)
    await domain.departures.follow(domain.directory.people_known[who.value])


async def comes_back(domain: Domain, who: Identity, name: str = "Bob Baker") -> None:
    domain.directory.add(who.value, name)
    await domain.departures.follow(domain.directory.people_known[who.value])


def restricted(domain: Domain) -> None:
    """Let Bob, a full member, be a guest from now on."""
    domain.directory.add(BOB.value, "Bob Baker", guest=True)
    known = domain.directory.people_known[BOB.value]
    domain.directory.people_known[BOB.value] = replace(known, guest_since=now())


async def said(domain: Domain) -> list[NoticeSheet]:
    """Return every notice so far, oldest first, each once."""
    await domain.announcing.collect()
    return [await domain.announcing.sheet(one) for one in dict.fromkeys(domain.teller.leavers)]


async def only(domain: Domain) -> DepartureSheet:
    (notice,) = await said(domain)
    (one,) = notice.people
    return one


async def inside(domain: Domain, group_id: str) -> list[str]:
    async with domain.database.reading() as session:
        return [one.name for _, one in await groups.members(session, [group_id])]


def holder(who: Identity) -> Holder:
    return Holder(kind=HolderKind.PERSON, id=str(who))


async def roles_of(domain: Domain, who: Identity) -> list[Role]:
    held = await domain.roles.holdings()
    return [role for role, one in held if one == holder(who)]


async def test_whoever_leaves_loses_groups_and_links_for_good(domain: Domain, ipa: Path) -> None:
    release_id, qa = await domain.draft(ipa), await group(domain, "QA", BOB, CID)
    beta = await group(domain, "Beta", BOB)
    await send(domain, release_id, qa)
    await send(domain, release_id, people=(BOB,))
    assert await opens(domain, release_id, BOB)

    await leaves(domain, BOB)

    one = await only(domain)
    assert (one.name, one.groups, one.links, one.releases) == ("Bob Baker", ("Beta", "QA"), 1, 1)
    assert [await inside(domain, one) for one in (qa, beta)] == [["Cid Carver"], []]
    assert await domain.lists.given_to(BOB.value) == []
    await comes_back(domain, BOB)
    assert not await opens(domain, release_id, BOB)
    assert await opens(domain, release_id, CID)


async def test_undo_gives_back_exactly_what_was_taken(
    domain: Domain, ipa: Path, newer_ipa: Path
) -> None:
    release_id, qa = await domain.draft(ipa, "F1"), await group(domain, "QA", BOB)
    recalled, beta = await domain.draft(newer_ipa, "F2"), await group(domain, "Beta", BOB)
    await send(domain, release_id, qa)
    await send(domain, recalled, beta)
    await leaves(domain, BOB)
    one = await only(domain)
    await domain.recall(recalled)
    await comes_back(domain, BOB)

    came = await domain.restoring.restore([one.id], MANAGER)

    assert [one.name for one in came.people] == ["Bob Baker"]
    assert await inside(domain, qa) == ["Bob Baker"]
    assert await opens(domain, release_id, BOB)
    assert not await opens(domain, recalled, BOB)
    assert len(domain.teller.told) == 2  # Their messages are there; nobody is told twice.
    after = (await said(domain))[0].people[0]
    assert (after.restored_by, after.can_be_restored) == (MANAGER.reference, False)
    with pytest.raises(AlreadyDone, match="Ann Archer gave it back to Bob Baker already"):
        await domain.restoring.restore([one.id], MANAGER)


async def test_an_old_link_stays_dead_after_undo(domain: Domain, ipa: Path) -> None:
    release_id, qa = await domain.draft(ipa), await group(domain, "QA", BOB)
    await send(domain, release_id, qa)
    tester_id = await domain.testers.id_of(BOB.value)
    assert tester_id is not None
    old = await domain.grants.give(release_id, tester_id)
    await leaves(domain, BOB)
    await domain.restoring.restore([(await only(domain)).id], MANAGER)
    await comes_back(domain, BOB)

    new = await domain.grants.give(release_id, tester_id)

    assert await domain.grants.open(domain.grants.token(old)) is None
    assert await domain.grants.open(domain.grants.token(new)) is not None


async def test_a_group_that_was_deleted_meanwhile_is_named(domain: Domain) -> None:
    qa, beta = await group(domain, "QA", BOB), await group(domain, "Beta", BOB)
    await leaves(domain, BOB)
    await domain.groups.delete(beta, MANAGER)

    came = await domain.restoring.restore([(await only(domain)).id], MANAGER)

    assert came.gone_groups == ["Beta"]
    assert await inside(domain, qa) == ["Bob Baker"]


async def test_only_those_who_manage_give_back_and_only_admins_give_roles(
    domain: Domain,
) -> None:
    await domain.roles.give(MANAGER, Role.MANAGER, holder(CID))
    await domain.roles.give(MANAGER, Role.MANAGER, holder(BOB))
    await group(domain, "QA", BOB)
    await leaves(domain, BOB)
    one = await only(domain)
    assert one.roles == ("release manager",)
    assert await roles_of(domain, BOB) == []

    with pytest.raises(NotAllowed):
        await domain.restoring.restore([one.id], TESTER)
    came = await domain.restoring.restore([one.id], person(CID, origin="test"))

    assert came.left_roles == ["release manager"]
    assert await roles_of(domain, BOB) == []


async def test_an_admin_gives_roles_back_with_the_rest(domain: Domain) -> None:
    await domain.roles.give(MANAGER, Role.MANAGER, holder(BOB))
    await leaves(domain, BOB)

    await domain.restoring.restore([(await only(domain)).id], MANAGER)

    assert await roles_of(domain, BOB) == [Role.MANAGER]


async def test_the_last_uploader_leaves_no_door_open_to_everybody(domain: Domain) -> None:
    await domain.roles.give(MANAGER, Role.UPLOADER, holder(BOB), others=Others.DROP)
    await leaves(domain, BOB)

    one = await only(domain)
    assert (one.roles, one.kept_roles) == ((), ("uploader",))
    assert Role.UPLOADER not in await domain.permissions.roles_of(person(CID, origin="test"))


@pytest.mark.slow
async def test_two_hundred_who_leave_at_once_are_one_message(
    domain: Domain, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = [slack(f"UMANY{number:03}") for number in range(60)]
    for number, one in enumerate(people):
        domain.directory.add(one.value, f"Person {number:03}")
    await group(domain, "QA", *people)
    monkeypatch.setattr(noticing, "COLLECT", timedelta(minutes=1))
    for number, one in enumerate(people):
        await leaves(domain, one, f"Person {number:03}")
    assert await said(domain) == []  # Nobody is due yet.
    monkeypatch.setattr("provisioning.leaving.announcing.now", lambda: now() + timedelta(minutes=2))

    (notice,) = await said(domain)

    assert len(notice.people) == len(people)
    assert [notice.kind for notice in await said(domain)] == [NoticeKind.GONE]


async def test_whoever_comes_back_is_offered_and_not_restored(domain: Domain) -> None:
    qa = await group(domain, "QA", BOB)
    await leaves(domain, BOB)
    await said(domain)

    await comes_back(domain, BOB)
    await comes_back(domain, BOB)

    gone, back = await said(domain)
    assert (gone.kind, back.kind) == (NoticeKind.GONE, NoticeKind.BACK)
    assert back.people[0].can_be_restored
    assert await inside(domain, qa) == []
    await domain.restoring.restore([back.people[0].id], MANAGER)
    assert await inside(domain, qa) == ["Bob Baker"]


async def test_whoever_is_back_before_anybody_was_told_is_in_one_message(domain: Domain) -> None:
    await group(domain, "QA", BOB)
    await leaves(domain, BOB)
    await comes_back(domain, BOB)

    assert (await only(domain)).back_at is not None


async def test_leaving_again_is_another_time(domain: Domain) -> None:
    qa = await group(domain, "QA", BOB)
    await leaves(domain, BOB)
    await leaves(domain, BOB)
    await domain.restoring.restore([(await only(domain)).id], MANAGER)
    await leaves(domain, BOB)  # Slack tells of a deactivated account once more: no news.
    assert await inside(domain, qa) == ["Bob Baker"]
    await comes_back(domain, BOB)

    await leaves(domain, BOB)

    assert await inside(domain, qa) == []
    assert [len(one.people) for one in await said(domain)] == [1, 1]


async def test_after_thirty_days_nothing_is_offered(
    domain: Domain, monkeypatch: pytest.MonkeyPatch
) -> None:
    await group(domain, "QA", BOB)
    await leaves(domain, BOB)
    one = await only(domain)
    later = now() + noticing.RESTORE_WITHIN + timedelta(days=1)
    monkeypatch.setattr("provisioning.leaving.sheets.now", lambda: later)
    await comes_back(domain, BOB)

    assert len(await said(domain)) == 1
    with pytest.raises(NotNow, match="more than 30 days ago"):
        await domain.restoring.restore([one.id], MANAGER)


async def test_whoever_has_nothing_leaves_without_a_word(domain: Domain) -> None:
    qa = await group(domain, "QA", BOB)
    await domain.groups.remove_people(qa, [BOB], MANAGER)

    await leaves(domain, BOB)
    await leaves(domain, slack("USTRANGER"), "Somebody Else")

    assert await said(domain) == []


async def test_a_guest_keeps_what_testers_have_and_loses_roles(domain: Domain, ipa: Path) -> None:
    release_id, qa = await domain.draft(ipa), await group(domain, "QA", BOB)
    await send(domain, release_id, qa)
    await domain.roles.give(MANAGER, Role.MANAGER, holder(BOB))
    restricted(domain)
    facts = domain.directory.people_known[BOB.value]
    await domain.departures.follow(facts)
    await domain.departures.follow(facts)

    one = await only(domain)

    assert (one.kind, one.roles, one.keeps) == (
        DepartureKind.GUEST,
        ("release manager",),
        ("QA", "1 release"),
    )
    assert await opens(domain, release_id, BOB)
    with pytest.raises(NotNow, match="still a guest"):
        await domain.restoring.restore([one.id], MANAGER)


async def test_a_guest_can_be_let_go_of_by_a_click(domain: Domain, ipa: Path) -> None:
    release_id, qa = await domain.draft(ipa), await group(domain, "QA", BOB)
    await send(domain, release_id, qa)
    restricted(domain)
    await domain.departures.follow(domain.directory.people_known[BOB.value])
    guest = await only(domain)
    assert guest.can_be_let_go

    with pytest.raises(NotAllowed):
        await domain.departures.let_go(guest.id, TESTER)
    assert await domain.departures.let_go(guest.id, MANAGER) == "Bob Baker"
    with pytest.raises(AlreadyDone):
        await domain.departures.let_go(guest.id, MANAGER)

    assert not await opens(domain, release_id, BOB)
    _, notice = await said(domain)
    assert (notice.people[0].by, notice.people[0].groups) == (MANAGER.reference, ("QA",))
    await domain.restoring.restore([notice.people[0].id], MANAGER)
    assert await opens(domain, release_id, BOB)


async def test_a_full_member_again_is_offered_their_roles(domain: Domain) -> None:
    await domain.roles.give(MANAGER, Role.MANAGER, holder(BOB))
    restricted(domain)
    await domain.departures.follow(domain.directory.people_known[BOB.value])
    await said(domain)
    await comes_back(domain, BOB)

    _, back = await said(domain)
    await domain.restoring.restore([back.people[0].id], MANAGER)

    assert await roles_of(domain, BOB) == [Role.MANAGER]


async def remembered(
    domain: Domain, who: Identity, name: str, *, deleted: bool = False, guest: bool = False
) -> None:
    """Let Slack have said something of somebody, while its event got lost."""
    domain.directory.add(who.value, name, deleted=deleted, guest=guest)
    async with domain.database.writing() as session:
        row = Person(id=who.value, team_id="T1", name=name, deleted=deleted, guest=guest)
        await people_cache.keep_person(session, row)
    known = domain.directory.people_known[who.value]
    domain.directory.people_known[who.value] = replace(known, guest_since=row.guest_since)


async def test_what_no_event_told_of_is_found_within_the_hour(domain: Domain) -> None:
    qa = await group(domain, "QA", BOB, CID, DEE)
    await remembered(domain, BOB, "Bob Baker", deleted=True)
    await remembered(domain, CID, "Cid Carver")
    await remembered(domain, DEE, "Dee Dorn", guest=True)

    await domain.departures.look_again()
    await domain.departures.look_again()

    assert (await only(domain)).name == "Bob Baker"
    assert await inside(domain, qa) == ["Cid Carver", "Dee Dorn"]
    await remembered(domain, BOB, "Bob Baker")
    await remembered(domain, CID, "Cid Carver", guest=True)
    await domain.departures.look_again()
    names = [[one.name for one in notice.people] for notice in await said(domain)]
    assert names == [["Bob Baker"], ["Cid Carver"], ["Bob Baker"]]
    assert await inside(domain, qa) == ["Cid Carver", "Dee Dorn"]


async def test_those_who_hold_a_role_and_nothing_else_are_looked_after(domain: Domain) -> None:
    await domain.roles.give(MANAGER, Role.MANAGER, holder(CID))
    await remembered(domain, CID, "Cid Carver", deleted=True)

    await domain.departures.look_again()

    assert await roles_of(domain, CID) == []
    assert (await only(domain)).roles == ("release manager",)


async def test_slacks_silence_lets_nobody_go(domain: Domain) -> None:
    qa = await group(domain, "QA", BOB)
    domain.directory.is_silent = True

    await domain.departures.look_again()

    domain.directory.is_silent = False
    assert await inside(domain, qa) == ["Bob Baker"]
    assert await said(domain) == []


async def test_each_step_may_run_twice(domain: Domain, ipa: Path) -> None:
    release_id, qa = await domain.draft(ipa), await group(domain, "QA", BOB)
    await send(domain, release_id, qa)
    domain.engine.idle = True
    await leaves(domain, BOB)
    ((road, departure_id),) = [one for one in domain.engine.started if one[0] == "let_go"]
    since, later = now() - timedelta(days=1), now() + timedelta(days=1)
    assert road == "let_go"
    assert await domain.departures.unfinished(later, since) == [departure_id]

    for part in await domain.letting_go.parts(departure_id):
        for _ in range(2):
            await domain.letting_go.take(departure_id, part)
    with pytest.raises(NotNow, match="still being taken"):
        await domain.restoring.restore([departure_id], MANAGER)
    for _ in range(2):
        await domain.letting_go.done(departure_id)

    assert await domain.departures.unfinished(later, since) == []
    domain.engine.idle = False
    assert (await only(domain)).groups == ("QA",)


async def test_a_message_nobody_could_be_shown_is_tried_again_later(domain: Domain) -> None:
    await group(domain, "QA", BOB)
    domain.teller.failing["show_leavers"] = [TellerFailed()]
    await leaves(domain, BOB)
    await domain.announcing.collect()
    since = now() - timedelta(days=1)

    assert await domain.announcing.unshown(now(), since) == []
    (subject,) = await domain.announcing.unshown(now() + timedelta(hours=2), since)
    assert subject.endswith("@2")
    assert [one for _, one in domain.engine.started][-1] != subject


async def test_who_left_lately_is_listed_for_those_who_manage(domain: Domain) -> None:
    await group(domain, "QA", BOB)
    await leaves(domain, BOB)

    assert [one.name for one in await domain.departures.recent(MANAGER)] == ["Bob Baker"]
    with pytest.raises(NotAllowed):
        await domain.departures.recent(TESTER)
