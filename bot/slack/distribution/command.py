"""Answers `distribute`: at once when everything is said, else with a form that holds what was."""

from dataclasses import dataclass

from bot.slack import blocks, mrkdwn, words
from bot.slack.blocks import Message
from bot.slack.distribution import views
from bot.slack.distribution.order import Wish
from bot.slack.grammar import Mention, MentionKind, Token, mentions
from bot.slack.verbs import Asked, Reply, Verb, example
from provisioning.cards import Cards, GroupChip, ReleaseCard
from provisioning.distribution import Distributions, Order, Plan
from provisioning.groups import Groups, slug_of
from provisioning.people import Act, People
from storage.errors import NotFound
from storage.records.group import Group

#: Beyond this many people a typed command is asked about once more.
WIDE = 25
FLAGS = frozenset({"mandatory", "silent"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What stood behind the verb."""

    app: str = ""
    version: str | None = None
    groups: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    mandatory: bool = False
    silent: bool = False


def read(rest: tuple[Token, ...]) -> Typed:
    """Read `APP [VERSION] [to GROUP...] [mandatory] [silent]`; people may be among the groups."""
    spoken = [token for token in rest if not isinstance(token, Mention)]
    flags = {word.lower() for word in spoken if word.lower() in FLAGS}
    plain = [word for word in spoken if word.lower() not in FLAGS]
    split = next((i for i, word in enumerate(plain) if word.lower() == "to" and i > 0), len(plain))
    before, after = plain[:split], plain[split + 1 :]
    return Typed(
        app=before[0] if before else "",
        version=" ".join(before[1:]) or None,
        groups=tuple(after),
        people=tuple(mention.id for mention in mentions(rest, MentionKind.PERSON)),
        mandatory="mandatory" in flags,
        silent="silent" in flags,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class DistributeCommand:
    """Finds what was meant, then acts or asks."""

    cards: Cards
    groups: Groups
    people: People
    distributions: Distributions

    async def answer(self, asked: Asked) -> Reply:
        await self.people.require(asked.user_id, Act.DISTRIBUTE)
        typed = read(asked.rest)
        if not typed.app:
            return views.pick()
        card = await self._card(typed)
        groups = await self._groups(typed.groups)
        wish = Wish(
            group_ids=tuple(group.id for group in groups),
            people=typed.people,
            notes=card.notes,
            mandatory=typed.mandatory,
            notify=not typed.silent,
        )
        chips = [GroupChip(id=group.id, name=group.name) for group in groups]
        filled = views.Filled(wish=wish, groups=chips)
        if not wish.group_ids and not wish.people:
            return views.distribute(card, filled)
        plan = await self.distributions.plan(card.release_id, wish.group_ids, wish.people)
        if wish.mandatory or plan.people > WIDE:
            return views.distribute(card, filled, plan=plan)
        return await self._act(asked, card, wish, plan)

    async def _groups(self, spoken: tuple[str, ...]) -> list[Group]:
        """Find the groups in a row of words; names of several words need no quotes."""
        known = {group.slug: group for group in await self.groups.all()}
        found: list[Group] = []
        start = 0
        while start < len(spoken):
            for end in range(len(spoken), start, -1):
                group = known.get(slug_of(" ".join(spoken[start:end])))
                if group is not None:
                    break
            else:
                # Nothing fits: the sentence about the groups there are comes from here.
                group, end = await self.groups.named(spoken[start]), start + 1
            found.append(group)
            start = end
        return found

    async def _card(self, typed: Typed) -> ReleaseCard:
        app, release = await self.cards.find(typed.app, typed.version)
        if app is None:
            raise NotFound(
                f"There is no app called “{typed.app[:60]}”. See them all: {example('apps')}"
            )
        if release is None:
            raise NotFound(
                f"{app.display_name} has no such release. See them all: "
                f"{example(f'list {app.name}')}"
            )
        return await self.cards.release(release.id)

    async def _act(self, asked: Asked, card: ReleaseCard, wish: Wish, plan: Plan) -> Message:
        order = Order(
            key=f"command:{asked.trigger_id}",
            release_id=card.release_id,
            by=asked.user_id,
            group_ids=wish.group_ids,
            people=wish.people,
            notify=wish.notify,
        )
        await self.distributions.request(order)
        app = mrkdwn.plain(f"{card.app_display_name} {words.version(card.build.facts)}", 150)
        text = f"*{app}* goes to {words.people(plan.people)}."
        told = "Each is being told." if wish.notify else "Nobody is told by message."
        follow = f"How it goes: {example(f'show {card.app_name} {card.number}')}"
        return Message(text=text, blocks=[blocks.section(f"{text} {told}"), blocks.context(follow)])


def verbs(command: DistributeCommand) -> tuple[Verb, ...]:
    """Return the verb that distributes."""
    return (
        Verb(
            name="distribute",
            usage="distribute APP [VERSION] [to GROUP...] [mandatory] [silent]",
            summary="Give a release to groups. Whatever is left out is asked in a form.",
            examples=(
                "distribute harbour to QA",
                "distribute harbour 2.4.0 to QA, Beta mandatory",
                "distribute harbour to QA silent",
                "distribute harbour",
            ),
            act=Act.DISTRIBUTE,
            answer=command.answer,
        ),
    )
