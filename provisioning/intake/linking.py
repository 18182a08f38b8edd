"""Linking: a build that lies elsewhere becomes a draft, and nobody here ever fetches it."""

import hashlib
from dataclasses import dataclass, replace
from typing import Final

from provisioning.actors import Act, Actor
from provisioning.errors import NotNow, Unclear
from provisioning.intake.elsewhere import checked_link, host_of
from provisioning.intake.sighting import AnswerSpot
from provisioning.people.permissions import Permissions, Where
from provisioning.ports import Engine
from provisioning.releases import lifecycle, notes
from provisioning.releases.cards import version_of
from storage.catalog import apps, audit, builds, releases, uploads
from storage.catalog.database import Database, Session
from storage.inspection.facts import Facts
from storage.records.app import App
from storage.records.audit import AuditEntry
from storage.records.build import Build
from storage.records.release import NotesKind, Release, ReleaseState
from storage.records.upload import Upload, UploadPlace, UploadState

#: How records know that something came as a link; there is nothing to fetch it from.
LINK: Final = "link"
#: Characters of a version, and of a build number.
LONGEST_VERSION: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedBuild:
    """
    A build that lies elsewhere, as somebody describes it: nobody has seen the file.

    `spot` is where its card belongs, if anywhere.
    """

    app_id: str
    version: str
    build: str
    link: str
    notes: str = ""
    notes_kind: NotesKind = NotesKind.MARKDOWN
    spot: AnswerSpot | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedRelease:
    """What a link led to: a release, whether that is new, and the upload whose card shows it."""

    release_id: str
    upload_id: str
    is_new: bool


class Linking:
    """
    Makes drafts of links.

    With *external_first* the first release of an app may be one. *own* is the address of this
    installation.
    """

    def __init__(
        self,
        database: Database,
        permissions: Permissions,
        engine: Engine,
        *,
        organization_id: str,
        own: str,
        external_first: bool,
    ) -> None:
        self._database = database
        self._permissions = permissions
        self._engine = engine
        self._organization_id = organization_id
        self._own = own
        self._external_first = external_first

    async def link(self, wanted: LinkedBuild, by: Actor) -> LinkedRelease:
        """
        Make a draft of a build that lies elsewhere, or return the release that is the same.

        What was dismissed comes back as a draft, and what was recalled is released anew. Raise
        NotAllowed, NotFound, NotNow while the app has no release with a file, and Unclear with the
        field `version`, `build`, `link` or `notes`.
        """
        wanted = replace(
            wanted,
            version=_checked(wanted.version, "version"),
            build=_checked(wanted.build, "build"),
            link=checked_link(wanted.link, own=self._own),
            notes=notes.checked(wanted.notes),
        )
        await self._permissions.require(by, Act.UPLOAD, Where(app_id=wanted.app_id))
        async with self._database.writing() as session:
            # Of two who link the same at once, the second finds what the first made.
            app = await apps.locked(session, wanted.app_id)
            await self._require_first(session, app)
            made, is_new = await self._release(session, app, wanted, by)
            upload = await self._upload(session, made, wanted, by)
        if wanted.spot is not None:
            spot = f"{wanted.spot.teller}@{wanted.spot.address}"
            await self._engine.start("show_place", f"{upload.id}@{spot}")
        return LinkedRelease(release_id=made.id, upload_id=upload.id, is_new=is_new)

    async def _require_first(self, session: Session, app: App) -> None:
        if self._external_first or await releases.has_file(session, app.id):
            return
        raise NotNow(
            f"The first release of {app.display_name} has to be one with its file: Slipway learns "
            "from it what the app is. Post a build of it first. An admin can lift that with "
            "SLIPWAY_EXTERNAL_FIRST.",
            code="external_first",
        )

    async def _release(
        self, session: Session, app: App, wanted: LinkedBuild, by: Actor
    ) -> tuple[Release, bool]:
        """Return the release of a link, and whether it is new."""
        named = await releases.of_version(session, app.id, wanted.version, wanted.build)
        for release, build in named:
            if release.state is ReleaseState.RECALLED:
                continue
            if build.link != wanted.link:
                raise _taken(app, release, build)
            if release.state is ReleaseState.DISMISSED:
                own = self._organization_id
                await lifecycle.turn(
                    session, release, ReleaseState.DRAFT, by=by, organization_id=own
                )
            return release, False
        made = await releases.add(session, await self._draft(session, app, wanted, by, len(named)))
        self._note(session, made, wanted, by)
        return made, True

    async def _draft(
        self, session: Session, app: App, wanted: LinkedBuild, by: Actor, before: int
    ) -> Release:
        last = await builds.newest_with_file(session, app.id)
        families = tuple(last.facts.get("device_families") or ()) if last else ()
        facts = Facts(
            platform=app.platform,
            kind="link",
            bundle_id=app.bundle_id or None,
            name=app.display_name,
            version=wanted.version,
            build=wanted.build,
            device_families=families,
            size=0,
            md5="",
            sha1="",
            sha256="",
            complete=False,
        )
        build = Build(
            organization_id=self._organization_id,
            link=wanted.link,
            file_name=host_of(wanted.link)[:255],
            platform=app.platform,
            bundle_id=app.bundle_id,
            version=wanted.version,
            build=wanted.build,
            facts=facts.as_json(),
            icon_sha256=last.icon_sha256 if last else None,
        )
        session.add(build)
        await session.flush()
        return Release(
            organization_id=self._organization_id,
            key=_key(app, wanted, before),
            app_id=app.id,
            number=0,  # The catalog counts.
            build_id=build.id,
            notes=wanted.notes,
            notes_kind=wanted.notes_kind,
            created_by=by.reference,
        )

    async def _upload(
        self, session: Session, release: Release, wanted: LinkedBuild, by: Actor
    ) -> Upload:
        """Return the act of bringing it in, with the place where its card stands."""
        fresh = Upload(
            organization_id=self._organization_id,
            key=f"{LINK}:{release.id}",
            source=LINK,
            file_name=host_of(wanted.link)[:255],
            created_by=by.reference,
            notes=wanted.notes,
            notes_kind=wanted.notes_kind,
            state=UploadState.KEPT,
            build_id=release.build_id,
            release_id=release.id,
        )
        upload, _ = await uploads.receive(session, fresh)
        if wanted.spot is not None:
            place = UploadPlace(
                upload_id=upload.id,
                teller=wanted.spot.teller,
                address=wanted.spot.address,
                thread=wanted.spot.thread,
            )
            await uploads.add_place(session, place)
        return upload

    def _note(self, session: Session, release: Release, wanted: LinkedBuild, by: Actor) -> None:
        entry = AuditEntry(
            organization_id=self._organization_id,
            actor=by.reference,
            action="release.linked",
            subject_id=release.id,
            origin=by.origin,
            detail={"host": host_of(wanted.link)},
        )
        audit.add(session, entry)


def _key(app: App, wanted: LinkedBuild, before: int) -> str:
    named = f"{app.id}\n{wanted.version}\n{wanted.build}\n{before}"
    return f"{LINK}:{hashlib.sha256(named.encode()).hexdigest()}"


def _taken(app: App, release: Release, build: Build) -> Unclear:
    lies = f"and lies at {host_of(build.link)}" if build.link else "with its file"
    label = version_of(build.version, build.build)
    return Unclear(
        f"{app.display_name} {label} is here already, as release {release.number}, {lies}. Give "
        "this one another build number.",
        field="build",
    )


def _checked(text: str, field: str) -> str:
    """Return a version or a build number. Raise Unclear with the field of that name."""
    word = text.strip()
    what = "build number" if field == "build" else "version"
    if not word:
        raise Unclear(
            f"Give the {what} of the build: nobody here can read it from the file.", field=field
        )
    if len(word) > LONGEST_VERSION or not word.isprintable() or len(word.split()) > 1:
        raise Unclear(
            f"A {what} is one word of at most {LONGEST_VERSION} characters, such as "
            f"{'241' if field == 'build' else '2.4.0'}.",
            field=field,
        )
    return word
