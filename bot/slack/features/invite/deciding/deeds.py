"""Decides about people who would like to join, for whoever may."""

from dataclasses import dataclass

from bot.slack.features.invite.deciding import messages, views
from bot.slack.kit import names
from bot.slack.kit.blocks import Form
from bot.slack.kit.payloads import Click, Outdated, Submission
from bot.slack.line.replies import Voice
from provisioning.actors import Act
from provisioning.errors import AlreadyDone, NotNow
from provisioning.people.joining import Joining
from provisioning.people.permissions import Permissions, Where
from provisioning.telling.tellers import Tellers


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinDesk:
    """What the buttons and the form do; the card follows by itself."""

    joining: Joining
    permissions: Permissions
    tellers: Tellers
    voice: Voice

    async def approve(self, click: Click) -> None:
        """Let somebody in. Raise NotAllowed, NotFound, NotNow."""
        knowing = names.WARNED in click.parts[1:]
        try:
            card = await self.joining.approve(click.subject, click.asker.by, knowing=knowing)
        except AlreadyDone as late:
            if not click.again:  # The same click has done it already.
                await self.voice.whisper(click.asker, messages.too_late(late))
            await self.tellers.show_join(click.subject)
            return
        except NotNow:
            await self.tellers.show_join(click.subject)  # It says by now what is in the way.
            raise
        await self.voice.whisper(click.asker, messages.approved(card))

    async def ask_why(self, click: Click) -> Form | None:
        """Return the form that asks why; None when somebody was faster. Raise NotAllowed."""
        card = await self.joining.card(click.subject)
        where = Where(group_id=card.group_id)
        await self.permissions.require(click.asker.by, Act.MANAGE_GROUPS, where)
        if card.waits:
            return views.decline(card)
        await self.voice.whisper(click.asker, messages.decided(card))
        await self.tellers.show_join(click.subject)
        return None

    async def decline(self, sent: Submission) -> Form | None:
        """Say no; None when it is done. Raise NotAllowed, NotFound."""
        match sent.kept:
            case (request_id,):
                reason = sent.entered(names.JOIN_REASON)
                try:
                    await self.joining.decline(request_id, sent.asker.by, reason)
                except AlreadyDone as late:
                    return views.shown(messages.too_late(late))
                return None
        raise Outdated
