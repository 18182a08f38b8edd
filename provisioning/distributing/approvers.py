"""Approvers: who may say yes to a release for a group, at the moment it is asked."""

from collections.abc import Collection, Mapping, Sequence

from provisioning.actors import Identity, IdentityKind, referred
from provisioning.distributing.needs import ApprovalNeed
from provisioning.errors import DirectoryFailed
from provisioning.people.permissions import Permissions, Where
from provisioning.ports import Directory, PersonFacts
from storage.records.approval import ApproverKind
from storage.records.role import Role

#: Whoever holds one of these counts where the role is asked for.
_HOLDERS: Mapping[str, frozenset[Role]] = {
    Role.ADMIN.value: frozenset({Role.ADMIN}),
    Role.MANAGER.value: frozenset({Role.ADMIN, Role.MANAGER}),
}


class Approvers:
    """
    Knows who approves.

    Nobody approves what they asked for, nor does a guest, a bot, somebody of another workspace, or
    somebody whose account is deactivated.
    """

    def __init__(self, permissions: Permissions, directory: Directory) -> None:
        self._permissions = permissions
        self._directory = directory

    async def groups_of(
        self,
        needs: Sequence[ApprovalNeed],
        people: Collection[str],
        *,
        asker: str,
        app_id: str,
    ) -> dict[str, frozenset[str]]:
        """
        Return for which groups each of some people may say yes to what *asker* asked for.

        All are references. Raise DirectoryFailed where Slack does not say who is in a user group.
        """
        accounts = await self._accounts([*people, asker])
        own = accounts[asker]
        known = await self._directory.people({one for one in accounts.values() if one})
        inside = await self._inside(needs)
        found: dict[str, frozenset[str]] = {}
        for one in people:
            account = accounts[one]
            is_asker = one == asker or account == own
            if account is None or is_asker or not may_ever(known.get(account)):
                found[one] = frozenset()
                continue
            found[one] = frozenset(
                [
                    need.group_id
                    for need in needs
                    if await self._may(need, one, account, inside, app_id)
                ]
            )
        return found

    async def asked(self, needs: Sequence[ApprovalNeed], asker: str) -> list[str]:
        """
        Return the Slack ids of those who are asked: by name, or by a user group of Slack.

        Raise DirectoryFailed as `groups_of` does.
        """
        inside = await self._inside(needs)
        found: list[str] = []
        for need in needs:
            if need.kind is ApproverKind.USERGROUP:
                found += [one for each in need.approvers for one in inside[each]]
                continue
            named = list(need.approvers)
            if need.kind is ApproverKind.ROLE:
                wanted = {role for each in need.approvers for role in _HOLDERS.get(each, ())}
                named = [f"person:{one}" for one in await self._permissions.named(wanted)]
            found += [one for one in (await self._accounts(named)).values() if one]
        own = (await self._accounts([asker]))[asker]
        return [one for one in dict.fromkeys(found) if one != own]

    async def admins(self) -> list[str]:
        """Return the Slack ids of those who are admins by name."""
        people = [Identity.read(one) for one in await self._permissions.admins()]
        return [one.value for one in people if one and one.kind is IdentityKind.SLACK]

    async def is_same(self, one: str, other: str) -> bool:
        """Return whether two references are of one person."""
        accounts = await self._accounts([one, other])
        return one == other or (accounts[one] is not None and accounts[one] == accounts[other])

    async def _may(
        self,
        need: ApprovalNeed,
        person: str,
        account: str,
        inside: Mapping[str, Collection[str]],
        app_id: str,
    ) -> bool:
        if need.kind is ApproverKind.USERGROUP:
            return any(account in inside[one] for one in need.approvers)
        if need.kind is ApproverKind.ROLE:
            where = Where(app_id=app_id, group_id=need.group_id)
            held = await self._permissions.roles_of(referred(person), where)
            return any(held & _HOLDERS.get(one, frozenset()) for one in need.approvers)
        return account in (await self._accounts(need.approvers)).values()

    async def _accounts(self, references: Collection[str]) -> dict[str, str | None]:
        """Return the Slack accounts of people, by reference."""
        return {one: await self._permissions.account_of(referred(one)) for one in set(references)}

    async def _inside(self, needs: Sequence[ApprovalNeed]) -> Mapping[str, Collection[str]]:
        wanted = {
            one for need in needs if need.kind is ApproverKind.USERGROUP for one in need.approvers
        }
        if not wanted:
            return {}
        inside = await self._directory.memberships(wanted)
        if wanted - inside.keys():
            raise DirectoryFailed
        return inside


def may_ever(facts: PersonFacts | None) -> bool:
    """Return whether somebody of that kind may approve at all."""
    return facts is not None and not (facts.deleted or facts.bot or facts.guest or facts.stranger)
