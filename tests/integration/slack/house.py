"""A house and its workspace in one test, and what people do there."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from bot.bootstrap import Running, open_house
from bot.sandbox.slack.acts.person import Person
from bot.sandbox.slack.messages import Message
from bot.sandbox.slack.server import SandboxSlack, Setup
from bot.sandbox.slack.views import View
from bot.sandbox.slack.workspace import Workspace
from bot.settings import Settings
from bot.slack.kit import names
from bot.slack.line.submitting import WORKING
from provisioning.actors import Actor, person, slack
from storage.records.group import Group

ROOT = Path(__file__).parents[3]
BUILDS = "#mobile-builds"
QA = "#qa"


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """A running house beside its Slack."""

    slack: SandboxSlack
    running: Running
    port: int
    samples: "Samples"

    @property
    def workspace(self) -> Workspace:
        return self.slack.workspace

    @property
    def ann(self) -> Person:
        """The release manager, an admin of the house."""
        return self.workspace.person("Ann")

    @property
    def manager(self) -> Actor:
        """Ann, as the house knows her."""
        return person(slack(self.ann.id), origin="test")

    @property
    def bob(self) -> Person:
        return self.workspace.person("Bob")

    @property
    def cid(self) -> Person:
        """The developer who posts builds."""
        return self.workspace.person("Cid")

    def card(self, channel: str = BUILDS) -> Message:
        """Return the newest message of the bot in a channel. Raise IndexError."""
        return self.workspace.by_bot(channel)[-1]

    async def card_saying(self, words: str, channel: str = BUILDS, within: float = 45) -> Message:
        """Wait for a message of the bot with these words, and return it."""

        def look() -> Message | None:
            found = [m for m in self.workspace.by_bot(channel) if words in m.said()]
            return found[-1] if found else None

        found = await self.workspace.eventually(look, within)
        assert found is not None
        return found

    async def whisper_to(self, person: str, words: str, within: float = 45) -> Message:
        """Wait for something that one person alone reads."""

        def look() -> Message | None:
            found = [m for m in self.workspace.ephemerals(person) if words in m.said()]
            return found[-1] if found else None

        found = await self.workspace.eventually(look, within)
        assert found is not None
        return found

    async def dm_to(self, person: str, words: str, within: float = 45) -> Message:
        """Wait for a direct message of the bot, and return it."""

        def look() -> Message | None:
            found = [m for m in self.workspace.dms(person) if m.is_bot and words in m.said()]
            return found[-1] if found else None

        found = await self.workspace.eventually(look, within)
        assert found is not None
        return found

    async def view_of(self, person: str, title: str = "") -> View:
        """Wait for a modal of this title that says more than that we work, and return it."""

        def look() -> View | None:
            view = self.workspace.view_of(person)
            if view is None or title not in view.title or WORKING in str(view.blocks):
                return None
            return view

        found = await self.workspace.eventually(look)
        assert found is not None
        return found

    async def group(self, name: str, *people: str, channel: str | None = None) -> Group:
        """Make a group with people and a channel."""
        groups, ann = self.running.house.people.groups, self.manager
        group = await groups.create(name, ann)
        named = [slack(self.workspace.person(one).id) for one in people]
        await groups.add_people(group.id, named, ann)
        if channel is not None:
            channel_id = self.workspace.channel(channel).id
            await groups.connect(group.id, channel_id, ann)
        return group

    async def with_app(self, build: Path | None = None) -> Message:
        """Post a first build and create its app; return the card of the draft."""
        await self.cid.post(BUILDS, "First *build*", files=[build or self.samples.ipa])
        card = await self.card_saying("New app")
        await self.ann.click(card, names.CREATE_APP)
        await self.view_of("Ann", "Create app")
        done = await self.ann.submit()
        assert done.action in {"close", "update"}, done  # A busy machine says so first.
        return await self.card_saying("Draft")

    async def settled(self) -> None:
        """Wait until Slack has delivered everything and nothing runs after an answer."""
        await self.workspace.settled()
        await self.running.workspace.tasks.settle()


@dataclass(frozen=True, slots=True, kw_only=True)
class Samples:
    """Packages that are written once."""

    ipa: Path
    newer_ipa: Path
    apk: Path
    broken: Path


@cache
def manifest() -> Mapping[str, Any]:
    """Return the manifest with the step for workflows, as somebody has it who wants that."""
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "manifest.yml").read_text())
    step: dict[str, Any] = yaml.safe_load((ROOT / "docs" / "workflow-step.yml").read_text())
    settings = {**loaded["settings"], **step["settings"]}
    return {**loaded, "settings": settings, "functions": step["functions"]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How a house is opened."""

    transport: str = "socket"
    withheld: frozenset[str] = frozenset()
    base_url: str = "http://127.0.0.1:1"
    apple_url: str = "http://127.0.0.1:1"
    apple_authorities: Path | None = None


@asynccontextmanager
async def opened(folder: Path, url: str, samples: Samples, plan: Plan) -> AsyncGenerator[House]:
    """Open a Slack and a house that talks to it, and close both."""
    setup = Setup(manifest=manifest(), withheld_scopes=plan.withheld)
    async with (
        SandboxSlack.serve(data_dir=folder / "slack", setup=setup) as slack,
        inhabited(slack, folder, url, samples, plan) as house,
    ):
        yield house


@asynccontextmanager
async def inhabited(
    slack: SandboxSlack, folder: Path, url: str, samples: Samples, plan: Plan
) -> AsyncGenerator[House]:
    """Open a house for a Slack that is there already."""
    settings = Settings(
        base_url=plan.base_url,
        port=0,
        data_dir=folder / "data",
        database_url=url,
        slack_mode=plan.transport,
        slack_bot_token=slack.bot_token,
        slack_app_token=slack.app_token,
        slack_signing_secret=slack.signing_secret,
        slack_api_url=slack.api_url,
        slack_file_hosts=slack.file_host,
        apple_api_url=plan.apple_url,
        apple_authorities_file=plan.apple_authorities,
        admins=slack.workspace.person("Ann").id,
    )
    async with open_house(settings) as running:
        if plan.transport == "http":
            slack.use_http(f"http://127.0.0.1:{running.port}/slack/events")
        else:
            await slack.connected()
        yield House(slack=slack, running=running, port=running.port, samples=samples)
