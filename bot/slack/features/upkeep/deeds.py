"""What is done when the workspace around us changes, or somebody calls us."""

from bot.house import House
from bot.slack.features.upkeep import messages
from bot.slack.kit.payloads import Asker, Body, text, text_or_none
from bot.slack.workspace import Workspace


async def redraw(house: House, workspace: Workspace, body: Body) -> None:
    """Draw anew the card that a button of an earlier version stands on."""
    channel_id = text_or_none(body, "container", "channel_id")
    ts = text_or_none(body, "container", "message_ts")
    key = await workspace.postings.at(channel_id, ts) if channel_id and ts else None
    kind, _, rest = (key or "").partition(":")
    subject = rest.partition(":")[0]
    if kind == "upload":
        await house.tellers.show_upload(subject)
    elif kind == "release":
        await house.tellers.show_release(subject)


def greet(workspace: Workspace, event: Body, body: Body) -> None:
    """Answer a mention, after the event was."""
    asker = Asker(
        user_id=text(event, "user"),
        team_id=text_or_none(body, "team_id") or "",
        channel_id=text(event, "channel"),
        thread_ts=text_or_none(event, "thread_ts"),
    )
    workspace.tasks.start(_said(workspace, asker), name="answer a mention")


def reply(workspace: Workspace, event: Body) -> None:
    """Answer a direct message, after the event was."""
    asker = Asker(user_id=text(event, "user"), team_id="")
    workspace.tasks.start(_replied(workspace, asker), name="answer a direct message")


async def _said(workspace: Workspace, asker: Asker) -> None:
    await workspace.voice.whisper(asker, messages.greeting())


async def _replied(workspace: Workspace, asker: Asker) -> None:
    await workspace.voice.direct(asker.user_id, messages.at_your_service())
