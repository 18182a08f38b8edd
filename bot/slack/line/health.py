"""How we stand with Slack: what `/healthz` says, and whether it makes sense to go on calling."""

import logging
import time
from datetime import datetime

from slack_sdk.errors import SlackApiError

from bot.slack.kit.codes import TOKEN_DEAD, code_of, missing_scope
from provisioning.errors import ProvisioningError
from storage.records.base import now

logger = logging.getLogger(__name__)

REINSTALL = "Add it under “OAuth & Permissions” of the Slack app, then install the app again."


PROBE_EVERY = 60.0  #: Seconds.


class SlackOut(ProvisioningError):
    """Slack does not work with this Slipway at the moment."""


class Standing:
    """
    Remembers what is wrong between Slack and us.

    `trouble` is a sentence while nothing can work; `scopes` are those that Slack missed, which cost
    one feature each.
    """

    def __init__(self) -> None:
        self.trouble: str | None = None
        self.since: datetime | None = None
        self.scopes: set[str] = set()
        self.limited: datetime | None = None
        self._tried = 0.0

    @property
    def well(self) -> bool:
        return self.trouble is None

    def note(self, error: SlackApiError) -> str | None:
        """Learn from an answer of Slack's; return a sentence for people if it says something."""
        code = code_of(error)
        if code in TOKEN_DEAD:
            self.stop(TOKEN_DEAD[code])
            return f"{TOKEN_DEAD[code]} An admin has to look after the Slack app."
        scope = missing_scope(error)
        if scope is None:
            return None
        if scope not in self.scopes:
            self.scopes.add(scope)
            logger.error("The Slack app lacks the scope %s. %s", scope, REINSTALL)
        return f"The Slack app lacks the scope `{scope}`. {REINSTALL}"

    def require(self) -> None:
        """
        Raise SlackOut while calling Slack makes no sense.

        Once a minute a call is let through, so that a mended app is noticed without a restart.
        """
        if self.trouble is None:
            return
        if time.monotonic() - self._tried < PROBE_EVERY:
            raise SlackOut(f"{self.trouble} An admin has to look after the Slack app.")
        self._tried = time.monotonic()

    def stop(self, reason: str) -> None:
        """Give up on Slack until an admin acts; said once in the log."""
        if self.trouble is None:
            logger.critical("Slipway cannot work with Slack any more: %s", reason)
            self.trouble, self.since = reason, now()
            self._tried = time.monotonic()

    def recover(self) -> None:
        """Slack answers again as it should."""
        self.trouble = self.since = None

    def rate_limited(self) -> None:
        """Slack holds events back (`app_rate_limited`)."""
        self.limited = now()
