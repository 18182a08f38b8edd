"""Trigger ids: good for one modal, and for three seconds."""

from dataclasses import dataclass

from bot.sandbox.clock import Clock
from bot.sandbox.slack.errors import Refusal
from bot.sandbox.slack.mint import Mint
from bot.sandbox.slack.views import EVERY_TAB

#: A trigger id is good for so many seconds.
TRIGGER_SECONDS = 3.0
#: So many are remembered; an older one is long expired and counts as unknown.
KEPT_TRIGGERS = 2000


@dataclass(slots=True, kw_only=True)
class Trigger:
    """
    What a person did that allows the app to open a modal; *view_id* when it was in a modal.

    The modal opens in the *tab* where it was done.
    """

    user: str
    made_at: float
    view_id: str | None
    tab: str = EVERY_TAB
    is_used: bool = False


class Triggers:
    """Every trigger id that was given out."""

    def __init__(self, clock: Clock, mint: Mint) -> None:
        self._clock = clock
        self._mint = mint
        self._given: dict[str, Trigger] = {}

    def give(self, user_id: str, *, view_id: str | None = None, tab: str = EVERY_TAB) -> str:
        trigger_id = f"{self._mint.ts().replace('.', '')}.{self._mint.secret()}"
        self._given[trigger_id] = Trigger(
            user=user_id, made_at=self._clock.now(), view_id=view_id, tab=tab
        )
        if len(self._given) > KEPT_TRIGGERS:
            self._given.pop(next(iter(self._given)))
        return trigger_id

    def look_at(self, trigger_id: str) -> Trigger:
        """Return a trigger that is still good. Raise Refusal as Slack would."""
        trigger = self._given.get(trigger_id)
        if trigger is None:
            raise Refusal("invalid_trigger_id")
        if trigger.is_used:
            raise Refusal("exchanged_trigger_id")
        if self._clock.now() - trigger.made_at > TRIGGER_SECONDS:
            raise Refusal("expired_trigger_id")
        return trigger
