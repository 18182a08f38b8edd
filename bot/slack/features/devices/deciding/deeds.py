"""Where requests for devices are shown, and what is decided about them."""

from dataclasses import dataclass
from hashlib import sha256

from bot.house import House
from bot.slack.features.devices.deciding import messages, views
from bot.slack.kit import names
from bot.slack.kit.blocks import Form, Message
from bot.slack.kit.payloads import Click, Outdated, Submission
from bot.slack.line.board import Board
from bot.slack.line.conversations import Conversations
from bot.slack.line.postings import Postings, Render
from bot.slack.workspace import Workspace
from provisioning.actors import Act
from provisioning.devices.approvals import Approvals, PendingDevice, RequestMark
from provisioning.devices.sheets import DeviceSheet
from provisioning.errors import AlreadyDone, NotNow
from storage.records.registration import RegistrationState


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestBoard:
    """Shows requests to those who decide: in their channel, or to each of them."""

    conversations: Conversations
    postings: Postings
    approvals: Approvals

    async def show(self, registration_id: str) -> None:
        """Draw the request that a registration belongs to, with all that was asked for at once."""
        for pending in await self.approvals.those([registration_id]):
            await self.draw(pending.mark)

    async def draw(self, mark: RequestMark) -> None:
        """
        Draw a request as it is now.

        It is posted where somebody has to do something, and drawn anew wherever it stands.
        """
        key = key_of(mark)

        async def render() -> Message:
            return messages.request(await self.approvals.asked_at_once(mark))

        if any(_needs_somebody(one) for one in await self.approvals.asked_at_once(mark)):
            await self.say(key, render)
        await self._board.redraw(key, render)

    async def say(self, key: str, render: Render) -> bool:
        """
        Say something to those who decide; return False where there is nobody.

        One who cannot be reached keeps it from no other. Raise TellerUnreachable.
        """
        channel_id, user_ids = await self.approvals.deciders()
        return await self._board.say(key, channel_id, user_ids, render)

    @property
    def _board(self) -> Board:
        return Board(conversations=self.conversations, postings=self.postings)


def board(house: House, workspace: Workspace) -> RequestBoard:
    """Return the board of a house."""
    return RequestBoard(
        conversations=workspace.conversations,
        postings=workspace.postings,
        approvals=house.devices.approvals,
    )


def key_of(mark: RequestMark) -> str:
    """Return what the messages of a request are found again by."""
    said = f"{mark.team_id} {mark.requested_by} {mark.requested_at.timestamp():.6f}"
    return f"approval:{sha256(said.encode()).hexdigest()[:32]}"


def marks_of(sheet: DeviceSheet) -> list[RequestMark]:
    """Return the requests that a device belongs to, or belonged to until it was taken back."""
    return [RequestMark(one.team_id, one.requested_by, one.requested_at) for one in sheet.standings]


def _needs_somebody(one: PendingDevice) -> bool:
    """Return whether people have to do something: decide, or mend what Apple complains of."""
    (standing,) = one.sheet.standings
    is_stuck = standing.state is RegistrationState.REGISTERING and bool(standing.reason)
    return one.waits or is_stuck


class Deciding:
    """Decides about devices that wait, for whoever may."""

    def __init__(self, house: House, workspace: Workspace) -> None:
        self._approvals = house.devices.approvals
        self._waves = house.devices.waves
        self._app_ids = house.devices.app_ids
        self._permissions = house.people.permissions
        self._workspace = workspace
        self._board = board(house, workspace)

    async def approve(self, click: Click) -> None:
        """Approve what a button names. Raise NotAllowed, NotNow with why it takes an admin."""
        ids = _ids(click.subject)
        try:
            approved = await self._approvals.approve(ids, click.asker.by)
        except AlreadyDone as late:
            if not click.again:  # The same click has done it already.
                await self._workspace.voice.whisper(click.asker, messages.too_late(late))
            await self._board.show(ids[0])
            return
        for registration_id in ids[:1]:
            await self._board.show(registration_id)
        if approved.left and not approved.done and len(ids) == 1:
            raise NotNow(approved.left[0][1])
        if approved.left:
            await self._workspace.voice.whisper(click.asker, messages.left(approved))

    async def ask_why(self, click: Click) -> Form | None:
        """Return the form that asks why; None when somebody was faster. Raise NotAllowed."""
        await self._permissions.require(click.asker.by, Act.APPROVE_DEVICES)
        pending = await self._approvals.those(_ids(click.subject))
        if any(one.waits for one in pending):
            return views.refuse(pending)
        await self._workspace.voice.whisper(click.asker, messages.decided(pending))
        for one in pending[:1]:
            await self._board.draw(one.mark)
        return None

    async def refuse(self, sent: Submission) -> Form | None:
        """Refuse what a form was opened for; None when all is done. Raise NotAllowed."""
        subject, *_ = sent.kept
        ids = _ids(subject)
        reason = sent.entered(names.DEVICE_REASON)
        try:
            await self._approvals.refuse(ids, sent.asker.by, reason)
        except AlreadyDone as late:
            return views.shown(messages.too_late(late))
        await self._board.show(ids[0])
        return None

    async def reopen(self, click: Click) -> None:
        """Ask once more for what was refused. Raise NotAllowed."""
        ids = _ids(click.subject)
        try:
            await self._approvals.reopen(ids, click.asker.by)
        except AlreadyDone as late:
            if not click.again:
                await self._workspace.voice.whisper(click.asker, messages.too_late(late))
        await self._board.show(ids[0])

    async def decide(self, sent: Submission) -> Form:
        """Decide about what was ticked among all that waits. Raise NotAllowed, Unclear."""
        ids = views.chosen(sent)
        by = sent.asker.by
        try:
            if sent.entered(names.DEVICE_VERDICT) == views.REFUSE:
                done = await self._approvals.refuse(ids, by, sent.entered(names.DEVICE_REASON))
                said = messages.refused(done)
            else:
                said = messages.left(await self._approvals.approve(ids, by))
        except AlreadyDone as late:
            said = messages.too_late(late)
        for mark in dict.fromkeys(one.mark for one in await self._approvals.those(ids)):
            await self._board.draw(mark)
        return views.shown(said)

    async def retry(self, click: Click) -> Message:
        """Want an app's profiles made once more. Raise NotAllowed."""
        await self._permissions.require(click.asker.by, Act.APPROVE_DEVICES)
        team_id, bundle_id, *_ = (*click.parts, "", "")
        if not bundle_id:
            raise Outdated
        await self._waves.want(team_id, bundle_id, click.asker.by)
        return messages.tried_again(bundle_id)

    async def make_app_id(self, click: Click) -> Message:
        """Make the App ID that a wave lacked, and want the wave again. Raise NotAllowed."""
        team_id, bundle_id, about, *_ = (*click.parts, "", "", "")
        if not bundle_id or not about:
            raise Outdated
        await self._app_ids.make(team_id, about, click.asker.by)
        await self._waves.want(team_id, bundle_id, click.asker.by)
        return messages.app_id_made(about, bundle_id)


def _ids(subject: str) -> list[str]:
    return [one for one in subject.split(",") if one]
