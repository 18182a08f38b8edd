"""Listens for everything that tags releases: two verbs and the form."""

from collections.abc import Sequence
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.slack.features.editing.tags.deeds import TagDesk
from bot.slack.kit import names
from bot.slack.kit.payloads import submission_of
from bot.slack.kit.verbs import Verb
from bot.slack.line.submitting import answer
from provisioning.actors import Act


def register(app: AsyncApp, desk: TagDesk) -> Sequence[Verb]:
    """Let *app* listen, and return the verbs that tag."""

    @app.view(names.TAGS_FORM)
    async def on_form(ack: AsyncAck, body: dict[str, Any]) -> None:
        await answer(ack, desk.doorman, body, desk.sent(submission_of(body)))

    return (
        Verb(
            name="tag",
            usage="tag APP VERSION TAG[, TAG …]",
            summary="Put words on a release, by which lists find it.",
            examples=("tag harbour 2.4.0 beta, rc1", "tag harbour 2.4.0"),
            act=Act.EDIT,
            answer=desk.tag,
        ),
        Verb(
            name="untag",
            usage="untag APP VERSION TAG[, TAG …]",
            summary="Take words off a release.",
            examples=("untag harbour 2.4.0 rc1",),
            act=Act.EDIT,
            answer=desk.untag,
        ),
    )
