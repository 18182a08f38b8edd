"""Showing what a file's signature says, for people: an app, an executable or a profile."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives import hashes

from provisioning.codesign.bundles import Bundle, find_app
from provisioning.codesign.container.archive import Archive, open_archive
from provisioning.codesign.errors import Malformed
from provisioning.codesign.structures import superblob
from provisioning.codesign.structures.cms import read_signed_message
from provisioning.codesign.structures.codedirectory import CodeDirectory
from provisioning.codesign.structures.coderesources import FILE_NAME as SEAL_NAME
from provisioning.codesign.structures.coderesources import LARGEST_SEAL, read_code_resources
from provisioning.codesign.structures.macho import Slice, is_macho, read_slices
from provisioning.codesign.structures.profile import MOST_BYTES, Profile, read_profile
from provisioning.codesign.structures.requirements import DESIGNATED, read_requirements, spell
from provisioning.codesign.structures.signature import Signature, read_signature
from provisioning.codesign.structures.source import FileSource, Source
from provisioning.codesign.verifying.trust import load

_ZIP: Final = b"PK"


def show(path: Path) -> str:
    """Describe an IPA, a Mach-O file or a provisioning profile. Raise Malformed for others."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        source = FileSource(descriptor, os.fstat(descriptor).st_size)
        head = source.read(0, min(8, source.size))
        if is_macho(head):
            return "\n".join(_show_code(source))
        if head.startswith(_ZIP):
            with open_archive(path) as archive:
                return "\n".join(_show_app(archive))
        if source.size > MOST_BYTES:
            raise Malformed("This file is no app, no executable and no provisioning profile.")
        return "\n".join(_show_profile(read_profile(source.read(0, source.size))))
    finally:
        os.close(descriptor)


def _show_app(archive: Archive) -> Iterator[str]:
    app = find_app(archive)
    for bundle in reversed(app.bundles):
        yield f"{bundle.path}  {bundle.identifier}"
        yield from _indented(_show_bundle(archive, bundle))
        for name in bundle.code:
            yield f"{name}"
            yield from _indented(_show_entry(archive, name))


def _show_bundle(archive: Archive, bundle: Bundle) -> Iterator[str]:
    profile = archive.by_name.get(bundle.profile_name)
    if profile is not None:
        yield from _show_profile(read_profile(archive.content(profile)))
    seal = archive.by_name.get(bundle.path + SEAL_NAME)
    if seal is not None:
        sealed = read_code_resources(archive.content(seal, LARGEST_SEAL))
        yield f"seal: {len(sealed.files2)} files, {len(sealed.rules2)} rules"
    yield from _show_entry(archive, bundle.executable)


def _show_entry(archive: Archive, name: str) -> Iterator[str]:
    yield from _show_code(archive.inflated(archive.by_name[name]).source)


def _show_code(source: Source) -> Iterator[str]:
    for part in read_slices(source):
        yield f"{part.architecture}: {part.size} bytes{', encrypted' if part.crypt_id else ''}"
        yield from _indented(_show_signature(part, read_signature(source, part)))


def _show_signature(part: Slice, signature: Signature | None) -> Iterator[str]:
    if signature is None or part.signature is None:
        yield "no signature"
        return
    place = part.signature
    spare = place.size - signature.blob.length
    yield f"signature: at {place.offset}, {place.size} bytes, {spare} of them spare"
    for directory in signature.directories:
        yield from _show_directory(directory)
    yield from _show_requirement(signature)
    if signature.entitlements is not None:
        der = "with DER" if signature.entitlements_der is not None else "without DER"
        yield f"entitlements, {der}:"
        yield from _indented(_show_values(signature.entitlements))
    yield from _show_signer(signature)


def _show_directory(directory: CodeDirectory) -> Iterator[str]:
    yield (
        f"CodeDirectory {directory.version:#x}: {directory.identifier}, "
        f"team {directory.team or 'none'}, {directory.algorithm}, {directory.code_count} pages of "
        f"{directory.page_size}, cdhash {directory.cdhash.hex()}"
    )
    slots = [
        f"-{slot} {(directory.special(slot) or b'').hex()[:16] or 'none'}"
        for slot in range(1, directory.special_count + 1)
    ]
    yield "  slots: " + ", ".join(slots)


def _show_requirement(signature: Signature) -> Iterator[str]:
    found = signature.blob.get(superblob.REQUIREMENTS_SLOT)
    designated = read_requirements(found.content).get(DESIGNATED) if found else None
    yield f"requirement: {spell(designated) if designated else 'none'}"


def _show_signer(signature: Signature) -> Iterator[str]:
    found = signature.blob.get(superblob.CMS_SLOT)
    if found is None or not found.payload:
        yield "signed by: nobody (ad hoc)"
        return
    bag = read_signed_message(found.payload).certificates
    for raw, certificate in zip(bag, load(bag), strict=True):
        role = "signed by" if raw == signature.leaf else "through"
        yield (
            f"{role}: {certificate.subject.rfc4514_string()}, until "
            f"{certificate.not_valid_after_utc:%Y-%m-%d}, SHA-256 "
            f"{certificate.fingerprint(hashes.SHA256()).hex()[:16]}"
        )


def _show_profile(profile: Profile) -> Iterator[str]:
    devices = "all devices" if profile.all_devices else f"{len(profile.devices)} devices"
    yield (
        f"profile: {profile.name} ({profile.uuid}), {profile.kind}, {profile.application_id}, "
        f"{devices}, until {profile.expires_at:%Y-%m-%d}"
    )
    for raw in profile.certificates:
        yield f"  certificate: SHA-256 {hashlib.sha256(raw).hexdigest()[:16]}"


def _show_values(values: dict[str, Any]) -> Iterator[str]:
    for key, value in sorted(values.items()):
        yield f"{key} = {value}"


def _indented(lines: Iterator[str]) -> Iterator[str]:
    return (f"  {line}" for line in lines)
