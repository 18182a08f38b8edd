"""Questions about tracks: apps of one program, and the rules by which builds find theirs."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from storage.catalog.database import Session, insert_missing
from storage.catalog.entitlement import entitles
from storage.records.app import App
from storage.records.destination import Destination
from storage.records.distribution import Recipient
from storage.records.release import Release, ReleaseState
from storage.records.track import TrackRule, TrackRuleKind


class Track(NamedTuple):
    """An app that shares its program with others."""

    app_id: str
    name: str
    display_name: str
    platform: str
    bundle_id: str


async def rules_of(session: Session, app_ids: Collection[str]) -> Sequence[TrackRule]:
    """Return the rules of apps, in a steady order."""
    found = await session.exec(
        select(TrackRule)
        .where(col(TrackRule.app_id).in_(set(app_ids)))
        .order_by(col(TrackRule.created_at), col(TrackRule.id))
    )
    return found.all()


async def add(session: Session, rule: TrackRule) -> bool:
    """Keep a rule; return whether it is news."""
    return bool(
        await insert_missing(session, TrackRule, [rule.model_dump()], ["app_id", "kind", "value"])
    )


async def drop(session: Session, app_id: str, kind: TrackRuleKind, value: str) -> bool:
    """Forget a rule; return whether there was one."""
    result = await session.exec(
        sa.delete(TrackRule).where(
            col(TrackRule.app_id) == app_id,
            col(TrackRule.kind) == kind,
            col(TrackRule.value) == value,
        )
    )
    return bool(result.rowcount)


async def rename_channel(session: Session, old_id: str, new_id: str) -> None:
    """Slack gave a channel another id (`channel_id_changed`)."""
    await session.exec(
        sa.update(TrackRule)
        .where(col(TrackRule.kind) == TrackRuleKind.CHANNEL, col(TrackRule.value) == old_id)
        .values(value=new_id)
    )


async def every(session: Session, organization_id: str) -> list[Track]:
    """Return the apps that share a program with another one, those of a program together."""
    other = aliased(App)
    shared = sa.exists().where(
        col(other.organization_id) == col(App.organization_id),
        col(other.platform) == col(App.platform),
        col(other.bundle_id) == col(App.bundle_id),
        col(other.id) != col(App.id),
    )
    connection = await session.connection()
    found = await connection.execute(
        sa.select(
            col(App.id),
            col(App.name),
            col(App.display_name),
            col(App.platform),
            col(App.bundle_id),
        )
        .where(col(App.organization_id) == organization_id, shared.correlate(App))
        .order_by(col(App.bundle_id), col(App.platform), col(App.name))
    )
    return [Track(*row) for row in found.all()]


async def beside(session: Session, app: App, tester_id: str) -> Sequence[str]:
    """Return what the other apps of a program are called that a tester may install, by name."""
    found = await session.exec(
        select(App.display_name)
        .join(Release, col(Release.app_id) == App.id)
        .join(Recipient, col(Recipient.release_id) == Release.id)
        .join(Destination, col(Destination.id) == Recipient.destination_id)
        .where(
            App.organization_id == app.organization_id,
            App.platform == app.platform,
            App.bundle_id == app.bundle_id,
            App.id != app.id,
            Release.state == ReleaseState.LIVE,
            col(Release.enabled),
            Recipient.tester_id == tester_id,
            entitles(),
        )
        .distinct()
        .order_by(col(App.display_name))
    )
    return found.all()
