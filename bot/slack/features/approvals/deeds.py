"""Where requests for approval are shown, and what is decided about them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.house import House
from bot.slack.drawing.notes import read_ahead
from bot.slack.features.approvals import messages, views
from bot.slack.kit import names
from bot.slack.kit.blocks import Form, Message
from bot.slack.kit.payloads import Click, Submission
from bot.slack.kit.verbs import Asked, Reply
from bot.slack.line.board import Board
from bot.slack.workspace import Workspace
from provisioning.actors import Act, Actor
from provisioning.distributing.approval_cards import ApprovalCard, ApprovalCards
from provisioning.errors import AlreadyDone
from storage.records.approval import ApprovalRequest


def key_of(request_id: str) -> str:
    """Return what the messages of a request are found again by."""
    return f"asks:{request_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalBoard:
    """Shows requests to those who decide: in their channel, or to each of them."""

    board: Board
    cards: ApprovalCards

    async def draw(self, request_id: str) -> None:
        """
        Draw a request as it is now.

        It is posted while somebody has to decide, and drawn anew wherever it stands.
        """

        async def render() -> Message:
            card = await self.cards.one(request_id)
            await read_ahead(card.notes, card.release.notes_kind)
            return messages.request(card)

        if (await self.cards.one(request_id)).waits:
            channel_id, user_ids = await self.cards.deciders(request_id)
            await self.board.say(key_of(request_id), channel_id, user_ids, render)
        await self.board.redraw(key_of(request_id), render)


class ApprovalDesk:
    """Decides about what waits, for whoever may."""

    def __init__(self, house: House, workspace: Workspace) -> None:
        self._requests = house.distributing.approvals
        self._cards = house.distributing.approval_cards
        self._permissions = house.people.permissions
        self._workspace = workspace
        self._board = ApprovalBoard(
            board=Board(conversations=workspace.conversations, postings=workspace.postings),
            cards=self._cards,
        )

    async def approve(self, click: Click) -> None:
        """Say yes. Raise NotAllowed, NotNow."""
        try:
            await self._requests.approve(click.subject, click.asker.by)
        except AlreadyDone as late:
            await self._late(click, late)

    async def ask_why(self, click: Click) -> Form | None:
        """Return the form that asks why not; None when somebody was faster. Raise NotAllowed."""
        await self._requests.may_decline(click.subject, click.asker.by)
        return await self._question(click, views.decline)

    async def ask_override(self, click: Click) -> Form | None:
        """Return the form that asks an admin why; None when somebody was faster."""
        await self._permissions.require(click.asker.by, Act.OVERRIDE_APPROVALS)
        return await self._question(click, views.override)

    async def decline(self, sent: Submission) -> Form | None:
        """Say no; None when all is done. Raise NotAllowed, NotNow, Unclear."""
        return await self._ended(sent, self._requests.decline)

    async def override(self, sent: Submission) -> Form | None:
        """Let it go; None when all is done. Raise NotAllowed, NotNow, Unclear."""
        return await self._ended(sent, self._requests.override)

    async def _question(self, click: Click, form: Callable[[ApprovalCard], Form]) -> Form | None:
        card = await self._cards.one(click.subject)
        if card.waits:
            return form(card)
        await self._workspace.voice.whisper(click.asker, messages.said_so(messages.outcome(card)))
        return None

    async def _ended(
        self, sent: Submission, act: Callable[[str, Actor, str], Awaitable[ApprovalRequest]]
    ) -> Form | None:
        """End a request with the reason that was filled in; say who was first where one was."""
        request_id, *_ = sent.kept
        try:
            await act(request_id, sent.asker.by, sent.entered(names.APPROVAL_REASON))
        except AlreadyDone as late:
            return views.shown(messages.too_late(late))
        return None

    async def withdraw(self, click: Click) -> None:
        """Take back what one asked for. Raise NotAllowed."""
        try:
            await self._requests.withdraw(click.subject, click.asker.by)
        except AlreadyDone as late:
            await self._late(click, late)

    async def again(self, click: Click) -> None:
        """Ask once more for what expired. Raise NotAllowed, NotNow."""
        taken = await self._requests.again(click.subject, click.asker.by)
        if not isinstance(taken, ApprovalRequest):
            # Its groups take no approval any more.
            text = ":mega: It needs no approval any more: it goes out now."
            await self._workspace.voice.whisper(click.asker, messages.said_so(text))

    async def show(self, click: Click) -> None:
        """Show a request to whoever chose it from what waits. Raise NotAllowed, NotFound."""
        await self._permissions.require(click.asker.by, Act.SEE_APPROVALS)
        card = await self._cards.one(click.subject)
        await self._workspace.voice.whisper(click.asker, messages.request(card))

    async def listed(self, asked: Asked) -> Reply:
        """Return what waits. Raise NotAllowed."""
        return messages.listed(await self._cards.waiting(asked.by, limit=messages.LISTED))

    async def _late(self, click: Click, late: AlreadyDone) -> None:
        """Say who was first, unless the same click has done it already."""
        if not click.again:
            await self._workspace.voice.whisper(click.asker, messages.too_late(late))
        await self._board.draw(click.subject)
