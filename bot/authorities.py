"""The certificate authorities that stand for Apple's, where a setting names some."""

from pathlib import Path

from cryptography import x509

from bot.settings import Settings, SettingsWrong
from provisioning.codesign.structures.certificate import UNREADABLE

#: More than all certificates of Apple's authorities take.
LARGEST = 1 << 20


def apple_stand_ins(settings: Settings) -> tuple[x509.Certificate, ...] | None:
    """Return the authorities in place of Apple's; None for its own. Raise SettingsWrong."""
    path = settings.apple_authorities_file
    return None if path is None else certificates_in(path)


def certificates_in(path: Path) -> tuple[x509.Certificate, ...]:
    """Return the certificates in a PEM file. Raise SettingsWrong when there are none."""
    try:
        with path.open("rb") as file:
            return tuple(x509.load_pem_x509_certificates(file.read(LARGEST)))
    except OSError as error:
        reason = f"cannot be read ({error.strerror})"
    except UNREADABLE:
        reason = "holds no certificates in PEM"
    raise SettingsWrong(
        f"SLIPWAY_APPLE_AUTHORITIES_FILE is wrong: {path} {reason}. Remove it: only the sandbox "
        "and tests need it."
    )
