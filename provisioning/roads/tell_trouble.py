"""The road of a report: what somebody saw who cannot install, said in the release's thread."""

from dataclasses import dataclass

from provisioning.following.troubles import Troubles
from provisioning.releases.titles import title_of_card
from provisioning.roads.road import Road, Step
from provisioning.telling.tellers import Tellers


@dataclass(frozen=True, slots=True)
class TellTrouble:
    """Say it, note it. A subject is a report."""

    troubles: Troubles
    tellers: Tellers

    def road(self) -> Road:
        return Road(
            name="tell_trouble",
            walk=self,
            unfinished=self.troubles.unfinished,
            give_up=self._give_up,
        )

    async def __call__(self, step: Step, report_id: str) -> None:
        await step("say", self.tellers.report_trouble, report_id)
        await step("note", self.troubles.said, report_id)

    async def _give_up(self, report_id: str, reason: str) -> None:
        """Write down that the thread did not hear of it, and say so to whoever published it."""
        await self.troubles.fail(report_id)
        card = await self.troubles.one(report_id)
        if card.published_by is not None:
            sentence = (
                f"{card.tester.name} cannot install {title_of_card(card)}, and it could not be "
                f"said in the release's thread: {reason}"
            )
            await self.tellers.trouble(card.published_by, sentence)
