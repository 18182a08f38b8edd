"""What is handed to the app, and what comes back."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from bot.sandbox.shapes import JsonObject


class Sort(StrEnum):
    """Socket Mode's names for what an envelope holds."""

    EVENT = "events_api"
    COMMAND = "slash_commands"
    INTERACTIVE = "interactive"


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """One attempt at handing something over; *retry* counts from 1 after the first."""

    sort: Sort
    payload: JsonObject
    retry: int = 0
    retry_reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What the app answered; *text* when it was no JSON object."""

    payload: JsonObject
    text: str = ""


class NotDelivered(Exception):
    """
    The app did not take it.

    *reason* is Slack's word for it, as in the header X-Slack-Retry-Reason, e.g. `http_timeout`.
    """

    def __init__(self, reason: str, *, may_retry: bool = True) -> None:
        super().__init__(reason)
        self.reason = reason
        self.may_retry = may_retry


class Transport(Protocol):
    """A way to the app."""

    async def hand_over(self, envelope: Envelope, within: float) -> Reply:
        """Hand over and wait for the answer, *within* seconds. Raise NotDelivered."""
