"""Who signed a file for Windows: Authenticode is PKCS#7, wherever it lies."""

from collections.abc import Callable

from storage.inspection import cms
from storage.inspection.facts import Signing
from storage.inspection.rejection import PackageRejected

MAX_BYTES = 4 << 20


def authenticode(read: Callable[[], bytes]) -> Signing:
    """
    Name the signers of a signature that is there; one that cannot be read has none.

    *read* returns the signature, and may raise PackageRejected.
    """
    try:
        signers = cms.read(read()).signers()
    except PackageRejected:
        signers = ()
    return Signing(
        signed=True,
        certificates=tuple(signer.sha256 for signer in signers),
        signers=tuple(signer.title for signer in signers),
    )
