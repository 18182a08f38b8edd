"""Whether an app may be signed again: decided once, before either way of signing begins."""

from collections.abc import Sequence
from datetime import datetime

from cryptography import x509

from provisioning.codesign.bundles import WATCH_STUB, App
from provisioning.codesign.errors import BrokenSeal, Refused
from provisioning.codesign.structures.macho import INTEL, Slice
from provisioning.codesign.structures.source import Source
from provisioning.codesign.verifying.verifier import Report, verify_source
from provisioning.codesign.verifying.violation import DAMAGE, Kind


def refuse_unfit(app: App, report: Report) -> None:
    """
    Raise Refused when no way of signing leads to an app that runs, with the reason.

    That is code which is encrypted or built for the simulator, and, as BrokenSeal, an app that was
    changed after it was signed.
    """
    for name, parts in report.slices.items():
        if WATCH_STUB not in name:
            _refuse_unsignable(name, parts)
    _refuse_damage(app, report)


def refuse_faulty(result: Source, roots: Sequence[x509.Certificate] | None, now: datetime) -> None:
    """Raise Refused when the verifier finds anything wrong with the outcome of signing."""
    found = verify_source(result, roots=roots, now=now)
    if found:
        more = f" There are {len(found) - 1} more faults." if found[1:] else ""
        raise Refused(
            "The app would not run after it was signed again, so nothing was kept of it. "
            f"{found[0].where}: {found[0].sentence}{more} If the certificate and the profiles are "
            "as Apple handed them out, build and export the app again."
        )


def _refuse_unsignable(name: str, parts: tuple[Slice, ...]) -> None:
    if any(part.is_simulator for part in parts) or all(part.cpu_type in INTEL for part in parts):
        raise Refused(f"{name} is built for the simulator, so no device can run it.")
    if any(part.crypt_id for part in parts):
        raise Refused(
            f"{name} is encrypted: this is a copy from the App Store, which nobody can sign again."
        )


def _refuse_damage(app: App, report: Report) -> None:
    unsigned = {bundle.path for bundle in app.bundles if bundle.executable in report.unsigned}
    for violation in report.violations:
        loose = violation.kind in {Kind.PAGE, Kind.SLOT} and violation.where in report.unsigned
        unsealed = violation.kind is Kind.SEAL and violation.where in unsigned
        if violation.kind in DAMAGE and not loose and not unsealed:
            raise BrokenSeal(
                f"This app was damaged or changed after it was signed: {violation.where}: "
                f"{violation.sentence} Build and export it again."
            )
