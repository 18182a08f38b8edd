"""The certificates of a team. Apple allows few of each type, and never sees their keys."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from provisioning.appstore.errors import CertificateLimitReached
from provisioning.appstore.wire.deleting import delete
from provisioning.appstore.wire.documents import Entity, written
from provisioning.appstore.wire.paths import under
from provisioning.appstore.wire.refusals import Rule
from provisioning.appstore.wire.session import AppStoreSession
from provisioning.appstore.wire.settling import settled

TYPE = "certificates"
PATH = "/v1/certificates"
DISTRIBUTION = "DISTRIBUTION"

REFUSALS = (
    Rule(CertificateLimitReached, "ENTITY_ERROR", ("already have a current", "certificate")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AppleCertificate:
    """A certificate; `content` is its DER, and `type` a word of Apple's that may be a new one."""

    id: str
    name: str
    display_name: str
    type: str
    serial_number: str
    platform: str | None
    expires_at: datetime | None
    activated: bool | None
    content: bytes | None = field(repr=False)
    others: Mapping[str, Any] = field(repr=False, compare=False)

    @classmethod
    def of(cls, entity: Entity) -> "AppleCertificate":
        return cls(
            id=entity.id,
            name=entity.word("name"),
            display_name=entity.word("displayName"),
            type=entity.word("certificateType"),
            serial_number=entity.word("serialNumber"),
            platform=entity.text("platform"),
            expires_at=entity.moment("expirationDate"),
            activated=entity.flag("activated"),
            content=entity.content("certificateContent"),
            others=entity.others(
                *("name", "displayName", "certificateType", "serialNumber", "platform"),
                *("expirationDate", "activated", "certificateContent"),
            ),
        )

    @property
    def is_expired(self) -> bool:
        return self.expires_at is not None and self.expires_at <= datetime.now(UTC)

    @property
    def fingerprint(self) -> str:
        """Return the SHA-256 of the certificate, lower-case hex; empty when Apple left it out."""
        return sha256(self.content).hexdigest() if self.content else ""

    @property
    def public_key(self) -> bytes | None:
        """Return its public key as DER, None when there is no certificate that can be read."""
        try:
            certificate = x509.load_der_x509_certificate(self.content or b"")
            return _der(certificate)
        except Exception:  # noqa: BLE001 - Apple may sign keys that the library does not know
            return None


class AppleCertificates:
    """Lists, asks for and revokes certificates. Each method raises AppStoreError."""

    def __init__(self, session: AppStoreSession) -> None:
        self._session = session

    async def list(self) -> tuple[AppleCertificate, ...]:
        """Return all certificates: a filter refuses types that it does not know."""
        return tuple(AppleCertificate.of(one) for one in await self._session.read_all(PATH))

    async def read(self, certificate_id: str) -> AppleCertificate:
        return AppleCertificate.of((await self._session.read(under(PATH, certificate_id))).entity)

    async def issue(self, csr_pem: bytes, *, kind: str = DISTRIBUTION) -> AppleCertificate:
        """
        Return the certificate for a request (PEM) made with our key.

        One of this type that is there already for the same key is returned: each counts against
        the limit. Raise CertificateLimitReached, and ValueError for what is no request.
        """
        key = _der(x509.load_pem_x509_csr(csr_pem))

        async def find() -> AppleCertificate | None:
            several = (one for one in await self.list() if one.type == kind and not one.is_expired)
            return next((one for one in several if one.public_key == key), None)

        known = await find()
        if known is not None:
            return known
        return await settled(
            self._session.backoff,
            lambda: self._create(csr_pem.decode("ascii"), kind),
            find,
            proven_by=(CertificateLimitReached,),
        )

    async def revoke(self, certificate_id: str) -> None:
        """Revoke a certificate for good. Its profiles become invalid, and apps may stop."""
        await delete(self._session, under(PATH, certificate_id))

    async def _create(self, csr: str, kind: str) -> AppleCertificate:
        body = written(TYPE, attributes={"csrContent": csr, "certificateType": kind})
        return AppleCertificate.of(
            (await self._session.write("POST", PATH, body, rules=REFUSALS)).entity
        )


def _der(holder: x509.Certificate | x509.CertificateSigningRequest) -> bytes:
    return holder.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
