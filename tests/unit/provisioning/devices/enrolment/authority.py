"""
A look-alike of Apple's device authority, and answers signed below it, made with the openssl CLI.

Apple's is RSA-1024 and SHA-1, which `cryptography` reads and no longer makes.
"""

import plistlib
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography import x509

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
SUBJECT: Final = "/C=US/O=Apple Inc./OU=Apple iPhone/CN=Apple iPhone Device CA"
SIGNING: Final = "basicConstraints=critical,CA:false\nkeyUsage=critical,digitalSignature\n"
#: What the certificates of devices say, by the name of the leaf.
LEAVES: Final = {
    "device": SIGNING,
    "bare": "subjectKeyIdentifier=hash\n",
    "encipherment": "keyUsage=critical,keyEncipherment\n",
    "critical": SIGNING + "1.2.3.4.5=critical,ASN1:UTF8String:must\n",
    "subordinate": "basicConstraints=critical,CA:true\nkeyUsage=digitalSignature,keyCertSign\n",
}
_SETTINGS: Final = """
[req]
distinguished_name = any
[ca]
default_ca = own
[own]
database = index.txt
new_certs_dir = .
default_md = sha1
policy = any
unique_subject = no
rand_serial = yes
preserve = yes
[any]
countryName = optional
organizationName = optional
organizationalUnitName = optional
commonName = optional
[authority]
basicConstraints = critical,CA:true
keyUsage = critical,digitalSignature,keyCertSign
"""
#: The dates of Apple's authority; devices have a certificate for a year.
_PAST: Final = "-startdate 20070416225446Z -enddate 20140416225446Z"
_NOW: Final = "-days 1"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceAuthority:
    """The folder with the keys and certificates: `ca`, `forger`, and the leaves of both."""

    folder: Path

    @classmethod
    def made_in(cls, folder: Path) -> "DeviceAuthority":
        """Make everything; skip the test where there is no openssl."""
        needed("openssl")
        made = cls(folder=folder)
        (folder / "ca.cnf").write_text(_SETTINGS)
        (folder / "index.txt").touch()
        made.make_authority("ca", SUBJECT)
        made.make_authority("forger", SUBJECT)
        made.make_authority("stranger", "/CN=Somebody Else")
        for name, extensions in LEAVES.items():
            made.issue(name, "ca", extensions)
        made.issue("old", "ca", SIGNING, _PAST)
        made.issue("forged", "forger", SIGNING)
        made.issue("strange", "stranger", SIGNING)
        return made

    def run(self, line: str, *more: str) -> None:
        """Run openssl with the words of *line*, and with *more* that may have spaces in them."""
        command = ["openssl", *line.split(), *more]
        subprocess.run(command, cwd=self.folder, capture_output=True, check=True)

    def make_authority(self, name: str, subject: str) -> None:
        self._ask(name, subject)
        self._sign(name, name, f"-selfsign -extensions authority {_PAST}")

    def issue(self, name: str, authority: str, extensions: str, dates: str = _NOW) -> None:
        (self.folder / f"{name}.ext").write_text(extensions)
        self._ask(name, "/CN=5A1D0000-0000-0000-0000-0000000000EE")
        self._sign(name, authority, f"-cert {authority}.pem -extfile {name}.ext {dates}")

    def _ask(self, name: str, subject: str) -> None:
        line = "req -newkey rsa:1024 -nodes -sha1 -config ca.cnf"
        self.run(f"{line} -keyout {name}.key -out {name}.csr -subj", subject)

    def _sign(self, name: str, authority: str, options: str) -> None:
        line = "ca -batch -notext -config ca.cnf"
        self.run(f"{line} -keyfile {authority}.key -in {name}.csr -out {name}.pem {options}")

    def certificate(self, name: str = "ca") -> x509.Certificate:
        return x509.load_pem_x509_certificate((self.folder / f"{name}.pem").read_bytes())

    def answer(
        self,
        *options: str,
        signers: tuple[str, ...] = ("device",),
        values: Mapping[str, object] | bytes = ANSWER,
    ) -> bytes:
        """Return *values* as a device sends them: a property list within CMS."""
        content = values if isinstance(values, bytes) else plistlib.dumps(dict(values))
        (self.folder / "content").write_bytes(content)
        line = "cms -sign -nodetach -binary -in content -out answer -outform DER"
        digest = () if "-md" in options else ("-md", "sha256")
        given = [part for name in signers for part in _signer(name)]
        issuer = () if "ca" in signers else ("-certfile", "ca.pem")
        self.run(line, *issuer, *digest, *given, *options)
        return (self.folder / "answer").read_bytes()


def _signer(name: str) -> tuple[str, ...]:
    return ("-signer", f"{name}.pem", "-inkey", f"{name}.key")
