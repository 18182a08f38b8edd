"""Everything the workspace remembers."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bot.sandbox.clock import Clock
from bot.sandbox.shapes import JsonObject
from bot.sandbox.slack.conversations import Conversations
from bot.sandbox.slack.files import Files
from bot.sandbox.slack.functions import Execution
from bot.sandbox.slack.installation import Installation
from bot.sandbox.slack.manifest import Manifest
from bot.sandbox.slack.mint import Mint
from bot.sandbox.slack.people import SLACKBOT, People, User
from bot.sandbox.slack.response_urls import ResponseUrls
from bot.sandbox.slack.shelf import Shelf
from bot.sandbox.slack.triggers import Triggers
from bot.sandbox.slack.usergroups import UserGroups
from bot.sandbox.slack.views import EVERY_TAB, Views

#: So many breaches of Slack's rules are remembered.
KEPT_VIOLATIONS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """An event for the app. *channel* is where the bot has to be a member to hear of it."""

    event: JsonObject
    channel: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """
    Something for the page. *user* is the one person it is for, None for everybody.

    With a *tab* it is for that page of the person alone.
    """

    body: JsonObject
    user: str | None = None
    tab: str = EVERY_TAB


class State:
    """
    The nouns of one workspace and the two ears that hear of changes.

    *base_url* is known only once the server listens, so it is set afterwards.
    """

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self.clock = Clock()
        self.mint = Mint(self.clock)
        self.base_url = "http://127.0.0.1"
        self.born = int(self.clock.now())
        self.team_id = self.mint.id("T")
        self.team_name = "Harbour"
        self.team_domain = "harbour"
        self.people = People()
        self.conversations = Conversations()
        self.usergroups = UserGroups()
        self.files = Files()
        self.shelf = Shelf(folder)
        self.views = Views()
        self.triggers = Triggers(self.clock, self.mint)
        self.response_urls = ResponseUrls(self.clock, self.mint)
        self.executions: dict[str, Execution] = {}
        self.upload_keys: dict[str, str] = {}
        self.violations: deque[str] = deque(maxlen=KEPT_VIOLATIONS)
        self.app_ears: list[Callable[[Happening], None]] = []
        self.page_ears: list[Callable[[News], None]] = []
        #: What a page that is opened later has to know as well, by its type.
        self.standing_news: dict[str, JsonObject] = {}
        self._changed = asyncio.Event()
        self.app = self._install(manifest)

    def _install(self, manifest: Manifest) -> Installation:
        bot = User(
            id=self.mint.id("U"),
            team_id=self.team_id,
            name=manifest.name,
            real_name=manifest.name,
            bot_id=self.mint.id("B"),
            app_id=self.mint.id("A"),
            is_bot=True,
            color="0b6b6a",
        )
        self.people.add(bot)
        slackbot = User(
            id=SLACKBOT, team_id=self.team_id, name="slackbot", real_name="Slackbot", color="757575"
        )
        self.people.add(slackbot)
        return Installation(
            app_id=str(bot.app_id),
            bot_id=str(bot.bot_id),
            bot_user=bot.id,
            bot_token=f"xoxb-{self.mint.secret()}",
            app_token=f"xapp-1-{bot.app_id}-{self.mint.secret()}",
            signing_secret=self.mint.secret(32),
            verification_token=self.mint.secret(),
            manifest=manifest,
            scopes=set(manifest.scopes),
        )

    def now(self) -> int:
        return int(self.clock.now())

    def response_address(self, key: str) -> str:
        """Return the whole response URL of a key."""
        return f"{self.base_url}/response/{self.team_id}/{key}"

    def changed(self) -> None:
        """Wake everybody who waits for something to become true."""
        before, self._changed = self._changed, asyncio.Event()
        before.set()

    def next_change(self) -> asyncio.Event:
        """Return what will be set at the next change."""
        return self._changed

    def tell_app(self, event: JsonObject, *, channel: str | None = None) -> None:
        happening = Happening(event=event, channel=channel)
        for ear in tuple(self.app_ears):
            ear(happening)
        self.changed()

    def tell_page(self, body: JsonObject, *, user: str | None = None, tab: str = EVERY_TAB) -> None:
        news = News(body=body, user=user, tab=tab)
        for ear in tuple(self.page_ears):
            ear(news)
        self.changed()

    def breach(self, sentence: str) -> None:
        """Remember that the app did what a correct app never does."""
        self.violations.append(sentence)
        self.changed()
