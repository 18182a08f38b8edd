"""Independent programs that judge the samples; a test that needs one skips where it is absent."""

import shutil
import subprocess
from pathlib import Path

import pytest


def ask(tool: str, *arguments: str | Path, given: bytes = b"") -> str:
    """Give what the tool prints; it must end well."""
    if shutil.which(tool) is None:
        pytest.skip(f"{tool} is not installed here")
    done = subprocess.run([tool, *arguments], input=given, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    return done.stdout.decode(errors="replace")
