"""How far the past has come, for the page to show."""

from dataclasses import dataclass

from bot.sandbox.shapes import JsonObject
from bot.sandbox.slack.state import State

#: The `type` of the news that the page hears.
PROGRESS = "progress"


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """
    So many moments of the past are over, of so many; `doing` is the one under way.

    From `ready` on the guide can be followed. `trouble` is a sentence when it broke off.
    """

    done: int
    of: int
    doing: str = ""
    ready: bool = False
    trouble: str = ""

    @property
    def is_over(self) -> bool:
        return bool(self.trouble) or self.done >= self.of

    def as_json(self) -> JsonObject:
        return {
            "type": PROGRESS,
            "done": self.done,
            "of": self.of,
            "doing": self.doing,
            "ready": self.ready,
            "trouble": self.trouble,
            "over": self.is_over,
        }


#: Where nothing has happened, or everything has.
OVER = Progress(done=0, of=0, ready=True)


def tell(state: State, progress: Progress) -> None:
    """Let every open page know, and those that are opened later."""
    state.standing_news[PROGRESS] = progress.as_json()
    state.tell_page(progress.as_json())
