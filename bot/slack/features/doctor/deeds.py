"""Answers `doctor`: looks at this installation and says what to do."""

from bot.findings import Examine
from bot.slack.features.doctor import messages
from bot.slack.kit.blocks import Message
from bot.slack.kit.verbs import Asked
from provisioning.actors import Act
from provisioning.people.permissions import Permissions


class Examinations:
    """Examines for admins."""

    def __init__(self, examine: Examine, permissions: Permissions) -> None:
        self._examine = examine
        self._permissions = permissions

    async def answer(self, asked: Asked) -> Message:
        """Raise NotAllowed."""
        await self._permissions.require(asked.by, Act.EXAMINE)
        return messages.findings(await self._examine())
