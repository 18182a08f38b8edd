"""What happens behind the listeners: what is taken back, whether it is meant, and the act."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from bot.slack.drawing.sentences import sentence as in_slack
from bot.slack.features.recall import messages, views
from bot.slack.features.recall.views import RecallWish
from bot.slack.kit import blocks, names
from bot.slack.kit.blocks import Block, Form
from bot.slack.kit.grammar import (
    Mention,
    MentionKind,
    Token,
    mentions,
    tokens,
    with_reason,
)
from bot.slack.kit.payloads import Asker, Click, Outdated, Question, Submission
from bot.slack.kit.verbs import Asked, Reply
from bot.slack.line.errors import form_errors, is_for_people, problem_view
from bot.slack.line.modals import Doorman
from bot.slack.named import NamedThings, refuse_unknown
from provisioning.actors import Act, Actor, slack
from provisioning.distributing.recall import Recalls
from provisioning.distributing.recall_order import RecallOrder, RecallPlan, checked_reason
from provisioning.errors import AlreadyDone
from provisioning.people.permissions import Permissions
from provisioning.releases.cards import ReleaseCard
from provisioning.releases.lists import Lists
from provisioning.releases.reading import Cards
from provisioning.releases.recalled import RecallCards
from storage.errors import SlipwayError
from storage.records.release import ReleaseState

FIELDS: Final = {
    "targets": names.RECALL_PEOPLE,
    "because": names.RECALL_BECAUSE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedRecall:
    """What stood behind the verb."""

    app: str = ""
    version: str | None = None
    groups: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    because: str = ""


def read(text: str) -> TypedRecall:
    """
    Read `recall APP [VERSION] [from GROUP|#CHANNEL|@PERSON...] [because REASON]`.

    The reason stays as it was typed. Raise Unclear as `refuse_unknown` does.
    """
    before, because = with_reason(text)
    rest = tokens(before)[1:]
    plain = [token for token in rest if not isinstance(token, Mention)]
    at = (i for i, word in enumerate(plain) if word.lower() == "from" and i > 0)
    split = next(at, len(plain))
    what, whom = plain[:split], plain[split + 1 :]
    refuse_unknown(_named(rest, whom))
    return TypedRecall(
        app=what[0] if what else "",
        version=" ".join(what[1:]) or None,
        groups=tuple(whom),
        people=tuple(mention.id for mention in mentions(rest, MentionKind.PERSON)),
        channels=tuple(mention.id for mention in mentions(rest, MentionKind.CHANNEL)),
        because=because,
    )


def _named(rest: Sequence[Token], whom: Sequence[str]) -> list[Token]:
    return [*mentions(rest, MentionKind.USERGROUP), *whom]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecallDesk:
    """Opens, reads and answers the forms; carries out what was confirmed."""

    cards: Cards
    recalled: RecallCards
    lists: Lists
    named: NamedThings
    permissions: Permissions
    recalls: Recalls
    doorman: Doorman

    async def typed(self, asked: Asked) -> Reply:
        """Answer the verb: with the confirmation where all is said, else with a form."""
        await self.permissions.require(asked.by, Act.RECALL)
        said = read(asked.text)
        if not said.app:
            return views.pick(said.because)
        _, line = await self.named.release(said.app, said.version)
        groups = await self.named.groups_in(said.groups)
        groups += await self.named.heard_in(said.channels)
        wish = RecallWish(
            release_id=line.release_id,
            group_ids=tuple(dict.fromkeys(group.id for group in groups)),
            people=tuple(map(slack, said.people)),
            because=said.because,
        )
        if said.version is None or not said.because:
            return await self._form(wish)
        wish = replace(wish, because=checked_reason(wish.because))
        card, plan = await self._planned(wish)
        return views.confirmation(card, wish, plan)

    async def open(self, click: Click) -> None:
        """Open the form for a release. Raise NotAllowed, NotFound, NotNow."""
        await self.permissions.require(click.asker.by, Act.RECALL)
        form = await self._form(RecallWish(release_id=click.subject))
        again = blocks.button("Recall…", names.RECALL, names.value_of(click.subject))
        await self.doorman.open(click.asker, click.trigger_id, form, again=again)

    async def picked(self, sent: Submission) -> dict[str, Any]:
        """Return the form for the release that was chosen."""
        kept = views.wish_in(sent.private_metadata)
        wish = replace(kept, release_id=sent.entered(names.RECALL_RELEASE))
        try:
            await self.permissions.require(sent.asker.by, Act.RECALL)
            return _update(await self._form(wish))
        except SlipwayError as error:
            if not is_for_people(error):
                raise
            return form_errors(error, {}, names.RECALL_RELEASE)

    async def sent(self, sent: Submission) -> dict[str, Any]:
        """Return the confirmation of what was filled in, or what is wrong beside its input."""
        try:
            await self.permissions.require(sent.asker.by, Act.RECALL)
            wish = views.entered(sent)
            wish = replace(wish, because=checked_reason(wish.because))
            card, plan = await self._planned(wish)
            form = views.confirmation(card, wish, plan, on_top=True)
        except SlipwayError as error:
            if isinstance(error, Outdated) or not is_for_people(error):
                raise
            return form_errors(error, FIELDS, names.RECALL_BECAUSE)
        return {"response_action": "push", "view": form.view()}

    async def confirmed(self, sent: Submission) -> dict[str, Any]:
        """Carry out what was confirmed, and return what came of it."""
        wish = views.wish_in(sent.private_metadata)
        try:
            recall = await self.recalls.request(_order(wish, sent.asker, f"form:{sent.view_id}"))
            card = await self.cards.release(wish.release_id)
        except AlreadyDone as error:
            return {
                "response_action": "update",
                "view": problem_view(in_slack(error), title="Already recalled"),
            }
        except SlipwayError as error:
            if not is_for_people(error):
                raise
            return {"response_action": "update", "view": problem_view(in_slack(error))}
        said = messages.done(card, await self.recalled.one(recall.id))
        return _update(
            Form(callback_id=names.SHOWN, title="Recalled", close="Close", blocks=said.blocks)
        )

    async def again(self, click: Click) -> None:
        """Try once more to tell those whom a recall did not reach."""
        await self.recalls.again(click.subject, click.asker.by)

    async def releases_like(self, asked: Question) -> list[Block]:
        """Return the live releases that fit what was typed. Raise NotAllowed."""
        await self.permissions.require(asked.asker.by, Act.RECALL)
        lines = await self.lists.newest(
            (ReleaseState.LIVE,), like=asked.typed.strip(), limit=blocks.OPTIONS
        )
        return views.options(lines)

    async def _form(self, wish: RecallWish) -> Form:
        card = await self.cards.release(wish.release_id)
        await self.recalls.check(wish.release_id)
        return views.recall(card, wish)

    async def _planned(self, wish: RecallWish) -> tuple[ReleaseCard, RecallPlan]:
        card = await self.cards.release(wish.release_id)
        return card, await self.recalls.plan(wish.release_id, wish.group_ids, wish.people)


def _order(wish: RecallWish, asker: Asker, key: str) -> RecallOrder:
    by: Actor = asker.by
    return RecallOrder(
        key=key,
        release_id=wish.release_id,
        by=by,
        because=wish.because,
        group_ids=wish.group_ids,
        people=wish.people,
    )


def _update(form: Form) -> dict[str, Any]:
    return {"response_action": "update", "view": form.view()}
