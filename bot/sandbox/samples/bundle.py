"""One bundle of an app inside an archive: it seals what is written into it."""

import plistlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Literal, Protocol

from bot.sandbox.samples.archive import FILE_MODE, PROGRAM_MODE, Method
from bot.sandbox.samples.macho import MachO, image
from bot.sandbox.samples.seal import SEAL_NAME, Digests, Seal
from bot.sandbox.samples.signature import CodeSigning

PlistForm = Literal["binary", "xml", "utf16"]


def coded_plist(content: Mapping[str, object], form: PlistForm) -> bytes:
    """Give a property list in one of the forms that occur."""
    if form == "binary":
        return plistlib.dumps(dict(content), fmt=plistlib.FMT_BINARY)
    xml = plistlib.dumps(dict(content))
    if form == "utf16":
        return xml.decode().replace('encoding="UTF-8"', 'encoding="UTF-16"', 1).encode("utf-16")
    return xml


class Place(Protocol):
    """Where a bundle is written to: an archive, or the volume of a disk image."""

    def folder(self, name: str) -> None:
        """Make a folder; the name ends with a slash."""

    def link(self, name: str, target: str) -> None:
        """Make a symbolic link."""

    def add(
        self,
        name: str,
        content: bytes | Iterable[bytes],
        *,
        method: Method = ...,
        mode: int = ...,
    ) -> object:
        """Write one file."""


class Bundle:
    """A folder such as `Payload/Harbour.app`, written file by file, its program last."""

    def __init__(self, archive: Place, path: str, above: "Bundle | None" = None) -> None:
        """Begin the bundle; `path` is relative to the bundle above, or to the archive."""
        self.path: str = f"{above.path}/{path}" if above else path
        self.info: bytes | None = None
        self._archive = archive
        self._above = above
        self._prefix = f"{path}/"
        self._seal = Seal()
        archive.folder(f"{self.path}/")

    def inner(self, path: str) -> "Bundle":
        """Begin a bundle inside this one."""
        return Bundle(self._archive, path, self)

    def add(self, name: str, content: bytes | Iterable[bytes], method: Method = "deflated") -> None:
        """Write and seal one file; `name` is relative to this bundle."""
        chunks = (content,) if isinstance(content, bytes) else content
        self._archive.add(f"{self.path}/{name}", self.sealed(name, chunks), method=method)

    def add_link(self, name: str, target: str) -> None:
        """Write and seal a symbolic link."""
        self._archive.link(f"{self.path}/{name}", target)
        self._seal.keep_link(name, target)

    def add_info(self, content: Mapping[str, object], form: PlistForm = "binary") -> None:
        """Write the Info.plist, binary as Xcode leaves it; what is None is left out."""
        present = {key: value for key, value in content.items() if value is not None}
        self.info = coded_plist(present, form)
        self.add("Info.plist", self.info)

    def finish(
        self,
        binary: MachO,
        signing: CodeSigning | None,
        folder: str = "",
        *,
        binary_seal: bool = False,
    ) -> None:
        """Write seal and program; `signing` comes without the Info.plist and the seal."""
        place = folder + binary.name
        if signing is None:
            self._add_unsealed(place, image(binary), mode=PROGRAM_MODE)
            return
        seal = self._seal
        resources = seal.code_resources(binary=True) if binary_seal else seal.code_resources()
        self._add_unsealed(SEAL_NAME, (resources,))
        complete = replace(signing, info_plist=self.info, resources=resources)
        self._add_unsealed(place, image(binary, complete), mode=PROGRAM_MODE)

    def _add_unsealed(self, name: str, chunks: Iterable[bytes], mode: int = FILE_MODE) -> None:
        # A bundle lists neither its program nor its seal, but the bundles above it do.
        if self._above:
            chunks = self._above.sealed(self._prefix + name, chunks)
        self._archive.add(f"{self.path}/{name}", chunks, mode=mode)

    def sealed(self, name: str, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """Pass the chunks of a file on and seal it when they have ended."""
        digests = Digests()
        for chunk in chunks:
            digests.update(chunk)
            yield chunk
        self.keep(name, *digests.digests())

    def keep(self, name: str, sha1: bytes, sha256: bytes) -> None:
        """Seal a file here and in every bundle above."""
        self._seal.keep(name, sha1, sha256)
        if self._above:
            self._above.keep(self._prefix + name, sha1, sha256)
