"""What is said of tracks."""

from collections.abc import Sequence
from itertools import groupby

from bot.slack.drawing import words
from bot.slack.kit import blocks, mrkdwn
from bot.slack.kit.blocks import Block, Message
from bot.slack.kit.lists import row
from bot.slack.kit.verbs import example
from provisioning.releases.tracks import TrackSheet

#: So many programs are listed.
SHOWN = 20
NONE = (
    "Every app is a program of its own so far. Staging and production under one identifier are two "
    f"tracks: {example('tracks add harbour harbour-staging #staging-builds')}"
)


def every(found: Sequence[TrackSheet]) -> Message:
    """Return the tracks of each program with where their builds come from."""
    if not found:
        return _section(f":twisted_rightwards_arrows: {NONE}")
    shown: list[Block] = []
    programs = [list(own) for _, own in groupby(found, lambda one: (one.platform, one.bundle_id))]
    for own in programs[:SHOWN]:
        head = f"*{mrkdwn.code(own[0].bundle_id, 120)}* for {words.PLATFORMS.get(own[0].platform)}"
        lines = [f"• *{mrkdwn.plain(one.display_name, 80)}*: {_comes(one)}" for one in own]
        shown.append(blocks.section("\n".join([head, *lines])))
    if len(programs) > SHOWN:
        shown.append(blocks.context(f"… and {len(programs) - SHOWN} more programs"))
    shown.append(
        blocks.context(
            "A build that no rule fits asks on its card which track it is. On a phone one track "
            "replaces the other."
        )
    )
    return Message(text="Tracks", blocks=shown)


def made(track: TrackSheet, origin: str) -> Message:
    """Return that an app was made beside another one."""
    own = f"*{mrkdwn.plain(track.display_name, 80)}* ({mrkdwn.code(track.name, 64)})"
    text = f"{words.DONE} {own} is a track beside *{mrkdwn.plain(origin, 80)}*: {_comes(track)}."
    return _section(f"{text} Whoever has both is told that one replaces the other on a phone.")


def routed(track: TrackSheet) -> Message:
    """Return where the builds of a track come from now."""
    name = mrkdwn.plain(track.display_name, 80)
    return _section(f"{words.DONE} *{name}*: {_comes(track)}.")


def _comes(track: TrackSheet) -> str:
    said = []
    if track.channels:
        said.append(f"posted in {row([f'<#{one}>' for one in track.channels])}")
    if track.patterns:
        said.append(f"called {row([mrkdwn.code(one, 100) for one in track.patterns])}")
    return f"builds {' or '.join(said)}" if said else "builds that somebody gives to it on the card"


def _section(text: str) -> Message:
    return Message(text=text, blocks=(blocks.section(text),))
