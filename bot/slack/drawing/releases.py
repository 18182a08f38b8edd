"""A release in one line, the same wherever it stands in a list."""

from typing import Protocol

from bot.slack.drawing import words
from bot.slack.kit import mrkdwn
from provisioning.releases.cards import ReachLine
from provisioning.releases.lifecycle import Standing


class Counted(Protocol):
    """Whatever says how far a release went."""

    @property
    def reached(self) -> int: ...

    @property
    def silent(self) -> int: ...

    @property
    def people(self) -> int: ...


class Stands(Protocol):
    """Whatever says how a release stands."""

    @property
    def standing(self) -> Standing: ...


def state_of(card: Stands) -> str:
    """Return a sign and a word for how it stands."""
    return " ".join(words.RELEASE[card.standing])


def reached(card: Counted) -> str:
    """Return in words how many were told; a silent release has reached nobody."""
    if card.silent and card.silent == card.people:
        return f"silent: {words.people(card.people)} may install it, nobody was told"
    silent = f", {card.silent} silently" if card.silent else ""
    return f"{card.reached} of {words.people(card.people)} reached{silent}"


def reached_in_short(card: Counted) -> str:
    """Return the same for a line with little room."""
    if card.silent and card.silent == card.people:
        return f"silent: nobody of {card.people} was told"
    silent = f", {card.silent} silently" if card.silent else ""
    return f"{card.reached}/{card.people} reached{silent}"


def line(card: ReachLine) -> str:
    """Return a release in one line of mrkdwn."""
    release = card.release
    name = mrkdwn.plain(release.app_display_name, 80)
    reach = f" · {reached(card)}" if card.people else ""
    when = mrkdwn.moment(release.at, "{date_short_pretty}")
    what = (
        f"*{name}* {mrkdwn.plain(release.label, 80)} · {release.system} · release {release.number}"
    )
    return f"{what} · {state_of(release)}{reach} · {when}"
