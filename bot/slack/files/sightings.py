"""A file in Slack, as a sighting for the intake."""

import re
from datetime import UTC, datetime

from bot.slack.files.files import SlackFile
from bot.slack.kit.payloads import actor
from bot.slack.workspace import Workspace
from provisioning.intake.intake import Intake
from provisioning.intake.sighting import AnswerSpot, Sighting
from storage.records.base import now
from storage.records.upload import Upload

#: How records know that something is of Slack: a source, and a way of telling.
SLACK = "slack"


class Sightings:
    """Hands files to the intake under the key that names them in this workspace."""

    def __init__(self, workspace: Workspace, intake: Intake) -> None:
        self._workspace = workspace
        self._intake = intake

    async def see(
        self,
        file: SlackFile,
        *,
        channel_id: str,
        thread_ts: str | None,
        uploader: str,
        notes: str = "",
        posted: str | None = None,
    ) -> Upload | None:
        """
        Hand a file to the intake, unless it cannot be a build; None when it was let go.

        *notes* are Markdown; *posted* is the ts of the message that carries it, when known.
        """
        if not file.id or not file.may_be_build or not uploader:
            return None
        return await self._intake.receive(
            Sighting(
                key=await self.key(file.id),
                source=SLACK,
                source_ref={"file_id": file.id},
                file_name=file.name,
                size=file.size,
                by=actor(uploader),
                spot=AnswerSpot(teller=SLACK, address=channel_id, thread=thread_ts),
                posted_at=moment_of(posted or file.posted.get(channel_id)) or now(),
                notes=notes,
                quiet=not file.looks_like_build,
            )
        )

    async def key(self, file_id: str) -> str:
        """Return what all sightings of a file share."""
        return f"slack:{(await self._workspace.whoami()).team_id}:{file_id}"


def moment_of(ts: str | None) -> datetime | None:
    """Return when a message was posted: its ts is seconds since 1970 with six more digits."""
    if ts is None or not re.fullmatch(r"\d{1,12}\.\d{1,6}", ts):
        return None
    seconds, _, rest = ts.partition(".")
    return datetime.fromtimestamp(int(seconds), UTC).replace(microsecond=int(rest.ljust(6, "0")))
