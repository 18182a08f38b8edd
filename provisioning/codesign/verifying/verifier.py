"""The verifier: everything a device would check of an IPA, and a few things people trip over."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from provisioning.codesign.authorities import apple_roots
from provisioning.codesign.bundles import WATCH_STUB, App, Bundle, find_app
from provisioning.codesign.container import entry as records
from provisioning.codesign.container.archive import Archive, open_archive, read_archive
from provisioning.codesign.container.spool import spool
from provisioning.codesign.errors import CodesignError, Malformed
from provisioning.codesign.structures import coderesources
from provisioning.codesign.structures.coderesources import LARGEST_SEAL, read_code_resources
from provisioning.codesign.structures.digest import Digest, digest_of
from provisioning.codesign.structures.macho import Slice
from provisioning.codesign.structures.profile import Profile, read_profile
from provisioning.codesign.structures.signature import APPLE
from provisioning.codesign.structures.source import Source, pieces
from provisioning.codesign.verifying import trust
from provisioning.codesign.verifying.code import CodeCheck, SignedSlice, Surroundings
from provisioning.codesign.verifying.container import check_records, take_digests
from provisioning.codesign.verifying.envelope import signer_of
from provisioning.codesign.verifying.meaning import check_identity, check_profile
from provisioning.codesign.verifying.profile import check_origin
from provisioning.codesign.verifying.seal import check_seal
from provisioning.codesign.verifying.stub import check_stub
from provisioning.codesign.verifying.violation import Kind, Violation

LONGEST_LINK: Final = 4_096


def verify(
    path: Path,
    udid: str | None = None,
    *,
    roots: Sequence[x509.Certificate] | None = None,
    now: datetime | None = None,
) -> list[Violation]:
    """
    Check a whole IPA; an empty list means that nothing is wrong.

    With *udid*, that device must stand in every profile. *roots* are trusted in place of Apple's.
    Nothing is raised for what is wrong with the file; an unreadable file is a violation.
    """
    try:
        with open_archive(path) as archive:
            return list(inspect(archive, udid, roots=roots, now=now).violations)
    except CodesignError as error:
        return [Violation(kind=Kind.CONTAINER, where=path.name, sentence=str(error))]


def verify_source(
    source: Source,
    *,
    roots: Sequence[x509.Certificate] | None = None,
    now: datetime | None = None,
) -> list[Violation]:
    """Check a whole IPA that need not be a file yet, as `verify` does."""
    try:
        with spool() as store:
            archive = read_archive(source, store)
            return list(inspect(archive, roots=roots, now=now).violations)
    except CodesignError as error:
        return [Violation(kind=Kind.CONTAINER, where="The archive", sentence=str(error))]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """
    What was found in an archive.

    `unsigned` names the Mach-O files that nobody signed: those without a signature or with an ad
    hoc one. `faults` are the violations of each Mach-O file's own signature, by its name; what is
    wrong with a chain of certificates stands there for every file, and once in `violations`.
    `digests` are the hashes of every file that could be read, `slices` the parts of every Mach-O.
    """

    violations: tuple[Violation, ...]
    unsigned: frozenset[str]
    faults: dict[str, tuple[Violation, ...]]
    digests: dict[str, Digest]
    slices: dict[str, tuple[Slice, ...]]


def inspect(
    archive: Archive,
    udid: str | None = None,
    *,
    roots: Sequence[x509.Certificate] | None = None,
    now: datetime | None = None,
) -> Report:
    """Check an archive that is open already. Raise CodesignError when no app can be found in it."""
    check = _AppCheck(
        archive=archive,
        app=find_app(archive),
        udid=udid,
        roots=apple_roots() if roots is None else roots,
        now=now or datetime.now(UTC),
    )
    check.run()
    return Report(
        violations=tuple(check.found),
        unsigned=frozenset(check.unsigned),
        faults=check.faults,
        digests=check.digests,
        slices=check.slices,
    )


@dataclass(frozen=True, slots=True)
class _Chain:
    """A chain of certificates, and what is wrong with it wherever it is used."""

    certificates: list[x509.Certificate]
    flaws: tuple[Violation, ...]


@dataclass(slots=True, kw_only=True)
class _AppCheck:
    archive: Archive
    app: App
    udid: str | None
    roots: Sequence[x509.Certificate]
    now: datetime
    found: list[Violation] = field(default_factory=list)
    digests: dict[str, Digest] = field(default_factory=dict)
    unsigned: set[str] = field(default_factory=set)
    teams: dict[str, str | None] = field(default_factory=dict)
    faults: dict[str, tuple[Violation, ...]] = field(default_factory=dict)
    slices: dict[str, tuple[Slice, ...]] = field(default_factory=dict)
    chains: dict[tuple[bytes, ...], _Chain] = field(default_factory=dict)

    def run(self) -> None:
        self.found.extend(check_records(self.archive))
        self.digests = take_digests(self.archive, self.app.code, self.found.append)
        owners = {bundle.executable: bundle for bundle in self.app.bundles}
        for name in sorted(self.app.code):
            if WATCH_STUB in name and name not in owners:
                self._check_stub(name)
            else:
                self._check_code(name, owners.get(name))
        self._check_teams()
        links = self._links()
        names = sorted(self.digests)
        for bundle in self.app.bundles:
            # All names of a folder lie together; looking through all of them would take long.
            within = names[bisect_left(names, bundle.path) : bisect_left(names, _end(bundle.path))]
            self._check_bundle(bundle, within, links)

    def _report(self, kind: Kind, where: str, sentence: str) -> None:
        self.found.append(Violation(kind=kind, where=where, sentence=sentence))

    def _check_stub(self, name: str) -> None:
        try:
            source = self.archive.inflated(self.archive.by_name[name]).source
        except Malformed as error:
            self._report(Kind.STREAM, name, str(error))
            return
        self.digests[name] = digest_of(pieces(source))
        self.found.extend(check_stub(source, self.roots, name))

    def _check_code(self, name: str, bundle: Bundle | None) -> None:
        before = len(self.found)
        flaws: tuple[Violation, ...] = ()
        for signed in self._check_file(name, bundle):
            flaws += self._check_signer(name, bundle, signed)
        faults = dict.fromkeys((*self.found[before:], *flaws))
        if faults:
            self.faults[name] = tuple(faults)

    def _check_file(self, name: str, bundle: Bundle | None) -> list[SignedSlice]:
        entry = self.archive.by_name[name]
        runs = bundle is not None and bundle.is_process
        if runs and entry.mode and not entry.mode & records.EXECUTABLE_BITS:
            self._report(Kind.CONTAINER, name, "the executable is not marked as executable.")
        check = CodeCheck(where=name, around=self._surroundings(bundle))
        try:
            source = self.archive.inflated(entry).source
            if name != self.app.main.executable:  # Nothing seals that one.
                self.digests[name] = digest_of(pieces(source))
            check.run(source)
        except Malformed as error:
            self._report(Kind.STREAM, name, str(error))
        self.found.extend(check.found)
        self.slices[name] = check.parts
        if check.is_unsigned:
            self.unsigned.add(name)
        return check.slices

    def _surroundings(self, bundle: Bundle | None) -> Surroundings:
        if bundle is None:
            return Surroundings(info_plist=None, resources=None)
        return Surroundings(
            info_plist=self._content(bundle.path + "Info.plist"),
            resources=self._content(bundle.path + coderesources.FILE_NAME),
        )

    def _content(self, name: str) -> bytes | None:
        entry = self.archive.by_name.get(name)
        if entry is None:
            return None
        try:
            return self.archive.content(entry, LARGEST_SEAL)
        except Malformed as error:
            self._report(Kind.STREAM, name, str(error))
            return None

    def _check_signer(
        self, name: str, bundle: Bundle | None, signed: SignedSlice
    ) -> tuple[Violation, ...]:
        """Check who signed one slice; return what is wrong with the chain of certificates."""
        if signed.message is None:
            return ()
        try:
            found = self._chain(name, signed.message.certificates, signed)
        except Malformed as error:
            self._report(Kind.CMS, name, str(error))
            return ()
        chain = found.certificates
        if _is_apples(signed, chain) and not (bundle and bundle.is_process):
            return found.flaws
        self.teams[name] = signed.primary.team
        if bundle is not None:
            self.found.extend(check_identity(bundle, signed, chain))
            self.found.extend(self._check_grant(bundle, signed, chain))
        elif signed.primary.team != trust.team_of(chain[0]):
            self._report(
                Kind.IDENTITY, name, "the signature names another team than its certificate."
            )
        return found.flaws

    def _check_teams(self) -> None:
        """Report code of a team other than the app's, which iOS does not load."""
        wanted = self.teams.get(self.app.main.executable)
        for name, team in self.teams.items():
            if wanted and team != wanted:
                self._report(
                    Kind.IDENTITY, name, "the code is signed by another team than the app."
                )

    def _chain(self, name: str, carried: tuple[bytes, ...], signed: SignedSlice) -> _Chain:
        assert signed.message is not None
        certificates = trust.load(carried)
        leaf = signer_of(signed.message, certificates)
        key = (leaf.public_bytes(Encoding.DER), *carried)
        if key not in self.chains:
            before = len(self.found)
            chain = trust.chain_of(leaf, certificates)
            dated = not _is_apples(signed, chain)
            self.found.extend(
                trust.check_chain(chain, self.roots, self.now if dated else None, name)
            )
            if not trust.is_for_code_signing(leaf):
                self._report(Kind.TRUST, name, "the certificate is not for code signing.")
            self.chains[key] = _Chain(chain, tuple(self.found[before:]))
        return self.chains[key]

    def _check_grant(
        self, bundle: Bundle, signed: SignedSlice, chain: Sequence[x509.Certificate]
    ) -> Iterator[Violation]:
        if not bundle.is_process:
            return
        content = self._content(bundle.profile_name)
        if content is None:
            self._report(Kind.PROFILE, bundle.path, "there is no provisioning profile.")
            return
        try:
            profile = read_profile(content)
        except Malformed:
            return  # Said once, by the check of the profile itself.
        yield from check_profile(bundle, signed, chain, profile, self.now)

    def _check_bundle(self, bundle: Bundle, names: list[str], links: dict[str, str]) -> None:
        content = self._content(bundle.profile_name) if bundle.is_process else None
        if content is not None:
            self._check_profile_itself(bundle, content)
        seal = self._content(bundle.path + coderesources.FILE_NAME)
        if seal is None:
            self._report(Kind.SEAL, bundle.path, "there is no CodeResources.")
            return
        try:
            resources = read_code_resources(seal)
        except Malformed as error:
            self._report(Kind.SEAL, bundle.path, str(error))
            return
        digests = {name: self.digests[name] for name in names}
        self.found.extend(check_seal(bundle, resources, digests, links))

    def _check_profile_itself(self, bundle: Bundle, content: bytes) -> None:
        try:
            profile = read_profile(content)
        except Malformed as error:
            self._report(Kind.PROFILE, bundle.path, str(error))
            return
        for sentence in check_origin(content, self.roots, self.now, bundle.path):
            self._report(Kind.PROFILE, bundle.path, f"the profile: {sentence}")
        self._check_device(bundle, profile)

    def _check_device(self, bundle: Bundle, profile: Profile) -> None:
        if self.udid is None or profile.all_devices:
            return
        if self.udid.upper() not in {device.upper() for device in profile.devices}:
            self._report(Kind.DEVICE, bundle.path, "the device is not in this bundle's profile.")

    def _links(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for entry in self.archive.entries:
            if entry.is_symlink and entry.name.startswith(self.app.root):
                try:
                    found[entry.name] = self.archive.content(entry, LONGEST_LINK).decode()
                except (Malformed, UnicodeDecodeError):
                    self._report(Kind.CONTAINER, entry.name, "the symbolic link cannot be read.")
        return found


def _end(folder: str) -> str:
    """Return what comes right behind all names that begin with a folder's."""
    return folder[:-1] + chr(ord("/") + 1)


def _is_apples(signed: SignedSlice, chain: Sequence[x509.Certificate]) -> bool:
    """Tell Apple's own code, such as a watch stub; devices know it without regard to dates."""
    organization = trust.name_of(chain[0], NameOID.ORGANIZATION_NAME)
    return not signed.primary.team and organization == APPLE
