"""Whether a device of Apple's takes an app, and what it says where it does not."""

from collections.abc import Sequence
from pathlib import Path

from cryptography import x509

from bot.sandbox.samples.handsets import Handset
from provisioning.codesign.verifying.verifier import verify
from provisioning.codesign.verifying.violation import Kind, Violation

#: What iOS shows, whatever the reason is.
SHOWN = (
    "Unable to Install “{title}”. This app cannot be installed because its integrity could not be "
    "verified."
)


def refusal(
    package: Path, title: str, handset: Handset, roots: Sequence[x509.Certificate]
) -> str | None:
    """
    Return what a handset says of a package that it does not install, None when it does.

    As on a real one every bundle needs a profile with its UDID, under an authority of *roots*. The
    screen says no more than `SHOWN`; the reason is in the log of a real one, and stands behind it.
    """
    found = verify(package, handset.udid, roots=roots)
    if not found:
        return None
    return f"{SHOWN.format(title=title)} {_reason(found, handset)}"


def _reason(found: Sequence[Violation], handset: Handset) -> str:
    other = next((one for one in found if one.kind is not Kind.DEVICE), None)
    if other is not None:
        return str(other)
    bundles = sorted({one.where for one in found}, key=len)
    names = " and ".join(where.rstrip("/").rpartition("/")[2] for where in bundles)
    return f"{handset.name} is not in the profile of {names}."
