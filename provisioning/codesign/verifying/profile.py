"""A profile by itself: whether it is, byte for byte, what Apple signed."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from cryptography import x509

from provisioning.codesign.errors import Malformed
from provisioning.codesign.structures.cms import read_signed_message
from provisioning.codesign.verifying import trust
from provisioning.codesign.verifying.envelope import check_signature, signer_of

#: What Apple marks the certificates with that developers sign their code with.
_DEVELOPERS: Final = frozenset(
    {
        "1.2.840.113635.100.6.1.2",
        "1.2.840.113635.100.6.1.4",
        "1.2.840.113635.100.6.1.7",
        "1.2.840.113635.100.6.1.12",
    }
)


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
    if _is_developers(signer):
        yield "a developer signed it, and not Apple."
    chain = trust.chain_of(signer, [*certificates, *roots])
    for violation in trust.check_chain(chain, roots, now, where):
        yield violation.sentence


def _is_developers(certificate: x509.Certificate) -> bool:
    """Tell a certificate for signing apps, which leads to Apple's root just as well."""
    try:
        return any(item.oid.dotted_string in _DEVELOPERS for item in certificate.extensions)
    except ValueError:  # Of Apple's certificates all can be read.
        return True
