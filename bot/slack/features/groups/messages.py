"""What people read about groups."""

from collections.abc import Sequence
from typing import Protocol

from bot.slack.drawing import words
from bot.slack.drawing.titles import title
from bot.slack.kit import blocks, mrkdwn, names
from bot.slack.kit.blocks import Block, Message
from bot.slack.kit.lists import MANY_NAMES, row, rows
from bot.slack.kit.verbs import example
from provisioning.people.groups import GroupLine, GroupSheet
from provisioning.releases.titles import title_of_row
from storage.catalog.testers import TesterRow
from storage.records.group import Group

NO_GROUPS = (
    "There is no group yet. A group holds people and Slack user groups, and the channels that hear "
    f"of its releases. Make one: {example('groups create QA @somebody #qa')}"
)


class Named(Protocol):
    """Whatever has the name of a group."""

    @property
    def name(self) -> str: ...


def listed(lines: Sequence[GroupLine]) -> Message:
    """Return every group in a line."""
    create = blocks.actions(
        blocks.button("Create group…", names.GROUP_CREATE, names.value_of("new"))
    )
    if not lines:
        return Message(text="No groups yet", blocks=[blocks.section(NO_GROUPS), create])
    return Message(
        text=f"Groups: {len(lines)}",
        blocks=[
            blocks.section("*Groups*"),
            *rows([_line(line) for line in lines]),
            create,
            blocks.context(f"One in full: {example(f'groups show {lines[0].slug}')}"),
        ],
    )


def _line(line: GroupLine) -> str:
    channels = row([mrkdwn.channel(channel_id) for channel_id in line.channel_ids])
    heard = f" · heard in {channels}" if channels else " · no channel"
    return f"*{mrkdwn.plain(line.name, 64)}* · {words.people(line.reach)}{heard}"


def full(sheet: GroupSheet, said: str = "", approval: Sequence[Block] = ()) -> Message:
    """Return all of a group; *said* is what was just changed, *approval* what it needs."""
    name = mrkdwn.plain(sheet.name, 64)
    shown: list[Block] = [blocks.section(said)] if said else []
    shown += [
        blocks.section(f"*{name}* · {words.people(sheet.reach)}"),
        blocks.section(f"*People*\n{_people(sheet)}"),
        blocks.section(f"*Channels*\n{_channels(sheet)}"),
        *approval,
        *_current(sheet),
        blocks.context(_links(sheet)),
        blocks.actions(
            blocks.button("People…", names.GROUP_EDIT_PEOPLE, names.value_of(sheet.id)),
            blocks.button("Channels…", names.GROUP_EDIT_CHANNELS, names.value_of(sheet.id)),
            blocks.button("Rename…", names.GROUP_EDIT_NAME, names.value_of(sheet.id)),
            _delete(sheet),
        ),
    ]
    if sheet.slug != sheet.name.casefold():
        shown.append(blocks.context(f"In commands it may be called `{sheet.slug}`."))
    return Message(text=said or f"Group {name}", blocks=shown)


def _current(sheet: GroupSheet) -> tuple[Block, ...]:
    """Return what is current in a group, and whether somebody who joins gets it."""
    if not sheet.current:
        return ()
    named = [title(title_of_row(one)) for one in sheet.current]
    who = "Whoever joins gets it" if sheet.joiners_get else "Whoever joins gets nothing of it"
    return (blocks.section(f"*Current*\n{row(named)}"), blocks.context(f"{who}."))


def _links(sheet: GroupSheet) -> str:
    """Return which join links hold, or how people without Slack come into a group."""
    if not sheet.links:
        return f"For people without Slack, a join link: {example(f'invite {sheet.slug}')}"
    count = "1 join link holds" if sheet.links == 1 else f"{sheet.links} join links hold"
    return f"{count}: {example(f'invite list {sheet.slug}')}"


def about_joiners(group: Group) -> str:
    """Return how to say whether those who join get what is current."""
    now = "get what is current" if group.joiners_get else "get nothing of what is current"
    other = "off" if group.joiners_get else "on"
    change = example(f"groups joiners {group.slug} {other}")
    return f"People who join later {now}. To change it: {change}"


def joiners(*, get: bool, is_new: bool) -> str:
    """Return what was changed for those who join later."""
    so = "get what is current" if get else "get nothing but what is sent after they came"
    return f"People who join later {so}{'' if is_new else ', as before'}."


def _delete(sheet: GroupSheet) -> Block:
    verb = "does" if sheet.reach == 1 else "do"
    text = (
        f"{words.people(sheet.reach)} {verb} not get new releases through it any more. "
        "What they already have stays theirs."
        if sheet.reach
        else "Nobody is in it at the moment."
    )
    return blocks.button(
        "Delete group",
        names.GROUP_DELETE,
        names.value_of(sheet.id),
        style="danger",
        confirm=blocks.confirm(
            f"Delete {sheet.name}?",
            text,
            "Delete group",
            style="danger",
        ),
    )


def _people(sheet: GroupSheet) -> str:
    people = [
        mrkdwn.person(one.slack_id) if one.slack_id else _without_slack(one) for one in sheet.people
    ]
    usergroups: list[str] = []
    for usergroup in sheet.usergroups:
        size = (
            "Slack does not say who is in it"
            if usergroup.members is None
            else words.people(usergroup.members)
        )
        handle = mrkdwn.plain(usergroup.handle, 80)
        usergroups.append(f"{f'@{handle}' if handle else 'a user group'} ({size})")
    named = [*usergroups, *people]  # A user group stands for many: people are left out first.
    if not named:
        return f"Nobody yet: {example(f'groups add {sheet.slug} @somebody')}"
    return row(named, MANY_NAMES)


def _without_slack(one: TesterRow) -> str:
    """Return somebody with the address by which they are taken out again."""
    name = mrkdwn.plain(one.name, 80)
    return name if one.email in {None, one.name} else f"{name} ({mrkdwn.plain(one.email, 80)})"


def _channels(sheet: GroupSheet) -> str:
    if not sheet.channels:
        return f"None yet: {example(f'groups connect {sheet.slug} #channel')}"
    broken = [one for one in sheet.channels if one.broken]
    lines = [
        f"• {mrkdwn.channel(one.id)} :warning: {mrkdwn.sentence(one.broken, 200)}" for one in broken
    ]
    lines += [f"• {mrkdwn.channel(one.id)}" for one in sheet.channels if not one.broken]
    return row(lines, MANY_NAMES, separator="\n")


def joined(parts: Sequence[str]) -> str:
    """Return `a, b and c`."""
    return " and ".join(filter(None, [", ".join(parts[:-1]), *parts[-1:]]))


def counted(verb: str, people: int, usergroups: int) -> str:
    """Return `Added 2 people and 1 user group.`, empty when there was nothing."""
    user_groups = "1 user group" if usergroups == 1 else f"{usergroups} user groups"
    parts = [words.people(people)] if people else []
    parts += [user_groups] if usergroups else []
    return f"{verb} {joined(parts)}." if parts else ""


def removed(people: int, usergroups: int) -> str:
    """Return what was taken out of a group, and what goes with it; empty for nothing."""
    done = counted("Removed", people, usergroups)
    return f"{done} What they had by this group alone is theirs no more." if done else ""


def moved(new: Sequence[str], gone: Sequence[str]) -> str:
    """Return which channels were connected and disconnected, empty when none was."""
    lines = [
        f"{verb} {joined([mrkdwn.channel(channel_id) for channel_id in channels])}."
        for verb, channels in (("Connected", new), ("Disconnected", gone))
        if channels
    ]
    return " ".join(lines)


def absent(channel_ids: Sequence[str]) -> str:
    """Return what to do about channels that the app is not in."""
    where = joined([mrkdwn.channel(channel_id) for channel_id in channel_ids])
    return f"{words.WARNING} I am not in {where} yet: type `/invite @slipway` there."


def renamed(before: Named, after: Named) -> str:
    old, new = (mrkdwn.plain(name, 64) for name in (before.name, after.name))
    return f"*{old}* is called *{new}* now."


def deleted(group: Group) -> Message:
    name = mrkdwn.plain(group.name, 64)
    text = f"Deleted the group *{name}*. What its people were given stays theirs."
    return Message(text=f"Deleted the group {name}", blocks=[blocks.section(text)])
