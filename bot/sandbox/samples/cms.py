"""CMS SignedData (RFC 5652), by hand because of Apple's attributes and of BER's open lengths."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.sandbox.samples import der
from bot.sandbox.samples.identities import Identity

DATA = "1.2.840.113549.1.7.1"
SHA256 = "2.16.840.1.101.3.4.2.1"

_SIGNED_DATA = "1.2.840.113549.1.7.2"
_RSA = "1.2.840.113549.1.1.1"
_ECDSA = "1.2.840.10045.4.3.2"
_CONTENT_TYPE = "1.2.840.113549.1.9.3"
_MESSAGE_DIGEST = "1.2.840.113549.1.9.4"
_SIGNING_TIME = "1.2.840.113549.1.9.5"
_STRING_CHUNK = 1000


def attribute(kind: str, values: Iterable[bytes]) -> bytes:
    """Give one attribute: its object identifier and a SET of values that are DER already."""
    return der.sequence(der.oid(kind), der.set_of(values))


def usual_attributes(content: bytes, moment: datetime) -> list[bytes]:
    """Give the three attributes that every signature of Apple's carries."""
    return [
        attribute(_CONTENT_TYPE, [der.oid(DATA)]),
        attribute(_SIGNING_TIME, [der.utc_time(moment)]),
        attribute(_MESSAGE_DIGEST, [der.octets(hashlib.sha256(content).digest())]),
    ]


def detached(content: bytes, signer: Identity, attributes: Sequence[bytes] = ()) -> bytes:
    """Give a signature over content that lies elsewhere, directly where no attributes are given."""
    info = _signer_info(content, signer, attributes)
    return _definite(der.sequence(der.oid(DATA)), signer, info)


def enveloping(
    content: bytes, signer: Identity, attributes: Sequence[bytes], *, open_lengths: bool = False
) -> bytes:
    """Give a signature with its content inside; `open_lengths` codes it in BER's open form."""
    info = _signer_info(content, signer, attributes)
    if open_lengths:
        return _open(content, signer, info)
    inner = der.tagged(0xA0, der.octets(content))
    return _definite(der.sequence(der.oid(DATA), inner), signer, info)


def _definite(inner: bytes, signer: Identity, info: bytes) -> bytes:
    signed = der.sequence(
        der.integer(1),
        der.set_of([_algorithm(SHA256)]),
        inner,
        der.tagged(0xA0, b"".join(signer.bag)),
        der.set_of([info]),
    )
    return der.sequence(der.oid(_SIGNED_DATA), der.tagged(0xA0, signed))


def _open(content: bytes, signer: Identity, info: bytes) -> bytes:
    starts = range(0, len(content), _STRING_CHUNK)
    string = der.indefinite(0x24, *(der.octets(content[at : at + _STRING_CHUNK]) for at in starts))
    signed = der.indefinite(
        0x30,
        der.integer(1),
        der.set_of([_algorithm(SHA256)]),
        der.indefinite(0x30, der.oid(DATA), der.indefinite(0xA0, string)),
        der.indefinite(0xA0, *signer.bag),
        der.set_of([info]),
    )
    return der.indefinite(0x30, der.oid(_SIGNED_DATA), der.indefinite(0xA0, signed))


def _signer_info(content: bytes, signer: Identity, attributes: Sequence[bytes]) -> bytes:
    # The attributes are signed as a SET and kept with the tag [0].
    bundle = der.set_of(attributes)
    signed = bundle if attributes else content
    certificate = signer.certificate
    return der.sequence(
        der.integer(1),
        der.sequence(certificate.issuer.public_bytes(), der.integer(certificate.serial_number)),
        _algorithm(SHA256),
        b"\xa0" + bundle[1:] if attributes else b"",
        der.sequence(der.oid(_ECDSA)) if signer.has_curve else _algorithm(_RSA),
        der.octets(signer.sign(signed)),
    )


def _algorithm(dotted: str) -> bytes:
    return der.sequence(der.oid(dotted), der.null())
