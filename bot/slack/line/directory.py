"""Who is who: Slack's people and user groups, remembered for a while."""

import asyncio
import logging
from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.kit.codes import code_of
from bot.slack.kit.payloads import Body, at, entries, text_or_none
from bot.slack.line.health import SlackStanding
from bot.slack.line.identity import SlackIdentity, Whoami
from bot.slack.line.meaning import FAILURES, meaning
from provisioning.errors import DirectoryFailed, TellerFailed
from provisioning.ports import PersonFacts
from storage.catalog import people_cache
from storage.catalog.database import Database
from storage.catalog.people_cache import PersonRow
from storage.errors import NotFound
from storage.records.base import now
from storage.records.person import Person, UserGroup

logger = logging.getLogger(__name__)

#: Slack tells of changes by event; this is for those that were missed.
PERSON_KEEPS = timedelta(hours=12)
USERGROUP_KEEPS = timedelta(minutes=10)
#: Slackbot has no profile of a person.
SLACKBOT = "USLACKBOT"
#: What somebody is called of whom Slack says no name.
NAMELESS = "Somebody"

_UNKNOWN = frozenset({"user_not_found", "users_not_found", "user_not_visible"})
_NO_GROUP = frozenset({"no_such_subteam", "subteam_not_found", "plan_upgrade_required"})


class SlackDirectory:
    """The Directory of a Slack workspace, with the records as its memory."""

    def __init__(
        self, client: AsyncWebClient, database: Database, whoami: Whoami, standing: SlackStanding
    ) -> None:
        self._client = client
        self._database = database
        self._whoami = whoami
        self._standing = standing
        self._asking: dict[str, asyncio.Lock] = {}

    async def person(self, user_id: str) -> PersonFacts:
        """Raise NotFound for an unknown id, DirectoryFailed when Slack does not answer."""
        known = await self._known(user_id)
        if known is not None and now() - known.asked_at < PERSON_KEEPS:
            return facts_of(known)
        async with self._asking.setdefault(user_id, asyncio.Lock()):
            known = await self._known(user_id)
            if known is not None and now() - known.asked_at < PERSON_KEEPS:
                return facts_of(known)
            return await self._ask_person(user_id, known)

    async def people(self, user_ids: Collection[str]) -> dict[str, PersonFacts]:
        """
        Return what is known of people, by id, those left out whom Slack does not know.

        Only those who are not remembered, or for too long, are asked for. Raise DirectoryFailed.
        """
        async with self._database.reading() as session:
            known = await people_cache.people(session, user_ids)
        fresh = now() - PERSON_KEEPS
        found = {one.id: facts_of(one) for one in known if one.asked_at > fresh}
        for user_id in user_ids:
            if user_id not in found:
                try:
                    found[user_id] = await self.person(user_id)
                except NotFound:
                    continue
        return {user_id: found[user_id] for user_id in user_ids if user_id in found}

    async def with_email(self, address: str) -> PersonFacts | None:
        """Return who has an address in Slack, None for nobody. Raise DirectoryFailed."""
        try:
            answer = await self._client.users_lookupByEmail(email=address)
        except FAILURES as error:
            if isinstance(error, SlackApiError) and code_of(error) in _UNKNOWN:
                return None
            raise self._failed(error) from error
        return await self.learn(at(answer.data, "user") or {})

    async def members(self, usergroup_id: str) -> tuple[str, ...]:
        """
        Return the user ids in a user group; empty when it was deleted or is empty.

        Raise DirectoryFailed when Slack does not answer and nothing is remembered.
        """
        return await self._members(usergroup_id)

    async def _members(self, usergroup_id: str, *, surely: bool = False) -> tuple[str, ...]:
        async with self._database.reading() as session:
            known = await people_cache.usergroup(session, usergroup_id)
        if known is not None and now() - known.asked_at < USERGROUP_KEEPS:
            return tuple(known.members)
        return await self._ask_members(usergroup_id, known, surely=surely)

    async def memberships(
        self, usergroup_ids: Collection[str], *, surely: bool = False
    ) -> dict[str, tuple[str, ...]]:
        """
        Return the user ids in user groups; left out are those for which `members` fails.

        Only groups that are not remembered, or for too long, are asked for. When it has to be so
        *surely*, what is remembered for too long is not taken where Slack does not answer.
        """
        async with self._database.reading() as session:
            known = await people_cache.usergroups(session, usergroup_ids)
        fresh = now() - USERGROUP_KEEPS
        found = {one.id: tuple(one.members) for one in known if one.asked_at > fresh}
        for usergroup_id in usergroup_ids:
            if usergroup_id not in found:
                try:
                    found[usergroup_id] = await self._members(usergroup_id, surely=surely)
                except DirectoryFailed:
                    continue
        return found

    async def learn(self, user: Body) -> PersonFacts | None:
        """Remember a user object of Slack's (`users.info`). Raise DirectoryFailed."""
        me = await self._me()
        if text_or_none(user, "id") is None:
            return None
        person = person_of(user, me)
        async with self._database.writing() as session:
            await people_cache.keep_person(session, person)
        return facts_of(person)

    async def outdate_usergroup(self, usergroup_id: str) -> None:
        """Ask for its members anew next time (`subteam_members_changed`, `subteam_updated`)."""
        async with self._database.writing() as session:
            await people_cache.outdate_usergroup(session, usergroup_id)

    async def usergroups(self) -> list[UserGroup]:
        """
        Return every user group of the workspace, without members.

        Empty when the scope was not granted. Raise DirectoryFailed.
        """
        me = await self._me()
        if not me.granted("usergroups:read"):
            return []
        try:
            answer = await self._client.usergroups_list(include_disabled=False)
        except FAILURES as error:
            raise self._failed(error) from error
        return [
            UserGroup(
                id=str(group["id"]),
                team_id=str(group.get("team_id") or me.team_id),
                handle=str(group.get("handle") or ""),
                name=str(group.get("name") or ""),
            )
            for group in entries(answer.data, "usergroups")
        ]

    async def _me(self) -> SlackIdentity:
        try:
            return await self._whoami()
        except TellerFailed as error:
            raise DirectoryFailed(**error.data) from error

    async def _known(self, user_id: str) -> Person | None:
        async with self._database.reading() as session:
            return await people_cache.person(session, user_id)

    async def _ask_person(self, user_id: str, known: Person | None) -> PersonFacts:
        try:
            answer = await self._client.users_info(user=user_id)
        except FAILURES as error:
            if isinstance(error, SlackApiError) and code_of(error) in _UNKNOWN:
                raise NotFound("Slack does not know this person.") from error
            return self._remembered(known, error)
        facts = await self.learn(at(answer.data, "user") or {})
        if facts is None:
            raise DirectoryFailed("Slack did not say who this person is. Try again in a minute.")
        return facts

    def _remembered(self, known: Person | None, error: Exception) -> PersonFacts:
        """Old knowledge is better than none while Slack is out."""
        if known is None:
            raise self._failed(error) from error
        return facts_of(known)

    async def _ask_members(
        self, usergroup_id: str, known: UserGroup | None, *, surely: bool
    ) -> tuple[str, ...]:
        me = await self._me()
        group = UserGroup(id=usergroup_id, team_id=me.team_id)
        if known is not None:
            group.handle, group.name = known.handle, known.name
        try:
            group.members = await self._all_members(usergroup_id)
        except FAILURES as error:
            if not isinstance(error, SlackApiError) or code_of(error) not in _NO_GROUP:
                return self._old_members(None if surely else known, error)
            group.members, group.gone = [], True
        async with self._database.writing() as session:
            await people_cache.keep_usergroup(session, group)
        return tuple(group.members)

    async def _all_members(self, usergroup_id: str) -> list[str]:
        """Follow every page; Slack answers most groups whole, and large ones in pages."""
        members: list[str] = []
        cursor = ""
        while True:
            arguments: dict[str, Any] = {"cursor": cursor} if cursor else {}
            answer = await self._client.usergroups_users_list(usergroup=usergroup_id, **arguments)
            users = at(answer.data, "users")
            members += [str(user) for user in users] if isinstance(users, list) else []
            cursor = text_or_none(answer.data, "response_metadata", "next_cursor") or ""
            if not cursor:
                return list(dict.fromkeys(members))

    def _old_members(self, known: UserGroup | None, error: Exception) -> tuple[str, ...]:
        if known is None:
            raise self._failed(error) from error
        logger.warning("Slack did not say who is in a user group; the last known members count.")
        return tuple(known.members)

    def _failed(self, error: Exception) -> DirectoryFailed:
        told = self._standing.note(error) if isinstance(error, SlackApiError) else None
        return DirectoryFailed(told, **meaning(error, self._standing).data)


def person_of(user: Mapping[str, Any], me: SlackIdentity) -> Person:
    """Return a record of a user object as `users.info` gives it."""
    profile = at(user, "profile")
    name = (
        text_or_none(profile, "display_name")
        or text_or_none(profile, "real_name")
        or text_or_none(user, "real_name")
        or NAMELESS  # Neither an id nor what they log in with is a name for others.
    )
    team_id = text_or_none(user, "team_id") or me.team_id
    own = team_id in {me.team_id, me.enterprise_id}
    return Person(
        id=str(user["id"]),
        team_id=team_id,
        name=name[:255],
        email=text_or_none(profile, "email"),
        time_zone=text_or_none(user, "tz"),
        bot=bool(user.get("is_bot")) or user["id"] == SLACKBOT,
        guest=bool(user.get("is_restricted") or user.get("is_ultra_restricted")),
        stranger=bool(user.get("is_stranger")) or not own,
        deleted=bool(user.get("deleted")),
    )


def facts_of(person: Person | PersonRow) -> PersonFacts:
    return PersonFacts(
        id=person.id,
        name=person.name,
        email=person.email,
        time_zone=person.time_zone,
        bot=person.bot,
        guest=person.guest,
        guest_since=person.guest_since,
        stranger=person.stranger,
        deleted=person.deleted,
    )
