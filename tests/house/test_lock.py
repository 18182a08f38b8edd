"""The lock file names only the public package index, and every package with its hash."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
PUBLIC = {"pypi.org", "files.pythonhosted.org"}


def test_the_lock_names_only_the_public_index() -> None:
    hosts = set(re.findall(r"https?://([^/\"]+)", (ROOT / "uv.lock").read_text()))

    assert hosts == PUBLIC


def test_every_locked_file_has_a_hash() -> None:
    packages = tomllib.loads((ROOT / "uv.lock").read_text())["package"]
    files = [file for package in packages for file in package.get("wheels", [])]
    unhashed = [file["url"] for file in files if not file.get("hash", "").startswith("sha256:")]

    assert len(files) > 50
    assert unhashed == []
