"""What people read about groups."""

from collections.abc import Sequence

from bot.slack import blocks, mrkdwn, names
from bot.slack.blocks import Block, Message
from bot.slack.verbs import example
from provisioning.groups import GroupSheet
from storage.records.group import Group

NO_GROUPS = (
    "There is no group yet. A group holds people and Slack user groups, and the channels that hear "
    f"of its releases. Make one: {example('groups create QA')}"
)


def listed(sheets: Sequence[GroupSheet]) -> Message:
    """Return every group in a line."""
    create = blocks.actions(
        blocks.button("Create group", names.GROUP_CREATE, names.value_of("new"))
    )
    if not sheets:
        return Message(text="No groups yet", blocks=[blocks.section(NO_GROUPS), create])
    rows = "\n".join(f"• {_line(sheet)}" for sheet in sheets)
    return Message(
        text=f"Groups: {len(sheets)}",
        blocks=[
            blocks.section("*Groups*"),
            *(blocks.section(piece) for piece in mrkdwn.pieces(rows, blocks.SECTION_TEXT)[:20]),
            create,
            blocks.context(f"One in full: {example(f'groups show {sheets[0].slug}')}"),
        ],
    )


def _line(sheet: GroupSheet) -> str:
    people = "1 person" if sheet.reach == 1 else f"{sheet.reach} people"
    channels = ", ".join(mrkdwn.channel(channel.id) for channel in sheet.channels)
    heard = f" · heard in {channels}" if channels else " · no channel"
    return f"`{sheet.slug}` *{mrkdwn.plain(sheet.name, 64)}* · {people}{heard}"


def full(sheet: GroupSheet, said: str = "") -> Message:
    """Return all of a group; *said* is what was just changed."""
    shown: list[Block] = [blocks.section(said)] if said else []
    shown += [
        blocks.section(f"*{mrkdwn.plain(sheet.name, 64)}* · `{sheet.slug}`"),
        blocks.section(f"*People*\n{_people(sheet)}"),
        blocks.section(f"*Channels*\n{_channels(sheet)}"),
        blocks.actions(
            blocks.button(
                "Delete group",
                names.GROUP_DELETE,
                names.value_of(sheet.id),
                style="danger",
                confirm=blocks.confirm(
                    f"Delete {sheet.name}?",
                    f"{sheet.reach} people will not get new releases through it. "
                    "What they already have stays theirs.",
                    "Delete group",
                    style="danger",
                ),
            )
        ),
    ]
    return Message(text=said or f"Group {sheet.name}", blocks=shown)


def _people(sheet: GroupSheet) -> str:
    rows = [
        mrkdwn.person(one.slack_id) if one.slack_id else mrkdwn.plain(one.name, 80)
        for one in sheet.people[:60]
    ]
    for usergroup in sheet.usergroups:
        size = (
            "Slack does not say who" if usergroup.members is None else f"{usergroup.members} people"
        )
        rows.append(f"@{mrkdwn.plain(usergroup.handle or usergroup.id, 80)} ({size})")
    if not rows:
        return f"Nobody yet: {example(f'groups add {sheet.slug} @somebody')}"
    rest = len(sheet.people) - 60
    more = f" and {rest} more" if rest > 0 else ""
    return f"{', '.join(rows)}{more}\n{sheet.reach} people in all"


def _channels(sheet: GroupSheet) -> str:
    if not sheet.channels:
        return f"None yet: {example(f'groups connect {sheet.slug} #channel')}"
    return "\n".join(
        f"• {mrkdwn.channel(channel.id)}"
        + (f" :warning: {mrkdwn.plain(channel.broken, 200)}" if channel.broken else "")
        for channel in sheet.channels
    )


def deleted(group: Group) -> Message:
    text = f"Deleted the group {mrkdwn.plain(group.name, 64)}."
    again = example(f'groups create "{group.name}"')
    return Message(
        text=text, blocks=[blocks.section(text), blocks.context(f"It can be made anew: {again}")]
    )
