"""Keys: checked when they are entered, and never shown. Tokens: made before they end."""

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from provisioning.appstore.errors import KeyUnusable
from provisioning.appstore.wire.key import AppStoreKey
from provisioning.appstore.wire.rate import rate_of
from provisioning.appstore.wire.tokens import Tokens
from storage.records.base import now
from tests.unit.provisioning.appstore.wire_apple import ISSUER, KEY, KEY_ID, P8, key

PEM, PKCS8 = Encoding.PEM, PrivateFormat.PKCS8
OTHER_CURVE = ec.generate_private_key(ec.SECP384R1()).private_bytes(PEM, PKCS8, NoEncryption())
RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PUBLIC = KEY.public_key().public_bytes(PEM, PublicFormat.SubjectPublicKeyInfo)


def test_a_key_is_read_as_it_was_pasted() -> None:
    pasted = b"\r\n" + P8.replace(b"\n", b"\r\n").strip()

    read = AppStoreKey.read(issuer_id=f" {ISSUER}\n", key_id=f"{KEY_ID} ", p8=pasted)

    assert read == key()
    assert read.fingerprint == key().fingerprint


@pytest.mark.parametrize(
    ("p8", "says"),
    [
        (b"", "just as Apple gave it"),
        (b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", "just as Apple gave it"),
        (PUBLIC, "just as Apple gave it"),
        (OTHER_CURVE, "another kind"),
        (RSA.private_bytes(PEM, PKCS8, NoEncryption()), "another kind"),
        (KEY.private_bytes(PEM, PKCS8, BestAvailableEncryption(b"x")), "has a password"),
        (P8 * 20, "too large"),
    ],
    ids=["empty", "cut", "public", "other curve", "RSA", "password", "large"],
)
def test_what_is_no_key_is_refused(p8: bytes, says: str) -> None:
    with pytest.raises(KeyUnusable, match=says) as failed:
        AppStoreKey.read(issuer_id=ISSUER, key_id=KEY_ID, p8=p8)

    assert failed.value.__cause__ is None


@pytest.mark.parametrize(
    ("issuer_id", "key_id", "says"), [(KEY_ID, ISSUER, "issuer id"), (ISSUER, ISSUER, "key id")]
)
def test_ids_that_were_mixed_up_are_told(issuer_id: str, key_id: str, says: str) -> None:
    with pytest.raises(KeyUnusable, match=f"The {says} is not one"):
        AppStoreKey.read(issuer_id=issuer_id, key_id=key_id, p8=P8)


def test_a_key_does_not_show_itself() -> None:
    assert "private" not in repr(key())


def test_a_token_is_used_until_shortly_before_its_end() -> None:
    tokens = Tokens(key())
    first = tokens.at(1_000_000)
    claims = jwt.decode(first, options={"verify_signature": False})

    assert (claims["iat"], claims["exp"]) == (999_940, 1_000_840)
    assert tokens.at(1_000_700) == first
    assert tokens.at(1_000_720) != first


def test_a_clock_that_was_set_back_makes_a_new_token() -> None:
    tokens = Tokens(key())
    first = tokens.at(1_000_000)

    assert tokens.at(900_000) != first


@pytest.mark.parametrize(
    ("header", "reading"),
    [
        ("user-hour-lim:3500;user-hour-rem:0;", (3500, 0)),
        ("user-hour-rem: 7; user-hour-lim: 300", (300, 7)),
        ("user-hour-lim:many;user-hour-rem:1", None),
        ("", None),
    ],
)
def test_the_rate_header_is_read(header: str, reading: tuple[int, int] | None) -> None:
    found = rate_of({"x-rate-limit": header}, now())

    assert (found and (found.limit, found.remaining)) == reading
