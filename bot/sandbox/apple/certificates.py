"""The certificates of a team, issued for the keys of others by an authority of our own."""

import base64
import binascii
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding

from bot.sandbox.apple.errors import Conflict, NotThere, invalid_attribute
from bot.sandbox.apple.ids import Ids
from bot.sandbox.apple.rules import Rules
from bot.sandbox.clock import Clock
from bot.sandbox.samples.identities import CertificateKind, Identity, Team, certify

#: What Apple writes into a certificate of each type; types of installers are not rebuilt here.
KINDS: Final[Mapping[str, CertificateKind]] = MappingProxyType(
    {
        "DISTRIBUTION": "Apple Distribution",
        "IOS_DISTRIBUTION": "iPhone Distribution",
        "DEVELOPMENT": "Apple Development",
        "IOS_DEVELOPMENT": "iPhone Developer",
        "DEVELOPER_ID_APPLICATION": "Developer ID Application",
        "DEVELOPER_ID_APPLICATION_G2": "Developer ID Application",
    }
)
DEVELOPMENT_TYPES: Final = frozenset({"DEVELOPMENT", "IOS_DEVELOPMENT"})
_KEY_SIZE = 2048


@dataclass(slots=True, kw_only=True)
class Certificate:
    """A certificate that was issued and not revoked; *type* is Apple's word, e.g. DISTRIBUTION."""

    id: str
    type: str
    team_name: str
    certificate: x509.Certificate
    is_activated: bool = True

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def serial_number(self) -> str:
        return f"{self.certificate.serial_number:X}"

    @property
    def expires_at(self) -> float:
        return self.certificate.not_valid_after_utc.timestamp()

    @property
    def name(self) -> str:
        return f"{KINDS[self.type]}: {self.team_name}"


class Certificates:
    """The certificates of one team, which *issuer* signs."""

    def __init__(
        self, team: Team, clock: Clock, rules: Rules, ids: Ids, *, issuer: Identity
    ) -> None:
        self._team = team
        self._issuer = issuer
        self._clock = clock
        self._rules = rules
        self._ids = ids
        self._certificates: dict[str, Certificate] = {}

    def __iter__(self) -> Iterator[Certificate]:
        return iter(tuple(self._certificates.values()))

    def __contains__(self, certificate_id: object) -> bool:
        return certificate_id in self._certificates

    def __getitem__(self, certificate_id: str) -> Certificate:
        found = self._certificates.get(certificate_id)
        if found is None:
            raise NotThere(
                f"There is no resource of type 'certificates' with id '{certificate_id}'"
            )
        return found

    def issue(self, csr: str, kind: str) -> Certificate:
        """
        Answer a certificate signing request, PEM or base64 of DER.

        Raise Conflict if it is none, not signed by its own key, for a key that Apple does not take,
        or one too many of its type.
        """
        key = _requested_key(csr)
        valid = [one for one in self if one.type == kind and one.expires_at > self._clock.now()]
        if len(valid) >= self._rules.most_certificates:
            raise Conflict(
                "ENTITY_ERROR",
                f"You already have a current {_spoken(kind)} certificate"
                " or a pending certificate request.",
            )
        now = self._clock.now()
        return self.adopt(certify(key, self._team, KINDS[kind], now, self._issuer), kind)

    def adopt(self, certificate: x509.Certificate, kind: str) -> Certificate:
        """Take in a certificate that the authority has issued already, whatever the limit."""
        kept = Certificate(
            id=self._ids.next(), type=kind, team_name=self._team.name, certificate=certificate
        )
        self.add(kept)
        return kept

    def add(self, certificate: Certificate) -> None:
        self._certificates[certificate.id] = certificate

    def find(self, der: bytes) -> Certificate | None:
        """Return what is kept of a certificate, given as DER."""
        return next((one for one in self if one.der == der), None)

    def remove(self, certificate_id: str) -> None:
        self._certificates.pop(self[certificate_id].id)


def _spoken(kind: str) -> str:
    return "Development" if kind in DEVELOPMENT_TYPES else "Distribution"


def _requested_key(csr: str) -> rsa.RSAPublicKey:
    request = _request(csr)
    key = request.public_key()
    if not isinstance(key, rsa.RSAPublicKey) or key.key_size != _KEY_SIZE:
        raise invalid_attribute("csrContent", "a key that is not RSA of 2048 bits")
    if not request.is_signature_valid:
        raise invalid_attribute("csrContent", "a request that its own key did not sign")
    return key


def _request(csr: str) -> x509.CertificateSigningRequest:
    try:
        if csr.lstrip().startswith("-----BEGIN"):
            return x509.load_pem_x509_csr(csr.encode())
        return x509.load_der_x509_csr(base64.b64decode(csr, validate=True))
    except (ValueError, binascii.Error):
        raise invalid_attribute("csrContent", "what is no certificate signing request") from None
