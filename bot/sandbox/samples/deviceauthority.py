"""
A look-alike of Apple's device authority, and answers signed below it, made with the openssl CLI.

Apple's is RSA-1024 and SHA-1, which `cryptography` reads and no longer makes.
"""

import plistlib
import subprocess
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from bot.sandbox.samples.identities import Identity

SUBJECT: Final = "/C=US/O=Apple Inc./OU=Apple iPhone/CN=Apple iPhone Device CA"
#: What the certificate of a device says.
SIGNING: Final = "basicConstraints=critical,CA:false\nkeyUsage=critical,digitalSignature\n"
#: The dates of Apple's authority; devices have a certificate for a year.
PAST: Final = "-startdate 20070416225446Z -enddate 20140416225446Z"
NOW: Final = "-days 365"
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
#: openssl keeps its list of certificates in a file, and what it reads and writes here in others.
_TURN: Final = Lock()


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceAuthority:
    """The folder of the keys and certificates: `ca`, and whatever it issues."""

    folder: Path

    @classmethod
    def kept_in(cls, folder: Path, root: Identity) -> "DeviceAuthority":
        """
        Return that of a folder, made below a root the first time.

        Raise FileNotFoundError without openssl, CalledProcessError when that refuses it.
        """
        kept = cls(folder=folder)
        if not (folder / "ca.pem").exists():
            folder.mkdir(parents=True, exist_ok=True)
            kept.begin()
            kept._adopt("root", root)
            kept.make_authority("ca", SUBJECT, above="root")
        return kept

    def begin(self) -> None:
        """Write what openssl needs."""
        (self.folder / "ca.cnf").write_text(_SETTINGS)
        (self.folder / "index.txt").touch()

    def run(self, line: str, *more: str) -> None:
        """Run openssl with the words of *line*, and with *more* that may have spaces in them."""
        command = ["openssl", *line.split(), *more]
        # Every word of it is ours.
        subprocess.run(command, cwd=self.folder, capture_output=True, check=True)  # noqa: S603

    def make_authority(self, name: str, subject: str, above: str = "") -> None:
        """Make an authority, signed by the one *above* or by itself, whose time is long over."""
        self._ask(name, subject)
        by = f"-cert {above}.pem" if above else "-selfsign"
        self._sign(name, above or name, f"{by} -extensions authority {PAST}")

    def issue(self, name: str, authority: str, extensions: str, dates: str = NOW) -> None:
        """Make a device's certificate; it names a random UUID, and nobody's UDID."""
        (self.folder / f"{name}.ext").write_text(extensions)
        self._ask(name, f"/CN={str(uuid.uuid4()).upper()}")
        self._sign(name, authority, f"-cert {authority}.pem -extfile {name}.ext {dates}")

    def certificate(self, name: str = "ca") -> x509.Certificate:
        return x509.load_pem_x509_certificate((self.folder / f"{name}.pem").read_bytes())

    def answer(
        self,
        values: Mapping[str, object] | bytes,
        *options: str,
        signers: tuple[str, ...] = ("device",),
    ) -> bytes:
        """Return *values* as devices send them: a property list within CMS, in DER."""
        content = values if isinstance(values, bytes) else plistlib.dumps(dict(values))
        (self.folder / "content").write_bytes(content)
        line = "cms -sign -nodetach -binary -in content -out answer -outform DER"
        digest = () if "-md" in options else ("-md", "sha256")
        given = [part for name in signers for part in _signer(name)]
        issuer = () if "ca" in signers else ("-certfile", "ca.pem")
        self.run(line, *issuer, *digest, *given, *options)
        return (self.folder / "answer").read_bytes()

    def answer_of_a_device(self, values: Mapping[str, object]) -> bytes:
        """Return the answer of a device that got its certificate just now, one at a time."""
        with _TURN:
            self.issue("device", "ca", SIGNING)
            return self.answer(values)

    def _adopt(self, name: str, identity: Identity) -> None:
        key = self.folder / f"{name}.key"
        key.touch(mode=0o600)
        key.write_bytes(
            identity.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        )
        (self.folder / f"{name}.pem").write_bytes(identity.certificate.public_bytes(Encoding.PEM))

    def _ask(self, name: str, subject: str) -> None:
        line = "req -newkey rsa:1024 -nodes -sha1 -config ca.cnf"
        self.run(f"{line} -keyout {name}.key -out {name}.csr -subj", subject)

    def _sign(self, name: str, authority: str, options: str) -> None:
        line = "ca -batch -notext -config ca.cnf"
        self.run(f"{line} -keyfile {authority}.key -in {name}.csr -out {name}.pem {options}")


def _signer(name: str) -> tuple[str, ...]:
    return ("-signer", f"{name}.pem", "-inkey", f"{name}.key")
