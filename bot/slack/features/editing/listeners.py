"""Listens for the menu of a release, and for everything that changes notes, tags and status."""

from collections.abc import Sequence
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.house import House
from bot.slack.features.editing.notes import listeners as notes
from bot.slack.features.editing.notes.deeds import NotesDesk
from bot.slack.features.editing.status import listeners as status
from bot.slack.features.editing.status.deeds import StatusDesk
from bot.slack.features.editing.tags import listeners as tags
from bot.slack.features.editing.tags.deeds import TagDesk
from bot.slack.kit import names
from bot.slack.kit.payloads import Outdated, click_of
from bot.slack.kit.verbs import Verb
from bot.slack.named import NamedThings
from bot.slack.workspace import Workspace


def register(app: AsyncApp, house: House, workspace: Workspace) -> Sequence[Verb]:
    """Let *app* listen, and return the verbs that change what is there of a release."""
    releases, doorman = house.releases, workspace.doorman
    named = NamedThings(lists=releases.lists, groups=house.people.groups)
    permissions = house.people.permissions
    noting = NotesDesk(
        cards=releases.cards,
        lists=releases.lists,
        named=named,
        permissions=permissions,
        rewording=releases.rewording,
        editing=releases.editing,
        doorman=doorman,
        links=house.links,
    )
    tagging = TagDesk(
        cards=releases.cards,
        named=named,
        permissions=permissions,
        tagging=releases.tagging,
        doorman=doorman,
    )
    switching = StatusDesk(
        cards=releases.cards,
        named=named,
        permissions=permissions,
        availability=releases.availability,
        doorman=doorman,
        voice=workspace.voice,
    )
    opens = {
        names.MORE_NOTES: noting.open,
        names.MORE_TAGS: tagging.open,
        names.MORE_DISABLE: switching.open,
    }

    @app.action(names.MORE)
    async def on_more(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        click = click_of(body)
        match click.parts:
            case (release_id, what) if what in opens:
                await opens[what](click, release_id)
            case _:
                raise Outdated

    return (
        *notes.register(app, noting),
        *tags.register(app, tagging),
        *status.register(app, switching),
    )
