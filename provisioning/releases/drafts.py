"""The life of a release, and the one table of what may follow what."""

import re
from dataclasses import dataclass

from provisioning.errors import NotNow, Unclear
from provisioning.people.people import Act, People
from storage.catalog import apps, audit, builds, releases, uploads
from storage.catalog.database import Database, Session
from storage.errors import AlreadyExists
from storage.records.app import App
from storage.records.audit import AuditEntry
from storage.records.base import now
from storage.records.build import Build
from storage.records.release import Release, ReleaseState
from storage.records.upload import Upload, UploadState

#: What may follow what. Everything that changes a state asks this table.
MAY_FOLLOW: dict[ReleaseState, frozenset[ReleaseState]] = {
    ReleaseState.DRAFT: frozenset(
        {ReleaseState.AWAITING_APPROVAL, ReleaseState.LIVE, ReleaseState.WITHDRAWN}
    ),
    ReleaseState.AWAITING_APPROVAL: frozenset(
        {ReleaseState.DRAFT, ReleaseState.LIVE, ReleaseState.WITHDRAWN}
    ),
    ReleaseState.LIVE: frozenset(
        {ReleaseState.LIVE, ReleaseState.SUPERSEDED, ReleaseState.WITHDRAWN}
    ),
    ReleaseState.SUPERSEDED: frozenset({ReleaseState.LIVE, ReleaseState.WITHDRAWN}),
    ReleaseState.WITHDRAWN: frozenset({ReleaseState.DRAFT}),
}

#: A sentence for people beside each state.
SENTENCES: dict[ReleaseState, str] = {
    ReleaseState.DRAFT: "Draft: nobody has it yet.",
    ReleaseState.AWAITING_APPROVAL: "Waiting for somebody to approve it.",
    ReleaseState.LIVE: "Live: the newest that testers have.",
    ReleaseState.SUPERSEDED: "Superseded by a newer release.",
    ReleaseState.WITHDRAWN: "Dismissed: it cannot be installed.",
}

APP_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")

#: App Center cuts notes at this many characters, and so do the clients that read them.
NOTES_LIMIT = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class NewApp:
    """What a person fills in to create the app of a build."""

    name: str
    display_name: str


def check_turn(release: Release, state: ReleaseState) -> None:
    """Raise NotNow when *state* may not follow the release's state."""
    if state not in MAY_FOLLOW[release.state]:
        raise NotNow(
            f"Release {release.number} is {release.state.value} and cannot become {state.value}. "
            f"{SENTENCES[release.state]}"
        )


def checked_notes(notes: str) -> str:
    """Return *notes* without blanks around them. Raise Unclear when they are too long."""
    if len(notes) > NOTES_LIMIT:
        raise Unclear(
            f"The notes have {len(notes)} characters; at most {NOTES_LIMIT} are kept.",
            field="notes",
        )
    return notes.strip()


class Releases:
    """Drafts, apps for them, and their dismissal."""

    def __init__(self, database: Database, people: People, *, organization_id: str) -> None:
        self._database = database
        self._people = people
        self._organization_id = organization_id

    async def create_app(self, upload_id: str, by: str, new: NewApp) -> tuple[App, list[str]]:
        """
        Create the app of an upload's build, with a draft of every build that waits for it.

        Return the app and the ids of the uploads whose cards changed. Raise NotAllowed, NotNow,
        and Unclear with the field `name` or `display_name`.
        """
        await self._people.require(by, Act.CREATE_APP)
        name = self._checked_name(new.name)
        if not new.display_name.strip():
            raise Unclear("An app needs a name that people read.", field="display_name")
        try:
            return await self._create(upload_id, by, name, new.display_name.strip())
        except AlreadyExists:
            raise Unclear(f"There is already an app called {name}.", field="name") from None

    async def dismiss(self, release_id: str, by: str) -> Release:
        """Put a draft aside. Raise NotAllowed, and NotNow when it is no draft any more."""
        await self._people.require(by, Act.DISMISS)
        async with self._database.writing() as session:
            release = await releases.get(session, release_id)
            if release.state is not ReleaseState.DRAFT:
                raise NotNow(
                    f"Release {release.number} is {release.state.value}: only a draft can be "
                    "dismissed."
                )
            await releases.change(
                session,
                release,
                state=ReleaseState.WITHDRAWN,
                withdrawn_by=by,
                withdrawn_at=now(),
            )
            self._note(session, by, "release.dismissed", release)
        return release

    async def restore(self, release_id: str, by: str) -> Release:
        """Take a dismissed draft back. Raise NotAllowed, and NotNow when it was not dismissed."""
        await self._people.require(by, Act.DISMISS)
        async with self._database.writing() as session:
            release = await releases.get(session, release_id)
            check_turn(release, ReleaseState.DRAFT)
            await releases.change(
                session, release, state=ReleaseState.DRAFT, withdrawn_by=None, withdrawn_at=None
            )
            self._note(session, by, "release.restored", release)
        return release

    async def _create(
        self, upload_id: str, by: str, name: str, display_name: str
    ) -> tuple[App, list[str]]:
        async with self._database.writing() as session:
            upload = await uploads.get(session, upload_id)
            build = await self._build_of(session, upload)
            present = await apps.of_package(
                session, self._organization_id, build.platform, build.bundle_id
            )
            if present is not None:
                return present, await self._claim(session, present, by)
            app = App(
                organization_id=self._organization_id,
                name=name,
                display_name=display_name[:255],
                platform=build.platform,
                bundle_id=build.bundle_id,
                created_by=by,
            )
            await apps.add(session, app)
            self._note(session, by, "app.created", app)
            return app, await self._claim(session, app, by)

    async def _claim(self, session: Session, app: App, by: str) -> list[str]:
        """Make a draft of every build that waited for *app*, oldest first."""
        claimed: list[str] = []
        for upload in reversed(await uploads.unclaimed(session)):
            build = await self._build_of(session, upload)
            if (build.platform, build.bundle_id) != (app.platform, app.bundle_id):
                continue
            draft = await releases.draft(
                session, app, build.id, by=upload.uploader or by, notes=upload.notes
            )
            upload.release_id = draft.id
            session.add(upload)
            claimed.append(upload.id)
        return claimed

    async def _build_of(self, session: Session, upload: Upload) -> Build:
        if upload.build_id is None or upload.state is not UploadState.KEPT:
            raise NotNow("This build is not kept, so there is nothing to create an app from.")
        return await builds.get(session, upload.build_id)

    def _note(self, session: Session, by: str, action: str, subject: App | Release) -> None:
        entry = AuditEntry(
            organization_id=self._organization_id,
            actor=by,
            action=action,
            subject_id=subject.id,
            origin="slack",
        )
        audit.add(session, entry)

    @staticmethod
    def _checked_name(text: str) -> str:
        name = text.strip().lower()
        if not APP_NAME.fullmatch(name):
            raise Unclear(
                "The short name takes lower-case letters, digits, dots, dashes and underscores, "
                "begins with a letter or digit, and has at most 63 characters.",
                field="name",
            )
        return name
