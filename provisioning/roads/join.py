"""The road of a request to join: those who decide see it, and what was decided."""

from dataclasses import dataclass
from typing import Final

from provisioning.people.joining import Joining, request_of
from provisioning.roads.road import Road, Step
from provisioning.telling.tellers import Tellers
from storage.errors import NotFound

BROKE_OFF: Final = (
    "{name} asks to join {group}, and it could not be shown to everybody who decides: {why} See "
    "all who wait with `/release invite waiting`."
)


@dataclass(frozen=True, slots=True)
class ShowJoin:
    """Show it, note it. A subject is a request and its turn: each change is a start of its own."""

    joining: Joining
    tellers: Tellers

    def road(self) -> Road:
        return Road(name="join", walk=self, unfinished=self.joining.unshown, give_up=self._give_up)

    async def __call__(self, step: Step, subject: str) -> None:
        await step("show", self.tellers.show_join, request_of(subject))
        await step("note", self.joining.shown, subject)

    async def _give_up(self, subject: str, reason: str) -> None:
        """Say so to whoever made the link, while there is something to decide."""
        await self.joining.shown(subject)
        try:
            card = await self.joining.card(request_of(subject))
        except NotFound:
            return
        if card.waits:
            sentence = BROKE_OFF.format(name=card.name, group=card.group, why=reason)
            await self.tellers.trouble(card.link_made_by, sentence)
