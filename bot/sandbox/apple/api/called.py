"""What is remembered of a call."""

from dataclasses import dataclass

from bot.sandbox.shapes import JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """
    One call and how it ended.

    *operation* is such as `POST devices` or `GET profiles/{id}/devices`. *status* is what was
    answered, or would have been but for a late *fault*; 0 where nothing was done. *code* and
    *detail* are those of the error; of a bad token they say more than Apple does. *key_id* is empty
    without a good token. *at* is in seconds since 1970 by the
    sandbox's clock, and *at_once* counts the calls of the key that ran when this one began.
    """

    operation: str
    path: str
    query: JsonObject
    body: JsonObject
    status: int
    code: str
    detail: str
    fault: str
    key_id: str
    at: float
    at_once: int
