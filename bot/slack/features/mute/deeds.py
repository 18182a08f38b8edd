"""What happens behind the listeners: which app is meant, and what is muted."""

from dataclasses import dataclass

from bot.slack.features.mute import messages
from bot.slack.kit.blocks import Message
from bot.slack.kit.grammar import words
from bot.slack.kit.payloads import Click
from bot.slack.kit.verbs import Asked, closest
from bot.slack.line.replies import Voice
from bot.slack.named import refuse_unknown
from provisioning.actors import Act
from provisioning.following.mutes import Mutes
from provisioning.people.permissions import Permissions
from provisioning.releases.lists import Lists
from storage.errors import NotFound
from storage.records.app import App
from storage.records.role import Role

#: Whoever holds one of these knows of every app; others of those that they were given.
SEE_ALL = frozenset({Role.ADMIN, Role.MANAGER, Role.UPLOADER})


@dataclass(frozen=True, slots=True, kw_only=True)
class MuteDesk:
    """Lets people say what they want to be reminded of."""

    mutes: Mutes
    lists: Lists
    permissions: Permissions
    voice: Voice

    async def mute(self, asked: Asked) -> Message:
        """Raise NotAllowed, NotFound, Unclear."""
        await self.permissions.require(asked.by, Act.SEE)
        refuse_unknown(asked.rest)
        if not asked.rest:
            return messages.muted_apps(await self.mutes.muted_by(asked.by))
        app = await self._app(asked)
        return messages.muted(app, fresh=await self.mutes.mute(app.id, asked.by) or asked.again)

    async def unmute(self, asked: Asked) -> Message:
        """Raise NotAllowed, NotFound, Unclear."""
        await self.permissions.require(asked.by, Act.SEE)
        refuse_unknown(asked.rest)
        if not asked.rest:
            return messages.muted_apps(await self.mutes.muted_by(asked.by))
        app = await self._app(asked)
        return messages.unmuted(app, fresh=await self.mutes.unmute(app.id, asked.by) or asked.again)

    async def clicked(self, click: Click) -> None:
        """Mute the app that a reminder was of. Raise NotAllowed, NotFound."""
        fresh = await self.mutes.mute(click.subject, click.asker.by)
        app = await self.mutes.app(click.subject)
        await self.voice.whisper(click.asker, messages.muted(app, fresh=fresh or click.again))

    async def _app(self, asked: Asked) -> App:
        """Return the app that a person means, if they may know of it. Raise NotFound."""
        text = " ".join(words(asked.rest))
        app, _ = await self.lists.find(text)
        known = await self._known(asked)
        if app is not None and app.name in known:
            return app
        if not known:
            raise NotFound("You were not given a release yet, so there is nothing to mute.")
        meant = closest(text, known)
        hint = f"Did you mean `{meant}`?" if meant else f"There are: {', '.join(known[:20])}."
        raise NotFound(f"There is no app called “{text[:60]}”. {hint}")

    async def _known(self, asked: Asked) -> list[str]:
        if await self.permissions.roles_of(asked.by) & SEE_ALL:
            return await self.lists.names()
        return await self.lists.names_given_to(asked.user_id)
