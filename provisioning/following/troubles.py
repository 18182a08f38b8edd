"""Troubles: somebody says that a release does not install, is told why, and the team as well."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from provisioning.actors import Act, Actor
from provisioning.devices.models import name_of_model
from provisioning.errors import Unclear
from provisioning.installing.causes import called, explanation
from provisioning.installing.installabilities import Installabilities
from provisioning.installing.installability import Phone
from provisioning.installing.sights import OTHER, Sight, sight, sights, words_for
from provisioning.people.permissions import Permissions, Where
from provisioning.ports import Engine
from provisioning.releases.cards import BuildCard, build_card
from storage.catalog import audit, devices, recipients, releases, testers, troubles
from storage.catalog.database import Database, Session
from storage.errors import NotFound
from storage.records.audit import AuditEntry
from storage.records.base import now
from storage.records.device import Device
from storage.records.release import Release, ReleaseState
from storage.records.tester import Tester
from storage.records.trouble import TroubleReport, TroubleState

#: What somebody writes has room in a line of the thread.
LONGEST_WORDS: Final = 500
#: One person reports a release so often; what is said in between is not kept.
AGAIN_AFTER: Final = timedelta(hours=1)
#: Of somebody's devices so many are named.
DEVICES: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class TroubleWords:
    """What somebody fills in; `phone` is what their browser told of it, if one did."""

    release_id: str
    saw: str
    words: str = ""
    phone: Phone | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TroubleCard:
    """A report as people see it; of the phone, what was told, and what is known."""

    report_id: str
    release_id: str
    app_display_name: str
    build: BuildCard
    published_by: str | None
    tester: Tester
    saw: str
    words: str
    phone: str
    devices: tuple[str, ...]
    cause: str
    advice: str
    at: datetime

    @property
    def again_from(self) -> datetime:
        """From when on they can report the same release once more."""
        return self.at + AGAIN_AFTER


class Troubles:
    """
    Takes reports, and shows them.

    A report is kept before anybody hears of it; a road says it in the release's thread.
    """

    def __init__(
        self,
        database: Database,
        permissions: Permissions,
        installabilities: Installabilities,
        engine: Engine,
        *,
        organization_id: str,
    ) -> None:
        self._database = database
        self._permissions = permissions
        self._installabilities = installabilities
        self._engine = engine
        self._organization_id = organization_id

    async def choices(self, release_id: str, by: Actor) -> tuple[Sight, ...]:
        """Return what can be seen of a release by whoever has it. Raise NotAllowed, NotFound."""
        await self.tester_of(release_id, by)
        async with self._database.reading() as session:
            _, _, build, _ = await releases.in_full(session, release_id)
        return sights(build.platform)

    async def tester_of(self, release_id: str, by: Actor) -> str:
        """Return a person's id as a tester of a release. Raise NotAllowed, NotFound."""
        async with self._database.reading() as session:
            app_id = (await releases.get(session, release_id)).app_id
        await self._permissions.require(by, Act.SEE, Where(app_id=app_id))
        async with self._database.reading() as session:
            tester = (
                await testers.with_slack_id(session, self._organization_id, by.identity.value)
                if by.identity
                else None
            )
            release = await releases.get(session, release_id)
            if tester is None or not await _has(session, release, tester.id):
                raise NotFound("There is no such release for you any more.")
        return tester.id

    async def report(self, tester_id: str, said: TroubleWords, *, origin: str) -> TroubleCard:
        """
        Keep what somebody saw, and begin to say it to the team.

        Within an hour of an earlier report that one is returned. Raise NotFound for a release that
        they do not have, and Unclear with the field `saw` or `words`.
        """
        words = _checked(said.words)
        served = await self._installabilities.of_tester(
            tester_id, [said.release_id], phone=said.phone
        )
        found = served.get(said.release_id)
        if found is None:
            raise NotFound("There is no such release for you any more.")
        seen = _sight(said.saw, found.facts.platform, words)
        why = explanation(seen, found.facts, found.verdict, said.phone, at=now())
        async with self._database.writing() as session:
            await releases.lock(session, said.release_id)
            release = await releases.get(session, said.release_id)
            if not await _has(session, release, tester_id):
                raise NotFound("There is no such release for you any more.")
            since = now() - AGAIN_AFTER
            report = await troubles.last_of(session, release.id, tester_id, since)
            if report is None:
                report = TroubleReport(
                    release_id=release.id,
                    tester_id=tester_id,
                    saw=seen.code,
                    words=words,
                    origin=origin,
                    phone=called(said.phone),
                    devices=_in_words(await devices.of_testers(session, [tester_id])),
                    cause=why.cause,
                    advice=why.advice,
                )
                session.add(report)
                await self._note(session, report)
        await self._engine.start("tell_trouble", report.id)
        return await self.one(report.id)

    async def lately(self, release_id: str, tester_id: str) -> TroubleCard | None:
        """Return what somebody reported of a release within the hour, if they did."""
        async with self._database.reading() as session:
            report = await troubles.last_of(session, release_id, tester_id, now() - AGAIN_AFTER)
        return await self.one(report.id) if report is not None else None

    async def one(self, report_id: str) -> TroubleCard:
        """Raise NotFound."""
        async with self._database.reading() as session:
            report = await troubles.get(session, report_id)
            tester = await testers.get(session, report.tester_id)
            release, app, build, _ = await releases.in_full(session, report.release_id)
        return TroubleCard(
            report_id=report.id,
            release_id=release.id,
            app_display_name=app.display_name,
            build=build_card(build),
            published_by=release.published_by,
            tester=tester,
            saw=words_for(report.saw),
            words=report.words,
            phone=report.phone,
            devices=tuple(report.devices),
            cause=report.cause,
            advice=report.advice,
            at=report.created_at,
        )

    async def said(self, report_id: str) -> None:
        """Note that a report stands in the thread."""
        async with self._database.writing() as session:
            await troubles.end(session, report_id, TroubleState.SAID)

    async def fail(self, report_id: str) -> None:
        """Note that a report could not be said in the thread."""
        async with self._database.writing() as session:
            await troubles.end(session, report_id, TroubleState.FAILED)

    async def unfinished(self, before: datetime, since: datetime) -> Sequence[str]:
        """Return the ids of the reports that are to be said."""
        async with self._database.reading() as session:
            return await troubles.unfinished(session, before, since)

    async def _note(self, session: Session, report: TroubleReport) -> None:
        tester = await testers.get(session, report.tester_id)
        known = f"slack:{tester.slack_id}" if tester.slack_id else f"email:{tester.email}"
        entry = AuditEntry(
            organization_id=self._organization_id,
            actor=f"person:{known}",
            action="release.trouble",
            subject_id=report.release_id,
            origin=report.origin,
            detail={"report": report.id, "saw": report.saw},
        )
        audit.add(session, entry)


async def _has(session: Session, release: Release, tester_id: str) -> bool:
    if release.state is not ReleaseState.LIVE or not release.enabled:
        return False
    return await recipients.is_entitled(session, release.id, tester_id)


def _checked(text: str) -> str:
    """Return what somebody wrote in one line. Raise Unclear, field `words`, for too much."""
    words = " ".join(text.split())
    if len(words) > LONGEST_WORDS:
        raise Unclear(
            f"This has {len(words)} characters, and {LONGEST_WORDS} are the most. Say it shorter: "
            "the team can ask you for more.",
            field="words",
        )
    return words


def _sight(code: str, platform: str, words: str) -> Sight:
    """Return what somebody saw. Raise Unclear for nothing, and for something else without words."""
    seen = sight(code, platform)
    if seen is None:
        raise Unclear("Choose what you see, or “Something else”.", field="saw")
    if seen is OTHER and not words:
        raise Unclear("Say in a few words what you see.", field="words")
    return seen


def _in_words(owned: Sequence[Device]) -> list[str]:
    """Return somebody's devices in words, without what identifies them."""
    named = [
        ", ".join(
            part
            for part in (
                name_of_model(one.model) if one.model else "a device of an unknown model",
                f"iOS {one.system_version}" if one.system_version else "",
                "disabled" if one.disabled_at else "",
            )
            if part
        )
        for one in owned
        if one.platform == "IOS"
    ]
    return named[:DEVICES]
