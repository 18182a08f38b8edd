"""How we stand with Slack: what `/healthz` says, and whether it makes sense to go on calling."""

import asyncio
import logging
import time
from collections.abc import Collection
from datetime import datetime, timedelta

from slack_sdk.errors import SlackApiError

from bot.slack.kit.codes import TOKEN_DEAD, code_of, missing_scope
from provisioning.errors import TellerUnreachable
from provisioning.wording import moment
from storage.records.base import now

logger = logging.getLogger(__name__)

REINSTALL = "Add it under “OAuth & Permissions” of the Slack app, then install the app again."

PROBE_EVERY = 60.0  #: Seconds.
#: A connection that breaks now and then is nobody's trouble.
OUT_AFTER = timedelta(seconds=20)


class SlackOut(TellerUnreachable):
    """Slack does not work with this Slipway at the moment."""

    code = "slack_out"


class SlackStanding:
    """
    Remembers what is wrong between Slack and us.

    `trouble` is a sentence while nothing can work until an admin acts; `out_since` is when Slack
    ceased to answer, None while it does; `scopes` are those that Slack missed, which cost one
    feature each. `unwell` is set while there is trouble or silence, `reachable` unless there is
    silence.
    """

    def __init__(self) -> None:
        self.trouble: str | None = None
        self.since: datetime | None = None
        self.out_since: datetime | None = None
        self.scopes: set[str] = set()
        self.limited: datetime | None = None
        self.unwell = asyncio.Event()
        self.reachable = asyncio.Event()
        self.reachable.set()
        self._tried = 0.0

    @property
    def well(self) -> bool:
        return self.trouble is None

    @property
    def complaint(self) -> str:
        """Return the sentence of `/healthz`, empty while all is well."""
        if self.trouble is not None:
            return self.trouble
        if self.out_since is None or now() - self.out_since < OUT_AFTER:
            return ""
        return f"Slack has not answered since {moment(self.out_since)}; it is asked again."

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

    def lacks(self, scopes: Collection[str]) -> None:
        """Learn which needed scopes were not granted; each is said once in the log."""
        for scope in sorted(set(scopes) - self.scopes):
            logger.error("The Slack app lacks the scope %s. %s", scope, REINSTALL)
        self.scopes = set(scopes)

    @property
    def lack(self) -> str:
        """Return a sentence about scopes that were not granted, empty when none is missing."""
        if not self.scopes:
            return ""
        many = len(self.scopes) > 1
        return (
            f"The Slack app lacks the scope{'s' if many else ''} {', '.join(sorted(self.scopes))}. "
            f"{REINSTALL}"
        )

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
        self.unwell.set()

    def out(self) -> None:
        """Slack did not answer, or not as itself."""
        self.out_since = self.out_since or now()
        self.reachable.clear()
        self.unwell.set()

    def reached(self) -> None:
        """Slack answers again, whatever it says."""
        self.out_since = None
        self.reachable.set()
        if self.trouble is None:
            self.unwell.clear()

    def recover(self) -> None:
        """Slack answers again as it should."""
        self.trouble = self.since = None
        self.reached()

    def rate_limited(self) -> None:
        """Slack holds events back (`app_rate_limited`)."""
        self.limited = now()
