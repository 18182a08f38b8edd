"""Gives blocks and elements the ids that the app left out, as Slack does."""

from bot.sandbox.shapes import JsonObject, copied_list
from bot.sandbox.slack.blocks.inspection import elements_of
from bot.sandbox.slack.mint import Mint

#: Blocks whose elements a person can act on; a context only shows things.
_ACTIVE = frozenset({"actions", "section", "input"})


def with_ids(blocks: object, mint: Mint) -> list[JsonObject]:
    """Return a copy of the blocks in which every block and element has an id."""
    named = copied_list(blocks)
    for block in named:
        block.setdefault("block_id", mint.secret(5))
        if block.get("type") not in _ACTIVE:
            continue
        for element in elements_of(block):
            element.setdefault("action_id", mint.secret(5))
    return named
