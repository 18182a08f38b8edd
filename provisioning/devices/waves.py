"""Waves: an app's profiles made anew for everybody who waits, its live releases signed again."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from provisioning.actors import CLOCK, Actor
from provisioning.devices.profiles import Profiles
from provisioning.devices.programs import LiveApp, bundles_of, signable
from provisioning.devices.registry import Registry
from provisioning.ports import Engine
from provisioning.signing.variants import Signing
from storage.catalog import (
    apple_teams,
    builds,
    devices,
    recipients,
    registrations,
    releases,
    testers,
    variants,
    waves,
)
from storage.catalog.database import Database, Session
from storage.errors import NotFound, SlipwayError, Stale
from storage.records.apple_team import AppleTeam
from storage.records.base import now
from storage.records.distribution import RecipientState
from storage.records.registration import RegistrationState
from storage.records.variant import VariantState
from storage.records.wave import Wave, WaveState

#: A wave waits for devices that are being registered just now, so that one profile serves all of
#: them; for each no longer than this.
GATHERS: Final = timedelta(minutes=2)

ENDED: Final = frozenset({WaveState.DONE, WaveState.FAILED})


class Waves:
    """
    Wants, begins and carries out waves; each step may run twice.

    There is one writer for each team and app: a wave begins when the one before it has ended,
    whichever replica carries that out.
    """

    def __init__(
        self,
        database: Database,
        registry: Registry,
        profiles: Profiles,
        signing: Signing,
        engine: Engine,
        *,
        organization_id: str,
    ) -> None:
        self._database = database
        self._registry = registry
        self._profiles = profiles
        self._signing = signing
        self._engine = engine
        self._organization_id = organization_id

    async def want(self, team_id: str, bundle_id: str, by: Actor) -> str:
        """Want an app's profiles made anew; one wave that has not begun serves everybody."""
        wave = Wave(
            organization_id=self._organization_id,
            team_id=team_id,
            bundle_id=bundle_id,
            number=0,
            open_key=f"{team_id}:{bundle_id}",
            created_by=by.reference,
        )
        async with self._database.writing() as session:
            kept = await waves.want(session, wave)
        await self._engine.start("provision", kept.id)
        return kept.id

    async def want_for(self, registration_id: str) -> list[str]:
        """Want those of the apps that a device's owner was given; return the waves."""
        async with self._database.reading() as session:
            found = await registrations.get(session, registration_id)
            (owned,) = await devices.owned(session, [found.device_id])
            team = await apple_teams.get(session, self._organization_id, found.team_id)
            given = await releases.programs_given(session, [owned.owner.id])
        own = sorted({bundle_id for _, bundle_id, prefix in given if prefix == team.team_id})
        return [await self.want(team.id, bundle_id, CLOCK) for bundle_id in own]

    async def unfinished(self, before: datetime, since: datetime) -> list[str]:
        async with self._database.reading() as session:
            return [wave.id for wave in await waves.unfinished(session, before, since)]

    async def one(self, wave_id: str) -> Wave:
        """Raise NotFound."""
        async with self._database.reading() as session:
            return await waves.get(session, wave_id)

    async def trouble(self, wave: Wave) -> str:
        """
        Return what a wave that left something to complain of has in common with the same trouble.

        Apple's words about it are never the same twice, so it is the code where there is one. It
        is another trouble once a wave went well, and when somebody asked for another try.
        """
        async with self._database.reading() as session:
            good = await waves.succeeded(
                session, wave.team_id, [wave.bundle_id], before=wave.number
            )
        what = f"{wave.code} {wave.about}" if wave.code else wave.reason
        asked = wave.id if wave.created_by != CLOCK.reference else ""
        return f"{wave.team_id} {wave.bundle_id} {good.get(wave.bundle_id, 0)} {what} {asked}"

    async def given_in(self, wave: Wave, tester_id: str) -> tuple[str | None, list[str]]:
        """
        Return a tester's Slack id, and which live releases of a wave's app they were given.

        The newest come first. Of what they are about to be told in full nothing is said.
        """
        async with self._database.reading() as session:
            tester = await testers.get(session, tester_id)
            apps = await self._apps(session, wave)
            live = [one.release_id for one in apps]
            entitled = await recipients.entitled(session, live)
            untold = await recipients.untold(session, live)
        own = {release_id for release_id, other in entitled if other == tester_id}
        own -= {one.release_id for one in untold if one.tester_id == tester_id and _hears(one)}
        return tester.slack_id, [one.release_id for one in apps if one.release_id in own]

    async def live_in(self, wave_id: str) -> list[str]:
        """Return the live releases of a wave's app; nothing once its team was disconnected."""
        async with self._database.reading() as session:
            found = await waves.those(session, [wave_id])
            return [one.release_id for wave in found for one in await self._apps(session, wave)]

    async def may_begin(self, wave_id: str) -> bool:
        """Return whether the one before has ended and nobody else is about to join."""
        async with self._database.reading() as session:
            wave = await waves.get(session, wave_id)
            if wave.state is not WaveState.WANTED:
                return True
            if await waves.before(session, wave):
                return False
            joining = await registrations.in_state(
                session, [wave.team_id], RegistrationState.REGISTERING, limit=1000
            )
        recent = now() - GATHERS
        return not any(
            one.since > recent and (one.due_at is None or one.due_at <= now()) for one in joining
        )

    async def begin(self, wave_id: str) -> dict[str, Any]:
        """
        Begin a wave, so that whoever comes now wants another; return what it is about.

        That is plain data: `bundles` with a profile each, `builds` to sign, the newest first, and
        `releases` that are live.
        """
        async with self._database.writing() as session:
            wave = await waves.get(session, wave_id)
            if wave.state is WaveState.WANTED:
                await waves.move(session, wave, WaveState.UNDERWAY, open_key=None, begun_at=now())
            apps = await self._apps(session, wave)
        return {
            "team": wave.team_id,
            "bundles": bundles_of(apps),
            "builds": list(dict.fromkeys(one.build_id for one in apps)),
            "releases": [one.release_id for one in apps],
        }

    async def read_list(self, team_id: str) -> None:
        """Read the team's devices at Apple. Raise what the client raises."""
        await self._registry.read_list(team_id)

    async def newly(self, wave_id: str, generation_ids: Sequence[str]) -> dict[str, list[str]]:
        """
        Return, by tester, the builds that they can install once a wave has signed them.

        Left out are those that they could install before, that they are told of by the act that
        gave it to them, and that they were given without a word on the phone that they had then.
        """
        contents = await self._profiles.udids(generation_ids)
        async with self._database.reading() as session:
            wave = await waves.get(session, wave_id)
            apps = await self._apps(session, wave)
            live = [one.release_id for one in apps]
            entitled = await recipients.entitled(session, live)
            untold = await recipients.untold(session, live)
            own = await devices.udids(session, {tester_id for _, tester_id in entitled})
            signed = await variants.signings(session, {one.build_id for one in apps})
        before = _udids_before(apps, signed)
        phones: dict[str, set[str]] = {}
        since: dict[str, datetime] = {}
        for device in own:
            phones.setdefault(device.tester_id, set()).add(device.udid.upper())
            since[device.tester_id] = device.created_at
        quiet = {
            (one.release_id, one.tester_id)
            for one in untold
            if _hears(one) or since.get(one.tester_id, one.created_at) <= one.created_at
        }
        of_release = {one.release_id: one.build_id for one in apps}
        found: dict[str, set[str]] = {}
        for release_id, tester_id in entitled:
            is_new = (phones.get(tester_id, set()) & contents) - before[release_id]
            if is_new and (release_id, tester_id) not in quiet:
                found.setdefault(tester_id, set()).add(of_release[release_id])
        return {tester_id: sorted(found[tester_id]) for tester_id in sorted(found)}

    async def sign(self, build_id: str, generation_ids: Sequence[str], signers: list[str]) -> str:
        """
        Sign a build for the devices of a wave; return why it cannot be, empty when it was.

        Raise what may pass by itself.
        """
        contents = await self._profiles.contents(generation_ids)
        async with self._database.reading() as session:
            build = await builds.get(session, build_id)
        signing = build.facts.get("signing") or {}
        try:
            identity_id = await self._profiles.identity_for(
                signers, signing.get("certificates") or ()
            )
            variant = await self._signing.variant(build_id, identity_id, contents, by=CLOCK)
        except SlipwayError as error:
            if error.transient:
                raise
            return str(error)
        return variant.reason if variant.state is VariantState.FAILED else ""

    async def finish(self, wave_id: str, failures: Mapping[str, str]) -> None:
        """Write down that a wave is done; *failures* are of builds that could not be signed."""
        await self._end(wave_id, WaveState.DONE, " ".join(dict.fromkeys(failures.values())))

    async def fail(self, wave_id: str, reason: str, code: str = "", about: str = "") -> None:
        """Write down why a wave could not be carried out; *about* is the bundle, if it is one."""
        await self._end(wave_id, WaveState.FAILED, reason, code=code, about=about)

    async def wait_again(self, wave_id: str) -> list[str]:
        """Let the devices wait that Apple left out of a wave's profiles; return their turns."""
        async with self._database.reading() as session:
            wave = await waves.get(session, wave_id)
        begun = wave.begun_at or wave.created_at
        return await self._registry.left_out(wave.team_id, wave.left_out, begun)

    async def _end(self, wave_id: str, state: WaveState, reason: str, **values: str) -> None:
        async with self._database.writing() as session:
            try:
                wave = await waves.get(session, wave_id)
            except NotFound:
                return  # The team was disconnected meanwhile.
            if wave.state in ENDED:
                return
            try:
                await waves.move(
                    session, wave, state, open_key=None, reason=reason, ended_at=now(), **values
                )
            except Stale:
                return

    async def _apps(self, session: Session, wave: Wave) -> list[LiveApp]:
        team: AppleTeam = await apple_teams.get(session, self._organization_id, wave.team_id)
        live = await releases.live_of_program(session, self._organization_id, "ios", wave.bundle_id)
        return signable(live, team.team_id)


def _hears(one: recipients.Untold) -> bool:
    """Return whether somebody is told of a release by the act that gave it to them."""
    return one.state in {RecipientState.WAITING, RecipientState.HELD}


def _udids_before(
    apps: Sequence[LiveApp], signed: Collection[variants.VariantSigning]
) -> dict[str, set[str]]:
    """Return, by release, the UDIDs in capitals that it could be installed on so far."""
    of_build: dict[str, set[str]] = {}
    for one in signed:
        udids = of_build.setdefault(one.build_id, set())
        udids |= {str(udid).upper() for udid in one.signing.get("devices") or ()}
    return {
        one.release_id: of_build.get(one.build_id, set())
        | {udid.upper() for udid in one.facts.signing.devices}
        for one in apps
    }
