"""What people are shown of uploads, releases and deliveries: read, never written."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from storage.catalog import apps, builds, distributions, groups, releases, testers, uploads
from storage.catalog.database import Database, Session
from storage.inspection.diff import Change, compare
from storage.inspection.facts import Facts
from storage.records.app import App
from storage.records.build import Build
from storage.records.distribution import DeliveryState, DestinationKind, DistributionState
from storage.records.release import Release, ReleaseState
from storage.records.tester import Tester
from storage.records.upload import Upload, UploadState


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a card of an upload belongs. `thread_ts` is None until the message was seen."""

    channel_id: str
    thread_ts: str | None
    gone: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildCard:
    """A build as people see it. All text in `facts` is a stranger's: escape it."""

    build_id: str
    file_name: str
    size: int
    sha256: str
    icon_sha256: str | None
    facts: Facts

    @property
    def name(self) -> str:
        return self.facts.name or self.facts.bundle_id or self.file_name


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupChip:
    """A group by name, with the channels it is connected to."""

    id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Undelivered:
    """A tester who could not be told, and why."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One distribution of a release: who sent it where, and how it goes."""

    distribution_id: str
    by: str
    at: datetime
    groups: tuple[GroupChip, ...]
    singles: int
    mandatory: bool
    notify: bool
    state: DistributionState
    shortfall: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseCard:
    """A release with its app, its build, and how far it has gone."""

    release_id: str
    number: int
    revision: int
    state: ReleaseState
    notes: str
    created_by: str
    created_at: datetime
    published_by: str | None
    published_at: datetime | None
    withdrawn_by: str | None
    app_id: str
    app_name: str
    app_display_name: str
    build: BuildCard
    previous: str | None  #: Such as `2.3.0 (230)`; None for the first build of an app.
    changes: tuple[Change, ...]
    usual_group: GroupChip | None
    acts: tuple[Act, ...]
    counts: dict[DeliveryState, int]
    undelivered: tuple[Undelivered, ...]

    @property
    def reached(self) -> int:
        """How many testers may install it and were told, or were not to be told."""
        return sum(self.counts.get(s, 0) for s in (DeliveryState.TOLD, DeliveryState.SILENT))

    @property
    def people(self) -> int:
        """How many testers it was given to."""
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadCard:
    """An upload with whatever has become of it."""

    upload_id: str
    key: str
    team_id: str
    state: UploadState
    reason: str
    file_name: str
    size: int | None
    received_bytes: int
    uploader: str
    quiet: bool
    again: bool
    notes: str
    places: tuple[Place, ...]
    build: BuildCard | None
    release: ReleaseCard | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryCard:
    """What one tester is told."""

    delivery_id: str
    distribution_id: str
    tester: Tester
    state: DeliveryState
    mandatory: bool
    by: str
    release: ReleaseCard


@dataclass(frozen=True, slots=True, kw_only=True)
class AppCard:
    """An app in a list."""

    app: App
    latest: ReleaseCard | None
    releases: int


class Cards:
    """Answers what is to be shown now."""

    def __init__(self, database: Database, *, organization_id: str) -> None:
        self._database = database
        self._organization_id = organization_id

    async def upload(self, upload_id: str) -> UploadCard:
        """Raise NotFound."""
        async with self._database.reading() as session:
            upload = await uploads.get(session, upload_id)
            build = await builds.get(session, upload.build_id) if upload.build_id else None
            release = (
                await self._release(session, await releases.get(session, upload.release_id))
                if upload.release_id
                else None
            )
            return UploadCard(
                upload_id=upload.id,
                key=upload.key,
                team_id=upload.team_id,
                state=upload.state,
                reason=upload.reason,
                file_name=upload.file_name,
                size=upload.size,
                received_bytes=upload.received_bytes,
                uploader=upload.uploader,
                quiet=upload.quiet,
                again=upload.again,
                notes=upload.notes,
                places=await self._places(session, upload),
                build=_build_card(build) if build else None,
                release=release,
            )

    async def release(self, release_id: str) -> ReleaseCard:
        """Raise NotFound."""
        async with self._database.reading() as session:
            return await self._release(session, await releases.get(session, release_id))

    async def uploads_of(self, release_id: str) -> list[str]:
        """Return the ids of the uploads that led to a release."""
        async with self._database.reading() as session:
            return [upload.id for upload in await uploads.of_release(session, release_id)]

    async def upload_of_key(self, key: str) -> str | None:
        """Return the id of the upload that is known at its source by *key*."""
        async with self._database.reading() as session:
            upload = await uploads.of_key(session, key)
        return upload.id if upload else None

    async def deliveries_of(self, release_id: str) -> list[str]:
        """Return the ids of a release's deliveries."""
        async with self._database.reading() as session:
            return [row.id for row in await distributions.deliveries(session, release_id)]

    async def delivery(self, delivery_id: str) -> DeliveryCard:
        """Raise NotFound."""
        async with self._database.reading() as session:
            delivery = await distributions.delivery(session, delivery_id)
            distribution = await distributions.get(session, delivery.distribution_id)
            release = await releases.get(session, delivery.release_id)
            return DeliveryCard(
                delivery_id=delivery.id,
                distribution_id=distribution.id,
                tester=await testers.get(session, delivery.tester_id),
                state=delivery.state,
                mandatory=distribution.mandatory,
                by=distribution.requested_by,
                release=await self._release(session, release),
            )

    async def distribution(self, distribution_id: str) -> tuple[Act, ReleaseCard]:
        """Return one act of distributing with its release. Raise NotFound."""
        async with self._database.reading() as session:
            distribution = await distributions.get(session, distribution_id)
            card = await self._release(
                session, await releases.get(session, distribution.release_id)
            )
        act = next(a for a in card.acts if a.distribution_id == distribution_id)
        return act, card

    async def is_icon(self, sha256: str) -> bool:
        """Return whether a blob is the icon of some build."""
        async with self._database.reading() as session:
            return await builds.is_icon(session, sha256)

    async def apps(self) -> list[AppCard]:
        """Return every app by name, with its newest release."""
        async with self._database.reading() as session:
            cards = []
            for app in await apps.every(session, self._organization_id):
                rows = await releases.of_app(session, app.id, limit=1)
                latest = await self._release(session, rows[0]) if rows else None
                total = latest.number if latest else 0
                cards.append(AppCard(app=app, latest=latest, releases=total))
            return cards

    async def releases(self, app_id: str, *, limit: int = 20) -> list[ReleaseCard]:
        """Return an app's newest releases, newest first."""
        async with self._database.reading() as session:
            rows = await releases.of_app(session, app_id, limit=limit)
            return [await self._release(session, row) for row in rows]

    async def newest(self, states: Sequence[ReleaseState], *, limit: int = 10) -> list[ReleaseCard]:
        """Return the newest releases of every app in some states."""
        async with self._database.reading() as session:
            rows = await releases.newest(session, self._organization_id, states, limit=limit)
            return [await self._release(session, row) for row in rows]

    async def given_to(self, slack_id: str, *, limit: int = 20) -> list[DeliveryCard]:
        """Return what a person was given and may still install, newest first."""
        async with self._database.reading() as session:
            tester = await testers.with_slack_id(session, self._organization_id, slack_id)
            rows = await distributions.given_to(session, tester.id, limit=limit) if tester else ()
        cards = [await self.delivery(row.id) for row in rows]
        gone = {ReleaseState.WITHDRAWN, ReleaseState.DRAFT}
        return [card for card in cards if card.release.state not in gone]

    async def find(
        self, app_text: str, version: str | None = None
    ) -> tuple[App | None, Release | None]:
        """
        Return the app people mean, and the release: by number, by version, by `version (build)`.

        Without *version*, the newest release that was not dismissed.
        """
        async with self._database.reading() as session:
            app = await apps.called(session, self._organization_id, app_text.rpartition("/")[2])
            if app is None:
                return None, None
            rows = await releases.of_app(session, app.id, limit=500)
            known = {row.id: await builds.get(session, row.build_id) for row in rows}
        for row in rows:
            if _is_meant(row, known[row.id], version):
                return app, row
        return app, None

    async def _places(self, session: Session, upload: Upload) -> tuple[Place, ...]:
        return tuple(
            Place(channel_id=p.channel_id, thread_ts=p.thread_ts, gone=p.gone)
            for p in await uploads.places(session, upload.id)
        )

    async def _release(self, session: Session, release: Release) -> ReleaseCard:
        app = await apps.get(session, release.app_id)
        build = await builds.get(session, release.build_id)
        before = await builds.before(session, app, build)
        known = {g.id: g for g in await groups.every(session, self._organization_id)}
        usual = known.get(app.usual_group_id or "")
        return ReleaseCard(
            release_id=release.id,
            number=release.number,
            revision=release.revision,
            state=release.state,
            notes=release.notes,
            created_by=release.created_by,
            created_at=release.created_at,
            published_by=release.published_by,
            published_at=release.published_at,
            withdrawn_by=release.withdrawn_by,
            app_id=app.id,
            app_name=app.name,
            app_display_name=app.display_name,
            build=_build_card(build),
            previous=f"{before.version} ({before.build})" if before else None,
            changes=_changes(before, build),
            usual_group=GroupChip(id=usual.id, name=usual.name) if usual else None,
            acts=await self._acts(session, release, {g.id: g.name for g in known.values()}),
            counts=await distributions.counts(session, release.id),
            undelivered=await self._undelivered(session, release),
        )

    async def _acts(
        self, session: Session, release: Release, names: dict[str, str]
    ) -> tuple[Act, ...]:
        rows = await distributions.destinations(session, release.id)
        acts = []
        for distribution in await distributions.of_release(session, release.id):
            own = [row for row in rows if row.distribution_id == distribution.id]
            chips = tuple(
                GroupChip(id=row.target_id, name=names.get(row.target_id, "a deleted group"))
                for row in own
                if row.kind is DestinationKind.GROUP
            )
            acts.append(
                Act(
                    distribution_id=distribution.id,
                    by=distribution.requested_by,
                    at=distribution.created_at,
                    groups=chips,
                    singles=sum(row.kind is DestinationKind.TESTER for row in own),
                    mandatory=distribution.mandatory,
                    notify=distribution.notify,
                    state=distribution.state,
                    shortfall=distribution.shortfall,
                )
            )
        return tuple(acts)

    async def _undelivered(self, session: Session, release: Release) -> tuple[Undelivered, ...]:
        rows = [
            row
            for row in await distributions.deliveries(session, release.id)
            if row.state is DeliveryState.UNDELIVERABLE
        ]
        if not rows:
            return ()
        found = await testers.those(session, [row.tester_id for row in rows])
        names = {tester.id: tester.name for tester in found}
        return tuple(Undelivered(name=names[row.tester_id], reason=row.reason) for row in rows)


def _build_card(build: Build) -> BuildCard:
    return BuildCard(
        build_id=build.id,
        file_name=build.file_name,
        size=build.size,
        sha256=build.sha256,
        icon_sha256=build.icon_sha256,
        facts=Facts(**build.facts),
    )


def _changes(before: Build | None, build: Build) -> tuple[Change, ...]:
    if before is None:
        return ()
    return tuple(compare(Facts(**before.facts), Facts(**build.facts)))


def _is_meant(release: Release, build: Build, version: str | None) -> bool:
    if version is None or version == "latest":
        return release.state is not ReleaseState.WITHDRAWN
    text = version.removeprefix("#").removeprefix("v")
    return text in {str(release.number), build.version, f"{build.version} ({build.build})"}
