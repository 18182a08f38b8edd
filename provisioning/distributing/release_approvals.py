"""Release approvals: what people decide about orders that wait, and what becomes of those."""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Final

from provisioning.actors import CLOCK, Act, Actor
from provisioning.distributing.approval_requests import (
    change,
    end,
    ended,
    note,
    read_request,
    refuse_ended,
    subject_of,
)
from provisioning.distributing.approvers import Approvers
from provisioning.distributing.asking import Consent, Ready, Taken
from provisioning.distributing.benches import Bench, Benches, refuse_moved
from provisioning.distributing.distributions import Distributions
from provisioning.distributing.needs import is_met
from provisioning.distributing.recall_order import checked_reason
from provisioning.distributing.signer_pins import accept
from provisioning.distributing.wishes import asker_of, groups_in, order_of
from provisioning.errors import AlreadyDone, NotAllowed, NotNow, Unclear
from provisioning.installing.signers import pinned
from provisioning.people.people import People
from provisioning.people.permissions import Permissions
from provisioning.ports import Engine
from provisioning.wording import moment
from storage.catalog import approvals, apps, releases, signers
from storage.catalog.database import Database, Session
from storage.errors import NotFound, SlipwayError, Stale
from storage.records.approval import (
    ApprovalDecision,
    ApprovalKind,
    ApprovalRequest,
    ApprovalState,
)
from storage.records.base import now
from storage.records.signer import SignerStanding

logger = logging.getLogger(__name__)

#: How often it is looked again when others decide at the same moment in another process.
TRIES: Final = 25


class _Impossible(Exception):
    """What was asked for cannot be carried out any more; the text is why, for people."""


class ReleaseApprovals:
    """
    Takes decisions, each at the moment of its click, and lets time end what nobody decides.

    Who may decide, what the groups take, and whether the release can still be sent are asked anew
    each time. An order is carried out once, in the unit of work of the last yes that it takes.
    """

    def __init__(
        self,
        database: Database,
        permissions: Permissions,
        people: People,
        approvers: Approvers,
        distributions: Distributions,
        engine: Engine,
        *,
        organization_id: str,
    ) -> None:
        self._database = database
        self._permissions = permissions
        self._people = people
        self._approvers = approvers
        self._benches = Benches(database, permissions, approvers)
        self._distributions = distributions
        self._engine = engine
        self._organization_id = organization_id
        self._turns: dict[str, asyncio.Lock] = {}

    async def approve(self, request_id: str, by: Actor) -> ApprovalRequest:
        """
        Say yes, and carry the request out if that is enough.

        Raise NotFound, NotAllowed, AlreadyDone with who was first, and NotNow when what was asked
        for cannot be done any more: that ends it.
        """
        async with self._turn(request_id):
            request = await self._open(request_id, mends=True)
            if request.kind is ApprovalKind.SIGNER:
                return await self._accept_signer(request, by)
            return await self._decide(request_id, by)

    async def decline(self, request_id: str, by: Actor, because: str) -> ApprovalRequest:
        """
        Say no, which ends it. Admins may as well, whoever approves.

        Raise as `approve`, and Unclear with the field `because`.
        """
        reason = checked_reason(because)
        async with self._turn(request_id):
            bench = await self._benches.of(await self._open(request_id), [by.reference])
            await self._benches.require_decliner(bench, by)
            async with self._database.writing() as session:
                request = await approvals.hold(session, request_id)
                refuse_ended(request)
                await approvals.decide(session, _decision(request, by, reason))
                await end(session, request, ApprovalState.DECLINED, by=by, reason=reason)
        return await self._show(request)

    async def may_decline(self, request_id: str, by: Actor) -> None:
        """Raise NotAllowed, NotNow for whom a no would not be taken from. Raise NotFound."""
        await self._benches.require_decliner(await self.bench(request_id, [by.reference]), by)

    async def override(self, request_id: str, by: Actor, because: str) -> ApprovalRequest:
        """
        Let an order go without those who approve: an admin takes it upon them, and all hear of it.

        Raise as `approve`, and Unclear with the field `because`.
        """
        await self._permissions.require(by, Act.OVERRIDE_APPROVALS)
        reason = checked_reason(because)
        async with self._turn(request_id):
            request = await self._open(request_id)
            if request.kind is not ApprovalKind.ORDER:
                raise NotNow("Another signer is approved or declined, and not overridden.")
            bench = await self._benches.of(request)
            order = order_of(request, key=f"approved:{request.id}", by=by)
            consent = Consent(
                request_id=request.id, by=(by.reference,), behind=bench.behind, because=reason
            )
            try:
                ready = await self._distributions.ready(order)
                async with self._database.writing() as session:
                    request = await approvals.hold(session, request_id)
                    refuse_ended(request)
                    await self._carry_out(session, request, ready, consent, by)
            except _Impossible as gone:
                raise await self._lapse(request_id, str(gone)) from None
        return await self._go(request)

    async def withdraw(self, request_id: str, by: Actor) -> ApprovalRequest:
        """Take a request back. Raise NotAllowed for anybody but the one who asked, AlreadyDone."""
        async with self._turn(request_id):
            request = await self._open(request_id)
            if not await self._approvers.is_same(request.requested_by, by.reference):
                raise NotAllowed("Only the one who asked can take this back. You may decline it.")
            async with self._database.writing() as session:
                request = await approvals.hold(session, request_id)
                refuse_ended(request)
                await end(session, request, ApprovalState.WITHDRAWN, by=by)
        return await self._show(request)

    async def again(self, request_id: str, by: Actor) -> Taken:
        """
        Ask once more for what nobody decided in time.

        Raise NotAllowed, NotNow for what did not expire, and what `Distributions.request` does.
        """
        async with self._database.reading() as session:
            request = await approvals.get(session, request_id)
        if not await self._approvers.is_same(request.requested_by, by.reference):
            raise NotAllowed("Only the one who asked can ask again.")
        if request.state is not ApprovalState.EXPIRED:
            raise ended(request)
        order = order_of(request, key=f"again:{request.id}", by=by)
        return await self._distributions.request(order)

    async def look(self) -> None:
        """Let expire what is due, end what cannot be done any more, and carry out what has all."""
        own = self._organization_id
        async with self._database.reading() as session:
            waiting = await approvals.waiting(session, own)
            about = {one.release_id for one in waiting}
            over = set(await approvals.ended_releases(session, about)) if about else set()
            full = await _full(session, waiting)
        for request in waiting:
            try:
                if request.due_at is not None and request.due_at <= now():
                    await self._end(request.id, ApprovalState.EXPIRED, "")
                elif request.release_id in over:
                    await self._end(request.id, ApprovalState.LAPSED, OVER)
                elif request.id in full:
                    await self._weigh(request.id)
            except SlipwayError as failure:
                logger.info("A request for approval is looked at again later: %s", failure)

    async def look_again(self, group_id: str) -> None:
        """Show and weigh anew what waits for a group that takes something else by now."""
        async with self._database.reading() as session:
            waiting = await approvals.waiting(session, self._organization_id)
        for request in waiting:
            if group_id in groups_in(request):
                await self._touch(request.id)
                await self._weigh(request.id)

    async def returned(self, person: str) -> list[str]:
        """
        Look anew at what somebody asked for or decided about, since their account changed.

        *person* is a reference. What they asked for lapses when they may not distribute any more;
        their yes counts for as long as they are one of those who approve. Return the requests.
        """
        async with self._database.reading() as session:
            found = await approvals.said_by(session, self._organization_id, person)
        for request_id in found:
            async with self._database.reading() as session:
                request = await approvals.get(session, request_id)
            may = await self._permissions.may(asker_of(request), Act.DISTRIBUTE)
            if request.requested_by == person and not may:
                await self._end(request_id, ApprovalState.LAPSED, await self._left(request))
            else:
                await self._touch(request_id)
        return list(found)

    async def unshown(self, before: datetime, since: datetime) -> list[str]:
        """Return the turns of requests that people should have been shown by now."""
        async with self._database.reading() as session:
            return [subject_of(one) for one in await approvals.unshown(session, before, since)]

    async def begun(self, subject: str) -> dict[str, object]:
        """Return what is shown of a turn: the release, and whether an admin let it go."""
        request_id, _ = read_request(subject)
        async with self._database.reading() as session:
            request = await approvals.get(session, request_id)
        return {
            "release": request.release_id,
            "loud": request.state is ApprovalState.OVERRIDDEN,
            "by": request.requested_by,
        }

    async def shown(self, subject: str) -> None:
        """Note that people have been shown a turn."""
        request_id, turn = read_request(subject)
        async with self._database.writing() as session:
            await approvals.shown(session, request_id, turn)

    async def bench(self, request_id: str, people: Sequence[str] = ()) -> Bench:
        """
        Return what a request takes now, who said what, and who of them may. Raise NotFound.

        *people* are looked at as well.
        """
        async with self._database.reading() as session:
            request = await approvals.get(session, request_id)
        return await self._benches.of(request, people)

    async def _decide(self, request_id: str, by: Actor) -> ApprovalRequest:
        for _ in range(TRIES):
            bench = await self._benches.of(await self._open(request_id), [by.reference])
            await self._benches.require_approver(bench, by)
            try:
                request = await self._weighed(bench, by)
            except _Impossible as gone:
                raise await self._lapse(request_id, str(gone)) from None
            except Stale:
                continue  # Others decided, or changed what it takes, since it was looked at.
            return await self._go(request)
        raise NotNow("Others decide about this at the same moment. Try again in a minute.")

    async def _weigh(self, request_id: str) -> None:
        """Carry out what has all that it takes by now."""
        async with self._turn(request_id):
            async with self._database.reading() as session:
                request = await approvals.get(session, request_id)
            if request.state is not ApprovalState.WAITING:
                return
            bench = await self._benches.of(request)
            if not is_met(bench.needs, bench.said_yes, bench.may):
                return
            try:
                request = await self._weighed(bench, None)
            except _Impossible as gone:
                await self._lapse(request_id, str(gone))
                return
            except Stale:
                return  # Whoever was first weighed it.
        await self._go(request)

    async def _weighed(self, bench: Bench, by: Actor | None) -> ApprovalRequest:
        """Write a yes of *by* down, and what comes of it. Raise Stale, and _Impossible."""
        yes = bench.said_yes | ({by.reference} if by else set())
        goes = is_met(bench.needs, yes, bench.may)
        ready = await self._ready(bench.request) if goes else None
        async with self._database.writing() as session:
            request = await approvals.hold(session, bench.request.id)
            refuse_ended(request)
            await refuse_moved(session, bench)
            if by is not None:
                if not await approvals.decide(session, _decision(request, by)):
                    raise AlreadyDone("You have approved this already. It waits for others, too.")
                note(session, request, "release.approval_given", by, request=request.id)
            if ready is None:
                change(session, request)
                return request
            counted = tuple(sorted(one for one in yes if bench.may.get(one)))
            consent = Consent(request_id=request.id, by=counted, behind=bench.behind)
            await self._carry_out(session, request, ready, consent, by or CLOCK)
        return request

    async def _ready(self, request: ApprovalRequest) -> Ready:
        """Return the order as its asker's, if they may still give it. Raise _Impossible."""
        order = order_of(request, key=f"approved:{request.id}", by=asker_of(request))
        try:
            return await self._distributions.ready(order)
        except NotAllowed:
            raise _Impossible(await self._left(request)) from None
        except (NotFound, Unclear) as gone:
            raise _Impossible(str(gone)) from None

    async def _left(self, request: ApprovalRequest) -> str:
        name = await self._people.name(request.requested_by)
        return f"{name} asked for it, and may not distribute it any more."

    async def _carry_out(
        self, session: Session, request: ApprovalRequest, ready: Ready, consent: Consent, by: Actor
    ) -> None:
        """Write down the act of a request, and that it is its end. Raise _Impossible."""
        try:
            made = await self._distributions.write(session, ready, consent)
        except (NotNow, NotFound, Unclear) as gone:
            if gone.code == "disabled":
                raise  # It waits until somebody enables the release again.
            raise _Impossible(str(gone)) from None
        request.distribution_id = made.id
        state = ApprovalState.OVERRIDDEN if consent.because else ApprovalState.APPROVED
        detail = {"distribution": made.id, "groups": list(groups_in(request))}
        await end(session, request, state, by=by, reason=consent.because, **detail)

    async def _accept_signer(self, request: ApprovalRequest, by: Actor) -> ApprovalRequest:
        """Let an app be signed by somebody else from now on."""
        await self._permissions.require(by, Act.APPROVE_SIGNERS)
        moved = False
        async with self._database.writing() as session:
            request = await approvals.hold(session, request.id)
            refuse_ended(request, mends=True)
            release = await releases.get(session, request.release_id)
            await apps.lock(session, release.app_id)
            before = pinned(await signers.of_app(session, release.app_id))
            there, own = before.spelled if before else "", str(request.wish["signer"])
            moved = there != request.wish["before"]
            if moved:
                request.wish = {**request.wish, "app": release.app_id, "before": there}
                change(session, request)
            else:
                standing = SignerStanding.PINNED if own else SignerStanding.ALLOWED
                await accept(session, release, own, standing, by)
                detail = {"app": release.app_id, "signer": own, "before": there}
                await end(session, request, ApprovalState.APPROVED, by=by, **detail)
        await self._show(request)
        if moved:
            raise NotNow("The app was given another signer meanwhile. Look at both again.")
        return request

    async def _open(self, request_id: str, *, mends: bool = False) -> ApprovalRequest:
        """Return a request that waits. Raise NotFound, AlreadyDone; NotNow for one that is due."""
        async with self._database.reading() as session:
            request = await approvals.get(session, request_id)
        refuse_ended(request, mends=mends)
        if request.due_at is not None and request.due_at <= now():
            await self._end(request_id, ApprovalState.EXPIRED, "")
            raise NotNow(f"This expired on {moment(request.due_at)}: nobody decided in time.")
        return request

    async def _end(self, request_id: str, state: ApprovalState, reason: str) -> None:
        """Let time, or what happened to the release, end what waits."""
        async with self._database.writing() as session:
            request = await approvals.hold(session, request_id)
            if request.state is not ApprovalState.WAITING:
                return
            await end(session, request, state, by=CLOCK, reason=reason)
        await self._show(request)

    async def _lapse(self, request_id: str, reason: str) -> NotNow:
        """End what cannot be carried out any more; return that as an error."""
        await self._end(request_id, ApprovalState.LAPSED, reason)
        return NotNow(f"This cannot be done any more, so it has ended: {reason}")

    async def _touch(self, request_id: str) -> None:
        """Show a request anew, since who counts or what it takes has changed."""
        async with self._database.writing() as session:
            request = await approvals.hold(session, request_id)
            if request.state is not ApprovalState.WAITING:
                return
            change(session, request)
        await self._show(request)

    async def _go(self, request: ApprovalRequest) -> ApprovalRequest:
        if request.distribution_id is not None:
            await self._engine.start("distribute", request.distribution_id)
        return await self._show(request)

    async def _show(self, request: ApprovalRequest) -> ApprovalRequest:
        await self._engine.start("ask_approval", subject_of(request))
        return request

    @asynccontextmanager
    async def _turn(self, request_id: str) -> AsyncGenerator[None]:
        """Let those who decide about one request at once come one after the other."""
        lock = self._turns.setdefault(request_id, asyncio.Lock())
        try:
            async with lock:
                yield
        finally:
            if not lock.locked():
                self._turns.pop(request_id, None)


async def _full(session: Session, waiting: Sequence[ApprovalRequest]) -> set[str]:
    """Return the requests to which as many people said yes as their groups take, or more."""
    orders = [one for one in waiting if one.kind is ApprovalKind.ORDER]
    if not orders:
        return set()
    groups = {group_id for one in orders for group_id in groups_in(one)}
    needed = {one.group_id: one.needed for one in await approvals.policies(session, groups)}
    said = Counter(
        one.request_id
        for one in await approvals.decisions(session, [one.id for one in orders])
        if one.approves
    )
    return {
        one.id
        for one in orders
        if said[one.id] >= max((needed.get(each, 0) for each in groups_in(one)), default=0)
    }


def _decision(request: ApprovalRequest, by: Actor, declined: str | None = None) -> ApprovalDecision:
    return ApprovalDecision(
        request_id=request.id,
        by=by.reference,
        approves=declined is None,
        reason=declined or "",
    )


#: Why time ends what waits about a release that was dismissed or recalled.
OVER: Final = "The release goes to nobody any more."
