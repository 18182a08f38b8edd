"""What is done about devices when somebody clicks."""

from bot.slack.kit.payloads import Click
from provisioning.actors import Act
from provisioning.devices.approvals import Approvals
from provisioning.devices.waves import Waves
from provisioning.errors import AlreadyDone, NotNow
from provisioning.people.permissions import Permissions


class Deciding:
    """Decides about devices that wait, for whoever may."""

    def __init__(self, approvals: Approvals, waves: Waves, permissions: Permissions) -> None:
        self._approvals = approvals
        self._waves = waves
        self._permissions = permissions

    async def approve(self, click: Click) -> None:
        """Raise NotAllowed, NotNow with why it takes an admin; AlreadyDone."""
        try:
            approved = await self._approvals.approve([click.subject], click.asker.by)
        except AlreadyDone:
            if click.again:
                return  # The same click has done it already.
            raise
        for _, why in approved.left:
            raise NotNow(why)

    async def refuse(self, click: Click) -> None:
        """Raise NotAllowed, AlreadyDone."""
        try:
            await self._approvals.refuse([click.subject], click.asker.by)
        except AlreadyDone:
            if not click.again:
                raise

    async def retry(self, click: Click) -> None:
        """Want an app's profiles made once more. Raise NotAllowed."""
        await self._permissions.require(click.asker.by, Act.APPROVE_DEVICES)
        team_id, bundle_id, *_ = (*click.parts, "")
        await self._waves.want(team_id, bundle_id, click.asker.by)
