"""Questions about what testers are offered of an app, what they must have, and what they have."""

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from storage.catalog.conditions import among, among_named, one_parameter
from storage.catalog.database import Session, is_postgresql
from storage.catalog.entitlement import entitles
from storage.records.build import Build
from storage.records.destination import Destination, DestinationKind
from storage.records.distribution import Recipient, RecipientState
from storage.records.grant import Grant, Receipt, ReceiptKind
from storage.records.group import GroupMember, GroupUserGroup
from storage.records.person import UserGroup
from storage.records.release import Release, ReleaseState
from storage.records.tester import Tester


class ReleaseOffer(NamedTuple):
    """A release of an app as it concerns one tester."""

    app_id: str
    tester_id: str
    release_id: str
    number: int
    version: str | None
    build: str | None


class BindingOffer(NamedTuple):
    """
    A release that a tester has, and the terms of one destination of it.

    Those terms are theirs if it `reaches` them by what we hold ourselves; else, where it is a
    group's, if they are in it by a user group of Slack.
    """

    app_id: str
    tester_id: str
    slack_id: str | None
    release_id: str
    number: int
    version: str | None
    build: str | None
    target_id: str
    mandatory_from: datetime
    grace: int
    mandatory_below: str
    reaches: bool


class Reached(NamedTuple):
    """A tester who has a release, and a destination of it, which `reaches` them as above."""

    tester_id: str
    slack_id: str | None
    target_id: str
    state: RecipientState
    told_at: datetime | None
    reaches: bool


_RELEASE = (
    col(Release.id),
    col(Release.number),
    col(Build.version),
    col(Build.build),
)


def _reaches(terms: type[Destination]) -> sa.ColumnElement[bool]:
    """
    Say of a destination that a recipient of its release is whom it is for, as far as we hold.

    The group's membership of theirs, if there is one, is joined with both.
    """
    return sa.or_(
        col(terms.id) == col(Recipient.destination_id),
        sa.and_(
            col(terms.kind) == DestinationKind.TESTER,
            col(terms.target_id) == col(Recipient.tester_id),
        ),
        sa.and_(col(terms.kind) == DestinationKind.GROUP, col(GroupMember.tester_id).is_not(None)),
    )


def _is_member(terms: type[Destination]) -> sa.ColumnElement[bool]:
    return sa.and_(
        col(GroupMember.group_id) == col(terms.target_id),
        col(GroupMember.tester_id) == col(Recipient.tester_id),
    )


def _is_open() -> sa.ColumnElement[bool]:
    """Say of a release that whoever is entitled to it may install it."""
    return sa.and_(col(Release.state) == ReleaseState.LIVE, col(Release.enabled))


async def binding(
    session: Session, app_ids: Collection[str], tester_ids: Collection[str]
) -> list[BindingOffer]:
    """
    Return what may be mandatory for testers: releases they are entitled to, with every term.

    What was superseded is among it. What was recalled or disabled is not. Somebody holds a release
    by one destination, though others of it may be for them as well.
    """
    on_postgresql = is_postgresql(session)
    values = {
        "app_ids": list(set(app_ids)),
        "tester_ids": one_parameter(tester_ids, on_postgresql=on_postgresql),
    }
    connection = await session.connection()
    found = await connection.execute(_binding(on_postgresql), values)
    return [BindingOffer(*row) for row in found.all()]


@cache
def _binding(on_postgresql: bool) -> sa.Select[*tuple[Any, ...]]:  # noqa: FBT001
    terms = aliased(Destination)
    reaches = _reaches(terms)
    return (
        sa.select(
            col(Release.app_id),
            col(Recipient.tester_id),
            col(Tester.slack_id),
            *_RELEASE,
            col(terms.target_id),
            col(terms.mandatory_from),
            col(terms.grace),
            col(terms.mandatory_below),
            reaches,
        )
        .select_from(terms)
        .join(Recipient, col(Recipient.release_id) == col(terms.release_id))
        .join(Destination, col(Destination.id) == col(Recipient.destination_id))
        .join(Tester, col(Tester.id) == col(Recipient.tester_id))
        .join(GroupMember, _is_member(terms), isouter=True)
        .join(Release, col(Release.id) == col(terms.release_id))
        .join(Build, col(Build.id) == col(Release.build_id))
        .where(
            col(terms.app_id).in_(sa.bindparam("app_ids", expanding=True)),
            col(terms.mandatory_from).is_not(None),
            col(terms.recalled_at).is_(None),
            among_named(col(Recipient.tester_id), "tester_ids", on_postgresql=on_postgresql),
            sa.or_(reaches, col(terms.kind) == DestinationKind.GROUP),
            _is_open(),
            entitles(),
        )
        .distinct()
    )


async def reached(session: Session, destination_ids: Collection[str]) -> list[Reached]:
    """Return the active testers who have a release, by each of some destinations of it."""
    terms = aliased(Destination)
    reaches = _reaches(terms)
    wanted: Any = (
        sa.select(
            col(Recipient.tester_id),
            col(Tester.slack_id),
            col(terms.target_id),
            col(Recipient.state),
            col(Recipient.told_at),
            reaches,
        )
        .select_from(terms)
        .join(Recipient, col(Recipient.release_id) == col(terms.release_id))
        .join(Destination, col(Destination.id) == col(Recipient.destination_id))
        .join(Tester, col(Tester.id) == col(Recipient.tester_id))
        .join(GroupMember, _is_member(terms), isouter=True)
        .where(
            col(terms.id).in_(set(destination_ids)),
            col(terms.recalled_at).is_(None),
            sa.or_(reaches, col(terms.kind) == DestinationKind.GROUP),
            col(Tester.active),
            entitles(),
        )
        .distinct()
    )
    connection = await session.connection()
    found = await connection.execute(wanted)
    return [Reached(*row) for row in found.all()]


async def told_members(
    session: Session, group_ids: Collection[str]
) -> Sequence[tuple[str, Sequence[str]]]:
    """Return who is in groups by user groups, as Slack last told: group, with ids of Slack's."""
    found = await session.exec(
        select(GroupUserGroup.group_id, UserGroup.members)
        .join(UserGroup, col(UserGroup.id) == col(GroupUserGroup.usergroup_id))
        .where(col(GroupUserGroup.group_id).in_(set(group_ids)), ~col(UserGroup.gone))
    )
    return found.all()


async def wanted(
    session: Session, app_ids: Collection[str], tester_ids: Collection[str]
) -> list[ReleaseOffer]:
    """
    Return the release of each app that each tester is to have, as `releases.newest_of_tester` does.

    What is current for them comes before what was superseded; among these the highest number.
    """
    current = sa.case((col(Destination.superseded_at).is_(None), col(Release.number)))
    last = (
        sa.select(
            col(Release.app_id).label("app_id"),
            col(Recipient.tester_id).label("tester_id"),
            sa.func.coalesce(sa.func.max(current), sa.func.max(col(Release.number))).label(
                "number"
            ),
        )
        .join(Destination, col(Destination.id) == col(Recipient.destination_id))
        .join(Release, col(Release.id) == col(Recipient.release_id))
        .where(
            col(Release.app_id).in_(set(app_ids)),
            among(session, col(Recipient.tester_id), tester_ids),
            _is_open(),
            entitles(),
        )
        .group_by(col(Release.app_id), col(Recipient.tester_id))
        .subquery()
    )
    return await _in_full(session, last)


async def begun(
    session: Session, app_ids: Collection[str], tester_ids: Collection[str]
) -> list[ReleaseOffer]:
    """Return the newest release of each app that each tester began to fetch, and may have."""
    last = (
        sa.select(
            col(Release.app_id).label("app_id"),
            col(Grant.tester_id).label("tester_id"),
            sa.func.max(col(Release.number)).label("number"),
        )
        .join(Receipt, col(Receipt.grant_id) == col(Grant.id))
        .join(Release, col(Release.id) == col(Grant.release_id))
        .where(
            col(Release.app_id).in_(set(app_ids)),
            among(session, col(Grant.tester_id), tester_ids),
            col(Receipt.kind).in_((ReceiptKind.MANIFEST, ReceiptKind.BINARY)),
        )
        .group_by(col(Release.app_id), col(Grant.tester_id))
        .subquery()
    )
    return await _in_full(session, last)


async def _in_full(session: Session, last: Any) -> list[ReleaseOffer]:  # noqa: ANN401 - a subquery
    """Return what some numbers of apps are, by tester."""
    connection = await session.connection()
    found = await connection.execute(
        sa.select(last.c.app_id, last.c.tester_id, *_RELEASE)
        .join(
            Release,
            sa.and_(col(Release.app_id) == last.c.app_id, col(Release.number) == last.c.number),
        )
        .join(Build, col(Build.id) == col(Release.build_id))
    )
    return [ReleaseOffer(*row) for row in found.all()]
