"""Listens for everything that changes notes: the verb and its forms."""

from collections.abc import Sequence
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.slack.features.editing.notes.deeds import NotesDesk
from bot.slack.kit import names
from bot.slack.kit.payloads import question_of, submission_of
from bot.slack.kit.verbs import Verb
from bot.slack.line.submitting import answer
from provisioning.actors import Act


def register(app: AsyncApp, desk: NotesDesk) -> Sequence[Verb]:
    """Let *app* listen, and return the verb that changes notes."""

    @app.view(names.NOTES_PICK_FORM)
    async def on_picked(ack: AsyncAck, body: dict[str, Any]) -> None:
        await answer(ack, desk.doorman, body, desk.picked(submission_of(body)))

    @app.view(names.NOTES_FORM)
    async def on_form(ack: AsyncAck, body: dict[str, Any]) -> None:
        await answer(ack, desk.doorman, body, desk.sent(submission_of(body)))

    @app.options(names.NOTES_RELEASE)
    async def on_typed(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack(options=await desk.releases_like(question_of(body)))

    return (
        Verb(
            name="notes",
            usage="notes APP [VERSION] [TEXT]",
            summary="Change the notes of a release; cards, pages and messages follow.",
            examples=(
                "notes harbour",
                "notes harbour 2.4.0",
                "notes harbour 2.4.0 Fixes the login. **Please** try the new map.",
            ),
            act=Act.EDIT,
            answer=desk.typed,
        ),
    )
