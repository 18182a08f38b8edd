"""How a team at Apple does just now, as its key tells and as it stands here."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from provisioning.appstore.resources.certificates import AppleCertificate
from provisioning.appstore.wire.rate import RateReading
from storage.records.apple_team import AppleTeam
from storage.records.identity import SigningIdentity

#: What stands in the type of each certificate that can be in a profile for testers or the store.
DISTRIBUTION = "DISTRIBUTION"


@dataclass(frozen=True, slots=True, kw_only=True)
class AppleTeamCard:
    """
    What may be shown of a team.

    `team_id` is empty until something at Apple has told it, and `name` until something or somebody
    has; `renews_on` is None until somebody said so.
    """

    id: str
    issuer_id: str
    team_id: str
    key_id: str
    name: str = ""
    renews_on: date | None = None

    @classmethod
    def of(cls, record: AppleTeam) -> "AppleTeamCard":
        return cls(
            id=record.id,
            issuer_id=record.issuer_id,
            team_id=record.team_id,
            key_id=record.key_id,
            name=record.name,
            renews_on=record.renews_on,
        )

    @property
    def called(self) -> str:
        """Return what people know it by: its name, else its id, else its issuer."""
        return self.name or self.team_id or f"issuer {self.issuer_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateThere:
    """A certificate for distribution that the team has at Apple; `fingerprint` is its SHA-256."""

    name: str
    type: str
    expires_at: datetime | None
    fingerprint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateHere:
    """A certificate of the team whose key Slipway keeps; `fingerprint` is its SHA-256."""

    name: str
    expires_at: datetime
    fingerprint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AppleTeamReport:
    """
    How a team's key does just now, and which certificates there are.

    `complaint` is a sentence and `code` what it is about, both empty when the key works; else the
    figures are None, and `there` is empty because nobody knows. `skew` says how far Apple's clock
    is ahead of this machine's.
    """

    card: AppleTeamCard
    complaint: str = ""
    code: str = ""
    devices: int | None = None
    certificates: int | None = None
    rate: RateReading | None = None
    skew: timedelta = timedelta()
    there: tuple[CertificateThere, ...] = ()
    here: tuple[CertificateHere, ...] = ()

    @property
    def usable(self) -> tuple[CertificateHere, ...]:
        """Return those that Apple has and whose key is here, the one that lasts longest first."""
        known = {one.fingerprint for one in self.there}
        both = [one for one in self.here if one.fingerprint in known]
        return tuple(sorted(both, key=lambda one: one.expires_at, reverse=True))


def those_there(found: Sequence[AppleCertificate]) -> tuple[CertificateThere, ...]:
    """Return the certificates for distribution that are in force, the one that ends first first."""
    current = [one for one in found if DISTRIBUTION in one.type and not one.is_expired]
    there = [
        CertificateThere(
            name=one.name or one.display_name or one.type,
            type=one.type,
            expires_at=one.expires_at,
            fingerprint=one.fingerprint,
        )
        for one in current
    ]
    return tuple(sorted(there, key=lambda one: (one.expires_at is None, one.expires_at, one.name)))


def those_here(
    card: AppleTeamCard, kept: Sequence[SigningIdentity], fingerprints: Collection[str]
) -> tuple[CertificateHere, ...]:
    """Return the team's certificates with a key among *kept*: of its id, or known to Apple."""
    return tuple(
        CertificateHere(name=one.name, expires_at=one.expires_at, fingerprint=one.fingerprint)
        for one in kept
        if one.sealed_key and one.fingerprint is not None and one.expires_at is not None
        if one.fingerprint in fingerprints or (card.team_id and one.team_id == card.team_id)
    )
