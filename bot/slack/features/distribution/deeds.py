"""What happens behind the listeners: which release it is, for whom, and whether it is meant."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.house import House
from bot.slack.drawing import siblings, warnings, ways
from bot.slack.drawing.approvals import it_waits
from bot.slack.drawing.places import beside
from bot.slack.drawing.releases import HELD_BACK, ended, option
from bot.slack.drawing.sentences import sentence as in_slack
from bot.slack.features.distribution import messages, views
from bot.slack.features.distribution.views import (
    Remembered,
    Wish,
    remembered,
    waiting_of,
    wish_of,
    wished,
)
from bot.slack.kit import blocks, names
from bot.slack.kit.blocks import Block, Form, Message
from bot.slack.kit.lists import row
from bot.slack.kit.payloads import (
    Asker,
    Click,
    Outdated,
    Question,
    Shortcut,
    Submission,
    entries,
    text_or_none,
)
from bot.slack.line.errors import form_errors, is_for_people, problem_view
from bot.slack.workspace import Workspace
from provisioning.actors import Act, Actor
from provisioning.distributing.distributions import Distributions
from provisioning.distributing.joint_orders import Joined
from provisioning.distributing.order import Order, Plan
from provisioning.errors import AlreadyDone, NotNow, Unclear
from provisioning.people.permissions import Permissions, Where
from provisioning.releases.cards import GroupChip, ReleaseCard, SiblingLine
from provisioning.releases.reading import Cards
from storage.errors import NotFound, SlipwayError
from storage.records.approval import ApprovalRequest
from storage.records.pending_order import PendingOrder
from storage.records.release import ReleaseState

FIELDS = {"targets": names.GROUPS, "people": names.PEOPLE, "notes": names.NOTES}
#: Slack waits three seconds for a form's answer; counting the people may take longer.
COUNT_WITHIN = 1.8


class Desk:
    """Opens, reads and answers the forms; carries out what was confirmed."""

    def __init__(self, house: House, workspace: Workspace) -> None:
        self._workspace = workspace
        self._tellers = house.tellers
        self._people = house.people
        self._cards = house.releases.cards
        self._lists = house.releases.lists
        self._links = house.links
        self._grants = house.installing.grants
        self._testers = house.people.testers
        self._distributions = house.distributing.distributions
        self._policies = house.distributing.approval_policies
        self._joint = house.distributing.joint
        self._pending = house.distributing.pending_cards

    async def open(
        self, asker: Asker, trigger_id: str, release_id: str, wish: Wish | None = None
    ) -> None:
        """Open the form for a release. Raise NotAllowed, NotFound, NotNow."""
        form = await self.form(asker, release_id, wish)
        again = blocks.button("Distribute…", names.DISTRIBUTE, names.value_of(release_id))
        await self._workspace.doorman.open(asker, trigger_id, form, again=again)

    async def form(self, asker: Asker, release_id: str, wish: Wish | None = None) -> Form:
        """Return the form as it is filled in to begin with. Raise NotAllowed, NotFound, NotNow."""
        await self._people.permissions.require(asker.by, Act.DISTRIBUTE)
        card = await self._cards.release(release_id)
        if card.standing in HELD_BACK:
            raise NotNow(ended(card.number, card.standing))
        if wish is None:
            usual = (card.usual_group.id,) if card.usual_group and not card.sent else ()
            wish = Wish(group_ids=usual)
        return views.distribute(card, await self._filled(asker, card, wish))

    async def picked(self, sent: Submission) -> dict[str, Any]:
        """Return the form for the release that was chosen, with what was wished before."""
        wish = wished(sent.private_metadata)
        return update((await self.form(sent.asker, sent.entered(names.RELEASE), wish)).view())

    async def usual(self, click: Click) -> None:
        """Carry out a one-click distribution, which Slack had confirmed by the person."""
        match click.parts:
            case (release_id, revision, group_id, *warned) if revision.isdigit():
                card = await self._cards.release(release_id)
                if await self._is_asked_first(click, card, group_id, warned):
                    # The button was drawn before there was something to warn of, or to choose.
                    await self.open(
                        click.asker, click.trigger_id, release_id, Wish(group_ids=(group_id,))
                    )
                    return
                order = Order(
                    key=f"usual:{click.trigger_id}"[:128],
                    release_id=release_id,
                    by=click.asker.by,
                    group_ids=(group_id,),
                    revision=int(revision),
                )
            case _:
                raise Outdated
        try:
            taken = await self._distributions.request(order)
        finally:
            # Whoever was too late sees on the card what the other one did.
            self._redraw(release_id)
        if isinstance(taken, ApprovalRequest):
            said = Message(text="It waits for an approval", blocks=[it_waits()])
            await self._workspace.voice.whisper(click.asker, said)

    async def _is_asked_first(
        self, click: Click, card: ReleaseCard, group_id: str, warned: list[str]
    ) -> bool:
        """Return whether a person has to see or to choose something before a release goes out."""
        if warnings.sentences(card) and warned != [names.WARNED]:
            return True
        for one in await offered(self._people.permissions, click.asker.by, card):
            if one.release_id and await self._reaches(one.release_id, group_id):
                return True
        if await self._policies.of_group(group_id) is not None:
            return True
        plan = await self._distributions.plan(card.release_id, (group_id,), ())
        # Others are in the group than at the last time, which nobody has seen on the button.
        return bool(beside(plan)) or any(one.is_of_people for one in plan.differences)

    async def _reaches(self, release_id: str, group_id: str) -> bool:
        """Return whether somebody in a group would hear of a release."""
        return (await self._distributions.plan(release_id, (group_id,), ())).people > 0

    async def tell_now(self, click: Click) -> None:
        """Tell those who were given a release without a word."""
        key = f"tell:{click.trigger_id}"[:128]
        await self._distributions.tell(click.subject, click.asker.by, key)

    async def own_link(self, click: Click) -> None:
        """Tell a person their own install link, or how to get one. Raise NotFound."""
        release_id, user_id = click.subject, click.asker.user_id
        card = await self._cards.release(release_id)
        others = [one.release_id for one in card.siblings if one.release_id]
        had = await self._lists.had(user_id, {release_id, *others})
        # Whoever has it for another platform alone is led there.
        release_id = next((one for one in (release_id, *others) if one in had), release_id)
        given = release_id in had
        if not given and card.published_at is None:
            # No announcement names it, so nobody who has to ask for a link knows of it.
            raise NotFound("There is no such release for you.")
        tester_id = await self._testers.id_of(user_id) if given else None
        held = await self._grants.of_tester(tester_id, [release_id]) if tester_id else {}
        grant = held.get(release_id)
        link = self._links.install(self._grants.token(grant)) if grant else None
        await self._workspace.voice.whisper(click.asker, messages.own_link(card, link))

    async def again(self, click: Click) -> None:
        """Try once more to tell those whom an act of distributing did not reach."""
        key = f"again:{click.trigger_id}"[:128]
        await self._distributions.again(click.subject, click.asker.by, key)

    async def sent(self, sent: Submission) -> dict[str, Any]:
        """Return the answer to the form: errors, the confirmation, or the end of it."""
        kept = remembered(sent.private_metadata)
        wish = waiting_of(sent, kept.wish) if kept.wish else wish_of(sent)
        try:
            if not wish.group_ids and not wish.people:
                raise Unclear("Choose at least one group or person.", field="targets")
            if kept.counted != wish.fingerprint:
                return await self._confirmation(sent, kept, wish)
            return await self._answered(await self._request(sent, kept, wish))
        except AlreadyDone as error:
            self._redraw(kept.release_id)
            return update(problem_view(str(error), title="Already done"))
        except SlipwayError as error:
            if isinstance(error, Outdated) or not is_for_people(error):
                raise
            if kept.wish is not None:
                return update(problem_view(in_slack(error)))  # It has no input to say it at.
            return form_errors(error, FIELDS, names.GROUPS)

    async def _answered(self, taken: Joined) -> dict[str, Any]:
        """Return what a form turns into once what it asked for was written down."""
        if isinstance(taken, ApprovalRequest):
            return update(views.asked().view())
        if isinstance(taken, PendingOrder):
            return update(views.waiting(await self._pending.one(taken.id)).view())
        return {"response_action": "clear"}

    async def groups_like(self, asked: Question) -> list[Block]:
        """Return the groups that fit, with how many are in them, as options. Raise NotAllowed."""
        await self._people.permissions.require(asked.asker.by, Act.DISTRIBUTE)
        found = await self._people.groups.like(asked.typed, limit=blocks.OPTIONS)
        chips = [GroupChip(id=group.id, name=group.name) for group in found]
        reach = await self._reach([chip.id for chip in chips])
        return [views.group_option(chip, reach.get(chip.id)) for chip in chips]

    async def _reach(self, group_ids: list[str]) -> dict[str, int]:
        """Return how many are in each group; nothing while Slack has to be asked for long."""
        try:
            async with asyncio.timeout(COUNT_WITHIN):
                return await self._people.groups.reach(group_ids)
        except TimeoutError:
            return {}

    async def releases_like(self, asked: Question) -> list[Block]:
        """Return the releases to distribute that fit what was typed. Raise NotAllowed."""
        await self._people.permissions.require(asked.asker.by, Act.DISTRIBUTE)
        states = (ReleaseState.DRAFT, ReleaseState.AWAITING_APPROVAL, ReleaseState.LIVE)
        lines = await self._lists.newest(states, like=asked.typed.strip(), limit=blocks.OPTIONS)
        return [option(line) for line in lines]

    async def pick(self, shortcut: Shortcut) -> None:
        """Ask which release is meant. Raise NotAllowed."""
        await self._people.permissions.require(shortcut.asker.by, Act.DISTRIBUTE)
        await self._workspace.doorman.open(
            shortcut.asker, shortcut.trigger_id, views.pick(), again=None
        )

    async def of_shortcut(self, shortcut: Shortcut) -> None:
        """Open the form for the release that a message is about. Raise NotAllowed, NotFound."""
        await self._people.permissions.require(shortcut.asker.by, Act.DISTRIBUTE)
        release_id = await self._of_message(shortcut)
        await self.open(shortcut.asker, shortcut.trigger_id, release_id)

    async def _of_message(self, shortcut: Shortcut) -> str:
        """Return the release that a message is about. Raise NotFound, saying what to do."""
        channel_id, ts = shortcut.asker.channel_id, text_or_none(shortcut.message, "ts")
        key = await self._workspace.postings.at(channel_id, ts) if channel_id and ts else None
        kind, _, rest = (key or "").partition(":")
        subject = rest.partition(":")[0]
        if kind == "release":
            return subject
        if kind == "upload":
            return await self._release_of(subject)
        for file in entries(shortcut.message, "files"):
            upload_id = await self._upload_of(str(file.get("id")))
            if upload_id is not None:
                return await self._release_of(upload_id)
        raise NotFound(
            "There is no build on this message. Choose the shortcut on the message that carries "
            "the file, or on the card below it."
        )

    async def _release_of(self, upload_id: str) -> str:
        card = await self._cards.upload(upload_id)
        if card.release is None:
            raise NotNow(
                card.reason
                or "This build is not ready to be distributed yet: it is still being read, or its "
                "app has to be created first."
            )
        return card.release.release_id

    async def _upload_of(self, file_id: str) -> str | None:
        team_id = (await self._workspace.whoami()).team_id
        return await self._cards.upload_of_key(f"slack:{team_id}:{file_id}")

    async def _confirmation(self, sent: Submission, kept: Remembered, wish: Wish) -> dict[str, Any]:
        """Count the people and ask; when that takes long, ask to come back and go on counting."""
        await self._people.permissions.require(sent.asker.by, Act.DISTRIBUTE)
        card = await self._cards.release(kept.release_id)
        if card.revision != kept.revision:
            raise AlreadyDone(await self._changed(card))
        filled = await self._filled(sent.asker, card, wish)
        wish = filled.wish

        counting = asyncio.ensure_future(self._counted(card.release_id, wish))
        done, _ = await asyncio.wait({counting}, timeout=COUNT_WITHIN)
        if done:
            plan, instead, also = counting.result()
            # It may have been a confirmation already, in which something was changed.
            form = views.confirmation(
                card, filled, plan, instead=instead, also=also, on_top=not kept.counted
            )
            return update(form.view()) if kept.counted else push(form.view())

        async def go_on() -> None:
            plan, instead, also = await counting
            form = views.confirmation(card, filled, plan, instead=instead, also=also)
            await self._workspace.doorman.change(sent.view_id, form)

        self._workspace.errors.start(go_on, sent.asker, during="count people")
        return update(views.distribute(card, filled, counting=True).view())

    async def _counted(
        self, release_id: str, wish: Wish
    ) -> tuple[Plan, Plan | None, list[views.Also]]:
        """Return what a wish would do, with other platforms. Raise Unclear if it reaches nobody."""
        plan, instead = await counted(self._distributions, release_id, wish)
        also = await counted_also(self._cards, self._distributions, wish)
        _worthwhile(plan, also)
        return plan, instead, also

    async def _changed(self, card: ReleaseCard) -> str:
        """Return who did what to the release while the form was open."""
        if card.sent:
            last = card.sent[-1]
            name = await self._people.people.name(last.by)
            where = row([chip.name for chip in last.groups]) or "some people"
            return (
                f"{name} distributed release {card.number} to {where} while this form was open. "
                "Open it again to add groups or people."
            )
        return f"Somebody changed release {card.number} while this form was open. Open it again."

    async def _request(self, sent: Submission, kept: Remembered, wish: Wish) -> Joined:
        order = Order(
            key=f"form:{sent.view_id}",
            release_id=kept.release_id,
            by=sent.asker.by,
            group_ids=wish.group_ids,
            people=wish.people,
            revision=kept.revision,
            notes=None if kept.went else wish.notes,
            own_notes=wish.notes if kept.went else None,
            over=kept.over if ways.goes_instead(sent) else {},
            mandatory=wish.mandatory,
            notify=wish.notify,
            waits=ways.waits(sent),
        )
        if wish.awaits:
            card = await self._cards.release(kept.release_id)
            return await self._joint.request(order, apps_of(card, wish))
        others = await self._distributions.beside(order, wish.also or ())
        return await self._distributions.request(order, *others)

    async def _filled(self, asker: Asker, card: ReleaseCard, wish: Wish) -> views.Filled:
        permissions = self._people.permissions
        offers = await offered(permissions, asker.by, card)
        missing = await awaited(permissions, asker.by, card)
        # What somebody wanted to wait for may have come since they said so.
        came = tuple(one.release_id for one in offers if one.app_id in wish.awaits)
        if came:
            wish = replace(wish, also=(*(wish.also or ()), *filter(None, came)))
        known = {group.id: group.name for group in await self._people.groups.all()}
        chips = [GroupChip(id=i, name=known[i]) for i in wish.group_ids if i in known]
        return views.Filled(wish=wish, groups=chips, offers=offers, awaited=missing)

    def _redraw(self, release_id: str) -> None:
        self._workspace.tasks.start(self._tellers.show_release(release_id), name="redraw a release")


async def offered(
    permissions: Permissions, by: Actor, card: ReleaseCard
) -> tuple[SiblingLine, ...]:
    """Return what may go out with a release for other platforms, as far as somebody may do that."""
    return tuple(
        [
            one
            for one in siblings.sendable(card)
            if await permissions.may(by, Act.DISTRIBUTE, Where(app_id=one.app_id))
        ]
    )


async def awaited(
    permissions: Permissions, by: Actor, card: ReleaseCard
) -> tuple[SiblingLine, ...]:
    """Return the platforms that a release may wait for, as far as somebody may send theirs."""
    return tuple(
        [
            one
            for one in card.siblings
            if not one.is_here
            and card.build.facts.version
            and await permissions.may(by, Act.DISTRIBUTE, Where(app_id=one.app_id))
        ]
    )


def apps_of(card: ReleaseCard, wish: Wish) -> tuple[str, ...]:
    """Return the apps whose releases go out together with one, by id."""
    also = [one.app_id for one in card.siblings if one.release_id in (wish.also or ())]
    return tuple(dict.fromkeys([*wish.awaits, *also]))


async def counted_also(cards: Cards, distributions: Distributions, wish: Wish) -> list[views.Also]:
    """Return what a wish would do with the releases for other platforms."""
    return [
        views.Also(
            card=await cards.release(one),
            plan=await distributions.plan(one, wish.group_ids, wish.people, notify=wish.notify),
        )
        for one in wish.also or ()
    ]


async def counted(
    distributions: Distributions, release_id: str, wish: Wish
) -> tuple[Plan, Plan | None]:
    """Return what a wish would do; and what in the place of newer releases, where there are."""
    plan = await distributions.plan(release_id, wish.group_ids, wish.people, notify=wish.notify)
    over = {place.group_id: place.there_id for place in beside(plan)}
    if not over:
        return plan, None
    instead = await distributions.plan(
        release_id, wish.group_ids, wish.people, notify=wish.notify, over=over
    )
    return plan, instead


def _worthwhile(plan: Plan, also: Sequence[views.Also]) -> None:
    """Raise Unclear for a choice that reaches nobody, at the field that it was made in."""
    if beside(plan) or any(one.plan.people for one in also):
        return
    if plan.people == 0 and plan.already:
        field = "targets" if plan.groups else "people"
        raise Unclear("Everybody in this choice has the release already.", field=field)
    if plan.people == 0 and not plan.groups:
        raise Unclear("This choice reaches nobody.", field="targets")


def update(view: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answer to a form that puts another view in its place."""
    return {"response_action": "update", "view": dict(view)}


def push(view: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answer to a form that lays another view over it, which opens at its top."""
    return {"response_action": "push", "view": dict(view)}
