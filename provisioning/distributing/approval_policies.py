"""Approval policies: which groups take somebody's yes, decided by admins."""

from dataclasses import dataclass
from typing import Final

from provisioning.actors import Act, Actor, referred
from provisioning.distributing.approvers import may_ever
from provisioning.distributing.needs import ApprovalNeed, needs_of
from provisioning.distributing.release_approvals import ReleaseApprovals
from provisioning.errors import Unclear
from provisioning.people.permissions import Permissions
from provisioning.ports import Directory
from storage.catalog import approvals, audit, groups
from storage.catalog.database import Database
from storage.records.approval import ApprovalPolicy, ApproverKind
from storage.records.audit import AuditEntry
from storage.records.role import Role

#: A request lives for three days unless somebody says otherwise, and for a month at most.
USUAL_HOURS: Final = 72
MOST_HOURS: Final = 24 * 30
MOST_NEEDED: Final = 10
#: Those who can be asked for a yes.
ROLES: Final = frozenset({Role.ADMIN, Role.MANAGER})


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyWish:
    """What an admin wants a group to take; `approvers` are as `ApprovalPolicy` keeps them."""

    kind: ApproverKind
    approvers: tuple[str, ...]
    handle: str = ""
    needed: int = 1
    hours: int = USUAL_HOURS


class ApprovalPolicies:
    """Says what groups take. What waits already is looked at anew after each change."""

    def __init__(
        self,
        database: Database,
        permissions: Permissions,
        directory: Directory,
        requests: ReleaseApprovals,
        *,
        organization_id: str,
    ) -> None:
        self._database = database
        self._permissions = permissions
        self._directory = directory
        self._requests = requests
        self._organization_id = organization_id

    async def of_group(self, group_id: str) -> ApprovalNeed | None:
        """Return what a group takes, None when nothing."""
        async with self._database.reading() as session:
            return next(iter(await needs_of(session, [group_id])), None)

    async def require(self, group_id: str, wish: PolicyWish, by: Actor) -> bool:
        """
        Let a group take an approval; return whether that is news.

        Raise NotAllowed for anybody but an admin, NotFound, DirectoryFailed, and Unclear for what
        could never be given.
        """
        await self._permissions.require(by, Act.MANAGE_APPROVALS)
        await self._check(wish)
        policy = ApprovalPolicy(
            group_id=group_id,
            kind=wish.kind,
            approvers=list(wish.approvers),
            handle=wish.handle,
            needed=wish.needed,
            hours=wish.hours,
            changed_by=by.reference,
        )
        async with self._database.writing() as session:
            await groups.get(session, group_id)
            before = next(iter(await approvals.policies(session, [group_id])), None)
            if before is not None and _is_same(before, policy):
                return False
            await approvals.keep_policy(session, policy)
            audit.add(session, self._entry(group_id, "group.approval", by, wish))
        await self._requests.look_again(group_id)
        return True

    async def lift(self, group_id: str, by: Actor) -> bool:
        """
        Let a group take none any more; return whether it took one. Raise NotAllowed, NotFound.

        What waits for nothing else goes out then.
        """
        await self._permissions.require(by, Act.MANAGE_APPROVALS)
        async with self._database.writing() as session:
            await groups.get(session, group_id)
            was = await approvals.drop_policy(session, group_id)
            if was:
                audit.add(session, self._entry(group_id, "group.approval_lifted", by, None))
        if was:
            await self._requests.look_again(group_id)
        return was

    async def _check(self, wish: PolicyWish) -> None:
        if not 1 <= wish.hours <= MOST_HOURS:
            raise Unclear(f"A request lives for an hour at least, and for {MOST_HOURS // 24} days.")
        if not 1 <= wish.needed <= MOST_NEEDED:
            raise Unclear(f"From 1 to {MOST_NEEDED} people can be asked for.")
        if wish.kind is ApproverKind.ROLE:
            return
        ids: list[str] = []
        if wish.kind is ApproverKind.USERGROUP:
            for usergroup_id in wish.approvers:
                ids += await self._directory.members(usergroup_id)
        else:
            identities = [referred(one).identity for one in wish.approvers]
            ids += [one.value for one in identities if one is not None]
        known = await self._directory.people(set(ids))
        count = sum(may_ever(known.get(one)) for one in set(ids))
        if count < wish.needed:
            who = {0: "nobody", 1: "1 person"}.get(count, f"{count} people")
            raise Unclear(
                f"{wish.needed} have to say yes, and {who} among those you named can: guests, apps "
                "and people of other workspaces cannot. Nothing could ever be approved."
            )

    def _entry(self, group_id: str, action: str, by: Actor, wish: PolicyWish | None) -> AuditEntry:
        told = {}
        if wish is not None:
            told = {
                "approvers": list(wish.approvers),
                "handle": wish.handle,
                "needed": wish.needed,
                "hours": wish.hours,
            }
        return AuditEntry(
            organization_id=self._organization_id,
            actor=by.reference,
            action=action,
            subject_id=group_id,
            origin=by.origin,
            detail=told,
        )


def _is_same(one: ApprovalPolicy, other: ApprovalPolicy) -> bool:
    own = {"changed_by", "changed_at"}
    return one.model_dump(exclude=own) == other.model_dump(exclude=own)
