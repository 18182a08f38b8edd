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
from typing import TypeAlias

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from bot.sandbox.samples import identities, noise
from bot.sandbox.samples.archive import ArchiveWriter
from bot.sandbox.samples.bundle import Bundle
from bot.sandbox.samples.macho import MachO
from bot.sandbox.samples.profiles import Profile, mobileprovision
from bot.sandbox.samples.signature import CodeSigning
from provisioning.codesign.identity.files import import_p12
from provisioning.codesign.identity.identity import Identity
from provisioning.codesign.resign import resign
from provisioning.codesign.splicing.index import Index
from provisioning.codesign.splicing.prepare import prepare
from provisioning.codesign.splicing.splice import splice
from provisioning.codesign.splicing.variant import materialise
from provisioning.codesign.structures.profile import Profile as AppProfile
from provisioning.codesign.structures.profile import read_profile
from provisioning.codesign.verifying.verifier import verify

MEGABYTE = 1_000_000
APP_ID = "com.example.harbour"
IDS = (APP_ID, f"{APP_ID}.share")
PASSWORD = "synthetic"
Work: TypeAlias = Callable[[], int]
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


class Workshop:
    """A folder with everything that the measured processes need."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ipa = folder / "app.ipa"
        self.prepared = folder / "prepared.ipa"
        self.index = folder / "index.json"
        self.out = folder / "out.ipa"

    def fill(self, megabytes: int) -> None:
        """Write the app, two identities (its own and a renewed one) and profiles for both."""
        anchors = (identities.intermediate_authority(), identities.root_authority())
        for name, anchor in zip(("middle", "root"), anchors, strict=True):
            content = anchor.certificate.public_bytes(Encoding.PEM)
            (self.folder / f"{name}.pem").write_bytes(content)
        for number in (1, 2):
            identity = identities.signing_identity(number=number)
            (self.folder / f"{number}.p12").write_bytes(identity.p12(PASSWORD))
            for bundle_id in IDS:
                content = mobileprovision(
                    Profile(app_id=bundle_id, certificates=[identity.der], devices=DEVICES)
                )
                (self.folder / f"{number}.{bundle_id}.mobileprovision").write_bytes(content)
        write_app(self.ipa, megabytes)

    def authorities(self) -> list[x509.Certificate]:
        return [
            x509.load_pem_x509_certificate((self.folder / f"{name}.pem").read_bytes())
            for name in ("middle", "root")
        ]

    def identity(self, number: int) -> Identity:
        content = (self.folder / f"{number}.p12").read_bytes()
        return import_p12(content, PASSWORD, self.authorities())

    def profiles(self, number: int) -> list[AppProfile]:
        return [
            read_profile((self.folder / f"{number}.{bundle_id}.mobileprovision").read_bytes())
            for bundle_id in IDS
        ]


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


# What is measured, each in a process of its own.


def do_verify(shop: Workshop) -> Work:
    """Verify everything."""

    def work() -> int:
        found = verify(shop.ipa, DEVICES[0], roots=shop.authorities()[1:])
        if found:
            raise SystemExit("\n".join(map(str, found)))
        return 0

    return work


def do_prepare(shop: Workshop) -> Work:
    """Verify and prepare, once per upload."""

    def work() -> int:
        index = prepare(shop.ipa, shop.prepared, roots=shop.authorities()[1:])
        shop.index.write_bytes(index.dumps())
        return 0

    return work


def do_splice(shop: Workshop) -> Work:
    """Splice to segments."""
    identity, profiles = shop.identity(1), shop.profiles(1)

    def work() -> int:
        index = Index.loads(shop.index.read_bytes())
        return splice(shop.prepared, index, identity, profiles).new_bytes

    return work


def do_splice_file(shop: Workshop) -> Work:
    """Splice to a file."""
    identity, profiles = shop.identity(1), shop.profiles(1)

    def work() -> int:
        index = Index.loads(shop.index.read_bytes())
        variant = splice(shop.prepared, index, identity, profiles)
        materialise(shop.prepared, variant, shop.out)
        return variant.new_bytes

    return work


def do_resign(shop: Workshop) -> Work:
    """Re-sign in full, new certificate."""
    identity, profiles, roots = shop.identity(2), shop.profiles(2), shop.authorities()[1:]

    def work() -> int:
        return resign(shop.ipa, identity, profiles, shop.out, roots=roots).new_bytes

    return work


OURS: dict[str, Callable[[Workshop], Work]] = {
    "verify": do_verify,
    "prepare": do_prepare,
    "splice": do_splice,
    "splice-file": do_splice_file,
    "resign": do_resign,
}


def measured(name: str, folder: Path) -> None:
    """Do one thing, and print what it took, as JSON."""
    work = OURS[name](Workshop(folder))
    idle = peak_memory()
    started, busy = time.perf_counter(), time.process_time()
    new_bytes = work()
    inner, busy = time.perf_counter() - started, time.process_time() - busy
    told = {"inner": inner, "inner_cpu": busy, "memory": peak_memory() - idle}
    print(json.dumps(told | {"new_bytes": new_bytes}))


def peak_memory() -> float:
    """Return the most MiB this process ever held; getrusage would count its parent's as well."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


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
    print(f"{'x cp':>8}{'x unzip+zip':>13}")
    _row("cp", copy, copy, again)
    _row("unzip + zip -6", again, copy, again)
    for name, make in OURS.items():
        command = [sys.executable, "-m", "tests.bench.resign", "--measure", name]
        command += ["--folder", str(shop.folder)]
        _row(str(make.__doc__), repeated(times, partial(run, command)), copy, again)
    if other:
        files = {"ipa": shop.ipa, "out": shop.out, "p12": shop.folder / "1.p12"}
        files["profile"] = shop.folder / f"1.{APP_ID}.mobileprovision"
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
    print(f"{taken.wall / copy.wall:8.2f}{taken.wall / again.wall:13.3f}")


def main() -> None:
    """Write the app, time everything, take the folder away again."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=100, help="size of the program")
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--other", help="another signer, with {ipa} {out} {p12} {profile}")
    parser.add_argument("--measure", choices=OURS, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.measure:
        measured(chosen.measure, chosen.folder)
        return
    with tempfile.TemporaryDirectory(prefix="resign-") as folder:
        shop = Workshop(Path(folder))
        shop.fill(chosen.megabytes)
        print(f"An app of {shop.ipa.stat().st_size / MEGABYTE:.0f} MB.")
        compare(shop, chosen.times, chosen.other)


if __name__ == "__main__":
    main()
