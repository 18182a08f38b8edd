"""The road of a change in a group: releases follow who is in it."""

from dataclasses import dataclass
from typing import Final

from provisioning.distributing.settling import Settling
from provisioning.roads.road import Road, Step
from provisioning.telling.tellers import Tellers

BROKE_OFF: Final = (
    "Whoever joined or left the group {name} may not have, or still have, its releases. {why} "
    "Distribute the newest one to it again, or change the group once more."
)


@dataclass(frozen=True, slots=True)
class Settle:
    """Find out who is in it, take back from those who left, give to those who joined."""

    settling: Settling
    tellers: Tellers

    def road(self) -> Road:
        return Road(
            name="settle", walk=self, unfinished=self.settling.unsettled, give_up=self._give_up
        )

    async def __call__(self, step: Step, subject: str) -> None:
        member_ids = await step("gather", self.settling.gather, subject)
        await step("leave", self.settling.leave, subject, member_ids)
        for distribution_id in await step("join", self.settling.join, subject, member_ids):
            await step(f"start {distribution_id}", self.settling.start, distribution_id)
        await step("settled", self.settling.settled, subject)

    async def _give_up(self, subject: str, reason: str) -> None:
        """Say so to whoever changed the group; its next change, or the next hour, makes up."""
        group = await self.settling.group_of(subject)
        await self.settling.settled(subject)
        if group is not None:
            sentence = BROKE_OFF.format(name=group.name, why=reason)
            await self.tellers.trouble(group.changed_by or group.created_by, sentence)
