"""
Every socket of the house on one page.

A plug translates its own failures into the words of provisioning.errors; nothing above a socket
knows which plug it talks to.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """A file that is about to arrive. `size` is in bytes, None when the source does not say."""

    file_name: str
    size: int | None
    chunks: AsyncIterator[bytes]


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
    """What the directory knows of a person."""

    id: str
    name: str
    email: str | None = None
    time_zone: str | None = None
    bot: bool = False
    guest: bool = False
    stranger: bool = False
    deleted: bool = False


class Directory(Protocol):
    """Who is who: Slack's people and user groups."""

    async def person(self, user_id: str) -> PersonFacts:
        """Raise NotFound for an unknown id, DirectoryFailed when it does not answer."""

    async def members(self, usergroup_id: str) -> tuple[str, ...]:
        """
        Return the user ids in a user group; empty when it was deleted or is empty.

        Raise DirectoryFailed when it does not answer and nothing is remembered.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Whether a person could be told. `reason` is a sentence when not."""

    delivered: bool
    reason: str = ""


class Announcer(Protocol):
    """
    Who speaks to people about what happened.

    Every method draws the state as the records have it *now*: it posts where nothing is posted yet
    and edits where something is, so each may be called again after a crash or for a change.
    """

    async def show_upload(self, upload_id: str) -> None:
        """Draw the card of an upload in each of its places: reading, kept, refused, distributed."""

    async def show_release(self, release_id: str) -> None:
        """Redraw every card and announcement of a release after a change."""

    async def announce(self, distribution_id: str, channel_id: str) -> None:
        """Post or redraw the announcement of a distribution's release in one channel."""

    async def tell(self, delivery_id: str) -> Told:
        """Tell one tester, with a personal install link."""

    async def report(self, distribution_id: str) -> None:
        """Say in the thread of the release's cards how a distribution goes, or went."""


class Engine(Protocol):
    """Runs roads so that they survive the process."""

    async def start(self, road: str, subject: str) -> None:
        """
        Begin *road* for the record *subject*; starting the same twice is one start.

        Returns once the start is kept durably, not when the road ends.
        """
