"""What happens behind the listeners: what is to be mandatory where, if it is meant, the act."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import tzinfo
from typing import Any, Final

from bot.slack.drawing.sentences import sentence as in_slack
from bot.slack.features.mandatory import messages, views
from bot.slack.features.mandatory.views import MandatoryWish
from bot.slack.kit import blocks, names
from bot.slack.kit.blocks import Block, Form, Message
from bot.slack.kit.grammar import Mention, MentionKind, mentions, spoken, tokens
from bot.slack.kit.payloads import Click, Outdated, Question, Submission, text_or_none
from bot.slack.kit.verbs import Asked, Reply
from bot.slack.line.errors import form_errors, is_for_people, problem_view
from bot.slack.line.modals import Doorman
from bot.slack.line.replies import Voice
from bot.slack.named import NamedThings, refuse_unknown
from provisioning.actors import Act, Actor
from provisioning.distributing.mandate_order import MandateOrder, checked_version, checked_why
from provisioning.distributing.mandates import Mandates
from provisioning.errors import AlreadyDone, Unclear
from provisioning.people.people import People
from provisioning.people.permissions import Permissions
from provisioning.releases.lists import Lists
from provisioning.releases.mandated import MandateCards
from provisioning.releases.reading import Cards
from provisioning.releases.when import checked, length_meant, moment_meant, zone_named
from storage.errors import SlipwayError
from storage.records.base import now
from storage.records.release import ReleaseState

FIELDS: Final = {
    "groups": names.MANDATORY_GROUPS,
    "from": names.MANDATORY_FROM,
    "grace": names.MANDATORY_GRACE,
    "below": names.MANDATORY_BELOW,
    "because": names.MANDATORY_BECAUSE,
}
KEYWORDS: Final = ("for", "from", "grace", "below")
#: What parts a command from its reason.
_BECAUSE: Final = re.compile(r"(?:^|\s)because\b[:,]?\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedMandate:
    """What stood behind the verb."""

    app: str = ""
    version: str | None = None
    groups: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    since: str = ""
    grace: str = ""
    below: str = ""
    lifts: bool = False
    because: str = ""


def read(text: str) -> TypedMandate:
    """
    Read `mandatory APP [VERSION] [off] [for GROUP|#CHANNEL...] [from WHEN] [grace TIME] [below V]`.

    The parts may come in any order, `because REASON` last. Raise Unclear for a part that stands
    there twice, for people, and as `refuse_unknown` does.
    """
    before, *reason = _BECAUSE.split(text, maxsplit=1)
    rest = tokens(before)[1:]
    said: dict[str, list[str]] = {"": []}
    part = ""
    for word in (token for token in rest if not isinstance(token, Mention)):
        if word.lower() not in KEYWORDS or not said[""]:
            said[part].append(word)
            continue
        part = word.lower()
        if part in said:
            raise Unclear(f"`{part}` stands there twice. Say it once.")
        said[part] = []
    what = said.pop("")
    refuse_unknown([*mentions(rest, MentionKind.USERGROUP), *said.get("for", ())])
    if mentions(rest, MentionKind.PERSON):
        raise Unclear("A release is mandatory for groups. Name one in place of a person.")
    off = [word for words in (what[1:], *said.values()) for word in words if word.lower() == "off"]
    channels = tuple(mention.id for mention in mentions(rest, MentionKind.CHANNEL))
    _check(said, channels)
    return TypedMandate(
        app=what[0] if what else "",
        version=" ".join(word for word in what[1:] if word.lower() != "off") or None,
        groups=tuple(word for word in said.get("for", ()) if word.lower() != "off"),
        channels=channels,
        since=_joined(said, "from"),
        grace=_joined(said, "grace"),
        below=_joined(said, "below"),
        lifts=bool(off),
        because=spoken(reason[0]) if reason else "",
    )


def _check(said: Mapping[str, list[str]], channels: tuple[str, ...]) -> None:
    """Raise Unclear for a keyword with nothing behind it."""
    for part, words in said.items():
        if not words and not (part == "for" and channels):
            raise Unclear(f"Say something behind `{part}`, or leave it out.")


def _joined(said: Mapping[str, list[str]], part: str) -> str:
    return " ".join(word for word in said.get(part, ()) if word.lower() != "off")


@dataclass(frozen=True, slots=True, kw_only=True)
class MandatoryDesk:
    """Opens, reads and answers the forms; carries out what was meant; undoes it."""

    cards: Cards
    mandated: MandateCards
    lists: Lists
    named: NamedThings
    people: People
    permissions: Permissions
    mandates: Mandates
    doorman: Doorman
    voice: Voice

    async def typed(self, asked: Asked) -> Reply:
        """Answer the verb: at once where one group is meant, else with a question or a form."""
        await self.permissions.require(asked.by, Act.REQUIRE)
        said = read(asked.text)
        wish = await self._wish(said, asked.by)
        if not said.app:
            return views.pick(wish)
        _, line = await self.named.release(said.app, said.version)
        groups = await self.named.groups_in(said.groups)
        groups += await self.named.heard_in(said.channels)
        ids = tuple(dict.fromkeys(group.id for group in groups))
        wish = replace(wish, release_id=line.release_id, group_ids=ids)
        if said.version is None:
            return await self._form(wish)
        plan = await self.mandates.plan(wish.release_id, wish.group_ids)
        if plan.is_wide or wish.zone_unknown:
            return views.confirmation(await self.cards.release(wish.release_id), wish, plan)
        return await self._act(wish, asked.by, f"command:{asked.trigger_id}")

    async def open(self, click: Click) -> None:
        """Open the form for a release. Raise NotAllowed, NotFound, NotNow."""
        await self.permissions.require(click.asker.by, Act.REQUIRE)
        form = await self._form(MandatoryWish(release_id=click.subject))
        again = blocks.button("Mandatory…", names.MANDATORY, names.value_of(click.subject))
        await self.doorman.open(click.asker, click.trigger_id, form, again=again)

    async def picked(self, sent: Submission) -> dict[str, Any]:
        """Return the form for the release that was chosen."""
        kept = views.wish_in(sent.private_metadata)
        wish = replace(kept, release_id=sent.entered(names.MANDATORY_RELEASE))
        try:
            await self.permissions.require(sent.asker.by, Act.REQUIRE)
            return _update(await self._form(wish))
        except SlipwayError as error:
            if not is_for_people(error):
                raise
            return form_errors(error, {}, names.MANDATORY_RELEASE)

    async def sent(self, sent: Submission) -> dict[str, Any]:
        """Carry out what was filled in, or ask first; or say what is wrong beside its input."""
        try:
            await self.permissions.require(sent.asker.by, Act.REQUIRE)
            wish = _checked(views.entered(sent))
            plan = await self.mandates.plan(wish.release_id, wish.group_ids)
            if plan.is_wide:
                card = await self.cards.release(wish.release_id)
                form = views.confirmation(card, wish, plan, on_top=True)
                return {"response_action": "push", "view": form.view()}
            done = await self._act(wish, sent.asker.by, f"form:{sent.view_id}")
        except SlipwayError as error:
            if isinstance(error, Outdated) or not is_for_people(error):
                raise
            return form_errors(error, FIELDS, names.MANDATORY_GRACE)
        return _update(_shown(done))

    async def confirmed(self, sent: Submission) -> dict[str, Any]:
        """Carry out what was confirmed, and return what came of it."""
        wish = views.wish_in(sent.private_metadata)
        try:
            done = await self._act(wish, sent.asker.by, f"form:{sent.view_id}")
        except SlipwayError as error:
            if not is_for_people(error):
                raise
            title = "Already changed" if isinstance(error, AlreadyDone) else "Not possible"
            view = problem_view(in_slack(error), title=title)
            return {"response_action": "update", "view": view}
        return _update(_shown(done))

    async def undo(self, click: Click) -> None:
        """Let what was before an act be so again, and say so to whoever clicked."""
        mandate = await self.mandates.undo(click.subject, click.asker.by)
        done = await self._done(mandate.id)
        view_id = text_or_none(click.view, "id")
        if view_id is None or not await self.doorman.change(view_id, _shown(done)):
            await self.voice.whisper(click.asker, done)

    async def releases_like(self, asked: Question) -> list[Block]:
        """Return the live releases that fit what was typed. Raise NotAllowed."""
        await self.permissions.require(asked.asker.by, Act.REQUIRE)
        lines = await self.lists.newest(
            (ReleaseState.LIVE,), like=asked.typed.strip(), limit=blocks.OPTIONS
        )
        return views.options(lines)

    async def _wish(self, said: TypedMandate, by: Actor) -> MandatoryWish:
        """Return what was typed, with its moments in the asker's own zone. Raise Unclear."""
        wish = MandatoryWish(
            release_id="", below=said.below, lifts=said.lifts, because=said.because
        )
        if said.grace:
            wish = replace(wish, grace=length_meant(said.grace))
        if said.since:
            at, zone, known = now(), *await self._zone(by)
            since = moment_meant(said.since, zone, at)
            wish = replace(wish, since=since if since > at else None, zone_unknown=not known)
        return _checked(wish)

    async def _zone(self, by: Actor) -> tuple[tzinfo, bool]:
        """Return somebody's time zone, and whether it is known at all."""
        name = await self.people.time_zone(by)
        return zone_named(name), name is not None

    async def _form(self, wish: MandatoryWish) -> Form:
        card = await self.cards.release(wish.release_id)
        plan = await self.mandates.plan(wish.release_id, ())
        return views.mandatory_form(card, replace(wish, seen=plan.seen))

    async def _act(self, wish: MandatoryWish, by: Actor, key: str) -> Message:
        order = MandateOrder(
            key=key,
            release_id=wish.release_id,
            by=by,
            group_ids=wish.group_ids,
            since=wish.since,
            grace=wish.grace,
            below=wish.below,
            lifts=wish.lifts,
            because=wish.because,
            seen=wish.seen,
        )
        return await self._done((await self.mandates.request(order)).id)

    async def _done(self, mandate_id: str) -> Message:
        card = await self.mandated.one(mandate_id)
        return messages.done(await self.cards.release(card.release_id), card)


def _checked(wish: MandatoryWish) -> MandatoryWish:
    """Return a wish whose words and moment are in order. Raise Unclear."""
    return replace(
        wish,
        since=checked(wish.since, now()) if wish.since else None,
        below=checked_version(wish.below),
        because=checked_why(wish.because),
    )


def _shown(done: Message) -> Form:
    return Form(callback_id=names.SHOWN, title="Mandatory", close="Close", blocks=done.blocks)


def _update(form: Form) -> dict[str, Any]:
    return {"response_action": "update", "view": form.view()}
