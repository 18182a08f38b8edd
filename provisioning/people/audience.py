"""The audience: the people behind groups, user groups and single people."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from provisioning.actors import Identity, IdentityKind
from provisioning.errors import Unclear
from provisioning.ports import Directory, PersonFacts
from storage.catalog import groups, testers
from storage.catalog.database import Database
from storage.catalog.testers import TesterRow
from storage.records.destination import DestinationKind
from storage.records.tester import Tester

#: What a person is entitled by: a group or themselves, with its id.
Target = tuple[DestinationKind, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """
    Somebody of an audience.

    `tester_id` is None for whoever is in a user group and was never given anything: they are known
    by their Slack id alone until they are enrolled. `targets` are those they are entitled by.
    """

    name: str
    slack_id: str | None
    tester_id: str | None
    targets: tuple[Target, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """Who was found. `shortfall` is a sentence about who could not be, empty otherwise."""

    members: tuple[Member, ...]
    shortfall: str = ""


class Audience:
    """Finds out who is meant, at the moment it is asked. Asking writes nothing."""

    def __init__(self, database: Database, directory: Directory, *, organization_id: str) -> None:
        self._database = database
        self._directory = directory
        self._organization_id = organization_id

    async def of(
        self,
        group_ids: Collection[str] = (),
        people: Iterable[Identity] = (),
        *,
        tester_ids: Collection[str] = (),
        surely: bool = False,
    ) -> Gathered:
        """
        Return each person once: members of groups and of their user groups, people, testers.

        When it has to be so *surely*, a user group of which Slack does not tell now is one that
        could not be found, though it was known before.

        Raise Unclear, field `people`, for one of *people* who cannot install.
        """
        named = list(dict.fromkeys(people))
        await self._check(named)
        async with self._database.reading() as session:
            rows = await groups.members(session, group_ids)
            usergroups = await groups.usergroups(session, group_ids)
            singles = await testers.rows(session, tester_ids) if tester_ids else []
        handles = {row.usergroup_id: row.handle for row in usergroups}
        inside, shortfall = await self._inside(handles, surely=surely)
        by_tester: dict[str, list[Target]] = {}
        known = {tester.id: tester for _, tester in rows} | {one.id: one for one in singles}
        for group_id, tester in rows:
            by_tester.setdefault(tester.id, []).append((DestinationKind.GROUP, group_id))
        for one in singles:
            by_tester.setdefault(one.id, []).append((DestinationKind.TESTER, one.id))
        by_slack: dict[str, list[Target]] = {}
        for row in usergroups:
            for user_id in inside.get(row.usergroup_id, ()):
                target = (DestinationKind.GROUP, row.group_id)
                by_slack.setdefault(user_id, []).append(target)
        members = await self._joined(known, by_tester, by_slack, named)
        return Gathered(members=members, shortfall=shortfall)

    async def enroll(self, gathered: Gathered) -> list[tuple[Tester, tuple[Target, ...]]]:
        """Return the testers of an audience with their targets, made where they are new."""
        fresh = {
            one.slack_id: one.name
            for one in gathered.members
            if one.tester_id is None and one.slack_id
        }
        made: Sequence[Tester] = ()
        if fresh:
            async with self._database.writing() as session:
                made = await testers.of_slack(session, self._organization_id, fresh)
        ids = {one.tester_id for one in gathered.members if one.tester_id}
        async with self._database.reading() as session:
            there = await testers.those(session, ids)
        known = {one.id: one for one in there}
        new = {one.slack_id: one for one in made}
        enrolled = [
            (known[one.tester_id] if one.tester_id else new[one.slack_id], one.targets)
            for one in gathered.members
            if one.tester_id or one.slack_id
        ]
        return sorted(enrolled, key=lambda pair: pair[0].id)

    async def testers_of(self, people: Iterable[Identity]) -> tuple[Tester, ...]:
        """
        Return the testers of single people, made where they are new.

        Raise Unclear, field `people`, for a bot, somebody deactivated or of another workspace.
        """
        named = list(dict.fromkeys(people))
        facts = await self._check(named)
        if not named:
            return ()
        names = {user_id: one.name for user_id, one in facts.items()}
        addresses = [one.value for one in named if one.kind is IdentityKind.EMAIL]
        async with self._database.writing() as session:
            found = list(await testers.of_slack(session, self._organization_id, names))
            found += await testers.of_email(session, self._organization_id, addresses)
        return tuple(found)

    async def _check(self, people: Iterable[Identity]) -> dict[str, PersonFacts]:
        """Return what the directory knows of people of Slack. Raise Unclear for a wrong one."""
        ids = [one.value for one in people if one.kind is IdentityKind.SLACK]
        if not ids:
            return {}
        facts = await self._directory.people(ids)
        if len(facts) < len(ids):
            raise Unclear("One of these people is not known to Slack any more.", field="people")
        for person in facts.values():
            reason = reason_against(person)
            if reason:
                raise Unclear(reason, field="people")
        return facts

    async def _inside(
        self, usergroups: Mapping[str, str], *, surely: bool
    ) -> tuple[dict[str, tuple[str, ...]], str]:
        """Return who is in each user group, and a sentence about those that did not answer."""
        if not usergroups:
            return {}, ""
        found = await self._directory.memberships(usergroups.keys(), surely=surely)
        silent = [
            f"@{handle}" if handle else usergroup_id
            for usergroup_id, handle in usergroups.items()
            if usergroup_id not in found
        ]
        if not silent:
            return found, ""
        return found, f"Slack did not say who is in {', '.join(silent)}: they were left out."

    async def _joined(
        self,
        known: dict[str, TesterRow],
        by_tester: dict[str, list[Target]],
        by_slack: dict[str, list[Target]],
        named: list[Identity],
    ) -> tuple[Member, ...]:
        """Put those who are known as testers and those known by Slack alone together."""
        ids = {one.value for one in named if one.kind is IdentityKind.SLACK}
        addresses = [one.value for one in named if one.kind is IdentityKind.EMAIL]
        async with self._database.reading() as session:
            there = await testers.rows_of_accounts(
                session, self._organization_id, ids | by_slack.keys(), addresses
            )
        own: set[str] = set()
        mailed: set[str] = set()
        for one in there:
            known[one.id] = one
            targets = by_tester.setdefault(one.id, [])
            if one.slack_id in ids or one.email in addresses:
                targets.append((DestinationKind.TESTER, one.id))
            targets += by_slack.get(one.slack_id or "", ())
            own.add(one.slack_id or "")
            mailed.add(one.email or "")
        members = [
            Member(
                name=known[tester_id].name,
                slack_id=known[tester_id].slack_id,
                tester_id=tester_id,
                targets=tuple(dict.fromkeys(targets)),
            )
            for tester_id, targets in by_tester.items()
            if known[tester_id].active
        ]
        strangers = [
            Member(name=address, slack_id=None, tester_id=None, targets=())
            for address in addresses
            if address not in mailed
        ]
        new = await self._new((ids | by_slack.keys()) - own, by_slack)
        return (*members, *new, *strangers)

    async def _new(
        self, user_ids: Collection[str], by_slack: dict[str, list[Target]]
    ) -> list[Member]:
        """Return people who were never given anything, without whoever cannot install."""
        facts = await self._directory.people(sorted(user_ids)) if user_ids else {}
        return [
            Member(
                name=person.name,
                slack_id=person.id,
                tester_id=None,
                targets=tuple(dict.fromkeys(by_slack.get(person.id, ()))),
            )
            for person in facts.values()
            if not reason_against(person)
        ]


def reason_against(person: PersonFacts) -> str:
    """Return why somebody cannot be sent an install link; empty when they can."""
    if person.bot:
        return f"{person.name} is an app and cannot install anything."
    if person.deleted:
        return f"The account of {person.name} is deactivated."
    if person.stranger:
        return f"{person.name} belongs to another workspace, so no install link can be sent."
    return ""
