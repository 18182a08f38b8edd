"""A profile by itself: whether it is, byte for byte, what Apple signed."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from cryptography import x509
from cryptography.x509.oid import NameOID

from provisioning.codesign.errors import Malformed
from provisioning.codesign.structures.certificate import extensions_of
from provisioning.codesign.structures.cms import read_signed_message
from provisioning.codesign.verifying import trust
from provisioning.codesign.verifying.envelope import check_signature, signer_of

#: Apple marks what a certificate is for by extensions below this: developers' for signing code.
_FOR_CODE: Final = "1.2.840.113635.100.6.1."
#: The mark of the certificate with which Apple signs profiles, and how that is called (iOS compares
#: the name): every certificate that Apple hands out leads to the same root, but only this one may.
_FOR_PROFILES: Final = "1.2.840.113635.100.6.2.2.1"
_PROFILE_SIGNER: Final = "Provisioning Profile Signing"


def check_origin(
    content: bytes, roots: Sequence[x509.Certificate], now: datetime | None, where: str
) -> Iterator[str]:
    """
    Yield what speaks against a profile's being Apple's, one sentence each.

    Without *now* no date of the certificates above it matters.
    """
    try:
        message = read_signed_message(content)
        certificates = trust.load(message.certificates)
        signer = signer_of(message, certificates)
    except Malformed as error:
        yield str(error)
        return
    yield from check_signature(message, message.content or b"", signer)
    chain = trust.chain_of(signer, [*certificates, *roots])
    for violation in trust.check_chain(chain, roots, now, where):
        yield violation.sentence
    yield from _check_purpose(signer)


def _check_purpose(signer: x509.Certificate) -> Iterator[str]:
    """Yield a sentence when the certificate is not the one that Apple signs profiles with."""
    name = trust.name_of(signer, NameOID.COMMON_NAME)
    try:
        marks = [item.oid.dotted_string for item in extensions_of(signer)]
    except Malformed:  # Of Apple's certificates all can be read.
        yield "the certificate that signed it cannot be read."
        return
    if any(mark.startswith(_FOR_CODE) for mark in marks):
        yield "a developer signed it, and not Apple."
    elif _FOR_PROFILES not in marks and not name.endswith(_PROFILE_SIGNER):
        yield f"{name} signed it, which Apple does not sign profiles with."
