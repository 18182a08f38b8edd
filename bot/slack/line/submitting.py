"""Answers to forms whose work may take longer than Slack waits for an answer."""

import asyncio
from collections.abc import Awaitable, Coroutine
from typing import Any

from slack_bolt.async_app import AsyncAck

from bot.slack.kit import blocks, names
from bot.slack.kit.blocks import Form, View
from bot.slack.kit.payloads import Body, at, text_or_none
from bot.slack.line.errors import form_errors, is_for_people
from bot.slack.line.modals import Doorman
from storage.errors import SlipwayError

#: In seconds. Slack waits for three, and some of that is the way.
IN_TIME = 1.5
#: What a form says while it takes longer.
WORKING = "Working on it…"

#: What `ack` is given for a form: a `response_action` with its `view` or `errors`, or nothing.
Answer = dict[str, Any]


async def answer(
    ack: AsyncAck, doorman: Doorman, body: Body, work: Coroutine[Any, Any, Answer]
) -> None:
    """
    Answer a form with what *work* returns.

    What takes longer goes on while the form says so, and the form turns into its outcome. What
    would have stood beside an input is a sentence of its own then.
    """
    working = asyncio.create_task(work, name="work of a form")
    try:
        done, _ = await asyncio.wait({working}, timeout=IN_TIME)
        if done:
            await ack(**working.result())
            return
        title = text_or_none(body, "view", "title", "text") or "Slipway"
        await ack(response_action="update", view=_said(title, WORKING))
        view_id = str(at(body, "view", "id"))
        try:
            outcome = _as_view(title, await working)
        except Exception:
            await doorman.turn(view_id, _said(title, "This did not work. Slipway tells you why."))
            raise
        await doorman.turn(view_id, outcome)
    finally:
        working.cancel()


async def carried_out(
    act: Awaitable[Form | None], fields: dict[str, str], otherwise: str
) -> Answer:
    """
    Return what a form is answered with: what *act* made of it, or the sentence beside its input.

    Without a form it is closed. *fields* and *otherwise* are those of `form_errors`.
    """
    try:
        form = await act
    except SlipwayError as error:
        if not is_for_people(error):
            raise
        return form_errors(error, fields, otherwise)
    return {} if form is None else {"response_action": "update", "view": form.view()}


def _as_view(title: str, answered: Answer) -> View:
    view: View | None = answered.get("view")
    if view is not None:
        return view
    errors: dict[str, str] = answered.get("errors") or {}
    if not errors:
        return _said(title, "Done.")
    return _said(title, " ".join([*errors.values(), "Please open the form again."]))


def _said(title: str, sentence: str) -> View:
    shown = Form(
        callback_id=names.SHOWN, title=title, close="Close", blocks=[blocks.section(sentence)]
    )
    return shown.view()
