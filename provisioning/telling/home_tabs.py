"""Home tabs that people opened: what each shows, and which are to be looked at again."""

from collections.abc import Collection
from datetime import timedelta
from typing import Final

from storage.catalog import home_tabs, recipients
from storage.catalog.database import Database
from storage.records.base import now
from storage.records.home_tab import HomeTab

#: Whoever has not opened theirs for so long finds it as it was, and drawn anew when they open it.
REMEMBERED: Final = timedelta(days=30)
#: What nobody told us of, a profile that ends for instance, shows after so long.
LOOKED_AT: Final = timedelta(hours=6)
SOON: Final = timedelta(seconds=20)
#: Whoever looks at a tab has so long for it before somebody else may.
LEASE: Final = timedelta(minutes=2)
#: The first pause after a failure, and the longest.
FIRST_PAUSE: Final = timedelta(seconds=30)
LONGEST_PAUSE: Final = timedelta(hours=1)


class HomeTabs:
    """
    Keeps what people see on their Home tabs.

    Whoever changes what somebody can install says so here: the tabs concerned are due then, and the
    clock looks at what is due. That stands in the records, so that a death loses nothing, and each
    replica takes what no other has.
    """

    def __init__(self, database: Database, *, organization_id: str) -> None:
        self._database = database
        self._organization_id = organization_id

    async def opened(self, slack_id: str) -> HomeTab:
        """Note that somebody opened their tab; return what is known of it."""
        fresh = HomeTab(
            organization_id=self._organization_id, slack_id=slack_id, due_at=now() + LOOKED_AT
        )
        async with self._database.writing() as session:
            known = await home_tabs.of(session, self._organization_id, slack_id)
            await home_tabs.opened(session, fresh)
        return known or fresh

    async def drawn(
        self, slack_id: str, *, digest: str, stamp: str, manages: bool, soon: bool = False
    ) -> None:
        """
        Note what somebody's tab shows now; *stamp* is Slack's hash of it.

        Whoever drew it without having taken it lets it be looked at *soon*: somebody else may have
        drawn it at the same time, and Slack shows what came last.
        """
        tab = HomeTab(
            organization_id=self._organization_id,
            slack_id=slack_id,
            drawn=digest,
            stamp=stamp,
            manages=manages,
        )
        async with self._database.writing() as session:
            await home_tabs.drawn(session, tab)
            if soon:
                await home_tabs.bring_forward(
                    session, self._organization_id, slack_id, now() + SOON
                )

    async def release_changed(self, release_id: str) -> None:
        """Let everybody's tab be looked at who was given a release, and those of managers."""
        at = now()
        async with self._database.writing() as session:
            await home_tabs.stir_release(session, release_id, at)
            await home_tabs.stir_managers(session, self._organization_id, at)

    async def drafts_changed(self) -> None:
        """Let the tabs of managers be looked at."""
        async with self._database.writing() as session:
            await home_tabs.stir_managers(session, self._organization_id, now())

    async def testers_changed(self, tester_ids: Collection[str]) -> None:
        """Let the tabs of testers be looked at."""
        async with self._database.writing() as session:
            await home_tabs.stir_testers(session, tester_ids, now())

    async def recipient_changed(self, recipient_id: str) -> None:
        """Let the tab be looked at of whoever a recipient is."""
        async with self._database.reading() as session:
            found = await recipients.get(session, recipient_id)
        await self.testers_changed([found.tester_id])

    async def due(self, *, limit: int) -> list[HomeTab]:
        """Return tabs to look at, the longest due first."""
        at = now()
        async with self._database.reading() as session:
            found = await home_tabs.due(
                session, self._organization_id, at, opened_since=at - REMEMBERED, limit=limit
            )
        return list(found)

    async def take(self, tab: HomeTab) -> HomeTab | None:
        """Take a tab to look at it; None when it was taken, or is due once more."""
        until = now() + LEASE
        async with self._database.writing() as session:
            taken = await home_tabs.move(session, tab.id, tab.due_at, until, tries=tab.tries)
        return tab.model_copy(update={"due_at": until}) if taken else None

    async def done(self, taken: HomeTab) -> None:
        """Look at a tab no more for a while, unless something changed meanwhile."""
        await self._move(taken, LOOKED_AT, tries=0)

    async def failed(self, taken: HomeTab) -> None:
        """Look at a tab again after a pause that grows with each failure."""
        pause = min(FIRST_PAUSE * 2 ** min(taken.tries, 10), LONGEST_PAUSE)
        await self._move(taken, pause, tries=taken.tries + 1)

    async def forget(self) -> None:
        """Forget the tabs of people who have not come for long."""
        async with self._database.writing() as session:
            await home_tabs.forget(session, now() - REMEMBERED)

    async def _move(self, taken: HomeTab, pause: timedelta, *, tries: int) -> None:
        async with self._database.writing() as session:
            await home_tabs.move(session, taken.id, taken.due_at, now() + pause, tries=tries)
