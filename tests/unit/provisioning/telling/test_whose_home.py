"""What changes for somebody lets their Home be looked at, and nobody else's."""

from pathlib import Path

import pytest

from provisioning.actors import Identity
from provisioning.people.roles import EVERYBODY, Holder, Others
from provisioning.telling.home_tabs import HomeTabs
from storage.records.role import HolderKind, Role
from tests.unit.provisioning.conftest import BOB, CI, CID, DEE, MANAGER, TESTER, Domain
from tests.unit.provisioning.homes import opened, stirred

LEADS = Holder(kind=HolderKind.USERGROUP, id="S1")


@pytest.fixture
async def tabs(domain: Domain) -> HomeTabs:
    domain.directory.usergroups["S1"] = (CID.value, DEE.value)
    return await opened(domain.database, BOB, CID, DEE)


def by_name(who: Identity) -> Holder:
    return Holder(kind=HolderKind.PERSON, id=str(who))


async def test_a_role_concerns_whoever_has_it_from_then_on_or_no_more(
    domain: Domain, tabs: HomeTabs
) -> None:
    roles = domain.roles

    given = await stirred(tabs, roles.give(MANAGER, Role.MANAGER, by_name(BOB)))
    again = await stirred(tabs, roles.give(MANAGER, Role.MANAGER, by_name(BOB)))
    taken = await stirred(tabs, roles.take(MANAGER, Role.MANAGER, by_name(BOB)))
    not_held = await stirred(tabs, roles.take(MANAGER, Role.MANAGER, by_name(BOB)))

    assert (given, again, taken, not_held) == ({BOB.value}, set(), {BOB.value}, set())


async def test_a_role_of_a_user_group_concerns_those_in_it(domain: Domain, tabs: HomeTabs) -> None:
    roles = domain.roles

    before = await stirred(tabs, roles.usergroup_changed("S1", [BOB.value]))
    given = await stirred(tabs, roles.give(MANAGER, Role.MANAGER, LEADS))
    joined = await stirred(tabs, roles.usergroup_changed("S1", [BOB.value]))
    taken = await stirred(tabs, roles.take(MANAGER, Role.MANAGER, LEADS))

    assert (before, joined) == (set(), {BOB.value})
    assert given == taken == {CID.value, DEE.value}


async def test_a_role_is_taken_from_a_user_group_that_slack_is_silent_about(
    domain: Domain, tabs: HomeTabs
) -> None:
    await stirred(tabs, domain.roles.give(MANAGER, Role.MANAGER, LEADS))
    domain.directory.silent.add("S1")

    assert await domain.roles.take(MANAGER, Role.MANAGER, LEADS)


async def test_what_everybody_may_do_or_a_program_is_on_nobodys_home(
    domain: Domain, tabs: HomeTabs
) -> None:
    program = Holder(kind=HolderKind.PERSON, id=str(CI))
    kept = domain.roles.give(MANAGER, Role.UPLOADER, program, others=Others.KEEP)

    assert await stirred(tabs, kept) == set()
    assert await stirred(tabs, domain.roles.take(MANAGER, Role.UPLOADER, EVERYBODY)) == set()


async def test_a_mute_concerns_whoever_wants_no_reminders(
    domain: Domain, tabs: HomeTabs, ipa: Path
) -> None:
    app_id = (await domain.cards.release(await domain.draft(ipa))).app_id

    muted = await stirred(tabs, domain.mutes.mute(app_id, TESTER))
    again = await stirred(tabs, domain.mutes.mute(app_id, TESTER))
    unmuted = await stirred(tabs, domain.mutes.unmute(app_id, TESTER))

    assert (muted, again, unmuted) == ({BOB.value}, set(), {BOB.value})
