"""CodeResources: the list of a bundle's files with their hashes, and the rules that made it."""

import re
from dataclasses import dataclass
from typing import Any, Final

from provisioning.codesign.errors import Malformed
from provisioning.codesign.structures.plist import read_plist

FILE_NAME: Final = "_CodeSignature/CodeResources"
#: A list of hundreds of thousands of files.
LARGEST_SEAL: Final = 64 << 20
MOST_RULES: Final = 256
#: Patterns come with strangers' files; longer ones could keep a regular expression busy for ever.
LONGEST_PATTERN: Final = 200
#: Apple's own patterns have at most one open-ended repetition; two can still be matched quickly.
MOST_REPETITIONS: Final = 2
_REPEATED_GROUP: Final = re.compile(r"\)[*+{]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule: which paths it is for, how heavy it is, and what it does with them."""

    pattern: str
    weight: float
    omit: bool
    optional: bool


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
    rules: tuple[Rule, ...]
    rules2: tuple[Rule, ...]


def read_code_resources(content: bytes) -> CodeResources:
    """Read a CodeResources file, XML or binary. Raise Malformed."""
    values = read_plist(content, "CodeResources")
    return CodeResources(
        files=_files(values.get("files")),
        files2=_files(values.get("files2")),
        rules=_rules(values.get("rules")),
        rules2=_rules(values.get("rules2")),
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


def _rules(listed: object) -> tuple[Rule, ...]:
    if listed is None:
        return ()
    if not isinstance(listed, dict) or len(listed) > MOST_RULES:
        raise Malformed("CodeResources holds rules that are none.")
    return tuple(_rule(pattern, value) for pattern, value in listed.items())


def _rule(pattern: str, value: object) -> Rule:
    repetitions = sum(pattern.count(sign) for sign in "*+{")
    if len(pattern) > LONGEST_PATTERN or repetitions > MOST_REPETITIONS:
        raise Malformed("CodeResources holds a rule that is too long.")
    if _REPEATED_GROUP.search(pattern):
        raise Malformed("CodeResources holds a rule that could take for ever to match.")
    try:
        re.compile(pattern)
    except re.error as error:
        raise Malformed("CodeResources holds a rule that is no pattern.") from error
    settings = value if isinstance(value, dict) else {}
    weight = settings.get("weight", 1)
    return Rule(
        pattern=pattern,
        weight=float(weight) if isinstance(weight, int | float) else 1.0,
        omit=settings.get("omit") is True or value is False,
        optional=settings.get("optional") is True,
    )
