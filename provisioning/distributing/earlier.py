"""Earlier releases: what a group had, and can go back to."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from provisioning.releases.cards import version_of
from storage.catalog import earlier
from storage.catalog.database import Database
from storage.catalog.earlier import EarlierRow
from storage.inspection.facts import system_of

#: So many are offered at once: what a select of Slack holds.
OFFERED: Final = 100
#: `2.4.0 (241)`, as people read it here and type it again.
_NAMED: Final = re.compile(r"(?P<version>\S+)\s*\((?P<build>[^()]+)\)")
#: A whole number of 32 bits.
_DIGITS: Final = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierRelease:
    """
    A release that a group had, and what is there now: the release `there_id`, called `there`.

    `is_back`: what is there now is newer.
    """

    group_id: str
    group_name: str
    release_id: str
    app_id: str
    app_display_name: str
    platform: str
    label: str
    system: str
    there_id: str
    there: str
    is_back: bool

    @property
    def over(self) -> dict[str, str]:
        """What an order takes the place of, by the group's id."""
        return {self.group_id: self.there_id} if self.is_back else {}


class EarlierReleases:
    """Answers what groups can go back to."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of_groups(
        self, group_ids: Collection[str], *, app_id: str = "", called: str = ""
    ) -> list[EarlierRelease]:
        """Return what groups had, newest first; with *called* what is called so."""
        text = called.strip().removeprefix("#").removeprefix("v")
        named = _NAMED.fullmatch(text)
        number = int(text) if text.isascii() and text.isdecimal() and len(text) <= _DIGITS else None
        async with self._database.reading() as session:
            found = await earlier.in_groups(
                session,
                group_ids,
                app_id=app_id,
                version=named["version"] if named else text,
                build=named["build"].strip() if named else "",
                number=number,
                limit=OFFERED,
            )
        return [_release(row) for row in found]

    async def of_release(self, release_id: str) -> list[EarlierRelease]:
        """Return the groups that had a release, by name."""
        async with self._database.reading() as session:
            found = await earlier.of_release(session, release_id, limit=OFFERED)
        return [_release(row) for row in found]


def _release(row: EarlierRow) -> EarlierRelease:
    there = version_of(row.there_version, row.there_build) if row.there_id else ""
    return EarlierRelease(
        group_id=row.group_id,
        group_name=row.group_name,
        release_id=row.release_id,
        app_id=row.app_id,
        app_display_name=row.app_display_name,
        platform=row.platform,
        label=version_of(row.version, row.build),
        system=system_of(row.platform, row.device_families or ()),
        there_id=row.there_id or "",
        there=there,
        is_back=row.there_number is not None and row.there_number > row.number,
    )
