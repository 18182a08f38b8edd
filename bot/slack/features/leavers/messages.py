"""What those who manage read of people who left, or came back."""

from collections.abc import Sequence
from typing import Final

from bot.slack.drawing import words
from bot.slack.drawing.actors import who
from bot.slack.kit import blocks, mrkdwn, names
from bot.slack.kit.blocks import Block, Message
from bot.slack.kit.lists import row, rows
from bot.slack.kit.verbs import example
from provisioning.leaving.sheets import DepartureSheet, NoticeSheet
from storage.records.departure import DepartureKind, NoticeKind

GONE: Final = ":bust_in_silhouette:"
NOBODY: Final = (
    "Nobody left in the last 30 days who had something here. When somebody's Slack account is "
    "deactivated, what they had is taken from them, and those who manage get a message."
)
#: So many people have a button of their own.
WITH_BUTTONS: Final = 10


def notice(sheet: NoticeSheet) -> Message:
    """Return the one message about people who left, or came back, at about the same time."""
    people = sheet.people
    if len(people) == 1:
        return _one(sheet, people[0])
    said = "are back" if sheet.kind is NoticeKind.BACK else "left, or may do less"
    text = f"{_sign(sheet.kind)} *{words.people(len(people))}* {said}."
    lines = [_line(one) for one in people]
    open_ = [one for one in people if one.can_be_restored]
    shown: list[Block] = [blocks.section(text), *rows(lines)]
    devices = sum(len(one.devices) for one in open_)
    if devices and sheet.kind is NoticeKind.GONE:
        shown.append(blocks.context(_hand_over(devices)))
    if open_:
        label = f"{_verb(sheet.kind)} ({len(open_)})…"
        value = names.value_of("notice", sheet.id)
        shown.append(blocks.actions(blocks.button(label, names.LEAVERS_RESTORE, value)))
    return Message(text=mrkdwn.unescaped(text), blocks=shown)


def recent(people: Sequence[DepartureSheet]) -> Message:
    """Return who left lately, each with the button that gives back."""
    if not people:
        return Message(text="Nobody left", blocks=[blocks.section(NOBODY)])
    shown: list[Block] = [blocks.section(f"*Who left in the last 30 days*: {len(people)}")]
    for one in people[:WITH_BUTTONS]:
        shown.append(blocks.section(_line(one)))
        shown += _buttons(one, NoticeKind.GONE)
    if len(people) > WITH_BUTTONS:
        shown += rows([_line(one) for one in people[WITH_BUTTONS:]])
    return Message(text=f"Who left: {len(people)}", blocks=shown)


def restored(
    people: Sequence[DepartureSheet],
    gone_groups: Sequence[str],
    left_roles: Sequence[str],
    refused: Sequence[str],
) -> Message:
    """Return what whoever gave something back reads at once."""
    shown = row([mrkdwn.plain(one.name, 60) for one in people])
    have = "has" if len(people) == 1 else "have"
    first = (
        f"{words.DONE} {shown} {have} again what was taken. Old links stay dead: new ones are on "
        "their Home tab, and below each announcement."
    )
    lines = [first]
    if gone_groups:
        lines.append(f"Deleted meanwhile: {row([mrkdwn.plain(one, 64) for one in gone_groups])}.")
    if left_roles:
        lines.append(
            f"Not given back: the role {row(sorted(set(left_roles)))}. An admin can give it: "
            f"{example('roles give manager @somebody')}"
        )
    lines += [f"{words.WARNING} {mrkdwn.sentence(one, 300)}" for one in refused[:10]]
    return _said("\n".join(lines))


def going(name: str) -> Message:
    """Return what whoever lets somebody go reads at once."""
    return _said(
        f"{words.READING} {mrkdwn.plain(name, 80)} is let go. You read in a moment what was taken, "
        "with *Undo* below it."
    )


def _one(sheet: NoticeSheet, one: DepartureSheet) -> Message:
    text = f"{_sign(sheet.kind)} {_headline(one, sheet.kind)}"
    details = _details(one)
    shown: list[Block] = [blocks.section("\n".join([text, *(f"• {part}" for part in details)]))]
    if one.devices and sheet.kind is NoticeKind.GONE and not one.restored_by:
        shown.append(blocks.context(_hand_over(len(one.devices))))
    shown += _buttons(one, sheet.kind)
    return Message(text=mrkdwn.unescaped(text), blocks=shown)


def _headline(one: DepartureSheet, kind: NoticeKind) -> str:
    name = f"*{mrkdwn.plain(one.name, 80)}*"
    if one.restored_by and one.restored_at:
        return f"{name}: {who(one.restored_by)} gave back what was taken."
    if kind is NoticeKind.BACK:
        left = mrkdwn.moment(one.at, "{date_short_pretty}")
        return f"{name} is back. This was taken {left}, and nothing of it was given back:"
    if one.back_at is not None:
        return f"{name} left, and is back {mrkdwn.moment(one.back_at)}. Taken meanwhile:"
    if one.kind is DepartureKind.GUEST:
        return f"{name} is a guest of this workspace now, and keeps what testers have."
    if one.kind is DepartureKind.LET_GO:
        return f"{who(one.by)} let {name} go, who is a guest."
    return f"{name} left: the Slack account is deactivated."


def _line(one: DepartureSheet) -> str:
    name = f"*{mrkdwn.plain(one.name, 60)}*"
    if one.restored_by:
        return f"{name}: {who(one.restored_by)} gave it back"
    first = "a guest now; " if one.kind is DepartureKind.GUEST else ""
    back = "back again; " if one.back_at is not None else ""
    return f"{name}: {back}{first}{'; '.join(_details(one)) or 'nothing was left to take'}"


def _details(one: DepartureSheet) -> list[str]:
    """Return what was taken, in parts that stand alone or side by side."""
    if one.restored_by:
        return []
    parts = [
        f"out of {row([mrkdwn.plain(name, 64) for name in one.groups])}" if one.groups else "",
        _links(one),
        _devices(one),
        _requests(one.requests),
        f"no longer {row(list(one.roles))}" if one.roles else "",
        f"keeps the role {row(list(one.kept_roles))}: without its last holder everybody could "
        "bring builds in"
        if one.kept_roles
        else "",
        "named in SLIPWAY_ADMINS: take them out there" if one.is_admin_by_setting else "",
        f"keeps {row([mrkdwn.plain(part, 64) for part in one.keeps])}" if one.keeps else "",
        f"{words.ALARM} it broke off: {mrkdwn.sentence(one.broke_off, 300)}"
        if one.broke_off
        else "",
    ]
    return [part for part in parts if part]


def _links(one: DepartureSheet) -> str:
    if not one.releases and not one.links:
        return ""
    what = "1 release" if one.releases == 1 else f"{one.releases} releases"
    dead = "1 link leads" if one.links == 1 else f"{one.links} links lead"
    return f"{what} taken back, {dead} nowhere any more"


def _devices(one: DepartureSheet) -> str:
    if not one.devices:
        return ""
    what = "device" if len(one.devices) == 1 else "devices"
    return f"{what} to hand over: {row([mrkdwn.plain(name, 80) for name in one.devices])}"


def _requests(count: int) -> str:
    if not count:
        return ""
    what = "1 device that waited" if count == 1 else f"{count} devices that waited"
    return f"{what} for approval: not approved"


def _hand_over(count: int) -> str:
    what = "The device keeps its place" if count == 1 else "The devices keep their places"
    over, off = example("devices hand over NAME to @somebody"), example("devices disable NAME")
    return f"{what} at Apple. {over} or {off}; {example('devices all')} shows what is left."


def _buttons(one: DepartureSheet, kind: NoticeKind) -> list[Block]:
    shown: list[Block] = []
    if one.can_be_restored:
        sure = blocks.confirm(
            f"Give it back to {mrkdwn.cut(one.name, 60)}?",
            "Groups, releases, devices and requests as they were; roles where you may give them. "
            "Old links stay dead.",
            _verb(kind),
        )
        value = names.value_of("one", one.id)
        shown.append(blocks.button(_verb(kind), names.LEAVERS_RESTORE, value, confirm=sure))
    if one.can_be_let_go and not one.restored_by and one.back_at is None:
        sure = blocks.confirm(
            f"Let {mrkdwn.cut(one.name, 60)} go?",
            "Groups, releases and links are taken from them, and their devices are to be handed "
            "over. You can undo it.",
            "Let go",
            style="danger",
        )
        value = names.value_of(one.id)
        shown.append(blocks.button("Let go…", names.LEAVERS_LET_GO, value, confirm=sure))
    return [blocks.actions(*shown)] if shown else []


def _verb(kind: NoticeKind) -> str:
    return "Give back" if kind is NoticeKind.BACK else "Undo"


def _sign(kind: NoticeKind) -> str:
    return words.BACK if kind is NoticeKind.BACK else GONE


def _said(text: str) -> Message:
    return Message(text=mrkdwn.unescaped(text), blocks=[blocks.section(text)])
