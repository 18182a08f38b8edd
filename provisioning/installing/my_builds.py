"""My builds: everything that one person may install, read in one way for page and Home tab."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import groupby
from typing import Final

from provisioning.installing.installabilities import Installabilities, ServedRelease
from provisioning.installing.installability import Phone
from provisioning.releases.cards import ReleaseLine
from provisioning.releases.demands import demand_for, demands
from provisioning.releases.lists import Lists
from provisioning.releases.policy import Demand
from storage.catalog import offers, recalls
from storage.catalog.database import Database
from storage.catalog.offers import Offer
from storage.catalog.recalls import LostRow
from storage.records.base import now
from storage.records.release import NotesKind

#: So long a page says what was recalled, and of so many releases.
LOST_LATELY: Final = timedelta(days=60)
MOST_LOST: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnRelease:
    """
    A release that somebody may install, with the notes that they read.

    `served` is what they are served of it and whether it installs: it is looked up for the newest
    of each app alone. `demand` is there where they have to install this very one, or will have to.
    """

    release: ReleaseLine
    recipient_id: str
    demand: Demand | None
    served: ServedRelease | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnApp:
    """An app of somebody's: its newest release, those before, and how many more there are."""

    newest: OwnRelease
    earlier: tuple[OwnRelease, ...]
    more: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnBuilds:
    """Everything that somebody may install, by app; `more` apps are not among them."""

    apps: tuple[OwnApp, ...] = ()
    more: int = 0


NOTHING_OWN = OwnBuilds()


class MyBuilds:
    """Reads what people may install. It asks as often for one app as for fifty."""

    def __init__(
        self, database: Database, lists: Lists, installabilities: Installabilities
    ) -> None:
        self._database = database
        self._lists = lists
        self._installabilities = installabilities

    async def of_tester(
        self, tester_id: str, *, apps: int, of_each: int, phone: Phone | None = None
    ) -> OwnBuilds:
        """
        Return what a tester may install: of at most so many *apps* as many releases *of_each*.

        *phone* is what they ask with, where a browser told.
        """
        async with self._database.reading() as session:
            found = await offers.of_tester(session, tester_id, apps=apps, of_each=of_each)
            app_ids = {one.app_id for one in found}
            wanted = await demands(session, app_ids, [tester_id], at=now()) if app_ids else {}
        if not found:
            return NOTHING_OWN
        lines = {
            one.release_id: one
            for one in await self._lists.those([one.release_id for one in found])
        }
        # What was dismissed between the two looks is gone from the second.
        there = [one for one in found if one.release_id in lines]
        by_app = [list(own) for _, own in groupby(there, key=lambda one: one.app_id)]
        served = await self._installabilities.of_tester(
            tester_id, [own[0].release_id for own in by_app], phone=phone
        )
        demanded = {
            one.release_id: demand_for(wanted, (one.app_id, tester_id), one.release_id)
            for one in there
        }
        shown = tuple(_app(own, lines, served, demanded) for own in by_app)
        return OwnBuilds(apps=shown, more=found[0].apps - len(shown))

    async def lost_by(self, tester_id: str) -> list[LostRow]:
        """Return what was recalled from a tester lately, the newest first."""
        async with self._database.reading() as session:
            return await recalls.lost_by(session, tester_id, now() - LOST_LATELY, limit=MOST_LOST)

    async def may_install(self, tester_id: str, release_id: str) -> bool:
        """Return whether a release is among what a tester may install."""
        async with self._database.reading() as session:
            return bool(
                await offers.of_tester(session, tester_id, apps=1, of_each=1, only=release_id)
            )


def _app(
    own: Sequence[Offer],
    lines: Mapping[str, ReleaseLine],
    served: Mapping[str, ServedRelease],
    demanded: Mapping[str, Demand | None],
) -> OwnApp:
    newest, *earlier = (_release(one, lines, served, demanded) for one in own)
    return OwnApp(newest=newest, earlier=tuple(earlier), more=own[0].of_app - len(own))


def _release(
    offer: Offer,
    lines: Mapping[str, ReleaseLine],
    served: Mapping[str, ServedRelease],
    demanded: Mapping[str, Demand | None],
) -> OwnRelease:
    line = lines[offer.release_id]
    return OwnRelease(
        release=line
        if offer.notes is None
        else replace(line, notes=offer.notes, notes_kind=NotesKind.MARKDOWN),
        recipient_id=offer.recipient_id,
        demand=demanded.get(offer.release_id),
        served=served.get(offer.release_id),
    )
