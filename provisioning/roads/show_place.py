"""The road to one more place: an upload that was seen somewhere else gets a card there."""

from dataclasses import dataclass

from provisioning.ports import Announcer
from provisioning.roads.road import Step


@dataclass(frozen=True, slots=True)
class ShowPlace:
    """Draw the card of an upload in a channel where it was seen later; subject `upload@channel`."""

    announcer: Announcer

    async def __call__(self, step: Step, subject: str) -> None:
        upload_id, _, _channel = subject.partition("@")
        await step("show", self.announcer.show_upload, upload_id)
