"""A workspace, and houses beside it that live and die; and what they find in the records."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Collection, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.sandbox.slack.messages import Message
from bot.sandbox.slack.server import SandboxSlack
from bot.sandbox.slack.workspace import Workspace
from storage.catalog import apps, groups, organizations, releases, testers
from storage.catalog.database import Database, Session
from storage.records.app import App
from storage.records.build import Build
from storage.records.group import Group
from storage.records.product import Product
from storage.records.release import Release
from tests.engines import EngineHome
from tests.integration.crash.harness import Child, apart, pairs
from tests.integration.crash.living import live

BOUNDARIES = ("before", "done", "kept")


#: Stands between two boundaries: the house that goes on after the first death dies at the second.
AND = " and "


def number_of(steps: tuple[str, ...], deaths: str) -> int:
    """Return how many boundaries of a road come before the first of one or two deaths."""
    when, _, step = first_of(deaths).partition(":")
    return steps.index(step) * len(BOUNDARIES) + BOUNDARIES.index(when)


def first_of(deaths: str) -> str:
    """Return the boundary of the first of one or two deaths."""
    return deaths.partition(AND)[0]


def second_of(deaths: str, steps: tuple[str, ...]) -> int | str:
    """
    Return the boundary of the second of two deaths: its name, or by *steps* its number.

    What the first house kept, the second does not walk again.
    """
    first, _, second = deaths.partition(AND)
    if not steps:
        return second
    when, _, step = first.partition(":")
    kept = steps.index(step) + (when == "kept")
    return number_of(steps, second) - kept * len(BOUNDARIES)


def on_both(steps: Iterable[str], *, soon: Collection[str]) -> list[Any]:
    """
    Return a database and one or two boundaries, `done:step`, of each death.

    On SQLite a house dies at each of them, and the one that goes on over the same work dies at
    another. On PostgreSQL one dies at those of *soon*, or where there is none after its first
    effect; that what is kept is not done again is the engine's, and tried on both there. The short
    run dies at those of *soon*, where it hurts most: after an effect that others see, before it is
    written down.
    """
    deaths = [f"{when}:{step}" for when, step in apart(steps)]
    worst = [one for one in deaths if one in soon]
    return [
        *(pytest.param("sqlite", one) for one in worst),
        *(pytest.param("sqlite", AND.join(pair), marks=pytest.mark.slow) for pair in pairs(deaths)),
        *(
            pytest.param("postgresql", one, marks=pytest.mark.slow)
            for one in worst or [next(one for one in deaths if one.startswith("done"))]
        ),
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A workspace, and a place for the houses that live and die beside it."""

    slack: SandboxSlack
    home: EngineHome

    @property
    def workspace(self) -> Workspace:
        return self.slack.workspace

    def settings(self) -> dict[str, Any]:
        return {
            "base_url": "http://127.0.0.1:1",
            "port": 0,
            "data_dir": self.home.data_dir,
            "database_url": self.home.database_url,
            "slack_bot_token": self.slack.bot_token,
            "slack_app_token": self.slack.app_token,
            "slack_api_url": self.slack.api_url,
            "slack_file_hosts": self.slack.file_host,
            "admins": self.workspace.person("Ann").id,
        }

    async def dies(self, child: Child, deaths: str = "", steps: tuple[str, ...] = ()) -> None:
        """
        Wait until a child has killed itself, as it must, and the one after it at the second death.

        That is found by its name, or where *steps* are given by its place among them.
        """
        code, seen = await asyncio.to_thread(child.wait)
        assert code == -9, f"The house did not die but came to {seen}."
        if AND in deaths:
            die_at = second_of(deaths, steps)
            again = await asyncio.to_thread(Child.start, live, self.settings(), die_at=die_at)
            await self.dies(again)

    async def dies_over(
        self, package: Path, die_at: int | str, deaths: str = "", steps: tuple[str, ...] = ()
    ) -> Message:
        """Let a house die of a file of Cid's at a boundary; return the message with the file."""
        dying = await asyncio.to_thread(Child.start, live, self.settings(), die_at=die_at)
        await self.slack.connected(within=60)
        posted = await self.workspace.person("Cid").post("#mobile-builds", files=[package])
        await self.dies(dying, deaths, steps)
        return posted

    @asynccontextmanager
    async def living(self, *, port: int = 0) -> AsyncGenerator[None]:
        """Let a house live that does not die."""
        child = await asyncio.to_thread(Child.start, live, {**self.settings(), "port": port})
        try:
            await self.slack.connected(within=60)
            yield
            await self.workspace.settled()
        finally:
            child.process.terminate()  # What it still does, it ends first.
            code, seen = await asyncio.to_thread(child.wait)
            assert code == 0, f"The house ended badly after {seen[-3:]}."


async def with_draft(scene: Scene) -> None:
    """Write down an app with a draft, and a group with two testers that is heard in #qa."""
    workspace = scene.workspace
    database = Database(scene.home.database_url)
    async with database.writing() as session:
        organization = await organizations.named(session, "main")
        app = await apps.add(session, an_app(organization.id))
        build = a_build(organization.id)
        session.add(build)
        await session.flush()
        await releases.add(session, a_release(app, build))
        await with_group(session, organization.id, workspace)
    await database.close()


async def with_newer(scene: Scene) -> None:
    """Write down a second draft of the app that `with_draft` made: 2.5.0."""
    database = Database(scene.home.database_url)
    async with database.writing() as session:
        organization = await organizations.named(session, "main")
        (app,) = await apps.every(session, organization.id)
        build = a_build(organization.id)
        build.sha256, build.version, build.build = "cd" * 32, "2.5.0", "250"
        build.facts = {**build.facts, "version": "2.5.0", "build": "250", "sha256": build.sha256}
        session.add(build)
        await session.flush()
        await releases.add(session, a_release(app, build))
    await database.close()


def a_release(app: App, build: Build) -> Release:
    return Release(
        organization_id=app.organization_id,
        key=f"build:{build.id}:{app.id}",
        app_id=app.id,
        number=1,
        build_id=build.id,
        created_by="person:slack:UCID",
    )


def an_app(organization_id: str) -> App:
    return App(
        organization_id=organization_id,
        name="harbour",
        display_name="Harbour",
        platform="ios",
        bundle_id="com.example.harbour",
        created_by="person:slack:UCID",
    )


def a_build(organization_id: str) -> Build:
    sha256 = "ab" * 32
    facts = {
        "platform": "ios",
        "kind": "ipa",
        "bundle_id": "com.example.harbour",
        "version": "2.4.0",
        "build": "241",
        "size": 1,
        "md5": "0" * 32,
        "sha1": "0" * 40,
        "sha256": sha256,
        # Nothing to warn of: a build that nobody can install is asked about before it is sent.
        "signing": {"signed": True, "kind": "adhoc", "devices": ["0" * 40]},
    }
    return Build(
        organization_id=organization_id,
        sha256=sha256,
        md5="0" * 32,
        size=1,
        chunk_size=1,
        chunks=[sha256],
        file_name="Harbour.ipa",
        platform="ios",
        bundle_id="com.example.harbour",
        version="2.4.0",
        build="241",
        facts=facts,
    )


def an_android_build(organization_id: str) -> Build:
    """Return the same version of the same app, for Android."""
    build = a_build(organization_id)
    build.platform, build.sha256, build.build = "android", "cd" * 32, "88"
    signing = {"signed": True, "schemes": ["v2"]}
    changed = {"platform": "android", "kind": "apk", "build": "88", "signing": signing}
    build.facts = {**build.facts, **changed, "sha256": build.sha256}
    build.file_name = "harbour.apk"
    return build


async def pair_with_android(session: Session, ios: App) -> App:
    """Write down an app for Android that is one product with *ios*, and return it."""
    product = Product(
        organization_id=ios.organization_id, name="Harbour", created_by="person:slack:UANN"
    )
    session.add(product)
    await session.flush()
    android = an_app(ios.organization_id)
    android.name, android.platform = "harbour-android", "android"
    ios.product_id = android.product_id = product.id
    session.add(ios)
    return await apps.add(session, android)


async def with_half(session: Session, android: App) -> None:
    """Write the same version down for Android, as if it was taken in."""
    build = an_android_build(android.organization_id)
    session.add(build)
    await session.flush()
    await releases.add(session, a_release(android, build))


async def with_group(session: Session, organization_id: str, workspace: Workspace) -> None:
    """Write down the group QA with Bob and Dee, which is heard in #qa."""
    group = Group(
        organization_id=organization_id, name="QA", slug="qa", created_by="person:slack:UANN"
    )
    await groups.add(session, group)
    people = {workspace.person(name).id: name for name in ("Bob", "Dee")}
    found = await testers.of_slack(session, organization_id, people)
    await groups.add_members(session, group.id, [tester.id for tester in found])
    await groups.connect(session, group.id, workspace.channel("#qa").id, "person:slack:UANN")


def keys_in(scene: Scene, channel: str) -> Counter[str]:
    """Return how often each of our messages stands in a channel, by the key it carries."""
    found = [m.metadata for m in scene.workspace.by_bot(channel) if m.metadata]
    return Counter(str(metadata["event_payload"]["key"]) for metadata in found)
