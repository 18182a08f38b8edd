"""What those read who decide about people who would like to join."""

from collections.abc import Sequence

from bot.slack.drawing import words
from bot.slack.drawing.actors import who
from bot.slack.kit import blocks, mrkdwn, names
from bot.slack.kit.blocks import Block, Message
from bot.slack.kit.verbs import example
from provisioning.errors import AlreadyDone
from provisioning.people.groups import slug_of
from provisioning.people.joining import LONGEST_REASON, JoinCard
from storage.records.join_request import JoinState

NOT_CONFIRMED = "Nobody has confirmed the address: approve whom you know, or ask them first."
NO_GROUP = "The group was deleted, so that nobody can join it: decline this."


def request(card: JoinCard) -> Message:
    """Return a request: the question while it waits, and then what became of it."""
    text = f"{_SIGNS[card.state]} {_said(card)}"
    shown: list[Block] = [blocks.section(text)]
    if card.waits:
        shown.append(blocks.context(*_warnings(card)))
        decline = blocks.button("Decline…", names.JOIN_DECLINE, names.value_of(card.request_id))
        approve = [] if card.in_slack or not card.group else [_approve(card)]
        shown.append(blocks.actions(*approve, decline))
    return Message(text=text, blocks=shown)


def _said(card: JoinCard) -> str:
    name = f"*{mrkdwn.plain(card.name, 80)}* ({mrkdwn.plain(card.email, 254)})"
    group = f"*{mrkdwn.plain(card.group, 64)}*" if card.group else "a group that was deleted"
    by = who(card.decided_by) if card.decided_by else "somebody"
    why = f": {mrkdwn.plain(card.reason, LONGEST_REASON)}" if card.reason else "."
    return {
        JoinState.WAITING: f"{name} would like to join {group}, by a link of "
        f"{who(card.link_made_by)}.",
        JoinState.APPROVED: f"{name} joined {group}. Approved by {by}.",
        JoinState.DECLINED: f"{name} does not join {group}. Declined by {by}{why}",
        JoinState.EXPIRED: f"{name} asked to join {group}, and nobody answered within 30 days.",
    }[card.state]


def _warnings(card: JoinCard) -> list[str]:
    """Return what to look at before approving."""
    found = [NO_GROUP] if not card.group else [NOT_CONFIRMED]
    known = mrkdwn.plain(card.known, 80)
    if card.in_slack:
        found = [
            (
                f"{words.WARNING} This address belongs to {known}, who is in Slack here. Add them "
                "to the group by name, and decline this."
            )
        ]
    elif known:
        inside = ", ".join(mrkdwn.plain(one, 64) for one in card.known_groups[:5])
        where = f" in {inside}" if inside else ""
        found.append(
            f"{words.WARNING} {known} is a tester{where} with this address already. Whoever asked "
            "sees all that they have."
        )
    if card.others:
        others = "1 other waits" if card.others == 1 else f"{card.others} others wait"
        found.append(f"{words.WARNING} {others} with the same address.")
    return found


def _approve(card: JoinCard) -> Block:
    if not card.known:
        value = names.value_of(card.request_id)
        return blocks.button("Approve", names.JOIN_APPROVE, value, style="primary")
    sure = blocks.confirm(
        "Is it the same person?",
        f"{card.known} is a tester with this address already. Whoever asked sees all that they "
        "have. Approve only if you are sure that it is the same person.",
        "It is, approve",
    )
    value = names.value_of(card.request_id, names.WARNED)
    return blocks.button("Approve…", names.JOIN_APPROVE, value, confirm=sure)


def approved(card: JoinCard) -> Message:
    """Return what whoever approved reads."""
    name, group = mrkdwn.plain(card.name, 80), mrkdwn.plain(card.group, 64)
    return _section(
        f"{words.DONE} {name} is in *{group}*. Their page says so, and leads to their builds. Out "
        f"again: {example(f'groups remove {slug_of(card.group)} {card.email}')}"
    )


def too_late(late: AlreadyDone) -> Message:
    """Return what the second of two reads who decide at once."""
    by, state = str(late.data.get("by") or ""), str(late.data.get("state") or "")
    if not by or state == JoinState.EXPIRED:
        return _section(f"{words.WARNING} {mrkdwn.sentence(str(late))}")
    return _section(f"{who(by)} was first: they have {state} it already. Nothing was changed.")


def decided(card: JoinCard) -> Message:
    """Return what became of a request that somebody wanted to decline."""
    return _section(_said(card))


def waiting(cards: Sequence[JoinCard]) -> Message:
    """Return all who wait, each with its buttons."""
    if not cards:
        return _section(
            "Nobody waits to join. Whoever asks by a join link is shown where approvals are asked "
            f"for. A link: {example('invite QA')}"
        )
    shown = [block for card in cards for block in request(card).blocks]
    return Message(text=f"Waiting to join: {len(cards)}", blocks=shown)


def _section(text: str) -> Message:
    return Message(text=text, blocks=(blocks.section(text),))


_SIGNS = {
    JoinState.WAITING: ":wave:",
    JoinState.APPROVED: words.DONE,
    JoinState.DECLINED: words.REFUSED,
    JoinState.EXPIRED: ":hourglass:",
}
