"""
CMS SignedData: the content, the certificates and who is named as signer (RFC 5652).

It is taken apart, never verified.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from storage.inspection import ber
from storage.inspection.rejection import PackageRejected
from storage.inspection.text import clean

NAMELESS = "a certificate without a name"
SIGNED_DATA = bytes.fromhex("2a864886f70d010702")
DATA = bytes.fromhex("2a864886f70d010701")

_COMMON_NAME = bytes.fromhex("550403")
_ORGANIZATION = bytes.fromhex("55040a")
_ORGANIZATIONAL_UNIT = bytes.fromhex("55040b")
_BMP_STRING, _UTF8_STRING = 0x1E, 0x0C
_SUBJECT_KEY_ID = 0x80

Name = tuple[tuple[bytes, str], ...]


@dataclass(frozen=True, slots=True)
class Certificate:
    """An X.509 certificate as DER with the three fields that name it."""

    der: bytes
    issuer: Name
    serial: bytes
    subject: Name

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.der).hexdigest()

    @property
    def title(self) -> str:
        """The subject for people: its common name, else its unit or organization."""
        named = dict(reversed(self.subject))
        for key in (_COMMON_NAME, _ORGANIZATIONAL_UNIT, _ORGANIZATION):
            if shown := clean(named.get(key)):
                return shown
        return NAMELESS


@dataclass(frozen=True, slots=True)
class SignedData:
    """
    `content` is what was signed, `certificates` is the bag.

    There is no content where it lies elsewhere, or is of a type of its own and no plain data.
    """

    content: bytes | None
    certificates: tuple[Certificate, ...]
    signer_ids: tuple[tuple[Name, bytes], ...]

    def signers(self) -> tuple[Certificate, ...]:
        """
        Return the certificates that the signer infos name by issuer and serial.

        The first in the bag is no signer for that. Names are compared as text, because one name
        may be encoded as PrintableString here and as UTF8String there.
        """
        return tuple(
            certificate
            for signer in self.signer_ids
            for certificate in self.certificates
            if (certificate.issuer, certificate.serial) == signer
        )


def read(data: bytes) -> SignedData:
    """Take a ContentInfo with SignedData apart; raise PackageRejected for anything else."""
    kind, value, *_ = ber.parts(ber.parse(data), ber.SEQUENCE, 2)
    if (kind.tag, kind.content) != (ber.OBJECT_ID, SIGNED_DATA):
        raise PackageRejected("A signature is no CMS SignedData.")
    body = ber.parts(value, ber.CONTEXT_0, 1)[0]
    version, _digests, content, *bags, signers = ber.parts(body, ber.SEQUENCE, 4)
    if version.tag != ber.INTEGER:
        raise PackageRejected("A signature is no CMS SignedData.")
    certificates = [
        certificate(element.whole)
        for bag in bags
        if bag.tag == ber.CONTEXT_0
        for element in bag.children
        if element.tag == ber.SEQUENCE
    ]
    return SignedData(_content(content), tuple(certificates), tuple(_signers(signers)))


def certificate(der: bytes) -> Certificate:
    """Read the names of a certificate; raise PackageRejected when it is none."""
    body = ber.parts(ber.parse(der), ber.SEQUENCE, 1)[0]
    fields = ber.parts(body, ber.SEQUENCE, 6)
    # The version comes first, and certificates of version 1 leave it out.
    begin = 1 if fields[0].tag == ber.CONTEXT_0 else 0
    serial, _algorithm, issuer, _validity, subject = fields[begin : begin + 5]
    return Certificate(der, _name(issuer), serial.content, _name(subject))


def _content(info: ber.Element) -> bytes | None:
    kind, *value = ber.parts(info, ber.SEQUENCE, 1)
    # A detached signature names the type and holds no value.
    if not value or (kind.tag, kind.content) != (ber.OBJECT_ID, DATA):
        return None
    return ber.parts(value[0], ber.CONTEXT_0, 1)[0].octets()


def _signers(infos: ber.Element) -> Iterator[tuple[Name, bytes]]:
    for info in ber.parts(infos, ber.SET):
        _version, named, *_ = ber.parts(info, ber.SEQUENCE, 2)
        # A signer may be named by its key's id instead; nobody who signs packages does that.
        if named.tag != _SUBJECT_KEY_ID:
            issuer, serial, *_ = ber.parts(named, ber.SEQUENCE, 2)
            yield _name(issuer), serial.content


def _name(element: ber.Element) -> Name:
    pairs = [
        ber.parts(pair, ber.SEQUENCE, 2)
        for group in ber.parts(element, ber.SEQUENCE)
        for pair in ber.parts(group, ber.SET)
    ]
    return tuple((key.content, _text(value)) for key, value, *_ in pairs)


def _text(element: ber.Element) -> str:
    codings = {_UTF8_STRING: "utf-8", _BMP_STRING: "utf-16-be"}
    return element.content.decode(codings.get(element.tag, "latin-1"), "replace")
