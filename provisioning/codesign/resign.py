"""Re-signing an IPA: new profiles, and if need be a new certificate, for every bundle in it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography import x509

from provisioning.codesign.bundles import find_app
from provisioning.codesign.container.archive import Archive, open_archive
from provisioning.codesign.container.writing import write_file
from provisioning.codesign.fitness import refuse_faulty, refuse_unfit
from provisioning.codesign.identity.identity import Identity
from provisioning.codesign.signing.resigner import Known, Resigner, Wish
from provisioning.codesign.structures.assembled import Assembled, Range
from provisioning.codesign.structures.profile import Profile
from provisioning.codesign.summary import Summary, signed_bundles
from provisioning.codesign.verifying.verifier import inspect


def resign(  # noqa: PLR0913  each is a choice of the caller's, all but four with a usual value
    ipa: Path,
    identity: Identity,
    profiles: Sequence[Profile],
    out: Path,
    progress: Callable[[str], None] | None = None,
    *,
    entitlements: Mapping[str, Mapping[str, Any]] | None = None,
    drop_debugging: bool = False,
    one_piece: bool = False,
    kind: str | None = None,
    now: datetime | None = None,
    roots: Sequence[x509.Certificate] | None = None,
) -> Summary:
    """
    Sign *ipa* anew with *identity* and *profiles* into the file *out*.

    Each profile finds its bundles by its application identifier. *progress* hears one sentence a
    step. *entitlements*, by bundle identifier, are for apps that have none. *drop_debugging* is
    somebody's word that a development build may lose its debugging. *one_piece* packs executables
    as a whole, at more cost. *kind* is the only kind of profile to use; that of the App Store is
    used only when it is named here. *roots* are trusted in place of Apple's.

    Nothing is written that the verifier finds fault with. Raise Refused with the reason, BrokenSeal
    when the app was changed after it was signed, Malformed when it cannot be read.
    """
    say = progress or _silent
    wish = Wish(
        identity=identity,
        profiles=profiles,
        moment=now or datetime.now(UTC),
        entitlements=entitlements or {},
        drop_debugging=drop_debugging,
        one_piece=one_piece,
        kind=kind,
    )
    with open_archive(ipa) as archive:
        result, summary = resign_archive(archive, wish, say, roots=roots)
        say("Writing the new file.")
        write_file(out, result.pieces)
    return summary


def resign_archive(
    archive: Archive,
    wish: Wish,
    say: Callable[[str], None],
    *,
    roots: Sequence[x509.Certificate] | None = None,
) -> tuple[Assembled, Summary]:
    """
    Sign an archive that is open already anew, as `resign` does; nothing is written.

    Return the new archive, readable while the old one is open, and what was done.
    """
    app = find_app(archive)
    say("Checking the app as it came.")
    report = inspect(archive, roots=roots, now=wish.moment)
    refuse_unfit(app, report)
    resigner = Resigner(
        archive=archive,
        app=app,
        wish=wish,
        known=Known(
            digests=report.digests, unsigned=report.unsigned, faulty=frozenset(report.faults)
        ),
        progress=say,
    )
    result = resigner.run()
    say("Checking the signed app.")
    refuse_faulty(result, roots, wish.moment)
    return result, _summary(resigner, result)


def _summary(resigner: Resigner, result: Assembled) -> Summary:
    identity = resigner.wish.identity
    return Summary(
        fingerprint=identity.fingerprint,
        team_id=identity.team_id,
        bundles=tuple(signed_bundles(resigner.app, resigner.assigned)),
        signed=tuple(resigner.signed),
        kept=tuple(resigner.kept),
        passed_over=resigner.assigned.passed_over,
        size=result.size,
        new_bytes=_new_bytes(resigner.archive, result),
    )


def _new_bytes(archive: Archive, result: Assembled) -> int:
    return sum(
        len(piece)
        for piece in result.pieces
        if not (isinstance(piece, Range) and piece.source is archive.source)
    )


def _silent(_sentence: str) -> None:
    return None
