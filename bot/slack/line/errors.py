"""
Errors, said to the person who caused or met them.

Ours carry their sentence. Anything else is logged under a short reference that is said, so that an
admin finds the place in the log; what was sent or answered is not logged, since it holds words of
strangers.
"""

import json
import logging
import traceback
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from slack_bolt.response import BoltResponse

from bot.slack.drawing.sentences import sentence as in_slack
from bot.slack.kit import blocks, mrkdwn
from bot.slack.kit.blocks import Message
from bot.slack.kit.codes import TRIGGER_USED
from bot.slack.kit.payloads import Asker, Body, Malformed, asker_of, at
from bot.slack.line.health import SlackStanding
from bot.slack.line.meaning import FAILURES, meaning
from bot.slack.line.replies import Voice
from bot.slack.line.tasks import Tasks
from provisioning.errors import NotAllowed, NotNow, TellerFailed, Unclear
from storage.errors import NotFound, SlipwayError

logger = logging.getLogger(__name__)


def sentence_of(error: BaseException, standing: SlackStanding, *, during: str) -> str:
    """Return what people are told of *error*; what is not ours is logged with a reference."""
    failure = meaning(error, standing) if isinstance(error, FAILURES) else error
    if isinstance(failure, TellerFailed) and "slack" in failure.data:
        return _refused_by_slack(failure, error, during)
    if isinstance(failure, SlipwayError) and not isinstance(failure, Malformed):
        return in_slack(failure)
    reference = uuid4().hex[:8]
    logger.error(
        "%s failed [%s].", during, reference, exc_info=error, extra={"reference": reference}
    )
    return (
        "Something went wrong in Slipway. Try again in a minute; if it goes on, tell an admin the "
        f"reference {reference}."
    )


def _refused_by_slack(failure: TellerFailed, error: BaseException, during: str) -> str:
    word, reference = str(failure.data["slack"]), uuid4().hex[:8]
    logger.error(
        "%s failed [%s]: Slack answered %s.\n%s",
        during,
        reference,
        word,
        "".join(traceback.format_tb(error.__traceback__)),
        extra={"reference": reference},
    )
    if word in TRIGGER_USED:
        return "Slack waited too long to open the form. Please try again."
    if failure.transient or word == "missing_scope":
        return f"{failure} (reference {reference})"
    return f"{failure} Try again; if it goes on, tell an admin the reference {reference}."


def problem(sentence: str) -> Message:
    """Return a sentence as an ephemeral message. Sentences may hold names: they are escaped."""
    shown = escaped(sentence)
    return Message(text=f"⚠️ {shown}", blocks=(blocks.section(f":warning: {shown}"),))


def escaped(sentence: str) -> str:
    """Return a sentence of ours as mrkdwn: code in backticks stays, anything else is harmless."""
    return mrkdwn.sentence(sentence)


def problem_view(sentence: str, *, title: str = "Not possible") -> blocks.View:
    """Return a sentence as a modal, where there is a form in front of the person."""
    return blocks.Form(
        callback_id="problem",
        title=title,
        close="Close",
        blocks=(blocks.section(f":warning: {escaped(sentence)}"),),
    ).view()


@dataclass(frozen=True, slots=True, kw_only=True)
class Errors:
    """Answers errors of listeners and of the work they started."""

    voice: Voice
    tasks: Tasks
    standing: SlackStanding

    async def answer(self, error: Exception, body: Body, *, acked: bool) -> BoltResponse:
        """
        Say an error of a listener and return what Slack is answered, unless it was *acked* before.

        An event is answered with 500, so that Slack delivers it again, unless it would end the same
        way; an interaction with 200, because Slack would only add a failure of its own to our
        sentence.
        """
        kind = str(at(body, "type") or ("command" if at(body, "command") else "unknown"))
        sentence = sentence_of(error, self.standing, during=kind)
        if kind == "event_callback":
            final = isinstance(error, SlipwayError) and not error.transient
            return BoltResponse(status=200 if final else 500, body="")
        if kind == "block_suggestion":
            return _json({"options": []})
        if kind == "view_submission" and not acked:
            return _json({"response_action": "update", "view": problem_view(sentence)})
        self.tasks.start(self._say(body, sentence), name="say an error")
        return BoltResponse(status=200, body="")

    def start(self, work: Callable[[], Awaitable[None]], asker: Asker, *, during: str) -> None:
        """Run *work* after the answer to Slack; its errors are said to *asker*."""
        self.tasks.start(self._guarded(work, asker, during), name=during)

    async def _guarded(
        self, work: Callable[[], Awaitable[None]], asker: Asker, during: str
    ) -> None:
        try:
            await work()
        except Exception as error:  # noqa: BLE001 - every error becomes a sentence for the asker
            sentence = sentence_of(error, self.standing, during=during)
            await self.voice.whisper(asker, problem(sentence))

    async def _say(self, body: Body, sentence: str) -> None:
        await self.voice.whisper(asker_of(body), problem(sentence))


def form_errors(error: SlipwayError, fields: dict[str, str], otherwise: str) -> dict[str, Any]:
    """
    Return the answer to a form that shows *error* beside the input it belongs to.

    *fields* maps the field of an Unclear to the block's id; *otherwise* is the block that gets
    everything else. Slack shows at most a few lines there.
    """
    name = error.field if isinstance(error, Unclear) else None
    block_id = fields.get(name or "", otherwise)
    return {"response_action": "errors", "errors": {block_id: mrkdwn.cut(in_slack(error), 300)}}


def is_for_people(error: Exception) -> bool:
    """Return whether *error* is one of those that a form answers in place."""
    return isinstance(error, NotAllowed | NotNow | Unclear | NotFound)


def _json(body: dict[str, Any]) -> BoltResponse:
    return BoltResponse(
        status=200, body=json.dumps(body), headers={"content-type": ["application/json"]}
    )
