"""Install links: who may install which release, for how long."""

import hmac
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from provisioning.errors import NotNow
from provisioning.installing.circumstances import Circumstances, circumstances
from provisioning.installing.served_file import Handout, chosen, handout
from provisioning.installing.signers import may_be_installed
from provisioning.tokens import TOKEN, derived_token, hash_of
from storage.blobs.segments import VirtualFile
from storage.catalog import devices, grants, products, signers, variants
from storage.catalog.database import Database, Session
from storage.catalog.products import Companion
from storage.errors import NotFound
from storage.inspection.facts import Facts
from storage.records.app import App
from storage.records.base import new_id, now
from storage.records.build import Build
from storage.records.grant import Grant
from storage.records.release import Release, ReleaseState
from storage.records.tester import Tester


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedGrant:
    """
    A link that holds: the grant with all that its page shows, and the file to hand out.

    An external build has no file of ours: its `handout` is None and its `link` leads elsewhere.
    """

    grant: Grant
    release: Release
    build: Build
    app: App
    tester: Tester
    handout: Handout | None

    @property
    def facts(self) -> Facts:
        """The facts of what is handed out."""
        return self.handout.facts if self.handout else Facts(**self.build.facts)

    @property
    def file(self) -> VirtualFile:
        """The file that is handed out. Raise NotFound for an external build."""
        if self.handout is None:
            raise NotFound("This build lies elsewhere.")
        return self.handout.file


class Grants:
    """
    Gives, opens and takes back install links.

    A token is derived from the grant's id and *secret_key*, so that a link can be shown again
    without being stored; at rest there is only its SHA-256. A new key makes every old link wrong.
    """

    def __init__(self, database: Database, secret_key: bytes, lifetime: timedelta) -> None:
        self._database = database
        self._secret_key = secret_key
        self._lifetime = lifetime

    async def give(
        self, release_id: str, tester_id: str, *, lasting: timedelta = timedelta(0)
    ) -> Grant:
        """
        Return the live grant of a tester for a release, made when there is none or it expired.

        One that does not go on *lasting* so long is as good as none. Raise NotNow when it was taken
        back on purpose.
        """
        async with self._database.writing() as session:
            newest = (await grants.newest(session, [release_id], tester_id)).get(release_id)
            if newest is None:
                return await self._next(session, release_id, tester_id, after=0)
            if newest.revoked_at is not None:
                raise NotNow("This install link was taken back.", code="grant_revoked")
            if newest.expires_at > now() + lasting:
                return newest
            return await self._next(session, release_id, tester_id, after=newest.generation)

    async def of_tester(self, tester_id: str, release_ids: Collection[str]) -> dict[str, Grant]:
        """
        Return the live grants of a tester by release, made as `give` does where there is none.

        Those that were taken back on purpose are left out.
        """
        async with self._database.reading() as session:
            found = await grants.newest(session, release_ids, tester_id)
        held = {one: grant for one, grant in found.items() if grant.revoked_at is None}
        late = [one for one, grant in held.items() if grant.expires_at <= now()]
        for release_id in (*(set(release_ids) - found.keys()), *late):
            try:
                held[release_id] = await self.give(release_id, tester_id)
            except NotNow:
                held.pop(release_id, None)
        return held

    def token(self, grant: Grant) -> str:
        """Return the secret part of a grant's link: 22 characters of `A-Z a-z 0-9 _ -`."""
        return self._token(grant.id)

    async def open(self, token: str) -> OpenedGrant | None:
        """
        Return what a link leads to.

        None for every reason alike, so that nobody learns which: no such token, expired, taken
        back, the release dismissed, recalled or disabled, signed by somebody who was not
        approved, the tester gone, or none of the destinations left by which they were entitled.
        """
        if not TOKEN.fullmatch(token):
            return None
        wanted = hash_of(token)
        async with self._database.reading() as session:
            found = await grants.with_token_hash(session, wanted)
            if found is None:
                return None
            grant, release, build, app, tester, entitled = found
            variant = chosen(
                await variants.ready(session, build.id),
                await devices.of_testers(session, [tester.id]),
            )
            known = await signers.of_app(session, app.id)
        # The token is derived anew: a row that somebody slipped into the database opens nothing.
        if not hmac.compare_digest(self._token(grant.id), token):
            return None
        if not entitled or not _holds(grant, release, tester, at=now()):
            return None
        if not may_be_installed(known, build):
            return None
        return OpenedGrant(
            grant=grant,
            release=release,
            build=build,
            app=app,
            tester=tester,
            handout=handout(build, variant) if build.link is None else None,
        )

    async def edition(self, opened: OpenedGrant, edition: str) -> OpenedGrant | None:
        """
        Return the same link with one edition of its file, None when there is no such edition.

        A phone that has read the manifest of one gets that one, though a newer one is ready.
        """
        if opened.handout is None:
            return None
        if opened.handout.edition == edition:
            return opened
        async with self._database.reading() as session:
            variant = await variants.ready_with_tag(session, opened.build.id, edition)
        if variant is None:
            return None
        return replace(opened, handout=handout(opened.build, variant))

    async def circumstances(self, opened: OpenedGrant) -> Circumstances:
        """Return what its person should know of an opened link beside the build."""
        async with self._database.reading() as session:
            return await circumstances(session, opened.release, opened.build, opened.tester.id)

    async def companions(self, opened: OpenedGrant) -> list[Companion]:
        """
        Return the newest that the same person may install of this version for each other platform.

        Whose link was taken back, or whose signer was not approved, leads nowhere and is left out.
        """
        first: dict[str, Companion] = {}
        async with self._database.reading() as session:
            found = await products.companions(session, opened.release.id, opened.tester.id)
            if not found:
                return []
            held = await grants.newest(session, [one.release_id for one in found], opened.tester.id)
            for one in found:
                grant = held.get(one.release_id)
                if one.platform in first or (grant is not None and grant.revoked_at is not None):
                    continue
                build = await session.get_one(Build, one.build_id)
                if may_be_installed(await signers.of_app(session, one.app_id), build):
                    first[one.platform] = one
        return list(first.values())

    async def revoke(self, grant_id: str) -> None:
        """Take a link back. Raise NotFound for an unknown id."""
        async with self._database.writing() as session:
            await grants.get(session, grant_id)
            await grants.revoke(session, grant_id, now())

    async def revoke_release(self, release_id: str) -> int:
        """Take back every link to a release and return how many held until now."""
        async with self._database.writing() as session:
            return await grants.revoke_release(session, release_id, now())

    async def _next(
        self, session: Session, release_id: str, tester_id: str, *, after: int
    ) -> Grant:
        grant_id = new_id()
        grant = Grant(
            id=grant_id,
            release_id=release_id,
            tester_id=tester_id,
            generation=after + 1,
            token_hash=hash_of(self._token(grant_id)),
            expires_at=now() + self._lifetime,
        )
        return await grants.keep(session, grant)

    def _token(self, grant_id: str) -> str:
        return derived_token(self._secret_key, f"grant:{grant_id}")


def _holds(grant: Grant, release: Release, tester: Tester, *, at: datetime) -> bool:
    return (
        grant.revoked_at is None
        and grant.expires_at > at
        and release.enabled
        and release.state not in {ReleaseState.DISMISSED, ReleaseState.RECALLED}
        and tester.active
    )
