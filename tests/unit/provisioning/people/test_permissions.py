"""Who may do what, where, whoever they are."""

import pytest

from provisioning.actors import (
    CLOCK,
    COMMAND_LINE,
    Act,
    Actor,
    ActorKind,
    email,
    person,
    slack,
    token,
)
from provisioning.errors import NotAllowed
from provisioning.people.permissions import Where
from provisioning.people.roles import Holder
from storage.catalog import roles, testers
from storage.records.role import HolderKind, Role, RoleHolding
from tests.unit.provisioning.conftest import BOB, BOT, GUEST, MANAGER, TESTER, Domain

HARBOUR, OTHER = Where(app_id="a" * 32), Where(app_id="b" * 32)
BY_NAME = Holder(kind=HolderKind.PERSON, id=str(BOB))


async def test_a_role_for_one_app_counts_there_only(domain: Domain) -> None:
    await domain.roles.give(MANAGER, Role.MANAGER, BY_NAME, HARBOUR)

    assert await domain.permissions.may(TESTER, Act.DISTRIBUTE, HARBOUR)
    assert not await domain.permissions.may(TESTER, Act.DISTRIBUTE, OTHER)
    assert not await domain.permissions.may(TESTER, Act.DISTRIBUTE)
    assert await domain.roles.take(MANAGER, Role.MANAGER, BY_NAME, HARBOUR)
    assert not await domain.permissions.may(TESTER, Act.DISTRIBUTE, HARBOUR)


async def test_a_role_for_one_group_of_one_app_needs_both(domain: Domain) -> None:
    both = Where(app_id=HARBOUR.app_id, group_id="c" * 32)
    await domain.roles.give(MANAGER, Role.MANAGER, BY_NAME, both)

    assert await domain.permissions.may(TESTER, Act.DISTRIBUTE, both)
    assert not await domain.permissions.may(TESTER, Act.DISTRIBUTE, HARBOUR)


async def test_somebody_known_by_an_address_has_the_roles_of_their_account(
    domain: Domain,
) -> None:
    await domain.roles.give(MANAGER, Role.MANAGER, BY_NAME)
    async with domain.database.writing() as session:
        rows = await testers.of_slack(session, domain.audience._organization_id, {"UBOB": "Bob"})
        rows[0].email = "bob@example.com"
        session.add(rows[0])
    bob = person(email("Bob@Example.com"), origin="api")

    assert await domain.permissions.may(bob, Act.DISTRIBUTE)
    stranger = person(email("eve@example.com"), origin="api")
    assert not await domain.permissions.may(stranger, Act.SEE)


async def test_a_token_may_what_it_was_made_for_and_nothing_else(domain: Domain) -> None:
    ci = token("t1", origin="app center", scopes=[Act.UPLOAD])

    await domain.permissions.require(ci, Act.UPLOAD)
    with pytest.raises(NotAllowed, match="without that scope") as refused:
        await domain.permissions.require(ci, Act.DISTRIBUTE)
    assert (refused.value.code, refused.value.data["act"]) == (
        "scope_missing",
        "distribute releases",
    )


async def test_scopes_narrow_what_a_person_may(domain: Domain) -> None:
    narrow = Actor(kind=ActorKind.PERSON, id=MANAGER.id, origin="api", scopes=frozenset({Act.SEE}))

    assert await domain.permissions.may(narrow, Act.SEE)
    assert not await domain.permissions.may(narrow, Act.DISTRIBUTE)


async def test_a_hook_without_scopes_may_nothing(domain: Domain) -> None:
    hook = Actor(kind=ActorKind.HOOK, id="h1", origin="github")

    assert not await domain.permissions.may(hook, Act.UPLOAD)


@pytest.mark.parametrize("actor", [CLOCK, COMMAND_LINE])
async def test_the_house_itself_may_everything(domain: Domain, actor: Actor) -> None:
    assert all([await domain.permissions.may(actor, act) for act in Act])


@pytest.mark.parametrize("actor", [GUEST, BOT])
async def test_guests_and_bots_never_hold_more_than_uploader(domain: Domain, actor: Actor) -> None:
    # Somebody may have become a guest after a role was given to them.
    holding = RoleHolding(
        organization_id=domain.audience._organization_id,
        role=Role.ADMIN,
        holder_kind=HolderKind.PERSON,
        holder_id=actor.id,
        given_by="clock",
    )
    async with domain.database.writing() as session:
        await roles.give(session, holding)

    assert not await domain.permissions.may(actor, Act.MANAGE_ROLES)


async def test_b5_require_refuses_whoever_may_not_and_names_the_roles(domain: Domain) -> None:
    with pytest.raises(NotAllowed) as refused:
        await domain.permissions.require(TESTER, Act.MANAGE_ROLES)

    assert refused.value.code == "not_allowed"
    assert refused.value.data == {"act": "give roles", "roles": ["admin"]}
    nobody = person(slack("UNOBODY"), origin="slack")
    with pytest.raises(NotAllowed):
        await domain.permissions.require(nobody, Act.SEE)
