"""The main road, killed at every boundary: nothing is lost, and nobody is told twice."""

import asyncio
import zipfile
from hashlib import sha256
from pathlib import Path

import pytest
from sqlmodel import select

from bot.sandbox.samples.harbour import harbour_ipa
from bot.slack.kit import names
from storage.catalog import organizations, uploads
from storage.catalog.database import Database
from storage.records.variant import Preparation
from tests.integration.crash.harness import Child, apart, pairs
from tests.integration.crash.living import live
from tests.integration.crash.scene import (
    AND,
    BOUNDARIES,
    Scene,
    first_of,
    keys_in,
    number_of,
    on_both,
    with_draft,
)
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

SOON = {f"done:{step}" for step in ("keep", "prepare", "announce", "tell 1")}


@pytest.fixture(scope="session")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return harbour_ipa(tmp_path_factory.mktemp("crash"))


@pytest.mark.parametrize(
    ("long_engine_home", "boundary"),
    on_both(TAKE_IN, soon=SOON),
    indirect=["long_engine_home"],
)
async def test_killed_while_taking_in_the_build_arrives_once(
    scene: Scene, package: Path, boundary: str
) -> None:
    posted = await scene.dies_over(package, number_of(TAKE_IN, boundary), boundary, TAKE_IN)

    async with scene.living():
        await scene.workspace.eventually(
            lambda: "New app" in scene.workspace.thread(posted)[-1].said(), timeout=60
        )
        await _is_prepared(scene)

    assert list((scene.home.data_dir / "signing").iterdir()) == []
    said = scene.workspace.by_bot("#mobile-builds")
    assert len(said) == 1, f"After dying {boundary} there are {len(said)} messages."
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
    [
        "done:unwrap",
        *(pytest.param(AND.join(pair), marks=pytest.mark.slow) for pair in pairs(OF_A_ZIP)),
    ],
)
async def test_c9_killed_while_a_build_leaves_its_zip_it_arrives_once(
    scene: Scene, package: Path, zipped: Path, boundary: str
) -> None:
    await scene.dies_over(zipped, first_of(boundary), boundary)

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


@pytest.mark.parametrize(
    ("long_engine_home", "boundary"),
    on_both(DISTRIBUTE, soon=SOON),
    indirect=["long_engine_home"],
)
async def test_killed_while_distributing_everybody_is_told_once(
    scene: Scene, boundary: str
) -> None:
    await with_draft(scene)
    die_at = number_of(DISTRIBUTE, boundary)
    dying = await asyncio.to_thread(Child.start, live, scene.settings(), die_at=die_at)
    await scene.slack.connected(within=60)
    command = "distribute harbour to QA"
    await scene.workspace.person("Ann").command("#mobile-builds", names.COMMAND, command)
    await scene.dies(dying, boundary, DISTRIBUTE)

    async with scene.living():
        await scene.workspace.eventually(
            lambda: any(key.startswith("report:") for key in keys_in(scene, "#qa")), timeout=90
        )

    for person in ("Bob", "Dee"):
        told = [m for m in scene.workspace.dms(person) if m.is_bot]
        assert len(told) == 1, f"After dying {boundary} {person} was told {len(told)} times."
    heard = keys_in(scene, "#qa")
    kinds = sorted(key.partition(":")[0] for key in heard)
    assert kinds == ["release", "report"], f"After dying {boundary}: {heard}"
    assert set(heard.values()) == {1}, f"After dying {boundary}: {heard}"
    assert scene.slack.violations == []


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
