"""Giving roles: to whom they are of use, and that nothing is taken from anybody unsaid."""

import pytest

from provisioning.actors import Act, Actor, slack
from provisioning.errors import NotNow, Unclear
from provisioning.people.permissions import Where
from provisioning.people.roles import EVERYBODY, Holder, Others
from storage.records.role import HolderKind, Role
from tests.unit.provisioning.conftest import (
    BOB,
    BOT,
    CI,
    CID,
    DEE,
    GUEST,
    MANAGER,
    TESTER,
    UPLOADER,
    Domain,
)

PROGRAM = Holder(kind=HolderKind.PERSON, id=str(CI))
PERSON = Holder(kind=HolderKind.PERSON, id=str(CID))


async def may_upload(domain: Domain, *actors: Actor) -> list[bool]:
    return [await domain.permissions.may(actor, Act.UPLOAD) for actor in actors]


@pytest.mark.parametrize("holder", [PROGRAM, PERSON, Holder(kind=HolderKind.USERGROUP, id="S1")])
async def test_c8_the_first_uploader_takes_nothing_from_the_others_unsaid(
    domain: Domain, holder: Holder
) -> None:
    with pytest.raises(NotNow, match="Say whether the others keep it") as asked:
        await domain.roles.give(MANAGER, Role.UPLOADER, holder)

    assert asked.value.code == "takes_from_others"
    assert await may_upload(domain, TESTER, UPLOADER) == [True, True]
    assert await domain.roles.takes_from_others(Role.UPLOADER)


async def test_c8_the_others_keep_the_role_or_lose_it_as_was_said(domain: Domain) -> None:
    await domain.roles.give(MANAGER, Role.UPLOADER, PROGRAM, others=Others.KEEP)
    assert await may_upload(domain, TESTER, BOT, GUEST) == [True, True, False]
    assert not await domain.roles.takes_from_others(Role.UPLOADER)

    await domain.roles.take(MANAGER, Role.UPLOADER, EVERYBODY)
    assert await may_upload(domain, TESTER, BOT) == [False, True]

    # Now it is closed, and the next one takes nothing from anybody.
    await domain.roles.give(MANAGER, Role.UPLOADER, PERSON)
    assert await may_upload(domain, TESTER, UPLOADER) == [False, True]


async def test_c8_a_role_for_one_app_closes_no_door(domain: Domain) -> None:
    await domain.roles.give(MANAGER, Role.UPLOADER, PROGRAM, Where(app_id="a" * 32))

    assert await may_upload(domain, TESTER) == [True]


async def test_c8_other_roles_take_nothing_from_anybody(domain: Domain) -> None:
    for role in (Role.ADMIN, Role.MANAGER):
        assert not await domain.roles.takes_from_others(role)
        await domain.roles.give(MANAGER, role, PERSON)

    assert await may_upload(domain, TESTER) == [True]


async def test_only_the_role_that_everybody_had_is_given_to_everybody(domain: Domain) -> None:
    with pytest.raises(Unclear, match="by name"):
        await domain.roles.give(MANAGER, Role.MANAGER, EVERYBODY)


@pytest.mark.parametrize(
    ("role", "user_id", "facts", "why"),
    [
        (Role.MANAGER, DEE.value, {"guest": True}, "is a guest of this workspace"),
        (Role.ADMIN, DEE.value, {"guest": True}, "can be uploader and nothing else"),
        (Role.MANAGER, CI.value, {"bot": True}, "is an app"),
        (Role.ADMIN, "UEVE", {"stranger": True}, "belongs to another workspace"),
        (Role.UPLOADER, BOB.value, {"deleted": True}, "is deactivated"),
        (Role.MANAGER, BOB.value, {"deleted": True}, "is deactivated"),
        (Role.TESTER, BOB.value, {}, "without being named"),
    ],
)
async def test_c20_a_role_that_would_have_no_effect_is_refused_and_not_kept(
    domain: Domain, role: Role, user_id: str, facts: dict[str, bool], why: str
) -> None:
    domain.directory.add(user_id, "Somebody", **facts)
    before = await domain.roles.holdings()
    holder = Holder(kind=HolderKind.PERSON, id=str(slack(user_id)))

    with pytest.raises(Unclear, match=why):
        await domain.roles.give(MANAGER, role, holder, others=Others.DROP)

    assert await domain.roles.holdings() == before


async def test_c20_nobody_is_given_a_role_whom_slack_does_not_know(domain: Domain) -> None:
    nobody = Holder(kind=HolderKind.PERSON, id=str(slack("UNOBODY")))

    with pytest.raises(Unclear, match="does not know"):
        await domain.roles.give(MANAGER, Role.MANAGER, nobody)


async def test_c20_a_guest_or_an_app_is_given_what_they_can_use(domain: Domain) -> None:
    guest = Holder(kind=HolderKind.PERSON, id=str(DEE))
    for holder in (guest, PROGRAM):
        await domain.roles.give(MANAGER, Role.UPLOADER, holder, others=Others.KEEP)

    assert await may_upload(domain, GUEST, BOT) == [True, True]
