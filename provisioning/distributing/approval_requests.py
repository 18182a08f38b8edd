"""The life of a request for approval: how it begins, changes and ends, each in a unit of work."""

from collections.abc import Mapping
from typing import Any, Final

from provisioning.actors import Actor
from provisioning.errors import AlreadyDone
from provisioning.releases import lifecycle
from storage.catalog import approvals, audit, releases
from storage.catalog.database import Session
from storage.records.approval import ApprovalKind, ApprovalRequest, ApprovalState
from storage.records.audit import AuditEntry
from storage.records.base import now
from storage.records.release import Release, ReleaseState


def subject_of(request: ApprovalRequest) -> str:
    """Return what a road is about that shows a request: it, and the turn that is shown."""
    return f"{request.id}@{request.turn}"


def request_of(subject: str) -> str:
    return subject.partition("@")[0]


def read_request(subject: str) -> tuple[str, int]:
    """Return the request and the turn of a subject."""
    request_id, _, turn = subject.partition("@")
    return request_id, int(turn)


async def begin(
    session: Session, request: ApprovalRequest, release: Release, *, by: Actor
) -> ApprovalRequest:
    """Write a request down; a draft waits with it."""
    kept = await approvals.add(session, request)
    detail = {"request": kept.id, "groups": list(kept.wish.get("groups", ()))}
    if kept.kind is ApprovalKind.ORDER and release.state is ReleaseState.DRAFT:
        await lifecycle.turn(
            session,
            release,
            ReleaseState.AWAITING_APPROVAL,
            by=by,
            organization_id=kept.organization_id,
            **detail,
        )
    else:
        is_order = kept.kind is ApprovalKind.ORDER
        note(session, kept, "release.submitted" if is_order else "app.signer_asked", by, **detail)
    return kept


def change(session: Session, request: ApprovalRequest) -> None:
    """Let people be shown a request as it is by now."""
    request.turn += 1
    request.changed_at = now()
    session.add(request)


async def end(
    session: Session,
    request: ApprovalRequest,
    state: ApprovalState,
    /,
    *,
    by: Actor,
    reason: str = "",
    **detail: Any,  # noqa: ANN401 - what the audit keeps, as JSON knows it
) -> None:
    """End a request. A draft that nothing else waits for is a draft again, unless it went out."""
    request.state, request.reason, request.decided_by = state, reason, by.reference
    change(session, request)
    await session.flush()
    told = {"request": request.id, **({"because": reason} if reason else {}), **detail}
    about = "approval" if request.kind is ApprovalKind.ORDER else "signer"
    note(session, request, f"release.{about}_{state.value}", by, **told)
    release = await releases.get(session, request.release_id)
    await session.refresh(release)
    if release.state is not ReleaseState.AWAITING_APPROVAL:
        return
    left = await approvals.of_release(session, release.id, {ApprovalState.WAITING})
    if not any(one.kind is ApprovalKind.ORDER for one in left):
        await lifecycle.turn(
            session,
            release,
            ReleaseState.DRAFT,
            by=by,
            organization_id=request.organization_id,
            request=request.id,
        )


def note(
    session: Session,
    request: ApprovalRequest,
    action: str,
    by: Actor,
    /,
    **detail: Any,  # noqa: ANN401 - what the audit keeps, as JSON knows it
) -> None:
    """Note in the audit what somebody did about a request."""
    entry = AuditEntry(
        organization_id=request.organization_id,
        actor=by.reference,
        action=action,
        subject_id=request.release_id,
        origin=by.origin,
        detail=detail,
    )
    audit.add(session, entry)


def refuse_ended(request: ApprovalRequest, *, mends: bool = False) -> None:
    """Raise AlreadyDone for what does not wait; what *mends* may be about a declined signer."""
    may_be_mended = request.kind is ApprovalKind.SIGNER and mends
    if request.state is ApprovalState.DECLINED and may_be_mended:
        return
    if request.state is not ApprovalState.WAITING:
        raise ended(request)


def ended(request: ApprovalRequest) -> AlreadyDone:
    """Return what is said to whoever comes too late."""
    said = ENDED.get(request.state, "It waits for an approval still.")
    return AlreadyDone(
        f"{said} Nothing was changed.",
        code="approval_ended",
        state=request.state.value,
        by=request.decided_by or "",
    )


#: What is said to whoever comes too late.
ENDED: Final[Mapping[ApprovalState, str]] = {
    ApprovalState.APPROVED: "This was approved already.",
    ApprovalState.OVERRIDDEN: "An admin has let this go already.",
    ApprovalState.DECLINED: "This was declined already.",
    ApprovalState.EXPIRED: "This expired: nobody decided in time.",
    ApprovalState.WITHDRAWN: "Whoever asked has taken this back.",
    ApprovalState.LAPSED: "This has ended, since it could not be done any more.",
}
