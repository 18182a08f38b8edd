"""
Reading packages: our reader beside the usual ones, in one run.

`python -m tests.bench.inspection [--folder DIR]` writes the packages (1.4 GB) and prints a table.
Each reader runs in a process of its own. Cold is the first reading after the file was dropped from
the page cache, warm the best of seven, memory the peak over the idle process. androguard and
pyaxmlparser take part where they are installed.
"""

import argparse
import importlib.util
import io
import json
import os
import plistlib
import re
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

from PIL import Image

from bot.sandbox.samples.androidapp import SampleApk
from bot.sandbox.samples.apk import write_apk
from bot.sandbox.samples.iosapp import SampleApp
from bot.sandbox.samples.ipa import write_ipa
from storage.inspection.facts import Hashes
from storage.inspection.inspector import inspect

REPEATS = 7
MAIN_PLIST = re.compile(r"Payload/[^/]+\.app/Info\.plist")
# Hashing is apart from reading: an upload is hashed while it arrives.
HASHES = Hashes(md5="", sha1="", sha256="")

PACKAGES: dict[str, Callable[[Path], object]] = {
    "1 GB, 5,000 entries.ipa": lambda path: write_ipa(
        path, SampleApp(payload_bytes=1_000_000_000, tiles=5_000)
    ),
    "60,000 entries.ipa": lambda path: write_ipa(path, SampleApp(tiles=60_000)),
    "300 MB.apk": lambda path: write_apk(path, SampleApk(payload_bytes=300_000_000)),
    "20,000 entries.apk": lambda path: write_apk(path, SampleApk(assets=20_000)),
}


def ours(path: Path) -> str | None:
    return inspect(path, HASHES).facts.bundle_id


def usual(path: Path) -> str | None:
    """Read an IPA as everybody does: zipfile, plistlib, Pillow."""
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        main = next(name for name in names if MAIN_PLIST.fullmatch(name))
        plist = plistlib.loads(archive.read(main))
        root = main.removesuffix("Info.plist")
        if f"{root}embedded.mobileprovision" in names:
            data = archive.read(f"{root}embedded.mobileprovision")
            plistlib.loads(data[data.index(b"<?xml") : data.index(b"</plist>") + 8])
        for name in (name for name in names if name.startswith(root) and name.endswith(".png")):
            try:
                Image.open(io.BytesIO(archive.read(name))).load()
            except OSError:
                continue
    return str(plist["CFBundleIdentifier"])


def androguard(path: Path) -> str | None:
    from androguard.core.apk import APK  # type: ignore[import-not-found, import-untyped, unused-ignore]  # noqa: PLC0415 - only where asked for

    found = APK(str(path))
    found.get_app_name()
    found.get_certificates()
    return str(found.get_package())


def pyaxmlparser(path: Path) -> str | None:
    from pyaxmlparser import APK  # type: ignore[import-not-found, import-untyped, unused-ignore]  # noqa: PLC0415 - only where asked for

    found = APK(str(path))
    _ = found.application, found.version_name
    found.get_certificates_der_v2()
    return str(found.package)


READERS: dict[str, tuple[str, Callable[[Path], str | None]]] = {
    "ours": ("", ours),
    "zipfile + plistlib": (".ipa", usual),
    "androguard": (".apk", androguard),
    "pyaxmlparser": (".apk", pyaxmlparser),
}


def measure(reader: str, path: Path) -> dict[str, float]:
    """Time one reader on one file, in this process."""
    read = READERS[reader][1]
    idle = _memory("VmRSS")
    descriptor = os.open(path, os.O_RDONLY)
    os.fsync(descriptor)
    os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
    os.close(descriptor)
    times = []
    for _ in range(1 + REPEATS):
        began = time.perf_counter()
        assert read(path)
        times.append((time.perf_counter() - began) * 1000)
    memory = (_memory("VmHWM") - idle) / 1024
    return {"cold": times[0], "warm": min(times[1:]), "memory": memory}


def _memory(key: str) -> int:
    """Return a figure of this process in kB."""
    status = Path("/proc/self/status").read_text()
    return int(re.findall(rf"{key}:\s+(\d+) kB", status)[0])


def report(folder: Path) -> None:
    print(
        f"{'package':26}{'reader':22}{'cold ms':>9}{'warm ms':>9}{'MB over idle':>14}{'ratio':>8}"
    )
    for name, write in PACKAGES.items():
        path = folder / name
        if not path.exists():
            write(path)
        first = 0.0
        for reader, (ending, _) in READERS.items():
            if not name.endswith(ending) or not _is_installed(reader):
                continue
            found = _measured(reader, path)
            first = first or found["warm"]
            figures = f"{found['cold']:9.1f}{found['warm']:9.1f}{found['memory']:14.1f}"
            print(f"{name:26}{reader:22}{figures}{found['warm'] / first:7.1f}x", flush=True)
    missing = [reader for reader in READERS if not _is_installed(reader)]
    if missing:
        print(f"Not installed, so not measured: {', '.join(missing)}.")


def _is_installed(reader: str) -> bool:
    return reader not in ("androguard", "pyaxmlparser") or bool(importlib.util.find_spec(reader))


def _measured(reader: str, path: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.bench.inspection", "--measure", reader, str(path)]
    done = subprocess.run(command, capture_output=True, check=True)
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, help="where the packages are kept between runs")
    parser.add_argument("--measure", nargs=2, metavar=("READER", "FILE"))
    options = parser.parse_args()
    if options.measure:
        reader, path = options.measure
        print(json.dumps(measure(reader, Path(path))))
    elif options.folder:
        report(options.folder)
    else:
        with tempfile.TemporaryDirectory() as folder:
            report(Path(folder))


if __name__ == "__main__":
    main()
