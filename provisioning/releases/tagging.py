"""Tagging: words on releases, by which they are found in lists."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from provisioning.actors import Act, Actor
from provisioning.errors import AlreadyDone, Unclear
from provisioning.people.permissions import Permissions, Where
from provisioning.ports import Engine
from provisioning.releases import edits, lifecycle
from storage.catalog import audit, releases, tags
from storage.catalog.database import Database, Session
from storage.records.audit import AuditEntry
from storage.records.edit import EditKind
from storage.records.release import Release
from storage.records.tag import LONGEST_TAG

SO: Final = "its tags stay as they are"
#: A release has at most so many.
MOST: Final = 20
#: Takes the tags that a release has; returns those to put on it, and those to take off.
Turned = Callable[[tuple[str, ...]], tuple[tuple[str, ...], tuple[str, ...]]]

_TAG: Final = re.compile(r"[a-z0-9][a-z0-9._+-]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tagged:
    """The tags that a release has now, and what an act changed of them."""

    tags: tuple[str, ...]
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


def checked_tag(text: str) -> str:
    """Return a tag as it is kept. Raise Unclear with the field `tags`."""
    tag = text.strip().removeprefix("#").lower()
    if len(tag) > LONGEST_TAG:
        raise Unclear(
            f"A tag has at most {LONGEST_TAG} characters; “{tag[:LONGEST_TAG]}…” has {len(tag)}.",
            field="tags",
        )
    if not _TAG.fullmatch(tag):
        raise Unclear(
            f"“{tag}” is no tag: it takes the letters a to z, digits, dots, dashes, plus signs and "
            "underscores, and begins with a letter or digit.",
            field="tags",
        )
    return tag


def checked_tags(texts: Iterable[str]) -> tuple[str, ...]:
    """Return tags as they are kept, each once. Raise Unclear with the field `tags`."""
    return tuple(dict.fromkeys(checked_tag(text) for text in texts if text.strip()))


class Tagging:
    """Puts tags on releases, and takes them off."""

    def __init__(
        self, database: Database, permissions: Permissions, engine: Engine, *, organization_id: str
    ) -> None:
        self._database = database
        self._permissions = permissions
        self._engine = engine
        self._organization_id = organization_id

    async def add(self, release_id: str, texts: Iterable[str], by: Actor) -> Tagged:
        """
        Put tags on a release.

        Raise NotAllowed, NotFound, NotNow, Unclear with the field `tags`, and AlreadyDone when it
        has all of them.
        """
        wanted = _some(checked_tags(texts))
        return await self._change(release_id, by, lambda has: (_without(wanted, has), ()))

    async def drop(self, release_id: str, texts: Iterable[str], by: Actor) -> Tagged:
        """Take tags off a release, raising as `add` does; AlreadyDone when it has none of them."""
        wanted = _some(checked_tags(texts))
        return await self._change(release_id, by, lambda has: ((), _both(wanted, has)))

    async def put(self, release_id: str, texts: Iterable[str], by: Actor) -> Tagged:
        """Let a release have these tags and no others, raising as `add` does."""
        wanted = checked_tags(texts)
        return await self._change(
            release_id, by, lambda has: (_without(wanted, has), _without(has, wanted))
        )

    async def of(self, release_id: str, by: Actor) -> tuple[str, ...]:
        """Return the tags of a release that an actor may tag. Raise NotAllowed, NotFound."""
        await self._require(release_id, by)
        async with self._database.reading() as session:
            return tuple(await tags.of_release(session, release_id))

    async def _require(self, release_id: str, by: Actor) -> None:
        async with self._database.reading() as session:
            release = await releases.get(session, release_id)
        await self._permissions.require(by, Act.EDIT, Where(app_id=release.app_id))
        lifecycle.require_open(release, SO)

    async def _change(self, release_id: str, by: Actor, turned: Turned) -> Tagged:
        await self._require(release_id, by)
        async with self._database.writing() as session:
            # Two who tag at once do so one after the other, so that both find what they wanted.
            await releases.lock(session, release_id)
            release = await releases.get(session, release_id)
            lifecycle.require_open(release, SO)
            has = tuple(await tags.of_release(session, release_id))
            added, removed = turned(has)
            if not added and not removed:
                raise AlreadyDone(_nothing_to_do(release, has))
            if len(has) + len(added) - len(removed) > MOST:
                raise Unclear(
                    f"A release has at most {MOST} tags, and release {release.number} has "
                    f"{len(has)}. Take some off first.",
                    field="tags",
                )
            await tags.drop(session, release_id, removed)
            await tags.add(session, release, added, by=by.reference)
            self._note(session, release, by, added, removed)
            edit = await edits.write(
                session, release, EditKind.TAGS, by, added=list(added), removed=list(removed)
            )
            now_has = tuple(await tags.of_release(session, release_id))
        await self._engine.start("edit", edit.id)
        return Tagged(tags=now_has, added=added, removed=removed)

    def _note(
        self,
        session: Session,
        release: Release,
        by: Actor,
        added: Sequence[str],
        removed: Sequence[str],
    ) -> None:
        for action, which in (("release.tagged", added), ("release.untagged", removed)):
            if which:
                entry = AuditEntry(
                    organization_id=self._organization_id,
                    actor=by.reference,
                    action=action,
                    subject_id=release.id,
                    origin=by.origin,
                    detail={"tags": list(which)},
                )
                audit.add(session, entry)


def _some(wanted: tuple[str, ...]) -> tuple[str, ...]:
    if not wanted:
        raise Unclear("Name at least one tag, such as beta or rc1.", field="tags")
    return wanted


def _nothing_to_do(release: Release, has: Sequence[str]) -> str:
    tagged = f"tagged {', '.join(has)}" if has else "not tagged"
    return f"Nothing changes: release {release.number} is {tagged}."


def _without(some: Iterable[str], others: Iterable[str]) -> tuple[str, ...]:
    left = set(others)
    return tuple(one for one in some if one not in left)


def _both(some: Iterable[str], others: Iterable[str]) -> tuple[str, ...]:
    left = set(others)
    return tuple(one for one in some if one in left)
