"""A release in one line, the same wherever it stands in a list or is chosen."""

from collections.abc import Sequence
from typing import Protocol

from bot.slack.drawing import words
from bot.slack.drawing.actors import who
from bot.slack.kit import blocks, mrkdwn, names
from bot.slack.kit.blocks import Block
from bot.slack.kit.lists import MANY_NAMES, row
from provisioning.installing.receipts import Tally
from provisioning.intake.elsewhere import host_of
from provisioning.releases.availability import LONGEST_WHY
from provisioning.releases.cards import BuildCard, ReachLine, ReleaseCard, ReleaseLine
from provisioning.releases.lifecycle import Standing

#: A release that stands so is over.
ENDED = frozenset({Standing.DISMISSED, Standing.RECALLED})
#: No release that stands so goes to anybody.
HELD_BACK = ENDED | {Standing.DISABLED}


class Counted(Protocol):
    """Whatever says how far a release went."""

    @property
    def reached(self) -> int: ...

    @property
    def silent(self) -> int: ...

    @property
    def people(self) -> int: ...


def seen(tally: Tally | None, build: BuildCard) -> tuple[Block, ...]:
    """Return the line of a card about what was seen of its install links, once there is any."""
    said = seen_so_far(tally)
    if tally is not None and said and build.link is not None:
        said = opened(tally)
    return (blocks.context(f"{words.SEEN} {said}"),) if said else ()


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
    tags = f" · {tagged(release.tags)}" if release.tags else ""
    tags = f" · {words.ELSEWHERE}{tags}" if release.is_external else tags
    when = mrkdwn.moment(release.at, "{date_short_pretty}")
    return f"release {release.number} · {state_of(release)}{reach}{tags} · {when}"


def tagged(tags: Sequence[str]) -> str:
    """Return the tags of a release, as many as there is room for in a line."""
    return f"{words.TAG} {row([mrkdwn.code(tag) for tag in tags], MANY_NAMES // 2)}"


def disabled_by(card: ReleaseCard) -> tuple[Block, ...]:
    """Return who disabled a release, when, and why, while it is disabled."""
    if card.standing is not Standing.DISABLED or card.disabling is None:
        return ()
    told = card.disabling
    why = f": {mrkdwn.plain(told.because, LONGEST_WHY)}" if told.because else "."
    first = f"{words.DISABLED} *Disabled* by {who(told.by)} {mrkdwn.moment(told.at)}{why}"
    return (blocks.section(f"{first}\nNobody can install it until it is enabled again."),)


def is_open(standing: Standing) -> bool:
    """Return whether anything may be changed of a release that stands so."""
    return standing not in ENDED


def more(card: ReleaseCard) -> Block:
    """Return the menu of what is changed of a release that is there."""
    choices = [("Edit notes…", names.MORE_NOTES), ("Tags…", names.MORE_TAGS)]
    if card.standing is not Standing.DISABLED:
        choices.append(("Disable…", names.MORE_DISABLE))
    return blocks.menu(
        names.MORE,
        [blocks.option(label, names.value_of(card.release_id, act)) for label, act in choices],
    )


def phones(tally: Tally) -> str:
    """Return in words what was seen of the install links of a release."""
    if not tally.opened and not tally.started:
        return "Nobody opened an install page yet."
    return seen_so_far(tally)


def seen_so_far(tally: Tally | None) -> str:
    """Return the same, empty while nobody did anything."""
    if tally is None or not (tally.opened or tally.started):
        return ""
    said = [f"{words.people(tally.opened)} opened the install page"]
    if tally.started > tally.fetched:
        said.append(f"{tally.started - tally.fetched} began to fetch it")
    said.append(f"{tally.fetched} have all of it" if tally.fetched != 1 else "1 has all of it")
    return f"{', '.join(said)}."


def stays(build: BuildCard) -> str:
    """Return what no recall reaches of a build that lies elsewhere; empty for any other."""
    if build.link is None:
        return ""
    host = mrkdwn.code(host_of(build.link), 100)
    return (
        f"{words.ELSEWHERE} It lies elsewhere: whoever kept the link to {host} can still open it "
        "there. Take the file away there, too. Whoever opened its page counts as having fetched it."
    )


def opened(tally: Tally) -> str:
    """Return in words what was seen of a release that lies elsewhere: no more than its page."""
    who_did = words.people(tally.opened) if tally.opened else "Nobody"
    return f"{who_did} opened the install page. Who fetched it is not known: it lies elsewhere."


def phones_in_short(tally: Tally) -> str:
    """Return the same for a line with little room; empty while nothing was seen."""
    if not tally.opened and not tally.started:
        return ""
    return f"{tally.opened} opened, {tally.fetched} fetched"


def cannot_install(release_id: str) -> Block:
    """Return the button by which somebody says that a release does not install."""
    return blocks.button("I cannot install this", names.TROUBLE, names.value_of(release_id))


def option(release: ReleaseLine) -> Block:
    """Return a release as something to choose; of a long name the end is left out."""
    _, state = words.RELEASE[release.standing]
    room = max(blocks.OPTION_TEXT - len(release.label) - 1, 1)
    label = f"{mrkdwn.cut(release.app_display_name.strip(), room)} {release.label}"
    about = f"{release.system}, release {release.number}, {state.lower()}"
    return blocks.option(label, release.release_id, about)


def ended(number: int, standing: Standing, app: str = "") -> str:
    """Return why a release that is in HELD_BACK goes to nobody."""
    named = f"Release {number} of {app}" if app else f"Release {number}"
    if standing is Standing.DISABLED:
        return f"{named} is disabled, so nobody could install it. Press *Enable* on its card first."
    undo = " Press *Undo* on its card first." if standing is Standing.DISMISSED else ""
    return f"{named} was {standing.value}.{undo}"
