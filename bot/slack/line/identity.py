"""Who we are in Slack: team, bot user, and what the app was granted."""

import asyncio
from dataclasses import dataclass

from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.kit.names import REQUIRED_SCOPES
from bot.slack.kit.payloads import text_or_none
from bot.slack.line.health import SlackStanding
from bot.slack.line.meaning import SILENT, in_our_words
from provisioning.errors import TellerUnreachable


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackIdentity:
    """
    What `auth.test` says; `url` is the workspace's own address.

    `scopes` come from the header `x-oauth-scopes` of its answer.
    """

    team_id: str
    user_id: str
    bot_id: str
    enterprise_id: str | None
    scopes: frozenset[str]
    url: str = ""

    def granted(self, *scopes: str) -> bool:
        """Return whether any of *scopes* was granted; True when Slack did not say what was."""
        return not self.scopes or not self.scopes.isdisjoint(scopes)


class Whoami:
    """Asks Slack once who we are, when it is first needed."""

    def __init__(self, client: AsyncWebClient, standing: SlackStanding) -> None:
        self._client = client
        self._standing = standing
        self._known: SlackIdentity | None = None
        self._asking = asyncio.Lock()

    async def __call__(self) -> SlackIdentity:
        """Raise SlackOut when the token is no good, TellerUnreachable when Slack is away."""
        async with self._asking:
            if self._known is None:
                self._known = await self._ask()
            return self._known

    async def anew(self) -> SlackIdentity:
        """Ask again: the app may have been installed anew, perhaps with other scopes."""
        self._known = await self._ask()
        return self._known

    def forget(self) -> None:
        """Ask again next time."""
        self._known = None

    async def _ask(self) -> SlackIdentity:
        with in_our_words(self._standing):
            answer = await self._client.auth_test()
        header = next(
            (value for key, value in answer.headers.items() if key.lower() == "x-oauth-scopes"), ""
        )
        team_id = text_or_none(answer.data, "team_id")
        user_id = text_or_none(answer.data, "user_id")
        if team_id is None or user_id is None:
            raise TellerUnreachable(SILENT)  # Whatever says so is not Slack.
        scopes = frozenset(scope.strip() for scope in str(header).split(",") if scope.strip())
        if scopes:
            self._standing.lacks(set(REQUIRED_SCOPES) - scopes)
        return SlackIdentity(
            team_id=team_id,
            user_id=user_id,
            bot_id=str(answer.get("bot_id") or ""),
            enterprise_id=answer.get("enterprise_id"),
            scopes=scopes,
            url=text_or_none(answer.data, "url") or "https://slack.com/",
        )
