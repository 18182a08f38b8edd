"""Signatures with one fault each, as other tools leave them; all else about them is right."""

import hashlib
import plistlib
import struct
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.sandbox.samples import cms, der, identities
from provisioning.codesign.structures.codedirectory import read_code_directory
from provisioning.codesign.structures.macho import read_slices
from provisioning.codesign.structures.source import BytesSource
from provisioning.codesign.structures.superblob import Superblob, read_superblob

XML, DER, CMS = 5, 7, 0x10000
SHA256 = "2.16.840.1.101.3.4.2.1"
Change = Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Faulty:
    """
    Signs a thin executable of the samples again, wrongly.

    `directory` changes the CodeDirectory that is signed, `entitlements` the DER entitlements, which
    the directory then covers. The rest are faults of the envelope.
    """

    directory: Change | None = None
    entitlements: Change | None = None
    other_content: bool = False
    cdhashes: bool = True
    sorted_attributes: bool = True
    whole_chain: bool = True
    detached: bool = True

    def __call__(self, content: bytes) -> bytes:
        place = read_slices(BytesSource(content))[0].signature
        assert place is not None
        blob = read_superblob(content[place.offset : place.end])
        parts = {item.slot: item.content for item in blob.blobs}
        directory = self._directory(blob, parts)
        parts[0] = directory
        message = self._message(directory)
        parts[CMS] = struct.pack(">2I", 0xFADE0B01, len(message) + 8) + message
        return content[: place.offset] + _joined(parts).ljust(place.size, b"\0")

    def _directory(self, blob: Superblob, parts: dict[int, bytes]) -> bytes:
        directory = blob.blobs[0].content
        if self.entitlements is not None:
            changed = self.entitlements(parts[DER])
            assert len(changed) == len(parts[DER])
            assert changed != parts[DER]
            parts[DER] = changed
            at = read_code_directory(directory).special_offset(DER)
            directory = directory[:at] + hashlib.sha256(changed).digest() + directory[at + 32 :]
        return self.directory(directory) if self.directory else directory

    def _message(self, directory: bytes) -> bytes:
        signed = b"something else" if self.other_content else directory
        attributes = list(cms.usual_attributes(signed, datetime.now(UTC)))
        if self.cdhashes:
            digest = hashlib.sha256(directory).digest()
            listed = plistlib.dumps({"cdhashes": [digest[:20]]})
            pair = der.sequence(der.oid(SHA256), der.octets(digest))
            attributes.append(cms.attribute("1.2.840.113635.100.9.1", [der.octets(listed)]))
            attributes.append(cms.attribute("1.2.840.113635.100.9.2", [pair]))
        body = b"".join(sorted(attributes, reverse=not self.sorted_attributes))
        return self._envelope(directory, body)

    def _envelope(self, directory: bytes, attributes: bytes) -> bytes:
        signer = identities.signing_identity()
        sha256 = der.sequence(der.oid(SHA256), der.null())
        name = signer.certificate.issuer.public_bytes()
        info = der.sequence(
            der.integer(1),
            der.sequence(name, der.integer(signer.certificate.serial_number)),
            sha256,
            der.tagged(0xA0, attributes),
            der.sequence(der.oid("1.2.840.113549.1.1.1"), der.null()),
            der.octets(signer.sign(der.tagged(0x31, attributes))),
        )
        inside = b"" if self.detached else der.tagged(0xA0, der.octets(directory))
        bag = signer.bag if self.whole_chain else (signer.bag[0], signer.bag[-1])
        message = der.sequence(
            der.integer(1),
            der.set_of([sha256]),
            der.sequence(der.oid(cms.DATA), inside),
            der.tagged(0xA0, b"".join(bag)),
            der.set_of([info]),
        )
        return der.sequence(der.oid("1.2.840.113549.1.7.2"), der.tagged(0xA0, message))


def _joined(parts: dict[int, bytes]) -> bytes:
    offset = 12 + 8 * len(parts)
    index = b""
    for slot, content in parts.items():
        index += struct.pack(">2I", slot, offset)
        offset += len(content)
    return struct.pack(">3I", 0xFADE0CC0, offset, len(parts)) + index + b"".join(parts.values())


def _renamed(directory: bytes) -> bytes:
    at = read_code_directory(directory).identifier.encode()
    return directory.replace(at + b"\0", b"Z" + at[1:] + b"\0", 1)


def _other_flags(directory: bytes) -> bytes:
    flags = int.from_bytes(directory[80:88], "big") ^ 1
    return directory[:80] + flags.to_bytes(8, "big") + directory[88:]


FAULTS = {
    "wrong identifier": Faulty(directory=_renamed),
    "no flag of the executable segment": Faulty(directory=_other_flags),
    "digest of other content": Faulty(other_content=True),
    "no cdhashes": Faulty(cdhashes=False),
    "attributes out of order": Faulty(sorted_attributes=False),
    "no intermediate": Faulty(whole_chain=False),
    "content attached": Faulty(detached=False),
}
#: Only programs have entitlements.
PROGRAM_FAULTS = FAULTS | {
    "DER and XML differ": Faulty(
        entitlements=lambda blob: blob.replace(b"com.example.harbour", b"com.example.harbouR", 1)
    )
}
