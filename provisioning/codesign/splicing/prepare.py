"""Preparing an app, once: the same app, laid out so that a signature can be replaced in place."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Final

from cryptography import x509

from provisioning.codesign.bundles import App, Bundle, find_app
from provisioning.codesign.container.archive import Archive, open_archive
from provisioning.codesign.container.chunks import join_chunks
from provisioning.codesign.container.rewrite import Replacement, rewrite
from provisioning.codesign.container.writing import write_file
from provisioning.codesign.errors import NeedsFullPath
from provisioning.codesign.fitness import refuse_unfit
from provisioning.codesign.splicing.chunking import chunk_code
from provisioning.codesign.splicing.index import BundlePlace, Index
from provisioning.codesign.splicing.places import find_places
from provisioning.codesign.splicing.region import final_cms
from provisioning.codesign.structures import coderesources, superblob
from provisioning.codesign.structures.assembled import Assembled
from provisioning.codesign.structures.macho import read_slices
from provisioning.codesign.structures.signature import Signature, read_signature
from provisioning.codesign.structures.source import Source
from provisioning.codesign.verifying.verifier import Report, inspect
from provisioning.codesign.verifying.violation import Kind, Violation

#: What is wrong in these ways with a program goes with its old envelope and profile. Whether its
#: entitlements are allowed is for the new profile to say.
_REPLACED: Final = frozenset({Kind.CMS, Kind.TRUST, Kind.PROFILE, Kind.ENTITLEMENT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """
    The outcome of preparing: the index, and what the verifier found that new profiles can mend.

    An expired profile, for instance, does not keep anybody from splicing.
    """

    index: Index
    violations: tuple[Violation, ...]


def prepare(
    ipa: Path,
    out: Path,
    progress: Callable[[str], None] | None = None,
    *,
    now: datetime | None = None,
    roots: Sequence[x509.Certificate] | None = None,
) -> Prepared:
    """
    Write *ipa* to *out* in a form that new profiles can be spliced into, and return its index.

    The result is the same app, byte for byte, in an archive laid out in another way. Raise
    NeedsFullPath when the app must be signed anew first, BrokenSeal when it was changed after it
    was signed, Malformed when it cannot be read.
    """
    say = progress or _silent
    with open_archive(ipa) as archive:
        laid = lay_out(archive, say, now=now, roots=roots)
        say("Writing the prepared file.")
        write_file(out, laid.content.pieces)
    return laid.outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class LaidOut:
    """An app in its new form, which can be read while its archive is open, and what came of it."""

    content: Assembled
    outcome: Prepared


def lay_out(
    archive: Archive,
    say: Callable[[str], None],
    *,
    now: datetime | None = None,
    roots: Sequence[x509.Certificate] | None = None,
) -> LaidOut:
    """Prepare an archive that is open already, as `prepare` does; nothing is written."""
    app = find_app(archive)
    say("Checking the app as it came.")
    report = inspect(archive, roots=roots, now=now or datetime.now(UTC))
    refuse_unfit(app, report)
    _refuse_faults(app, report)
    say("Laying out its signatures.")
    preparation = Preparation(archive=archive, app=app)
    content = preparation.run()
    index = preparation.index(content.size)
    return LaidOut(content=content, outcome=Prepared(index=index, violations=report.violations))


@dataclass(slots=True, kw_only=True)
class Preparation:
    """Lays out one app; `run` returns the prepared archive, `index` what was laid out."""

    archive: Archive
    app: App
    changed: dict[str, Replacement] = field(default_factory=dict)
    bundles: list[BundlePlace] = field(default_factory=list)
    leaves: dict[bytes, str] = field(default_factory=dict)

    def run(self) -> Assembled:
        """Lay out every executable that a new profile changes. Raise NeedsFullPath."""
        for bundle in self.app.bundles:
            inside = any(inner.is_process for inner in self.app.within(bundle))
            if not bundle.is_process and inside:
                raise NeedsFullPath(f"{bundle.path} has a program inside, so it changes as well.")
            if bundle.is_process:
                self.bundles.append(self._prepare(bundle))
        if len(self.leaves) != 1:
            raise NeedsFullPath("The bundles of this app are signed by different certificates.")
        return rewrite(self.archive, self.changed, {})

    def index(self, size: int) -> Index:
        leaf, team = next(iter(self.leaves.items()))
        return Index(
            size=size,
            fingerprint=sha256(leaf).hexdigest(),
            team_id=team,
            bundles=tuple(self.bundles),
        )

    def _prepare(self, bundle: Bundle) -> BundlePlace:
        if bundle.profile_name not in self.archive.by_name:
            raise NeedsFullPath(f"{bundle.path} has no provisioning profile.")
        entry = self.archive.by_name[bundle.executable]
        content = self.archive.inflated(entry)
        regions = list(self._regions(bundle, content.source))
        code = chunk_code(self.archive, entry, content, regions)
        self.changed[bundle.executable] = join_chunks(code.chunks, entry.method)
        seal = self.archive.by_name[bundle.path + coderesources.FILE_NAME]
        places = find_places(
            self.archive.content(seal, coderesources.LARGEST_SEAL), self._sealed_changes(bundle)
        )
        return BundlePlace(
            path=bundle.path,
            identifier=bundle.identifier,
            executable=bundle.executable,
            chunks=tuple(code.places()),
            regions=tuple(code.regions),
            places=places,
        )

    def _regions(self, bundle: Bundle, source: Source) -> Iterator[tuple[int, bytes]]:
        """Yield where each slice's signature begins, and its bytes."""
        for part in sorted(read_slices(source), key=lambda part: part.start):
            self._refuse_unspliceable(bundle, read_signature(source, part))
            place = part.signature
            assert place is not None
            yield part.start + place.offset, part.of(source).read(place.offset, place.size)

    def _refuse_unspliceable(self, bundle: Bundle, signature: Signature | None) -> None:
        if signature is None or signature.leaf is None:
            raise NeedsFullPath(f"Nobody has signed {bundle.path} yet.")
        if not signature.is_modern or signature.entitlements_der is None:
            raise NeedsFullPath(f"The signature of {bundle.path} is too old for iOS 15.")
        if signature.primary.special(superblob.RESOURCES_SLOT) is None:
            raise NeedsFullPath(f"The signature of {bundle.path} does not cover its seal.")
        if signature.entitlements != signature.entitlements_der:
            raise NeedsFullPath(f"The two forms of entitlements of {bundle.path} differ.")
        final_cms(signature.blob)
        self.leaves[signature.leaf] = signature.primary.team or ""

    def _sealed_changes(self, bundle: Bundle) -> list[str]:
        """Return the files whose hashes a new profile changes in a bundle's CodeResources."""
        found = [bundle.profile_name]
        for inner in self.app.within(bundle):
            if inner.is_process:
                seal = inner.path + coderesources.FILE_NAME
                found += [inner.profile_name, inner.executable, seal]
        return [name[len(bundle.path) :] for name in found]


def _refuse_faults(app: App, report: Report) -> None:
    """Raise NeedsFullPath for a fault in a signature that a splice would leave as it is."""
    programs = {bundle.executable for bundle in app.bundles if bundle.is_process}
    for violation in report.violations:
        if violation.kind is Kind.CONTAINER:
            raise NeedsFullPath(f"{violation.where} is packed wrongly: {violation.sentence}")
    for name, faults in report.faults.items():
        for fault in faults:
            if name not in programs or fault.kind not in _REPLACED:
                raise NeedsFullPath(f"{name} has to be signed anew: {fault.sentence}")


def _silent(_sentence: str) -> None:
    return None
