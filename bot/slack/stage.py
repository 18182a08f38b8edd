"""The stage a feature plays on: whom it can answer, and how its errors are said."""

from dataclasses import dataclass

from slack_sdk.errors import SlackApiError

from bot.slack.blocks import Form, Message
from bot.slack.client import Clients
from bot.slack.codes import TRIGGER_USED, code_of
from bot.slack.errors import Errors, problem
from bot.slack.payloads import Asker
from bot.slack.voice import Voice


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What every feature needs to answer people."""

    clients: Clients
    voice: Voice
    errors: Errors

    async def say(self, asker: Asker, message: Message) -> None:
        """Show *message* to the person alone."""
        await self.voice.whisper(asker, message)

    async def open(self, asker: Asker, trigger_id: str, form: Form, *, again: str) -> None:
        """Open a form; when the trigger is too old, say with *again* what to do instead."""
        try:
            await self.clients.hurried.views_open(trigger_id=trigger_id, view=form.view())
        except SlackApiError as refusal:
            if code_of(refusal) not in TRIGGER_USED:
                raise
            await self.say(asker, problem(f"Slack waited too long to open the form. {again}"))
