"""The life of a release: the one table of what may follow what, and the one who writes it down."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any

from provisioning.actors import Actor
from provisioning.errors import NotNow
from storage.catalog import audit, releases
from storage.catalog.database import Session
from storage.records.audit import AuditEntry
from storage.records.base import now
from storage.records.destination import Destination
from storage.records.release import NotesKind, Release, ReleaseState

#: What may follow what. Everything that changes a state asks this table.
MAY_FOLLOW: dict[ReleaseState, frozenset[ReleaseState]] = {
    ReleaseState.DRAFT: frozenset(
        {ReleaseState.AWAITING_APPROVAL, ReleaseState.LIVE, ReleaseState.DISMISSED}
    ),
    ReleaseState.AWAITING_APPROVAL: frozenset(
        {ReleaseState.DRAFT, ReleaseState.LIVE, ReleaseState.DISMISSED}
    ),
    ReleaseState.LIVE: frozenset({ReleaseState.LIVE, ReleaseState.RECALLED}),
    ReleaseState.DISMISSED: frozenset({ReleaseState.DRAFT}),
    ReleaseState.RECALLED: frozenset(),
}

#: A release in one of these states is over: nothing of it is changed any more.
ENDED = frozenset({ReleaseState.DISMISSED, ReleaseState.RECALLED})


class Standing(StrEnum):
    """
    How a release stands in people's eyes: its state, *superseded*, *withdrawn*, and *disabled*.

    The first two belong to destinations; a release stands so once a newer one took its place at all
    of them, or once it was taken back from the last of them. It can be sent again then; what was
    recalled cannot. What is disabled keeps all it has, and comes back as it was.
    """

    DRAFT = "draft"
    AWAITING_APPROVAL = "awaiting approval"
    LIVE = "live"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"
    DISABLED = "disabled"
    DISMISSED = "dismissed"
    RECALLED = "recalled"


#: A sentence for people beside each.
SENTENCES: dict[Standing, str] = {
    Standing.DRAFT: "Draft: nobody has it yet.",
    Standing.AWAITING_APPROVAL: "Awaiting approval: somebody has to approve it first.",
    Standing.LIVE: "Live: the newest that testers have.",
    Standing.SUPERSEDED: "Superseded by a newer release.",
    Standing.WITHDRAWN: "Withdrawn: it was recalled from all who had it; it can be sent again.",
    Standing.DISABLED: "Disabled: nobody can install it until somebody enables it again.",
    Standing.DISMISSED: "Dismissed: it cannot be installed.",
    Standing.RECALLED: "Recalled: it can no longer be installed.",
}


def said(state: ReleaseState) -> str:
    """Return a state as it stands in a sentence: `Release 3 is a draft`."""
    return "a draft" if state is ReleaseState.DRAFT else state.value


def standing(
    state: ReleaseState, *, current: int, destinations: int, enabled: bool = True
) -> Standing:
    """
    Return how a release stands, given how many of its *destinations* are *current*.

    Those that it was taken back from count among neither.
    """
    if not enabled and state not in ENDED:
        return Standing.DISABLED
    if state is not ReleaseState.LIVE or current:
        return Standing(state.value)
    return Standing.SUPERSEDED if destinations else Standing.WITHDRAWN


def is_current(destination: Destination) -> bool:
    return destination.superseded_at is None and destination.recalled_at is None


def standing_of(release: Release, destinations: Iterable[Destination]) -> Standing:
    """Return how a release stands, given all its destinations."""
    rows = [row for row in destinations if row.recalled_at is None]
    return standing(
        release.state,
        current=sum(map(is_current, rows)),
        destinations=len(rows),
        enabled=release.enabled,
    )


def require_open(release: Release, so: str) -> None:
    """Raise NotNow for a release that is over; *so* says what that means for who asked."""
    if release.state in ENDED:
        raise NotNow(
            f"Release {release.number} was {release.state.value}, so {so}.",
            code="wrong_state",
            number=release.number,
            state=release.state.value,
        )


def require_enabled(release: Release) -> None:
    """Raise NotNow for a release that goes to nobody while it is disabled."""
    if not release.enabled:
        raise NotNow(
            f"Release {release.number} is disabled, so nobody could install it. Enable it first.",
            code="disabled",
            number=release.number,
        )


def check(release: Release, state: ReleaseState) -> None:
    """Raise NotNow, whose data holds both states, when *state* may not follow the release's."""
    if state not in MAY_FOLLOW[release.state]:
        is_so = f"Release {release.number} is {said(release.state)}"
        raise NotNow(
            f"{is_so} already."
            if state is release.state
            else f"{is_so} and cannot become {said(state)}.",
            code="wrong_state",
            number=release.number,
            state=release.state.value,
            wanted=state.value,
        )


async def turn(
    session: Session,
    release: Release,
    state: ReleaseState,
    *,
    by: Actor,
    organization_id: str,
    **detail: Any,  # noqa: ANN401 - what the audit keeps, as JSON knows it
) -> Release:
    """
    Move a release to *state*, and note who did it. The only writer of a release's state.

    Raise NotNow when it may not follow, and Stale when somebody changed the release meanwhile.
    """
    check(release, state)
    before = release.state
    moments = _moments(release, state, by.reference, now())
    if state is ReleaseState.RECALLED:
        moments["ended_why"] = str(detail.get("because", ""))
    await releases.change(session, release, state=state, **moments)
    detail = {"from": before.value, **detail}
    _note(session, release, ACTIONS[state], by, organization_id, detail)
    return release


async def withdraw(
    session: Session,
    release: Release,
    *,
    by: Actor,
    organization_id: str,
    **detail: Any,  # noqa: ANN401 - what the audit keeps, as JSON knows it
) -> None:
    """Note that a release was taken back from some who had it. Raise Stale as `turn` does."""
    await releases.change(session, release)
    _note(session, release, "release.withdrawn", by, organization_id, detail)


async def reword(
    session: Session,
    release: Release,
    notes: str,
    kind: NotesKind,
    *,
    by: Actor,
    organization_id: str,
) -> None:
    """Give a release other notes, and note who did it. Raise Stale as `turn` does."""
    detail = {"before": len(release.notes), "length": len(notes)}
    await releases.change(session, release, notes=notes, notes_kind=kind)
    _note(session, release, "release.reworded", by, organization_id, detail)


async def disable(
    session: Session, release: Release, because: str, *, by: Actor, organization_id: str
) -> None:
    """Let nobody install a release for now, and note who did it. Raise Stale as `turn` does."""
    await releases.change(
        session,
        release,
        enabled=False,
        disabled_by=by.reference,
        disabled_at=now(),
        disabled_why=because,
    )
    _note(session, release, "release.disabled", by, organization_id, {"because": because})


async def enable(session: Session, release: Release, *, by: Actor, organization_id: str) -> None:
    """Let people install a release again, and note who did it. Raise Stale as `turn` does."""
    await releases.change(
        session, release, enabled=True, disabled_by=None, disabled_at=None, disabled_why=""
    )
    _note(session, release, "release.enabled", by, organization_id, {})


def _note(
    session: Session,
    release: Release,
    action: str,
    by: Actor,
    organization_id: str,
    detail: dict[str, Any],
) -> None:
    """Write down in the audit who did what to a release."""
    entry = AuditEntry(
        organization_id=organization_id,
        actor=by.reference,
        action=action,
        subject_id=release.id,
        origin=by.origin,
        detail=detail,
    )
    audit.add(session, entry)


#: What the audit calls each move.
ACTIONS: dict[ReleaseState, str] = {
    ReleaseState.DRAFT: "release.restored",
    ReleaseState.AWAITING_APPROVAL: "release.submitted",
    ReleaseState.LIVE: "release.distributed",
    ReleaseState.DISMISSED: "release.dismissed",
    ReleaseState.RECALLED: "release.recalled",
}


def _moments(release: Release, state: ReleaseState, by: str, at: datetime) -> dict[str, object]:
    """Return who and when, as far as the move to *state* changes them."""
    if state is ReleaseState.LIVE and release.published_at is None:
        return {"published_by": by, "published_at": at}
    if state in {ReleaseState.DISMISSED, ReleaseState.RECALLED}:
        return {"ended_by": by, "ended_at": at}
    if state is ReleaseState.DRAFT:
        return {"ended_by": None, "ended_at": None}
    return {}
