"""The forms that ask which group goes back to which release, and what they remember."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from bot.slack.drawing import verdicts, warnings, words
from bot.slack.drawing.approvals import before_asking, it_waits
from bot.slack.drawing.places import places
from bot.slack.drawing.titles import plain_title, title_of
from bot.slack.kit import blocks, mrkdwn, names
from bot.slack.kit.blocks import Block, Form
from bot.slack.kit.payloads import Outdated
from provisioning.distributing.earlier import EarlierRelease
from provisioning.distributing.order import Plan
from provisioning.distributing.recall_order import LONGEST_REASON
from provisioning.releases.cards import ReleaseCard
from provisioning.releases.downgrade import ANDROID, WINDOWS

VERSION: Final = 1
#: What a phone of such a platform says to an older version.
REFUSING: Final = {"android": ANDROID, "windows": WINDOWS}


@dataclass(frozen=True, slots=True, kw_only=True)
class RollbackWish:
    """
    What a person wants: a group back to a release, in place of the release `over`.

    Nothing is named by the form that asks for it.
    """

    group_id: str = ""
    release_id: str = ""
    over: str = ""
    because: str = ""
    notify: bool = True

    def packed(self) -> str:
        """Return it as a form remembers it."""
        return json.dumps(
            {
                "v": VERSION,
                "group": self.group_id,
                "release": self.release_id,
                "over": self.over,
                "because": self.because,
                "notify": self.notify,
            },
            ensure_ascii=False,
        )


def wish_in(private_metadata: str) -> RollbackWish:
    """Return what a form remembers. Raise Outdated for a form of an earlier version."""
    try:
        kept = json.loads(private_metadata)
        if kept["v"] == VERSION:
            return RollbackWish(
                group_id=str(kept["group"]),
                release_id=str(kept["release"]),
                over=str(kept["over"]),
                because=str(kept["because"]),
                notify=bool(kept["notify"]),
            )
    except (ValueError, KeyError, TypeError, AttributeError):
        pass
    raise Outdated


def which_group(wish: RollbackWish) -> Form:
    """Return the form that asks for the group."""
    choice = blocks.external_choice(
        names.ROLLBACK_GROUP, placeholder="Type the name of a group", several=False
    )
    return Form(
        callback_id=names.ROLLBACK_GROUP_FORM,
        title="Roll back",
        submit="Continue",
        private_metadata=wish.packed(),
        blocks=[blocks.entry(names.ROLLBACK_GROUP, "Which group goes back?", choice)],
    )


def which_release(found: Sequence[EarlierRelease], wish: RollbackWish) -> Form:
    """Return the form that asks which of the releases that groups had."""
    choice = blocks.choice(
        names.ROLLBACK_RELEASE, [_option(one) for one in found], placeholder="Back to …"
    )
    return Form(
        callback_id=names.ROLLBACK_FORM,
        title="Roll back",
        submit="Continue",
        private_metadata=wish.packed(),
        blocks=[blocks.entry(names.ROLLBACK_RELEASE, "Back to which release?", choice)],
    )


def _option(one: EarlierRelease) -> Block:
    label = plain_title(one, blocks.OPTION_TEXT)
    has = f", has {one.there} now" if one.there else ", has nothing of it now"
    return blocks.option(label, f"{one.group_id}:{one.release_id}", f"{one.group_name}{has}")


def confirmation(card: ReleaseCard, chosen: EarlierRelease, wish: RollbackWish, plan: Plan) -> Form:
    """Return what is asked before a group goes back, with whom it concerns."""
    wish = replace(
        wish,
        group_id=chosen.group_id,
        release_id=chosen.release_id,
        over=chosen.there_id if chosen.is_back else "",
    )
    group = mrkdwn.plain(chosen.group_name, 64)
    lines = [
        f"{words.BACK} *{group}* gets *{title_of(card)}* again as its current release.",
        _told(plan, wish),
        "What it replaces stays installable behind one more tap. Recall it to stop that."
        if chosen.there
        else "",
        _downgrade(chosen),
        f"{words.WARNING} {mrkdwn.sentence(plan.shortfall)}" if plan.shortfall else "",
    ]
    why = blocks.text_field(
        names.ROLLBACK_BECAUSE,
        wish.because,
        placeholder="2.5.0 loses what was typed when the phone is turned.",
        multiline=True,
        longest=LONGEST_REASON,
    )
    return Form(
        callback_id=names.ROLLBACK_CONFIRM_FORM,
        title="Please confirm",
        submit="Ask for approval" if plan.needs else "Roll back",
        private_metadata=replace(wish, because="").packed(),
        blocks=[
            *before_asking(plan.needs, 0),
            blocks.section("\n".join(line for line in lines if line)),
            *places(plan),
            *verdicts.count(plan.readiness),
            *warnings.warnings(card.build),
            blocks.entry(
                names.ROLLBACK_BECAUSE,
                "Why",
                why,
                hint="Everybody in the group reads this.",
                optional=True,
            ),
        ],
    )


def asked() -> Form:
    """Return what the form turns into when going back waits for an approval."""
    return Form(
        callback_id=names.SHOWN, title="Waits for approval", close="Close", blocks=[it_waits()]
    )


def _told(plan: Plan, wish: RollbackWish) -> str:
    if not plan.people:
        return "There is nobody to tell."
    if not wish.notify:
        return f"It is for {words.people(plan.people)}; nobody is told by message."
    verb = "is" if plan.people == 1 else "are"
    return f"{words.people(plan.people).capitalize()} {verb} told by direct message."


def _downgrade(chosen: EarlierRelease) -> str:
    if not chosen.is_back:
        return ""
    return REFUSING.get(chosen.platform, "")
