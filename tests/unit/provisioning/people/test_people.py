"""Roles, when Slack says nothing about the user groups that hold them."""

import pytest

from provisioning.actors import Act
from provisioning.errors import DirectoryFailed
from provisioning.people.roles import Holder
from storage.records.role import HolderKind, Role
from tests.unit.provisioning.conftest import ANN, BOB, MANAGER, TESTER, Domain

LEADS = Holder(kind=HolderKind.USERGROUP, id="S1")


async def test_a_silent_user_group_locks_nobody_out(domain: Domain) -> None:
    domain.directory.usergroups["S1"] = (BOB.value,)
    await domain.roles.give(MANAGER, Role.MANAGER, LEADS)
    assert await domain.permissions.may(TESTER, Act.DISTRIBUTE)

    domain.directory.silent.add("S1")

    assert await domain.permissions.may(MANAGER, Act.MANAGE_ROLES)
    assert not await domain.permissions.may(TESTER, Act.DISTRIBUTE)


async def test_a_role_is_not_given_to_a_user_group_that_nobody_can_read(domain: Domain) -> None:
    domain.directory.silent.add("S1")

    with pytest.raises(DirectoryFailed):
        await domain.roles.give(MANAGER, Role.MANAGER, LEADS)

    assert await domain.roles.holdings() == [
        (Role.ADMIN, Holder(kind=HolderKind.PERSON, id=str(ANN)))
    ]
