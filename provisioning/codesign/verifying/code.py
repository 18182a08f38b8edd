"""One Mach-O file: whether its signature covers every page and everything it relies on."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from provisioning.codesign.errors import Malformed
from provisioning.codesign.structures import codedirectory, macho, superblob
from provisioning.codesign.structures.cms import SignedMessage, read_signed_message
from provisioning.codesign.structures.codedirectory import CodeDirectory, read_code_directory
from provisioning.codesign.structures.entitlements import (
    read_entitlements_der,
    read_entitlements_xml,
)
from provisioning.codesign.structures.macho import SignaturePlace, Slice, read_slices
from provisioning.codesign.structures.requirements import (
    DESIGNATED,
    Expression,
    read_requirements,
)
from provisioning.codesign.structures.source import PartSource, Source, pieces
from provisioning.codesign.structures.superblob import Blob, Superblob, read_superblob
from provisioning.codesign.verifying.envelope import check_envelope
from provisioning.codesign.verifying.violation import Kind, Violation

#: The CodeDirectory of a very large executable is a few megabytes.
LARGEST_SIGNATURE: Final = 64 << 20
_PAGES_AT_ONCE: Final = 256
#: Parts with smaller numbers have a slot in the CodeDirectory.
_FIRST_FREE: Final = 0x1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a signature must cover besides its own file; None where there is no such thing."""

    info_plist: bytes | None
    resources: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedSlice:
    """What one slice's signature says, for the checks that look beyond the file."""

    file_type: int
    directories: tuple[CodeDirectory, ...]
    message: SignedMessage | None = field(repr=False)
    requirement: Expression | None
    entitlements: dict[str, Any] | None
    entitlements_der: dict[str, Any] | None

    @property
    def primary(self) -> CodeDirectory:
        return self.directories[0]


@dataclass(slots=True)
class CodeCheck:
    """Checks one file; `found` collects violations, `slices` the signatures of its `parts`."""

    where: str
    around: Surroundings
    found: list[Violation] = field(default_factory=list)
    slices: list[SignedSlice] = field(default_factory=list)
    parts: tuple[Slice, ...] = ()

    @property
    def is_unsigned(self) -> bool:
        """Whether nobody signed this: no signature, or an ad hoc one, but none that is damaged."""
        damaged = any(item.kind is Kind.UNREADABLE for item in self.found)
        return not damaged and (
            not self.slices or any(signed.message is None for signed in self.slices)
        )

    def run(self, source: Source) -> None:
        """Check every slice of a Mach-O file; what is malformed is a violation, never an error."""
        try:
            self.parts = read_slices(source)
        except Malformed as error:
            self._report(Kind.UNREADABLE, str(error))
            return
        self._check_gaps(source, self.parts)
        for part in self.parts:
            try:
                self._check_slice(part, part.of(source))
            except Malformed as error:
                self._report(Kind.UNREADABLE, str(error))

    def _report(self, kind: Kind, sentence: str) -> None:
        self.found.append(Violation(kind=kind, where=self.where, sentence=sentence))

    def _check_gaps(self, source: Source, parts: tuple[Slice, ...]) -> None:
        head = source.read(0, min(8, source.size))
        if not macho.is_fat(head):
            return
        wide = int.from_bytes(head[:4], "big") == macho.FAT_64
        entry = macho.FAT_ENTRY_64 if wide else macho.FAT_ENTRY_32
        end = macho.FAT_HEADER + entry.size * len(parts)
        for part in sorted(parts, key=lambda part: part.start):
            if any(any(piece) for piece in pieces(source, end, part.start)):
                self._report(Kind.MACHO, "there are bytes between the slices that nothing covers.")
            end = part.start + part.size
        if end != source.size:
            self._report(Kind.MACHO, "there are bytes behind the last slice.")

    def _check_slice(self, part: Slice, source: PartSource) -> None:
        if part.crypt_id:
            self._report(Kind.MACHO, "the code is encrypted by the App Store.")
        if part.signature is None:
            self._report(Kind.SIGNATURE, "there is no signature.")
            return
        self._check_place(part, part.signature)
        if part.signature.size > LARGEST_SIGNATURE:
            raise Malformed("The signature is too large.")
        region = source.read(part.signature.offset, part.signature.size)
        blob = read_superblob(region)
        if any(region[blob.length :]):
            self._report(Kind.SIGNATURE, "there are bytes behind the signature.")
        directories = tuple(read_code_directory(item.content) for item in blob.directories)
        if not directories or blob.get(superblob.DIRECTORY_SLOT) is None:
            raise Malformed("The signature has no CodeDirectory.")
        signed = self._read(part, blob, directories)
        self.slices.append(signed)
        self._check_directories(part, directories)
        self._check_segment(part, signed)
        for directory in directories:
            self._check_slots(part, source, blob, directory)
        self._check_pages(source, directories)
        if signed.message is not None:
            self.found.extend(check_envelope(signed.message, directories, self.where))

    def _read(
        self, part: Slice, blob: Superblob, directories: tuple[CodeDirectory, ...]
    ) -> SignedSlice:
        requirements = blob.get(superblob.REQUIREMENTS_SLOT)
        xml = blob.get(superblob.ENTITLEMENTS_SLOT)
        der = blob.get(superblob.ENTITLEMENTS_DER_SLOT)
        cms = blob.get(superblob.CMS_SLOT)
        if cms is None or not cms.payload:
            self._report(Kind.SIGNATURE, "the signature is ad hoc: nobody signed it.")
        return SignedSlice(
            file_type=part.file_type,
            directories=directories,
            message=read_signed_message(cms.payload) if cms and cms.payload else None,
            requirement=self._requirement(requirements),
            entitlements=read_entitlements_xml(xml.payload) if xml else None,
            entitlements_der=self._der(der),
        )

    def _requirement(self, blob: Blob | None) -> Expression | None:
        try:
            return read_requirements(blob.content).get(DESIGNATED) if blob else None
        except Malformed as error:
            # The language grows; what we cannot judge is not for that reason damaged.
            self._report(Kind.REQUIREMENT, str(error))
            return None

    def _der(self, blob: Blob | None) -> dict[str, Any] | None:
        try:
            return read_entitlements_der(blob.payload) if blob else None
        except Malformed as error:
            self._report(Kind.ENTITLEMENT, str(error))
            return None

    def _check_place(self, part: Slice, place: SignaturePlace) -> None:
        if place.end != part.size:
            self._report(Kind.MACHO, "there are bytes behind the signature's room.")
        if part.linkedit is None or part.linkedit.offset + part.linkedit.size != place.end:
            self._report(Kind.MACHO, "the signature does not end where __LINKEDIT ends.")
        if part.linkedit is not None and part.linkedit.offset > place.offset:
            self._report(Kind.MACHO, "the signature does not lie in __LINKEDIT.")

    def _check_directories(self, part: Slice, directories: tuple[CodeDirectory, ...]) -> None:
        assert part.signature is not None
        for directory in directories:
            if directory.code_limit != part.signature.offset:
                self._report(Kind.SIGNATURE, "the code limit is not where the signature begins.")
            if directory.code_count != -(-directory.code_limit // directory.page_size):
                self._report(Kind.SIGNATURE, "there is not one hash for every page.")
            if directory.identifier != directories[0].identifier:
                self._report(Kind.SIGNATURE, "the CodeDirectories name different identifiers.")
            if directory.team != directories[0].team:
                self._report(Kind.SIGNATURE, "the CodeDirectories name different teams.")
        if not any(
            item.hash_type == codedirectory.SHA256 and item.version >= codedirectory.EXEC_VERSION
            for item in directories
        ):
            self._report(Kind.SIGNATURE, "no CodeDirectory is of the kind that iOS 15 wants.")

    def _check_segment(self, part: Slice, signed: SignedSlice) -> None:
        flags = codedirectory.MAIN_BINARY if part.file_type == macho.EXECUTE else 0
        if (signed.entitlements or {}).get("get-task-allow") is True:
            flags |= codedirectory.ALLOW_DEBUGGER
        text = (part.text.offset, part.text.size) if part.text else (0, 0)
        for directory in signed.directories:
            if directory.version < codedirectory.EXEC_VERSION:
                continue
            if (directory.exec_base, directory.exec_limit) != text:
                self._report(Kind.SIGNATURE, "the executable segment is not where __TEXT is.")
            if directory.exec_flags != flags:
                self._report(Kind.SIGNATURE, "the flags of the executable segment are wrong.")

    def _check_slots(
        self, part: Slice, source: PartSource, blob: Superblob, directory: CodeDirectory
    ) -> None:
        info = self.around.info_plist
        if info is None and part.info_plist is not None:
            info = source.read(*part.info_plist)
        covered = {item.slot: item.content for item in blob.blobs if 0 < item.slot < _FIRST_FREE}
        if info is not None:
            covered[superblob.INFO_SLOT] = info
        if self.around.resources is not None:
            covered[superblob.RESOURCES_SLOT] = self.around.resources
        for slot in sorted({*covered, *range(1, directory.special_count + 1)}):
            self._check_slot(directory, slot, covered.get(slot))

    def _check_slot(self, directory: CodeDirectory, slot: int, content: bytes | None) -> None:
        stated = directory.special(slot)
        name = _SLOT_NAMES.get(slot, "such part")
        if content is None and stated is not None and slot in _ELSEWHERE:
            # What it covered was never in the app; the code and all its files are as they were.
            self._report(
                Kind.SIGNATURE,
                f"slot -{slot} covers something that does not come with the app, as in signatures "
                "of old.",
            )
        elif content is None and stated is not None:
            self._report(Kind.SLOT, f"slot -{slot} has a hash, but there is no {name}.")
        elif content is not None and stated is None:
            self._report(Kind.SLOT, f"slot -{slot} has no hash for {name}.")
        elif content is not None and stated != directory.hash_of(content):
            self._report(Kind.SLOT, f"slot -{slot} is not the hash of {name}.")

    def _check_pages(self, source: PartSource, directories: tuple[CodeDirectory, ...]) -> None:
        for directory in directories:
            wrong = list(wrong_pages(source, directory))
            if wrong:
                self._report(
                    Kind.PAGE,
                    f"{len(wrong)} page(s) differ from their hashes, the first at byte "
                    f"{wrong[0] * directory.page_size}.",
                )


#: What an application says about itself, and the disk image that it came on: nothing of iOS's.
_ELSEWHERE: Final = frozenset({4, 6})
_SLOT_NAMES: Final = {
    superblob.INFO_SLOT: "Info.plist",
    superblob.REQUIREMENTS_SLOT: "the requirements",
    superblob.RESOURCES_SLOT: "CodeResources",
    superblob.ENTITLEMENTS_SLOT: "the XML entitlements",
    superblob.ENTITLEMENTS_DER_SLOT: "the DER entitlements",
}


_CONSTRUCTORS: Final[dict[str, Callable[[bytes], "hashlib._Hash"]]] = {
    "sha1": partial(hashlib.sha1, usedforsecurity=False),
    "sha256": hashlib.sha256,
    "sha384": hashlib.sha384,
}


def wrong_pages(source: PartSource, directory: CodeDirectory) -> Iterator[int]:
    """Yield the number of each page that is not what a CodeDirectory says."""
    name, length = codedirectory.ALGORITHMS[directory.hash_type]
    hashed = _CONSTRUCTORS[name]
    size = directory.page_size
    limit = min(directory.code_limit, source.size)
    number = 0
    for start in range(0, limit, size * _PAGES_AT_ONCE):
        batch = source.read(start, min(size * _PAGES_AT_ONCE, limit - start))
        for offset in range(0, len(batch), size):
            found = hashed(batch[offset : offset + size]).digest()[:length]
            if number >= directory.code_count or found != directory.page(number):
                yield number
            number += 1
