"""Reminding people, and a report of trouble, killed at every boundary: each is said once."""

import asyncio
from contextlib import suppress

import pytest
from sqlmodel import select

from bot.sandbox.slack.errors import SandboxError
from bot.sandbox.slack.messages import Message
from bot.sandbox.slack.views import View
from bot.slack.kit import names
from storage.catalog.database import Database
from storage.records.nudge import Nudge, NudgeState, NudgeWord, NudgeWordState
from storage.records.trouble import TroubleReport, TroubleState
from tests.integration.crash.harness import Child
from tests.integration.crash.living import live
from tests.integration.crash.scene import Scene, keys_in, number_of, on_both, with_draft

NUDGE = ("resolve", "tell 1", "tell 2", "finish", "report")
TROUBLE = ("say", "note")
SAW = {names.TROUBLE_SAW: {names.TROUBLE_SAW: "The icon stays grey, or waits"}}


@pytest.mark.parametrize(
    ("long_engine_home", "boundary"),
    on_both(NUDGE, soon={"done:tell 1"}),
    indirect=["long_engine_home"],
)
async def test_killed_while_reminding_everybody_is_reminded_once(
    scene: Scene, boundary: str
) -> None:
    await _given(scene)
    dying = await asyncio.to_thread(
        Child.start, live, scene.settings(), die_at=number_of(NUDGE, boundary)
    )
    await scene.slack.connected(within=60)
    await _nudge(scene)
    await scene.dies(dying, boundary, NUDGE)

    async with scene.living():
        await scene.workspace.eventually(
            lambda: (
                "who had not installed *Harbour 2.4.0 (241) for iOS*: 2 told."
                in scene.workspace.report()
            ),
            timeout=90,
        )

    for person in ("Bob", "Dee"):
        said = [m.said() for m in scene.workspace.dms(person) if m.is_bot]
        assert sum("reminds you of" in words for words in said) == 1, (boundary, said)
    heard = keys_in(scene, "#qa")
    assert set(heard.values()) == {1}, f"After dying {boundary}: {heard}"
    database = Database(scene.home.database_url)
    async with database.reading() as session:
        (nudge,) = (await session.exec(select(Nudge))).all()
        words = (await session.exec(select(NudgeWord))).all()
    await database.close()
    assert nudge.state is NudgeState.DONE
    assert [word.state for word in words] == [NudgeWordState.TOLD] * 2
    assert scene.slack.violations == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("long_engine_home", "boundary"), on_both(TROUBLE, soon=()), indirect=["long_engine_home"]
)
async def test_killed_while_saying_what_somebody_saw_it_is_said_once(
    scene: Scene, boundary: str
) -> None:
    await _given(scene)
    dying = await asyncio.to_thread(
        Child.start, live, scene.settings(), die_at=number_of(TROUBLE, boundary)
    )
    await scene.slack.connected(within=60)
    form = await _pressed(
        scene, "Bob", scene.workspace.dms("Bob")[-1], names.TROUBLE, "It does not install"
    )
    with suppress(SandboxError):
        await scene.workspace.person("Bob").submit(form, SAW)
    await scene.dies(dying, boundary, TROUBLE)

    database = Database(scene.home.database_url)

    async def said() -> TroubleReport | None:
        async with database.reading() as session:
            (report,) = (await session.exec(select(TroubleReport))).all()
        return report if report.state is TroubleState.SAID else None

    async with scene.living():
        kept: TroubleReport = await scene.workspace.eventually(said, timeout=90)
    assert kept.saw == "grey"
    await database.close()

    heard = keys_in(scene, "#qa")
    assert sum(key.startswith("reported:") for key in heard) == 1
    assert set(heard.values()) == {1}, f"After dying {boundary}: {heard}"
    assert scene.slack.violations == []


async def _given(scene: Scene) -> None:
    """Let a house send the release to Bob and Dee."""
    await with_draft(scene)
    async with scene.living():
        command = "distribute harbour to QA"
        await scene.workspace.person("Ann").command("#mobile-builds", names.COMMAND, command)
        await scene.workspace.eventually(
            lambda: any(key.startswith("report:") for key in keys_in(scene, "#qa")), timeout=90
        )


async def _nudge(scene: Scene) -> None:
    """Let Ann remind everybody; the house may die before it has answered her."""
    ann = scene.workspace.person("Ann")
    await ann.command("#mobile-builds", names.COMMAND, "who harbour 1")

    def listed() -> Message | None:
        found = [m for m in scene.workspace.ephemerals("Ann") if "Who has" in m.said()]
        return found[-1] if found else None

    answer = await scene.workspace.eventually(listed)
    assert answer is not None
    form = await _pressed(scene, "Ann", answer, names.NUDGE, "Remind people")
    with suppress(SandboxError):
        await ann.submit(form)


async def _pressed(scene: Scene, person: str, on: Message, button: str, title: str) -> View:
    """
    Press a button until its form is open.

    A busy machine may take longer than the three seconds that Slack gives; then one presses again.
    """

    def shown() -> View | None:
        view = scene.workspace.view_of(person)
        return view if view is not None and view.title == title else None

    for patience in (10, 20, 45):
        await scene.workspace.person(person).click(on, button)
        with suppress(AssertionError):
            form = await scene.workspace.eventually(shown, timeout=patience)
            assert form is not None
            return form
    raise AssertionError(f"No form called {title} was opened.")
