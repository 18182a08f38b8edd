"""Profiles: a generation for every bundle of an app, with everybody in it."""

import logging
from collections.abc import Collection, Sequence
from datetime import timedelta
from hashlib import sha256
from typing import Final

from provisioning.appstore.client import AppStore
from provisioning.appstore.errors import (
    AppIdMissing,
    AppStoreError,
    DeviceClassUnfit,
    NotThere,
    ProfileNameTaken,
)
from provisioning.appstore.resources.certificates import AppleCertificate
from provisioning.appstore.resources.devices import ENABLED
from provisioning.appstore.resources.profiles import ADHOC, AppleProfile
from provisioning.codesign.errors import Malformed
from provisioning.codesign.structures.profile import Profile, read_profile
from provisioning.devices.families import NAMES, NOT_FOR_IOS_APPS
from provisioning.devices.teams import AppleTeams, called
from provisioning.errors import NotNow
from provisioning.signing.identities import Identities, IdentityCard
from storage.catalog import apple_teams, slots, waves
from storage.catalog.database import Database
from storage.records.base import now
from storage.records.profile_generation import ProfileGeneration
from storage.records.slot import Slot
from storage.records.wave import Wave

logger = logging.getLogger(__name__)

#: Apple's words for certificates that sign what is given to testers.
DISTRIBUTING: Final = frozenset({"DISTRIBUTION", "IOS_DISTRIBUTION"})
#: A profile that ends sooner is made anew though nobody came or went.
LASTING: Final = timedelta(days=30)
#: How often a name is tried that somebody else's profile has.
NAMES_TRIED: Final = 3

NO_CERTIFICATE = (
    "None of Slipway's certificates is a current distribution certificate of the team {team} at "
    "Apple: `/release apple` shows what is there, and makes one."
)
NO_DEVICES = "The team {team} has no device that Apple puts into profiles yet."


class AppIdNeeded(NotNow):
    """
    The team has no App ID for a bundle of the app.

    `data["bundle_id"]` is the bundle; an admin can let Slipway create it.
    """

    code = "app_id_needed"


class Profiles:
    """Makes, compares and deletes. Each method may run twice; a profile is found by its name."""

    def __init__(
        self,
        database: Database,
        teams: AppleTeams,
        identities: Identities,
        *,
        organization_id: str,
    ) -> None:
        self._database = database
        self._teams = teams
        self._identities = identities
        self._organization_id = organization_id

    async def signers(self, wave_id: str) -> dict[str, list[str]]:
        """
        Return the certificates that a wave's profiles are for.

        That is plain data: `certificate_ids` as Apple has them, and the `fingerprints` of the same.
        All current ones of the team are taken, since it may sign elsewhere too. Raise NotNow when
        none of ours is among them; what the client raises.
        """
        wave, team = await self._wave(wave_id)
        store = await self._teams.store(wave.team_id)
        found = [one for one in await store.certificates.list() if _signs(one)]
        ours = {card.fingerprint for card in await self._ours()}
        prints = [fingerprint_of(one) for one in found]
        if ours.isdisjoint(prints):
            raise NotNow(NO_CERTIFICATE.format(team=team), code="certificate_missing")
        return {"certificate_ids": [one.id for one in found], "fingerprints": prints}

    async def make(self, wave_id: str, bundle_id: str, signers: dict[str, list[str]]) -> str:
        """
        Let a bundle have a profile with every device that Apple lets in; return its generation.

        One that is as it should be stays. Raise AppIdNeeded; NotNow without devices; what the
        client raises.
        """
        wave, team = await self._wave(wave_id)
        async with self._database.reading() as session:
            there = await waves.generations(session, wave.team_id, [bundle_id])
            found = await slots.of_teams(session, [wave.team_id])
        wanted = [slot for slot in found if _gets_in(slot)]
        if not wanted:
            raise NotNow(NO_DEVICES.format(team=team))
        store = await self._teams.store(wave.team_id)
        kept = next((one for one in there if one.content is not None), None)
        if kept is not None and _is_as_wanted(kept, wanted, signers) and await _holds(store, kept):
            return kept.id
        app_id = await store.bundle_ids.find(bundle_id)
        if app_id is None:
            raise _app_id_needed(bundle_id, team)
        return await self._made(store, wave, bundle_id, app_id.id, wanted, signers)

    async def left_out(self, wave_id: str, generation_ids: Sequence[str]) -> list[str]:
        """Return the UDIDs, in lower case, that Apple has and some profile of a wave lacks."""
        wave, _ = await self._wave(wave_id)
        async with self._database.writing() as session:
            found = await slots.of_teams(session, [wave.team_id])
            wanted = {slot.udid for slot in found if _gets_in(slot)}
            missing: set[str] = set()
            for generation_id in generation_ids:
                one = await waves.generation(session, generation_id)
                missing |= wanted - {udid.lower() for udid in one.udids}
            row = await waves.get(session, wave_id)
            row.left_out = sorted(udid.upper() for udid in missing)
            session.add(row)
        return sorted(missing)

    async def udids(self, generation_ids: Sequence[str]) -> set[str]:
        """Return the UDIDs, in capitals, that the profiles of every bundle have."""
        async with self._database.reading() as session:
            found = [await waves.generation(session, one) for one in generation_ids]
        return set.intersection(*(set(one.udids) for one in found)) if found else set()

    async def contents(self, generation_ids: Sequence[str]) -> list[bytes]:
        """Return the .mobileprovision of each generation."""
        async with self._database.reading() as session:
            found = [await waves.generation(session, one) for one in generation_ids]
        return [one.content for one in found if one.content is not None]

    async def clean(self, wave_id: str, generation_ids: Collection[str]) -> None:
        """Delete at Apple what the generations of a wave took the place of."""
        wave, _ = await self._wave(wave_id)
        store = await self._teams.store(wave.team_id)
        async with self._database.reading() as session:
            bundles = {(await waves.generation(session, one)).bundle_id for one in generation_ids}
            there = await waves.generations(session, wave.team_id, bundles)
        for one in there:
            if one.id in generation_ids:
                continue
            apple_id = one.apple_id or await _lost_one(store, one.name)
            if apple_id is not None:
                await store.profiles.delete(apple_id)
            async with self._database.writing() as session:
                row = await waves.generation(session, one.id)
                row.ended_at, row.content = now(), None
                session.add(row)

    async def identity_for(self, fingerprints: Collection[str], signed_by: Collection[str]) -> str:
        """
        Return the identity to sign a build with: the one that signed it before, else the newest.

        *fingerprints* are of the profiles' certificates, *signed_by* of those that may have signed
        the build. Raise NotNow when there is none.
        """
        able = [card for card in await self._ours() if card.fingerprint in fingerprints]
        if not able:
            raise NotNow(NO_CERTIFICATE.format(team=""), code="certificate_missing")
        before = [card for card in able if card.fingerprint in signed_by]
        return (before or able)[-1].id

    async def _made(
        self,
        store: AppStore,
        wave: Wave,
        bundle_id: str,
        app_id: str,
        wanted: Sequence[Slot],
        signers: dict[str, list[str]],
    ) -> str:
        """Make a profile under a name of its own, and keep what Apple really put into it."""
        for turn in range(NAMES_TRIED):
            name = _name(wave, bundle_id, turn)
            intent = await self._intend(wave, bundle_id, name)
            if intent.content is not None:
                return intent.id
            try:
                made = await self._created(store, name, app_id, wanted, signers)
            except ProfileNameTaken:
                continue  # Somebody's profile has this very name.
            except AppIdMissing as missing:
                raise AppIdNeeded(str(missing), bundle_id=bundle_id) from missing
            return await self._keep(store, intent, made)
        raise ProfileNameTaken

    async def _created(
        self,
        store: AppStore,
        name: str,
        app_id: str,
        wanted: Sequence[Slot],
        signers: dict[str, list[str]],
    ) -> AppleProfile:
        try:
            return await store.profiles.create(
                name,
                kind=ADHOC,
                bundle_id=app_id,
                certificate_ids=signers["certificate_ids"],
                device_ids=[slot.apple_id for slot in wanted],
            )
        except DeviceClassUnfit:
            # A family that came after this was written: with it the whole profile is refused.
            known = [slot.apple_id for slot in wanted if slot.family in NAMES]
            return await store.profiles.create(
                name,
                kind=ADHOC,
                bundle_id=app_id,
                certificate_ids=signers["certificate_ids"],
                device_ids=known,
            )

    async def _intend(self, wave: Wave, bundle_id: str, name: str) -> ProfileGeneration:
        async with self._database.writing() as session:
            return await waves.intend(
                session,
                ProfileGeneration(
                    team_id=wave.team_id,
                    wave_id=wave.id,
                    bundle_id=bundle_id,
                    number=wave.number,
                    name=name,
                ),
            )

    async def _keep(self, store: AppStore, intent: ProfileGeneration, made: AppleProfile) -> str:
        content = made.content or (await store.profiles.read(made.id)).content or b""
        profile = _read(content)
        async with self._database.writing() as session:
            row = await waves.generation(session, intent.id)
            row.apple_id, row.uuid, row.content = made.id, profile.uuid, content
            row.udids = sorted(udid.upper() for udid in profile.devices)
            row.fingerprint = _joined([sha256(one).hexdigest() for one in profile.certificates])
            row.expires_at = profile.expires_at
            session.add(row)
        return intent.id

    async def _ours(self) -> list[IdentityCard]:
        at = now()
        return [
            card
            for card in await self._identities.every()
            if card.fingerprint is not None
            and not card.retired
            and card.expires_at is not None
            and card.expires_at > at
        ]

    async def _wave(self, wave_id: str) -> tuple[Wave, str]:
        """Return a wave and what its team is called."""
        async with self._database.reading() as session:
            wave = await waves.get(session, wave_id)
            team = await apple_teams.get(session, self._organization_id, wave.team_id)
        return wave, called(team)


def fingerprint_of(certificate: AppleCertificate) -> str:
    """Return the SHA-256 of a certificate, in hex."""
    return sha256(certificate.content or b"").hexdigest()


def _signs(one: AppleCertificate) -> bool:
    return one.type in DISTRIBUTING and not one.is_expired and one.content is not None


def _gets_in(slot: Slot) -> bool:
    return slot.status == ENABLED and slot.family not in NOT_FOR_IOS_APPS


def _is_as_wanted(
    kept: ProfileGeneration, wanted: Sequence[Slot], signers: dict[str, list[str]]
) -> bool:
    """Return whether a profile has just the devices and certificates that it should, and lasts."""
    return (
        {udid.lower() for udid in kept.udids} == {slot.udid for slot in wanted}
        and kept.fingerprint == _joined(signers["fingerprints"])
        and kept.expires_at is not None
        and kept.expires_at > now() + LASTING
    )


async def _holds(store: AppStore, kept: ProfileGeneration) -> bool:
    """Return whether Apple still has a profile, and it was not made invalid meanwhile."""
    try:
        return (await store.profiles.read(kept.apple_id or "")).is_usable
    except NotThere:
        return False


def _joined(fingerprints: Collection[str]) -> str:
    """Return what a set of certificates is known as."""
    return sha256(" ".join(sorted(fingerprints)).encode()).hexdigest()


def _name(wave: Wave, bundle_id: str, turn: int) -> str:
    """
    Return a name that no other profile has: app, bundle, number, and who is meant exactly.

    Apple wants letters, digits and spaces in it.
    """
    plain = "".join(letter if letter.isalnum() else " " for letter in bundle_id)
    mark = f"{wave.id[:8]}{turn or ''}"
    return f"Slipway {plain[:180]} {wave.number} {mark}"


def _app_id_needed(bundle_id: str, team: str) -> AppIdNeeded:
    return AppIdNeeded(
        f"The team {team} has no App ID {bundle_id} at Apple. An admin can let Slipway create it.",
        bundle_id=bundle_id,
    )


def _read(content: bytes) -> Profile:
    try:
        return read_profile(content)
    except Malformed as wrong:
        raise NotNow(f"Apple made a profile that cannot be read. {wrong}") from wrong


async def _lost_one(store: AppStore, name: str) -> str | None:
    """Return Apple's id of a profile whose answer got lost, by its name."""
    try:
        found = await store.profiles.named(name)
    except AppStoreError as error:
        if error.transient:
            raise
        return None
    return found[0].id if found else None
