"""The road of a rebuild: a CI, or a person, is asked for a build with somebody's phone in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from provisioning.distributing.rebuilds import CI, Rebuilds
from provisioning.errors import CallFailed, TellerFailed
from provisioning.roads.road import Road, Step
from provisioning.telling.tellers import Tellers

#: Seconds in which others may join, so that twenty phones at once are asked for once.
GATHERS: Final = 30.0


@dataclass(frozen=True, slots=True)
class AskRebuild:
    """Wait for whoever joins, ask, tell those whose phones it is about."""

    rebuilds: Rebuilds
    tellers: Tellers

    def road(self) -> Road:
        return Road(
            name="ask_rebuild",
            walk=self,
            unfinished=self.rebuilds.unfinished,
            give_up=self._give_up,
        )

    async def __call__(self, step: Step, rebuild_id: str) -> None:
        await step.pause("gather", GATHERS)
        asked = await step("begin", self.rebuilds.begin, rebuild_id)
        if not asked:
            return
        if asked == CI:
            try:
                await step("call", self.rebuilds.call, rebuild_id)
            except CallFailed as failure:
                await step("give up", self._give_up, rebuild_id, str(failure))
                return
        else:
            await step("ask", self._ask, rebuild_id)
        await step("finish", self.rebuilds.finish, rebuild_id)
        for tester_id in await step("newcomers", self.rebuilds.newcomers, rebuild_id):
            await self._tell(step, rebuild_id, tester_id)

    async def _tell(self, step: Step, rebuild_id: str, tester_id: str) -> None:
        """Tell somebody; one who cannot be told stops nobody."""
        name = f"tell {tester_id}"
        try:
            await step(name, self.tellers.tell_rebuild, rebuild_id, tester_id)
        except TellerFailed:
            return  # The page behind their link says that it is not for their phone.

    async def _ask(self, rebuild_id: str) -> None:
        people, sentence = await self.rebuilds.by_hand(rebuild_id)
        await self._say(people, sentence)

    async def _give_up(self, rebuild_id: str, why: str) -> None:
        """Write down that nobody could be asked, and say so to the admins."""
        await self.rebuilds.fail(rebuild_id, why)
        people, sentence = await self.rebuilds.given_up(rebuild_id, why)
        await self._say(people, sentence)

    async def _say(self, people: Sequence[str], sentence: str) -> None:
        for reference in people:
            await self.tellers.trouble(reference, sentence)
