"""The full path: every bundle from the inside out; its profile first, then its seal, its code."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any, Final

from provisioning.codesign.bundles import App, Bundle
from provisioning.codesign.container import entry as records
from provisioning.codesign.container.archive import Archive
from provisioning.codesign.container.entry import Entry
from provisioning.codesign.container.packing import pack_bytes
from provisioning.codesign.container.rewrite import Replacement, rewrite
from provisioning.codesign.errors import Malformed, Refused
from provisioning.codesign.identity.identity import Identity
from provisioning.codesign.profiles.assignment import Assignment, assign, refuse_other_team
from provisioning.codesign.profiles.usability import Terms
from provisioning.codesign.signing.code import Order, sign_code
from provisioning.codesign.signing.entitling import Entitled, entitle
from provisioning.codesign.signing.repacking import repack_code
from provisioning.codesign.signing.seal import make_seal, patch_seal
from provisioning.codesign.structures import coderesources
from provisioning.codesign.structures.assembled import Assembled, chunks_of
from provisioning.codesign.structures.digest import Digest, digest_of
from provisioning.codesign.structures.macho import read_slices
from provisioning.codesign.structures.profile import Profile
from provisioning.codesign.structures.signature import Signature, read_signature

LONGEST_LINK: Final = 4_096
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """
    What a re-sign is asked to do.

    `entitlements` are by bundle identifier, for apps that have none of their own. `drop_debugging`
    is somebody's word that a development build may lose its debugging. `one_piece` packs every
    executable as a whole, for devices that might not like a flush inside. `kind` is the only kind
    of profile that is wanted, where one was named.
    """

    identity: Identity
    profiles: Sequence[Profile]
    moment: datetime
    entitlements: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    drop_debugging: bool = False
    one_piece: bool = False
    kind: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the verifier found out about the input: hashes of every file, unsigned, faulty code."""

    digests: Mapping[str, Digest]
    unsigned: frozenset[str]
    faulty: frozenset[str]


@dataclass(slots=True, kw_only=True)
class Resigner:
    """
    Signs one app; `run` returns the new archive.

    Afterwards `assigned` tells which profile each bundle got, `signed` and `kept` what was done.
    """

    archive: Archive
    app: App
    wish: Wish
    known: Known
    progress: Progress
    assigned: Assignment = field(init=False)
    changed: dict[str, Replacement] = field(default_factory=dict)
    digests: dict[str, Digest] = field(default_factory=dict)
    signatures: dict[str, Signature | None] = field(default_factory=dict)
    signed: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)

    def run(self) -> Assembled:
        """Sign everything, the deepest bundle first. Raise Refused or Malformed with the reason."""
        self._look_at_code()
        wish = self.wish
        terms = Terms(identity=wish.identity, moment=wish.moment, kind=wish.kind)
        self.assigned = assign(self.app, wish.profiles, terms, self._objection)
        for bundle in self.app.bundles:
            self._sign_bundle(bundle)
        present = self.archive.by_name
        return rewrite(
            self.archive,
            {name: item for name, item in self.changed.items() if name in present},
            {name: item for name, item in self.changed.items() if name not in present},
        )

    def _look_at_code(self) -> None:
        """Read every old signature, and refuse another team's before anything is done."""
        teams: dict[str, str | None] = {}
        for bundle in self.app.bundles:
            for name in (bundle.executable, *bundle.code):
                source = self.archive.inflated(self.archive.by_name[name]).source
                signature = read_signature(source, read_slices(source)[0])
                self.signatures[name] = signature
                program = bundle.is_process and name == bundle.executable
                if program and signature is not None and signature.leaf is not None:
                    teams[name] = signature.primary.team
        refuse_other_team(teams, self.wish.identity)

    def _sign_bundle(self, bundle: Bundle) -> None:
        profile = self.assigned.profiles.get(bundle.path)
        if profile is not None:
            self._replace(bundle.profile_name, profile.content)
        for name in bundle.code:
            self._sign_loose(name)
        if profile is None and self._may_stay(bundle):
            self.kept.append(bundle.executable)
            return
        self.progress(f"Signing {bundle.path}")
        resources = self._seal(bundle)
        self._replace(bundle.path + coderesources.FILE_NAME, resources)
        entitled = self._entitled(bundle, profile) if profile is not None else None
        order = Order(
            identity=self.wish.identity,
            identifier=bundle.identifier,
            moment=self.wish.moment,
            info_plist=self._content(bundle.path + "Info.plist"),
            resources=resources,
            entitlements=entitled.blobs if entitled else {},
            debuggable=bool(entitled and entitled.debuggable),
        )
        self._sign(bundle.executable, order)

    def _objection(self, bundle: Bundle, profile: Profile) -> str | None:
        try:
            self._entitled(bundle, profile)
        except Refused as refusal:
            return str(refusal)
        return None

    def _entitled(self, bundle: Bundle, profile: Profile) -> Entitled:
        return entitle(
            bundle,
            self.signatures[bundle.executable],
            self.wish.entitlements.get(bundle.identifier),
            profile,
            drop_debugging=self.wish.drop_debugging,
        )

    def _may_stay(self, bundle: Bundle) -> bool:
        inside = any(name.startswith(bundle.path) for name in self.digests)
        return not inside and self._is_good(bundle.executable)

    def _is_good(self, name: str) -> bool:
        """Tell whether a file's signature can stay: ours and modern or Apple's, and faultless."""
        signature = self.signatures[name]
        if signature is None or signature.leaf is None:
            return False
        if name in self.known.unsigned or name in self.known.faulty:
            return False
        ours = signature.leaf == self.wish.identity.der and signature.is_modern
        return ours or signature.is_apples

    def _sign_loose(self, name: str) -> None:
        if self._is_good(name):
            self.kept.append(name)
            return
        former = self.signatures[name]
        identifier = former.primary.identifier if former else PurePosixPath(name).stem
        identity = self.wish.identity
        self._sign(name, Order(identity=identity, identifier=identifier, moment=self.wish.moment))

    def _sign(self, name: str, order: Order) -> None:
        entry = self.archive.by_name[name]
        try:
            former = self.archive.inflated(entry)
            content = sign_code(former.source, order)
            self.changed[name] = repack_code(
                self.archive, entry, former, content, one_piece=self.wish.one_piece
            )
        except Refused as error:
            raise Refused(f"{name} cannot be signed. {error}") from error
        if name != self.app.main.executable:  # Nothing seals that one.
            self.digests[name] = digest_of(chunks_of(content.pieces))
        self.signed.append(name)

    def _seal(self, bundle: Bundle) -> bytes:
        """Return the bundle's CodeResources: the old one patched, or a new one."""
        own = bundle.path + coderesources.FILE_NAME
        entry = self.archive.by_name.get(own)
        if entry is not None and bundle.executable not in self.known.unsigned:
            inside = self._inside(bundle, self.digests)
            return patch_seal(self.archive.content(entry, coderesources.LARGEST_SEAL), inside)
        links = {
            item.name[len(bundle.path) :]: self._link(item)
            for item in self.archive.entries
            if item.is_symlink and item.name.startswith(bundle.path)
        }
        files = self._inside(bundle, {**self.known.digests, **self.digests})
        plain = {path: digest for path, digest in files.items() if path not in links}
        return make_seal(plain, links)

    def _inside(self, bundle: Bundle, digests: Mapping[str, Digest]) -> dict[str, Digest]:
        own = bundle.path + "_CodeSignature/"
        return {
            name[len(bundle.path) :]: digest
            for name, digest in digests.items()
            if name.startswith(bundle.path)
            and name != bundle.executable
            and not name.startswith(own)
        }

    def _link(self, entry: Entry) -> str:
        try:
            return self.archive.content(entry, LONGEST_LINK).decode()
        except UnicodeDecodeError:
            raise Malformed(f"The symbolic link {entry.name} leads nowhere.") from None

    def _content(self, name: str) -> bytes | None:
        entry = self.archive.by_name.get(name)
        return self.archive.content(entry, coderesources.LARGEST_SEAL) if entry else None

    def _replace(self, name: str, content: bytes) -> None:
        entry = self.archive.by_name.get(name)
        method = entry.method if entry else records.DEFLATED
        self.changed[name] = pack_bytes(content, method)
        self.digests[name] = digest_of((content,))
