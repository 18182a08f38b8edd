"""A team's API key: checked when it is entered, never shown."""

import re
from dataclasses import dataclass, field
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)

from provisioning.appstore.errors import KeyUnusable

ISSUER = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
KEY_ID = re.compile(r"[A-Z0-9]{8,20}", re.IGNORECASE)
#: Apple calls the file of a key so.
FILE_NAME = re.compile(r"AuthKey_([A-Z0-9]{8,20})\.p8", re.IGNORECASE)
#: In bytes. Apple's files have about 260.
LARGEST = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class AppStoreKey:
    """A team key: the issuer's id (a UUID), the key's own id, and the key that only we have."""

    issuer_id: str
    key_id: str
    private_key: EllipticCurvePrivateKey = field(repr=False, compare=False)

    @property
    def fingerprint(self) -> str:
        """Return what tells this key from any other, and tells nothing of it."""
        public = self.private_key.public_key()
        der = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return sha256(f"{self.issuer_id} {self.key_id} ".encode() + der).hexdigest()

    @classmethod
    def read(cls, *, issuer_id: str, key_id: str, p8: bytes) -> "AppStoreKey":
        """
        Return the key of a `.p8` file.

        Raise KeyUnusable, which says what is wrong; its data name the `field` of these three.
        """
        # As Apple writes them; people may type them otherwise.
        issuer_id, key_id = issuer_id.strip().lower(), key_id.strip().upper()
        if not ISSUER.fullmatch(issuer_id):
            raise KeyUnusable(
                "The issuer id is not one: it stands above the list of team keys in App Store "
                "Connect and has the form 12345678-1234-1234-1234-123456789012.",
                field="issuer_id",
            )
        if not KEY_ID.fullmatch(key_id):
            raise KeyUnusable(
                "The key id is not one: it stands beside the key in App Store Connect, mostly ten "
                "letters and digits.",
                field="key_id",
            )
        return cls(issuer_id=issuer_id, key_id=key_id, private_key=_private_key(p8))


def key_id_in(file_name: str) -> str:
    """Return the key id in the name that Apple gave to a key's file, empty when there is none."""
    named = FILE_NAME.fullmatch(file_name)
    return named[1] if named else ""


def _private_key(p8: bytes) -> EllipticCurvePrivateKey:
    if len(p8) > LARGEST:
        raise KeyUnusable("This file is too large for a key of App Store Connect.", field="p8")
    try:
        key = load_pem_private_key(p8.strip() + b"\n", password=None)
    except TypeError:
        raise KeyUnusable(
            "This key has a password. Upload the .p8 as Apple gave it.", field="p8"
        ) from None
    except Exception:  # noqa: BLE001 - the library has many ways to say no, none of them for people
        raise KeyUnusable(field="p8") from None
    if not isinstance(key, EllipticCurvePrivateKey) or not isinstance(key.curve, SECP256R1):
        raise KeyUnusable(
            "This is a key of another kind: Apple's are elliptic, on P-256. Is it the key of a "
            "certificate?",
            field="p8",
        )
    return key
