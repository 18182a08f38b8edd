"""The splice path: the same certificate, new profiles, and only the bytes that must change."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from cryptography import x509

from provisioning.codesign.bundles import App, Bundle
from provisioning.codesign.container.archive import Archive, open_archive
from provisioning.codesign.container.packing import pack_bytes
from provisioning.codesign.container.rewrite import Replacement, rewrite
from provisioning.codesign.errors import Malformed, NeedsFullPath
from provisioning.codesign.identity.identity import Identity
from provisioning.codesign.signing.assignment import assign
from provisioning.codesign.signing.cms import sign_directories
from provisioning.codesign.signing.entitling import adapted, refuse_excess
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
from provisioning.codesign.structures.profile import FILE_NAME as PROFILE_NAME
from provisioning.codesign.structures.profile import Profile
from provisioning.codesign.structures.superblob import read_superblob
from provisioning.codesign.summary import signed_bundles
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
    if identity.fingerprint != index.fingerprint:
        raise NeedsFullPath(
            "This app was signed by another certificate; sign it anew with this one."
        )
    with open_archive(prepared) as archive:
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
        return splicing.variant(whole)


@dataclass(slots=True, kw_only=True)
class Splicing:
    """Makes one variant; bundles are worked on from the inside out."""

    archive: Archive
    index: Index
    identity: Identity
    profiles: Sequence[Profile]
    moment: datetime
    assigned: dict[str, Profile] = field(default_factory=dict)
    changed: dict[str, Replacement] = field(default_factory=dict)
    digests: dict[str, Digest] = field(default_factory=dict)

    def run(self) -> Assembled:
        """Put the profiles in, and return the new archive. Raise Refused or NeedsFullPath."""
        self.assigned = assign(_app(self.index), self.profiles, self.identity, self.moment)
        for bundle in self.index.bundles:
            self._splice(bundle, self.assigned[bundle.path])
        return rewrite(self.archive, self.changed, {})

    def variant(self, whole: Assembled) -> Variant:
        """Tell the new archive as ranges of the prepared file and new bytes."""
        segments = tuple(as_segments(whole.pieces))
        return Variant(
            segments=segments,
            size=whole.size,
            new_bytes=sum(item.length for item in segments if item.content is not None),
            bundles=tuple(signed_bundles(_app(self.index), self.assigned)),
        )

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


def _app(index: Index) -> App:
    """Return the bundles of an index as those of an app, as far as assigning profiles goes."""
    bundles = tuple(
        Bundle(
            path=item.path,
            info={"CFBundleIdentifier": item.identifier},
            executable=item.executable,
        )
        for item in index.bundles
    )
    return App(root=bundles[-1].path, bundles=bundles, code=frozenset())


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
