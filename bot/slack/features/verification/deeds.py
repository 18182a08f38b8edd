"""Answers `verified`: notes the certificate of an app's newest release, another one, or none."""

from dataclasses import dataclass

from bot.slack.features.verification import messages
from bot.slack.kit.blocks import Message
from bot.slack.kit.grammar import words
from bot.slack.kit.verbs import Asked, example
from bot.slack.line.tasks import Tasks
from bot.slack.named import NamedThings
from provisioning.errors import Unclear
from provisioning.releases.lists import Lists
from provisioning.releases.verification import DeveloperVerification
from provisioning.telling.tellers import Tellers

#: So many of an app's cards are drawn anew at once; the others say it when they are next drawn.
REDRAWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class VerificationCommand:
    """Finds the app that was meant, and notes what was said of it."""

    verification: DeveloperVerification
    named: NamedThings
    lists: Lists
    tellers: Tellers
    tasks: Tasks

    async def answer(self, asked: Asked) -> Message:
        """Raise NotAllowed, NotFound, NotNow, Unclear."""
        spoken = words(asked.rest)
        if not spoken:
            raise Unclear(f"Say which app: {example('verified harbour-android')}")
        app = await self.named.app(spoken[0])
        rest = " ".join(spoken[1:])
        if rest.lower() == "off":
            marked = await self.verification.unmark(app.id, asked.by)
        else:
            marked = await self.verification.mark(app.id, asked.by, rest)
        for line in await self.lists.of_app(app.id, limit=REDRAWN):
            self.tasks.start(self.tellers.show_release(line.release_id), name="redraw a release")
        return messages.noted(marked)
