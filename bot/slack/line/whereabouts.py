"""Where our messages stand, as addresses that open Slack there."""

from collections.abc import Sequence

from bot.slack.line.identity import Whoami
from bot.slack.line.postings import Postings


class CardAddresses:
    """Finds the newest card of a thing, and the address at which Slack shows it."""

    def __init__(self, postings: Postings, whoami: Whoami) -> None:
        self._postings = postings
        self._whoami = whoami

    async def first_of(self, prefixes: Sequence[str]) -> str | None:
        """Return the address of a message whose key begins with the first prefix that has one."""
        for prefix in prefixes:
            for row in await self._postings.starting_with(prefix):
                if row.ts is not None:
                    base = (await self._whoami()).url.rstrip("/")
                    thread = f"?thread_ts={row.thread_ts}&cid={row.channel_id}"
                    place = f"{base}/archives/{row.channel_id}/p{row.ts.replace('.', '')}"
                    return place + (thread if row.thread_ts else "")
        return None
