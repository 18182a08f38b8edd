"""The splice path: the same certificate, new profiles, and only the bytes that must change."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from cryptography import x509

from provisioning.codesign.bundles import App, Bundle
from provisioning.codesign.container.archive import Archive, open_archive
from provisioning.codesign.container.packing import pack_bytes
from provisioning.codesign.container.rewrite import Replacement, rewrite
from provisioning.codesign.errors import Malformed, NeedsFullPath, Refused
from provisioning.codesign.identity.identity import Identity
from provisioning.codesign.profiles.assignment import Assignment, assign
from provisioning.codesign.profiles.usability import Terms
from provisioning.codesign.signing.cms import sign_directories
from provisioning.codesign.signing.entitling import adapted, refuse_excess, suited
from provisioning.codesign.signing.seal import patch_seal
from provisioning.codesign.splicing.code import SplicedCode
from provisioning.codesign.splicing.index import BundlePlace, Index
from provisioning.codesign.splicing.places import write_places
from provisioning.codesign.splicing.region import resign_region
from provisioning.codesign.splicing.variant import Variant, as_segments
from provisioning.codesign.structures import coderesources, superblob
from provisioning.codesign.structures.assembled import Assembled
from provisioning.codesign.structures.codedirectory import CodeDirectory
from provisioning.codesign.structures.digest import Digest, digest_of
from provisioning.codesign.structures.entitlements import read_entitlements_xml
from provisioning.codesign.structures.plist import read_plist
from provisioning.codesign.structures.profile import FILE_NAME as PROFILE_NAME
from provisioning.codesign.structures.profile import Profile
from provisioning.codesign.structures.superblob import read_superblob
from provisioning.codesign.summary import SignedBundle, signed_bundles
from provisioning.codesign.verifying.verifier import verify_source

#: New bytes are few and made often: the fastest level is enough.
FAST: Final = 1


def splice(
    prepared: Path,
    index: Index,
    identity: Identity,
    profiles: Sequence[Profile],
    *,
    now: datetime | None = None,
    roots: Sequence[x509.Certificate] | None = None,
) -> Variant:
    """
    Describe the prepared file with *profiles* in place of its own, signed by *identity*.

    The file is read and never written; the verifier, which trusts *roots* in place of Apple's, has
    found nothing wrong with what is returned. Raise NeedsFullPath when the identity is not the one
    that signed it, or when a new signature does not fit or would not do; Refused as for any
    re-sign.
    """
    with open_archive(prepared) as archive:
        whole, splicing = splice_archive(archive, index, identity, profiles, now=now, roots=roots)
        return splicing.variant(whole)


def splice_archive(
    archive: Archive,
    index: Index,
    identity: Identity,
    profiles: Sequence[Profile],
    *,
    now: datetime | None = None,
    roots: Sequence[x509.Certificate] | None = None,
) -> "tuple[Assembled, Splicing]":
    """
    Splice into an archive that is open already, as `splice` does.

    Return the new archive, readable while the old one is open, and who knows what was done.
    """
    if identity.fingerprint != index.fingerprint:
        raise NeedsFullPath(
            "This app was signed by another certificate; sign it anew with this one."
        )
    if archive.source.size != index.size:
        raise Malformed("This index belongs to another prepared file.")
    splicing = Splicing(
        archive=archive,
        index=index,
        identity=identity,
        profiles=profiles,
        moment=now or datetime.now(UTC),
    )
    whole = splicing.run()
    faults = verify_source(whole, roots=roots, now=splicing.moment)
    if faults:
        raise NeedsFullPath(f"New profiles alone do not make it run: {faults[0]}")
    return whole, splicing


@dataclass(slots=True, kw_only=True)
class Splicing:
    """Makes one variant; bundles are worked on from the inside out."""

    archive: Archive
    index: Index
    identity: Identity
    profiles: Sequence[Profile]
    moment: datetime
    app: App = field(init=False)
    assigned: Assignment = field(init=False)
    changed: dict[str, Replacement] = field(default_factory=dict)
    digests: dict[str, Digest] = field(default_factory=dict)
    held: dict[str, dict[str, Any] | None] = field(default_factory=dict)

    def run(self) -> Assembled:
        """Put the profiles in, and return the new archive. Raise Refused or NeedsFullPath."""
        self.app = self._app()
        terms = Terms(identity=self.identity, moment=self.moment)
        self.assigned = assign(self.app, self.profiles, terms, self._objection)
        for bundle in self.index.bundles:
            self._splice(bundle, self.assigned.profiles[bundle.path])
        return rewrite(self.archive, self.changed, {})

    def signed(self) -> tuple[SignedBundle, ...]:
        """Return what each bundle was signed with."""
        return tuple(signed_bundles(self.app, self.assigned))

    def variant(self, whole: Assembled) -> Variant:
        """Tell the new archive as ranges of the prepared file and new bytes."""
        segments = tuple(as_segments(whole.pieces))
        return Variant(
            segments=segments,
            size=whole.size,
            new_bytes=sum(item.length for item in segments if item.content is not None),
            bundles=self.signed(),
        )

    def _app(self) -> App:
        """Return the bundles of the index as those of an app, as far as assigning profiles goes."""
        bundles = [
            Bundle(
                path=item.path,
                info={"CFBundleIdentifier": item.identifier},
                executable=item.executable,
            )
            for item in self.index.bundles
        ]
        main = bundles[-1]
        content = self.archive.content(self.archive.by_name[f"{main.path}Info.plist"])
        bundles[-1] = replace(main, info=read_plist(content, "The app's Info.plist"))
        return App(root=main.path, bundles=tuple(bundles), code=frozenset())

    def _objection(self, bundle: Bundle, profile: Profile) -> str | None:
        values = self._held(bundle.path)
        if values is None:
            return None
        try:
            # Whether debugging may go is for the full path to ask: no splice removes it.
            suited(bundle.identifier, values, profile, drop_debugging=True)
        except Refused as refusal:
            return str(refusal)
        return None

    def _held(self, path: str) -> dict[str, Any] | None:
        """Return the entitlements of a bundle as it was prepared, None when it has none."""
        if path not in self.held:
            bundle = next(item for item in self.index.bundles if item.path == path)
            code = SplicedCode(archive=self.archive, bundle=bundle, level=FAST)
            region = code.read_region(bundle.regions[0])
            found = read_superblob(region).get(superblob.ENTITLEMENTS_SLOT)
            self.held[path] = read_entitlements_xml(found.payload) if found else None
        return self.held[path]

    def _splice(self, bundle: BundlePlace, profile: Profile) -> None:
        self._replace(bundle.path + PROFILE_NAME, profile.content)
        seal_name = bundle.path + coderesources.FILE_NAME
        old = self.archive.content(self.archive.by_name[seal_name], coderesources.LARGEST_SEAL)
        changes = {
            name[len(bundle.path) :]: digest
            for name, digest in self.digests.items()
            if name.startswith(bundle.path)
        }
        if bundle.places is None:
            seal = patch_seal(old, changes)
        else:
            seal = write_places(old, bundle.places, changes)
        self._replace(seal_name, seal)
        self._sign(bundle, profile, seal)

    def _replace(self, name: str, content: bytes) -> None:
        self.changed[name] = pack_bytes(content, self.archive.by_name[name].method, FAST)
        self.digests[name] = digest_of((content,))

    def _sign(self, bundle: BundlePlace, profile: Profile, seal: bytes) -> None:
        code = SplicedCode(archive=self.archive, bundle=bundle, level=FAST)
        for region in bundle.regions:
            old = code.read_region(region)
            _refuse_entitlements(bundle, old, profile)
            code.write_region(region, resign_region(old, seal, self._cms))
        self.changed[bundle.executable] = code.joined()
        if bundle is not self.index.bundles[-1]:
            # Only the bundles around it want to know the hashes of an executable.
            self.digests[bundle.executable] = code.digest()

    def _cms(self, directories: Sequence[CodeDirectory]) -> bytes:
        return sign_directories(self.identity, directories, self.moment)


def _refuse_entitlements(bundle: BundlePlace, region: bytes, profile: Profile) -> None:
    found = read_superblob(region).get(superblob.ENTITLEMENTS_SLOT)
    if found is None:
        raise NeedsFullPath(f"{bundle.identifier} has no entitlements.")
    values = read_entitlements_xml(found.payload)
    if adapted(values, profile) != values:
        raise NeedsFullPath(
            f"{bundle.identifier} was signed for another purpose than the profile {profile.name}: "
            "its entitlements have to change."
        )
    refuse_excess(bundle.identifier, values, profile)
