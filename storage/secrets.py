"""
Envelope encryption of what must be read back: keys, and the tokens of others.

Each secret has a data key of its own (AES-256-GCM), which is wrapped by the master key. The master
key is derived from the installation's secret key, which lies in a file outside the database, so
that neither the database nor its backup tells anything. A secret is bound to its place (table, row,
column): copied to another row, it does not open.

A sealed secret is, in this order: 1 byte of version, 8 bytes that name the master key, the wrapped
data key (12 bytes of nonce, 32 of key, 16 of tag), the content (12 bytes of nonce, itself, 16 of
tag).
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from storage.errors import StorageError

VERSION: Final = b"\x01"
ID_BYTES: Final = 8
KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
TAG_BYTES: Final = 16
_HEAD: Final = len(VERSION) + ID_BYTES
_WRAPPED: Final = NONCE_BYTES + KEY_BYTES + TAG_BYTES
_SHORTEST: Final = _HEAD + _WRAPPED + NONCE_BYTES + TAG_BYTES


class SecretUnreadable(StorageError):
    """A secret in the database cannot be opened: it was changed, or sealed with another key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a secret is kept. Only there does it open."""

    table: str
    row_id: str
    column: str

    @property
    def data(self) -> bytes:
        """What is authenticated along with the secret; the lengths keep two places apart."""
        parts = (self.table.encode(), self.row_id.encode(), self.column.encode())
        return b"".join(len(part).to_bytes(2) + part for part in parts)


class Secrets:
    """
    Seals and opens secrets under the keys of an installation, each of 32 bytes.

    *current* seals. *former* ones only open, while `rotate` brings their secrets over. Raise
    ValueError for a key of another length.
    """

    def __init__(self, current: bytes, former: Sequence[bytes] = ()) -> None:
        self._current = _MasterKey(current)
        masters = [self._current, *map(_MasterKey, former)]
        self._masters = {master.id: master for master in masters}

    def seal(self, content: bytes, place: Place) -> bytes:
        """Encrypt *content* for one place. The same content is sealed in another way each time."""
        key = secrets.token_bytes(KEY_BYTES)
        return self._current.wrap(key, place) + _encrypt(key, content, place.data)

    def open(self, sealed: bytes, place: Place) -> bytes:
        """Raise SecretUnreadable for any other place, for changed bytes and for unknown keys."""
        key = self._master_of(sealed).unwrap(sealed, place)
        return _decrypt(key, sealed[_HEAD + _WRAPPED :], place.data)

    def rotate(self, sealed: bytes, place: Place) -> bytes:
        """Wrap a secret anew with the current key. Raise SecretUnreadable as `open` does."""
        self.open(sealed, place)
        key = self._master_of(sealed).unwrap(sealed, place)
        return self._current.wrap(key, place) + sealed[_HEAD + _WRAPPED :]

    def _master_of(self, sealed: bytes) -> "_MasterKey":
        master = self._masters.get(sealed[len(VERSION) : _HEAD])
        if len(sealed) < _SHORTEST or not sealed.startswith(VERSION) or master is None:
            raise SecretUnreadable
        return master


class _MasterKey:
    """A key that wraps others, derived for this purpose alone; `id` names it and tells nothing."""

    def __init__(self, installation_key: bytes) -> None:
        if len(installation_key) != KEY_BYTES:
            raise ValueError("An installation's key has 32 bytes.")
        self._key = _derived(installation_key, b"slipway: wrap the keys of secrets", KEY_BYTES)
        self.id = _derived(installation_key, b"slipway: name the key of secrets", ID_BYTES)

    def wrap(self, key: bytes, place: Place) -> bytes:
        head = VERSION + self.id
        return head + _encrypt(self._key, key, head + place.data)

    def unwrap(self, sealed: bytes, place: Place) -> bytes:
        head = sealed[:_HEAD]
        return _decrypt(self._key, sealed[_HEAD : _HEAD + _WRAPPED], head + place.data)


def _derived(key: bytes, purpose: bytes, length: int) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=length, salt=None, info=purpose).derive(key)


def _encrypt(key: bytes, content: bytes, data: bytes) -> bytes:
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, content, data)


def _decrypt(key: bytes, sealed: bytes, data: bytes) -> bytes:
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], data)
    except InvalidTag:
        raise SecretUnreadable from None
