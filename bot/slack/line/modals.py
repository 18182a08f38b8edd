"""Opens, stacks and changes forms, and says so when Slack's three seconds for that are over."""

import logging

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.kit import blocks
from bot.slack.kit.blocks import Block, Form, Message, View
from bot.slack.kit.codes import TRIGGER_USED, VIEW_MOVED, code_of
from bot.slack.kit.payloads import Asker
from bot.slack.line.health import SlackStanding
from bot.slack.line.meaning import in_our_words
from bot.slack.line.replies import Voice

logger = logging.getLogger(__name__)

LATE = "Slack gave up waiting for the form. Press the button to open it again."


class Doorman:
    """Shows forms to people. Each way raises TellerFailed, or TellerUnreachable."""

    def __init__(self, client: AsyncWebClient, voice: Voice, standing: SlackStanding) -> None:
        self._client = client
        self._voice = voice
        self._standing = standing

    async def open(self, asker: Asker, trigger_id: str, form: Form, *, again: Block | None) -> bool:
        """
        Open a form; return whether it is open.

        A trigger holds for three seconds and for one form. When it is spent, the person gets the
        button *again*, which leads to the same form, or a sentence if there is none.
        """
        with in_our_words(self._standing):
            try:
                await self._client.views_open(trigger_id=trigger_id, view=form.view())
            except SlackApiError as error:
                if code_of(error) not in TRIGGER_USED:
                    raise
                await self._voice.whisper(asker, late(again))
                return False
        return True

    async def push(self, asker: Asker, trigger_id: str, form: Form) -> None:
        """Lay a form over the open one; with three of them open, say that there is no room."""
        with in_our_words(self._standing):
            try:
                await self._client.views_push(trigger_id=trigger_id, view=form.view())
            except SlackApiError as error:
                if code_of(error) not in TRIGGER_USED | VIEW_MOVED:
                    raise
                sentence = "Slack has no room for another form. Close one and try again."
                if code_of(error) in TRIGGER_USED:
                    sentence = "Slack gave up waiting for the form. Please press the button again."
                await self._voice.whisper(asker, Message(text=sentence))

    async def change(self, view_id: str, form: Form) -> bool:
        """Change an open form; False when the person has closed it, which is no trouble."""
        return await self.turn(view_id, form.view())

    async def turn(self, view_id: str, view: View) -> bool:
        """Change an open form into *view*, as `change` does."""
        with in_our_words(self._standing):
            try:
                await self._client.views_update(view_id=view_id, view=view)
            except SlackApiError as error:
                if code_of(error) not in VIEW_MOVED:
                    raise
                logger.info("A form was closed before it could be changed.")
                return False
        return True


def late(again: Block | None) -> Message:
    """Return what is said when a form could not be opened in time."""
    if again is None:
        text = "Slack gave up waiting for the form. Please try again."
        return Message(text=text, blocks=(blocks.section(text),))
    return Message(text=LATE, blocks=(blocks.section(LATE), blocks.actions(again)))
