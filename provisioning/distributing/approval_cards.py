"""What people are shown of a request for approval, as the records have it now."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from provisioning.actors import Act, Actor, Identity
from provisioning.distributing.approvers import Approvers
from provisioning.distributing.distributions import Distributions
from provisioning.distributing.needs import ApprovalNeed, needs_of
from provisioning.distributing.order import Plan
from provisioning.distributing.release_approvals import ReleaseApprovals
from provisioning.distributing.wishes import asker_of, groups_in, groups_wished, order_of
from provisioning.errors import ProvisioningError
from provisioning.installing.signers import BuildSigner, read_signer, signer_of
from provisioning.people.permissions import Permissions
from provisioning.releases.cards import GroupChip, ReleaseCard
from provisioning.releases.reading import Cards
from provisioning.releases.titles import ReleaseTitle, title_of_row
from storage.catalog import approvals, builds, device_policies, groups, signers
from storage.catalog.database import Database, Session
from storage.errors import NotFound
from storage.inspection.facts import Facts
from storage.records.approval import (
    ApprovalDecision,
    ApprovalKind,
    ApprovalRequest,
    ApprovalState,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionCard:
    """What one person said. A yes `counts` while they are one of those who approve."""

    by: str
    approves: bool
    counts: bool
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SignerCard:
    """Who signed the build, and who signed what is there: as it is pinned now."""

    own: BuildSigner
    before: BuildSigner


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalCard:
    """
    A request for approval with what it is about.

    `needs` are what its groups take now. `plan` says what the order would do, None once it has
    ended or where nobody can say. `counts` are the people whose yes counts.
    """

    request_id: str
    kind: ApprovalKind
    state: ApprovalState
    by: str
    at: datetime
    due_at: datetime | None
    reason: str
    decided_by: str | None
    release: ReleaseCard
    groups: tuple[GroupChip, ...]
    people: tuple[Identity, ...]
    notes: str
    because: str
    mandatory: bool
    notify: bool
    needs: tuple[ApprovalNeed, ...]
    said: tuple[DecisionCard, ...]
    plan: Plan | None
    distribution_id: str | None = None
    signer: SignerCard | None = None

    @property
    def waits(self) -> bool:
        return self.state is ApprovalState.WAITING

    @property
    def counted(self) -> int:
        """How many have said yes whose yes counts."""
        return sum(one.approves and one.counts for one in self.said)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalLine:
    """A request in a list."""

    request_id: str
    kind: ApprovalKind
    by: str
    at: datetime
    due_at: datetime | None
    title: ReleaseTitle
    groups: tuple[str, ...]
    singles: int
    said_yes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalList:
    """The first of what waits, oldest first, and how much waits in all."""

    first: tuple[ApprovalLine, ...] = ()
    count: int = 0


class ApprovalCards:
    """Answers what is to be shown now of what waits for approval."""

    def __init__(
        self,
        database: Database,
        permissions: Permissions,
        cards: Cards,
        requests: ReleaseApprovals,
        distributions: Distributions,
        approvers: Approvers,
        *,
        organization_id: str,
    ) -> None:
        self._database = database
        self._permissions = permissions
        self._cards = cards
        self._requests = requests
        self._distributions = distributions
        self._approvers = approvers
        self._organization_id = organization_id

    async def one(self, request_id: str) -> ApprovalCard:
        """Return a request with all that its card says. Raise NotFound."""
        bench = await self._requests.bench(request_id)
        request = bench.request
        card = await self._cards.release(request.release_id)
        async with self._database.reading() as session:
            known = await groups.those(session, groups_in(request))
            signer = (
                await _signer(session, request) if request.kind is ApprovalKind.SIGNER else None
            )
        order = order_of(request, key=request.key, by=asker_of(request))
        return ApprovalCard(
            request_id=request.id,
            kind=request.kind,
            state=request.state,
            by=request.requested_by,
            at=request.created_at,
            due_at=request.due_at,
            reason=request.reason,
            decided_by=request.decided_by,
            release=card,
            groups=tuple(
                GroupChip(id=one, name=known[one].name if one in known else "a deleted group")
                for one in groups_in(request)
            ),
            people=order.people,
            notes=next((n for n in (order.own_notes, order.notes) if n is not None), card.notes),
            because=order.because,
            mandatory=order.mandatory,
            notify=order.notify,
            needs=tuple(bench.needs),
            said=tuple(_decision(one, bench.may) for one in bench.said),
            plan=await self._plan(request) if request.state is ApprovalState.WAITING else None,
            distribution_id=request.distribution_id,
            signer=signer,
        )

    async def waiting(self, by: Actor, *, limit: int) -> ApprovalList:
        """Return the first of what waits, oldest first. Raise NotAllowed."""
        await self._permissions.require(by, Act.SEE_APPROVALS)
        return await self.first(limit=limit)

    async def first(self, *, limit: int) -> ApprovalList:
        """Return the same for somebody who is known to be allowed to see it."""
        async with self._database.reading() as session:
            found = await approvals.first_waiting(session, self._organization_id, limit=limit)
            named = {i for one in found for i in groups_wished(one.wish)}
            known = await groups.those(session, named) if named else {}
        lines = [
            ApprovalLine(
                request_id=one.request_id,
                kind=one.kind,
                by=one.requested_by,
                at=one.created_at,
                due_at=one.due_at,
                title=title_of_row(one),
                groups=tuple(known[i].name for i in groups_wished(one.wish) if i in known),
                singles=len(one.wish.get("people", ())),
                said_yes=one.said_yes,
            )
            for one in found
        ]
        return ApprovalList(first=tuple(lines), count=found[0].of_all if found else 0)

    async def count(self) -> int:
        """Return how many requests wait."""
        async with self._database.reading() as session:
            return await approvals.count_waiting(session, self._organization_id)

    async def deciders(self, request_id: str) -> tuple[str | None, list[str]]:
        """
        Return the channel in which it is decided, if there is one, and who is asked by Slack id.

        Raise DirectoryFailed where Slack does not say who is in a user group.
        """
        async with self._database.reading() as session:
            policy = await device_policies.of(session, self._organization_id)
            request = await approvals.get(session, request_id)
            needs = await needs_of(session, groups_in(request))
        if request.kind is ApprovalKind.SIGNER:
            return policy.channel_id, await self._approvers.admins()
        return policy.channel_id, await self._approvers.asked(needs, request.requested_by)

    async def _plan(self, request: ApprovalRequest) -> Plan | None:
        if request.kind is not ApprovalKind.ORDER:
            return None
        order = order_of(request, key=request.key, by=asker_of(request))
        try:
            return await self._distributions.plan(
                order.release_id,
                order.group_ids,
                order.people,
                notify=order.notify,
                over=order.over,
            )
        except (ProvisioningError, NotFound):
            return None  # A group or a person is gone: whoever approves is told at their click.


def _decision(one: ApprovalDecision, may: Mapping[str, frozenset[str]]) -> DecisionCard:
    return DecisionCard(
        by=one.by,
        approves=one.approves,
        counts=bool(may.get(one.by)),
        reason=one.reason,
        at=one.made_at,
    )


async def _signer(session: Session, request: ApprovalRequest) -> SignerCard:
    """Return both signers, with what they call themselves in the builds that are here."""
    before = str(request.wish.get("before", ""))
    known = await signers.of_app(session, str(request.wish.get("app", "")))
    pinned_in = next((one.release_id for one in known if one.signer == before), None)
    wanted = {request.release_id, *([pinned_in] if pinned_in else [])}
    found = await builds.of_releases(session, wanted)
    there = found.get(pinned_in or "")
    named = signer_of(Facts(**there.facts)) if there else read_signer(before)
    return SignerCard(
        own=signer_of(Facts(**found[request.release_id].facts)),
        before=named if named.spelled == before else read_signer(before),
    )
