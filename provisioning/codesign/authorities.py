"""
Apple's certificate authorities, which every iOS app's signature leads to.

The files in `apple_ca` are public data from https://www.apple.com/certificateauthority/. Each is
listed with the SHA-256 of its DER in `fingerprints.txt`; a file that differs is an error.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from provisioning.codesign.errors import IdentityRefused

_FOLDER: Final = files("provisioning.codesign.apple_ca")


@cache
def apple_authorities() -> tuple[x509.Certificate, ...]:
    """Return all of Apple's authorities. Raise IdentityRefused when a file was changed."""
    lines = _FOLDER.joinpath("fingerprints.txt").read_text().splitlines()
    return tuple(_load(*line.split()) for line in lines)


@cache
def apple_roots() -> tuple[x509.Certificate, ...]:
    """Return Apple's roots: where trust begins."""
    return roots_among(apple_authorities())


def roots_among(authorities: Iterable[x509.Certificate]) -> tuple[x509.Certificate, ...]:
    """Return those that signed themselves."""
    return tuple(item for item in authorities if item.subject == item.issuer)


def _load(pin: str, name: str) -> x509.Certificate:
    certificate = x509.load_pem_x509_certificate(_FOLDER.joinpath(name).read_bytes())
    if certificate.fingerprint(hashes.SHA256()).hex() != pin:
        raise IdentityRefused(f"The file of Apple's authority {name} is not the one we know.")
    return certificate


def chain_for(
    leaf: x509.Certificate, authorities: Sequence[x509.Certificate]
) -> tuple[x509.Certificate, ...]:
    """
    Return the issuers of *leaf*, the nearest first and the root last.

    Several of Apple's intermediates have the same name but for the year; the authority key
    identifier tells them apart. Raise IdentityRefused when the chain does not reach a root.
    """
    chain: list[x509.Certificate] = []
    current = leaf
    while current.subject != current.issuer:
        issuer = next((item for item in authorities if _issued(item, current)), None)
        if issuer is None or len(chain) > len(authorities):
            raise IdentityRefused(
                "The certificate was not issued by an authority of Apple's that is known here."
            )
        chain.append(issuer)
        current = issuer
    return tuple(chain)


def _issued(issuer: x509.Certificate, certificate: x509.Certificate) -> bool:
    if issuer.subject != certificate.issuer:
        return False
    wanted = _key_id(certificate)
    try:
        own = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
    except x509.ExtensionNotFound:
        return True
    return wanted is None or wanted == own


def _key_id(certificate: x509.Certificate) -> bytes | None:
    try:
        found = certificate.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier)
    except x509.ExtensionNotFound:
        return None
    return found.value.key_identifier
