"""Rebuilds: a build that cannot be signed for somebody's phone here is asked for anew."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from provisioning.actors import CLOCK, Actor, Identity, person, referred
from provisioning.distributing.coverage import hindrance_of, phones_of, signed_udids
from provisioning.distributing.hindrances import HINDRANCES, Hindrance
from provisioning.errors import CallFailed
from provisioning.people.permissions import Permissions
from provisioning.ports import Engine, RebuildCall, RebuildCaller, RebuildDevice
from provisioning.releases.titles import ReleaseTitle, title_of
from storage.catalog import (
    apple_teams,
    devices,
    organizations,
    rebuilds,
    recipients,
    registrations,
    releases,
    testers,
)
from storage.catalog.database import Database, Session
from storage.catalog.devices import OwnUdid
from storage.errors import Stale
from storage.records.base import now
from storage.records.build import Build
from storage.records.rebuild import Rebuild, RebuildState
from storage.records.registration import RegistrationState
from storage.records.release import Release, ReleaseState

#: Who is asked for a new build.
CI: Final = "ci"
HAND: Final = "hand"

BY_HAND: Final = (
    "{title} is not signed for {count} of people who were given it, and Slipway cannot "
    "sign it for them: {why} Please build it again with their devices in its profile; "
    "`/release devices export` has them."
)
GAVE_UP: Final = (
    "Your CI could not be asked for a new build of {title}, which is not signed for "
    "{count} of people who were given it. {why} Look at SLIPWAY_REBUILD_WEBHOOK_URL, and build it "
    "by hand meanwhile."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RebuildSheet:
    """What a new build was asked for; `sentence` says why the one there cannot be signed."""

    title: ReleaseTitle
    sentence: str


class Rebuilds:
    """
    Wants new builds, and asks for them: the CI by *caller*, a person without one.

    Each method may run twice. The same release is asked for once for the same devices; whoever
    comes before the asking begins is part of it.
    """

    def __init__(
        self,
        database: Database,
        permissions: Permissions,
        engine: Engine,
        caller: RebuildCaller | None,
        *,
        organization_id: str,
    ) -> None:
        self._database = database
        self._permissions = permissions
        self._engine = engine
        self._caller = caller
        self._organization_id = organization_id

    async def want(self, release_id: str, by: Actor) -> str | None:
        """Want a new build if phones are missing in one that we cannot sign; return the rebuild."""
        async with self._database.reading() as session:
            release, _, build, _ = await releases.in_full(session, release_id)
            why = await self._hindrance(session, build)
            if why is None or not await self._missing(session, release, build):
                return None
        rebuild = Rebuild(
            organization_id=self._organization_id,
            release_id=release_id,
            open_key=release_id,
            cause=why.code,
            created_by=by.reference,
        )
        async with self._database.writing() as session:
            kept = await rebuilds.want(session, rebuild)
        await self._engine.start("ask_rebuild", kept.id)
        return kept.id

    async def want_for(self, registration_id: str) -> list[str]:
        """Want what a device's owner has and it is missing in; return the rebuilds."""
        async with self._database.reading() as session:
            found = await registrations.get(session, registration_id)
            (owned,) = await devices.owned(session, [found.device_id])
            given = await releases.current_given(session, [owned.owner.id], "ios")
        wanted = [await self.want(release_id, CLOCK) for release_id in sorted(given)]
        return [one for one in wanted if one is not None]

    async def unfinished(self, before: datetime, since: datetime) -> list[str]:
        async with self._database.reading() as session:
            return [one.id for one in await rebuilds.unfinished(session, before, since)]

    async def begin(self, rebuild_id: str) -> str:
        """
        Fix the devices, so that whoever comes now wants another; return who is to be asked.

        That is CI, or HAND for a person, or nothing when there is nothing to ask for.
        """
        asked = CI if self._caller is not None else HAND
        async with self._database.writing() as session:
            rebuild = await rebuilds.get(session, rebuild_id)
            if rebuild.state is not RebuildState.WANTED:
                return asked if rebuild.state is RebuildState.UNDERWAY else ""
            release, _, build, _ = await releases.in_full(session, rebuild.release_id)
            missing: list[str] = []
            if await self._hindrance(session, build) is not None:
                missing = sorted(one.id for one in await self._missing(session, release, build))
            before = await rebuilds.asked_before(session, rebuild)
            key = sha256(" ".join(missing).encode()).hexdigest()
            asks = bool(missing) and key not in {one.device_key for one in before}
            state = RebuildState.UNDERWAY if asks else RebuildState.NEEDLESS
            values: dict[str, Any] = {"device_ids": missing, "device_key": key, "open_key": None}
            if not asks:
                values["ended_at"] = now()
            await rebuilds.move(session, rebuild, state, **values)
        return asked if asks else ""

    async def call(self, rebuild_id: str) -> None:
        """Ask the CI. Raise CallUnreachable, CallFailed."""
        if self._caller is None:
            raise CallFailed("SLIPWAY_REBUILD_WEBHOOK_URL was removed meanwhile.")
        await self._caller.call(await self._wanted(rebuild_id))

    async def by_hand(self, rebuild_id: str) -> tuple[list[str], str]:
        """Return who is asked where there is no CI, by reference, and with which sentence."""
        async with self._database.reading() as session:
            rebuild = await rebuilds.get(session, rebuild_id)
            release = await releases.get(session, rebuild.release_id)
        sender = release.published_by or release.created_by
        people = [sender] if referred(sender).identity else await self._admins()
        return people, await self._said(rebuild_id, BY_HAND, "")

    async def given_up(self, rebuild_id: str, why: str) -> tuple[list[str], str]:
        """Return the admins, and the sentence for them that the CI could not be asked."""
        return await self._admins(), await self._said(rebuild_id, GAVE_UP, why)

    async def newcomers(self, rebuild_id: str) -> list[str]:
        """Return the testers whose devices nobody was asked for before."""
        async with self._database.reading() as session:
            rebuild = await rebuilds.get(session, rebuild_id)
            before = await rebuilds.asked_before(session, rebuild)
            known = {device for one in before for device in one.device_ids}
            fresh = [one for one in rebuild.device_ids if one not in known]
            owned = await devices.owned(session, fresh)
        return sorted({one.owner.id for one in owned})

    async def sheet(self, rebuild_id: str) -> RebuildSheet:
        """Raise NotFound."""
        async with self._database.reading() as session:
            rebuild = await rebuilds.get(session, rebuild_id)
            _, app, build, _ = await releases.in_full(session, rebuild.release_id)
        return RebuildSheet(
            title=title_of(app, build),
            sentence=HINDRANCES[rebuild.cause],
        )

    async def told_to(self, rebuild_id: str, tester_id: str) -> tuple[str | None, RebuildSheet]:
        """Return a tester's Slack id, and what they are told about. Raise NotFound."""
        async with self._database.reading() as session:
            tester = await testers.get(session, tester_id)
        return tester.slack_id, await self.sheet(rebuild_id)

    async def finish(self, rebuild_id: str) -> None:
        """Write down that somebody was asked."""
        await self._end(rebuild_id, RebuildState.ASKED, "")

    async def fail(self, rebuild_id: str, reason: str) -> None:
        """Write down that nobody could be asked; the same devices are asked for anew later."""
        await self._end(rebuild_id, RebuildState.FAILED, reason)

    async def _end(self, rebuild_id: str, state: RebuildState, reason: str) -> None:
        async with self._database.writing() as session:
            rebuild = await rebuilds.get(session, rebuild_id)
            if rebuild.state not in {RebuildState.WANTED, RebuildState.UNDERWAY}:
                return
            values = {"reason": reason, "open_key": None, "ended_at": now()}
            try:
                await rebuilds.move(session, rebuild, state, **values)
            except Stale:
                return

    async def _hindrance(self, session: Session, build: Build) -> Hindrance | None:
        teams = await apple_teams.every(session, self._organization_id)
        return await hindrance_of(session, self._organization_id, build, teams)

    async def _missing(self, session: Session, release: Release, build: Build) -> list[OwnUdid]:
        """
        Return the phones of whoever was given a release that it is not signed for.

        A phone that a team here was asked about counts once the team has it: the CI would take a
        place at Apple for it that nobody has approved.
        """
        if release.state is not ReleaseState.LIVE or not release.enabled:
            return []
        entitled = await recipients.entitled(session, [release.id])
        own = await phones_of(session, {tester_id for _, tester_id in entitled})
        asked = await registrations.of_devices(session, [one.id for one in own])
        waiting = {one.device_id for one in asked}
        waiting -= {one.device_id for one in asked if one.state is RegistrationState.READY}
        signed = await signed_udids(session, build)
        return [one for one in own if one.udid.upper() not in signed and one.id not in waiting]

    async def _wanted(self, rebuild_id: str) -> RebuildCall:
        async with self._database.reading() as session:
            rebuild = await rebuilds.get(session, rebuild_id)
            release, app, build, _ = await releases.in_full(session, rebuild.release_id)
            owned = await devices.owned(session, rebuild.device_ids)
            owner = await organizations.get(session, self._organization_id)
        return RebuildCall(
            id=rebuild.id,
            app=f"{owner.name}/{app.name}",
            bundle_id=build.bundle_id,
            platform=build.platform,
            number=release.number,
            version=build.version,
            build=build.build,
            code=rebuild.cause,
            sentence=HINDRANCES[rebuild.cause],
            devices=tuple(
                RebuildDevice(
                    udid=one.device.udid,
                    name=one.device.name,
                    model=one.device.model,
                    platform=one.device.platform,
                )
                for one in owned
            ),
            requested_at=rebuild.created_at,
        )

    async def _said(self, rebuild_id: str, sentence: str, why: str) -> str:
        async with self._database.reading() as session:
            rebuild = await rebuilds.get(session, rebuild_id)
        sheet = await self.sheet(rebuild_id)
        return sentence.format(
            title=sheet.title,
            count=_devices(rebuild.device_ids),
            why=why or sheet.sentence,
        )

    async def _admins(self) -> list[str]:
        found = [Identity.read(one) for one in await self._permissions.admins()]
        return [person(one, origin="").reference for one in found if one is not None]


def _devices(ids: Collection[str]) -> str:
    return "1 device" if len(ids) == 1 else f"{len(ids)} devices"
