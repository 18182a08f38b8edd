"""What people look at: lists, one release in full, apps and testers, as far as they may."""

from collections.abc import Sequence
from dataclasses import replace

from bot.slack.features.releases import messages, views
from bot.slack.kit import blocks
from bot.slack.kit.blocks import Block, Form, Message
from bot.slack.kit.grammar import words
from bot.slack.kit.payloads import actor
from bot.slack.kit.verbs import Asked, Reply, closest, example
from provisioning.actors import Act
from provisioning.people.permissions import Permissions
from provisioning.people.testers import Testers
from provisioning.releases.cards import ReleaseLine
from provisioning.releases.lists import Lists
from provisioning.releases.reading import Cards
from storage.errors import NotFound
from storage.records.app import App
from storage.records.release import ReleaseState
from storage.records.role import Role

#: Whoever holds one of these sees every release; others see what they were given.
SEE_ALL = frozenset({Role.ADMIN, Role.MANAGER, Role.UPLOADER})


#: What lists show.
SHOWN = frozenset(ReleaseState) - {ReleaseState.DISMISSED, ReleaseState.RECALLED}
#: Nobody was given more releases than this, and cares.
EVERYTHING = 500


class Looking:
    """What people may look at."""

    def __init__(
        self, cards: Cards, lists: Lists, permissions: Permissions, testers: Testers
    ) -> None:
        self._cards = cards
        self._lists = lists
        self._permissions = permissions
        self._testers = testers

    async def listed(self, asked: Asked) -> Reply:
        named = words(asked.rest)
        if not named:
            lines = await self._newest(asked.user_id)
            return messages.listed("Newest releases", lines, await self._nothing(asked.user_id))
        app, _ = await self._find(asked.user_id, named[0])
        lines = await self._visible(asked.user_id, await self._lists.of_app(app.id))
        return messages.listed(app.display_name, lines, "Every release of it was dismissed.")

    async def show(self, asked: Asked) -> Reply:
        named = words(asked.rest)
        if not named:
            return views.which_release()
        version = " ".join(named[1:]) or None
        app, release = await self._find(asked.user_id, named[0], version)
        visible = await self._visible(asked.user_id, [release] if release else [])
        if not visible:
            what = f"release “{version[:60]}”" if version else "release"
            raise NotFound(
                f"{app.display_name} has no {what}. See them all: {example(f'list {app.name}')}"
            )
        return await self._sheet(asked.user_id, visible[0].release_id)

    async def apps(self, asked: Asked) -> Reply:
        if not await self._sees_all(asked.user_id):
            return await self.listed(replace(asked, rest=()))
        return messages.apps(await self._lists.apps())

    async def testers(self, asked: Asked) -> Reply:
        await self._permissions.require(asked.by, Act.MANAGE_GROUPS)
        return messages.testers(await self._testers.every())

    async def shown(self, user_id: str, release_id: str) -> Form:
        """Return a release as a person may see it. Raise NotFound."""
        if not await self._may_see(user_id, release_id):
            raise NotFound("There is no such release for you.")
        return views.one_release(await self._sheet(user_id, release_id))

    async def options(self, user_id: str, typed: str) -> list[Block]:
        """Return the releases that fit what a person typed, newest first."""
        needle = typed.strip()
        if await self._sees_all(user_id):
            lines = await self._lists.newest(SHOWN, like=needle, limit=blocks.OPTIONS)
            return [views.option_of(line) for line in lines]
        given = await self._lists.given_to(user_id, limit=EVERYTHING)
        fitting = [one.release for one in given if _fits(one.release, needle.casefold())]
        return [views.option_of(line) for line in fitting[: blocks.OPTIONS]]

    async def _sheet(self, user_id: str, release_id: str) -> Message:
        """Return a release in full; who else has it is for those who see every release."""
        card = await self._cards.release(release_id)
        return messages.full(card, with_reach=await self._sees_all(user_id))

    async def _newest(self, user_id: str, *, limit: int = 15) -> list[ReleaseLine]:
        if await self._sees_all(user_id):
            return await self._lists.newest(SHOWN, limit=limit)
        return [given.release for given in await self._lists.given_to(user_id, limit=limit)]

    async def _visible(self, user_id: str, lines: Sequence[ReleaseLine]) -> list[ReleaseLine]:
        if await self._sees_all(user_id):
            return list(lines)
        given = await self._lists.given_to(user_id, limit=EVERYTHING)
        own = {one.release.release_id for one in given}
        return [line for line in lines if line.release_id in own]

    async def _may_see(self, user_id: str, release_id: str) -> bool:
        if await self._sees_all(user_id):
            return True
        given = await self._lists.given_to(user_id, limit=EVERYTHING)
        return any(one.release.release_id == release_id for one in given)

    async def _sees_all(self, user_id: str) -> bool:
        return bool(await self._permissions.roles_of(actor(user_id)) & SEE_ALL)

    async def _nothing(self, user_id: str) -> str:
        if await self._sees_all(user_id):
            return messages.NO_APPS
        return messages.NOTHING_GIVEN

    async def _find(
        self, user_id: str, text: str, version: str | None = None
    ) -> tuple[App, ReleaseLine | None]:
        """Return the app that a person means, if they may know of it. Raise NotFound."""
        app, release = await self._lists.find(text, version)
        known = await self._known(user_id)
        if app is not None and app.name in known:
            return app, release
        if not known:
            raise NotFound(await self._nothing(user_id))
        meant = closest(text, known)
        hint = f"Did you mean `{meant}`?" if meant else f"There are: {', '.join(known[:20])}."
        raise NotFound(f"There is no app called “{text[:60]}”. {hint}")

    async def _known(self, user_id: str) -> list[str]:
        """Return the names of the apps that a person may know of."""
        if await self._sees_all(user_id):
            return await self._lists.names()
        given = await self._lists.given_to(user_id, limit=EVERYTHING)
        return sorted({one.release.app_name for one in given})


def _fits(line: ReleaseLine, needle: str) -> bool:
    return needle in f"{line.app_display_name} {line.label} {line.app_name}".casefold()
