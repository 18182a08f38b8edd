"""Whose approval is needed, and what waits for it, in the same words wherever it is said."""

from collections.abc import Sequence
from typing import Final

from bot.slack.drawing import words
from bot.slack.drawing.actors import who
from bot.slack.drawing.titles import title
from bot.slack.kit import blocks, mrkdwn, names
from bot.slack.kit.blocks import Block
from bot.slack.kit.lists import MANY_NAMES, row
from bot.slack.kit.verbs import example
from provisioning.distributing.approval_cards import ApprovalLine, ApprovalList
from provisioning.distributing.needs import ApprovalNeed
from storage.records.approval import ApprovalKind, ApproverKind
from storage.records.role import Role

HAND: Final = ":raised_hand:"
#: So many that wait are listed where there is room for a few.
FEW: Final = 5
_ROLES: Final = {
    Role.ADMIN.value: ("an admin", "admins"),
    Role.MANAGER.value: ("a release manager", "release managers"),
}
_DAY: Final = 24


def whose(need: ApprovalNeed) -> str:
    """Return whose yes a group takes: `2 of @ann, @bob and @cid`."""
    if need.kind is ApproverKind.ROLE:
        one, several = _ROLES.get(need.approvers[0], ("somebody", "people"))
        return one if need.needed == 1 else f"{need.needed} {several}"
    if need.kind is ApproverKind.USERGROUP:
        handle = f"@{mrkdwn.plain(need.handle, 80)}" if need.handle else "a user group"
        return f"somebody in {handle}" if need.needed == 1 else f"{need.needed} of {handle}"
    people = [who(one) for one in need.approvers]
    if len(people) == need.needed:
        return " and ".join(people)
    link = "or" if need.needed == 1 else "and"
    named = f" {link} ".join([", ".join(people[:-1]), people[-1]])
    return named if need.needed == 1 else f"{need.needed} of {named}"


def takes(need: ApprovalNeed) -> str:
    """Return what a group takes, in a sentence without its end."""
    return f"*{mrkdwn.plain(need.name, 64)}* needs the approval of {whose(need)}"


def lifetime(hours: int) -> str:
    """Return how long a request lives: `3 days`, `5 hours`."""
    if hours % _DAY:
        return "1 hour" if hours == 1 else f"{hours} hours"
    return "1 day" if hours == _DAY else f"{hours // _DAY} days"


def before_asking(needs: Sequence[ApprovalNeed], others: int) -> tuple[Block, ...]:
    """Return what whoever sends something reads before they ask; *others* need no approval."""
    if not needs:
        return ()
    lines = [f"{HAND} {takes(need)}, who is not you." for need in needs]
    hours = min(need.hours for need in needs)
    lines.append(f"Nothing is sent before. The request lives for {lifetime(hours)}.")
    if others:
        guarded = row([mrkdwn.plain(need.name, 64) for need in needs])
        lines.append(f"The others wait with it: to send it to them at once, leave {guarded} out.")
    return (blocks.section("\n".join(lines)),)


def it_waits() -> Block:
    """Return what is said to whoever has just asked."""
    return blocks.section(
        f"{HAND} I asked for the approval, and tell you what becomes of it. What waits: "
        f"{example('approvals')}"
    )


def waiting(found: ApprovalList) -> list[Block]:
    """Return what waits for approval as a section of a page; empty when nothing does."""
    if not found.first:
        return []
    shown: list[Block] = [blocks.header("Waiting for approval")]
    for one in found.first:
        button = blocks.button("Look…", names.APPROVAL_SHOW, names.value_of(one.request_id))
        shown.append(blocks.section(line(one), accessory=button))
    rest = found.count - len(found.first)
    if rest:
        shown.append(blocks.context(f"… and {rest} more: {example('approvals')}"))
    return shown


def line(one: ApprovalLine) -> str:
    """Return a request in one line."""
    what = f"*{title(one.title)}*"
    if one.kind is ApprovalKind.SIGNER:
        return f"{words.ALARM} {what}: another signer · {who(one.by)}"
    where = [mrkdwn.plain(name, 64) for name in one.groups]
    where += [words.people(one.singles)] if one.singles else []
    said = f" · {one.said_yes} said yes" if one.said_yes else ""
    until = f" · until {mrkdwn.moment(one.due_at)}" if one.due_at else ""
    return f"{HAND} {what} for {row(where, MANY_NAMES // 4)} · {who(one.by)}{said}{until}"
