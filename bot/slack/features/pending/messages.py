"""What people read of what waits for another platform: in the thread, and whoever asked."""

from collections.abc import Callable
from typing import Final

from bot.slack.drawing import words
from bot.slack.drawing.actors import who
from bot.slack.drawing.pending import missing, together, whom
from bot.slack.drawing.releases import HELD_BACK
from bot.slack.drawing.titles import title_of
from bot.slack.kit import blocks, mrkdwn, names
from bot.slack.kit.blocks import Block, Message
from bot.slack.kit.verbs import example
from provisioning.distributing.pending_cards import PendingCard
from provisioning.errors import AlreadyDone
from storage.records.pending_order import PendingState

#: What ended so was not sent, and may be asked for again.
_NOT_SENT: Final = frozenset({PendingState.EXPIRED, PendingState.LAPSED})


def begun(card: PendingCard) -> Message:
    """Return the line in a release's thread that says what it waits for."""
    how = [word for word, on in (("mandatory", card.mandatory), ("silent", not card.notify)) if on]
    suffix = f" ({', '.join(how)})" if how else ""
    return _said(
        f"{words.READING} {who(card.by)} lets it wait for {_missing(card)}; then "
        f"{together(card.count)} go to {_whom(card)}{suffix}. Nothing is sent before."
    )


def ended(card: PendingCard) -> Message:
    """Return the line in a release's thread that says what became of it."""
    return _said(f"{_outcome(card)}{_because(card)}")


def told(card: PendingCard) -> Message:
    """Return what whoever asked is told of what became of it, with what to do next."""
    text = f"*{title_of(card.release)}* for {_whom(card)}: {_outcome(card)}{_because(card)}"
    shown: list[Block] = [blocks.section(text), *_next(card)]
    return Message(text=text, blocks=shown)


def too_late(late: AlreadyDone) -> Message:
    """Return what somebody reads who ends what has ended, or was changed, a moment ago."""
    by = str(late.data.get("by") or "")
    first = f"{who(by)} was first. " if by.startswith("person") else ""
    return _said(f"{first}{mrkdwn.sentence(str(late))}")


def stopped(card: PendingCard) -> Message:
    """Return what is said to whoever stopped it."""
    return _said(f"{words.DONE} *{title_of(card.release)}* waits no more. Nothing was sent.")


def _outcome(card: PendingCard) -> str:
    """Return what became of it, in sentences."""
    by = who(card.ended_by) if card.ended_by else "Slipway"
    lacking, every = _missing(card), together(card.count)
    goes = "go out" if card.acts else "ask for their approval"
    said: dict[PendingState, Callable[[], str]] = {
        PendingState.WAITING: lambda: f"{words.READING} It waits for {lacking}.",
        PendingState.MET: lambda: (
            f":jigsaw: {_capital(lacking)} {_is_here(card)}: {every} {goes} now, as "
            f"{who(card.by)} asked."
        ),
        PendingState.SENT: lambda: f":mega: {by} sent it without {lacking}.",
        PendingState.STOPPED: lambda: (
            f":wastebasket: {by} stopped waiting for {lacking}. Nothing was sent."
        ),
        PendingState.EXPIRED: lambda: (
            f":hourglass: {_capital(lacking)} did not come in time, so it waits no more. Nothing "
            "was sent."
        ),
        PendingState.LAPSED: lambda: (
            f"{words.WARNING} It does not wait for {lacking} any more. Nothing was sent."
        ),
    }
    return said[card.state]()


def _is_here(card: PendingCard) -> str:
    return "is here" if len(card.platforms) == 1 else "are here"


def _because(card: PendingCard) -> str:
    return f" {mrkdwn.sentence(card.reason)}" if card.reason else ""


def _next(card: PendingCard) -> list[Block]:
    """Return how to go on, for whoever asked."""
    release = card.release
    if card.state not in _NOT_SENT:
        follow = example(f"show {release.app_name} {release.number}")
        return [blocks.context(f"How it goes: {follow}")] if card.acts else []
    if release.standing in HELD_BACK:
        return []
    typed = f"distribute {release.app_name} {release.number} to …"
    said = f"To wait again: {example(f'{typed} together')} To send it alone: {example(typed)}"
    button = blocks.button(
        "Distribute…", names.DISTRIBUTE, names.value_of(release.release_id), style="primary"
    )
    return [blocks.context(said), blocks.actions(button)]


def _missing(card: PendingCard) -> str:
    return missing(card.platforms, card.version)


def _whom(card: PendingCard) -> str:
    return whom(card.groups, card.singles)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _said(text: str) -> Message:
    return Message(text=text, blocks=(blocks.section(text),))
