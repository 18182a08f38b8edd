"""The forms about who has a release: everybody page by page, and what is asked before a nudge."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.slack.drawing import words
from bot.slack.drawing.titles import title
from bot.slack.features.who import messages
from bot.slack.kit import blocks, mrkdwn, names
from bot.slack.kit.blocks import Block, Form
from bot.slack.kit.lists import MANY_NAMES, row
from provisioning.following.holders import HolderList, HoldingPerson
from provisioning.following.nudge_order import NudgePlan, Spared, Sparing
from provisioning.releases.cards import ReleaseLine

#: So many people stand on a page: with their reasons they find room in a view.
PAGE: Final = 100
#: Room for the names of those who are left out for one reason.
LEFT_OUT: Final = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class NudgeForm:
    """What a form remembers: of what release and group, and whom somebody was shown."""

    release_id: str
    group_id: str
    fingerprint: str = ""

    def packed(self) -> str:
        return names.value_of(self.release_id, self.group_id, self.fingerprint)


def everyone(release: ReleaseLine, found: HolderList, due: int, page: int) -> Form:
    """Return a page of everybody, and how far each is."""
    pages = pages_of(found)
    lines = [_line(one) for one in found.people]
    shown: list[Block] = [
        blocks.section(
            f"{messages.headline(release, found.group)}\n{messages.figures(found)}"
            if found.count
            else f"{messages.headline(release, found.group)}\nNobody was given it yet."
        )
    ]
    shown += [
        blocks.section(piece)
        for piece in mrkdwn.pieces("\n".join(lines), blocks.SECTION_TEXT)
        if piece
    ]
    if found.is_elsewhere:
        shown.append(blocks.context(messages.ELSEWHERE))
    if found.shortfall:
        shown.append(blocks.context(f"{words.WARNING} {mrkdwn.sentence(found.shortfall)}"))
    if pages > 1:
        shown.append(blocks.context(f"Page {page + 1} of {pages}"))
    elements = [*_turning(found, page, pages), *_nudge(found, due)]
    if elements:
        shown.append(blocks.actions(*elements))
    return Form(callback_id=names.SHOWN, title="Who has it", close="Close", blocks=shown)


def pages_of(found: HolderList) -> int:
    """Return how many pages everybody takes."""
    return max((found.count + PAGE - 1) // PAGE, 1)


def _line(one: HoldingPerson) -> str:
    why = messages.reasoned(one)
    parts = [
        mrkdwn.sentence(why, 150) if why else "",
        f"last seen {mrkdwn.moment(one.seen_at)}" if one.seen_at else "",
        "said that it does not install" if one.complained else "",
    ]
    rest = "".join(f", {part}" for part in parts if part)
    return f"• *{mrkdwn.plain(one.name, 80)}*: {messages.word_for(one)}{rest}"


def _turning(found: HolderList, page: int, pages: int) -> list[Block]:
    """Return the buttons that turn the page."""

    def to(label: str, name: str, other: int) -> Block:
        value = names.value_of(found.release_id, found.group_id, str(other))
        return blocks.button(label, name, value)

    return [
        *([to("Back", names.WHO_BACK, page - 1)] if page else []),
        *([to("Next", names.WHO_NEXT, page + 1)] if page + 1 < pages else []),
    ]


def _nudge(found: HolderList, due: int) -> list[Block]:
    whole = messages.buttons(found.release_id, found.group_id, due)
    return [one for one in whole if one["action_id"] == names.NUDGE]


def preview(
    release: ReleaseLine, plan: NudgePlan, kept: NudgeForm, by: str, *, notice: str = ""
) -> Form:
    """Return exactly who would be reminded and how, and who is left out and why."""
    shown: list[Block] = [blocks.section(f"{words.WARNING} {notice}")] if notice else []
    shown += _due(plan, messages.reminder_text(by, title(release)))
    left = [_left_out(why, those) for why, those in plan.spared.items()]
    if left:
        shown.append(blocks.section("*Left out*\n" + "\n".join(left)))
    if plan.shortfall:
        shown.append(blocks.context(f"{words.WARNING} {mrkdwn.sentence(plan.shortfall)}"))
    return Form(
        callback_id=names.NUDGE_FORM,
        title="Remind people",
        submit=f"Remind {len(plan.due)}" if plan.due else None,
        close="Cancel" if plan.due else "Close",
        private_metadata=kept.packed(),
        blocks=shown,
    )


def _due(plan: NudgePlan, text: str) -> list[Block]:
    inside = f" in *{mrkdwn.plain(plan.group, 64)}*" if plan.group else ""
    if not plan.due:
        return [blocks.section(f"Nobody{inside} is to be reminded now.")]
    gets = "gets" if len(plan.due) == 1 else "get"
    named = row([mrkdwn.plain(one.name, 80) for one in plan.due], MANY_NAMES)
    return [
        blocks.section(
            f"*{words.people(len(plan.due))}*{inside} {gets} one direct message with a fresh link:"
            f"\n{named}"
        ),
        blocks.section(f"*It says*\n&gt; {text}"),
    ]


def _left_out(why: Sparing, those: Sequence[Spared]) -> str:
    named = row(
        [
            f"{mrkdwn.plain(one.name, 60)}"
            + (f" ({mrkdwn.sentence(one.why, 120)})" if one.why else "")
            for one in those
        ],
        LEFT_OUT,
    )
    return f"• {why.value[:1].upper()}{why.value[1:]} ({len(those)}): {named}"


def begun(people: int) -> Form:
    """Return what is said once a nudge was confirmed."""
    text = (
        f"{words.DONE} {words.people(people)} {'is' if people == 1 else 'are'} being reminded now. "
        "The release's thread says how it went; whoever cannot be told is named to you."
    )
    return Form(
        callback_id=names.SHOWN, title="Reminded", close="Close", blocks=[blocks.section(text)]
    )
