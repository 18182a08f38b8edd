"""The signers of what went out before there were pins: the newest is pinned, the others stay."""

from typing import Any

from storage.catalog import organizations, signers
from storage.catalog.database import Database, Session
from storage.migrations import migrate
from storage.records.app import App
from storage.records.base import now
from storage.records.build import Build
from storage.records.release import Release, ReleaseState
from storage.records.signer import SignerStanding

ANN = "person:slack:UANN"


async def test_what_is_live_says_who_signs(database_url: str) -> None:
    database = Database(database_url)
    async with database.writing() as session:
        own = (await organizations.named(session, "main")).id
        ios, droid = _app(own, "ios"), _app(own, "android")
        session.add_all([ios, droid])
        await session.flush()
        await _went(session, ios, 1, team_id="OLDTEAM")
        await _went(session, ios, 2, team_id="NEWTEAM")
        await _went(session, ios, 3, state=ReleaseState.DRAFT, team_id="DRAFTTEAM")
        await _went(session, droid, 1, certificates=["bb", "aa"])
        await _went(session, droid, 2)
        await _went(session, droid, 3, kind="aab", certificates=["cc"])
        await _went(session, droid, 4, link="https://example.com/a.apk", certificates=["dd"])

    # Written as of today and taken back: there was no word of signers then.
    await migrate.downgrade(database_url, "0019")
    await migrate.upgrade(database_url)

    async with database.reading() as session:
        found = {
            one.signer: one.standing
            for app in (ios, droid)
            for one in await signers.of_app(session, app.id)
        }
    await database.close()
    assert found == {
        "team:NEWTEAM": SignerStanding.PINNED,
        "team:OLDTEAM": SignerStanding.FORMER,
        "key:aa,bb": SignerStanding.PINNED,
        "": SignerStanding.ALLOWED,
    }


def _app(organization_id: str, platform: str) -> App:
    return App(
        organization_id=organization_id,
        name=platform,
        display_name=platform,
        platform=platform,
        bundle_id="com.example.harbour",
        created_by=ANN,
    )


async def _went(
    session: Session,
    app: App,
    number: int,
    *,
    state: ReleaseState = ReleaseState.LIVE,
    kind: str = "apk",
    link: str | None = None,
    **signing: Any,  # noqa: ANN401 - what facts say of a signature, as JSON knows it
) -> None:
    """Write a release down that somebody sent."""
    build = Build(
        organization_id=app.organization_id,
        sha256=None if link else f"{app.platform}{number}",
        link=link,
        file_name="a",
        platform=app.platform,
        bundle_id=app.bundle_id,
        facts={"platform": app.platform, "kind": kind, "signing": signing},
    )
    session.add(build)
    await session.flush()
    session.add(
        Release(
            organization_id=app.organization_id,
            key=f"{app.platform}{number}",
            app_id=app.id,
            number=number,
            build_id=build.id,
            state=state,
            created_by=ANN,
            published_by=ANN if state is ReleaseState.LIVE else None,
            published_at=now() if state is ReleaseState.LIVE else None,
        )
    )
    await session.flush()
