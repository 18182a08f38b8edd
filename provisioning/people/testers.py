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


class Testers:
    """Knows everybody who was ever given something or put in a group."""

    def __init__(self, database: Database, *, organization_id: str) -> None:
        self._database = database
        self._organization_id = organization_id

    async def every(self) -> list[TesterSheet]:
        """Return all testers by name."""
        async with self._database.reading() as session:
            names = {g.id: g.name for g in await groups.every(session, self._organization_id)}
            inside: dict[str, list[str]] = {}
            for group_id, tester_id in await groups.memberships(session, self._organization_id):
                inside.setdefault(tester_id, []).append(names[group_id])
            rows = await testers.every(session, self._organization_id)
        return [
            TesterSheet(tester=row, groups=tuple(sorted(inside.get(row.id, ())))) for row in rows
        ]

    async def deactivate(self, slack_id: str, *, active: bool) -> bool:
        """Follow an account that Slack deactivated or brought back; return whether it is ours."""
        async with self._database.writing() as session:
            tester = await testers.with_slack_id(session, self._organization_id, slack_id)
            if tester is None or tester.active == active:
                return False
            tester.active = active
            session.add(tester)
        return True
