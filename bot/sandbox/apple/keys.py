"""The keys of a team, with which its requests are signed."""

from dataclasses import dataclass, field
from enum import StrEnum

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat


class Role(StrEnum):
    """What a key may do; those named here differ for devices, certificates and profiles."""

    ADMIN = "ADMIN"
    APP_MANAGER = "APP_MANAGER"
    DEVELOPER = "DEVELOPER"
    MARKETING = "MARKETING"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """
    A key as App Store Connect gives it out once.

    *id* is ten capital letters and digits. An *individual* key belongs to a person, not to the
    team: it has no issuer, and the provisioning endpoints are closed to it.
    """

    id: str
    issuer_id: str
    role: Role = Role.ADMIN
    is_individual: bool = False
    private_key: ec.EllipticCurvePrivateKey = field(repr=False)

    @property
    def p8(self) -> str:
        """The file `AuthKey_<id>.p8`, PKCS#8 in PEM."""
        return self.private_key.private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
        ).decode()
