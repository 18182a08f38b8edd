"""Random damage: an answer or a clean refusal, never anything else, and soon."""

import functools
import io
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.sandbox.samples.androidapp import SampleApk
from bot.sandbox.samples.apk import write_apk
from bot.sandbox.samples.iosapp import SampleApp
from bot.sandbox.samples.ipa import write_ipa
from storage.inspection.archive import Archive
from storage.inspection.directory import Shape
from storage.inspection.inspector import read
from storage.inspection.package import Package
from storage.inspection.rejection import PackageRejected
from storage.inspection.source import Memory
from tests.unit.storage.inspection.conftest import HASHES
from tests.unit.storage.inspection.zips import Part, zip_of

SECONDS = 2.0
SAMPLES = ("ipa", "apk")
INNER = {
    "ipa": (
        "Payload/Harbour.app/Info.plist",
        "Payload/Harbour.app/embedded.mobileprovision",
        "Payload/Harbour.app/Harbour",
        "Payload/Harbour.app/AppIcon60x60@2x.png",
    ),
    "apk": ("AndroidManifest.xml", "resources.arsc", "META-INF/CERT.RSA"),
}
ENTRIES = [(kind, name) for kind, names in INNER.items() for name in names]

# A place as a share of the whole, and the bytes that are written there.
words = st.sampled_from([b"\0\0\0\0", b"\xff\xff\xff\xff", b"\xff\xff\xff\x7f", b"\0", b"\x80"])
places = st.floats(0, 1, exclude_max=True)
damages = st.lists(
    st.tuples(places, st.one_of(words, st.binary(min_size=1, max_size=8))), min_size=1, max_size=4
)
bounded = settings(
    max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)


@functools.cache
def sample(kind: str) -> bytes:
    out = io.BytesIO()
    if kind == "ipa":
        write_ipa(out, SampleApp(framework=False))
    else:
        write_apk(out, SampleApk(abis=("x86",), library_bytes=99, icon="none"))
    return out.getvalue()


@functools.cache
def contents(kind: str) -> dict[str, bytes]:
    """Return the entries of a sample, its folders left out."""
    archive = Archive.open(Memory(sample(kind)))
    names = archive.search(Shape(rb"[^\0]*[^\0/]"))
    return {name.decode(): archive.read(name, 1 << 24) for name in names}


def damaged(data: bytes, changes: list[tuple[float, bytes]]) -> bytes:
    changed = bytearray(data)
    for place, written in changes:
        at = int(place * len(changed))
        changed[at : at + len(written)] = written
    return bytes(changed)


def check(data: bytes) -> None:
    """Read; whatever is wrong, it is said in a sentence, and soon."""
    began = time.process_time()
    try:
        found = read(Package(source=Memory(data), name="damaged", hashes=HASHES))
    except PackageRejected as reason:
        sentence = str(reason)
    else:
        sentence = found.text() + "."
    assert sentence.endswith(".")
    assert time.process_time() - began < SECONDS


@pytest.mark.parametrize("kind", SAMPLES)
@given(changes=damages)
@bounded
def test_a_damaged_file_is_read_or_refused(kind: str, changes: list[tuple[float, bytes]]) -> None:
    check(damaged(sample(kind), changes))


@pytest.mark.parametrize("kind", SAMPLES)
@given(place=places)
@bounded
def test_a_cut_file_is_refused(kind: str, place: float) -> None:
    data = sample(kind)

    with pytest.raises(PackageRejected):
        read(Package(source=Memory(data[: int(place * len(data))]), name="cut", hashes=HASHES))


@pytest.mark.parametrize(("kind", "name"), ENTRIES)
@given(changes=damages)
@bounded
def test_a_damaged_entry_is_read_or_refused(
    kind: str, name: str, changes: list[tuple[float, bytes]]
) -> None:
    # The archive around it is whole again: otherwise its checksums would hide the inner reader.
    files = contents(kind)
    assert name in files
    changed = files | {name: damaged(files[name], changes)}
    check(zip_of([Part(name=key.encode(), data=value, method=0) for key, value in changed.items()]))
