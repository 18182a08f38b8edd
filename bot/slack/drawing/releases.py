"""A release in one line, the same wherever it stands in a list or is chosen."""

from typing import Protocol

from bot.slack.drawing import words
from bot.slack.kit import blocks, mrkdwn
from bot.slack.kit.blocks import Block
from provisioning.installing.receipts import Tally
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


class WithPhones(Protocol):
    """Whatever says how many wait until it is signed for their phone, and if everybody does."""

    @property
    def waiting_for_phones(self) -> int: ...

    @property
    def is_signing(self) -> bool: ...


def about_phones(card: WithPhones) -> str:
    """Return for a line with little room what waits for phones, empty when nothing does."""
    said = ["is being signed for more phones"] if card.is_signing else []
    said += [waiting] if (waiting := waiting_for_phones(card)) else []
    return ", ".join(said)


def waiting_for_phones(card: WithPhones) -> str:
    """Return in words how many wait for their phone, empty when nobody does."""
    count = card.waiting_for_phones
    if not count:
        return ""
    return "1 waits for their phone" if count == 1 else f"{count} wait for their phones"


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
    what = f"*{name}* {mrkdwn.plain(release.label, 80)} · {release.system}"
    return f"{what} · {_rest(card)}"


def line_below_app(card: ReachLine) -> str:
    """Return a release in one line of mrkdwn, where its app and platform stand above it."""
    return f"*{mrkdwn.plain(card.release.label, 80)}* · {_rest(card)}"


def _rest(card: ReachLine) -> str:
    release = card.release
    reach = f" · {reached(card)}" if card.people else ""
    when = mrkdwn.moment(release.at, "{date_short_pretty}")
    return f"release {release.number} · {state_of(release)}{reach} · {when}"


def phones(tally: Tally) -> str:
    """Return in words what was seen of the install links of a release."""
    if not tally.opened and not tally.started:
        return "Nobody opened an install page yet."
    said = [f"{words.people(tally.opened)} opened the install page"]
    if tally.started > tally.fetched:
        said.append(f"{tally.started - tally.fetched} began to fetch it")
    said.append(f"{tally.fetched} have all of it" if tally.fetched != 1 else "1 has all of it")
    return f"{', '.join(said)}."


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
