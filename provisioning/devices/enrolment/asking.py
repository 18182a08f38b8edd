"""The profile that asks a device for its UDID: Apple's "profile service", a `.mobileconfig`."""

import plistlib
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import uuid4

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, pkcs7

from provisioning.codesign.structures.certificate import UNREADABLE
from provisioning.devices.errors import EnrolmentMisconfigured

CONTENT_TYPE: Final = "application/x-apple-aspen-config"
#: All that we ask for: no serial number, no IMEI, no ICCID.
ATTRIBUTES: Final = ("UDID", "PRODUCT", "VERSION", "DEVICE_NAME")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileSigner:
    """The certificate of the site, with its issuers, that makes a device show *Verified*."""

    certificate: x509.Certificate
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey = field(repr=False)
    chain: tuple[x509.Certificate, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolmentQuestion:
    """
    What a device is asked, and where it sends its answer.

    `url` is https, and is the only thing beside `challenge` that ties the answer to a person:
    both are secrets. `identifier` is ours, in reversed-domain form; the rest is what people read.
    """

    url: str = field(repr=False)
    challenge: str = field(repr=False)
    identifier: str
    title: str
    description: str
    organization: str


def enrolment_profile(question: EnrolmentQuestion, signer: ProfileSigner | None = None) -> bytes:
    """
    Return a profile for one request: its UUID is a new one each time.

    It is XML, or CMS around it when there is a *signer*. Raise EnrolmentMisconfigured when the
    device could not send its answer.
    """
    if not can_be_answered(question.url):
        raise EnrolmentMisconfigured(
            "A device sends its UDID to an https address only. Set SLIPWAY_BASE_URL to one.",
            code="no_https",
        )
    if not question.challenge:
        raise EnrolmentMisconfigured("A profile without a challenge ties to nobody.")
    content = plistlib.dumps(_values(question), sort_keys=False)
    return content if signer is None else _signed(content, signer)


def can_be_answered(url: str) -> bool:
    """
    Return whether a device sends its answer to an address: https alone.

    This very machine may do without, as in the demo: no device reaches it.
    """
    parts = urlsplit(url)
    own = parts.scheme == "http" and parts.hostname in {"localhost", "127.0.0.1"}
    return own or (parts.scheme == "https" and bool(parts.hostname))


def _values(question: EnrolmentQuestion) -> dict[str, Any]:
    return {
        "PayloadType": "Profile Service",
        "PayloadVersion": 1,
        "PayloadIdentifier": question.identifier,
        "PayloadUUID": str(uuid4()).upper(),
        "PayloadDisplayName": _printable(question.title),
        "PayloadDescription": _printable(question.description),
        "PayloadOrganization": _printable(question.organization),
        # A dictionary, though every other kind of profile has a list here.
        "PayloadContent": {
            "URL": question.url,
            "DeviceAttributes": list(ATTRIBUTES),
            "Challenge": question.challenge,
        },
    }


def _printable(text: str) -> str:
    """Return *text* without what a property list cannot hold."""
    return "".join(letter for letter in text if letter.isprintable() or letter == "\n")


def _signed(content: bytes, signer: ProfileSigner) -> bytes:
    builder = pkcs7.PKCS7SignatureBuilder().set_data(content)
    builder = builder.add_signer(signer.certificate, signer.key, hashes.SHA256())
    for certificate in signer.chain:
        builder = builder.add_certificate(certificate)
    return builder.sign(Encoding.DER, [pkcs7.PKCS7Options.Binary])


def read_profile_signer(chain: bytes, key: bytes, now: datetime) -> ProfileSigner:
    """
    Read the certificate of the site, its issuers behind it, and its key, as web servers keep them.

    Both are PEM, the key without a password. Raise EnrolmentMisconfigured when they are not that,
    do not belong together or are not valid *now*.
    """
    try:
        certificates = x509.load_pem_x509_certificates(chain)
        private = serialization.load_pem_private_key(key, password=None)
    except UNREADABLE as error:
        raise EnrolmentMisconfigured(
            "The certificate or the key for enrolment profiles cannot be read. Both have to be "
            "PEM, the key without a password.",
            code="unreadable_signer",
        ) from error
    if not isinstance(private, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise EnrolmentMisconfigured(
            "The key for enrolment profiles has to be RSA or elliptic.", code="unreadable_signer"
        )
    leaf = certificates[0]
    if _public(leaf.public_key()) != _public(private.public_key()):
        raise EnrolmentMisconfigured(
            "The key for enrolment profiles is not that of the first certificate.",
            code="other_key",
        )
    if not leaf.not_valid_before_utc <= now <= leaf.not_valid_after_utc:
        raise EnrolmentMisconfigured(
            "The certificate for enrolment profiles is not valid today. Renew it.",
            code="signer_expired",
        )
    return ProfileSigner(certificate=leaf, key=private, chain=tuple(certificates[1:]))


def _public(key: Any) -> bytes:  # noqa: ANN401  a dozen kinds of key have this
    encoded: bytes = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return encoded
