"""What people read of join links."""

from collections.abc import Sequence

from bot.links import Links
from bot.slack.drawing import words
from bot.slack.drawing.actors import who
from bot.slack.kit import blocks, mrkdwn, names
from bot.slack.kit.blocks import Block, Message
from bot.slack.kit.verbs import example
from provisioning.people.join_links import LISTED, LinkSheet
from storage.records.group import Group

PASSING_ON = (
    "Whoever has it can ask to join: send it to the people you mean. Each who asks is shown where "
    "approvals are asked for, and comes in once somebody says yes."
)


def made(sheet: LinkSheet, links: Links) -> Message:
    """Return a link that was just made, with its code where Slack can fetch the picture."""
    title = f"A join link to {mrkdwn.plain(sheet.group, 64)}"
    address = links.join(sheet.token)
    shown: list[Block] = [
        blocks.section(f"{words.ELSEWHERE} *{title}*\n{mrkdwn.link(address, address)}"),
        blocks.context(about(sheet)),
    ]
    picture = links.join_picture(sheet.token)
    if picture is not None:
        shown.append(blocks.image(picture, f"QR code of the join link to {sheet.group}"))
    shown += [blocks.actions(_revoke(sheet)), blocks.context(PASSING_ON)]
    return Message(text=title, blocks=shown)


def about(sheet: LinkSheet) -> str:
    """Return whom a link is for, and how many came."""
    parts = [
        f"{sheet.joined} of {sheet.room} joined",
        f"{sheet.waiting} waiting" if sheet.waiting else "",
        f"until {mrkdwn.moment(sheet.expires_at)}",
        f"for {mrkdwn.plain(sheet.app, 80)}" if sheet.app else "",
        f"only {', '.join(f'@{mrkdwn.plain(one, 254)}' for one in sheet.domains)}"
        if sheet.domains
        else "",
        f"made by {who(sheet.made_by)}",
    ]
    return " · ".join(part for part in parts if part)


def listed(sheets: Sequence[LinkSheet], links: Links, group: Group | None) -> Message:
    """Return the links that hold, each with the button that ends it."""
    inside = f" to {mrkdwn.plain(group.name, 64)}" if group is not None else ""
    if not sheets:
        slug = group.slug if group is not None else "QA"
        return _section(
            f"No join link{inside} holds. People without Slack get builds by one: "
            f"{example(f'invite {slug}')}"
        )
    shown: list[Block] = [blocks.section(f"*Join links{inside}*")]
    for sheet in sheets:
        address = links.join(sheet.token)
        text = f"*{mrkdwn.plain(sheet.group, 64) or 'A group that was deleted'}*\n"
        text += f"{mrkdwn.link(address, address)}\n{about(sheet)}"
        shown.append(blocks.section(text, accessory=_revoke(sheet)))
    if len(sheets) == LISTED:
        shown.append(blocks.context(f"The newest {LISTED}. Others: {example('invite list QA')}"))
    if any(sheet.waiting for sheet in sheets):
        shown.append(blocks.context(f"Who waits: {example('invite waiting')}"))
    return Message(text=f"Join links: {len(sheets)}", blocks=shown)


def revoked(sheet: LinkSheet) -> Message:
    """Return that nobody else joins by a link."""
    group = mrkdwn.plain(sheet.group, 64) or "a group that was deleted"
    waits = f" {words.people(sheet.waiting)} who asked before still wait." if sheet.waiting else ""
    return _section(
        f"{words.DONE} Nobody else can ask by this join link to *{group}*. Whoever joined stays."
        f"{waits}"
    )


def _revoke(sheet: LinkSheet) -> Block:
    sure = blocks.confirm(
        "Revoke this join link?",
        "Nobody else can ask by it. Whoever joined stays, and whoever waits goes on waiting.",
        "Revoke",
        style="danger",
    )
    value = names.value_of(sheet.id)
    return blocks.button("Revoke", names.INVITE_REVOKE, value, style="danger", confirm=sure)


def no_group() -> Message:
    return _section(
        "People without Slack join a group, and there is none yet. Make one: "
        f"{example('groups create QA')}"
    )


def _section(text: str) -> Message:
    return Message(text=text, blocks=(blocks.section(text),))
