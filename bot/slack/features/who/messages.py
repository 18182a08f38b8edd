"""What people read of who has a release: the list, the reminder, and how a nudge went."""

from collections.abc import Sequence
from typing import Final

from bot.slack.drawing import words
from bot.slack.drawing.actors import who
from bot.slack.drawing.releases import cannot_install, state_of
from bot.slack.drawing.titles import title, title_of
from bot.slack.kit import blocks, mrkdwn, names
from bot.slack.kit.blocks import Block, Message
from bot.slack.kit.lists import row
from bot.slack.kit.verbs import example
from provisioning.following.holders import Having, HolderList, HoldingPerson
from provisioning.following.nudge_cards import NudgeCard, NudgeWordCard
from provisioning.releases.cards import ReleaseLine
from storage.records.nudge import NudgeState

#: So much room have the names of one state, and so many are said with a reason.
NAMES: Final = 700
REASONED: Final = 8

#: What each state is called, the furthest first.
TITLES: Final[dict[Having, str]] = {
    Having.HAS: "Have all of it",
    Having.BEGAN: "Began to fetch it",
    Having.OPENED: "Opened the install page",
    Having.TOLD: "Were told, and did nothing yet",
    Having.WAITING: "Are being told",
    Having.HELD: "Wait for their phone",
    Having.ON_PAGE: "Have no Slack, and see it on their page",
    Having.UNREACHABLE: "Could not be told",
    Having.SILENT: "May install it, and nobody told them",
    Having.LOST: "Lost it",
    Having.NEVER: "Were never given it",
}
STUCK: Final = "Cannot install it"
ELSEWHERE: Final = (
    "This build lies elsewhere: Slipway sees who opened the page, and not what was fetched there."
)
#: After whom those come who cannot install it.
_STUCK_AFTER: Final = Having.TOLD


def told(release: ReleaseLine, found: HolderList, due: int) -> Message:
    """Return who has a release, by how far they are; *due* would be reminded now."""
    head = headline(release, found.group)
    if not found.count:
        return _nobody(release, found, head)
    shown: list[Block] = [blocks.section(f"{head}\n{figures(found)}")]
    for having in TITLES:
        if count := found.how_many(having):
            shown.append(blocks.section(_of_state(TITLES[having], found.those(having), count)))
        if having is _STUCK_AFTER and found.stuck:
            shown.append(blocks.section(_of_state(STUCK, found.those_stuck(), found.stuck)))
    if found.is_elsewhere:
        shown.append(blocks.context(ELSEWHERE))
    if found.shortfall:
        shown.append(blocks.context(f"{words.WARNING} {mrkdwn.sentence(found.shortfall)}"))
    return Message(
        text=f"Who has {title(release)}: {found.count}",
        blocks=[*shown, blocks.actions(*buttons(found.release_id, found.group_id, due))],
    )


def headline(release: ReleaseLine, group: str) -> str:
    """Return of what release it is told, and of which group."""
    inside = f" in *{mrkdwn.plain(group, 64)}*" if group else ""
    which = f"release {release.number} · {state_of(release)}"
    return f"*Who has {title(release)}*{inside} · {which}"


def figures(found: HolderList) -> str:
    """Return how many are how far, in one line."""
    said = [
        f"1 {one}" if count == 1 else f"{count} {several}"
        for having, one, several in _IN_SHORT
        if (count := found.how_many(having))
    ]
    if found.stuck:
        said.append(f"{found.stuck} cannot install it")
    return f"{words.people(found.count)}: {', '.join(said)}."


def word_for(one: HoldingPerson) -> str:
    """Return how far one person is, as it stands after their name."""
    if one.cannot is not None:
        return "cannot install it"
    return next(word for having, word, _ in _IN_SHORT if having is one.having)


def buttons(release_id: str, group_id: str, due: int) -> list[Block]:
    """Return what can be done about it."""
    value = names.value_of(release_id, group_id)
    found = [blocks.button("Show all", names.WHO, value)]
    if due:
        label = "Nudge 1 who has not" if due == 1 else f"Nudge {due} who have not"
        found.insert(0, blocks.button(f"{label}…", names.NUDGE, value, style="primary"))
    return found


def reasoned(one: HoldingPerson) -> str:
    """Return why somebody does not have it, empty where the state says it."""
    why = one.cannot.sentence if one.cannot is not None else one.reason
    if one.having is Having.LOST or not why:
        return "" if one.facts.active else "their account is deactivated"
    return why


def _of_state(title: str, those: Sequence[HoldingPerson], count: int) -> str:
    """Return the first of those who are so far, of whom there are so many."""
    head = f"*{title}* ({count})"
    if not any(map(reasoned, those)):
        return f"{head}\n{row([mrkdwn.plain(one.name, 80) for one in those], NAMES, count=count)}"
    lines = [
        f"• {mrkdwn.plain(one.name, 80)}{f': {mrkdwn.sentence(why, 150)}' if why else ''}"
        for one in those[:REASONED]
        for why in [reasoned(one)]
    ]
    if count > REASONED:
        lines.append(f"… and {count - REASONED} more")
    return "\n".join([head, *lines])


def _nobody(release: ReleaseLine, found: HolderList, head: str) -> Message:
    inside = f" in {mrkdwn.plain(found.group, 64)}" if found.group else ""
    hint = example(f"distribute {release.app_name}")
    text = f"Nobody{inside} was given it yet. Give it to people: {hint}"
    return Message(text="Nobody has it yet", blocks=[blocks.section(f"{head}\n{text}")])


def reminder(card: NudgeWordCard, link: str) -> Message:
    """Return what somebody reads who is reminded, with the link that is theirs alone."""
    about = title_of(card)
    text = f"{words.REMINDED} {reminder_text(who(card.by), about)}"
    mute = blocks.button("Don't remind me of this app", names.MUTE, names.value_of(card.app_id))
    return Message(
        text=f"{about} waits for you",
        blocks=(
            blocks.section(text),
            blocks.actions(
                blocks.button("Install", names.INSTALL, url=link, style="primary"),
                cannot_install(card.release_id),
                mute,
            ),
            blocks.context("This link is for you alone: please do not pass it on."),
        ),
    )


def reminder_text(by: str, about: str) -> str:
    """Return the sentence of a reminder; *by* and *about*, a title, are finished mrkdwn."""
    return f"{by} reminds you of *{about}*: you have not installed it yet."


def log(card: NudgeCard) -> Message:
    """Return the line in the thread of a card about one nudge."""
    inside = f" in {mrkdwn.plain(card.group, 64)}" if card.group else ""
    said = [
        f"{card.told} told" if card.told else "",
        f"{card.waiting} being told" if card.waiting else "",
        f"{card.spared} did not need it any more" if card.spared else "",
        f"{card.unreached} could not be told" if card.unreached else "",
    ]
    went = ", ".join(part for part in said if part)
    line = (
        f"{words.REMINDED} {who(card.by)} reminded {words.people(card.people)}{inside} who had not "
        f"installed *{title_of(card)}*: {went}."
    )
    broke = f"\n{words.ALARM} It broke off: {mrkdwn.sentence(card.reason)}" if card.reason else ""
    return _section(f"{line}{broke}")


def is_short(card: NudgeCard) -> bool:
    """Return whether somebody was not reminded who should be."""
    return bool(card.unreached or card.state is NudgeState.FAILED)


def shortfall(card: NudgeCard) -> Message:
    """Return, for whoever asked for a nudge, who was not reminded, and why."""
    about = title_of(card)
    if not is_short(card):
        return _section(f"{words.DONE} Everybody was reminded of *{about}* who was to be.")
    lines = [f"{words.WARNING} Not everybody could be reminded of *{about}*:"]
    lines += [
        f"• *{mrkdwn.plain(one.name, 80)}*: {mrkdwn.sentence(one.reason, 200)}"
        for one in card.missed
    ]
    if card.unreached > len(card.missed):
        lines.append(f"… and {card.unreached - len(card.missed)} more")
    if card.reason:
        lines.append(f"• It broke off: {mrkdwn.sentence(card.reason)}")
    again = blocks.button("Try again", names.NUDGE_AGAIN, names.value_of(card.nudge_id))
    pieces = mrkdwn.pieces("\n".join(lines), blocks.SECTION_TEXT)
    return Message(
        text=f"Not everybody could be reminded of {about}",
        blocks=(*map(blocks.section, pieces), blocks.actions(again)),
    )


def _section(text: str) -> Message:
    return Message(text=text, blocks=(blocks.section(text),))


#: What is said of one and of several.
_IN_SHORT: Final = (
    (Having.HAS, "has it", "have it"),
    (Having.BEGAN, "began to fetch it", "began to fetch it"),
    (Having.OPENED, "opened it", "opened it"),
    (Having.TOLD, "was told only", "were told only"),
    (Having.WAITING, "is being told", "are being told"),
    (Having.HELD, "waits for their phone", "wait for their phones"),
    (Having.ON_PAGE, "sees it on their page", "see it on their pages"),
    (Having.UNREACHABLE, "could not be told", "could not be told"),
    (Having.SILENT, "got it without a word", "got it without a word"),
    (Having.LOST, "lost it", "lost it"),
    (Having.NEVER, "never got it", "never got it"),
)
