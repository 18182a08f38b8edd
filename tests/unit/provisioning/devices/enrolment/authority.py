"""Authorities that look like Apple's for devices, a forger among them, and answers signed below."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bot.sandbox.samples.deviceauthority import PAST, SIGNING, SUBJECT, DeviceAuthority
from tests.programs import needed

CHALLENGE: Final = "c0ffee-1"
UDID: Final = "00008110-000E44540A2A801E"
ANSWER: Final = {
    "UDID": UDID,
    "PRODUCT": "iPhone14,5",
    "VERSION": "22A3354",
    "DEVICE_NAME": "Ann's <iPhone> & more",
    "CHALLENGE": CHALLENGE,
}
#: What the certificates of devices say, by the name of the leaf.
LEAVES: Final = {
    "device": SIGNING,
    "bare": "subjectKeyIdentifier=hash\n",
    "encipherment": "keyUsage=critical,keyEncipherment\n",
    "critical": SIGNING + "1.2.3.4.5=critical,ASN1:UTF8String:must\n",
    "subordinate": "basicConstraints=critical,CA:true\nkeyUsage=digitalSignature,keyCertSign\n",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceAuthorities(DeviceAuthority):
    """The folder with the keys and certificates: `ca`, `forger`, and the leaves of both."""

    @classmethod
    def made_in(cls, folder: Path) -> "DeviceAuthorities":
        """Make everything; skip the test where there is no openssl."""
        needed("openssl")
        made = cls(folder=folder)
        made.begin()
        made.make_authority("ca", SUBJECT)
        made.make_authority("forger", SUBJECT)
        made.make_authority("stranger", "/CN=Somebody Else")
        for name, extensions in LEAVES.items():
            made.issue(name, "ca", extensions)
        made.issue("old", "ca", SIGNING, PAST)
        made.issue("forged", "forger", SIGNING)
        made.issue("strange", "stranger", SIGNING)
        return made

    def ask(
        self,
        *options: str,
        signers: tuple[str, ...] = ("device",),
        values: Mapping[str, object] | bytes = ANSWER,
    ) -> bytes:
        """Return the usual answer, unless it has other *values*."""
        return self.answer(values, *options, signers=signers)
