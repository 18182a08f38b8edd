"""Identities as files: a p12 as Keychain Access writes it, or a key and a certificate."""

from collections.abc import Sequence

from cryptography import x509
from cryptography.hazmat.primitives.serialization import (
    load_pem_private_key,
    pkcs12,
)

from provisioning.codesign.errors import IdentityRefused
from provisioning.codesign.identity.identity import Identity, make_identity
from provisioning.codesign.structures.certificate import UNREADABLE

MOST_BYTES = 1 << 20
NOT_READ = "This key or this certificate cannot be read."


def import_p12(
    content: bytes, password: str, authorities: Sequence[x509.Certificate] | None = None
) -> Identity:
    """
    Read an identity from a PKCS#12 file, old (RC2, 3DES) or new (AES), with or without a chain.

    Raise IdentityRefused when the password is wrong, or when the file holds no key with its
    certificate. The password is in no message.
    """
    if len(content) > MOST_BYTES:
        raise IdentityRefused("This file is too large for a p12.")
    try:
        key, certificate, carried = pkcs12.load_key_and_certificates(content, password.encode())
    except UNREADABLE as error:
        raise IdentityRefused("The password is wrong, or this is no p12 file.") from error
    if key is None or certificate is None:
        raise IdentityRefused("This p12 holds no private key with its certificate.")
    return _joined(key, certificate, authorities, carried)


def import_pem(
    key_pem: bytes,
    certificate: bytes,
    authorities: Sequence[x509.Certificate] | None = None,
    *,
    is_ours: bool = False,
) -> Identity:
    """
    Join a PEM key and a certificate in PEM or DER. Raise IdentityRefused.

    A key that *is_ours*, kept since it was read or made here, is not looked through again: to find
    its primes to be primes takes longer than to sign with it.
    """
    try:
        key = load_pem_private_key(key_pem, None, unsafe_skip_rsa_key_validation=is_ours)
        is_pem = certificate.lstrip().startswith(b"-----")
        load = x509.load_pem_x509_certificate if is_pem else x509.load_der_x509_certificate
        loaded = load(certificate)
    except UNREADABLE as error:
        raise IdentityRefused(NOT_READ) from error
    return _joined(key, loaded, authorities)


def _joined(
    key: object,
    certificate: x509.Certificate,
    authorities: Sequence[x509.Certificate] | None,
    carried: Sequence[x509.Certificate] = (),
) -> Identity:
    try:
        return make_identity(key, certificate, authorities, carried)
    except UNREADABLE as error:  # Parts of a certificate are read when they are asked for.
        raise IdentityRefused(NOT_READ) from error
