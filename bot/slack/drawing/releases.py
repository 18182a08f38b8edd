"""A release in one line, the same wherever it stands in a list or is chosen."""

from typing import Protocol

from bot.slack.drawing import words
from bot.slack.kit import blocks, mrkdwn
from bot.slack.kit.blocks import Block
from provisioning.releases.cards import ReachLine, ReleaseLine
from provisioning.releases.lifecycle import Standing

#: No release that stands so goes to anybody.
ENDED = frozenset({Standing.DISMISSED, Standing.RECALLED})


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


def option(release: ReleaseLine) -> Block:
    """Return a release as something to choose; of a long name the end is left out."""
    _, state = words.RELEASE[release.standing]
    room = max(blocks.OPTION_TEXT - len(release.label) - 1, 1)
    label = f"{mrkdwn.cut(release.app_display_name.strip(), room)} {release.label}"
    about = f"{release.system}, release {release.number}, {state.lower()}"
    return blocks.option(label, release.release_id, about)


def ended(number: int, standing: Standing, app: str = "") -> str:
    """Return why a release that is in ENDED goes to nobody."""
    named = f"Release {number} of {app}" if app else f"Release {number}"
    undo = " Press *Undo* on its card first." if standing is Standing.DISMISSED else ""
    return f"{named} was {standing.value}.{undo}"
