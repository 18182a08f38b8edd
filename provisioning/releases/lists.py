"""Lists of releases and apps: light rows, so that the work does not grow with what is not shown."""

from collections.abc import Collection, Sequence
from datetime import timedelta

from provisioning.releases.cards import AppLine, GivenLine, ReachLine, ReleaseLine
from provisioning.releases.demands import demand_for, demands
from provisioning.releases.lifecycle import Standing, standing
from storage.catalog import apps, recipients, rows, search, tags, uploads
from storage.catalog.database import Database
from storage.catalog.rows import ReleaseRow
from storage.catalog.search import NamedApp
from storage.inspection.facts import system_of
from storage.records.app import App
from storage.records.base import now
from storage.records.distribution import RecipientState
from storage.records.release import ReleaseState

#: What a person who was given it may not install any more.
GONE = frozenset(
    {
        Standing.DRAFT,
        Standing.DISABLED,
        Standing.DISMISSED,
        Standing.RECALLED,
        Standing.WITHDRAWN,
    }
)

#: What somebody means who names no version.
USABLE = frozenset(ReleaseState) - {ReleaseState.DISMISSED, ReleaseState.RECALLED}

#: In these states a release may still be installed by those who were given it.
GIVEN = USABLE - {ReleaseState.DRAFT}

#: How long ago "a moment ago" is, when builds are posted one after the other.
LATELY = timedelta(minutes=10)


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
        latest = {row.app_id: _line(row) for row in newest}
        return [AppLine(app=app, latest=latest.get(app.id)) for app in found]

    async def names(self) -> list[str]:
        """Return the short name of every app."""
        async with self._database.reading() as session:
            return [app.name for app in await apps.every(session, self._organization_id)]

    async def names_given_to(self, slack_id: str) -> list[str]:
        """Return the short name of every app that a person was given and may still install."""
        async with self._database.reading() as session:
            return list(await apps.names_given_to(session, self._organization_id, slack_id, GIVEN))

    async def of_app(self, app_id: str, *, limit: int = 20) -> list[ReleaseLine]:
        """Return an app's newest releases, newest first."""
        async with self._database.reading() as session:
            return [_line(row) for row in await rows.of_app(session, app_id, limit=limit)]

    async def tagged(
        self,
        tag: str,
        states: Collection[ReleaseState],
        *,
        app_id: str | None = None,
        limit: int = 20,
    ) -> list[ReleaseLine]:
        """Return the newest releases in some states that have a tag, of one app or of all."""
        async with self._database.reading() as session:
            found = await rows.tagged(
                session, self._organization_id, tag, states, app_id=app_id, limit=limit
            )
        return [_line(row) for row in found]

    async def tags(self, app_id: str | None = None) -> list[str]:
        """Return every tag that a release has, of one app or of all."""
        async with self._database.reading() as session:
            return list(await tags.known(session, self._organization_id, app_id))

    async def newest(
        self, states: Collection[ReleaseState], *, like: str = "", limit: int = 10
    ) -> list[ReleaseLine]:
        """
        Return the newest releases of every app in some states.

        With *like*, those whose app or version holds it, as `Harbour 2.4.0 (241)`.
        """
        async with self._database.reading() as session:
            found = await rows.newest(
                session, self._organization_id, states, like=like, limit=limit
            )
        return [_line(row) for row in found]

    async def those(self, release_ids: Sequence[str]) -> list[ReleaseLine]:
        """Return releases by id, in the order of the ids."""
        async with self._database.reading() as session:
            found = {row.release_id: row for row in await rows.those(session, release_ids)}
        return [_line(found[one]) for one in release_ids if one in found]

    async def with_reach(self, lines: Sequence[ReleaseLine]) -> list[ReachLine]:
        """Return the same releases with how many people they were given to, and reached."""
        async with self._database.reading() as session:
            counts = await recipients.counts(session, {line.release_id for line in lines})
        return [_reach(line, counts.get(line.release_id, {})) for line in lines]

    async def given_to(self, slack_id: str, *, like: str = "", limit: int = 20) -> list[GivenLine]:
        """
        Return what a person was given lately and may still install, newest first, each once.

        With *like*, those among them whose app or version holds it.
        """
        async with self._database.reading() as session:
            given = await recipients.given_to(session, self._organization_id, slack_id, limit=limit)
            found = await rows.those(session, {one.release_id for one in given})
            own, app_ids = {one.tester_id for one in given}, {row.app_id for row in found}
            demanded = await demands(session, app_ids, own, at=now())
        needle = search.folded(like)
        lines = {row.release_id: _line(row) for row in found if _fits(row, needle)}
        first = {one.release_id: one for one in reversed(given)}
        return [
            GivenLine(
                recipient_id=one.recipient_id,
                tester_id=one.tester_id,
                demand=demand_for(
                    demanded, (lines[one.release_id].app_id, one.tester_id), one.release_id
                ),
                release=lines[one.release_id],
            )
            for one in given
            if first[one.release_id] is one
            and one.release_id in lines
            and lines[one.release_id].standing not in GONE
        ]

    async def had(self, slack_id: str, release_ids: Collection[str]) -> set[str]:
        """Return those of the releases that a person was given and may still install."""
        async with self._database.reading() as session:
            return await recipients.had(
                session, self._organization_id, slack_id, release_ids, GIVEN
            )

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
        return app, _line(found[0]) if found else None

    async def newest_live(self, app_id: str) -> ReleaseLine | None:
        """Return an app's newest release that people may have, None while there is none."""
        async with self._database.reading() as session:
            found = await rows.of_app(session, app_id, states={ReleaseState.LIVE}, limit=1)
        return _line(found[0]) if found else None

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


def _fits(row: ReleaseRow, needle: str) -> bool:
    app = NamedApp(id=row.app_id, name=row.app_name, display_name=row.app_display_name)
    return search.fits(needle, app, search.spelled(row.version, row.build))


def _line(row: ReleaseRow) -> ReleaseLine:
    return ReleaseLine(
        release_id=row.release_id,
        app_id=row.app_id,
        app_name=row.app_name,
        app_display_name=row.app_display_name,
        platform=row.platform,
        system=system_of(row.platform, row.device_families or ()),
        number=row.number,
        version=row.version,
        build=row.build,
        standing=standing(
            row.state, current=row.current, destinations=row.sent, enabled=row.enabled
        ),
        notes=row.notes,
        notes_kind=row.notes_kind,
        at=row.published_at or row.created_at,
        icon_sha256=row.icon_sha256,
        is_external=row.is_external,
        tags=tags.parted(row.tags),
    )


def _reach(line: ReleaseLine, counts: dict[RecipientState, int]) -> ReachLine:
    return ReachLine(
        release=line,
        reached=counts.get(RecipientState.TOLD, 0),
        silent=counts.get(RecipientState.SILENT, 0),
        people=sum(counts.values()) - counts.get(RecipientState.WITHDRAWN, 0),
    )
