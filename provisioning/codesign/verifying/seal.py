"""The seal of a bundle: whether CodeResources lists exactly the files that are there."""

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import replace

from provisioning.codesign.bundles import Bundle
from provisioning.codesign.structures.coderesources import CodeResources, SealedFile
from provisioning.codesign.structures.digest import Digest
from provisioning.codesign.structures.rules import Rule, Rules
from provisioning.codesign.verifying.violation import Kind, Violation


def check_seal(
    bundle: Bundle,
    resources: CodeResources,
    digests: Mapping[str, Digest],
    links: Mapping[str, str],
) -> Iterator[Violation]:
    """
    Yield every file that is sealed and gone, there and not sealed, or changed.

    *digests* are those of the files in this bundle, by their full names.
    """
    inside = _inside(bundle, digests)
    targets = {
        _composed(name[len(bundle.path) :]): target
        for name, target in links.items()
        if name.startswith(bundle.path)
    }
    resources = replace(
        resources,
        files={_composed(path): sealed for path, sealed in resources.files.items()},
        files2={_composed(path): sealed for path, sealed in resources.files2.items()},
    )
    yield from _check_new(bundle, resources, inside, targets)
    if resources.rules:
        yield from _check_old(bundle, resources, inside, targets)


def _inside(bundle: Bundle, digests: Mapping[str, Digest]) -> dict[str, Digest]:
    own = bundle.path + "_CodeSignature/"
    return {
        _composed(name[len(bundle.path) :]): digest
        for name, digest in digests.items()
        if name.startswith(bundle.path)
        and name != bundle.executable
        and not name.startswith(own)
        and name != bundle.path + "CodeResources"
    }


def _composed(path: str) -> str:
    # The Mac's file systems take an accented letter in either form, and so do zip programs.
    return path if path.isascii() else unicodedata.normalize("NFC", path)


def _check_new(
    bundle: Bundle,
    resources: CodeResources,
    inside: Mapping[str, Digest],
    targets: Mapping[str, str],
) -> Iterator[Violation]:
    for path, digest in inside.items():
        sealed = resources.files2.get(path)
        rule = deciding(resources.rules2, path)
        if sealed is None:
            if rule is not None and not rule.omit:
                yield _violation(bundle, f"{path} is not sealed.")
        elif path in targets:
            if sealed.symlink != targets[path]:
                yield _violation(bundle, f"{path} is sealed as a link to somewhere else.")
        elif sealed.sha256 != digest.sha256 or sealed.sha1 not in {None, digest.sha1}:
            yield _violation(bundle, f"{path} was changed after it was sealed.")
    yield from _gone(bundle, resources.files2, inside)


def _check_old(
    bundle: Bundle,
    resources: CodeResources,
    inside: Mapping[str, Digest],
    targets: Mapping[str, str],
) -> Iterator[Violation]:
    for path, digest in inside.items():
        if path in targets:
            continue
        sealed = resources.files.get(path)
        rule = deciding(resources.rules, path)
        if sealed is None:
            if rule is not None and not rule.omit:
                yield _violation(bundle, f"{path} is not in the old list of the seal.")
        elif sealed.sha1 != digest.sha1:
            yield _violation(bundle, f"{path} differs from the old list of the seal.")
    yield from _gone(bundle, resources.files, inside)


def _gone(
    bundle: Bundle, listed: Mapping[str, SealedFile], inside: Mapping[str, Digest]
) -> Iterator[Violation]:
    for path, sealed in listed.items():
        if path not in inside and not sealed.optional and sealed.cdhash is None:
            yield _violation(bundle, f"{path} is sealed, but it is not there.")


def deciding(rules: Rules, path: str) -> Rule | None:
    """Return the rule that decides about a path: the heaviest, an omitting one on a tie."""
    return max(rules.matching(path), key=lambda rule: (rule.weight, rule.omit), default=None)


def _violation(bundle: Bundle, sentence: str) -> Violation:
    return Violation(kind=Kind.SEAL, where=bundle.path, sentence=sentence)
