"""The synthetic signing world as the library sees it, and apps of unusual shapes."""

import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from cryptography import x509

from bot.sandbox.samples import identities
from bot.sandbox.samples.archive import FILE_MODE, PROGRAM_MODE, ArchiveWriter
from bot.sandbox.samples.bundle import Bundle
from bot.sandbox.samples.macho import MachO, image
from bot.sandbox.samples.profiles import Profile as SampleProfile
from bot.sandbox.samples.profiles import ProfileKind, mobileprovision
from bot.sandbox.samples.seal import Seal
from bot.sandbox.samples.signature import CodeSigning
from provisioning.codesign.identity.identity import Identity, make_identity
from provisioning.codesign.structures.profile import Profile, read_profile

TEAM = identities.HARBOUR_LABS
APP_ID = "com.example.harbour"
OLD_PHONE = identities.device_id(1)
NEW_PHONE = identities.device_id(7)
Edit = Callable[[bytes], bytes | None]


def roots() -> list[x509.Certificate]:
    return [identities.root_authority().certificate]


def authorities() -> list[x509.Certificate]:
    return [identities.intermediate_authority().certificate, *roots()]


def identity(number: int = 1, team: identities.Team = TEAM, *, curve: bool = False) -> Identity:
    """Return what signed the samples, or with another number its successor."""
    sample = identities.signing_identity(team, number=number, curve=curve)
    return make_identity(sample.key, sample.certificate, authorities())


def profile(
    bundle_id: str,
    signer: Identity,
    *,
    kind: ProfileKind = "adhoc",
    devices: Sequence[str] = (OLD_PHONE, NEW_PHONE),
    entitlements: Mapping[str, object] | None = None,
) -> Profile:
    """Return a new profile, as Apple would hand it out."""
    return read_profile(
        mobileprovision(
            SampleProfile(
                kind=kind,
                app_id=bundle_id,
                name=f"New {bundle_id}",
                certificates=[signer.der],
                devices=devices,
                entitlements=entitlements or {},
            )
        )
    )


def new_profiles(
    ipa: Path, signer: Identity, devices: Sequence[str] = (OLD_PHONE, NEW_PHONE)
) -> list[Profile]:
    """Return a new profile for every one in an app, allowing the same."""
    return [
        profile(
            old.application_id.partition(".")[2],
            signer,
            devices=devices,
            entitlements={
                key: value
                for key, value in old.entitlements.items()
                if key not in {"get-task-allow", "beta-reports-active"}
            },
        )
        for old in old_profiles(ipa)
    ]


def old_profiles(ipa: Path) -> list[Profile]:
    with zipfile.ZipFile(ipa) as archive:
        names = [name for name in archive.namelist() if name.endswith("embedded.mobileprovision")]
        return [read_profile(archive.read(name)) for name in names]


def edited(before: Path, after: Path, edits: Mapping[str, Edit]) -> Path:
    """Write an archive again with some of its files changed, or taken out."""
    with zipfile.ZipFile(before) as old, zipfile.ZipFile(after, "w") as new:
        for info in old.infolist():
            content: bytes | None = old.read(info)
            if info.filename in edits and content is not None:
                content = edits[info.filename](content)
            if content is not None:
                new.writestr(info, content)
    return after


def read_entry(ipa: Path, name: str) -> bytes:
    with zipfile.ZipFile(ipa) as archive:
        return archive.read(name)


class EditedBundle(Bundle):
    """A bundle whose program is changed once it is signed, and sealed above as it then is."""

    edit: Edit | None = None

    def _add_unsealed(self, name: str, chunks: Iterable[bytes], mode: int = FILE_MODE) -> None:
        if self.edit is not None and mode == PROGRAM_MODE:
            chunks = (self.edit(b"".join(chunks)) or b"",)
        super()._add_unsealed(name, chunks, mode)


class BinarySeal(Seal):
    """A seal that is written as a binary property list."""

    def code_resources(self, *, binary: bool = True) -> bytes:
        return super().code_resources(binary=binary)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """
    A bundle to be written, with those inside it; a library has no profile.

    `edit` changes its signed program, `encrypted` makes it one from the App Store.
    An entitlement that is None is not claimed.
    """

    folder: str
    name: str
    bundle_id: str
    inside: tuple["Tree", ...] = ()
    library: bool = False
    files: Mapping[str, bytes] = field(default_factory=dict)
    entitlements: Mapping[str, object] = field(default_factory=dict)
    edit: Edit | None = None
    encrypted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How a tree is signed: by whom, or ad hoc, or not at all."""

    signed: bool = True
    adhoc: bool = False
    binary_seal: bool = False
    seal: type[Seal] | None = None
    architectures: tuple[Literal["arm64", "x86_64"], ...] = ("arm64",)


def write_tree(path: Path, tree: Tree, style: Style | None = None) -> Path:
    """Write an app of any shape."""
    with path.open("w+b") as file:
        archive = ArchiveWriter(file)
        _write(EditedBundle(archive, tree.folder), tree, style or Style())
        archive.close()
    return path


def _write(bundle: EditedBundle, tree: Tree, style: Style) -> None:
    bundle.edit = tree.edit
    if style.binary_seal:
        bundle._seal = BinarySeal()
    elif style.seal is not None:
        bundle._seal = style.seal()
    bundle.add_info({"CFBundleExecutable": tree.name, "CFBundleIdentifier": tree.bundle_id})
    for name, content in tree.files.items():
        bundle.add(name, content)
    for inner in tree.inside:
        _write(EditedBundle(bundle._archive, inner.folder, bundle), inner, style)
    signer = identity()
    if not tree.library and style.signed and not style.adhoc:
        allowed = {key: value for key, value in tree.entitlements.items() if value is not None}
        content = profile(tree.bundle_id, signer, entitlements=allowed).content
        bundle.add("embedded.mobileprovision", content)
    program = MachO(
        name=tree.name,
        architectures=style.architectures,
        install_name=f"@rpath/{tree.name}" if tree.library else None,
        crypt_id=1 if tree.encrypted else 0,
    )
    bundle.finish(program, _signing(tree, style))


def _signing(tree: Tree, style: Style) -> CodeSigning | None:
    if not style.signed:
        return None
    if style.adhoc:
        return CodeSigning(identifier=tree.bundle_id)
    return CodeSigning(
        identifier=tree.bundle_id,
        identity=identities.signing_identity(),
        team_id=TEAM.id,
        entitlements=None if tree.library else entitlements(tree.bundle_id, tree.entitlements),
    )


def entitlements(bundle_id: str, more: Mapping[str, object] | None = None) -> dict[str, object]:
    claimed = {
        "application-identifier": f"{TEAM.id}.{bundle_id}",
        "com.apple.developer.team-identifier": TEAM.id,
        "get-task-allow": False,
        **(more or {}),
    }
    return {key: value for key, value in claimed.items() if value is not None}


def dylib(name: str, *, signed: bool = True, team: identities.Team = TEAM) -> bytes:
    """Return a loose library."""
    signing = CodeSigning(
        identifier=name, identity=identities.signing_identity(team), team_id=team.id
    )
    library = MachO(name=name, install_name=f"@rpath/{name}.dylib")
    return b"".join(image(library, signing if signed else None))
