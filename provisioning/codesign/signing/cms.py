"""Writing the CMS of a signature by hand, for the sake of Apple's two attributes."""

import hashlib
import plistlib
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from cryptography.hazmat.primitives.serialization import Encoding

from provisioning.codesign.identity.identity import Identity
from provisioning.codesign.identity.keys import SignatureAlgorithm
from provisioning.codesign.signing import der
from provisioning.codesign.structures import cms
from provisioning.codesign.structures.codedirectory import CodeDirectory

_DATA: Final = der.oid("1.2.840.113549.1.7.1")
_SIGNED_DATA: Final = der.oid("1.2.840.113549.1.7.2")
_ALGORITHMS: Final = {
    SignatureAlgorithm.RSA: der.sequence(der.oid("1.2.840.113549.1.1.1"), der.NULL),
    SignatureAlgorithm.ECDSA: der.sequence(der.oid("1.2.840.10045.4.3.2")),
}
_DIGESTS: Final = {
    "sha1": der.oid("1.3.14.3.2.26"),
    "sha256": der.oid("2.16.840.1.101.3.4.2.1"),
    "sha384": der.oid("2.16.840.1.101.3.4.2.2"),
}
_SHA256: Final = der.sequence(_DIGESTS["sha256"], der.NULL)
_EXPLICIT_0: Final = 0xA0


def sign_directories(
    identity: Identity, directories: Sequence[CodeDirectory], moment: datetime
) -> bytes:
    """Return the CMS over *directories*, the primary one first, as ContentInfo in DER."""
    attributes = _attributes(directories, moment)
    # Signed under the tag of a SET, stored under [0]: CMS wants it so (RFC 5652, 5.4).
    signature = identity.sign(attributes)
    signer = der.sequence(
        der.integer(1),
        der.sequence(
            identity.certificate.issuer.public_bytes(),
            der.integer(identity.certificate.serial_number),
        ),
        _SHA256,
        bytes([_EXPLICIT_0]) + attributes[1:],
        _ALGORITHMS[identity.algorithm],
        der.octets(signature),
    )
    certificates = (identity.certificate, *identity.chain)
    carried = sorted(item.public_bytes(Encoding.DER) for item in certificates)
    message = der.sequence(
        der.integer(1),
        der.set_of([_SHA256]),
        der.sequence(_DATA),
        der.element(_EXPLICIT_0, *carried),
        der.set_of([signer]),
    )
    return der.sequence(_SIGNED_DATA, der.element(_EXPLICIT_0, message))


def _attributes(directories: Sequence[CodeDirectory], moment: datetime) -> bytes:
    listed = plistlib.dumps({"cdhashes": [item.cdhash for item in directories]})
    pairs = [
        der.sequence(_DIGESTS[item.algorithm], der.octets(item.full_hash)) for item in directories
    ]
    digest = hashlib.sha256(directories[0].content).digest()
    return der.set_of(
        (
            _attribute(cms.CONTENT_TYPE, [_DATA]),
            _attribute(cms.SIGNING_TIME, [der.utc_time(moment)]),
            _attribute(cms.MESSAGE_DIGEST, [der.octets(digest)]),
            _attribute(cms.CDHASHES_PLIST, [der.octets(listed)]),
            _attribute(cms.CDHASHES, pairs),
        )
    )


def _attribute(name: str, values: Sequence[bytes]) -> bytes:
    return der.sequence(der.oid(name), der.set_of(values))
