"""The seal of a bundle, `_CodeSignature/CodeResources`, with the rules that Xcode writes."""

import hashlib
import plistlib
from dataclasses import dataclass, field

SEAL_NAME = "_CodeSignature/CodeResources"

_RULES: dict[str, object] = {
    "^.*": True,
    "^.*\\.lproj/": {"optional": True, "weight": 1000.0},
    "^.*\\.lproj/locversion.plist$": {"omit": True, "weight": 1100.0},
    "^Base\\.lproj/": {"weight": 1010.0},
    "^version.plist$": True,
}
_RULES_2: dict[str, object] = {
    ".*\\.dSYM($|/)": {"weight": 11.0},
    "^(.*/)?\\.DS_Store$": {"omit": True, "weight": 2000.0},
    "^.*": True,
    "^.*\\.lproj/": {"optional": True, "weight": 1000.0},
    "^.*\\.lproj/locversion.plist$": {"omit": True, "weight": 1100.0},
    "^Base\\.lproj/": {"weight": 1010.0},
    "^Info\\.plist$": {"omit": True, "weight": 20.0},
    "^PkgInfo$": {"omit": True, "weight": 20.0},
    "^embedded\\.provisionprofile$": {"weight": 20.0},
    "^version\\.plist$": {"weight": 20.0},
}


class Digests:
    """The SHA-1 and the SHA-256 of one file, taken in chunks."""

    def __init__(self) -> None:
        self._sha1 = hashlib.sha1(usedforsecurity=False)
        self._sha256 = hashlib.sha256()

    def update(self, chunk: bytes) -> None:
        self._sha1.update(chunk)
        self._sha256.update(chunk)

    def digests(self) -> tuple[bytes, bytes]:
        return self._sha1.digest(), self._sha256.digest()


@dataclass(slots=True)
class Seal:
    """Collects the files of a bundle as they are written, then gives its CodeResources."""

    _files: dict[str, object] = field(default_factory=dict)
    _files2: dict[str, object] = field(default_factory=dict)

    def keep(self, name: str, sha1: bytes, sha256: bytes) -> None:
        """Seal one file; `name` is relative to the bundle."""
        optional = ".lproj/" in name and not name.startswith("Base.lproj/")
        self._files[name] = {"hash": sha1, "optional": True} if optional else sha1
        if name in {"Info.plist", "PkgInfo"}:
            return
        kept: dict[str, object] = {"hash2": sha256}
        self._files2[name] = kept | {"optional": True} if optional else kept

    def keep_link(self, name: str, target: str) -> None:
        """Seal a symbolic link by where it points."""
        self._files2[name] = {"symlink": target}

    def code_resources(self, *, binary: bool = False) -> bytes:
        content = {
            "files": self._files,
            "files2": self._files2,
            "rules": _RULES,
            "rules2": _RULES_2,
        }
        return plistlib.dumps(content, fmt=plistlib.FMT_BINARY if binary else plistlib.FMT_XML)
