"""The audience: the testers behind groups, user groups and single people."""

from collections.abc import Iterable
from dataclasses import dataclass

from provisioning.errors import DirectoryFailed, Unclear
from provisioning.ports import Directory, PersonFacts
from storage.catalog import groups, testers
from storage.catalog.database import Database
from storage.errors import NotFound
from storage.records.tester import Tester


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """Who was found. `shortfall` is a sentence about who could not be, empty otherwise."""

    testers: tuple[Tester, ...]
    shortfall: str = ""


class Audience:
    """Finds out who is meant, at the moment it is asked."""

    def __init__(self, database: Database, directory: Directory, *, organization_id: str) -> None:
        self._database = database
        self._directory = directory
        self._organization_id = organization_id

    async def of(
        self,
        group_ids: tuple[str, ...],
        people: tuple[str, ...] = (),
        *,
        tester_ids: tuple[str, ...] = (),
    ) -> Gathered:
        """Return each tester once: members of groups and their user groups, people, testers."""
        async with self._database.reading() as session:
            found = {t.id: t for t in await testers.those(session, tester_ids)}
            usergroups: dict[str, str] = {}
            for group_id in group_ids:
                found |= {t.id: t for t in await groups.members(session, group_id)}
                for usergroup in await groups.usergroups(session, group_id):
                    usergroups[usergroup.usergroup_id] = usergroup.handle
        members, shortfall = await self._members(usergroups)
        found |= {t.id: t for t in await self._known(members)}
        found |= {t.id: t for t in await self.testers_of(people)}
        return Gathered(
            testers=tuple(sorted((t for t in found.values() if t.active), key=lambda t: t.id)),
            shortfall=shortfall,
        )

    async def testers_of(self, people: Iterable[str]) -> tuple[Tester, ...]:
        """
        Return the testers of single people, made where they are new.

        Raise Unclear, field `targets`, for a bot, somebody deactivated or of another workspace.
        """
        facts = [await self._tellable(user_id) for user_id in dict.fromkeys(people)]
        if not facts:
            return ()
        async with self._database.writing() as session:
            names = {person.id: person.name for person in facts}
            return tuple(await testers.of_slack(session, self._organization_id, names))

    async def _tellable(self, user_id: str) -> PersonFacts:
        try:
            person = await self._directory.person(user_id)
        except NotFound:
            raise Unclear(
                "One of these people is not known to Slack any more.", field="targets"
            ) from None
        if person.bot:
            raise Unclear(f"{person.name} is an app and cannot install anything.", field="targets")
        if person.deleted:
            raise Unclear(f"The account of {person.name} is deactivated.", field="targets")
        if person.stranger:
            raise Unclear(
                f"{person.name} belongs to another workspace, so no install link can be sent.",
                field="targets",
            )
        return person

    async def _members(self, usergroups: dict[str, str]) -> tuple[list[str], str]:
        found: list[str] = []
        silent: list[str] = []
        for usergroup_id, handle in usergroups.items():
            try:
                found += await self._directory.members(usergroup_id)
            except DirectoryFailed:
                silent.append(f"@{handle}" if handle else usergroup_id)
        if not silent:
            return found, ""
        return found, f"Slack did not say who is in {', '.join(silent)}: they were left out."

    async def _known(self, user_ids: Iterable[str]) -> tuple[Tester, ...]:
        """Return the testers of user group members, leaving out whoever cannot install."""
        names: dict[str, str] = {}
        for user_id in dict.fromkeys(user_ids):
            try:
                person = await self._tellable(user_id)
            except Unclear:
                continue
            names[person.id] = person.name
        if not names:
            return ()
        async with self._database.writing() as session:
            return tuple(await testers.of_slack(session, self._organization_id, names))
