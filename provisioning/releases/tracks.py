"""Tracks: several apps of one program, and which of them a build belongs to."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final

from provisioning.actors import Act, Actor
from provisioning.errors import NotNow, Unclear
from provisioning.people.permissions import Permissions, Where
from provisioning.releases.apps import checked_display_name, checked_name
from storage.catalog import apps, audit, tracks
from storage.catalog.database import Database, Session
from storage.errors import AlreadyExists
from storage.records.app import App
from storage.records.audit import AuditEntry
from storage.records.build import Build
from storage.records.track import TrackRule, TrackRuleKind

#: A program has at most so many tracks, and a track so many rules.
TRACKS: Final = 20
RULES: Final = 20
LONGEST_PATTERN: Final = 100
#: Names are compared whole; a star stands for anything.
_PATTERN: Final = re.compile(r"[^\s\[\]]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackSheet:
    """A track with its rules: channels by id, and patterns."""

    app_id: str
    name: str
    display_name: str
    platform: str
    bundle_id: str
    channels: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRules:
    """Channels by id, and patterns, that lead to a track."""

    channels: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()


class Tracks:
    """Makes apps of a program that has one, and rules by which builds find theirs."""

    def __init__(
        self, database: Database, permissions: Permissions, *, organization_id: str
    ) -> None:
        self._database = database
        self._permissions = permissions
        self._organization_id = organization_id

    async def every(self, by: Actor) -> list[TrackSheet]:
        """Return the apps that share a program with another one. Raise NotAllowed."""
        await self._permissions.require(by, Act.CREATE_APP)
        async with self._database.reading() as session:
            found = await tracks.every(session, self._organization_id)
            rules = await tracks.rules_of(session, [one.app_id for one in found])
        return [_sheet(*one, rules=rules) for one in found]

    async def add(
        self, app_id: str, by: Actor, name: str, display_name: str, rules: NewRules
    ) -> TrackSheet:
        """
        Make another app of an app's program, with rules.

        Raise NotAllowed, NotFound, Unclear with the field `name`, `display_name` or `rules`, and
        NotNow for too many.
        """
        await self._permissions.require(by, Act.CREATE_APP, Where(app_id=app_id))
        name, display_name = checked_name(name), checked_display_name(display_name)
        checked = _checked(rules)
        try:
            async with self._database.writing() as session:
                origin = await apps.get(session, app_id)
                await apps.lock(session, app_id)
                there = await _program(session, origin)
                if len(there) >= TRACKS:
                    raise NotNow(f"{TRACKS} apps share this program; more cannot be told apart.")
                made = App(
                    organization_id=self._organization_id,
                    name=name,
                    display_name=display_name,
                    platform=origin.platform,
                    bundle_id=origin.bundle_id,
                    created_by=by.reference,
                )
                await apps.add(session, made)
                self._note(session, "app.created", made.id, by, track_of=origin.name)
                await self._lay(session, made, [*there, made], checked, by)
                return _sheet(*_row(made), rules=await tracks.rules_of(session, [made.id]))
        except AlreadyExists:
            raise Unclear(f"There is already an app called {name}.", field="name") from None

    async def lead(self, app_id: str, by: Actor, rules: NewRules) -> TrackSheet:
        """Let builds of a channel, or called so, belong to an app. Raise as `add` does."""
        await self._permissions.require(by, Act.CREATE_APP, Where(app_id=app_id))
        checked = _checked(rules)
        async with self._database.writing() as session:
            app = await apps.get(session, app_id)
            await apps.lock(session, app_id)
            await self._lay(session, app, await _program(session, app), checked, by)
            return _sheet(*_row(app), rules=await tracks.rules_of(session, [app.id]))

    async def leave(self, app_id: str, by: Actor, rules: NewRules) -> TrackSheet:
        """Forget rules. Raise NotAllowed, NotFound, and NotNow for one that there is not."""
        await self._permissions.require(by, Act.CREATE_APP, Where(app_id=app_id))
        async with self._database.writing() as session:
            app = await apps.get(session, app_id)
            for kind, value in _kinds(rules):
                if not await tracks.drop(session, app_id, kind, value):
                    raise NotNow(f"{app.display_name} has no such rule.", code="no_rule")
                self._note(session, "track.unruled", app_id, by, kind=kind.value, value=value)
            return _sheet(*_row(app), rules=await tracks.rules_of(session, [app.id]))

    async def _lay(
        self, session: Session, app: App, program: Sequence[App], rules: NewRules, by: Actor
    ) -> None:
        """Write rules down; what leads to another app of the program leads here from now on."""
        known = await tracks.rules_of(session, [one.id for one in program])
        for kind, value in _kinds(rules):
            for rule in known:
                if rule.app_id != app.id and (rule.kind, rule.value) == (kind, value):
                    await tracks.drop(session, rule.app_id, kind, value)
            made = TrackRule(
                organization_id=self._organization_id,
                app_id=app.id,
                kind=kind,
                value=value,
                created_by=by.reference,
            )
            if await tracks.add(session, made):
                self._note(session, "track.ruled", app.id, by, kind=kind.value, value=value)
        if sum(rule.app_id == app.id for rule in known) + len(list(_kinds(rules))) > RULES:
            raise NotNow(f"A track has at most {RULES} rules.")

    def _note(self, session: Session, action: str, app_id: str, by: Actor, **detail: str) -> None:
        entry = AuditEntry(
            organization_id=self._organization_id,
            actor=by.reference,
            action=action,
            subject_id=app_id,
            origin=by.origin,
            detail=detail,
        )
        audit.add(session, entry)


async def track_of(
    session: Session, candidates: Sequence[App], build: Build, channels: Collection[str]
) -> App | None:
    """
    Return which of several apps of its program a build belongs to, None when no rule says so.

    *channels* are where it was posted. A channel counts before a pattern; where two apps would
    have it, a person is asked.
    """
    if len(candidates) == 1:
        return candidates[0]
    rules = await tracks.rules_of(session, [app.id for app in candidates])
    by_id = {app.id: app for app in candidates}
    for fitting in (
        {r.app_id for r in rules if r.kind is TrackRuleKind.CHANNEL and r.value in channels},
        {r.app_id for r in rules if r.kind is TrackRuleKind.PATTERN and _fits(r.value, build)},
    ):
        if len(fitting) == 1:
            return by_id[fitting.pop()]
        if fitting:
            return None
    return None


def _fits(pattern: str, build: Build) -> bool:
    wanted = pattern.casefold()
    said = (build.file_name, build.version, f"{build.version} ({build.build})")
    return any(fnmatchcase(one.casefold(), wanted) for one in said)


async def _program(session: Session, app: App) -> Sequence[App]:
    return await apps.of_package(session, app.organization_id, app.platform, app.bundle_id)


def _kinds(rules: NewRules) -> Iterable[tuple[TrackRuleKind, str]]:
    yield from ((TrackRuleKind.CHANNEL, one) for one in rules.channels)
    yield from ((TrackRuleKind.PATTERN, one) for one in rules.patterns)


def _checked(rules: NewRules) -> NewRules:
    for one in rules.patterns:
        if len(one) > LONGEST_PATTERN or not _PATTERN.fullmatch(one) or "*" not in one:
            raise Unclear(
                f"`{one[:60]}` is no pattern: write what the file or the version is called, with a "
                "star for what may differ, such as `*-staging*`.",
                field="rules",
            )
        if not one.strip("*"):
            raise Unclear("A star alone would take every build.", field="rules")
    return rules


def _row(app: App) -> tuple[str, str, str, str, str]:
    return app.id, app.name, app.display_name, app.platform, app.bundle_id


def _sheet(
    app_id: str,
    name: str,
    display_name: str,
    platform: str,
    bundle_id: str,
    *,
    rules: Sequence[TrackRule],
) -> TrackSheet:
    own = [rule for rule in rules if rule.app_id == app_id]
    return TrackSheet(
        app_id=app_id,
        name=name,
        display_name=display_name,
        platform=platform,
        bundle_id=bundle_id,
        channels=tuple(rule.value for rule in own if rule.kind is TrackRuleKind.CHANNEL),
        patterns=tuple(rule.value for rule in own if rule.kind is TrackRuleKind.PATTERN),
    )
