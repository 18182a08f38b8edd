"""What happens behind the listeners: who has a release, who would be reminded, and the nudge."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from bot.slack.drawing.actors import who
from bot.slack.drawing.sentences import sentence as in_slack
from bot.slack.features.who import messages, views
from bot.slack.features.who.views import NudgeForm
from bot.slack.kit import blocks, names
from bot.slack.kit.blocks import Form
from bot.slack.kit.grammar import Mention, MentionKind, Token, mentions
from bot.slack.kit.payloads import Click, Outdated, Submission, text_or_none
from bot.slack.kit.verbs import Asked, Reply, example
from bot.slack.line.errors import is_for_people, problem_view
from bot.slack.line.modals import Doorman
from bot.slack.named import NamedThings, refuse_unknown
from provisioning.actors import Act, Actor
from provisioning.errors import AlreadyDone, Unclear
from provisioning.following.holders import HolderList, Holders
from provisioning.following.nudge_order import NudgeOrder, due_of
from provisioning.following.nudges import Nudges
from provisioning.people.permissions import Permissions
from provisioning.releases.cards import ReleaseLine
from provisioning.releases.lists import Lists
from storage.errors import NotFound, SlipwayError

USAGE: Final = f"Say which app: {example('who harbour')}, or {example('who harbour 2.4.0 in QA')}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedWho:
    """What stood behind the verb."""

    app: str
    version: str | None
    group: tuple[str, ...]
    channels: tuple[str, ...]


def read(rest: Sequence[Token]) -> TypedWho:
    """Read `APP [VERSION] [in GROUP|#CHANNEL]`. Raise Unclear, also as `refuse_unknown` does."""
    refuse_unknown(rest)
    if mentions(rest, MentionKind.PERSON):
        raise Unclear(f"What one person did is asked with {example('history @ann')}.")
    plain = [token for token in rest if not isinstance(token, Mention)]
    at = (i for i, word in enumerate(plain) if word.lower() == "in" and i > 0)
    split = next(at, len(plain))
    what = plain[:split]
    if not what:
        raise Unclear(USAGE)
    return TypedWho(
        app=what[0],
        version=" ".join(what[1:]) or None,
        group=tuple(plain[split + 1 :]),
        channels=tuple(mention.id for mention in mentions(rest, MentionKind.CHANNEL)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class WhoDesk:
    """Shows who has a release; opens, reads and answers what is asked before a nudge."""

    holders: Holders
    nudges: Nudges
    lists: Lists
    named: NamedThings
    permissions: Permissions
    doorman: Doorman

    async def typed(self, asked: Asked) -> Reply:
        """Answer the verb. Raise NotAllowed, NotFound, Unclear."""
        try:
            release, group_id = await self._meant(read(asked.rest))
        except SlipwayError:
            # Names are suggested to those only who may know them.
            await self.permissions.require(asked.by, Act.SEE_HOLDERS)
            raise
        found = await self.holders.of(release.release_id, asked.by, group_id)
        return messages.told(release, found, due_of(found))

    async def _meant(self, said: TypedWho) -> tuple[ReleaseLine, str]:
        """Return the release, and the group if one was named. Raise NotFound, Unclear."""
        app, release = await self.named.release(said.app, said.version)
        group_id = await self._group(said)
        if said.version is not None:
            return release, group_id
        live = await self.lists.newest_live(app.id)
        if live is None:
            raise NotFound(
                f"No release of {app.display_name} is live, so nobody has one. Distribute it: "
                f"{example(f'distribute {app.name}')}"
            )
        return live, group_id

    async def open(self, click: Click) -> None:
        """Show everybody. Raise NotAllowed, NotFound."""
        release_id, group_id = _what(click)
        form = await self._page(release_id, group_id, click.asker.by, 0)
        again = blocks.button("Who has it", names.WHO, names.value_of(release_id, group_id))
        await self.doorman.open(click.asker, click.trigger_id, form, again=again)

    async def turn(self, click: Click) -> None:
        """Show another page in the same form. Raise NotAllowed, NotFound."""
        match click.parts:
            case (release_id, group_id, page) if page.isdigit():
                form = await self._page(release_id, group_id, click.asker.by, int(page))
            case _:
                raise Outdated
        await self.doorman.change(text_or_none(click.view, "id") or "", form)

    async def nudge(self, click: Click) -> None:
        """Show who would be reminded now. Raise NotAllowed, NotFound, NotNow."""
        release_id, group_id = _what(click)
        form = await self._preview(release_id, group_id, click.asker.by)
        if click.view:
            await self.doorman.push(click.asker, click.trigger_id, form)
            return
        again = blocks.button("Nudge…", names.NUDGE, names.value_of(release_id, group_id))
        await self.doorman.open(click.asker, click.trigger_id, form, again=again)

    async def confirmed(self, sent: Submission) -> dict[str, Any]:
        """Begin to remind those who were shown, and return what came of it."""
        match sent.kept:
            case (release_id, group_id, fingerprint):
                order = NudgeOrder(
                    key=f"form:{sent.view_id}",
                    release_id=release_id,
                    by=sent.asker.by,
                    group_id=group_id,
                    fingerprint=fingerprint,
                )
            case _:
                raise Outdated
        try:
            people = await self.nudges.people_of((await self.nudges.request(order)).id)
        except AlreadyDone as error:
            return _update(problem_view(in_slack(error), title="Already reminded"))
        except SlipwayError as error:
            if error.code == "changed_meanwhile":
                form = await self._preview(
                    release_id, group_id, sent.asker.by, notice=in_slack(error)
                )
                return _update(form.view())
            if not is_for_people(error):
                raise
            return _update(problem_view(in_slack(error)))
        return _update(views.begun(people).view())

    async def again(self, click: Click) -> None:
        """Try once more to remind those whom a nudge did not reach."""
        await self.nudges.again(click.subject, click.asker.by)

    async def _group(self, said: TypedWho) -> str:
        """Return the one group that was named, empty for none. Raise NotFound, Unclear."""
        groups = await self.named.groups_in(said.group) if said.group else []
        groups += await self.named.heard_in(said.channels)
        found = list(dict.fromkeys(group.id for group in groups))
        if len(found) > 1:
            several = ", ".join(group.name for group in groups)
            raise Unclear(f"Ask for one group at a time: these are {several}.")
        return found[0] if found else ""

    async def _page(self, release_id: str, group_id: str, by: Actor, page: int) -> Form:
        found = await self._people(release_id, group_id, by, page)
        last = views.pages_of(found) - 1
        if page > last:  # There were more when they were shown where to go on.
            page, found = last, await self._people(release_id, group_id, by, last)
        return views.everyone(await self._release(release_id), found, due_of(found), page)

    async def _people(self, release_id: str, group_id: str, by: Actor, page: int) -> HolderList:
        return await self.holders.page(
            release_id, by, group_id, after=page * views.PAGE, limit=views.PAGE
        )

    async def _preview(
        self, release_id: str, group_id: str, by: Actor, *, notice: str = ""
    ) -> Form:
        plan = await self.nudges.plan(release_id, by, group_id)
        kept = NudgeForm(release_id=release_id, group_id=group_id, fingerprint=plan.fingerprint)
        release = await self._release(release_id)
        return views.preview(release, plan, kept, who(by.reference), notice=notice)

    async def _release(self, release_id: str) -> ReleaseLine:
        """Raise NotFound."""
        found = await self.lists.those([release_id])
        if not found:
            raise NotFound("There is no such release.")
        return found[0]


def _what(click: Click) -> tuple[str, str]:
    """Return the release and the group that a button is about; on a card there is no group."""
    release_id, *rest = (click.subject, *click.parts[1:])
    return release_id, rest[0] if rest else ""


def _update(view: dict[str, Any]) -> dict[str, Any]:
    return {"response_action": "update", "view": view}
