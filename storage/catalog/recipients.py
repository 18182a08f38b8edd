"""Questions about who was told of a release, and who waits for it."""

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from storage.catalog.builds import WITHOUT_CHUNKS
from storage.catalog.conditions import among
from storage.catalog.database import Session, insert_missing
from storage.catalog.entitlement import entitles, of_one_release
from storage.errors import NotFound
from storage.records.app import App
from storage.records.build import Build
from storage.records.destination import Destination, DestinationKind
from storage.records.distribution import Distribution, Recipient, RecipientState
from storage.records.release import Release, ReleaseState
from storage.records.tester import Tester


class Given(NamedTuple):
    """A release that a person was given."""

    recipient_id: str
    tester_id: str
    release_id: str


class Share(NamedTuple):
    """How a release stands for one tester; `recall_id` took it back, if one did."""

    tester_id: str
    state: RecipientState
    created_at: datetime
    recall_id: str | None

    @property
    def is_open_to_joining(self) -> bool:
        """Whether they lost it by leaving, so that they have it again when they come back."""
        return self.state is RecipientState.WITHDRAWN and self.recall_id is None


class Untold(NamedTuple):
    """Somebody who was given a release, and not told so far."""

    release_id: str
    tester_id: str
    state: RecipientState
    created_at: datetime


async def get(session: Session, recipient_id: str) -> Recipient:
    """Raise NotFound."""
    found = await session.get(Recipient, recipient_id)
    if found is None:
        raise NotFound("There is no such recipient.")
    return found


async def add(session: Session, rows: Sequence[Recipient]) -> int:
    """Keep those whose act, person and way of telling are new together; return how many were."""
    unique = ["distribution_id", "tester_id", "teller"]
    return await insert_missing(session, Recipient, [row.model_dump() for row in rows], unique)


async def of_releases(session: Session, release_ids: Collection[str]) -> Sequence[Recipient]:
    """Return every recipient of any of the releases, in a steady order."""
    found = await session.exec(
        select(Recipient)
        .where(col(Recipient.release_id).in_(set(release_ids)))
        .order_by(col(Recipient.id))
    )
    return found.all()


async def of_recall(session: Session, recall_id: str) -> Sequence[str]:
    """Return the ids of the recipients that a recall took a release back from."""
    found = await session.exec(
        select(Recipient.id).where(Recipient.recall_id == recall_id).order_by(col(Recipient.id))
    )
    return found.all()


async def testers_of_recall(session: Session, recall_id: str) -> set[str]:
    """Return the ids of the testers from whom a recall took a release back."""
    found = await session.exec(
        select(Recipient.tester_id).where(Recipient.recall_id == recall_id).distinct()
    )
    return set(found.all())


async def told_since(session: Session, app_id: str, number: int) -> Sequence[str]:
    """Return the ids of the recipients that were told of a release of an app, or a newer one."""
    found = await session.exec(
        select(Recipient.id)
        .join(Release, col(Release.id) == Recipient.release_id)
        .where(
            Release.app_id == app_id,
            col(Release.number) >= number,
            Recipient.state == RecipientState.TOLD,
        )
        .order_by(col(Recipient.id))
    )
    return found.all()


async def withdraw(
    session: Session, recipient_ids: Collection[str], recall_id: str, *, at: datetime
) -> None:
    """Take back what some recipients have; what was taken back before stays so."""
    await session.exec(
        sa.update(Recipient)
        .where(
            among(session, col(Recipient.id), recipient_ids),
            col(Recipient.state) != RecipientState.WITHDRAWN,
        )
        .values(state=RecipientState.WITHDRAWN, recall_id=recall_id, reason="", withdrawn_at=at)
        .execution_options(synchronize_session=False)
    )


async def strangers_in(
    session: Session, group_id: str, member_ids: Collection[str]
) -> Sequence[Recipient]:
    """
    Return those who have a release by a group that they are not in, in a steady order.

    Whose account is deactivated is not among them: their links lead nowhere while it is.
    """
    found = await session.exec(
        select(Recipient)
        .join(Destination, col(Destination.id) == Recipient.destination_id)
        .join(Tester, col(Tester.id) == Recipient.tester_id)
        .where(
            Destination.kind == DestinationKind.GROUP,
            Destination.target_id == group_id,
            col(Tester.active),
            ~among(session, col(Recipient.tester_id), member_ids),
            entitles(),
        )
        .order_by(col(Recipient.id))
    )
    return found.all()


async def only_by(session: Session, group_id: str, tester_ids: Collection[str]) -> Sequence[str]:
    """Return the recipients by which testers have what nobody but a group of theirs has."""
    other = aliased(Destination)
    elsewhere = sa.exists().where(
        col(other.release_id) == col(Recipient.release_id),
        col(other.id) != col(Recipient.destination_id),
        col(other.recalled_at).is_(None),
    )
    found = await session.exec(
        select(Recipient.id)
        .join(Destination, col(Destination.id) == Recipient.destination_id)
        .where(
            Destination.kind == DestinationKind.GROUP,
            Destination.target_id == group_id,
            among(session, col(Recipient.tester_id), tester_ids),
            entitles(),
            ~elsewhere,
        )
        .order_by(col(Recipient.id))
    )
    return found.all()


async def leave(session: Session, recipient_ids: Collection[str], *, at: datetime) -> None:
    """Take back what some recipients have, since they are no more in what they had it by."""
    await session.exec(
        sa.update(Recipient)
        .where(
            among(session, col(Recipient.id), recipient_ids),
            col(Recipient.state) != RecipientState.WITHDRAWN,
        )
        .values(state=RecipientState.WITHDRAWN, recall_id=None, reason="", withdrawn_at=at)
        .execution_options(synchronize_session=False)
    )


async def held_by(session: Session, tester_id: str) -> dict[str, RecipientState]:
    """Return by what a tester has releases, whatever it is, with how each stands."""
    connection = await session.connection()
    found = await connection.execute(
        sa.select(col(Recipient.id), col(Recipient.state))
        .join(Destination, col(Destination.id) == Recipient.destination_id)
        .where(col(Recipient.tester_id) == tester_id, entitles())
        .order_by(col(Recipient.id))
    )
    return {recipient_id: RecipientState(state) for recipient_id, state in found.all()}


async def give_back(
    session: Session, recipient_ids: Collection[str], state: RecipientState, reason: str = ""
) -> None:
    """Let recipients whose person had left have it again; what was recalled since stays so."""
    await session.exec(
        sa.update(Recipient)
        .where(
            among(session, col(Recipient.id), recipient_ids),
            col(Recipient.state) == RecipientState.WITHDRAWN,
            col(Recipient.recall_id).is_(None),
        )
        .values(state=state, reason=reason, withdrawn_at=None)
        .execution_options(synchronize_session=False)
    )


async def come_back(session: Session, recipient_ids: Collection[str], destination_id: str) -> None:
    """Let recipients who were told have it again, by a destination: their link holds once more."""
    await session.exec(
        sa.update(Recipient)
        .where(
            among(session, col(Recipient.id), recipient_ids),
            col(Recipient.state) == RecipientState.WITHDRAWN,
            col(Recipient.told_at).is_not(None),
        )
        .values(state=RecipientState.TOLD, destination_id=destination_id, withdrawn_at=None)
        .execution_options(synchronize_session=False)
    )


async def entitle_by(session: Session, recipient_ids: Collection[str], destination_id: str) -> None:
    """Let some recipients be entitled by another destination of the same release."""
    await session.exec(
        sa.update(Recipient)
        .where(among(session, col(Recipient.id), recipient_ids))
        .values(destination_id=destination_id)
        .execution_options(synchronize_session=False)
    )


async def told_of(session: Session, tester_id: str, release_ids: Collection[str]) -> Sequence[str]:
    """Return the ids of a tester's recipients of any of the releases who were told."""
    found = await session.exec(
        select(Recipient.id)
        .where(
            Recipient.tester_id == tester_id,
            col(Recipient.release_id).in_(set(release_ids)),
            Recipient.state == RecipientState.TOLD,
        )
        .order_by(col(Recipient.id))
    )
    return found.all()


async def in_full(
    session: Session, recipient_id: str
) -> tuple[Recipient, Distribution, Tester, Release, App, Build]:
    """Return a recipient with all that they are told; the build without its chunks. Or NotFound."""
    wanted: Any = (  # SQLModel's own select takes four.
        sa.select(Recipient, Distribution, Tester, Release, App, Build)
        .join(Distribution, col(Distribution.id) == Recipient.distribution_id)
        .join(Tester, col(Tester.id) == Recipient.tester_id)
        .join(Release, col(Release.id) == Recipient.release_id)
        .join(App, col(App.id) == Release.app_id)
        .join(Build, col(Build.id) == Release.build_id)
        .where(col(Recipient.id) == recipient_id)
        .options(WITHOUT_CHUNKS)
    )
    row = (await session.exec(wanted)).first()
    if row is None:
        raise NotFound("There is no such recipient.")
    recipient, act, tester, release, app, build = row
    return recipient, act, tester, release, app, build


async def entitled(session: Session, release_ids: Collection[str]) -> list[tuple[str, str]]:
    """Return who may install which of the releases: release, active tester; each pair once."""
    connection = await session.connection()
    found = await connection.execute(
        sa.select(col(Recipient.release_id), col(Recipient.tester_id))
        .join(Destination, of_one_release())
        .join(Tester, col(Tester.id) == Recipient.tester_id)
        .where(
            col(Recipient.release_id).in_(set(release_ids)),
            entitles(),
            col(Tester.active),
        )
        .distinct()
        .order_by(col(Recipient.release_id), col(Recipient.tester_id))
    )
    return [(release_id, tester_id) for release_id, tester_id in found.all()]


async def count_entitled(session: Session, release_id: str) -> int:
    """Return how many active testers may install a release."""
    found = await session.exec(
        select(sa.func.count(sa.distinct(col(Recipient.tester_id))))
        .select_from(Recipient)
        .join(Destination, of_one_release())
        .join(Tester, col(Tester.id) == Recipient.tester_id)
        .where(Recipient.release_id == release_id, entitles(), col(Tester.active))
    )
    return int(found.one())


async def is_entitled(session: Session, release_id: str, tester_id: str) -> bool:
    """Return whether a tester has a release by anything that was not taken back."""
    found = await session.exec(
        select(Recipient.id)
        .join(Destination, col(Destination.id) == Recipient.destination_id)
        .where(Recipient.release_id == release_id, Recipient.tester_id == tester_id, entitles())
        .limit(1)
    )
    return found.first() is not None


async def given_to(
    session: Session, organization_id: str, slack_id: str, *, limit: int
) -> list[Given]:
    """Return what a person was given, newest first."""
    connection = await session.connection()
    found = await connection.execute(
        sa.select(
            col(Recipient.id),
            col(Recipient.tester_id),
            col(Recipient.release_id),
        )
        .join(Destination, col(Destination.id) == Recipient.destination_id)
        .where(col(Recipient.tester_id) == _tester(organization_id, slack_id), entitles())
        .order_by(col(Recipient.created_at).desc(), col(Recipient.id))
        .limit(limit)
    )
    return [Given(*row) for row in found.all()]


async def had(
    session: Session,
    organization_id: str,
    slack_id: str,
    release_ids: Collection[str],
    states: Collection[ReleaseState],
) -> set[str]:
    """Return those of the releases that a person was given and that are in some states."""
    found = await session.exec(
        select(Recipient.release_id)
        .join(Release, col(Release.id) == Recipient.release_id)
        .join(Destination, col(Destination.id) == Recipient.destination_id)
        .where(
            col(Recipient.release_id).in_(set(release_ids)),
            col(Recipient.tester_id) == _tester(organization_id, slack_id),
            col(Release.state).in_(states),
            entitles(),
        )
        .distinct()
    )
    return set(found.all())


async def shares(session: Session, release_id: str, tester_ids: Collection[str]) -> list[Share]:
    """Return what became of a release for each of the testers, once for each way of telling."""
    connection = await session.connection()
    found = await connection.execute(
        sa.select(*(col(getattr(Recipient, name)) for name in Share._fields)).where(
            col(Recipient.release_id) == release_id,
            among(session, col(Recipient.tester_id), tester_ids),
        )
    )
    return [Share(*row) for row in found.all()]


async def untold(session: Session, release_ids: Collection[str]) -> list[Untold]:
    """Return who was given which of the releases and not told of it so far."""
    connection = await session.connection()
    found = await connection.execute(
        sa.select(*(col(getattr(Recipient, name)) for name in Untold._fields)).where(
            col(Recipient.release_id).in_(set(release_ids)), col(Recipient.state).in_(_UNTOLD)
        )
    )
    return [Untold(*row) for row in found.all()]


async def held(session: Session, release_id: str) -> Sequence[Recipient]:
    """Return those who wait for their phone and may install, of a live release, where current."""
    found = await session.exec(
        select(Recipient)
        .join(Destination, of_one_release())
        .join(Release, col(Release.id) == Recipient.release_id)
        .join(Tester, col(Tester.id) == Recipient.tester_id)
        .where(
            Recipient.release_id == release_id,
            Recipient.state == RecipientState.HELD,
            Release.state == ReleaseState.LIVE,
            col(Release.enabled),
            col(Destination.recalled_at).is_(None),
            col(Destination.superseded_at).is_(None),
            col(Tester.active),
        )
        .order_by(col(Recipient.id))
    )
    return found.all()


async def releases_held(session: Session, release_ids: Collection[str]) -> Sequence[str]:
    """Return those of the releases that somebody waits for until their phone can have it."""
    found = await session.exec(
        select(Recipient.release_id)
        .where(
            col(Recipient.release_id).in_(set(release_ids)),
            Recipient.state == RecipientState.HELD,
        )
        .distinct()
        .order_by(col(Recipient.release_id))
    )
    return found.all()


async def move(
    session: Session,
    recipient_ids: Collection[str],
    state: RecipientState,
    to: RecipientState,
    reason: str = "",
) -> None:
    """Let those of the recipients that are in a state be in another one, with a reason."""
    await session.exec(
        sa.update(Recipient)
        .where(among(session, col(Recipient.id), recipient_ids), col(Recipient.state) == state)
        .values(state=to, reason=reason)
    )


async def held_by_name(session: Session, release_id: str, *, limit: int) -> list[tuple[str, str]]:
    """Return the first of those who wait for their phone, by name, each with why."""
    return await _named(session, release_id, RecipientState.HELD, limit=limit)


async def unreached(session: Session, release_id: str, *, limit: int) -> list[tuple[str, str]]:
    """Return the first of those who could be told in no way, by name, each with a reason."""
    other = aliased(Recipient)
    reached = sa.exists().where(
        col(other.release_id) == col(Recipient.release_id),
        col(other.tester_id) == col(Recipient.tester_id),
        col(other.state) != RecipientState.UNREACHABLE,
    )
    return await _named(session, release_id, RecipientState.UNREACHABLE, ~reached, limit=limit)


async def unreached_by(
    session: Session, release_id: str, distribution_id: str, *, limit: int
) -> list[tuple[str, str]]:
    """Return the first of those whom one act could tell in no way, by name, with a reason."""
    other = aliased(Recipient)
    reached = sa.exists().where(
        col(other.distribution_id) == col(Recipient.distribution_id),
        col(other.tester_id) == col(Recipient.tester_id),
        col(other.state) != RecipientState.UNREACHABLE,
    )
    which = (col(Recipient.distribution_id) == distribution_id, ~reached)
    return await _named(session, release_id, RecipientState.UNREACHABLE, *which, limit=limit)


async def _named(
    session: Session,
    release_id: str,
    state: RecipientState,
    *which: sa.ColumnElement[bool],
    limit: int,
) -> list[tuple[str, str]]:
    """Return the first testers for whom a release is in a state, by name, each with a reason."""
    connection = await session.connection()
    found = await connection.execute(
        sa.select(col(Tester.name), sa.func.max(col(Recipient.reason)))
        .join(Tester, col(Tester.id) == Recipient.tester_id)
        .where(col(Recipient.release_id) == release_id, col(Recipient.state) == state, *which)
        .group_by(col(Tester.id), col(Tester.name))
        .order_by(col(Tester.name), col(Tester.id))
        .limit(limit)
    )
    return [(name, reason) for name, reason in found.all()]


async def counts(
    session: Session, release_ids: Collection[str]
) -> dict[str, dict[RecipientState, int]]:
    """
    Return, by release, how many people are in each state.

    A person counts once, in the best that came of any act and any way of telling: see BEST_FIRST.
    """
    return await _counted(session, "release_id", release_ids)


async def counts_of_acts(
    session: Session, distribution_ids: Collection[str]
) -> dict[str, dict[RecipientState, int]]:
    """Return the same by act of distributing, of those whom the act itself told."""
    return await _counted(session, "distribution_id", distribution_ids)


async def _counted(
    session: Session, by: str, ids: Collection[str]
) -> dict[str, dict[RecipientState, int]]:
    connection = await session.connection()
    found = await connection.execute(_counts(by), {"subjects": list(set(ids))})
    counted: dict[str, dict[RecipientState, int]] = {}
    for subject, place, count in found.all():
        counted.setdefault(subject, {})[BEST_FIRST[place]] = int(count)
    return counted


@cache
def _counts(column: str) -> sa.Select[Any]:
    """Build the question by what is counted: the release, or the act of distributing."""
    by = col(getattr(Recipient, column))
    rank = sa.case(
        {state: place for place, state in enumerate(BEST_FIRST)}, value=col(Recipient.state)
    )
    best = (
        sa.select(
            by.label("subject"),
            col(Recipient.tester_id).label("tester_id"),
            sa.func.min(rank).label("best"),
        )
        .where(by.in_(sa.bindparam("subjects", expanding=True)))
        .group_by(by, col(Recipient.tester_id))
        .subquery()
    )
    return sa.select(best.c.subject, best.c.best, sa.func.count()).group_by(
        best.c.subject, best.c.best
    )


def _tester(organization_id: str, slack_id: str) -> sa.ScalarSelect[str]:
    return (
        sa.select(col(Tester.id))
        .where(col(Tester.organization_id) == organization_id, col(Tester.slack_id) == slack_id)
        .scalar_subquery()
    )


_UNTOLD = (RecipientState.WAITING, RecipientState.HELD, RecipientState.SILENT)

#: What a person's share of a release counts as when there are several: the first of these.
BEST_FIRST = (
    RecipientState.TOLD,
    RecipientState.ON_PAGE,
    RecipientState.SILENT,
    RecipientState.WAITING,
    RecipientState.HELD,
    RecipientState.UNREACHABLE,
    RecipientState.WITHDRAWN,
)
