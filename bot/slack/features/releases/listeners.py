"""Listens for `list`, `show`, `apps` and `testers`, and for whatever asks to see a release."""

from collections.abc import Sequence
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.house import House
from bot.slack.features.releases.deeds import Looking
from bot.slack.kit import blocks, names
from bot.slack.kit.payloads import Click, click_of, question_of, submission_of
from bot.slack.kit.verbs import Verb
from bot.slack.line.errors import form_errors
from bot.slack.line.submitting import Answer, answer
from bot.slack.workspace import Workspace
from provisioning.actors import Act
from storage.errors import NotFound


def verbs(looking: Looking) -> tuple[Verb, ...]:
    """Return the verbs that only look."""
    return (
        Verb(
            name="list",
            usage="list [APP] [tag:TAG]",
            summary="The newest releases, of one app or of all.",
            examples=("list", "list harbour", "list harbour tag:beta"),
            act=Act.SEE,
            answer=looking.listed,
        ),
        Verb(
            name="show",
            usage="show APP [VERSION]",
            summary="One release with its facts, its notes and who has it.",
            examples=("show harbour", "show harbour 2.4.0", "show harbour 7"),
            act=Act.SEE,
            answer=looking.show,
        ),
        Verb(
            name="apps",
            usage="apps",
            summary="Every app with its newest release.",
            examples=("apps",),
            act=Act.SEE,
            answer=looking.apps,
        ),
        Verb(
            name="testers",
            usage="testers [revoke @person | ADDRESS]",
            summary="Everybody who can get releases, with their groups; ends the link to a page.",
            examples=("testers", "testers revoke @bob"),
            act=Act.SEE_TESTERS,
            answer=looking.testers,
        ),
    )


def register(app: AsyncApp, house: House, workspace: Workspace) -> Sequence[Verb]:
    """Let *app* listen for whatever asks to see a release, and return the verbs that only look."""
    looking = Looking(house)
    _listen(app, looking, workspace)
    _listen_shared(app, looking, workspace)
    return verbs(looking)


def _listen(app: AsyncApp, looking: Looking, workspace: Workspace) -> None:

    @app.options(names.SHOW_RELEASE)
    async def on_options(ack: AsyncAck, body: dict[str, Any]) -> None:
        question = question_of(body)
        await ack(options=await looking.options(question.asker.user_id, question.typed))

    @app.view(names.SHOW_FORM)
    async def on_show(ack: AsyncAck, body: dict[str, Any]) -> None:
        sent = submission_of(body)

        async def show() -> Answer:
            try:
                form = await looking.shown(sent.asker.user_id, sent.entered(names.SHOW_RELEASE))
            except NotFound as missing:
                return form_errors(missing, {}, names.SHOW_RELEASE)
            return {"response_action": "update", "view": form.view()}

        await answer(ack, workspace.doorman, body, show())

    def look(click: Click, release_id: str) -> None:
        async def show() -> None:
            form = await looking.shown(click.asker.user_id, release_id)
            await workspace.doorman.open(click.asker, click.trigger_id, form, again=None)

        workspace.errors.start(show, click.asker, during="show a release")

    @app.action(names.HOME_SHOW)
    async def on_details(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        click = click_of(body)
        look(click, click.subject)

    @app.action(names.SHOW_RELEASE)
    async def on_found(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        click = click_of(body)
        look(click, click.value)


def _listen_shared(app: AsyncApp, looking: Looking, workspace: Workspace) -> None:
    @app.action(names.SHARED_OPEN)
    async def on_shared(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        click = click_of(body)

        async def show() -> None:
            form = await looking.shared(click.asker.user_id, click.subject)
            again = blocks.button("Open", names.SHARED_OPEN, names.value_of(click.subject))
            await workspace.doorman.open(click.asker, click.trigger_id, form, again=again)

        workspace.errors.start(show, click.asker, during="open a shared release")
