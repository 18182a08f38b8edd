"""What people read who want no reminders of an app, or want them again."""

from collections.abc import Sequence
from typing import Final

from bot.slack.drawing import words
from bot.slack.drawing.titles import app_title
from bot.slack.kit import blocks
from bot.slack.kit.blocks import Message
from bot.slack.kit.lists import MANY_NAMES, row
from bot.slack.kit.verbs import example
from storage.records.app import App

STILL: Final = "New releases of it still come to you."


def muted(app: App, *, fresh: bool) -> Message:
    """Return that an app is muted: by this, or before."""
    said = "are not reminded of" if fresh else "had muted it before, and are not reminded of"
    undo = f"Undo: {example(f'unmute {app.name}')}"
    return _said(f"{words.DONE} You {said} *{app_title(app)}* any more. {STILL} {undo}")


def unmuted(app: App, *, fresh: bool) -> Message:
    """Return that an app is not muted: by this, or never was."""
    said = "again" if fresh else "as before: it was not muted"
    return _said(f"{words.DONE} You are reminded of *{app_title(app)}* {said}.")


def muted_apps(apps: Sequence[App]) -> Message:
    """Return what somebody is not reminded of, with how that is changed."""
    if not apps:
        return _said(
            "You are reminded of every app that you were given and have not installed. No "
            f"reminders of one: {example('mute harbour')}. {STILL.replace(' of it', '')}"
        )
    named = row([f"`{app.name}`" for app in apps], MANY_NAMES)
    undo = example(f"unmute {apps[0].name}")
    return _said(f"You are not reminded of: {named}. Undo: {undo}")


def _said(text: str) -> Message:
    return Message(text=text, blocks=(blocks.section(text),))
