"""What happens behind the listeners: giving back, letting go, and who left lately."""

from dataclasses import dataclass
from typing import Any

from bot.slack.features.leavers import messages, views
from bot.slack.kit import blocks, names
from bot.slack.kit.blocks import Form
from bot.slack.kit.payloads import Click, Outdated, Submission
from bot.slack.kit.verbs import Asked, Reply
from bot.slack.line.modals import Doorman
from bot.slack.line.replies import Voice
from bot.slack.line.submitting import carried_out
from provisioning.actors import Act
from provisioning.errors import NotNow
from provisioning.leaving.announcing import Announcing
from provisioning.leaving.departures import Departures
from provisioning.leaving.restoring import Restored, Restoring
from provisioning.people.permissions import Permissions


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaverDesk:
    """Answers the buttons, the form and the verb."""

    departures: Departures
    restoring: Restoring
    announcing: Announcing
    permissions: Permissions
    doorman: Doorman
    voice: Voice

    async def typed(self, asked: Asked) -> Reply:
        """Return who left lately. Raise NotAllowed."""
        return messages.recent(await self.departures.recent(asked.by))

    async def restore(self, click: Click) -> None:
        """Give back to the one that a button is about, or ask to whom of several."""
        await self.permissions.require(click.asker.by, Act.MANAGE_GROUPS)
        match click.parts:
            case ("one", departure_id):
                came = await self.restoring.restore([departure_id], click.asker.by)
                await self.voice.whisper(click.asker, _said(came))
            case ("notice", notice_id):
                sheet = await self.announcing.sheet(notice_id)
                if not any(one.can_be_restored for one in sheet.people):
                    raise NotNow("Nothing is left to give back to anybody in this message.")
                again = blocks.button("Open it again", names.LEAVERS_RESTORE, click.value)
                form = views.restore(sheet.people)
                await self.doorman.open(click.asker, click.trigger_id, form, again=again)
            case _:
                raise Outdated

    async def sent(self, sent: Submission) -> dict[str, Any]:
        """Give back to those who were chosen."""
        return await carried_out(self._restored(sent), {}, names.LEAVERS_PEOPLE)

    async def let_go(self, click: Click) -> None:
        """Let somebody go who became a guest."""
        name = await self.departures.let_go(click.subject, click.asker.by)
        await self.voice.whisper(click.asker, messages.going(name))

    async def _restored(self, sent: Submission) -> Form:
        came = await self.restoring.restore(sent.chosen(names.LEAVERS_PEOPLE), sent.asker.by)
        said = _said(came)
        return Form(callback_id=names.SHOWN, title="Given back", close="Close", blocks=said.blocks)


def _said(came: Restored) -> blocks.Message:
    refused = [why for _, why in came.refused]
    return messages.restored(came.people, came.gone_groups, came.left_roles, refused)
