"""
Every socket of the house on one page.

A plug translates its own failures into the words of provisioning.errors; nothing above a socket
knows which plug it talks to.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from storage.records.tester import Tester


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """
    A file that is about to arrive. `size` is in bytes, None when the source does not say.

    Where a source can begin in the middle, `since` fetches what the file holds from a byte on, for
    whoever only looks; it returns None when the source would not this time.
    """

    file_name: str
    size: int | None
    chunks: AsyncIterator[bytes]
    since: Callable[[int], Awaitable[bytes | None]] | None = None


class Source(Protocol):
    """Where builds come from."""

    def open(self, reference: Mapping[str, Any]) -> AbstractAsyncContextManager[Incoming]:
        """
        Begin to fetch the file that *reference* names (`Upload.source_ref`).

        Raise SourceGone when it is no more, SourceFailed with a sentence when it cannot be had.
        A short body raises SourceFailed while the chunks are read.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonFacts:
    """What the directory knows of a person; `guest_since`: when a full member became a guest."""

    id: str
    name: str
    email: str | None = None
    time_zone: str | None = None
    bot: bool = False
    guest: bool = False
    guest_since: datetime | None = None
    stranger: bool = False
    deleted: bool = False


class Directory(Protocol):
    """Who is who: Slack's people and user groups."""

    async def person(self, user_id: str) -> PersonFacts:
        """Raise NotFound for an unknown id, DirectoryFailed when it does not answer."""

    async def people(self, user_ids: Collection[str]) -> dict[str, PersonFacts]:
        """
        Return what is known of people, by id, those left out whom nobody knows.

        Raise DirectoryFailed when it does not answer and nothing is remembered of somebody.
        """

    async def members(self, usergroup_id: str) -> tuple[str, ...]:
        """
        Return the user ids in a user group; empty when it was deleted or is empty.

        Raise DirectoryFailed when it does not answer and nothing is remembered.
        """

    async def memberships(
        self, usergroup_ids: Collection[str], *, surely: bool = False
    ) -> dict[str, tuple[str, ...]]:
        """
        Return the user ids in user groups as `members` does; left out are those it fails for.

        When it has to be so *surely*, it fails where only something old is remembered.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Whether a person could be told. `reason` is a sentence when not."""

    delivered: bool
    reason: str = ""


class Teller(Protocol):
    """
    A way of telling people what happened: Slack, e-mail, a webhook.

    Every method draws the state as the records have it *now*: it posts where nothing is posted yet
    and edits where something is, so each may be called again after a crash or for a change. What
    may pass by itself raises TellerUnreachable, anything else TellerFailed; a failure at one place
    comes after the others were served.
    """

    @property
    def name(self) -> str:
        """What records know it by: at most 16 characters."""

    def reaches(self, tester: Tester) -> bool:
        """Return whether somebody can be told in this way at all."""

    async def tell(self, recipient_id: str) -> Told:
        """Tell one recipient, with a personal install link."""

    async def places(self, distribution_id: str) -> list[str]:
        """Return the addresses where a distribution is announced to many at once."""

    async def announce(self, distribution_id: str, address: str) -> None:
        """Post or redraw the announcement of a distribution's release at one address."""

    async def show_upload(self, upload_id: str) -> None:
        """Draw the card of an upload in each of its places: reading, kept, refused, distributed."""

    async def show_release(self, release_id: str) -> None:
        """Redraw every card and announcement of a release after a change."""

    async def report(self, distribution_id: str) -> None:
        """Say in the threads of a release's cards, and to its sender, how a distribution went."""

    async def tell_recall(self, notice_id: str) -> Told:
        """Tell somebody, once, that a release was taken back, and what to install instead."""

    async def take_back(self, recipient_id: str) -> None:
        """Take the link out of what a recipient was told, where it leads nowhere any more."""

    async def report_recall(self, recall_id: str) -> None:
        """Say in the threads of a release's cards, and to its sender, how a recall went."""

    async def redraw(self, recipient_id: str) -> None:
        """Draw anew what a recipient was told, if they were; nobody is told anything by that."""

    async def report_edit(self, edit_id: str) -> None:
        """Say in the threads of a release's cards, once, who changed what of it."""

    async def tell_nudge(self, word_id: str) -> Told:
        """Remind somebody, once, that they have not installed a release, with a link that holds."""

    async def report_nudge(self, nudge_id: str) -> None:
        """Say in the threads of a release's cards, and to its sender, how a nudge went."""

    async def report_trouble(self, report_id: str) -> None:
        """Say in the threads of a release's cards what somebody saw who cannot install it."""

    async def report_mandate(self, mandate_id: str) -> None:
        """Say in the threads of a release's cards who made it mandatory, lifted or undid that."""

    async def remind(self, reminder_id: str) -> Told:
        """Remind somebody, once, of what they have to install, with a personal link."""

    async def redraw_reminder(self, reminder_id: str) -> None:
        """Draw a reminder anew, if somebody was sent it."""

    async def trouble(self, reference: str, sentence: str) -> None:
        """Say to one actor that something of theirs did not work."""

    async def tell_device(self, subject: str) -> None:
        """
        Tell a device's owner how it stands at Apple since a turn: `registration id@turn`.

        Each turn is told once, and not what they were told when they handed it in.
        """

    async def show_approval(self, registration_id: str) -> None:
        """Draw a device where those look who approve: what is asked, decided, or wrong."""

    async def show_request(self, request_id: str) -> None:
        """Draw a request for approval where those look who decide about it."""

    async def tell_asker(self, request_id: str) -> None:
        """Tell whoever asked for an approval that it waits, or what became of it."""

    async def proclaim(self, request_id: str) -> None:
        """Say wherever a release is shown, and to all who approve, that it went without them."""

    async def report_pending(self, order_id: str) -> None:
        """Say in the threads of a release's cards that it waits for another platform, or did."""

    async def tell_pending(self, order_id: str) -> None:
        """Tell whoever let a release wait for another platform what became of that."""

    async def show_join(self, request_id: str) -> None:
        """Draw a request to join where those look who decide: what is asked, or was decided."""

    async def tell_installable(self, wave_id: str, tester_id: str) -> None:
        """Tell somebody, once for each wave, what they can install now that it is signed."""

    async def show_wave(self, wave_id: str) -> None:
        """Say to those who approve that profiles could not be made, with what to do."""

    async def tell_rebuild(self, rebuild_id: str, tester_id: str) -> None:
        """Tell somebody that a new build was asked for, since this one is not for their phone."""

    async def answer_step(self, run_id: str) -> None:
        """Tell a workflow what came of its step; nothing where it did not come from there."""

    async def show_leavers(self, notice_id: str) -> None:
        """Draw, where those look who manage, who left or came back, and what was taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RebuildDevice:
    """A device that a new build is wanted for. `platform` is IOS or MAC_OS, as Apple names them."""

    udid: str = field(repr=False)
    name: str
    model: str
    platform: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RebuildCall:
    """
    That a new build is needed, as it is told to whatever makes builds.

    `id` is the same for every try; `app` is `owner/name`. `code` and `sentence` say why the release
    cannot be signed for the devices here.
    """

    id: str
    app: str
    bundle_id: str
    platform: str
    number: int
    version: str
    build: str
    code: str
    sentence: str
    devices: tuple[RebuildDevice, ...]
    requested_at: datetime


class RebuildCaller(Protocol):
    """Whoever can be asked for a new build: the team's own CI, behind a webhook."""

    async def call(self, wanted: RebuildCall) -> None:
        """
        Ask once. Raise CallUnreachable for what may pass, CallFailed for what will not.

        Neither says anything of the devices.
        """


class Engine(Protocol):
    """Runs roads so that they survive the process."""

    async def start(self, road: str, subject: str) -> None:
        """
        Begin *road* for the record *subject*; starting the same twice is one start.

        Returns once the start is kept durably, not when the road ends.
        """
