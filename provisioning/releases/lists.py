"""Lists of releases and apps: light rows, so that the work does not grow with what is not shown."""

from collections.abc import Collection, Sequence
from datetime import timedelta

from provisioning.releases.cards import AppLine, GivenLine, ReleaseLine
from provisioning.releases.lifecycle import Standing, standing
from storage.catalog import apps, destinations, recipients, rows, testers, uploads
from storage.catalog.database import Database, Session
from storage.catalog.rows import ReleaseRow
from storage.records.app import App
from storage.records.base import now
from storage.records.distribution import RecipientState
from storage.records.release import ReleaseState

#: What a person who was given it may not install any more.
GONE = frozenset({Standing.DRAFT, Standing.DISMISSED, Standing.RECALLED})

#: What somebody means who names no version.
USABLE = frozenset(ReleaseState) - {ReleaseState.DISMISSED, ReleaseState.RECALLED}

#: How long ago "a moment ago" is, when builds are posted one after the other.
LATELY = timedelta(minutes=10)

REACHED = (RecipientState.TOLD, RecipientState.SILENT)


class Lists:
    """Answers what there is. Every answer takes a handful of statements, however long it is."""

    def __init__(self, database: Database, *, organization_id: str) -> None:
        self._database = database
        self._organization_id = organization_id

    async def apps(self) -> list[AppLine]:
        """Return every app by name, with its newest release."""
        async with self._database.reading() as session:
            found = await apps.every(session, self._organization_id)
            newest = await rows.newest_of_each(session, self._organization_id)
            lines = await self._lines(session, newest)
        latest = {line.app_id: line for line in lines}
        return [AppLine(app=app, latest=latest.get(app.id)) for app in found]

    async def names(self) -> list[str]:
        """Return the short name of every app."""
        async with self._database.reading() as session:
            return [app.name for app in await apps.every(session, self._organization_id)]

    async def of_app(self, app_id: str, *, limit: int = 20) -> list[ReleaseLine]:
        """Return an app's newest releases, newest first."""
        async with self._database.reading() as session:
            return await self._lines(session, await rows.of_app(session, app_id, limit=limit))

    async def newest(
        self, states: Collection[ReleaseState], *, like: str = "", limit: int = 10
    ) -> list[ReleaseLine]:
        """
        Return the newest releases of every app in some states.

        With *like*, those whose app or version holds it.
        """
        async with self._database.reading() as session:
            found = await rows.newest(
                session, self._organization_id, states, like=like, limit=limit
            )
            return await self._lines(session, found)

    async def given_to(self, slack_id: str, *, limit: int = 20) -> list[GivenLine]:
        """Return what a person was given and may still install, newest first, each once."""
        async with self._database.reading() as session:
            tester = await testers.with_slack_id(session, self._organization_id, slack_id)
            if tester is None:
                return []
            given = await recipients.of_testers(session, [tester.id], limit=limit)
            found = await rows.those(session, {row.release_id for row in given})
            mandatory = await destinations.mandatory(session, {row.id for row in given})
            lines = {line.release_id: line for line in await self._lines(session, found)}
        first = {row.release_id: row for row in reversed(given)}
        return [
            GivenLine(
                recipient_id=row.id,
                tester_id=tester.id,
                mandatory=row.id in mandatory,
                release=lines[row.release_id],
            )
            for row in given
            if first[row.release_id] is row and lines[row.release_id].standing not in GONE
        ]

    async def find(
        self, app_text: str, version: str | None = None
    ) -> tuple[App | None, ReleaseLine | None]:
        """
        Return the app people mean, and the release: by number, by version, by `version (build)`.

        Without *version*, the newest release that was not dismissed or recalled.
        """
        async with self._database.reading() as session:
            app = await apps.called(session, self._organization_id, app_text.rpartition("/")[2])
            if app is None:
                return None, None
            if version is None or version == "latest":
                found = await rows.of_app(session, app.id, states=USABLE, limit=1)
            else:
                text = version.removeprefix("#").removeprefix("v")
                found = await rows.meant(session, app.id, text)
            lines = await self._lines(session, found[:1])
        return app, lines[0] if lines else None

    async def rivals(self, app: App) -> int:
        """
        Return how many builds of an app came in during the last minutes, or are still coming in.

        With more than one, "the newest" is a guess that a person should make.
        """
        async with self._database.reading() as session:
            recent = await rows.of_app(session, app.id, states=USABLE, limit=2)
            identity = uploads.identity_of(app.platform, app.bundle_id)
            coming = await uploads.coming(session, self._organization_id, identity)
        earliest = now() - LATELY
        return sum(row.posted_at > earliest for row in recent) + len(coming)

    async def _lines(self, session: Session, found: Sequence[ReleaseRow]) -> list[ReleaseLine]:
        ids = [row.release_id for row in found]
        counts = await recipients.counts(session, ids)
        places = await destinations.tally(session, ids)
        return [
            _line(row, counts.get(row.release_id, {}), *places.get(row.release_id, (0, 0)))
            for row in found
        ]


def _line(
    row: ReleaseRow, counts: dict[RecipientState, int], current: int, total: int
) -> ReleaseLine:
    return ReleaseLine(
        release_id=row.release_id,
        app_id=row.app_id,
        app_name=row.app_name,
        app_display_name=row.app_display_name,
        platform=row.platform,
        number=row.number,
        version=row.version,
        build=row.build,
        standing=standing(row.state, current=current, destinations=total),
        notes=row.notes,
        reached=sum(counts.get(state, 0) for state in REACHED),
        people=sum(counts.values()),
        at=row.published_at or row.created_at,
    )
