"""Errors in Slack's words: what a person can type or press next."""

from collections.abc import Callable
from typing import Any

from bot.slack.kit.verbs import example
from storage.errors import SlipwayError


def sentence(error: SlipwayError) -> str:
    """Return what people are told of *error*: our own words where Slack has better ones."""
    better = _BETTER.get(error.code)
    return (better(error.data) if better else "") or str(error)


def _not_allowed(data: dict[str, Any]) -> str:
    if not data.get("act") or not data.get("roles"):
        return ""  # Whoever raised it said in words of their own what is not allowed.
    roles = " or ".join(map(str, data["roles"]))
    return (
        f"You may not {data['act']} here: this takes the role {roles}. An admin can give it to you "
        f"with {example('roles')}."
    )


def _no_groups(_data: dict[str, Any]) -> str:
    return f"There is no group yet. Make one: {example('groups create QA')}."


#: By the code of an error; each takes the error's data.
_BETTER: dict[str, Callable[[dict[str, Any]], str]] = {
    "not_allowed": _not_allowed,
    "no_groups": _no_groups,
}
