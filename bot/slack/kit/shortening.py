"""
Messages that Slack found too long or did not understand, made smaller.

Always in the same way, so that drawing the same state twice gives the same message: the longest
text is halved until everything fits, and what was cut follows in the thread.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.slack.kit import blocks, mrkdwn, styled
from bot.slack.kit.blocks import Block, Message
from bot.slack.kit.codes import NOT_UNDERSTOOD, TOO_LONG

logger = logging.getLogger(__name__)

#: Comfortably below the 13,000 or so at which Slack says msg_blocks_too_long.
ROOM = 9_000
SHORTEST = 200
MOST_BLOCKS = 50
PLAIN_TEXT = 3_000
#: What follows in the thread comes in pieces of this size, at most so many.
PIECE = 3_500
PIECES = 5


def characters(shown: Sequence[Mapping[str, Any]]) -> int:
    """Return how many characters of text blocks show, as msg_blocks_too_long counts them."""
    return sum(_count(block) for block in shown)


def _count(value: object) -> int:
    if isinstance(value, Mapping):
        own = len(value["text"]) if isinstance(value.get("text"), str) else 0
        return own + sum(_count(part) for part in value.values())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return sum(_count(part) for part in value)
    return 0


def shortened(message: Message, room: int = ROOM) -> Message:
    """Return *message* with its blocks cut to *room* characters; `rest` has what was cut."""
    kept = [dict(block) for block in message.blocks]
    rest: list[str] = [message.rest] if message.rest else []
    while characters(kept) > room:
        longest = max(kept, key=lambda block: len(_text_of(block)), default=None)
        if longest is None or len(_text_of(longest)) <= SHORTEST:
            break
        rest.append(_halve(longest))
    if len(kept) > MOST_BLOCKS:
        rest += [_text_of(block) for block in kept[MOST_BLOCKS - 1 :] if _text_of(block)]
        kept = [*kept[: MOST_BLOCKS - 1], blocks.context("More in the thread.")]
    return replace(message, blocks=tuple(kept), rest="\n".join(reversed(rest)))


def plainly(message: Message) -> Message:
    """Return *message* as one section of text: what is left of a card that was not understood."""
    parts = [_text_of(block) or styled.words_of(block) for block in message.blocks]
    text = "\n".join(part for part in parts if part) or message.text
    return Message(
        text=message.text, blocks=(blocks.section(mrkdwn.clip(text, PLAIN_TEXT)),), rest=""
    )


def bare(message: Message) -> Message:
    """Return *message* as text alone: what no Slack refuses."""
    return Message(text=message.text, blocks=())


def continuation(rest: str) -> list[Message]:
    """Return what was cut as messages for the thread."""
    parts = mrkdwn.pieces(rest, PIECE)[:PIECES]
    return [
        Message(text=part, blocks=tuple(blocks.section(p) for p in mrkdwn.pieces(part, 2900)))
        for part in parts
    ]


def _halve(block: Block) -> str:
    """Cut the text of *block* in half, in place, and return the half that went."""
    holder = _holder(block)
    text = str(holder["text"])
    kept, rest = mrkdwn.parted(text, max(len(text) // 2, SHORTEST) - 1)
    holder["text"] = kept + "…"
    return rest


def _text_of(block: Block) -> str:
    holder = _holder(block)
    return str(holder.get("text", "")) if holder.get("type") == "mrkdwn" else ""


def _holder(block: Block) -> dict[str, Any]:
    """Return the text object of a section as a copy that belongs to the block alone."""
    text = block.get("text")
    if not isinstance(text, dict):
        return {}
    block["text"] = dict(text)
    held: dict[str, Any] = block["text"]
    return held


class Shapes:
    """A message and, when Slack refuses it, its ever simpler forms, in a fixed order."""

    def __init__(self, message: Message) -> None:
        self.now = message
        self._left = [
            lambda: shortened(message),
            lambda: plainly(message),
            lambda: bare(message),
        ]

    def smaller(self, code: str) -> bool:
        """Take the next form for a refusal that a simpler message may cure; False if none is."""
        if code not in TOO_LONG | NOT_UNDERSTOOD or not self._left:
            return False
        if code in NOT_UNDERSTOOD and len(self._left) == len(("short", "plain", "bare")):
            self._left.pop(0)
        logger.error("Slack refused a message with %s; a simpler one is sent.", code)
        self.now = self._left.pop(0)()
        return True
