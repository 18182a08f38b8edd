"""Coverage: whose phones a release is signed for, whose it will be, and whose it cannot be."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from provisioning.devices.programs import is_signable
from provisioning.distributing.hindrances import Hindrance, hindrance
from storage.catalog import apple_teams, devices, identities, registrations, releases, variants
from storage.catalog.database import Session
from storage.catalog.devices import OwnUdid
from storage.inspection.facts import Facts
from storage.records.apple_team import AppleTeam
from storage.records.base import now
from storage.records.build import Build
from storage.records.registration import Registration, RegistrationState

#: What Apple calls a device that apps for iOS are signed for.
IOS: Final = "IOS"

#: What keeps a phone, for whoever sent the release; the nearest to its end counts.
COMING: Final = {
    RegistrationState.PROCESSING: (
        "Apple is checking their phone; that usually takes a day, at most three."
    ),
    RegistrationState.REGISTERING: "Their phone is being registered at Apple.",
    RegistrationState.AWAITING_APPROVAL: "Their phone waits for a release manager's approval.",
    RegistrationState.INELIGIBLE: "Apple does not take their phone yet, for up to 30 days.",
}


class Cover(Enum):
    """How a release stands for somebody's phones; the best of them counts."""

    SIGNED = auto()  #: It is signed for one of them.
    READY = auto()  #: Apple has one, and it is not signed for it yet.
    COMING = auto()  #: A person or Apple has not decided about one yet.
    UNASKED = auto()  #: There is one that the team was not asked about.
    NEVER = auto()  #: None of them gets in as it is: refused, or disabled.
    UNKNOWN = auto()  #: No phone of theirs is known.


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneCover:
    """
    How a release stands for one tester.

    `sentence` says what a phone that is coming waits for; `unasked` are devices that the team has
    no registration of.
    """

    cover: Cover
    sentence: str = ""
    unasked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """A release that a team at Apple can sign, and how it stands for some testers, by id."""

    team_id: str
    bundle_id: str
    testers: Mapping[str, PhoneCover]

    def those(self, cover: Cover) -> list[str]:
        """Return the testers for whom it stands so."""
        return [one for one, covered in self.testers.items() if covered.cover is cover]


async def coverage(
    session: Session, organization_id: str, release_id: str, tester_ids: Collection[str]
) -> Coverage | None:
    """
    Return how a release stands for the phones of some testers.

    None for a build that no connected team can sign for more devices: nothing comes of waiting.
    """
    _, _, build, _ = await releases.in_full(session, release_id)
    team = await signing_team(session, organization_id, build)
    if team is None:
        return None
    signed = await signed_udids(session, build)
    own = await phones_of(session, tester_ids)
    asked = await registrations.of_devices(session, [one.id for one in own])
    of_device = {one.device_id: one for one in asked if one.team_id == team.id}
    phones: dict[str, list[OwnUdid]] = {tester_id: [] for tester_id in tester_ids}
    for phone in own:
        phones[phone.tester_id].append(phone)
    return Coverage(
        team_id=team.id,
        bundle_id=build.bundle_id,
        testers={one: _covered(theirs, of_device, signed) for one, theirs in phones.items()},
    )


async def signing_team(session: Session, organization_id: str, build: Build) -> AppleTeam | None:
    """Return the connected team that can sign a build for more devices, if there is one."""
    teams = await apple_teams.every(session, organization_id)
    if await hindrance_of(session, organization_id, build, teams) is not None:
        return None
    facts = Facts(**build.facts)
    return next((team for team in teams if is_signable(facts, team.team_id)), None)


async def hindrance_of(
    session: Session, organization_id: str, build: Build, teams: Sequence[AppleTeam]
) -> Hindrance | None:
    """Return why a build cannot be signed for more devices by the connected teams, if so."""
    ours = await identities.every(session, organization_id)
    able = {one.team_id for one in ours if one.expires_at and one.expires_at > now()}
    return hindrance(build, teams={team.team_id for team in teams if team.team_id}, able=able)


async def signed_udids(session: Session, build: Build) -> set[str]:
    """Return the UDIDs, in capitals, that a build or one of its variants is signed for."""
    signed = {udid.upper() for udid in Facts(**build.facts).signing.devices}
    for one in await variants.signings(session, [build.id]):
        signed |= {str(udid).upper() for udid in one.signing.get("devices") or ()}
    return signed


async def phones_of(session: Session, tester_ids: Collection[str]) -> list[OwnUdid]:
    """Return the testers' devices that are not disabled and that an app for iOS is signed for."""
    return [one for one in await devices.udids(session, tester_ids) if one.platform == IOS]


def _covered(
    phones: Sequence[OwnUdid], asked: Mapping[str, Registration], signed: Collection[str]
) -> PhoneCover:
    if not phones:
        return PhoneCover(cover=Cover.UNKNOWN)
    if any(phone.udid.upper() in signed for phone in phones):
        return PhoneCover(cover=Cover.SIGNED)
    unasked = tuple(phone.id for phone in phones if phone.id not in asked)
    there = [asked[phone.id] for phone in phones if phone.id in asked]
    if any(one.state is RegistrationState.READY for one in there):
        return PhoneCover(cover=Cover.READY, unasked=unasked)
    coming = next((state for state in COMING if any(one.state is state for one in there)), None)
    if coming is not None:
        return PhoneCover(cover=Cover.COMING, sentence=COMING[coming], unasked=unasked)
    return PhoneCover(cover=Cover.UNASKED if unasked else Cover.NEVER, unasked=unasked)
