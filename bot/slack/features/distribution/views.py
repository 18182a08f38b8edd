"""The forms that ask who gets a release, and what they remember between their steps."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any

from bot.slack.drawing import notes, pending, siblings, verdicts, warnings, words
from bot.slack.drawing.actors import who
from bot.slack.drawing.approvals import before_asking, it_waits
from bot.slack.drawing.differences import differences
from bot.slack.drawing.places import beside, places
from bot.slack.drawing.releases import option
from bot.slack.drawing.siblings import label
from bot.slack.drawing.titles import headline, title_of
from bot.slack.drawing.ways import newer, phones
from bot.slack.features.distribution.noting.views import inputs
from bot.slack.kit import blocks, mrkdwn, names
from bot.slack.kit.blocks import Block, Form
from bot.slack.kit.lists import MANY_NAMES, row
from bot.slack.kit.payloads import Outdated, Submission, at
from provisioning.actors import Identity, IdentityKind, slack
from provisioning.distributing.order import Plan
from provisioning.distributing.pending_cards import PendingCard
from provisioning.distributing.recall_order import LONGEST_REASON
from provisioning.releases.cards import GroupChip, ReleaseCard, ReleaseLine, SiblingLine
from provisioning.releases.lifecycle import Standing

VERSION = 1
MANDATORY = "mandatory"
NOTIFY = "notify"
#: Before the id of a release for another platform that goes to the same people.
ALSO = "also-"
#: The private metadata of a form holds this many characters.
MEMORY = 3000


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """
    The private metadata of a form.

    `counted` is the choice whose people were counted for the person, empty before that: only a
    choice that was shown with its number is carried out. `wish` is what was wished, where the form
    does not ask for it again. Where `over` groups have a newer release, it is that one by their id.
    The notes of a release that `went` out before are for those alone who get it now.
    """

    release_id: str
    revision: int
    counted: str = ""
    wish: "Wish | None" = None
    over: Mapping[str, str] = field(default_factory=dict)
    went: bool = False

    def packed(self) -> str:
        kept: dict[str, object] = {
            "v": VERSION,
            "release": self.release_id,
            "rev": self.revision,
            "sum": self.counted,
            "over": dict(self.over),
            "went": self.went,
        }
        if self.wish is not None:
            kept["wish"] = {**self.wish.kept(), "notes": self.wish.notes}
        return json.dumps(kept, ensure_ascii=False)


def remembered(private_metadata: str) -> Remembered:
    """Raise Outdated for a form of an earlier version."""
    try:
        kept = json.loads(private_metadata)
        if kept["v"] == VERSION:
            return Remembered(
                release_id=str(kept["release"]),
                revision=int(kept["rev"]),
                counted=str(kept.get("sum") or ""),
                wish=_wish(kept["wish"]) if kept.get("wish") else None,
                over={str(k): str(v) for k, v in dict(kept.get("over") or {}).items()},
                went=bool(kept.get("went")),
            )
    except (ValueError, KeyError, TypeError, AttributeError):
        pass
    raise Outdated


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """
    What a person has filled in. `notes` is None where the form had no room to show them.

    `also` are the releases for other platforms that go to the same people, by id; None while nobody
    was asked, which means all that may. `together` says that it is to wait for those that are
    missing; `awaits` are their apps, by id, once somebody was asked.
    """

    group_ids: tuple[str, ...] = ()
    people: tuple[Identity, ...] = ()
    notes: str | None = None
    mandatory: bool = False
    notify: bool = True
    also: tuple[str, ...] | None = None
    together: bool = False
    awaits: tuple[str, ...] = ()

    def packed(self) -> str:
        """Return the wish, without its notes, as the form that asks for a release remembers it."""
        return json.dumps({"v": VERSION, **self.kept()})

    def kept(self) -> dict[str, object]:
        """Return the wish, without its notes, as JSON knows it."""
        return {
            "groups": self.group_ids,
            "people": [str(one) for one in self.people],
            "mandatory": self.mandatory,
            "notify": self.notify,
            "also": self.also,
            "together": self.together,
            "awaits": self.awaits,
        }

    @property
    def fingerprint(self) -> str:
        """Return what must not change between the count and the act."""
        chosen = [
            sorted(self.group_ids),
            sorted(map(str, self.people)),
            self.mandatory,
            self.notify,
            sorted(self.also or ()),
        ]
        return sha256(json.dumps(chosen).encode()).hexdigest()


def wished(private_metadata: str) -> Wish | None:
    """Return the wish that a form remembers, None without one. Raise Outdated."""
    if not private_metadata:
        return None
    try:
        kept = json.loads(private_metadata)
        if kept["v"] == VERSION:
            return _wish(kept)
    except (ValueError, KeyError, TypeError, AttributeError):
        pass
    raise Outdated


def _wish(kept: Mapping[str, Any]) -> Wish:
    return Wish(
        group_ids=tuple(map(str, kept["groups"])),
        people=tuple(filter(None, map(Identity.read, kept["people"]))),
        notes=kept.get("notes"),
        mandatory=bool(kept["mandatory"]),
        notify=bool(kept["notify"]),
        also=None if kept.get("also") is None else tuple(map(str, kept["also"])),
        together=bool(kept.get("together")),
        awaits=tuple(map(str, kept.get("awaits") or ())),
    )


def wish_of(sent: Submission) -> Wish:
    """Read what was filled in."""
    ticked = sent.chosen(names.OPTIONS)
    has_notes = at(sent.values, names.NOTES) is not None
    awaits = pending.awaited_in(ticked)
    return Wish(
        group_ids=sent.chosen(names.GROUPS),
        people=tuple(map(slack, sent.chosen(names.PEOPLE))),
        notes=sent.entered(names.NOTES) if has_notes else None,
        mandatory=MANDATORY in ticked,
        notify=NOTIFY in ticked,
        also=tuple(one.removeprefix(ALSO) for one in ticked if one.startswith(ALSO)),
        together=bool(awaits),
        awaits=awaits,
    )


def waiting_of(sent: Submission, wish: Wish) -> Wish:
    """Return a wish that was kept, with whether it waits as a confirmation asked that once more."""
    awaits = pending.awaited_in(sent.chosen(names.OPTIONS))
    return replace(wish, together=bool(awaits), awaits=awaits)


COUNTING = (
    ":hourglass_flowing_sand: Slack is still being asked who is in these groups. Press *Continue* "
    "again in a few seconds."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """
    A form's contents: what was wished, with the names of the groups.

    `offers` are the releases for other platforms that may go to the same people, and `awaited` the
    platforms whose release is missing and may be waited for.
    """

    wish: Wish
    groups: Sequence[GroupChip] = ()
    offers: Sequence[SiblingLine] = ()
    awaited: Sequence[SiblingLine] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Also:
    """A release for another platform that goes to the same people, and what that would do."""

    card: ReleaseCard
    plan: Plan


def distribute(card: ReleaseCard, filled: Filled, *, counting: bool = False) -> Form:
    """Return the form that asks who gets a release; *counting* while Slack says who that is."""
    kept = Remembered(release_id=card.release_id, revision=card.revision)
    note = (blocks.section(COUNTING),) if counting else ()
    return Form(
        callback_id=names.DISTRIBUTE_FORM,
        title="Distribute",
        submit="Continue",
        private_metadata=kept.packed(),
        blocks=(*_introduction(card), *note, *_inputs(card, filled)),
    )


def confirmation(
    card: ReleaseCard,
    filled: Filled,
    plan: Plan,
    *,
    instead: Plan | None = None,
    also: Sequence[Also] = (),
    on_top: bool = False,
) -> Form:
    """
    Return what is asked before a release goes out: the number of people, and every warning.

    *instead* is what it would do in the place of what is newer, where something is, and *also* what
    goes out with it for other platforms.

    It lies *on_top* of the form where there is one, which keeps what was entered. A wish that finds
    no room in its memory stays in inputs below the summary.
    """
    wish = filled.wish
    if wish.notes == card.notes:
        wish = replace(wish, notes=None)  # They stay as they are.
    kept = Remembered(
        release_id=card.release_id,
        revision=card.revision,
        counted=wish.fingerprint,
        wish=wish,
        over={place.group_id: place.there_id for place in beside(plan)},
        went=bool(card.sent),
    )
    below: tuple[Block, ...] = ()
    if len(kept.packed()) > MEMORY:
        kept = replace(kept, wish=None)
        below = (blocks.divider(), *_inputs(card, filled))
    return Form(
        callback_id=names.DISTRIBUTE_FORM,
        title="Please confirm",
        submit=_submit(filled, plan, instead, also),
        close="Back" if on_top else "Cancel",
        private_metadata=kept.packed(),
        blocks=(
            *before_asking(plan.needs, _unguarded(filled.wish, plan)),
            *_summary(card, filled.wish, plan, instead),
            *(block for one in also for block in _also(one)),
            *_alone(card, filled, also),
            *(() if below else _wait_for(card, filled, also)),
            *newer(plan, instead),
            *phones(plan, notify=filled.wish.notify),
            *below,
        ),
    )


def _submit(filled: Filled, plan: Plan, instead: Plan | None, also: Sequence[Also]) -> str:
    if filled.awaited:
        return "Confirm"  # Whether it goes out now is ticked above.
    if plan.needs:
        return "Ask for approval"
    if also:
        return "Distribute both" if len(also) == 1 else f"Distribute all {len(also) + 1}"
    return "Send" if instead else f"Distribute to {plan.people}"


def _unguarded(wish: Wish, plan: Plan) -> int:
    """Return how many groups, and people by name, could have it without an approval."""
    return len(wish.group_ids) - len(plan.needs) + len(wish.people)


def asked() -> Form:
    """Return what a form turns into when what it asked for waits for an approval."""
    return Form(
        callback_id=names.SHOWN, title="Waits for approval", close="Close", blocks=[it_waits()]
    )


def _also(one: Also) -> tuple[Block, ...]:
    """Return what goes out for another platform, and every warning of that."""
    app = f"{words.platform(one.card.build.facts)} {_version(one.card)}"
    people = words.people(one.plan.people)
    lines = [
        f":jigsaw: *{app}* goes to *{people}* among them as well, as release {one.card.number}.",
        f"{one.plan.already} more have it already." if one.plan.already else "",
        f"{words.WARNING} {mrkdwn.sentence(one.plan.shortfall)}" if one.plan.shortfall else "",
    ]
    return (
        blocks.section("\n".join(line for line in lines if line)),
        *places(one.plan),
        *verdicts.count(one.plan.readiness),
        *warnings.every(one.card),
    )


def _alone(card: ReleaseCard, filled: Filled, also: Sequence[Also]) -> tuple[Block, ...]:
    """Return what is left out of the other platforms, or missing there."""
    going = {one.card.release_id for one in also}
    left = [label(one) for one in filled.offers if one.release_id not in going]
    lacking = siblings.missing(card, may_wait=bool(filled.awaited))
    said = [f"{row(left)} is left out." if left else "", lacking]
    text = " ".join(one for one in said if one)
    return (blocks.context(f":jigsaw: {text}"),) if text else ()


def _wait_for(card: ReleaseCard, filled: Filled, also: Sequence[Also]) -> tuple[Block, ...]:
    """Return the choice of waiting for what is missing, below where that is said."""
    if not filled.awaited:
        return ()
    option = pending.choice(filled.awaited, card, 1 + len(filled.awaited) + len(also))
    ticked = [option["value"]] if filled.wish.together else []
    return (blocks.actions(blocks.ticks(names.OPTIONS, [option], ticked), block_id=names.OPTIONS),)


def waiting(card: PendingCard) -> Form:
    """Return what a form turns into when what it asked for waits for another platform."""
    said = pending.waits(card)
    return Form(callback_id=names.SHOWN, title="It waits", close="Close", blocks=list(said.blocks))


def pick(chosen: ReleaseLine | None = None, *, note: str = "", wish: Wish | None = None) -> Form:
    """
    Return the form that asks which release is meant.

    *note* is why it asks, *wish* what was said already of whom it is for.
    """
    initial = [option(chosen)] if chosen is not None else []
    above = (blocks.section(note),) if note else ()
    return Form(
        callback_id=names.PICK_FORM,
        title="Distribute a build",
        submit="Continue",
        private_metadata=wish.packed() if wish else "",
        blocks=(
            *above,
            blocks.entry(
                names.RELEASE,
                "Release",
                blocks.external_choice(
                    names.RELEASE, initial, placeholder="App or version", several=False
                ),
            ),
        ),
    )


def group_option(chip: GroupChip, reach: int | None = None) -> Block:
    """Return a group as an option, with how many people are in it where that is known."""
    return blocks.option(chip.name, chip.id, "" if reach is None else words.people(reach))


def _introduction(card: ReleaseCard) -> tuple[Block, ...]:
    shown: list[Block] = [blocks.section(headline(card))]
    shown += warnings.every(card)
    if card.standing is Standing.WITHDRAWN and card.recalls:
        shown.append(blocks.section(f"{words.RECALLED} {_withdrawn(card)}"))
    elif card.sent:
        shown.append(blocks.context(f"Given to {words.people(card.people)} so far."))
    return tuple(shown)


def _withdrawn(card: ReleaseCard) -> str:
    last = card.recalls[-1]
    because = mrkdwn.plain(last.because, LONGEST_REASON)
    return f"{who(last.by)} took it back from all who had it: {because}"


def _summary(card: ReleaseCard, wish: Wish, plan: Plan, instead: Plan | None) -> tuple[Block, ...]:
    app = title_of(card)
    where = [mrkdwn.plain(name, 64) for name in plan.groups]
    if wish.people:
        where.append(words.people(len(wish.people)) + " chosen by name")
    whom = row(where, MANY_NAMES // 2)
    text = f":mega: *{app}* goes to *{words.people(plan.people)}*: {whom}."
    if instead is not None and not plan.people:
        text = f":mega: *{app}*: {whom}."
    lines = [
        text,
        f"{plan.already} more have it already." if plan.already else "",
        "It is *mandatory*." if wish.mandatory else "",
        "Each is told by direct message now." if wish.notify else "Nobody is told by message.",
        f"{words.WARNING} {mrkdwn.sentence(plan.shortfall)}" if plan.shortfall else "",
    ]
    shown = [
        blocks.section("\n".join(line for line in lines if line)),
        *places(plan),
        *differences(plan.differences),
        *verdicts.count(plan.readiness),
        *warnings.every(card),
    ]
    if wish.notes and wish.notes.strip():
        said = notes.beginning(wish.notes, notes.CONFIRMATION, "in the form", card.notes_kind)
        shown.append(blocks.section(f"*Notes*\n{said}"))
    return tuple(shown)


def _inputs(card: ReleaseCard, filled: Filled) -> tuple[Block, ...]:
    wish = filled.wish
    chosen = [group_option(chip) for chip in filled.groups]
    ticked = [name for name, on in ((MANDATORY, wish.mandatory), (NOTIFY, wish.notify)) if on]
    ticked += [
        f"{ALSO}{one.release_id}"
        for one in filled.offers
        if wish.also is None or one.release_id in wish.also
    ]
    waiting = _waiting_choice(card, filled)
    if wish.together:
        ticked += [one["value"] for one in waiting]
    return (
        blocks.entry(
            names.GROUPS,
            "Groups",
            blocks.external_choice(names.GROUPS, chosen, placeholder="Everyone in …", several=True),
            optional=True,
        ),
        blocks.entry(
            names.PEOPLE,
            "Single people",
            blocks.people_choice(names.PEOPLE, _slack_ids(wish.people), placeholder="Ann, Bob …"),
            optional=True,
        ),
        *inputs(card, card.notes if wish.notes is None else wish.notes),
        # No input of its own: Slack would call it optional, which nobody understands of a tick.
        blocks.actions(
            blocks.ticks(names.OPTIONS, [*_also_choices(filled.offers), *waiting, *_HOW], ticked),
            block_id=names.OPTIONS,
        ),
    )


def _slack_ids(people: Sequence[Identity]) -> list[str]:
    return [one.value for one in people if one.kind is IdentityKind.SLACK]


def _also_choices(offers: Sequence[SiblingLine]) -> list[Block]:
    return [
        blocks.option(
            f"{one.platform} {one.label} as well",
            f"{ALSO}{one.release_id}",
            "One message for whoever has both, and one link that knows the phone",
        )
        for one in offers
    ]


def _waiting_choice(card: ReleaseCard, filled: Filled) -> list[Block]:
    if not filled.awaited:
        return []
    count = 1 + len(filled.offers) + len(filled.awaited)
    return [pending.choice(filled.awaited, card, count)]


_HOW = (
    blocks.option("Tell people by direct message", NOTIFY, "Off: silent"),
    blocks.option("Mandatory", MANDATORY, "People have 24 hours to update to this release"),
)


def _version(card: ReleaseCard) -> str:
    return mrkdwn.plain(words.version(card.build.facts), 60)
