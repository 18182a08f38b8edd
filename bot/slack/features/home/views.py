"""The Home tab, drawn for one person."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.slack.drawing import notes, warnings
from bot.slack.drawing.releases import line
from bot.slack.kit import blocks, mrkdwn, names
from bot.slack.kit.blocks import Block, View
from bot.slack.kit.verbs import example
from provisioning.installing.reasons import Reason
from provisioning.releases.cards import GivenLine, ReachLine, ReleaseLine

WELCOME = (
    "Nothing for you to install yet. When somebody gives you a release, I send you a message with "
    "a link, and it is listed here."
)
TEACH = (
    "No build is waiting. Post an `.ipa` or `.apk` in a channel I am in (`/invite @slipway`), then "
    "press *Distribute…* on its card."
)


#: A tab has 100 blocks; a manager's desk takes some of them.
INSTALLABLE = 70


@dataclass(frozen=True, slots=True, kw_only=True)
class Installable:
    """A release that a person was given, with their own link, and why nobody can install it now."""

    given: GivenLine
    url: str
    stopped: Sequence[Reason] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ManagerDesk:
    """What a manager sees: drafts that wait, and what went out lately."""

    drafts: Sequence[ReachLine]
    recent: Sequence[ReachLine]


def home(installable: Sequence[Installable], desk: ManagerDesk | None) -> View:
    """Return the whole tab; *desk* is None for people who only test."""
    shown: list[Block] = []
    if desk is not None:
        shown += _desk(desk)
    shown += _installable(installable)
    shown.append(blocks.context(f"Everything I can do: {example('help')}"))
    return {"type": "home", "blocks": shown[:100]}


def _desk(desk: ManagerDesk) -> list[Block]:
    drafts: list[Block] = [blocks.header("Waiting to be distributed")]
    if not desk.drafts:
        drafts.append(blocks.section(TEACH))
    for card in desk.drafts:
        button = blocks.button(
            "Distribute…",
            names.DISTRIBUTE,
            names.value_of(card.release.release_id),
            style="primary",
        )
        drafts.append(blocks.section(line(card), accessory=button))
    recent: list[Block] = [blocks.header("Recent releases")] if desk.recent else []
    for card in desk.recent:
        button = blocks.button("Details", names.HOME_SHOW, names.value_of(card.release.release_id))
        recent.append(blocks.section(line(card), accessory=button))
    return [*drafts, *recent, blocks.divider()]


def _installable(found: Sequence[Installable]) -> list[Block]:
    shown: list[Block] = [blocks.header("Your apps")]
    if not found:
        return [*shown, blocks.section(WELCOME)]
    for one in found[:INSTALLABLE]:
        line_ = one.given.release
        mandatory = " · *mandatory*" if one.given.mandatory else ""
        text = f"*{mrkdwn.plain(line_.app_display_name, 80)}* {_version(line_)}{mandatory}"
        said = notes.beginning(line_.notes, notes.HOME, notes.behind(one.url))
        button = blocks.button(
            "Open" if one.stopped else "Install",
            names.INSTALL,
            names.value_of(one.given.recipient_id),
            url=one.url,
        )
        why = warnings.lines_of(one.stopped)
        about = "\n".join(part for part in (text, *why, said) if part)
        shown.append(blocks.section(about, accessory=button))
    if len(found) > INSTALLABLE:
        rest = len(found) - INSTALLABLE
        shown.append(blocks.context(f"… and {rest} more: {example('list')}"))
    return shown


def _version(release: ReleaseLine) -> str:
    return f"{mrkdwn.plain(release.label, 80)} · {release.system}"


def newest_of_each(found: Sequence[GivenLine], key: Callable[[GivenLine], str]) -> list[GivenLine]:
    """Return the first line of each *key*: older releases of an app are not offered."""
    first: dict[str, GivenLine] = {}
    for card in found:
        first.setdefault(key(card), card)
    return list(first.values())
