"""CMS SignedData: the envelope that binds a CodeDirectory, or a profile, to a certificate."""

from dataclasses import dataclass
from typing import Any, Final

from asn1crypto import cms, core

from provisioning.codesign.errors import Malformed

CONTENT_TYPE: Final = "1.2.840.113549.1.9.3"
MESSAGE_DIGEST: Final = "1.2.840.113549.1.9.4"
SIGNING_TIME: Final = "1.2.840.113549.1.9.5"
#: Apple's two attributes: the cdhashes as a property list, and the full hashes with their OIDs.
CDHASHES_PLIST: Final = "1.2.840.113635.100.9.1"
CDHASHES: Final = "1.2.840.113635.100.9.2"

MOST_CERTIFICATES: Final = 16
SET_TAG: Final = 0x31


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """A signed attribute: its OID, its values in DER, and all of it in DER."""

    oid: str
    values: tuple[bytes, ...]
    encoded: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedMessage:
    """A SignedData with one signer; `signed` is what its signature covers, if it has attributes."""

    content: bytes | None
    issuer: bytes
    serial: int
    digest: str
    signature: bytes
    attributes: tuple[Attribute, ...]
    signed: bytes | None
    certificates: tuple[bytes, ...]

    def values(self, oid: str) -> tuple[bytes, ...]:
        """Return the DER values of one signed attribute; nothing when it is absent."""
        return next((item.values for item in self.attributes if item.oid == oid), ())


def read_signed_message(content: bytes) -> SignedMessage:
    """Read a CMS message, in DER or BER. Raise Malformed."""
    try:
        return _read(content)
    except Malformed:
        raise
    except Exception as error:  # asn1crypto raises many kinds for damage
        raise Malformed("The CMS signature cannot be read.") from error


def _read(content: bytes) -> SignedMessage:
    envelope = cms.ContentInfo.load(content)
    if envelope["content_type"].native != "signed_data":
        raise Malformed("The CMS signature is no SignedData.")
    message = envelope["content"]
    if len(message["signer_infos"]) != 1:
        raise Malformed("The CMS signature does not have exactly one signer.")
    signer = message["signer_infos"][0]
    if signer["sid"].name != "issuer_and_serial_number":
        raise Malformed("The CMS signature does not name its certificate by issuer and number.")
    attributes, signed = _attributes(signer["signed_attrs"])
    return SignedMessage(
        content=message["encap_content_info"]["content"].native,
        issuer=signer["sid"].chosen["issuer"].dump(),
        serial=signer["sid"].chosen["serial_number"].native,
        digest=signer["digest_algorithm"]["algorithm"].native,
        signature=signer["signature"].native,
        attributes=attributes,
        signed=signed,
        certificates=_certificates(message["certificates"]),
    )


def _attributes(stored: Any) -> tuple[tuple[Attribute, ...], bytes | None]:  # noqa: ANN401  asn1crypto has no types
    if isinstance(stored, core.Void):
        return (), None
    found = tuple(
        Attribute(
            oid=item["type"].dotted,
            values=tuple(value.dump() for value in item["values"]),
            encoded=item.dump(),
        )
        for item in stored
    )
    raw = stored.dump()
    return found, bytes([SET_TAG]) + raw[1:]


def _certificates(stored: Any) -> tuple[bytes, ...]:  # noqa: ANN401  asn1crypto has no types
    if isinstance(stored, core.Void):
        return ()
    if len(stored) > MOST_CERTIFICATES:
        raise Malformed("The CMS signature carries too many certificates.")
    return tuple(choice.chosen.dump() for choice in stored if choice.name == "certificate")
