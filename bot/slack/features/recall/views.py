"""The forms that ask what is taken back, from whom and why, and what they remember."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from bot.slack.drawing import words
from bot.slack.drawing.releases import option, stays
from bot.slack.drawing.titles import headline, title_of
from bot.slack.kit import blocks, mrkdwn, names
from bot.slack.kit.blocks import Block, Form
from bot.slack.kit.lists import MANY_NAMES, row
from bot.slack.kit.payloads import Outdated, Submission
from provisioning.actors import Identity, IdentityKind, slack
from provisioning.distributing.recall_order import LONGEST_REASON, RecallPlan
from provisioning.errors import Unclear
from provisioning.releases.cards import ReleaseCard, ReleaseLine

VERSION: Final = 1
#: The private metadata of a form holds this many characters.
MEMORY: Final = 3000


@dataclass(frozen=True, slots=True, kw_only=True)
class RecallWish:
    """What a person has filled in; from everybody when no group and no person is named."""

    release_id: str
    group_ids: tuple[str, ...] = ()
    people: tuple[Identity, ...] = ()
    because: str = ""

    @property
    def is_whole(self) -> bool:
        return not self.group_ids and not self.people

    def packed(self) -> str:
        """Return it as a form remembers it. Raise Unclear, field `targets`, for too many."""
        kept = json.dumps(
            {
                "v": VERSION,
                "release": self.release_id,
                "groups": self.group_ids,
                "people": [str(one) for one in self.people],
                "because": self.because,
            },
            ensure_ascii=False,
        )
        if len(kept) > MEMORY:
            raise Unclear(
                "These are too many for one form. Recall it from some of them first, or from "
                "everybody.",
                field="targets",
            )
        return kept


def wish_in(private_metadata: str) -> RecallWish:
    """Return what a form remembers. Raise Outdated for a form of an earlier version."""
    try:
        kept = json.loads(private_metadata)
        if kept["v"] == VERSION:
            return RecallWish(
                release_id=str(kept["release"]),
                group_ids=tuple(map(str, kept["groups"])),
                people=tuple(filter(None, map(Identity.read, kept["people"]))),
                because=str(kept["because"]),
            )
    except (ValueError, KeyError, TypeError, AttributeError):
        pass
    raise Outdated


def entered(sent: Submission) -> RecallWish:
    """Return what was filled in in the first form. Raise Outdated."""
    return replace(
        wish_in(sent.private_metadata),
        group_ids=sent.chosen(names.RECALL_GROUPS),
        people=tuple(map(slack, sent.chosen(names.RECALL_PEOPLE))),
        because=sent.entered(names.RECALL_BECAUSE),
    )


def pick(because: str = "") -> Form:
    """Return the form that asks which release is meant."""
    choice = blocks.external_choice(
        names.RECALL_RELEASE, placeholder="Type an app or a version", several=False
    )
    return Form(
        callback_id=names.RECALL_PICK_FORM,
        title="Recall a release",
        submit="Continue",
        private_metadata=RecallWish(release_id="", because=because).packed(),
        blocks=[blocks.entry(names.RECALL_RELEASE, "Release", choice)],
    )


def options(lines: Sequence[ReleaseLine]) -> list[Block]:
    return [option(line) for line in lines]


def recall(card: ReleaseCard, wish: RecallWish) -> Form:
    """Return the form that asks from whom, and why."""
    shown: list[Block] = [blocks.section(headline(card)), blocks.context(_has_it(card))]
    if card.groups:
        choice = blocks.several_of(
            names.RECALL_GROUPS,
            [blocks.option(chip.name, chip.id) for chip in card.groups],
            wish.group_ids,
            placeholder="Every group",
        )
        shown.append(blocks.entry(names.RECALL_GROUPS, "From groups", choice, optional=True))
    people = [one.value for one in wish.people if one.kind is IdentityKind.SLACK]
    shown += [
        blocks.entry(
            names.RECALL_PEOPLE,
            "From single people",
            blocks.people_choice(names.RECALL_PEOPLE, people, placeholder="Everybody"),
            hint="Leave both empty to recall it from everybody. That cannot be undone.",
            optional=True,
        ),
        blocks.entry(
            names.RECALL_BECAUSE,
            "Why",
            blocks.text_field(
                names.RECALL_BECAUSE,
                wish.because,
                placeholder="It loses what was typed when the phone is turned.",
                multiline=True,
                longest=LONGEST_REASON,
            ),
            hint="Those who had it read this.",
        ),
    ]
    return Form(
        callback_id=names.RECALL_FORM,
        title="Recall",
        submit="Continue",
        private_metadata=RecallWish(release_id=card.release_id).packed(),
        blocks=shown,
    )


def confirmation(
    card: ReleaseCard, wish: RecallWish, plan: RecallPlan, *, on_top: bool = False
) -> Form:
    """Return what is asked before a release is recalled, with whom it concerns."""
    first = f"{words.ALARM} *{title_of(card)}* is recalled from *{_whom(wish, plan)}*."
    lines = [
        first,
        f"{_lose(plan)} Their links stop at once.",
        _fetched(plan.fetched),
        f"{words.people(plan.keeping)} in these groups keep it by another one."
        if plan.keeping
        else "",
        f"*{mrkdwn.plain(plan.instead, 80)}* is current again there." if plan.instead else "",
        stays(card.build),
        "This cannot be undone: to bring it back, post the build again." if wish.is_whole else "",
        f"{words.WARNING} {mrkdwn.sentence(plan.shortfall)}" if plan.shortfall else "",
    ]
    return Form(
        callback_id=names.RECALL_CONFIRM_FORM,
        title="Please confirm",
        submit="Recall",
        close="Back" if on_top else "Cancel",
        private_metadata=wish.packed(),
        blocks=[
            blocks.section("\n".join(line for line in lines if line)),
            blocks.section(f"*Why*\n{mrkdwn.plain(wish.because, LONGEST_REASON)}"),
        ],
    )


def _whom(wish: RecallWish, plan: RecallPlan) -> str:
    if wish.is_whole:
        return "everybody"
    where = [mrkdwn.plain(name, 64) for name in plan.groups]
    if wish.people:
        where.append(f"{words.people(len(wish.people))} chosen by name")
    return row(where, MANY_NAMES // 2)


def _lose(plan: RecallPlan) -> str:
    if not plan.people:
        return "Nobody has it at the moment."
    return "1 person loses it." if plan.people == 1 else f"{plan.people} people lose it."


def _fetched(count: int) -> str:
    if not count:
        return "Nobody has begun to fetch it, so that nobody gets a message."
    has = "1 has" if count == 1 else f"{count} have"
    each = "and reads" if count == 1 else "and each reads"
    return f"{has} begun to fetch it, {each} by direct message what to install instead."


def _has_it(card: ReleaseCard) -> str:
    return f"{words.people(card.people)} may install it."
