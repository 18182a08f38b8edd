"""Drafts: releases that nobody has yet, made of builds, dismissed and taken back."""

from provisioning.actors import Act, Actor
from provisioning.errors import NotNow
from provisioning.people.permissions import Permissions, Where
from provisioning.releases import lifecycle
from storage.catalog import releases
from storage.catalog.database import Database, Session
from storage.records.app import App
from storage.records.build import Build
from storage.records.release import Release, ReleaseState
from storage.records.upload import Upload


async def draft(session: Session, app: App, build: Build, upload: Upload, *, by: Actor) -> Release:
    """
    Return the release that an upload of *build* leads to.

    The same bytes again lead to the release there is; a dismissed one comes back as a draft, and
    what was recalled is released anew.
    """
    before = await _before(session, app, build)
    if before is None:
        return await _add(session, app, build, upload, key=f"build:{build.id}:{app.id}")
    if before.state is ReleaseState.RECALLED:
        return await _add(session, app, build, upload, key=f"upload:{upload.id}")
    if before.state is ReleaseState.DISMISSED:
        return await lifecycle.turn(
            session,
            before,
            ReleaseState.DRAFT,
            by=by,
            organization_id=app.organization_id,
            upload=upload.id,
        )
    return before


async def _before(session: Session, app: App, build: Build) -> Release | None:
    known = await releases.of_builds(session, [build.id])
    return next((release for release in known if release.app_id == app.id), None)


async def _add(session: Session, app: App, build: Build, upload: Upload, *, key: str) -> Release:
    release = Release(
        organization_id=app.organization_id,
        key=key,
        app_id=app.id,
        number=0,  # The catalog counts.
        build_id=build.id,
        notes=upload.notes,
        notes_kind=upload.notes_kind,
        posted_at=upload.posted_at,
        created_by=upload.created_by,
    )
    return await releases.add(session, release)


class Drafts:
    """Puts drafts aside and takes them back."""

    def __init__(
        self, database: Database, permissions: Permissions, *, organization_id: str
    ) -> None:
        self._database = database
        self._permissions = permissions
        self._organization_id = organization_id

    async def dismiss(self, release_id: str, by: Actor) -> Release:
        """Put a draft aside. Raise NotAllowed, and NotNow when it is no draft any more."""
        return await self._turn(release_id, ReleaseState.DISMISSED, by)

    async def restore(self, release_id: str, by: Actor) -> Release:
        """Take a dismissed draft back. Raise NotAllowed, and NotNow when it was not dismissed."""
        return await self._turn(release_id, ReleaseState.DRAFT, by)

    async def _turn(self, release_id: str, state: ReleaseState, by: Actor) -> Release:
        async with self._database.reading() as session:
            release = await releases.get(session, release_id)
        await self._permissions.require(by, Act.DISMISS, Where(app_id=release.app_id))
        async with self._database.writing() as session:
            release = await releases.get(session, release_id)
            can_be = {ReleaseState.DRAFT, ReleaseState.DISMISSED}
            if state is ReleaseState.DISMISSED and release.state not in can_be:
                raise NotNow(
                    f"Release {release.number} is {lifecycle.said(release.state)}: only a draft "
                    "can be dismissed.",
                    code="wrong_state",
                    number=release.number,
                    state=release.state.value,
                    wanted=state.value,
                )
            return await lifecycle.turn(
                session, release, state, by=by, organization_id=self._organization_id
            )
