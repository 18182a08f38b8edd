"""Writing CodeResources: a few hashes changed in an old one, or a new one by Apple's rules."""

import plistlib
from collections.abc import Mapping
from typing import Any, Final

from provisioning.codesign.container.names import composed
from provisioning.codesign.errors import Malformed
from provisioning.codesign.structures.coderesources import read_code_resources
from provisioning.codesign.structures.digest import Digest
from provisioning.codesign.structures.plist import read_plist
from provisioning.codesign.structures.rules import Rule, Rules

#: Xcode's rules for iOS, old and new; the same in every app seen.
RULES: Final[dict[str, Any]] = {
    "^.*": True,
    "^.*\\.lproj/": {"optional": True, "weight": 1000.0},
    "^.*\\.lproj/locversion.plist$": {"omit": True, "weight": 1100.0},
    "^Base\\.lproj/": {"weight": 1010.0},
    "^version.plist$": True,
}
RULES_2: Final[dict[str, Any]] = {
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
_BINARY: Final = b"bplist"


def patch_seal(content: bytes, changes: Mapping[str, Digest]) -> bytes:
    """
    Return an old CodeResources with the hashes of changed files; everything else stays.

    A changed file that was not listed is listed now where the rules want it; one that is listed
    may be spelled there in another form of its accents. Raise Malformed.
    """
    rules = read_code_resources(content)
    values = read_plist(content, "CodeResources")
    files = values.setdefault("files", {})
    files2 = values.setdefault("files2", {})
    spelled = {composed(path): path for path in (*files, *files2)}
    for name, digest in changes.items():
        path = spelled.get(composed(name), name)
        if path in files or (rules.rules and _listed(rules.rules, path)):
            files[path] = _old_entry(files.get(path), digest, _decides(rules.rules, path))
        if path in files2 or _listed(rules.rules2, path):
            files2[path] = _new_entry(files2.get(path), digest, _decides(rules.rules2, path))
    return _dump(values, binary=content.startswith(_BINARY))


def make_seal(files: Mapping[str, Digest], links: Mapping[str, str]) -> bytes:
    """Return a new CodeResources for a bundle's files, by their paths in it."""
    plain = read_code_resources(plistlib.dumps({"rules": RULES, "rules2": RULES_2}))
    old: dict[str, Any] = {}
    new: dict[str, Any] = {}
    for path, digest in sorted(files.items()):
        if _listed(plain.rules, path):
            old[path] = _old_entry(None, digest, _decides(plain.rules, path))
        if _listed(plain.rules2, path):
            new[path] = _new_entry(None, digest, _decides(plain.rules2, path))
    for path, target in sorted(links.items()):
        if _listed(plain.rules2, path):
            new[path] = {"symlink": target}
    values = {"files": old, "files2": new, "rules": RULES, "rules2": RULES_2}
    return _dump(values, binary=False)


def _dump(values: dict[str, Any], *, binary: bool) -> bytes:
    form = plistlib.FMT_BINARY if binary else plistlib.FMT_XML
    return plistlib.dumps(values, fmt=form, sort_keys=False)


def _old_entry(former: object, digest: Digest, rule: Rule | None) -> Any:  # noqa: ANN401  bytes or a dictionary
    if isinstance(former, dict):
        return {**former, "hash": digest.sha1}
    if former is None and rule is not None and rule.optional:
        return {"hash": digest.sha1, "optional": True}
    return digest.sha1


def _new_entry(former: object, digest: Digest, rule: Rule | None) -> dict[str, Any]:
    if isinstance(former, dict):
        if "symlink" in former:
            raise Malformed("CodeResources lists a file that changed as a symbolic link.")
        hashes = {"hash": digest.sha1} if "hash" in former else {}
        return {**former, **hashes, "hash2": digest.sha256}
    entry: dict[str, Any] = {"hash2": digest.sha256}
    if rule is not None and rule.optional:
        entry["optional"] = True
    return entry


def _listed(rules: Rules, path: str) -> bool:
    rule = _decides(rules, path)
    return rule is not None and not rule.omit


def _decides(rules: Rules, path: str) -> Rule | None:
    best: Rule | None = None
    for rule in rules.matching(path):
        heavier = best is None or rule.weight > best.weight
        # Two rules of equal weight occur in older apps; there Apple left the file out.
        if heavier or (best is not None and rule.weight == best.weight and rule.omit):
            best = rule
    return best
