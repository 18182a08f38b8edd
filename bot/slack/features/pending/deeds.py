"""What is done about what waits for another platform: it is sent now, or waits no more."""

from bot.house import House
from bot.slack.drawing.approvals import it_waits
from bot.slack.features.pending import messages
from bot.slack.kit.blocks import Message
from bot.slack.kit.payloads import Click, Outdated
from bot.slack.workspace import Workspace
from provisioning.errors import AlreadyDone
from storage.records.approval import ApprovalRequest


class PendingDesk:
    """Ends what waits, for whoever may at the moment of their click."""

    def __init__(self, house: House, workspace: Workspace) -> None:
        self._pending = house.distributing.pending
        self._cards = house.distributing.pending_cards
        self._tellers = house.tellers
        self._workspace = workspace

    async def send_now(self, click: Click) -> None:
        """Send it without what is missing. Raise NotAllowed, NotFound, NotNow."""
        order_id, turn = _seen(click)
        try:
            taken = await self._pending.send_now(order_id, turn, click.asker.by)
        except AlreadyDone as late:
            await self._late(click, order_id, late)
            return
        if isinstance(taken, ApprovalRequest):
            said = Message(text="It waits for an approval", blocks=[it_waits()])
            await self._workspace.voice.whisper(click.asker, said)

    async def stop(self, click: Click) -> None:
        """Let it wait no more. Raise NotAllowed, NotFound, NotNow."""
        order_id, turn = _seen(click)
        try:
            await self._pending.stop(order_id, turn, click.asker.by)
        except AlreadyDone as late:
            await self._late(click, order_id, late)
            return
        said = messages.stopped(await self._cards.one(order_id))
        await self._workspace.voice.whisper(click.asker, said)

    async def _late(self, click: Click, order_id: str, late: AlreadyDone) -> None:
        """Say who was first, unless the same click has done it already."""
        if not click.again:
            await self._workspace.voice.whisper(click.asker, messages.too_late(late))
        card = await self._cards.one(order_id)
        drawing = self._tellers.show_release(card.release.release_id)
        self._workspace.tasks.start(drawing, name="redraw a release")


def _seen(click: Click) -> tuple[str, int]:
    """Return what waits, and the turn of it that was seen. Raise Outdated."""
    match click.parts:
        case (order_id, turn) if turn.isdigit():
            return order_id, int(turn)
    raise Outdated
