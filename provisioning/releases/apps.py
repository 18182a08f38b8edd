"""Apps: made for the first build of a program, and chosen where several share its identifier."""

import re
from dataclasses import dataclass

from provisioning.actors import Act, Actor, referred
from provisioning.errors import NotNow, Unclear
from provisioning.people.permissions import Permissions, Where
from provisioning.releases import drafts, lifecycle
from storage.catalog import apps, audit, builds, releases, uploads
from storage.catalog.database import Database, Session
from storage.errors import AlreadyExists
from storage.records.app import App
from storage.records.audit import AuditEntry
from storage.records.build import Build
from storage.records.release import Release, ReleaseState
from storage.records.upload import Upload, UploadState

DISPLAY_NAME_LIMIT = 255
APP_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewApp:
    """What a person fills in to create the app of a build."""

    name: str
    display_name: str


class Apps:
    """Makes apps, and gives builds to them."""

    def __init__(
        self, database: Database, permissions: Permissions, *, organization_id: str
    ) -> None:
        self._database = database
        self._permissions = permissions
        self._organization_id = organization_id

    async def create(self, upload_id: str, by: Actor, new: NewApp) -> tuple[App, list[str]]:
        """
        Create the app of an upload's build, with a draft of every build that waits for it.

        Return the app and the ids of the uploads whose cards changed. Raise NotAllowed, NotNow,
        and Unclear with the field `name` or `display_name`.
        """
        await self._permissions.require(by, Act.CREATE_APP)
        name = checked_name(new.name)
        display_name = checked_display_name(new.display_name)
        try:
            return await self._create(upload_id, by, name, display_name)
        except AlreadyExists:
            raise Unclear(f"There is already an app called {name}.", field="name") from None

    async def choose(self, upload_id: str, app_id: str, by: Actor) -> list[str]:
        """
        Say to which of several apps of one identifier a build belongs; a draft of another moves.

        Return the ids of the uploads whose cards changed. Raise NotAllowed, NotFound, NotNow.
        """
        await self._permissions.require(by, Act.CREATE_APP, Where(app_id=app_id))
        async with self._database.writing() as session:
            upload = await uploads.get(session, upload_id)
            build = await _build_of(session, upload)
            app = await apps.get(session, app_id)
            if (app.platform, app.bundle_id) != (build.platform, build.bundle_id):
                raise NotNow(f"{app.display_name} is another program than this build.")
            if upload.release_id is None:
                await self._give(session, app, upload, build)
                return [upload_id]
            release = await releases.get(session, upload.release_id)
            if release.app_id == app_id:
                return [upload_id]
            return await self._move(session, release, app, build, by)

    async def _move(
        self, session: Session, release: Release, app: App, build: Build, by: Actor
    ) -> list[str]:
        """Make a draft of one app one of another; the uploads that led to it lead there now."""
        origin = await apps.get(session, release.app_id)
        await self._permissions.require(by, Act.CREATE_APP, Where(app_id=origin.id))
        if release.state is not ReleaseState.DRAFT:
            raise NotNow(
                f"Release {release.number} of {origin.display_name} is "
                f"{lifecycle.said(release.state)}: only a draft moves to another track. Post the "
                "build once more where that one's builds are posted."
            )
        await lifecycle.turn(
            session,
            release,
            ReleaseState.DISMISSED,
            by=by,
            organization_id=self._organization_id,
            moved_to=app.id,
        )
        led = await uploads.of_releases(session, [release.id])
        for upload in led:
            await self._give(session, app, upload, build)
            draft = await releases.get(session, upload.release_id or "")
            if draft.state is ReleaseState.DRAFT:
                draft.notes = release.notes
                session.add(draft)
        return [upload.id for upload in led]

    async def _create(
        self, upload_id: str, by: Actor, name: str, display_name: str
    ) -> tuple[App, list[str]]:
        async with self._database.writing() as session:
            build = await _build_of(session, await uploads.get(session, upload_id))
            there = await apps.of_package(
                session, self._organization_id, build.platform, build.bundle_id
            )
            if there:
                return there[0], await self._claim(session, there[0])
            app = App(
                organization_id=self._organization_id,
                name=name,
                display_name=display_name,
                platform=build.platform,
                bundle_id=build.bundle_id,
                created_by=by.reference,
            )
            await apps.add(session, app)
            entry = AuditEntry(
                organization_id=self._organization_id,
                actor=by.reference,
                action="app.created",
                subject_id=app.id,
                origin=by.origin,
            )
            audit.add(session, entry)
            return app, await self._claim(session, app)

    async def _claim(self, session: Session, app: App) -> list[str]:
        """Make a draft of every build that waited for *app*, in the order of posting."""
        waiting = await uploads.unclaimed(
            session, self._organization_id, app.platform, app.bundle_id
        )
        for upload, build in waiting:
            await self._give(session, app, upload, build)
        return [upload.id for upload, _ in waiting]

    async def _give(self, session: Session, app: App, upload: Upload, build: Build) -> None:
        draft = await drafts.draft(
            session, app, build, upload, by=referred(upload.created_by, origin=upload.source)
        )
        upload.release_id = draft.id
        session.add(upload)


async def _build_of(session: Session, upload: Upload) -> Build:
    if upload.build_id is None or upload.state is not UploadState.KEPT:
        raise NotNow("This build is not kept, so there is nothing to create an app from.")
    return await builds.get(session, upload.build_id)


def checked_display_name(text: str) -> str:
    """Return the name that people read. Raise Unclear, field `display_name`."""
    name = text.strip()
    if not name:
        raise Unclear("An app needs a name that people read.", field="display_name")
    if len(name) > DISPLAY_NAME_LIMIT:
        raise Unclear(
            f"An app's name has at most {DISPLAY_NAME_LIMIT} characters; this one has {len(name)}.",
            field="display_name",
        )
    return name


def checked_name(text: str) -> str:
    """Return the name that people type. Raise Unclear, field `name`."""
    name = text.strip().lower()
    if not APP_NAME.fullmatch(name):
        raise Unclear(
            "The short name takes lower-case letters, digits, dots, dashes and underscores, "
            "begins with a letter or digit, and has at most 63 characters.",
            field="name",
        )
    return name
