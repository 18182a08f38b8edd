"""A signing identity: a certificate of Apple's whose private key is kept here, encrypted."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field

from storage.records.base import ACTOR, Record, new_id, now


class SigningIdentity(Record, table=True):
    """
    Who signs.

    `sealed_key` is the private key (PKCS#8), sealed by `storage.secrets` for this very row; it is
    empty once the identity is retired, whose row stays for what it signed. Without
    a `certificate` (DER) the key still waits for Apple's; `request` is the PEM with which it was
    asked for, empty for an identity that was imported. Fingerprints are SHA-256, lower-case hex:
    of the certificate, and of the public key.
    """

    __tablename__ = "signing_identity"
    __table_args__ = (sa.UniqueConstraint("organization_id", "fingerprint"),)

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    organization_id: str = Field(foreign_key="organization.id", max_length=32)
    key_fingerprint: str = Field(max_length=64)
    sealed_key: bytes = Field(sa_type=sa.LargeBinary, repr=False)
    request: str = Field(default="", sa_type=sa.Text)
    certificate: bytes | None = Field(default=None, sa_type=sa.LargeBinary)
    fingerprint: str | None = Field(default=None, max_length=64)
    name: str = Field(max_length=255)  #: The common name: of the certificate, or as asked for.
    team_id: str = Field(default="", max_length=32)
    expires_at: datetime | None = Field(default=None)
    created_by: str = Field(max_length=ACTOR)
    created_at: datetime = Field(default_factory=now)
