"""Independent programs that judge the samples; a test that needs one skips where it is absent."""

import subprocess
from pathlib import Path

from tests.programs import needed


def ask(tool: str, *arguments: str | Path, given: bytes = b"") -> str:
    """Give what the tool prints; it must end well."""
    done = subprocess.run([needed(tool), *arguments], input=given, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    return done.stdout.decode(errors="replace")
