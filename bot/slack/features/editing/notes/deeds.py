"""What happens behind the listeners: which release is meant, and its new notes."""

import re
from dataclasses import dataclass
from typing import Final

from bot.links import Links
from bot.slack.features.editing.notes import messages, views
from bot.slack.kit import blocks, names
from bot.slack.kit.blocks import Block, Form
from bot.slack.kit.grammar import written
from bot.slack.kit.payloads import Asker, Click, Outdated, Question, Submission
from bot.slack.kit.verbs import Asked, Reply
from bot.slack.line.modals import Doorman
from bot.slack.line.submitting import Answer, carried_out
from bot.slack.named import NamedThings
from provisioning.actors import Act, Actor
from provisioning.errors import AlreadyDone
from provisioning.people.permissions import Permissions
from provisioning.releases.editing import NoteEditing
from provisioning.releases.lists import Lists
from provisioning.releases.reading import Cards
from provisioning.releases.rewording import Rewording
from storage.records.release import NotesKind, ReleaseState

FIELDS: Final = {"notes": names.NOTES_TEXT}
#: The verb, an app, and all the rest.
_TYPED: Final = re.compile(
    r'\s*\S+(?:\s+(?:"(?P<quoted>[^"]*)"|(?P<app>\S+)))?(?P<rest>.*)', re.DOTALL
)
#: What may be a version, with the build behind it in brackets.
_VERSION: Final = re.compile(r"\s*(?P<version>\S+(?:[ \t]+\(\S+\))?)(?P<text>.*)", re.DOTALL)
#: What cannot be meant for anything else.
_IS_VERSION: Final = re.compile(r"[#v]?\d+(?:\.\d+)*(?:[ \t]+\(\S+\))?", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedNotes:
    """What stood behind the verb: perhaps a `version` and a text, perhaps only a text."""

    app: str = ""
    version: str = ""
    text: str = ""
    whole: str = ""

    @property
    def is_surely_version(self) -> bool:
        return _IS_VERSION.fullmatch(self.version) is not None


def read(text: str) -> TypedNotes:
    """Read `notes APP [VERSION] [TEXT]`; the text stays as it was typed, its lines included."""
    typed = _TYPED.fullmatch(text)
    if typed is None:
        return TypedNotes()
    rest = typed["rest"]
    first = _VERSION.fullmatch(rest)
    return TypedNotes(
        app=typed["quoted"] or typed["app"] or "",
        version=first["version"] if first else "",
        text=written(first["text"]) if first else "",
        whole=written(rest),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class NotesDesk:
    """Opens, reads and answers the forms of notes, and takes typed ones."""

    cards: Cards
    lists: Lists
    named: NamedThings
    permissions: Permissions
    rewording: Rewording
    editing: NoteEditing
    doorman: Doorman
    links: Links

    async def typed(self, asked: Asked) -> Reply:
        """Change the notes where all is said, else open the form."""
        await self.permissions.require(asked.by, Act.EDIT)
        said = read(asked.text)
        if not said.app:
            return views.pick()
        release_id, text = await self._meant(said)
        if release_id is None:
            _, newest = await self.named.release(said.app, None)
            return await self._form(newest.release_id, asked.by, said.whole or None)
        if not text:
            return await self._form(release_id, asked.by)
        try:
            await self.rewording.change(release_id, text, asked.by, kind=NotesKind.MARKDOWN)
        except AlreadyDone:
            if not asked.again:
                raise
        return messages.changed(await self.cards.release(release_id))

    async def open(self, click: Click, release_id: str) -> None:
        """Open the form for a release. Raise NotAllowed, NotFound, NotNow."""
        form = await self._form(release_id, click.asker.by)
        value = names.value_of(release_id, names.MORE_NOTES)
        again = blocks.button("Edit notes…", names.MORE, value)
        await self.doorman.open(click.asker, click.trigger_id, form, again=again)

    async def picked(self, sent: Submission) -> Answer:
        """Return the form for the release that was chosen."""
        chosen = sent.entered(names.NOTES_RELEASE)
        return await carried_out(self._form(chosen, sent.asker.by), {}, names.NOTES_RELEASE)

    async def sent(self, sent: Submission) -> Answer:
        """Change the notes, or say beside what was written why they stay."""
        match sent.kept:
            case (release_id, revision) if revision.isdigit():
                text = sent.entered(names.NOTES_TEXT)
                change = self._change(release_id, text, int(revision), sent.asker)
                return await carried_out(change, FIELDS, names.NOTES_TEXT)
        raise Outdated

    async def releases_like(self, asked: Question) -> list[Block]:
        """Return the releases that fit what was typed. Raise NotAllowed."""
        await self.permissions.require(asked.asker.by, Act.EDIT)
        states = (ReleaseState.DRAFT, ReleaseState.LIVE)
        lines = await self.lists.newest(states, like=asked.typed.strip(), limit=blocks.OPTIONS)
        return views.options(lines)

    async def _change(self, release_id: str, text: str, revision: int, asker: Asker) -> Form:
        await self.rewording.change(release_id, text, asker.by, revision=revision)
        return views.changed(await self.cards.release(release_id))

    async def _form(self, release_id: str, by: Actor, text: str | None = None) -> Form:
        await self.rewording.require(release_id, by)
        card = await self.cards.release(release_id)
        url = self.links.notes(await self.editing.invite(release_id, by))
        return views.edit(card, url, text)

    async def _meant(self, said: TypedNotes) -> tuple[str | None, str]:
        """Return the release that was named, None for the newest, and the text behind it."""
        if not said.version:
            return None, ""
        _, release = await self.lists.find(said.app, said.version)
        if release is None and said.is_surely_version:
            _, release = await self.named.release(said.app, said.version)
        return (release.release_id, said.text) if release is not None else (None, "")
