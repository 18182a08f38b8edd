"""Which variants nobody needs any more: a later one runs wherever they do."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from storage.records.variant import Variant

#: A phone that has read a manifest fetches the very file it names, or the rest of it, for so long.
KEPT_FOR: Final = timedelta(days=1)


def outdated(variants: Sequence[Variant], at: datetime) -> list[Variant]:
    """
    Return those of a build's ready variants, the last wanted first, whose time is over.

    A later one has been handed out in its place since KEPT_FOR: it is of the same kind, runs on all
    of its devices, and its profile has not ended, or not before the old one's. What Apple lets run
    no longer stays where nothing took its place, to say so.
    """
    before = at - KEPT_FOR
    return [
        old
        for place, old in enumerate(variants)
        if old.wanted_at < before
        and any(_replaces(new, old, at) for new in variants[:place] if _is_ready(new, before))
    ]


def _is_ready(variant: Variant, since: datetime) -> bool:
    return variant.ready_at is not None and variant.ready_at < since


def _replaces(new: Variant, old: Variant, at: datetime) -> bool:
    ours, theirs = new.signing, old.signing
    return (
        ours.get("kind") == theirs.get("kind")
        and set(_devices(ours)) >= set(_devices(theirs))
        and (_ends(ours) > at or _ends(ours) >= _ends(theirs))
    )


def _devices(signing: dict[str, Any]) -> list[str]:
    return [str(udid).upper() for udid in signing.get("devices") or ()]


def _ends(signing: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(signing["expires_at"])
