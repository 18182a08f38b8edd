"""Random damage: an answer or a clean refusal, never anything else, and soon."""

import functools
import io
import time
import zlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.inspection.archive import Archive
from storage.inspection.directory import Shape
from storage.inspection.inspector import read
from storage.inspection.package import Package
from storage.inspection.rejection import PackageRejected
from storage.inspection.source import Memory
from tests.samples import gallery
from tests.unit.storage.inspection.conftest import HASHES
from tests.unit.storage.inspection.zips import Part, zip_of

SECONDS = 2.0
SAMPLES = (
    *("plain.ipa", "plain.apk", "plain.aab", "splits.apks", "plain.xapk", "bare.app.zip"),
    *("signed.pkg", "plain.msix", "plain.msixbundle", "plain.msixupload", "plain.msi"),
    *("plain.exe", "fat.dSYM.zip", "mapping.zip", "zlib.dmg"),
)
INNER = {
    "plain.ipa": (
        "Payload/Harbour.app/Info.plist",
        "Payload/Harbour.app/embedded.mobileprovision",
        "Payload/Harbour.app/Harbour",
        "Payload/Harbour.app/AppIcon60x60@2x.png",
    ),
    "plain.apk": ("AndroidManifest.xml", "resources.arsc", "META-INF/CERT.RSA"),
    "plain.aab": ("base/manifest/AndroidManifest.xml", "base/resources.pb"),
    "plain.xapk": ("manifest.json",),
    "plain.app.zip": ("Harbour.app/Contents/Info.plist", "Harbour.app/Contents/MacOS/Harbour"),
    "plain.msix": ("AppxManifest.xml", "AppxSignature.p7x"),
    "plain.msixbundle": ("AppxMetadata/AppxBundleManifest.xml",),
    "fat.dSYM.zip": ("Harbour.app.dSYM/Contents/Resources/DWARF/Harbour",),
}
ENTRIES = [(kind, name) for kind, names in INNER.items() for name in names]

# A place as a share of the whole, and the bytes that are written there.
words = st.sampled_from([b"\0\0\0\0", b"\xff\xff\xff\xff", b"\xff\xff\xff\x7f", b"\0", b"\x80"])
places = st.floats(0, 1, exclude_max=True)
damages = st.lists(
    st.tuples(places, st.one_of(words, st.binary(min_size=1, max_size=8))), min_size=1, max_size=4
)
bounded = settings(
    max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)


@functools.cache
def sample(name: str) -> bytes:
    out = io.BytesIO()
    gallery.exhibits()[name](out)
    return out.getvalue()


@functools.cache
def contents(kind: str) -> dict[str, bytes]:
    """Return the entries of a sample, its folders left out."""
    archive = Archive.open(Memory(sample(kind)))
    names = archive.search(Shape(rb"[^\0]*[^\0/]"))
    names = [name for name in names if not name.endswith(b"Latest.lproj")]  # A link.
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


# The end of these may be missing without anybody noticing, as nothing that is read lies there.
FORWARD = {"plain.exe", "signed.pkg", "plain.msi"}


@pytest.mark.parametrize("kind", [kind for kind in SAMPLES if kind not in FORWARD])
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


@given(changes=damages)
@bounded
def test_a_damaged_table_of_an_installer_is_read_or_refused(
    changes: list[tuple[float, bytes]],
) -> None:
    data = sample("signed.pkg")
    packed = int.from_bytes(data[8:16])
    table = damaged(zlib.decompress(data[28 : 28 + packed]), changes)
    again = zlib.compress(table)
    sizes = len(again).to_bytes(8) + len(table).to_bytes(8)
    check(data[:8] + sizes + data[24:28] + again + data[28 + packed :])
