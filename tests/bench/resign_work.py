"""What the benchmark of re-signing measures; it imports the library and next to nothing of ours."""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

from cryptography import x509

from provisioning.codesign.identity.files import import_p12
from provisioning.codesign.identity.identity import Identity
from provisioning.codesign.resign import resign
from provisioning.codesign.splicing.index import Index
from provisioning.codesign.splicing.prepare import prepare
from provisioning.codesign.splicing.splice import splice
from provisioning.codesign.structures.profile import Profile, read_profile
from provisioning.codesign.verifying.verifier import verify
from tests.materialising import materialise

PASSWORD = "synthetic"
IDS = ("com.example.harbour", "com.example.harbour.share")
Work: TypeAlias = Callable[[], int]


class Workshop:
    """A folder with everything that the measured processes need."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ipa = folder / "app.ipa"
        self.prepared = folder / "prepared.ipa"
        self.index = folder / "index.json"
        self.out = folder / "out.ipa"

    def authorities(self) -> list[x509.Certificate]:
        return [
            x509.load_pem_x509_certificate((self.folder / f"{name}.pem").read_bytes())
            for name in ("middle", "root")
        ]

    def identity(self, number: int) -> Identity:
        content = (self.folder / f"{number}.p12").read_bytes()
        return import_p12(content, PASSWORD, self.authorities())

    def profile_file(self, number: int, bundle_id: str) -> Path:
        return self.folder / f"{number}.{bundle_id}.mobileprovision"

    def profiles(self, number: int) -> list[Profile]:
        return [read_profile(self.profile_file(number, item).read_bytes()) for item in IDS]


def do_verify(shop: Workshop) -> Work:
    """Verify everything."""

    def work() -> int:
        found = verify(shop.ipa, roots=shop.authorities()[1:])
        if found:
            raise SystemExit("\n".join(map(str, found)))
        return 0

    return work


def do_prepare(shop: Workshop) -> Work:
    """Verify and prepare, once per upload."""

    def work() -> int:
        index = prepare(shop.ipa, shop.prepared, roots=shop.authorities()[1:]).index
        shop.index.write_bytes(index.dumps())
        return 0

    return work


def do_splice(shop: Workshop) -> Work:
    """Splice to segments and verify."""
    identity, profiles, roots = shop.identity(1), shop.profiles(1), shop.authorities()[1:]

    def work() -> int:
        index = Index.loads(shop.index.read_bytes())
        return splice(shop.prepared, index, identity, profiles, roots=roots).new_bytes

    return work


def do_splice_file(shop: Workshop) -> Work:
    """Splice, verify, write a file."""
    identity, profiles, roots = shop.identity(1), shop.profiles(1), shop.authorities()[1:]

    def work() -> int:
        index = Index.loads(shop.index.read_bytes())
        variant = splice(shop.prepared, index, identity, profiles, roots=roots)
        materialise(shop.prepared, variant, shop.out)
        return variant.new_bytes

    return work


def do_resign(shop: Workshop) -> Work:
    """Re-sign in full and verify twice."""
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


if __name__ == "__main__":
    measured(sys.argv[1], Path(sys.argv[2]))
