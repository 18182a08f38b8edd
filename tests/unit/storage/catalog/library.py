"""Apps with releases, a line each, for questions about many of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from storage.catalog import releases
from storage.catalog.database import Database
from storage.records.app import App
from storage.records.build import Build
from storage.records.organization import Organization
from storage.records.release import Release, ReleaseState
from tests.shelf import facts_of

START = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class Library:
    """Keeps apps by their short names; each release is posted a minute after the one before."""

    database: Database
    organization_id: str
    apps: dict[str, App] = field(default_factory=dict)
    _count: int = 0

    async def app(self, name: str, display_name: str) -> App:
        app = App(
            organization_id=self.organization_id,
            name=name,
            display_name=display_name,
            platform="ios",
            bundle_id=f"com.example.{len(self.apps)}",
            created_by="clock",
        )
        async with self.database.writing() as session:
            session.add(app)
        self.apps[name] = app
        return app

    async def release(
        self,
        name: str,
        version: str,
        build: str,
        state: ReleaseState = ReleaseState.LIVE,
        **changes: Mapping[str, Any] | datetime,
    ) -> Release:
        self._count += 1
        app = self.apps[name]
        made = Build(
            organization_id=self.organization_id,
            sha256=f"{self._count:064}",
            size=1,
            platform=app.platform,
            bundle_id=app.bundle_id,
            version=version,
            build=build,
            facts=facts_of().as_json(),
        )
        async with self.database.writing() as session:
            session.add(made)
            values: dict[str, Any] = {
                "organization_id": self.organization_id,
                "key": f"test:{self._count}",
                "app_id": app.id,
                "number": 0,
                "build_id": made.id,
                "state": state,
                "posted_at": START + timedelta(minutes=self._count),
                "created_by": "clock",
            }
            return await releases.add(session, Release(**{**values, **changes}))


async def opened(database: Database) -> Library:
    """Return an empty library in a new organization."""
    organization = Organization(name="main")
    async with database.writing() as session:
        session.add(organization)
    return Library(database=database, organization_id=organization.id)
