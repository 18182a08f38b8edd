"""
Time every way to re-sign a large app, beside a plain copy of it and beside unzip and zip -6.

    uv run python -m tests.bench.resign [--megabytes 100] [--other "zsign -k {p12} ... {ipa}"]

Figures of two machines cannot be compared; ratios within one run can. Every row is a process of
its own, the one of several with the median time; `in proc` and the CPU beside it are what the work
takes after the imports, with key and profiles in hand.
"""

import argparse
import json
import resource
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding

from bot.sandbox.samples import identities, noise
from bot.sandbox.samples.archive import ArchiveWriter
from bot.sandbox.samples.bundle import Bundle
from bot.sandbox.samples.macho import MachO
from bot.sandbox.samples.profiles import Profile, mobileprovision
from bot.sandbox.samples.signature import CodeSigning
from tests.bench.resign_work import IDS, OURS, PASSWORD, Workshop

MEGABYTE = 1_000_000
APP_ID = IDS[0]
DEVICES = [identities.device_id(number) for number in range(100)]
SMALL_FILES = 1_500
ASSETS = 300
FRAMEWORKS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """What one run took: seconds of CPU and of the clock, MiB of memory over idle, bytes."""

    cpu: float
    wall: float
    inner: float | None = None
    inner_cpu: float | None = None
    memory: float | None = None
    new_bytes: int | None = None


def fill(shop: Workshop, megabytes: int) -> None:
    """Write the app, two identities (its own and a renewed one) and profiles for both."""
    anchors = (identities.intermediate_authority(), identities.root_authority())
    for name, anchor in zip(("middle", "root"), anchors, strict=True):
        content = anchor.certificate.public_bytes(Encoding.PEM)
        (shop.folder / f"{name}.pem").write_bytes(content)
    for number in (1, 2):
        identity = identities.signing_identity(number=number)
        (shop.folder / f"{number}.p12").write_bytes(identity.p12(PASSWORD))
        for bundle_id in IDS:
            profile = Profile(app_id=bundle_id, certificates=[identity.der], devices=DEVICES)
            shop.profile_file(number, bundle_id).write_bytes(mobileprovision(profile))
    write_app(shop.ipa, megabytes)


def write_app(path: Path, megabytes: int) -> None:
    """Write an app as large apps are: mostly assets, one large program, many small files."""
    signer = identities.signing_identity()
    with path.open("w+b") as file:
        archive = ArchiveWriter(file, level=6)
        bundle = Bundle(archive, "Payload/Harbour.app")
        bundle.add_info(_info("Harbour", APP_ID))
        for number in range(SMALL_FILES):
            bundle.add(f"Tiles/{number % 100:02}/{number:06}.json", b'{"tile": %d}' % number * 20)
        size = megabytes * 3 * MEGABYTE // ASSETS
        for number in range(ASSETS):
            bundle.add(f"Charts/{number:04}.bin", noise.incompressible(size, str(number)), "stored")
        for number in range(FRAMEWORKS):
            name = f"Kit{number}"
            framework = bundle.inner(f"Frameworks/{name}.framework")
            framework.add_info(_info(name, f"{APP_ID}.{name.lower()}"))
            library = MachO(name=name, install_name=f"@rpath/{name}", filler=MEGABYTE)
            framework.finish(library, _signing(f"{APP_ID}.{name.lower()}", signer, plain=True))
        share = bundle.inner("PlugIns/Share.appex")
        share.add_info(_info("Share", IDS[1]))
        for place, bundle_id in ((share, IDS[1]), (bundle, APP_ID)):
            profile = Profile(app_id=bundle_id, certificates=[signer.der], devices=DEVICES[:50])
            place.add("embedded.mobileprovision", mobileprovision(profile))
        share.finish(MachO(name="Share", filler=2 * MEGABYTE), _signing(IDS[1], signer))
        program = MachO(name="Harbour", filler=megabytes * MEGABYTE)
        bundle.finish(program, _signing(APP_ID, signer))
        archive.close()


def _info(name: str, bundle_id: str) -> dict[str, object]:
    return {"CFBundleExecutable": name, "CFBundleIdentifier": bundle_id, "CFBundleVersion": "1"}


def _signing(bundle_id: str, signer: identities.Identity, *, plain: bool = False) -> CodeSigning:
    team = identities.HARBOUR_LABS.id
    entitlements = {
        "application-identifier": f"{team}.{bundle_id}",
        "com.apple.developer.team-identifier": team,
        "get-task-allow": False,
    }
    return CodeSigning(
        identifier=bundle_id,
        identity=signer,
        team_id=team,
        entitlements=None if plain else entitlements,
    )


def run(command: list[str], cwd: Path | None = None) -> Measure:
    """Run a process to its end, and tell what it took."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    done = subprocess.run(command, cwd=cwd, check=True, capture_output=True, text=True)
    wall = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    told = json.loads(done.stdout) if done.stdout.startswith('{"inner"') else {}
    return Measure(cpu=cpu, wall=wall, **told)


def repeated(times: int, once: Callable[[], Measure]) -> Measure:
    """Return the run of median wall time."""
    runs = sorted((once() for _ in range(times)), key=lambda item: item.wall)
    return runs[len(runs) // 2]


def zip_again(shop: Workshop) -> Measure:
    """Unzip and zip the app, as every signer without a raw copy does."""
    place = shop.folder / "unzipped"
    first = run(["unzip", "-q", str(shop.ipa), "-d", str(place)])
    shop.out.unlink(missing_ok=True)
    second = run(["zip", "-q", "-6", "-r", str(shop.out), "Payload"], place)
    shutil.rmtree(place)
    return Measure(cpu=first.cpu + second.cpu, wall=first.wall + second.wall)


def compare(shop: Workshop, times: int, other: str | None) -> None:
    """Time everything and print it."""
    copy = repeated(times, lambda: run(["cp", str(shop.ipa), str(shop.out)]))
    again = zip_again(shop)
    print(
        f"{'':34}{'CPU s':>8}{'wall s':>8}{'in proc':>9}{'CPU':>7}{'MiB+':>7}{'new bytes':>12}",
        end="",
    )
    print(f"{'x cp':>8}{'in proc':>9}{'x unzip+zip':>13}")
    _row("cp", copy, copy, again)
    _row("unzip + zip -6", again, copy, again)
    for name, make in OURS.items():
        command = [sys.executable, "-m", "tests.bench.resign_work", name, str(shop.folder)]
        _row(str(make.__doc__), repeated(times, partial(run, command)), copy, again)
    if other:
        files = {"ipa": shop.ipa, "out": shop.out, "p12": shop.folder / "1.p12"}
        files["profile"] = shop.profile_file(1, APP_ID)
        command = shlex.split(other.format(**files, password=PASSWORD))
        _row(Path(command[0]).name, repeated(times, partial(run, command)), copy, again)


def _row(title: str, taken: Measure, copy: Measure, again: Measure) -> None:
    inner = "" if taken.inner is None else f"{taken.inner:.3f}"
    busy = "" if taken.inner_cpu is None else f"{taken.inner_cpu:.3f}"
    memory = "" if taken.memory is None else f"{taken.memory:.0f}"
    fresh = f"{taken.new_bytes:,}" if taken.new_bytes else ""
    print(
        f"{title:34}{taken.cpu:8.2f}{taken.wall:8.2f}{inner:>9}{busy:>7}{memory:>7}{fresh:>12}",
        end="",
    )
    within = "" if taken.inner is None else f"{taken.inner / copy.wall:.2f}"
    print(f"{taken.wall / copy.wall:8.2f}{within:>9}{taken.wall / again.wall:13.3f}")


def main() -> None:
    """Write the app, time everything, take the folder away again."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=100, help="size of the program")
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--other", help="another signer, with {ipa} {out} {p12} {profile}")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="resign-") as folder:
        shop = Workshop(Path(folder))
        fill(shop, chosen.megabytes)
        print(f"An app of {shop.ipa.stat().st_size / MEGABYTE:.0f} MB.")
        compare(shop, chosen.times, chosen.other)


if __name__ == "__main__":
    main()
