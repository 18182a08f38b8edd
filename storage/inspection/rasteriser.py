"""
From our own SVG to pixels: `python -m storage.inspection.rasteriser`.

The optional package resvg-py does it, in a process of its own: a drawing that takes its time, or
kills the library, costs the icon and not the upload.
"""

import importlib
import importlib.util
import os
import resource
import subprocess
import sys

from storage.inspection.rejection import PackageRejected

SIDE = 512
MEMORY = 256 << 20
CPU_SECONDS = 3
WALL_SECONDS = 6.0

_LIBRARY = "resvg_py"
_MAX_ANSWER = 4 << 20


def is_installed() -> bool:
    return importlib.util.find_spec(_LIBRARY) is not None


def rasterise(svg: str) -> bytes:
    """
    Return the drawing as PNG of 512 x 512.

    Raise PackageRejected when it takes too much time or memory, or cannot be drawn.
    """
    try:
        # No environment: the drawing comes from a stranger, and secrets stand there.
        done = subprocess.run(
            [sys.executable, "-S", "-m", "storage.inspection.rasteriser"],
            input=svg.encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=WALL_SECONDS,
            check=True,
            env={"PYTHONPATH": os.pathsep.join(sys.path)},
        )
    except subprocess.TimeoutExpired as error:
        raise PackageRejected("The drawing takes too long to draw.") from error
    except (subprocess.CalledProcessError, OSError) as error:
        raise PackageRejected("The drawing cannot be drawn.") from error
    if not done.stdout or len(done.stdout) > _MAX_ANSWER:
        raise PackageRejected("The drawing cannot be drawn.")
    return done.stdout


def main() -> None:
    """Draw the SVG on standard input; its picture goes to standard output."""
    _limit(resource.RLIMIT_AS, MEMORY)
    _limit(resource.RLIMIT_CPU, CPU_SECONDS)
    _limit(resource.RLIMIT_FSIZE, 0)
    _limit(resource.RLIMIT_CORE, 0)
    library = importlib.import_module(_LIBRARY)
    drawing = sys.stdin.buffer.read().decode()
    # Without this it would read every font of the machine.
    picture = library.svg_to_bytes(
        svg_string=drawing, width=SIDE, height=SIDE, skip_system_fonts=True
    )
    sys.stdout.buffer.write(picture)


def _limit(what: int, most: int) -> None:
    _, hard = resource.getrlimit(what)
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(what, (most, most))


if __name__ == "__main__":
    main()
