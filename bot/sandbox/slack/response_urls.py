"""Response URLs: five answers within thirty minutes."""

from dataclasses import dataclass

from bot.sandbox.clock import Clock
from bot.sandbox.slack.errors import Refusal
from bot.sandbox.slack.mint import Mint

MOST_USES = 5
LIFE_SECONDS = 30 * 60
#: So many are remembered; one that is older counts as unknown.
KEPT_URLS = 5000


@dataclass(slots=True, kw_only=True)
class ResponseUrl:
    """Where the app may answer a person; *message_ts* when they acted on a message."""

    key: str
    user: str
    channel: str
    message_ts: str | None
    made_at: float
    uses: int = 0


class ResponseUrls:
    """Every response URL that was given out, by its secret part."""

    def __init__(self, clock: Clock, mint: Mint) -> None:
        self._clock = clock
        self._mint = mint
        self._given: dict[str, ResponseUrl] = {}

    def give(self, user_id: str, channel: str, message_ts: str | None = None) -> ResponseUrl:
        """Make a new URL; its secret part is the key."""
        key = self._mint.secret(32)
        given = ResponseUrl(
            key=key,
            user=user_id,
            channel=channel,
            message_ts=message_ts,
            made_at=self._clock.now(),
        )
        self._given[key] = given
        if len(self._given) > KEPT_URLS:
            self._given.pop(next(iter(self._given)))
        return given

    def use(self, key: str) -> ResponseUrl:
        """Count a use. Raise Refusal when the URL is unknown, too old or used up."""
        given = self._given.get(key)
        if given is None:
            raise Refusal("invalid_url")
        if self._clock.now() - given.made_at > LIFE_SECONDS:
            raise Refusal("expired_url")
        if given.uses >= MOST_USES:
            raise Refusal("used_url")
        given.uses += 1
        return given
