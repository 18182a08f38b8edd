"""Signing identities: who Slipway signs as. The keys go in and never come out again."""

import asyncio
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import ParamSpec, TypeVar

from cryptography import x509
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)

from provisioning.actors import Actor
from provisioning.codesign.errors import IdentityRefused
from provisioning.codesign.identity.files import import_p12, import_pem
from provisioning.codesign.identity.identity import Identity
from provisioning.codesign.identity.keys import KeyAtHand
from provisioning.codesign.identity.request import make_request
from provisioning.errors import NotNow, Unclear
from storage.catalog import audit, identities
from storage.catalog.database import Database, Session
from storage.records.audit import AuditEntry
from storage.records.base import new_id
from storage.records.identity import SigningIdentity
from storage.secrets import Place, Secrets, SecretUnreadable

P = ParamSpec("P")
T = TypeVar("T")

TABLE = "signing_identity"
KEY_COLUMN = "sealed_key"
#: A retired identity keeps its row for what it signed, and nothing that could sign.
NO_KEY = b""

AWAITED = "This identity still waits for Apple's certificate."
RETIRED = "This identity was retired, and its key is gone. Import its p12 to sign with it again."


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityCard:
    """
    What may be shown of an identity.

    `fingerprint` is the SHA-256 of the certificate, None while Apple's certificate is awaited;
    `request` is the PEM to ask Apple for it with, empty for an identity that was imported. One
    that is `retired` signs nothing any more.
    """

    id: str
    name: str
    team_id: str
    fingerprint: str | None
    expires_at: datetime | None
    request: str
    retired: bool = False


class Identities:
    """
    Keeps, lists and opens the identities of an organization.

    *authorities* issue its certificates in place of Apple's.
    """

    def __init__(
        self,
        database: Database,
        secrets: Secrets,
        *,
        organization_id: str,
        authorities: Sequence[x509.Certificate] | None = None,
    ) -> None:
        self._database = database
        self._secrets = secrets
        self._organization_id = organization_id
        self._authorities = authorities

    async def read_p12(self, content: bytes, password: str) -> Identity:
        """
        Return the identity of a p12 file, which is not kept yet.

        Raise Unclear when the password is wrong or the file does not hold an identity of Apple's.
        """
        return await _tried(import_p12, content, password, self._authorities)

    async def import_p12(self, content: bytes, password: str, by: Actor) -> IdentityCard:
        """Keep the identity of a p12 file as `keep` does. Raise Unclear as `read_p12` does."""
        return await self.keep(await self.read_p12(content, password), by)

    async def keep(self, identity: Identity, by: Actor) -> IdentityCard:
        """
        Keep an identity; one that is here already stays as it is.

        One that was retired gets its key back, and so does one whose key cannot be opened any more
        because the secret key was lost.
        """
        pem = _pem_of(identity)
        record = self._new(pem, name=identity.name, by=by)
        _certify(record, identity)
        async with self._database.writing() as session:
            known = await identities.of_certificate(
                session, self._organization_id, identity.fingerprint
            )
            if known is not None and self._opens(known):
                return _card(known)
            if known is not None:
                known.sealed_key = self._secrets.seal(pem, _place(known.id))
                record = known
            session.add(record)
            self._note(session, "identity.imported", record, by)
        return _card(record)

    async def waiting(self, common_name: str) -> IdentityCard | None:
        """Return what was requested by this name and still waits, if its key can be opened."""
        async with self._database.reading() as session:
            found = await identities.every(session, self._organization_id)
        asked = [one for one in found if one.certificate is None and one.name == common_name]
        return next((_card(one) for one in asked if one.request and self._opens(one)), None)

    async def able(self, fingerprints: Collection[str]) -> list[IdentityCard]:
        """Return what may be shown of those with one of these certificates that could sign now."""
        async with self._database.reading() as session:
            found = await identities.every(session, self._organization_id)
        return [_card(one) for one in found if one.fingerprint in fingerprints and self._opens(one)]

    async def request(self, common_name: str, by: Actor, *, email: str = "") -> IdentityCard:
        """Make a key that nobody sees, and the request with which Apple is asked to certify it."""
        made = await _tried(make_request, common_name, email)
        record = self._new(made.key_pem, name=common_name, by=by)
        record.request = made.csr_pem.decode()
        async with self._database.writing() as session:
            session.add(record)
            self._note(session, "identity.requested", record, by)
        return _card(record)

    async def complete(self, identity_id: str, certificate: bytes, by: Actor) -> IdentityCard:
        """
        Join the certificate that Apple issued, PEM or DER, to the key that waits for it.

        Raise NotFound; NotNow when it has its certificate; Unclear when it is another's.
        """
        async with self._database.reading() as session:
            record = await identities.get(session, self._organization_id, identity_id)
        key = self._key_of(record)
        identity = await _tried(import_pem, key, certificate, self._authorities, is_ours=True)
        async with self._database.writing() as session:
            record = await identities.get(session, self._organization_id, identity_id)
            if record.certificate is not None:
                raise NotNow("This identity has its certificate already.")
            _certify(record, identity)
            session.add(record)
            self._note(session, "identity.completed", record, by)
        return _card(record)

    async def retire(self, identity_id: str, by: Actor) -> IdentityCard:
        """
        Destroy the key of an identity; what it signed stays, and is handed out as before.

        Raise NotFound.
        """
        async with self._database.writing() as session:
            record = await identities.get(session, self._organization_id, identity_id)
            if record.sealed_key != NO_KEY:
                record.sealed_key, record.request = NO_KEY, ""
                session.add(record)
                self._note(session, "identity.retired", record, by)
        return _card(record)

    async def card(self, identity_id: str) -> IdentityCard:
        """Return what may be shown of one identity. Raise NotFound."""
        async with self._database.reading() as session:
            return _card(await identities.get(session, self._organization_id, identity_id))

    async def every(self) -> list[IdentityCard]:
        """Return what may be shown of each identity, oldest first."""
        async with self._database.reading() as session:
            found = await identities.every(session, self._organization_id)
        return [_card(record) for record in found]

    async def open(self, identity_id: str, *, by: Actor, purpose: str) -> Identity:
        """
        Return an identity that can sign; that it was opened, by whom and for what, is noted.

        Raise NotFound; NotNow while its certificate is awaited, and once it is retired;
        SecretUnreadable when the installation's key is not the one that sealed it.
        """
        async with self._database.writing() as session:
            record = await identities.get(session, self._organization_id, identity_id)
            if record.sealed_key == NO_KEY:
                raise NotNow(RETIRED)
            if record.certificate is None:
                raise NotNow(AWAITED)
            self._note(session, "identity.used", record, by, purpose=purpose)
        key = self._key_of(record)
        certificate = record.certificate
        return await _tried(import_pem, key, certificate, self._authorities, is_ours=True)

    def _new(self, key_pem: bytes, *, name: str, by: Actor) -> SigningIdentity:
        identity_id = new_id()
        return SigningIdentity(
            id=identity_id,
            organization_id=self._organization_id,
            key_fingerprint=_fingerprint_of(key_pem),
            sealed_key=self._secrets.seal(key_pem, _place(identity_id)),
            name=name[:255],
            created_by=by.reference,
        )

    def _key_of(self, record: SigningIdentity) -> bytes:
        if record.sealed_key == NO_KEY:
            raise NotNow(RETIRED)
        return self._secrets.open(record.sealed_key, _place(record.id))

    def _opens(self, record: SigningIdentity) -> bool:
        if record.sealed_key == NO_KEY:
            return False
        try:
            self._key_of(record)
        except SecretUnreadable:
            return False
        return True

    def _note(
        self,
        session: Session,
        action: str,
        record: SigningIdentity,
        by: Actor,
        **detail: str,
    ) -> None:
        entry = AuditEntry(
            organization_id=self._organization_id,
            actor=by.reference,
            origin=by.origin,
            action=action,
            subject_id=record.id,
            detail={"fingerprint": record.fingerprint, **detail},
        )
        audit.add(session, entry)


async def rotate(database: Database, secrets: Secrets) -> int:
    """
    Wrap the key of every identity, of all organizations, with the current key of *secrets*.

    Return how many there were. All are done or none. Raise SecretUnreadable when one was sealed by
    a key that is neither the current nor a former one.
    """
    async with database.writing() as session:
        found = [
            record for record in await identities.every(session) if record.sealed_key != NO_KEY
        ]
        for record in found:
            record.sealed_key = secrets.rotate(record.sealed_key, _place(record.id))
            session.add(record)
    return len(found)


async def _tried(act: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run *act* in a thread: keys are made and unlocked by much arithmetic."""
    try:
        return await asyncio.to_thread(act, *args, **kwargs)
    except IdentityRefused as refusal:
        raise Unclear(str(refusal)) from refusal


def _place(identity_id: str) -> Place:
    return Place(table=TABLE, row_id=identity_id, column=KEY_COLUMN)


def _pem_of(identity: Identity) -> bytes:
    assert isinstance(identity.key, KeyAtHand)  # It was read from a file just now.
    return identity.key.pem()


def _fingerprint_of(key_pem: bytes) -> str:
    # It was looked through when it was read or made, which takes longer than all else here.
    key = load_pem_private_key(key_pem, None, unsafe_skip_rsa_key_validation=True)
    public = key.public_key()
    return sha256(public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()


def _certify(record: SigningIdentity, identity: Identity) -> None:
    record.certificate = identity.der
    record.fingerprint = identity.fingerprint
    record.name = identity.name[:255]
    record.team_id = identity.team_id[:32]
    record.expires_at = identity.expires_at


def _card(record: SigningIdentity) -> IdentityCard:
    return IdentityCard(
        id=record.id,
        name=record.name,
        team_id=record.team_id,
        fingerprint=record.fingerprint,
        expires_at=record.expires_at,
        request=record.request,
        retired=record.sealed_key == NO_KEY,
    )
