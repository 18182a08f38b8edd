"""Testers, with the groups they are in."""

from dataclasses import dataclass

from storage.catalog import groups, testers
from storage.catalog.database import Database
from storage.records.tester import Tester


@dataclass(frozen=True, slots=True, kw_only=True)
class TesterSheet:
    """A tester and the names of the groups they were added to one by one."""

    tester: Tester
    groups: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TesterList:
    """The first testers by name, and how many there are in all."""

    first: tuple[TesterSheet, ...]
    count: int


class Testers:
    """Knows everybody who was ever given something or put in a group."""

    def __init__(self, database: Database, *, organization_id: str) -> None:
        self._database = database
        self._organization_id = organization_id

    async def listed(self, *, limit: int) -> TesterList:
        """Return the first testers by name."""
        async with self._database.reading() as session:
            count = await testers.count(session, self._organization_id)
            rows = await testers.first(session, self._organization_id, limit=limit)
            inside: dict[str, list[str]] = {}
            for tester_id, name in await groups.names_of(session, {row.id for row in rows}):
                inside.setdefault(tester_id, []).append(name)
        first = [TesterSheet(tester=row, groups=tuple(inside.get(row.id, ()))) for row in rows]
        return TesterList(first=tuple(first), count=count)

    async def id_of(self, slack_id: str) -> str | None:
        """Return the id of an active tester, None for anybody else."""
        async with self._database.reading() as session:
            tester = await testers.with_slack_id(session, self._organization_id, slack_id)
        return tester.id if tester is not None and tester.active else None
