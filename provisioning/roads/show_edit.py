"""The road of an edit: from a release that was changed to everything that shows it."""

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Final

from provisioning.releases.edits import ReleaseEdits
from provisioning.roads.errands import Errand, run_errands
from provisioning.roads.road import Road, Step
from provisioning.telling.tellers import Tellers
from storage.errors import SlipwayError

BROKE_OFF: Final = (
    "Your change of {name} holds, but some messages in Slack may not show it. {why} The next "
    "change of the release draws all of them anew."
)


@dataclass(frozen=True, slots=True)
class ShowEdit:
    """
    Show it, say so in the threads, draw anew what people were told.

    It held before the road began. What cannot be drawn now is tried again with the rest; at the end
    each has to come through.
    """

    edits: ReleaseEdits
    tellers: Tellers

    def road(self) -> Road:
        return Road(name="edit", walk=self, unfinished=self.edits.unfinished, give_up=self._give_up)

    async def __call__(self, step: Step, edit_id: str) -> None:
        found = await step("resolve", self.edits.resolve, edit_id)
        release_id = found["release"]
        await _soon(step.briefly("show start", self.tellers.show_release, release_id))
        await _soon(step.briefly("log start", self.tellers.report_edit, edit_id))

        async def progress(_name: str) -> None:
            """Nobody is told how far it is."""

        works = [self._message(recipient_id) for recipient_id in found["recipients"]]
        await run_errands(step, works, progress)
        await step("show", self.tellers.show_release, release_id)
        await step("log", self.tellers.report_edit, edit_id)
        await step("finish", self.edits.finish, edit_id)

    def _message(self, recipient_id: str) -> Errand:
        async def left(_why: str) -> None:
            """Leave it as it is: the link in it leads to what holds."""

        return Errand(
            name=f"redraw {recipient_id}",
            act=self.tellers.redraw,
            args=(recipient_id,),
            given_up=left,
        )

    async def _give_up(self, edit_id: str, reason: str) -> None:
        """Write down that it broke off, and say so to whoever made it."""
        await self.edits.fail(edit_id)
        reference, name = await self.edits.told_of(edit_id)
        await self.tellers.trouble(reference, BROKE_OFF.format(name=name, why=reason))


async def _soon(showing: Awaitable[None]) -> None:
    """Show it as soon as may be; the end of the road shows it for good."""
    try:
        await showing
    except SlipwayError:
        return
