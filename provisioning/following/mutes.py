"""Mutes: testers who want to be reminded of nothing of an app, and change their minds."""

from provisioning.actors import Act, Actor
from provisioning.errors import NotNow
from provisioning.people.audience import Audience
from provisioning.people.permissions import Permissions, Where
from storage.catalog import apps, home_tabs, mutes, testers
from storage.catalog.database import Database, Session
from storage.records.app import App
from storage.records.base import now
from storage.records.tester import Tester


class Mutes:
    """Everybody decides for themselves. New releases are told whatever is muted."""

    def __init__(
        self,
        database: Database,
        permissions: Permissions,
        audience: Audience,
        *,
        organization_id: str,
    ) -> None:
        self._database = database
        self._permissions = permissions
        self._audience = audience
        self._organization_id = organization_id

    async def mute(self, app_id: str, by: Actor) -> bool:
        """Return whether they were reminded of the app before. Raise NotAllowed, NotFound."""
        await self._permissions.require(by, Act.SEE, Where(app_id=app_id))
        tester_id = await self._tester_id(by)
        async with self._database.writing() as session:
            await apps.get(session, app_id)
            is_news = await mutes.add(session, app_id, tester_id)
            if is_news:
                await home_tabs.stir_testers(session, [tester_id], now())
        return is_news

    async def unmute(self, app_id: str, by: Actor) -> bool:
        """Return whether they were not reminded of the app before. Raise NotAllowed, NotFound."""
        await self._permissions.require(by, Act.SEE, Where(app_id=app_id))
        async with self._database.writing() as session:
            await apps.get(session, app_id)
            tester = await self._known(session, by)
            is_news = tester is not None and await mutes.remove(session, app_id, tester.id)
            if tester is not None and is_news:
                await home_tabs.stir_testers(session, [tester.id], now())
        return is_news

    async def app(self, app_id: str) -> App:
        """Raise NotFound."""
        async with self._database.reading() as session:
            return await apps.get(session, app_id)

    async def muted_by(self, by: Actor) -> list[App]:
        """Return the apps that somebody is not reminded of, by name."""
        async with self._database.reading() as session:
            tester = await self._known(session, by)
            return list(await mutes.apps_of(session, tester.id)) if tester else []

    async def of_tester(self, tester_id: str) -> frozenset[str]:
        """Return the ids of the apps that a tester is not reminded of."""
        async with self._database.reading() as session:
            return frozenset(app.id for app in await mutes.apps_of(session, tester_id))

    async def _known(self, session: Session, by: Actor) -> Tester | None:
        if by.identity is None:
            return None
        return await testers.with_slack_id(session, self._organization_id, by.identity.value)

    async def _tester_id(self, by: Actor) -> str:
        """Return somebody's id as a tester, made for whoever was never given anything."""
        if by.identity is None:
            raise NotNow("Only people are reminded.")
        (tester,) = await self._audience.testers_of([by.identity])
        return tester.id
