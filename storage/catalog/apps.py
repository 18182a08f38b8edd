"""Questions about apps."""

from collections.abc import Collection, Sequence

import sqlalchemy as sa
from sqlmodel import col, select

from storage.catalog.database import Session
from storage.catalog.entitlement import entitles
from storage.errors import NotFound
from storage.records.app import App
from storage.records.destination import Destination
from storage.records.distribution import Recipient
from storage.records.release import Release, ReleaseState
from storage.records.tester import Tester


async def get(session: Session, app_id: str) -> App:
    """Raise NotFound."""
    found = await session.get(App, app_id)
    if found is None:
        raise NotFound("There is no such app.")
    return found


async def lock(session: Session, app_id: str) -> None:
    """
    Let others who change what is current of an app wait until this unit of work ends.

    SQLite has one at a time. Whoever locks a release as well locks the app first.
    """
    await session.exec(select(App.id).where(App.id == app_id).with_for_update(key_share=True))


async def names(session: Session, app_ids: Collection[str]) -> dict[str, str]:
    """Return what apps are called, by id."""
    found = await session.exec(
        select(App.id, App.display_name).where(col(App.id).in_(set(app_ids)))
    )
    return dict(found.all())


async def platforms(session: Session, app_ids: Collection[str]) -> dict[str, str]:
    """Return the platform of apps, by id."""
    found = await session.exec(select(App.id, App.platform).where(col(App.id).in_(set(app_ids))))
    return dict(found.all())


async def of_package(
    session: Session, organization_id: str, platform: str, bundle_id: str
) -> Sequence[App]:
    """Return the apps that builds of this platform and bundle id may belong to, by name."""
    found = await session.exec(
        select(App)
        .where(
            App.organization_id == organization_id,
            App.platform == platform,
            App.bundle_id == bundle_id,
        )
        .order_by(col(App.name))
    )
    return found.all()


async def locked(session: Session, app_id: str) -> App:
    """
    Return an app, and let others who lock it wait until this unit of work ends. Raise NotFound.

    SQLite has one unit of work at a time anyway.
    """
    found = await session.exec(select(App).where(App.id == app_id).with_for_update())
    app = found.first()
    if app is None:
        raise NotFound("There is no such app.")
    return app


async def called(session: Session, organization_id: str, name: str) -> App | None:
    """Return the app of this short name, whatever its case."""
    found = await session.exec(
        select(App).where(App.organization_id == organization_id, App.name == name.lower())
    )
    return found.first()


async def every(session: Session, organization_id: str) -> Sequence[App]:
    """Return all apps by name."""
    found = await session.exec(
        select(App).where(App.organization_id == organization_id).order_by(col(App.name))
    )
    return found.all()


async def names_given_to(
    session: Session, organization_id: str, slack_id: str, states: Collection[ReleaseState]
) -> Sequence[str]:
    """Return the short names of the apps of which a person was given a release in some states."""
    tester = (
        sa.select(col(Tester.id))
        .where(col(Tester.organization_id) == organization_id, col(Tester.slack_id) == slack_id)
        .scalar_subquery()
    )
    found = await session.exec(
        select(App.name)
        .join(Release, col(Release.app_id) == App.id)
        .join(Recipient, col(Recipient.release_id) == Release.id)
        .join(Destination, col(Destination.id) == Recipient.destination_id)
        .where(col(Recipient.tester_id) == tester, col(Release.state).in_(states), entitles())
        .distinct()
        .order_by(col(App.name))
    )
    return found.all()


async def add(session: Session, app: App) -> App:
    """Keep a new app. Leaving the unit of work raises AlreadyExists when its name is taken."""
    session.add(app)
    await session.flush()
    return app
