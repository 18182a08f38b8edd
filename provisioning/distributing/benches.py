"""Benches: a request as it was looked at, and who of those who decide may say what of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from provisioning.actors import Act, Actor
from provisioning.distributing.approvers import Approvers
from provisioning.distributing.needs import ApprovalNeed, needs_of
from provisioning.distributing.wishes import groups_in
from provisioning.errors import NotAllowed, NotNow
from provisioning.people.permissions import Permissions, Where
from storage.catalog import approvals, releases
from storage.catalog.database import Database, Session
from storage.errors import Stale
from storage.records.approval import ApprovalDecision, ApprovalKind, ApprovalRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """
    A request as it was looked at: what it takes, who said what, and who of them may.

    `may` has the groups for which each person may say yes, by their reference.
    """

    request: ApprovalRequest
    app_id: str
    needs: Sequence[ApprovalNeed]
    said: Sequence[ApprovalDecision]
    may: Mapping[str, frozenset[str]]

    @property
    def said_yes(self) -> set[str]:
        return {one.by for one in self.said if one.approves}

    @property
    def behind(self) -> frozenset[str]:
        return frozenset(map(str, self.request.wish.get("behind", ())))


class Benches:
    """Looks at requests, and asks of somebody whether they may decide about one."""

    def __init__(self, database: Database, permissions: Permissions, approvers: Approvers) -> None:
        self._database = database
        self._permissions = permissions
        self._approvers = approvers

    async def of(self, request: ApprovalRequest, people: Sequence[str] = ()) -> Bench:
        """Return a request as it is now; *people* are looked at beside those who said something."""
        async with self._database.reading() as session:
            release = await releases.get(session, request.release_id)
            needs = await needs_of(session, groups_in(request))
            said = await approvals.decisions(session, [request.id])
        may = await self._approvers.groups_of(
            needs,
            [*(one.by for one in said), *people],
            asker=request.requested_by,
            app_id=release.app_id,
        )
        return Bench(request=request, app_id=release.app_id, needs=needs, said=said, may=may)

    async def require_approver(self, bench: Bench, by: Actor) -> None:
        """Raise NotAllowed unless somebody may say yes to a request."""
        if await self._approvers.is_same(bench.request.requested_by, by.reference):
            raise NotAllowed("You asked for this yourself, so somebody else has to approve it.")
        if bench.needs and not bench.may.get(by.reference):
            where = " and ".join(need.name for need in bench.needs)
            raise NotAllowed(f"You are not one of those who approve releases for {where}.")
        if not bench.needs:
            # Nobody has to approve it any more: whoever may send it lets it go.
            where_ = Where(app_id=bench.app_id)
            await self._permissions.require(by, Act.DISTRIBUTE, where_)

    async def require_decliner(self, bench: Bench, by: Actor) -> None:
        """Raise NotAllowed, NotNow unless somebody may say no to a request."""
        if bench.request.kind is ApprovalKind.SIGNER:
            await self._permissions.require(by, Act.APPROVE_SIGNERS)
            return
        if await self._approvers.is_same(bench.request.requested_by, by.reference):
            raise NotNow("You asked for this yourself: take it back instead.")
        if not await self._permissions.may(by, Act.OVERRIDE_APPROVALS):
            await self.require_approver(bench, by)


async def refuse_moved(session: Session, bench: Bench) -> None:
    """Raise Stale where others decided, or the groups take something else, meanwhile."""
    said = await approvals.decisions(session, [bench.request.id])
    needs = await needs_of(session, groups_in(bench.request))
    if list(needs) != list(bench.needs) or {one.by for one in said if one.approves} != (
        bench.said_yes
    ):
        raise Stale
