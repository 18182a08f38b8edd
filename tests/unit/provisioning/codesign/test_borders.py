"""The library stands alone, and its verifier shares nothing with its signer but the formats."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import provisioning.codesign

HOME = Path(provisioning.codesign.__file__).parent
PREFIX = "provisioning.codesign."
ALLOWED = {"cryptography", "asn1crypto", "re2"} | set(sys.stdlib_module_names)
READERS = {"structures", "container", "errors"}


def imports_of(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            yield str(node.module)
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def rooms_of(folder: str) -> set[str]:
    """Name the parts of the library that a part of it imports."""
    return {
        name.removeprefix(PREFIX).split(".")[0]
        for path in (HOME / folder).glob("*.py")
        for name in imports_of(path)
        if name.startswith(PREFIX)
    }


@pytest.mark.parametrize(
    "path", sorted(HOME.rglob("*.py")), ids=lambda path: path.relative_to(HOME).as_posix()
)
def test_every_import_is_the_library_itself_or_allowed(path: Path) -> None:
    for name in imports_of(path):
        inside = name.startswith("provisioning.codesign")
        assert inside or name.split(".")[0] in ALLOWED


def test_the_verifier_knows_only_the_formats() -> None:
    assert rooms_of("verifying") <= READERS | {"verifying", "authorities", "bundles"}


@pytest.mark.parametrize("folder", ["signing", "identity"])
def test_the_signer_does_not_know_the_verifier(folder: str) -> None:
    assert "verifying" not in rooms_of(folder)


def test_the_formats_know_neither() -> None:
    assert rooms_of("structures") <= {"structures", "errors"}
    assert rooms_of("container") <= READERS
