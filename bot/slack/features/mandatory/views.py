"""The forms that ask where, from when and on which terms, and what they remember."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from bot.slack.drawing import mandatory, words
from bot.slack.drawing.releases import option
from bot.slack.drawing.titles import headline, title_of
from bot.slack.kit import blocks, mrkdwn, names
from bot.slack.kit.blocks import Block, Form
from bot.slack.kit.lists import MANY_NAMES, row
from bot.slack.kit.payloads import Outdated, Submission
from provisioning.distributing.mandate_order import LONGEST_VERSION, LONGEST_WHY, MandatePlan
from provisioning.errors import Unclear
from provisioning.releases.cards import ReleaseCard, ReleaseLine
from provisioning.releases.policy import GRACE, MandatoryTerms

VERSION: Final = 1
#: The private metadata of a form holds this many characters.
MEMORY: Final = 3000
SET, LIFT = "set", "lift"
GRACES: Final = tuple(timedelta(hours=hours) for hours in (24, 0, 4, 8, 48, 72, 168))


@dataclass(frozen=True, slots=True, kw_only=True)
class MandatoryWish:
    """What a person wants: everywhere when no group is named, at once without `since`."""

    release_id: str
    group_ids: tuple[str, ...] = ()
    since: datetime | None = None
    grace: timedelta = GRACE
    below: str = ""
    lifts: bool = False
    because: str = ""
    seen: str | None = None
    zone_unknown: bool = False

    def packed(self) -> str:
        """Return it as a form remembers it. Raise Unclear, field `groups`, for too many."""
        kept = json.dumps(
            {
                "v": VERSION,
                "release": self.release_id,
                "groups": self.group_ids,
                "since": self.since.isoformat() if self.since else None,
                "grace": int(self.grace.total_seconds()),
                "below": self.below,
                "lifts": self.lifts,
                "because": self.because,
                "seen": self.seen,
                "zone_unknown": self.zone_unknown,
            },
            ensure_ascii=False,
        )
        if len(kept) > MEMORY:
            raise Unclear("These are too many groups for one form. Choose fewer.", field="groups")
        return kept


def wish_in(private_metadata: str) -> MandatoryWish:
    """Return what a form remembers. Raise Outdated for a form of an earlier version."""
    try:
        kept = json.loads(private_metadata)
        if kept["v"] == VERSION:
            return MandatoryWish(
                release_id=str(kept["release"]),
                group_ids=tuple(map(str, kept["groups"])),
                since=datetime.fromisoformat(kept["since"]) if kept["since"] else None,
                grace=timedelta(seconds=int(kept["grace"])),
                below=str(kept["below"]),
                lifts=bool(kept["lifts"]),
                because=str(kept["because"]),
                seen=kept["seen"],
                zone_unknown=bool(kept["zone_unknown"]),
            )
    except (ValueError, KeyError, TypeError, AttributeError):
        pass
    raise Outdated


def entered(sent: Submission) -> MandatoryWish:
    """Return what was filled in in the form. Raise Outdated."""
    grace = sent.entered(names.MANDATORY_GRACE)
    return replace(
        wish_in(sent.private_metadata),
        group_ids=sent.chosen(names.MANDATORY_GROUPS),
        since=sent.moment(names.MANDATORY_FROM),
        grace=timedelta(seconds=int(grace)) if grace.isdecimal() else GRACE,
        below=sent.entered(names.MANDATORY_BELOW),
        lifts=sent.entered(names.MANDATORY_WHAT) == LIFT,
        because=sent.entered(names.MANDATORY_BECAUSE),
        zone_unknown=False,
    )


def pick(wish: MandatoryWish) -> Form:
    """Return the form that asks which release is meant."""
    choice = blocks.external_choice(
        names.MANDATORY_RELEASE, placeholder="Type an app or a version", several=False
    )
    return Form(
        callback_id=names.MANDATORY_PICK_FORM,
        title="Make it mandatory",
        submit="Continue",
        private_metadata=wish.packed(),
        blocks=[blocks.entry(names.MANDATORY_RELEASE, "Release", choice)],
    )


def options(lines: Sequence[ReleaseLine]) -> list[Block]:
    return [option(line) for line in lines]


def mandatory_form(card: ReleaseCard, wish: MandatoryWish) -> Form:
    """Return the form that asks where, from when and on which terms."""
    shown: list[Block] = [blocks.section(headline(card)), *mandatory.lines(card)]
    if card.mandatory:
        shown.append(_what(wish))
    if card.groups:
        choice = blocks.several_of(
            names.MANDATORY_GROUPS,
            [blocks.option(chip.name, chip.id) for chip in card.groups],
            wish.group_ids,
            placeholder="Everywhere that has it",
        )
        shown.append(blocks.entry(names.MANDATORY_GROUPS, "For groups", choice, optional=True))
    shown += [
        blocks.entry(
            names.MANDATORY_FROM,
            "From",
            blocks.date_time(names.MANDATORY_FROM, wish.since),
            hint="Leave it empty to begin now.",
            optional=True,
        ),
        blocks.entry(names.MANDATORY_GRACE, "Grace", _grace(wish.grace)),
        blocks.entry(
            names.MANDATORY_BELOW,
            "Only for versions below",
            blocks.text_field(
                names.MANDATORY_BELOW, wish.below, placeholder="4.2", longest=LONGEST_VERSION
            ),
            hint="Leave it empty to mean everybody who has an older release.",
            optional=True,
        ),
        blocks.entry(
            names.MANDATORY_BECAUSE,
            "Why",
            blocks.text_field(names.MANDATORY_BECAUSE, wish.because, longest=LONGEST_WHY),
            hint="It stands in the thread of the release.",
            optional=True,
        ),
    ]
    return Form(
        callback_id=names.MANDATORY_FORM,
        title="Mandatory",
        submit="Continue",
        private_metadata=MandatoryWish(release_id=card.release_id, seen=wish.seen).packed(),
        blocks=shown,
    )


def confirmation(
    card: ReleaseCard, wish: MandatoryWish, plan: MandatePlan, *, on_top: bool = False
) -> Form:
    """Return what is asked before it counts, with whom it concerns."""
    where = [mrkdwn.plain(name, 64) for name in plan.groups]
    if plan.singles:
        where.append(f"{words.people(plan.singles)} who have it by name")
    what = f"*{title_of(card)}*"
    named = row(where, MANY_NAMES // 2)
    if wish.lifts:
        lines = [f"{what} is not mandatory any more for {named}.", _have(plan)]
    else:
        lines = [
            f"{mandatory.MARK} {what} becomes mandatory for {named} {_terms(wish)}.",
            _have(plan),
            "Each of those without it is reminded when it begins and once before the grace ends."
            if plan.without
            else "",
            _UNKNOWN_ZONE if wish.zone_unknown else "",
        ]
    why = mrkdwn.plain(wish.because, LONGEST_WHY)
    return Form(
        callback_id=names.MANDATORY_CONFIRM_FORM,
        title="Please confirm",
        submit="Lift it" if wish.lifts else "Make it mandatory",
        close="Back" if on_top else "Cancel",
        private_metadata=replace(wish, seen=plan.seen).packed(),
        blocks=[
            blocks.section("\n".join(line for line in lines if line)),
            *([blocks.section(f"*Why*\n{why}")] if why else ()),
        ],
    )


def _have(plan: MandatePlan) -> str:
    if not plan.people:
        return "Nobody has it there at the moment."
    has = "has" if plan.having == 1 else "have"
    return (
        f"Of {words.people(plan.people)} there {plan.having} {has} fetched it or a newer one, and "
        f"{plan.without} {'has' if plan.without == 1 else 'have'} not."
    )


def _terms(wish: MandatoryWish) -> str:
    if wish.since is not None:
        terms = MandatoryTerms(since=wish.since, grace=wish.grace, below=wish.below)
        return mandatory.on_terms(terms)
    said = ["from now on"]
    said.append(f"{mandatory.length(wish.grace)} of grace" if wish.grace else "without a grace")
    said += [f"for versions below {mrkdwn.plain(wish.below, 60)}"] if wish.below else []
    return ", ".join(said)


def _what(wish: MandatoryWish) -> Block:
    choices = [
        blocks.option("Mandatory on these terms", SET),
        blocks.option("Not mandatory any more", LIFT, "The terms below say nothing then"),
    ]
    if wish.lifts:
        choices.reverse()
    return blocks.entry(
        names.MANDATORY_WHAT, "It is to be", blocks.one_of(names.MANDATORY_WHAT, choices)
    )


def _grace(wanted: timedelta) -> Block:
    known = dict.fromkeys((*GRACES, wanted))
    choices = {one: blocks.option(_in_words(one), _seconds(one)) for one in known}
    return blocks.choice(
        names.MANDATORY_GRACE,
        [choices[one] for one in sorted(choices)],
        placeholder="How long people have",
        initial=choices[wanted],
    )


def _in_words(grace: timedelta) -> str:
    return mandatory.length(grace) if grace else "None: at once"


def _seconds(grace: timedelta) -> str:
    return str(int(grace.total_seconds()))


_UNKNOWN_ZONE = (
    f"{words.WARNING} Slack did not say what your time zone is, so the time is one of UTC."
)
