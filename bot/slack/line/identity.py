"""Who we are in Slack: team, bot user, and what the app was granted."""

import asyncio
from dataclasses import dataclass

from slack_sdk.web.async_client import AsyncWebClient


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What `auth.test` says. `scopes` come from the header `x-oauth-scopes` of its answer."""

    team_id: str
    user_id: str
    bot_id: str
    enterprise_id: str | None
    scopes: frozenset[str]

    def granted(self, *scopes: str) -> bool:
        """Return whether any of *scopes* was granted; True when Slack did not say what was."""
        return not self.scopes or not self.scopes.isdisjoint(scopes)


class Whoami:
    """Asks Slack once who we are, when it is first needed."""

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client
        self._known: Identity | None = None
        self._asking = asyncio.Lock()

    async def __call__(self) -> Identity:
        """Raise SlackApiError when the token is no good."""
        async with self._asking:
            if self._known is None:
                self._known = await self._ask()
            return self._known

    def forget(self) -> None:
        """Ask again next time: the app was installed anew, perhaps with other scopes."""
        self._known = None

    async def _ask(self) -> Identity:
        answer = await self._client.auth_test()
        header = next(
            (value for key, value in answer.headers.items() if key.lower() == "x-oauth-scopes"), ""
        )
        return Identity(
            team_id=str(answer["team_id"]),
            user_id=str(answer["user_id"]),
            bot_id=str(answer.get("bot_id") or ""),
            enterprise_id=answer.get("enterprise_id"),
            scopes=frozenset(scope.strip() for scope in str(header).split(",") if scope.strip()),
        )
