"""The CMS of a signature: whether it binds exactly these CodeDirectories to its certificate."""

import hashlib
from collections.abc import Iterator, Sequence
from typing import Final

from asn1crypto import core
from cryptography import x509

from provisioning.codesign.errors import Malformed
from provisioning.codesign.structures import cms
from provisioning.codesign.structures.cms import SignedMessage
from provisioning.codesign.structures.codedirectory import CodeDirectory
from provisioning.codesign.structures.plist import read_plist
from provisioning.codesign.verifying import trust
from provisioning.codesign.verifying.keys import DIGESTS, is_signed_by
from provisioning.codesign.verifying.violation import Kind, Violation

_ID_DATA: Final = bytes.fromhex("06092a864886f70d010701")


def signer_of(message: SignedMessage, certificates: Sequence[x509.Certificate]) -> x509.Certificate:
    """Return the certificate that the message names. Raise Malformed when it is not carried."""
    for certificate in certificates:
        issuer = certificate.issuer.public_bytes()
        if certificate.serial_number == message.serial and issuer == message.issuer:
            return certificate
    raise Malformed("The CMS signature does not carry the certificate that it names.")


def check_signature(
    message: SignedMessage, content: bytes, signer: x509.Certificate
) -> Iterator[str]:
    """Yield a sentence when a message is not *signer*'s word about *content*."""
    if message.digest not in DIGESTS:
        yield f"the CMS signature uses the unknown digest {message.digest}."
        return
    digest = hashlib.new(message.digest, content, usedforsecurity=False).digest()
    signed = content
    if message.signed is not None:
        signed = message.signed
        if _octets(message.values(cms.MESSAGE_DIGEST)) != digest:
            yield "the CMS signature is for other content: its message digest differs."
    if not is_signed_by(signer.public_key(), message.signature, signed, DIGESTS[message.digest]):
        yield "the CMS signature is not valid."


def check_envelope(
    message: SignedMessage, directories: Sequence[CodeDirectory], where: str
) -> Iterator[Violation]:
    """Yield what is wrong with the envelope of a code signature, its trust aside."""
    signer = signer_of(message, trust.load(message.certificates))
    for sentence in check_signature(message, directories[0].content, signer):
        yield _violation(where, sentence)
    if message.content is not None:
        yield _violation(where, "the CMS signature carries its content; it has to be detached.")
    if message.digest != "sha256":
        yield _violation(where, "the CMS signature is not made with SHA-256.")
    if message.values(cms.CONTENT_TYPE) != (_ID_DATA,):
        yield _violation(where, "the CMS signature does not say what it signs.")
    encoded = [attribute.encoded for attribute in message.attributes]
    if encoded != sorted(encoded):
        yield _violation(where, "the signed attributes are not in DER order.")
    yield from _check_cdhashes(message, directories, where)


def _check_cdhashes(
    message: SignedMessage, directories: Sequence[CodeDirectory], where: str
) -> Iterator[Violation]:
    listed = message.values(cms.CDHASHES_PLIST)
    modern = any(directory.algorithm != "sha1" for directory in directories)
    if listed:
        values = read_plist(_octets(listed), "The list of cdhashes").get("cdhashes")
        if values != [directory.cdhash for directory in directories]:
            yield _violation(where, "the list of cdhashes is not that of the CodeDirectories.")
    elif modern:
        yield _violation(where, "the CMS signature lacks the list of cdhashes.")
    pairs = message.values(cms.CDHASHES)
    if pairs and sorted(_pair(raw) for raw in pairs) != sorted(
        (directory.algorithm, directory.full_hash) for directory in directories
    ):
        yield _violation(where, "the full hashes are not those of the CodeDirectories.")
    if not pairs and len(directories) == 1 and modern:
        yield _violation(where, "the CMS signature lacks the full hashes.")


_OIDS: Final = {
    "1.3.14.3.2.26": "sha1",
    "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
}


def _pair(raw: bytes) -> tuple[str, bytes]:
    try:
        pair = core.SequenceOf.load(raw, spec=core.Any)
        oid = core.ObjectIdentifier.load(pair[0].dump()).dotted
        value = core.OctetString.load(pair[1].dump()).native
    except (ValueError, TypeError, IndexError) as error:
        raise Malformed("The full hashes in the CMS signature cannot be read.") from error
    return _OIDS.get(oid, oid), bytes(value)


def _octets(values: Sequence[bytes]) -> bytes:
    if len(values) != 1:
        return b""
    try:
        return bytes(core.OctetString.load(values[0]).native)
    except (ValueError, TypeError) as error:
        raise Malformed("A signed attribute cannot be read.") from error


def _violation(where: str, sentence: str) -> Violation:
    return Violation(kind=Kind.CMS, where=where, sentence=sentence)
