"""The main road, killed at every boundary: nothing is lost, and nobody is told twice."""

import asyncio
import zipfile
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from bot.sandbox.samples.harbour import harbour_ipa
from bot.sandbox.slack.messages import Message
from bot.sandbox.slack.server import SandboxSlack, Setup
from bot.sandbox.slack.workspace import Workspace
from bot.slack.kit import names
from storage.catalog import apps, groups, organizations, releases, testers, uploads
from storage.catalog.database import Database, Session
from storage.records.app import App
from storage.records.build import Build
from storage.records.group import Group
from storage.records.release import Release
from storage.records.variant import Preparation
from tests.engines import EngineHome
from tests.integration.crash.harness import Child, apart
from tests.integration.crash.living import live
from tests.integration.slack.house import manifest
from tests.unit.provisioning.codesign import world

TAKE_IN = ("admit", "greet", "fetch", "inspect", "turn", "keep", "show", "prepare")
DISTRIBUTE = (
    "resolve",
    "cover",
    "show start",
    "places",
    "announce",
    "tell 1",
    "tell 2",
    "finish",
    "show",
    "report",
)


BOUNDARIES = ("before", "done", "kept")
SEEN = {f"done {step}" for step in ("keep", "prepare", "announce", "tell 1")}


def boundaries(steps: tuple[str, ...]) -> list[Any]:
    """
    Return the number and the name of each boundary of a road.

    The short run dies where it hurts most: after an effect that others see, before that is written
    down.
    """
    return [
        pytest.param(
            steps.index(step) * len(BOUNDARIES) + BOUNDARIES.index(when),
            f"{when} {step}",
            marks=() if f"{when} {step}" in SEEN else pytest.mark.slow,
        )
        for when, step in apart(steps)
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

    async def dies(self, child: Child) -> None:
        """Wait until a child has killed itself, as it must."""
        code, seen = await asyncio.to_thread(child.wait)
        assert code == -9, f"The house did not die but came to {seen}."

    async def dies_over(self, package: Path, die_at: int | str) -> Message:
        """Let a house die of a file of Cid's at a boundary; return the message with the file."""
        dying = await asyncio.to_thread(Child.start, live, self.settings(), die_at=die_at)
        await self.slack.connected(within=60)
        posted = await self.workspace.person("Cid").post("#mobile-builds", files=[package])
        await self.dies(dying)
        return posted

    @asynccontextmanager
    async def living(self) -> AsyncGenerator[None]:
        """Let a house live that does not die."""
        child = await asyncio.to_thread(Child.start, live, self.settings())
        try:
            await self.slack.connected(within=60)
            yield
            await self.workspace.settled()
        finally:
            child.process.terminate()  # What it still does, it ends first.
            code, seen = await asyncio.to_thread(child.wait)
            assert code == 0, f"The house ended badly after {seen[-3:]}."


@pytest.fixture
async def scene(long_engine_home: EngineHome, tmp_path: Path) -> AsyncGenerator[Scene]:
    setup = Setup(manifest=manifest())
    async with SandboxSlack.serve(data_dir=tmp_path / "slack", setup=setup) as slack:
        # A house may die before it has said that it heard, and is told again when it is back.
        slack.delivery.retry_delays = (0.5,) * 60
        yield Scene(slack=slack, home=long_engine_home)


@pytest.fixture(scope="session")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return harbour_ipa(tmp_path_factory.mktemp("crash"))


@pytest.mark.parametrize(("number", "name"), boundaries(TAKE_IN))
async def test_killed_while_taking_in_the_build_arrives_once(
    scene: Scene, package: Path, number: int, name: str
) -> None:
    posted = await scene.dies_over(package, number)

    async with scene.living():
        await scene.workspace.eventually(
            lambda: "New app" in scene.workspace.thread(posted)[-1].said(), timeout=60
        )
        await _is_prepared(scene)

    assert list((scene.home.data_dir / "signing").iterdir()) == []
    said = scene.workspace.by_bot("#mobile-builds")
    assert len(said) == 1, f"After dying {name} there are {len(said)} messages."
    assert list((scene.home.data_dir / "blobs" / "incoming").iterdir()) == []
    assert len(await _builds(scene)) == 1
    assert scene.slack.violations == []


@pytest.fixture(scope="session")
def zipped(package: Path) -> Path:
    path = package.with_suffix(".zip")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(package, f"out/{package.name}")
    return path


#: The steps that only a build in a zip walks.
OF_A_ZIP = [f"{when}:{step}" for when, step in apart(("unwrap", "inspect inside"))]


@pytest.mark.parametrize(
    "boundary",
    [pytest.param(one, marks=() if one == "done:unwrap" else pytest.mark.slow) for one in OF_A_ZIP],
)
async def test_c9_killed_while_a_build_leaves_its_zip_it_arrives_once(
    scene: Scene, package: Path, zipped: Path, boundary: str
) -> None:
    await scene.dies_over(zipped, boundary)

    async with scene.living():
        await scene.workspace.eventually(
            lambda: any("New app" in m.said() for m in scene.workspace.by_bot("#mobile-builds"))
        )

    said = scene.workspace.by_bot("#mobile-builds")
    assert len(said) == 1, f"After dying {boundary} there are {len(said)} messages."
    assert await _builds(scene) == [sha256(package.read_bytes()).hexdigest()]
    assert list((scene.home.data_dir / "blobs" / "incoming").iterdir()) == []
    assert scene.slack.violations == []


@pytest.fixture(scope="session")
def changed(package: Path) -> Path:
    """Write an app that somebody changed after it was signed."""
    inside = "Payload/Harbour.app/en.lproj/InfoPlist.strings"
    return world.edited(package, package.with_name("changed.ipa"), {inside: lambda one: one[1:]})


@pytest.mark.slow
@pytest.mark.parametrize("boundary", [f"{when}:show prepared" for when in BOUNDARIES])
async def test_killed_while_a_card_says_what_was_found_it_says_so_once(
    scene: Scene, changed: Path, boundary: str
) -> None:
    await scene.dies_over(changed, boundary)

    async with scene.living():
        await scene.workspace.eventually(
            lambda: "No phone can be added" in scene.workspace.by_bot("#mobile-builds")[-1].said(),
            timeout=60,
        )

    assert len(scene.workspace.by_bot("#mobile-builds")) == 1
    assert len(await _prepared(scene)) == 1
    assert scene.slack.violations == []


@pytest.mark.parametrize(("number", "name"), boundaries(DISTRIBUTE))
async def test_killed_while_distributing_everybody_is_told_once(
    scene: Scene, number: int, name: str
) -> None:
    await _draft(scene)
    dying = await asyncio.to_thread(Child.start, live, scene.settings(), die_at=number)
    await scene.slack.connected(within=60)
    command = "distribute harbour to QA"
    await scene.workspace.person("Ann").command("#mobile-builds", names.COMMAND, command)
    await scene.dies(dying)

    async with scene.living():
        await scene.workspace.eventually(
            lambda: any(key.startswith("report:") for key in _keys(scene, "#qa")), timeout=90
        )

    for person in ("Bob", "Dee"):
        told = [m for m in scene.workspace.dms(person) if m.is_bot]
        assert len(told) == 1, f"After dying {name} {person} was told {len(told)} times."
    heard = _keys(scene, "#qa")
    kinds = sorted(key.partition(":")[0] for key in heard)
    assert kinds == ["release", "report"], f"After dying {name}: {heard}"
    assert set(heard.values()) == {1}, f"After dying {name}: {heard}"
    assert scene.slack.violations == []


async def _draft(scene: Scene) -> None:
    """Write down an app with a draft, and a group with two testers that is heard in #qa."""
    workspace = scene.workspace
    database = Database(scene.home.database_url)
    async with database.writing() as session:
        organization = await organizations.named(session, "main")
        app = await apps.add(session, _app(organization.id))
        build = _build(organization.id)
        session.add(build)
        await session.flush()
        await releases.add(session, _release(app, build))
        await _group(session, organization.id, workspace)
    await database.close()


def _release(app: App, build: Build) -> Release:
    return Release(
        organization_id=app.organization_id,
        key=f"build:{build.id}:{app.id}",
        app_id=app.id,
        number=1,
        build_id=build.id,
        created_by="person:slack:UCID",
    )


def _app(organization_id: str) -> App:
    return App(
        organization_id=organization_id,
        name="harbour",
        display_name="Harbour",
        platform="ios",
        bundle_id="com.example.harbour",
        created_by="person:slack:UCID",
    )


def _build(organization_id: str) -> Build:
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


async def _group(session: Session, organization_id: str, workspace: Workspace) -> None:
    group = Group(
        organization_id=organization_id, name="QA", slug="qa", created_by="person:slack:UANN"
    )
    await groups.add(session, group)
    people = {workspace.person(name).id: name for name in ("Bob", "Dee")}
    found = await testers.of_slack(session, organization_id, people)
    await groups.add_members(session, group.id, [tester.id for tester in found])
    await groups.connect(session, group.id, workspace.channel("#qa").id, "person:slack:UANN")


def _keys(scene: Scene, channel: str) -> Counter[str]:
    """Return how often each of our messages stands in a channel, by the key it carries."""
    found = [m.metadata for m in scene.workspace.by_bot(channel) if m.metadata]
    return Counter(str(metadata["event_payload"]["key"]) for metadata in found)


async def _builds(scene: Scene) -> list[str]:
    """Return the digests of the builds that wait for their app."""
    database = Database(scene.home.database_url)
    try:
        async with database.reading() as session:
            organization = await organizations.named(session, "main")
            waiting = await uploads.unclaimed(
                session, organization.id, "ios", "com.example.harbour"
            )
            return [str(build.sha256) for _, build in waiting]
    finally:
        await database.close()


async def _is_prepared(scene: Scene) -> None:
    """Wait until a build was made ready for the phones that come later."""

    async def look() -> list[str] | None:
        return await _prepared(scene)

    found: list[str] = await scene.workspace.eventually(look, timeout=60)
    assert len(found) == 1


async def _prepared(scene: Scene) -> list[str]:
    """Return the builds that were made ready for the phones that come later."""
    database = Database(scene.home.database_url)
    try:
        async with database.reading() as session:
            found = await session.exec(select(Preparation))
            return [one.build_id for one in found.all()]
    finally:
        await database.close()
