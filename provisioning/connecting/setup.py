"""What the page of Apple's teams does: a key and a certificate go in, once, by one admin."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from provisioning.connecting.certificates import TeamCertificates
from provisioning.connecting.invitations import AppleInvitations, OpenedInvitation
from provisioning.devices.team_report import AppleTeamCard
from provisioning.devices.teams import AppleTeams, TeamWords
from provisioning.errors import Unclear
from provisioning.signing.identities import IdentityCard
from storage.records.apple_invitation import ApplePurpose

P12_MISSING = "Choose the .p12 file, or let Slipway make the certificate."
P8_MISSING = "Choose the .p8 file, or paste what is in it."


class CertificateWay(StrEnum):
    """Where the certificate comes from."""

    MAKE = "make"  #: Slipway makes a key, and Apple certifies it.
    BRING = "bring"  #: It is in a p12, with its key.
    LATER = "later"


@dataclass(frozen=True, slots=True, kw_only=True)
class AppleEntry:
    """What somebody entered. `renews_on` is a date such as 2027-03-01, empty when unknown."""

    issuer_id: str = ""
    key_id: str = ""
    p8: bytes = field(default=b"", repr=False)
    way: CertificateWay = CertificateWay.LATER
    p12: bytes = field(default=b"", repr=False)
    password: str = field(default="", repr=False)
    name: str = ""
    renews_on: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AppleSheet:
    """What is to be entered: for which team, if there is one, and whether its key is asked for."""

    purpose: ApplePurpose
    team: AppleTeamCard | None

    @property
    def asks_for_key(self) -> bool:
        return self.team is None or self.purpose is ApplePurpose.ROTATE

    @property
    def asks_for_certificate(self) -> bool:
        return self.purpose is not ApplePurpose.ROTATE


@dataclass(frozen=True, slots=True, kw_only=True)
class AppleOutcome:
    """What was done: a team with a key, and the certificate to sign with, if there is one."""

    purpose: ApplePurpose
    team: AppleTeamCard
    identity: IdentityCard | None


class AppleSetup:
    """Takes what was entered by a link. Each way raises NotNow once it is over, and NotAllowed."""

    def __init__(
        self, invitations: AppleInvitations, teams: AppleTeams, certificates: TeamCertificates
    ) -> None:
        self._invitations = invitations
        self._teams = teams
        self._certificates = certificates

    async def read(self, token: str) -> OpenedInvitation | None:
        """Return what a link is for, though it may be over; None for one that we did not give."""
        return await self._invitations.read(token)

    async def sheet(self, token: str) -> AppleSheet:
        """Return what is to be entered. Raise NotFound when the team was disconnected meanwhile."""
        opened = await self._invitations.open(token)
        row_id = opened.apple_team_id
        team = await self._teams.card(row_id) if row_id else None
        return AppleSheet(purpose=opened.purpose, team=team)

    async def enter(self, token: str, entry: AppleEntry) -> AppleOutcome:
        """
        Try and keep what was entered, and use the link up.

        When something is refused the link holds on; once the key was kept, for the certificate
        alone. Raise Unclear with the `field` of the entry, AppStoreError, and CertificatesFull.
        """
        opened = await self._invitations.open(token)
        said = TeamWords(name=entry.name.strip(), renews_on=date_of(entry.renews_on))
        _require_files(opened, entry)
        await self._invitations.claim(opened)
        row_id = opened.apple_team_id
        try:
            if opened.purpose is ApplePurpose.ROTATE:
                await self._rotated(row_id, entry, opened)
            elif not row_id:
                key = (entry.issuer_id, entry.key_id, entry.p8)
                row_id = (await self._teams.connect(*key, opened.by, said)).id
            identity = await self._certified(row_id, entry, opened)
            team = await self._teams.card(row_id)
        except BaseException:
            await self._invitations.give_back(opened, apple_team_id=row_id)
            raise
        return AppleOutcome(purpose=opened.purpose, team=team, identity=identity)

    async def _rotated(self, row_id: str, entry: AppleEntry, opened: OpenedInvitation) -> None:
        team = await self._teams.card(row_id)
        await self._teams.rotate(team.issuer_id, entry.key_id, entry.p8, opened.by)

    async def _certified(
        self, row_id: str, entry: AppleEntry, opened: OpenedInvitation
    ) -> IdentityCard | None:
        if opened.purpose is ApplePurpose.ROTATE or entry.way is CertificateWay.LATER:
            return None
        if entry.way is CertificateWay.MAKE:
            return await self._certificates.make(row_id, opened.by)
        return await self._certificates.bring(row_id, entry.p12, entry.password, opened.by)


def date_of(text: str) -> date | None:
    """Return the date that `2027-03-01` is, None for nothing. Raise Unclear, field `renews_on`."""
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise Unclear(
            "The day of the renewal is not one: write it as 2027-03-01.", field="renews_on"
        ) from None


def _require_files(opened: OpenedInvitation, entry: AppleEntry) -> None:
    asks_for_key = opened.purpose is ApplePurpose.ROTATE or not opened.apple_team_id
    if asks_for_key and not entry.p8.strip():
        raise Unclear(P8_MISSING, field="p8")
    takes_p12 = opened.purpose is not ApplePurpose.ROTATE and entry.way is CertificateWay.BRING
    if takes_p12 and not entry.p12:
        raise Unclear(P12_MISSING, field="p12")
