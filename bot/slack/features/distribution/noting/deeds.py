"""What happens behind the listeners: the notes are shown as they stand, or have a page opened."""

from dataclasses import dataclass

from bot.links import Links
from bot.slack.drawing.notes import read_ahead
from bot.slack.features.distribution.noting import views
from bot.slack.kit import names
from bot.slack.kit.payloads import Click, at
from bot.slack.line.modals import Doorman
from provisioning.actors import Act
from provisioning.people.permissions import Permissions
from provisioning.releases.editing import NoteEditing
from provisioning.releases.reading import Cards


@dataclass(frozen=True, slots=True, kw_only=True)
class NotingDesk:
    """Shows the notes that somebody is about to send, and leads to where there is more room."""

    permissions: Permissions
    cards: Cards
    editing: NoteEditing
    links: Links
    doorman: Doorman

    async def preview(self, click: Click) -> None:
        """Show the notes as they stand in the form at this moment. Raise NotAllowed, NotFound."""
        await self.permissions.require(click.asker.by, Act.DISTRIBUTE)
        card = await self.cards.release(click.subject)
        typed = at(click.view, "state", "values", names.NOTES, names.NOTES, "value")
        entered = at(click.view, "state", "values", names.NOTES) is not None
        written = (typed or "") if entered else card.notes
        await read_ahead(written, card.notes_kind)
        form = views.preview(card, written)
        await self.doorman.push(click.asker, click.trigger_id, form)

    async def edit_notes(self, click: Click) -> None:
        """Lead to the page on which the notes are edited. Raise NotAllowed, NotFound, NotNow."""
        token = await self.editing.invite(click.subject, click.asker.by)
        form = views.edit_notes(self.links.notes(token))
        await self.doorman.push(click.asker, click.trigger_id, form)
