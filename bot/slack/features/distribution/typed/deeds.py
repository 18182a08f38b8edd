"""Answers `distribute`: at once when everything is said, else with a form that holds what was."""

from dataclasses import dataclass, replace

from bot.slack.drawing import pending, siblings, verdicts, warnings, words
from bot.slack.drawing.approvals import it_waits
from bot.slack.drawing.differences import differences
from bot.slack.drawing.releases import HELD_BACK, ended
from bot.slack.drawing.titles import plain_app_title, title_of
from bot.slack.features.distribution import views
from bot.slack.features.distribution.deeds import (
    apps_of,
    awaited,
    counted,
    counted_also,
    offered,
)
from bot.slack.features.distribution.views import Wish
from bot.slack.kit import blocks, mrkdwn
from bot.slack.kit.blocks import Block, Message
from bot.slack.kit.grammar import Mention, MentionKind, Token, mentions
from bot.slack.kit.lists import MANY_NAMES, row
from bot.slack.kit.verbs import Asked, Reply, example
from bot.slack.named import NamedThings, refuse_unknown
from provisioning.actors import Act, slack
from provisioning.distributing.distributions import Distributions
from provisioning.distributing.joint_orders import Joined, JointOrders
from provisioning.distributing.order import Order, Plan
from provisioning.distributing.pending_cards import PendingCards
from provisioning.errors import AlreadyDone, NotNow, Unclear
from provisioning.people.permissions import Permissions
from provisioning.releases.cards import GroupChip, ReleaseCard, ReleaseLine
from provisioning.releases.lists import Lists
from provisioning.releases.reading import Cards
from provisioning.releases.titles import title_of_card
from storage.records.app import App
from storage.records.approval import ApprovalRequest
from storage.records.pending_order import PendingOrder

#: Beyond this many people a typed command is asked about once more; so it is where some would have
#: to wait for their phones.
WIDE = 25
FLAGS = frozenset({"mandatory", "silent", "alone", "together"})
SEVERAL = ":stopwatch: Several builds of it came in during the last minutes. Which one do you mean?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What stood behind the verb."""

    app: str = ""
    version: str | None = None
    groups: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    mandatory: bool = False
    silent: bool = False
    alone: bool = False
    together: bool = False


def read(rest: tuple[Token, ...]) -> Typed:
    """
    Read `APP [VERSION] [to GROUP|#CHANNEL|@PERSON...] [mandatory] [silent] [alone|together]`.

    Raise Unclear for a Slack user group, a name that Slack does not know, and for both at once.
    """
    spoken = [token for token in rest if not isinstance(token, Mention)]
    flags = {word.lower() for word in spoken if word.lower() in FLAGS}
    plain = [word for word in spoken if word.lower() not in FLAGS]
    split = next((i for i, word in enumerate(plain) if word.lower() == "to" and i > 0), len(plain))
    before, after = plain[:split], plain[split + 1 :]
    refuse_unknown([*mentions(rest, MentionKind.USERGROUP), *after])
    if {"alone", "together"} <= flags:
        raise Unclear("Say either `alone` or `together`: one leaves out what the other waits for.")
    return Typed(
        app=before[0] if before else "",
        version=" ".join(before[1:]) or None,
        groups=tuple(after),
        people=tuple(mention.id for mention in mentions(rest, MentionKind.PERSON)),
        channels=tuple(mention.id for mention in mentions(rest, MentionKind.CHANNEL)),
        mandatory="mandatory" in flags,
        silent="silent" in flags,
        alone="alone" in flags,
        together="together" in flags,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class DistributeCommand:
    """Finds what was meant, then acts or asks."""

    cards: Cards
    named: NamedThings
    permissions: Permissions
    lists: Lists
    distributions: Distributions
    joint: JointOrders
    pending: PendingCards

    async def answer(self, asked: Asked) -> Reply:
        """Act at once where nothing has to be asked, else ask."""
        return await self._answer(asked, reviewed=False)

    async def review(self, asked: Asked) -> Reply:
        """Show first who is new, who has it, and what changes for the groups."""
        return await self._answer(asked, reviewed=True)

    async def _answer(self, asked: Asked, *, reviewed: bool) -> Reply:
        await self.permissions.require(asked.by, Act.DISTRIBUTE)
        typed = read(asked.rest)
        if not typed.app:
            return views.pick()
        app, line = await self._meant(typed)
        groups = await self.named.groups_in(typed.groups)
        groups += await self.named.heard_in(typed.channels)
        groups = list({group.id: group for group in groups}.values())
        if len(groups) > blocks.OPTIONS:
            raise Unclear(
                f"These are {len(groups)} groups, and a form holds {blocks.OPTIONS}. Distribute to "
                "some of them first, then to the others."
            )
        wish = Wish(
            group_ids=tuple(group.id for group in groups),
            people=tuple(map(slack, typed.people)),
            mandatory=typed.mandatory,
            notify=not typed.silent,
            together=typed.together,
        )
        if typed.version is None and await self.lists.rivals(app) > 1:
            return views.pick(line, note=SEVERAL, wish=wish)
        if typed.together:
            await self.joint.require(line.release_id, asked.by)
        card = await self.cards.release(line.release_id)
        offers = await offered(self.permissions, asked.by, card)
        also = () if typed.alone else tuple(one.release_id for one in offers if one.release_id)
        missing = await awaited(self.permissions, asked.by, card)
        awaits = tuple(one.app_id for one in missing) if typed.together else ()
        wish = replace(wish, notes=card.notes, also=also, awaits=awaits)
        chips = [GroupChip(id=group.id, name=group.name) for group in groups]
        filled = views.Filled(wish=wish, groups=chips, offers=offers, awaited=missing)
        if not wish.group_ids and not wish.people:
            return views.distribute(card, filled)
        plan, instead = await counted(self.distributions, card.release_id, wish)
        others = await counted_also(self.cards, self.distributions, wish)
        is_joint = any(one.plan.people for one in others)
        if plan.people == 0 and plan.already and instead is None and not is_joint:
            if asked.again:
                return given(card, wish, plan)
            raise NotNow(
                f"Everybody in this choice has {title_of_card(card)} already, release "
                f"{card.number}."
            )
        is_wide = plan.people > WIDE or (plan.unsigned and wish.notify)
        newcomers = any(one.is_of_people for one in plan.differences)
        is_asked = reviewed or wish.mandatory or is_wide or newcomers or instead is not None
        is_asked = is_asked or is_joint or bool(plan.needs)
        if is_asked or warnings.sentences(card):
            return views.confirmation(card, filled, plan, instead=instead, also=others)
        return await self._act(asked, card, wish, plan)

    async def _meant(self, typed: Typed) -> tuple[App, ReleaseLine]:
        """Return the app and the release. Raise NotFound, and NotNow for one that has ended."""
        app, release = await self.named.release(typed.app, typed.version)
        if release.standing in HELD_BACK:
            raise NotNow(ended(release.number, release.standing, plain_app_title(app)))
        return app, release

    async def _act(self, asked: Asked, card: ReleaseCard, wish: Wish, plan: Plan) -> Message:
        order = Order(
            key=f"command:{asked.trigger_id}",
            release_id=card.release_id,
            by=asked.by,
            group_ids=wish.group_ids,
            people=wish.people,
            notify=wish.notify,
        )
        if wish.awaits:
            taken = await self._joined(asked, card, wish, order)
            card = await self.cards.release(card.release_id)  # What was missing may be here by now.
        else:
            taken = await self.distributions.request(order)
        if isinstance(taken, PendingOrder):
            return pending.waits(await self.pending.one(taken.id))
        if isinstance(taken, ApprovalRequest):
            # Its group has come to take an approval since it was looked at.
            return Message(text="It waits for an approval", blocks=[it_waits()])
        return goes(card, wish, plan)

    async def _joined(self, asked: Asked, card: ReleaseCard, wish: Wish, order: Order) -> Joined:
        """Order a release together with what is missing, which may be here by now."""
        try:
            return await self.joint.request(order, apps_of(card, wish))
        except AlreadyDone as late:
            if not (asked.again and late.data.get("by") == asked.by.reference):
                raise
            known = await self.joint.waiting(order)
            if known is None:
                raise
            return known


def given(card: ReleaseCard, wish: Wish, plan: Plan) -> Message:
    """Return what is said when everybody has a release: also of an act that ended unseen."""
    text = (
        f":mega: *{title_of(card)}* went to *{words.people(plan.already)}*: {_targets(wish, plan)}."
    )
    return Message(text=text, blocks=[blocks.section(text), _follow(card)])


def _targets(wish: Wish, plan: Plan) -> str:
    where = [mrkdwn.plain(name, 64) for name in plan.groups]
    if wish.people:
        where.append(f"{words.people(len(wish.people))} chosen by name")
    return row(where, MANY_NAMES // 2)


def _follow(card: ReleaseCard) -> Block:
    return blocks.context(f"How it goes: {example(f'show {card.app_name} {card.number}')}")


def goes(card: ReleaseCard, wish: Wish, plan: Plan) -> Message:
    """Return what is said when a release is on its way."""
    text = (
        f":mega: *{title_of(card)}* goes to *{words.people(plan.people)}*: {_targets(wish, plan)}."
    )
    told = "Each is told by direct message now." if wish.notify else "Nobody is told by message."
    lines = [
        f"{text} {told if plan.people else 'There is nobody to tell yet.'}",
        f"{plan.already} more have it already." if plan.already else "",
        f"{words.WARNING} {mrkdwn.sentence(plan.shortfall)}" if plan.shortfall else "",
        siblings.missing(card),
    ]
    return Message(
        text=text,
        blocks=[
            blocks.section("\n".join(filter(None, lines))),
            *differences(plan.differences),
            *verdicts.count(plan.readiness),
            _follow(card),
        ],
    )
