"""A file in Slack, as a sighting for the intake."""

import re

from bot.slack.files.files import SlackFile
from bot.slack.parts import Workspace
from provisioning.intake.intake import Intake, Sighting
from storage.records.upload import Upload

#: What stands for the notes when the file came without a text.
NOTES_LIMIT = 5000
#: Slack's `<https://…|label>`, `<@U1|ann>`, `<#C1|qa>`, `<!here>` in the text of a message.
_LINK = re.compile(r"<(https?://[^|>]+)(?:\|[^>]*)?>")
_NAMED = re.compile(r"<(?P<sign>[@#!])[^|>]+\|@?(?P<name>[^>]*)>")
_UNNAMED = re.compile(r"<[@#!][^>]*>")


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
    ) -> Upload | None:
        """Hand a file to the intake, unless it cannot be a build; None when it was let go."""
        if not file.id or not file.may_be_build or not uploader:
            return None
        return await self._intake.receive(
            Sighting(
                key=await self.key(file.id),
                team_id=(await self._workspace.whoami()).team_id,
                source="slack",
                source_ref={"file_id": file.id},
                file_name=file.name,
                size=file.size,
                uploader=uploader,
                channel_id=channel_id,
                thread_ts=thread_ts,
                notes=as_notes(notes),
                quiet=not file.looks_like_build,
            )
        )

    async def key(self, file_id: str) -> str:
        """Return what all sightings of a file share."""
        return f"slack:{(await self._workspace.whoami()).team_id}:{file_id}"


def as_notes(comment: str) -> str:
    """Return a message's text as the person typed it: Slack's brackets and escapes are undone."""
    typed = _LINK.sub(r"\1", comment)
    typed = _NAMED.sub(lambda found: found["sign"].replace("!", "@") + found["name"], typed)
    typed = _UNNAMED.sub("", typed)
    typed = typed.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    return typed.strip()[:NOTES_LIMIT]
