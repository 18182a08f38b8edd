"""What happens behind the listeners: which group goes back to what, and whether it is meant."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from bot.slack.drawing.sentences import sentence as in_slack
from bot.slack.drawing.titles import plain_title
from bot.slack.features.rollback import messages, views
from bot.slack.features.rollback.views import RollbackWish
from bot.slack.kit import blocks, names
from bot.slack.kit.blocks import Block, Form
from bot.slack.kit.grammar import Mention, MentionKind, mentions, tokens, with_reason
from bot.slack.kit.payloads import Click, Outdated, Question, Submission
from bot.slack.kit.verbs import Asked, Reply, example
from bot.slack.line.errors import form_errors, is_for_people, problem_view
from bot.slack.line.modals import Doorman
from bot.slack.named import NamedThings, refuse_unknown
from provisioning.actors import Act
from provisioning.distributing.distributions import Distributions
from provisioning.distributing.earlier import EarlierRelease, EarlierReleases
from provisioning.distributing.order import Order
from provisioning.distributing.recall_order import LONGEST_REASON
from provisioning.errors import AlreadyDone, NotNow, Unclear
from provisioning.people.groups import slug_of
from provisioning.people.permissions import Permissions
from provisioning.releases.reading import Cards
from storage.errors import NotFound, SlipwayError
from storage.records.approval import ApprovalRequest
from storage.records.group import Group

#: So many releases are named to somebody who named one that is not among them.
NAMED: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedRollback:
    """What stood behind the verb: words before `to`, and behind it."""

    whom: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    version: str = ""
    because: str = ""
    silent: bool = False


def read(text: str) -> TypedRollback:
    """
    Read `rollback GROUP|#CHANNEL [APP] to VERSION [because REASON] [silent]`.

    Raise Unclear as `refuse_unknown` does.
    """
    before, because = with_reason(text)
    rest = tokens(before)[1:]
    plain = [token for token in rest if not isinstance(token, Mention)]
    refuse_unknown([*mentions(rest, MentionKind.USERGROUP), *plain])
    at = max((i for i, word in enumerate(plain) if word.lower() == "to"), default=len(plain))
    behind = [word for word in plain[at + 1 :] if word.lower() != "silent"]
    return TypedRollback(
        whom=tuple(word for word in plain[:at] if word.lower() != "silent"),
        channels=tuple(mention.id for mention in mentions(rest, MentionKind.CHANNEL)),
        version=" ".join(behind),
        because=because,
        silent=any(word.lower() == "silent" for word in plain),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class RollbackDesk:
    """Opens, reads and answers the forms; carries out what was confirmed."""

    cards: Cards
    earlier: EarlierReleases
    named: NamedThings
    permissions: Permissions
    distributions: Distributions
    doorman: Doorman

    async def typed(self, asked: Asked) -> Reply:
        """Answer the verb: with the confirmation where one release is meant, else with a form."""
        await self.permissions.require(asked.by, Act.DISTRIBUTE)
        said = read(asked.text)
        wish = RollbackWish(because=_checked(said.because), notify=not said.silent)
        groups, app_id = await self._meant(said)
        if not groups:
            return views.which_group(wish)
        found = await self.earlier.of_groups(
            [group.id for group in groups], app_id=app_id, called=said.version
        )
        if not found:
            raise await self._none(groups, app_id, said.version)
        if said.version and len(found) == 1:
            return await self._confirmation(found[0], wish)
        return views.which_release(found, wish)

    async def open(self, click: Click) -> None:
        """Open the form for a release that groups had. Raise NotAllowed, NotFound, NotNow."""
        await self.permissions.require(click.asker.by, Act.DISTRIBUTE)
        found = await self.earlier.of_release(click.subject)
        if not found:
            card = await self.cards.release(click.subject)
            raise NotNow(
                f"No group had release {card.number} before something else took its place."
            )
        wish = RollbackWish()
        form = views.which_release(found, wish)
        if len(found) == 1:
            form = await self._confirmation(found[0], wish)
        again = blocks.button("Roll back to it…", names.ROLLBACK, names.value_of(click.subject))
        await self.doorman.open(click.asker, click.trigger_id, form, again=again)

    async def grouped(self, sent: Submission) -> dict[str, Any]:
        """Return what the chosen group can go back to."""
        wish = views.wish_in(sent.private_metadata)
        try:
            await self.permissions.require(sent.asker.by, Act.DISTRIBUTE)
            group_id = sent.entered(names.ROLLBACK_GROUP)
            found = await self.earlier.of_groups([group_id])
            if not found:
                raise await self._none([await self._group(group_id)], "", "")
        except SlipwayError as error:
            if not is_for_people(error):
                raise
            return form_errors(error, {}, names.ROLLBACK_GROUP)
        return _update(views.which_release(found, wish))

    async def sent(self, sent: Submission) -> dict[str, Any]:
        """Return the confirmation of the release that was chosen."""
        wish = views.wish_in(sent.private_metadata)
        group_id, _, release_id = sent.entered(names.ROLLBACK_RELEASE).partition(":")
        try:
            await self.permissions.require(sent.asker.by, Act.DISTRIBUTE)
            form = await self._confirmation(await self._earlier(group_id, release_id), wish)
        except SlipwayError as error:
            if isinstance(error, Outdated) or not is_for_people(error):
                raise
            return form_errors(error, {}, names.ROLLBACK_RELEASE)
        return {"response_action": "push", "view": replace(form, close="Back").view()}

    async def confirmed(self, sent: Submission) -> dict[str, Any]:
        """Carry out what was confirmed, and return what came of it."""
        wish = views.wish_in(sent.private_metadata)
        try:
            because = _checked(sent.entered(names.ROLLBACK_BECAUSE))
            order = _order(replace(wish, because=because), sent)
            taken = await self.distributions.request(order)
            card = await self.cards.release(wish.release_id)
        except Unclear as error:
            return form_errors(error, {"because": names.ROLLBACK_BECAUSE}, names.ROLLBACK_BECAUSE)
        except SlipwayError as error:
            if not is_for_people(error):
                raise
            title = "Already done" if isinstance(error, AlreadyDone) else "Not done"
            return {"response_action": "update", "view": problem_view(in_slack(error), title=title)}
        if isinstance(taken, ApprovalRequest):
            return _update(views.asked())
        said = messages.done(card, wish)
        return _update(
            Form(callback_id=names.SHOWN, title="Rolled back", close="Close", blocks=said.blocks)
        )

    async def groups_like(self, asked: Question) -> list[Block]:
        """Return the groups that fit what was typed. Raise NotAllowed."""
        await self.permissions.require(asked.asker.by, Act.DISTRIBUTE)
        found = await self.named.groups.like(asked.typed, limit=blocks.OPTIONS)
        return [blocks.option(group.name, group.id) for group in found]

    async def _confirmation(self, chosen: EarlierRelease, wish: RollbackWish) -> Form:
        plan = await self.distributions.plan(
            chosen.release_id, (chosen.group_id,), (), notify=wish.notify, over=chosen.over
        )
        card = await self.cards.release(chosen.release_id)
        return views.confirmation(card, chosen, wish, plan)

    async def _meant(self, said: TypedRollback) -> tuple[list[Group], str]:
        """Return the groups that were named, and the app, empty when none was. Raise NotFound."""
        heard = await self.named.heard_in(said.channels)
        if not said.whom:
            return heard, ""
        known = {group.slug: group for group in await self.named.groups.all()}
        whole = known.get(slug_of(" ".join(said.whom)))
        if whole is not None:
            return [*heard, whole], ""
        if len(said.whom) > 1 and all(slug_of(word) in known for word in said.whom):
            one = f"rollback {said.whom[0]} to {said.version or 'VERSION'}"
            raise Unclear(f"One group goes back at a time, so that each reads why: {example(one)}")
        *first, last = said.whom
        group = known.get(slug_of(" ".join(first))) if first else None
        if group is not None or (heard and not first):
            app, _ = await self.named.release(last, None)
            return [*heard, *([group] if group else [])], app.id
        return [await self.named.groups.named(" ".join(said.whom))], ""

    async def _none(self, groups: Sequence[Group], app_id: str, called: str) -> SlipwayError:
        """Return why there is nothing to go back to, with what there is."""
        name = " and ".join(group.name for group in groups)
        there = await self.earlier.of_groups([group.id for group in groups], app_id=app_id)
        if not there:
            return NotNow(
                f"{name} has had one release of each app at most, so there is nothing to go back "
                f"to. Send it an older one: {example('send APP VERSION to GROUP')}"
            )
        had = ", ".join(plain_title(one) for one in there[:NAMED])
        more = " and others" if len(there) > NAMED else ""
        return NotFound(
            f"{name} cannot go back to “{called[:60]}”: it never had it, or it is the current one. "
            f"It had: {had}{more}. What it never had is sent: "
            f"{example('send APP VERSION to GROUP')}"
        )

    async def _group(self, group_id: str) -> Group:
        found = next((one for one in await self.named.groups.all() if one.id == group_id), None)
        if found is None:
            raise NotFound("There is no such group any more.")
        return found

    async def _earlier(self, group_id: str, release_id: str) -> EarlierRelease:
        """Return a choice as it stands now. Raise NotNow when it is none any more."""
        for one in await self.earlier.of_release(release_id):
            if one.group_id == group_id:
                return one
        raise NotNow("The group cannot go back to this release any more. Choose another one.")


def _checked(because: str) -> str:
    """Return a reason in one line, empty without one. Raise Unclear, field `because`."""
    reason = " ".join(because.split())
    if len(reason) > LONGEST_REASON:
        raise Unclear(
            f"The reason has {len(reason)} characters, and {LONGEST_REASON} are the most.",
            field="because",
        )
    return reason


def _order(wish: RollbackWish, sent: Submission) -> Order:
    return Order(
        key=f"rollback:{sent.view_id}",
        release_id=wish.release_id,
        by=sent.asker.by,
        group_ids=(wish.group_id,),
        notify=wish.notify,
        over={wish.group_id: wish.over} if wish.over else {},
        because=wish.because,
    )


def _update(form: Form) -> dict[str, Any]:
    return {"response_action": "update", "view": form.view()}
