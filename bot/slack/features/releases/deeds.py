"""What people look at: lists, one release in full, apps and testers, as far as they may."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.house import House
from bot.slack.drawing.notes import read_ahead
from bot.slack.drawing.releases import option
from bot.slack.features.releases import messages, views
from bot.slack.kit import blocks
from bot.slack.kit.blocks import Block, Form, Message
from bot.slack.kit.grammar import MentionKind, is_address, mentions, words
from bot.slack.kit.payloads import actor
from bot.slack.kit.verbs import Asked, Reply, closest, example, unknown
from bot.slack.named import refuse_unknown
from provisioning.actors import Act
from provisioning.errors import NotAllowed, Unclear
from provisioning.people.permissions import ALLOWED
from provisioning.releases.cards import ReleaseLine
from provisioning.releases.tagging import checked_tag
from storage.errors import NotFound
from storage.records.app import App
from storage.records.release import ReleaseState
from storage.records.role import Role

#: Whoever holds one of these sees every release; others see what they were given.
SEE_ALL = frozenset({Role.ADMIN, Role.MANAGER, Role.UPLOADER})


#: What lists show.
SHOWN = frozenset(ReleaseState) - {ReleaseState.DISMISSED, ReleaseState.RECALLED}
#: What stands before a tag in a list that is asked for.
TAG = "tag:"
#: Nobody was given more releases than this, and cares.
EVERYTHING = 500
#: Even the shortest lines of more testers find no room in a message.
TESTERS = 400

#: What takes the link to a tester's own page back.
REVOKE = "revoke"


def _parted(named: Sequence[str]) -> tuple[str, list[str]]:
    """Return the tag that is asked for, empty without one, and the other words."""
    tags = [word for word in named if word.lower().startswith(TAG)]
    if len(tags) > 1:
        raise Unclear(f"One tag at a time: {example(f'list {tags[0]}')}.")
    rest = [word for word in named if word not in tags]
    return (checked_tag(tags[0][len(TAG) :]) if tags else ""), rest


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """Somebody who looks: at every release, or at those that they were given."""

    user_id: str
    sees_all: bool
    distributes: bool

    @property
    def nothing(self) -> str:
        """What they are told when there is nothing for them to see."""
        return messages.NO_APPS if self.sees_all else messages.NOTHING_GIVEN


class Looking:
    """What people may look at. Who looks is asked once in each answer."""

    def __init__(self, house: House) -> None:
        self._cards = house.releases.cards
        self._lists = house.releases.lists
        self._permissions = house.people.permissions
        self._testers = house.people.testers
        self._receipts = house.installing.receipts
        self._installabilities = house.installing.installabilities
        self._pages = house.installing.pages
        self._homes = house.homes
        self._links = house.links

    async def listed(self, asked: Asked) -> Reply:
        return await self._listed(await self._viewer(asked.user_id), words(asked.rest))

    async def show(self, asked: Asked) -> Reply:
        named = words(asked.rest)
        viewer = await self._viewer(asked.user_id)
        if not named and not await self._newest(viewer, limit=1):
            # A form would open in which there is nothing to choose.
            return messages.listed("Releases", [], viewer.nothing)
        if not named:
            return views.which_release()
        version = " ".join(named[1:]) or None
        app, release = await self._find(viewer, named[0], version)
        visible = await self._visible(viewer, [release] if release else [])
        if not visible:
            what = f"release “{version[:60]}”" if version else "release"
            raise NotFound(
                f"{app.display_name} has no {what}. See them all: {example(f'list {app.name}')}"
            )
        return await self._sheet(viewer, visible[0].release_id)

    async def apps(self, asked: Asked) -> Reply:
        viewer = await self._viewer(asked.user_id)
        if not viewer.sees_all:
            return await self._listed(viewer, [])
        return messages.apps(await self._lists.apps())

    async def testers(self, asked: Asked) -> Reply:
        """Raise NotAllowed, NotFound, Unclear."""
        spoken = words(asked.rest)
        if spoken and spoken[0].lower() == REVOKE:
            return await self._revoke(asked)
        await self._permissions.require(asked.by, Act.SEE_TESTERS)
        if spoken:
            raise Unclear(unknown(spoken[0], [REVOKE], "testers"))
        return messages.testers(await self._testers.listed(limit=TESTERS))

    async def _revoke(self, asked: Asked) -> Message:
        """Take the link to somebody's own page back. Their Home tab has another one soon."""
        await self._permissions.require(asked.by, Act.REVOKE_LINKS)
        refuse_unknown(asked.rest)
        people = mentions(asked.rest, MentionKind.PERSON)
        addresses = [word for word in words(asked.rest) if is_address(word)]
        if len(addresses) == 1 and not people:
            held = await self._pages.revoke_of(addresses[0].lower(), asked.by)
            return messages.revoked_of(addresses[0], held=held)
        if len(people) != 1:
            raise Unclear(f"Say whose link: {example('testers revoke @bob')}")
        slack_id = people[0].id
        held = await self._pages.revoke(slack_id, asked.by)
        tester_id = await self._testers.id_of(slack_id)
        if tester_id is not None:
            await self._homes.testers_changed([tester_id])
        return messages.revoked(slack_id, held=held)

    async def shown(self, user_id: str, release_id: str) -> Form:
        """Return a release as a person may see it. Raise NotFound."""
        viewer = await self._viewer(user_id)
        if not await self._sees(viewer, release_id):
            raise NotFound("There is no such release for you.")
        return views.one_release(await self._sheet(viewer, release_id))

    async def shared(self, user_id: str, release_id: str) -> Form:
        """Return the release of a link that somebody shared. Raise NotAllowed, NotFound."""
        viewer = await self._viewer(user_id)
        if not await self._sees(viewer, release_id):
            raise NotAllowed(
                "This release was not given to you, so that you see no more of it than stands "
                "below the link. Ask a release manager to give it to you."
            )
        return views.one_release(await self._sheet(viewer, release_id))

    async def options(self, user_id: str, typed: str) -> list[Block]:
        """Return the releases that fit what a person typed, newest first."""
        viewer = await self._viewer(user_id)
        if viewer.sees_all:
            lines = await self._lists.newest(SHOWN, like=typed, limit=blocks.OPTIONS)
            return [option(line) for line in lines]
        given = await self._lists.given_to(user_id, like=typed, limit=EVERYTHING)
        return [option(one.release) for one in given[: blocks.OPTIONS]]

    async def _viewer(self, user_id: str) -> Viewer:
        held = await self._permissions.roles_of(actor(user_id))
        return Viewer(
            user_id=user_id,
            sees_all=bool(held & SEE_ALL),
            distributes=bool(held & ALLOWED[Act.DISTRIBUTE]),
        )

    async def _listed(self, viewer: Viewer, named: Sequence[str]) -> Message:
        tag, named = _parted(named)
        if tag:
            return await self._tagged(viewer, tag, named)
        if not named:
            newest = await self._newest(viewer)
            lines = await self._lists.with_reach(newest)
            return messages.listed("Newest releases", lines, viewer.nothing)
        app, _ = await self._find(viewer, named[0])
        visible = await self._visible(viewer, await self._lists.of_app(app.id))
        lines = await self._lists.with_reach(visible)
        return messages.listed(app.display_name, lines, "Every release of it was dismissed.")

    async def _tagged(self, viewer: Viewer, tag: str, named: Sequence[str]) -> Message:
        """List what has a tag, of one app or of all; or say which tags there are."""
        app = (await self._find(viewer, named[0]))[0] if named else None
        app_id = app.id if app else None
        found = await self._lists.tagged(tag, SHOWN, app_id=app_id)
        visible = await self._visible(viewer, found)
        if not visible and not viewer.sees_all:
            raise NotFound(f"You were given nothing that is tagged “{tag}”.")
        if not visible:
            raise NotFound(messages.no_such_tag(tag, await self._lists.tags(app_id)))
        title = f"{app.display_name if app else 'Newest releases'}, tagged {tag}"
        return messages.listed(title, await self._lists.with_reach(visible), viewer.nothing)

    async def _sheet(self, viewer: Viewer, release_id: str) -> Message:
        """Return a release in full; who else has it is for those who see every release."""
        card = await self._cards.release(release_id)
        await read_ahead(card.notes, card.notes_kind)
        if not viewer.sees_all:
            return messages.full(card, with_reach=False, distributes=viewer.distributes)
        return messages.full(
            card,
            with_reach=True,
            distributes=viewer.distributes,
            tally=await self._receipts.tally(release_id),
            readiness=await self._installabilities.of_card(card),
            link=self._links.release(release_id),
        )

    async def _sees(self, viewer: Viewer, release_id: str) -> bool:
        return viewer.sees_all or bool(await self._lists.had(viewer.user_id, [release_id]))

    async def _newest(self, viewer: Viewer, *, limit: int = 15) -> list[ReleaseLine]:
        if viewer.sees_all:
            return await self._lists.newest(SHOWN, limit=limit)
        return [one.release for one in await self._lists.given_to(viewer.user_id, limit=limit)]

    async def _visible(self, viewer: Viewer, lines: Sequence[ReleaseLine]) -> list[ReleaseLine]:
        if viewer.sees_all or not lines:
            return list(lines)
        own = await self._lists.had(viewer.user_id, [line.release_id for line in lines])
        return [line for line in lines if line.release_id in own]

    async def _find(
        self, viewer: Viewer, text: str, version: str | None = None
    ) -> tuple[App, ReleaseLine | None]:
        """Return the app that a person means, if they may know of it. Raise NotFound."""
        app, release = await self._lists.find(text, version)
        if app is not None and viewer.sees_all:
            return app, release
        known = await self._known(viewer)
        if app is not None and app.name in known:
            return app, release
        if not known:
            raise NotFound(viewer.nothing)
        meant = closest(text, known)
        hint = f"Did you mean `{meant}`?" if meant else f"There are: {', '.join(known[:20])}."
        raise NotFound(f"There is no app called “{text[:60]}”. {hint}")

    async def _known(self, viewer: Viewer) -> list[str]:
        """Return the names of the apps that a person may know of."""
        if viewer.sees_all:
            return await self._lists.names()
        return await self._lists.names_given_to(viewer.user_id)
