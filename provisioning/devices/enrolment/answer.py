"""What a device sends when it was asked for its UDID: a property list in a CMS envelope."""

import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from asn1crypto import parser
from cryptography import x509

from provisioning.codesign.errors import Malformed
from provisioning.codesign.structures import cms
from provisioning.codesign.structures.cms import SignedMessage, read_signed_message
from provisioning.codesign.structures.plist import read_plist, text
from provisioning.codesign.verifying import trust as certificates
from provisioning.codesign.verifying.envelope import check_signature, signer_of
from provisioning.devices.enrolment.trust import (
    Distrust,
    SignerTrust,
    TrustPolicy,
    device_authorities,
    issuer_of,
    trust_in,
)
from provisioning.devices.errors import AnswerRefused
from provisioning.devices.udids import Udid, read_udid

CONTENT_TYPE: Final = "application/pkcs7-signature"
#: An answer is 3 or 4 kB.
MOST_BYTES: Final = 64 << 10
_MOST_TEXT: Final = 100
_DATA: Final = bytes.fromhex("06092a864886f70d010701")
_PRODUCT: Final = re.compile(r"[A-Za-z]{1,20}[0-9]{1,3},[0-9]{1,3}")
_MACS: Final = ("Mac", "iMac")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceAnswer:
    """
    What a device said of itself.

    `product` is its model (`iPhone14,5`), `system` the build of its system (`22A3354`), `name` what
    its owner calls it; each is empty where the device kept it to itself.
    """

    udid: Udid
    product: str
    system: str
    name: str = field(repr=False)
    trust: SignerTrust

    @property
    def is_mac(self) -> bool:
        return self.product.startswith(_MACS)


def read_answer(
    content: bytes,
    *,
    challenge: str,
    policy: TrustPolicy = TrustPolicy.PREFER,
    authorities: Sequence[x509.Certificate] | None = None,
) -> DeviceAnswer:
    """
    Read the answer to one question; *challenge* is the one that was in it.

    Raise AnswerRefused, with a code, for what is damaged, unsigned, signed twice or the answer to
    something else, and with `require` for what no device of Apple's signed. *authorities* are
    Apple's unless a test has its own.
    """
    message = _message(content)
    signer = _signer(message)
    trust = SignerTrust(issuer=issuer_of(signer), distrust=Distrust.UNCHECKED)
    if policy is not TrustPolicy.OFF:
        known = device_authorities() if authorities is None else authorities
        trust = trust_in(signer, known)
    if policy is TrustPolicy.REQUIRE and not trust.verified:
        raise AnswerRefused(
            "No device of Apple's that is known here signed this answer. Use an iPhone or iPad, or "
            "ask an admin to let unverified devices in.",
            code="not_verified",
            issuer=trust.issuer,
            reason=trust.distrust,
        )
    return _answer(message, challenge, trust)


def _message(content: bytes) -> SignedMessage:
    if len(content) > MOST_BYTES:
        raise AnswerRefused(
            "This answer is too large to be a device's.", code="too_large", most=MOST_BYTES
        )
    try:
        # Strictly: what stands behind the message would be signed by nobody.
        parser.parse(content, strict=True)
        return read_signed_message(content)
    except (Malformed, ValueError, RecursionError) as error:
        raise AnswerRefused(code="damaged") from error


def _signer(message: SignedMessage) -> x509.Certificate:
    """Return the certificate whose key signed the content, whoever issued it."""
    if not isinstance(message.content, bytes):
        raise AnswerRefused(code="empty")
    try:
        signer = signer_of(message, certificates.load(message.certificates))
        if any(check_signature(message, message.content, signer)) or not _names_content(message):
            raise AnswerRefused(code="bad_signature")
    except (Malformed, ValueError) as error:
        raise AnswerRefused(code="damaged") from error
    return signer


def _names_content(message: SignedMessage) -> bool:
    return message.signed is None or message.values(cms.CONTENT_TYPE) == (_DATA,)


def _answer(message: SignedMessage, challenge: str, trust: SignerTrust) -> DeviceAnswer:
    assert message.content is not None  # Else it would have been refused as empty.
    try:
        values = read_plist(message.content, "The answer of the device")
    except Malformed as error:
        raise AnswerRefused(code="no_plist") from error
    if not _is_answer_to(values, challenge):
        raise AnswerRefused(
            "This is not the answer to the question that was asked. Open the page on the device "
            "and begin again.",
            code="wrong_challenge",
        )
    product = text(values, "PRODUCT")
    product = product if _PRODUCT.fullmatch(product) else ""
    udid = read_udid(text(values, "UDID"), mac=product.startswith(_MACS))
    if udid is None:
        raise AnswerRefused("This device did not tell its UDID.", code="no_udid")
    return DeviceAnswer(
        udid=udid,
        product=product,
        system=_line(text(values, "VERSION")),
        name=_line(text(values, "DEVICE_NAME")),
        trust=trust,
    )


def _is_answer_to(values: Mapping[str, Any], challenge: str) -> bool:
    given = values.get("CHALLENGE")
    raw = given.encode() if isinstance(given, str) else given
    if not challenge or not isinstance(raw, bytes):
        return False
    return hmac.compare_digest(raw, challenge.encode())


def _line(value: str) -> str:
    """Return what a stranger wrote on one line, and not longer than names are."""
    return "".join(letter for letter in value if letter.isprintable())[:_MOST_TEXT].strip()
