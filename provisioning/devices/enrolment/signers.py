"""Where the certificate lies that enrolment profiles are signed with."""

import asyncio
import logging
from dataclasses import dataclass
from pathlib import Path

from provisioning.devices.enrolment.asking import ProfileSigner, read_profile_signer
from provisioning.devices.errors import EnrolmentMisconfigured
from storage.records.base import now

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignerFiles:
    """
    The site's certificate with its issuers, and its key, as web servers keep them.

    They are read for each profile: such certificates are renewed every few weeks, by programs that
    tell nobody.
    """

    certificate: Path
    key: Path

    def read(self) -> ProfileSigner:
        """Raise EnrolmentMisconfigured."""
        try:
            chain, key = self.certificate.read_bytes(), self.key.read_bytes()
        except OSError as error:
            raise EnrolmentMisconfigured(
                f"The certificate or the key for enrolment profiles cannot be read "
                f"({error.strerror}). Look at SLIPWAY_ENROLMENT_CERTIFICATE_FILE and "
                "SLIPWAY_ENROLMENT_KEY_FILE.",
                code="unreadable_signer",
            ) from error
        return read_profile_signer(chain, key, now())


async def signer_now(files: SignerFiles | None) -> ProfileSigner | None:
    """
    Return who signs a profile now, None where nobody does.

    A certificate that cannot be used costs the word *Verified* and no enrolment: it is logged.
    """
    if files is None:
        return None
    try:
        return await asyncio.to_thread(files.read)
    except EnrolmentMisconfigured as error:
        logger.warning("An enrolment profile goes out unsigned. %s", error)
        return None
