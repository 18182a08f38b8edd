"""How many calls Apple still allows, as the last answer told it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

_LIMIT = re.compile(r"user-hour-lim:\s*(\d{1,9})")
_REMAINING = re.compile(r"user-hour-rem:\s*(\d{1,9})")


@dataclass(frozen=True, slots=True, kw_only=True)
class RateReading:
    """Calls allowed in a rolling hour, and how many were left at a moment (UTC)."""

    limit: int
    remaining: int
    at: datetime


def rate_of(headers: Mapping[str, str], at: datetime) -> RateReading | None:
    """Return what `X-Rate-Limit` says, None when it says nothing that we understand."""
    text = headers.get("x-rate-limit", "")
    limit, remaining = _LIMIT.search(text), _REMAINING.search(text)
    if limit is None or remaining is None:
        return None
    return RateReading(limit=int(limit[1]), remaining=int(remaining[1]), at=at)
