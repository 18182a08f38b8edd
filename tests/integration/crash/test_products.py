"""One order for two platforms, killed on the way: no half is lost, each has one message."""

import asyncio
from contextlib import suppress
from functools import partial

import pytest
from sqlmodel import select

from bot.sandbox.slack.errors import SandboxError
from bot.sandbox.slack.views import View
from bot.slack.kit import names
from storage.catalog import apps, organizations
from storage.catalog.database import Database
from storage.records.distribution import Distribution, DistributionState
from tests.integration.crash.harness import Child
from tests.integration.crash.living import live
from tests.integration.crash.scene import (
    Scene,
    keys_in,
    number_of,
    pair_with_android,
    with_draft,
    with_half,
)
from tests.integration.crash.test_real_roads import DISTRIBUTE

#: The steps are those of any distribution, which dies everywhere in its own test. Of two roads side
#: by side it dies when the first begins, before the other was started; and while people are told.
DEATHS = ("before:resolve", "done:resolve", "done:places", "done:tell 1", "done:finish")
HURTING = {"before:resolve", "done:tell 1"}


@pytest.mark.parametrize(
    ("long_engine_home", "boundary"),
    [
        pytest.param("sqlite", one, marks=() if one in HURTING else pytest.mark.slow)
        for one in DEATHS
    ],
    indirect=["long_engine_home"],
)
async def test_killed_with_both_halves_under_way_no_half_is_lost(
    scene: Scene, boundary: str
) -> None:
    await with_draft(scene)
    await with_android(scene)
    number = number_of(DISTRIBUTE, boundary)
    dying = await asyncio.to_thread(Child.start, live, scene.settings(), die_at=number)
    await scene.slack.connected(within=60)
    ann = scene.workspace.person("Ann")
    await ann.command("#mobile-builds", names.COMMAND, "distribute harbour to QA")
    form = await scene.workspace.eventually(lambda: _form(scene))
    assert form is not None
    with suppress(SandboxError):
        await ann.submit(form)
    await scene.dies(dying)

    async with scene.living():
        ended: bool = await scene.workspace.eventually(partial(_are_done, scene), timeout=90)
    assert ended

    for person in ("Bob", "Dee"):
        said = [m.said() for m in scene.workspace.dms(person) if m.is_bot]
        assert len(said) == 1, f"After dying {boundary} {person} has {said}."
        assert "is ready for you, for iOS and Android." in said[0], said
    heard = keys_in(scene, "#qa")
    assert set(heard.values()) == {1}, f"After dying {boundary}: {heard}"
    assert sum(key.startswith("release:") for key in heard) == 2
    assert scene.slack.violations == []


async def with_android(scene: Scene) -> None:
    """Write down the same version for Android, of an app that is paired with the other."""
    database = Database(scene.home.database_url)
    async with database.writing() as session:
        organization = await organizations.named(session, "main")
        (ios,) = await apps.every(session, organization.id)
        await with_half(session, await pair_with_android(session, ios))
    await database.close()


def _form(scene: Scene) -> View | None:
    view = scene.workspace.view_of("Ann")
    return view if view is not None and view.title == "Please confirm" else None


async def _are_done(scene: Scene) -> bool | None:
    """Return True once both acts have ended and said so."""
    database = Database(scene.home.database_url)
    async with database.reading() as session:
        acts = (await session.exec(select(Distribution))).all()
    await database.close()
    reports = [key for key in keys_in(scene, "#qa") if key.startswith("report:")]
    ended = all(act.state is DistributionState.DONE for act in acts)
    return True if ended and len(acts) == len(reports) == 2 else None
