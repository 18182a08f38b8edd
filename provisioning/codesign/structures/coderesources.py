"""CodeResources: the list of a bundle's files with their hashes, and the rules that made it."""

from dataclasses import dataclass
from typing import Any, Final

from provisioning.codesign.errors import Malformed
from provisioning.codesign.structures.plist import read_plist
from provisioning.codesign.structures.rules import Rules, read_rules

FILE_NAME: Final = "_CodeSignature/CodeResources"
#: A list of hundreds of thousands of files.
LARGEST_SEAL: Final = 64 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedFile:
    """What is written about one file; a symbolic link has a target and no hashes."""

    sha1: bytes | None
    sha256: bytes | None
    symlink: str | None
    optional: bool
    cdhash: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeResources:
    """The two lists of a seal, old (`files`, SHA-1) and new (`files2`), and their rules."""

    files: dict[str, SealedFile]
    files2: dict[str, SealedFile]
    rules: Rules
    rules2: Rules


def read_code_resources(content: bytes) -> CodeResources:
    """Read a CodeResources file, XML or binary. Raise Malformed."""
    values = read_plist(content, "CodeResources")
    return CodeResources(
        files=_files(values.get("files")),
        files2=_files(values.get("files2")),
        rules=read_rules(values.get("rules")),
        rules2=read_rules(values.get("rules2")),
    )


def _files(listed: object) -> dict[str, SealedFile]:
    if listed is None:
        return {}
    if not isinstance(listed, dict):
        raise Malformed("CodeResources holds a list of files that is none.")
    return {path: _sealed(value) for path, value in listed.items()}


def _sealed(value: object) -> SealedFile:
    if isinstance(value, bytes):
        return SealedFile(sha1=value, sha256=None, symlink=None, optional=False, cdhash=None)
    if not isinstance(value, dict):
        raise Malformed("CodeResources holds an entry that is none.")
    return SealedFile(
        sha1=_bytes(value, "hash"),
        sha256=_bytes(value, "hash2"),
        symlink=value["symlink"] if isinstance(value.get("symlink"), str) else None,
        optional=value.get("optional") is True,
        cdhash=_bytes(value, "cdhash"),
    )


def _bytes(value: dict[str, Any], key: str) -> bytes | None:
    found = value.get(key)
    return found if isinstance(found, bytes) else None
