"""Builds that somebody zipped: found, unpacked as a stream, and told from anything else."""

import gzip
import io
import struct
import tarfile
import zlib
from collections.abc import Callable
from dataclasses import replace

import pytest

from storage.inspection.inspector import glance, inspect
from storage.inspection.rejection import BrokenArchive, NotAPackage, PackageRejected
from storage.inspection.source import Glimpse
from storage.inspection.unpacking import Enclosed, Unpacker, Wrapped
from storage.inspection.worker import InspectionPool
from tests.unit.storage.inspection import ipas
from tests.unit.storage.inspection.conftest import HASHES, Read
from tests.unit.storage.inspection.zips import STORED, Lies, Part, parts, zip_of

IPA = ipas.ipa()
#: Bytes; a comment of 64 kB may stand behind the list of what is in a zip.
TAIL = 1 << 17


def unpacked(data: bytes, inside: Enclosed, piece: int = 1000) -> bytes:
    """Unpack as those do who copy it, a small piece at a time."""
    unpacker, plain = Unpacker(inside), b""
    for at in range(inside.begin, inside.begin + inside.packed, piece):
        end = min(at + piece, inside.begin + inside.packed)
        plain += b"".join(unpacker.pieces(data[at:end]))
    unpacker.end()
    return plain


def wrapped_in(read: Read, data: bytes) -> Enclosed:
    with pytest.raises(Wrapped) as found:
        read(data)
    return found.value.enclosed


def glanced(data: bytes, name: str = "x.zip", part: int = TAIL) -> bool | None:
    start = max(len(data) - part, 0)
    return glance(Glimpse(data=data[start:], start=start, size=len(data)), name)


@pytest.mark.parametrize(
    "files",
    [
        {"Harbour.ipa": IPA},
        {"out/": b"", "out/Harbour.IPA": IPA, "out/ExportOptions.plist": b"<plist/>"},
        {"out\\Harbour.ipa": IPA},
        {
            "__MACOSX/._Harbour.ipa": b"x",
            "Harbour.ipa": IPA,
            "._Harbour.ipa": b"",
            ".DS_Store": b"",
        },
        {"./Harbour.ipa": IPA},
        {"mapping.txt": b"a.b -> a.c:\n", "Harbour.ipa": IPA},
        {"A.xcarchive/Products/Applications/A.app/Info.plist": ipas.info(), "Harbour.ipa": IPA},
        {"Sim.app/Info.plist": ipas.info(), "Sim.app/Resources/x.pkg": b"", "Harbour.ipa": IPA},
    ],
    ids=["alone", "in a folder", "of Windows", "junk", "dotted", "symbols", "archive", "simulator"],
)
def test_c9_a_zip_with_one_build_says_where_it_lies(read: Read, files: dict[str, bytes]) -> None:
    data = zip_of(parts(files))
    inside = wrapped_in(read, data)

    assert inside.path.lower().endswith("harbour.ipa")
    assert unpacked(data, inside) == IPA
    assert glanced(data) is True


@pytest.mark.parametrize(
    ("part", "lies"),
    [
        (Part(name=b"a/H.ipa", data=IPA, method=STORED), Lies()),
        (Part(name=b"a/H.ipa", data=IPA, descriptor=True), Lies()),
        (Part(name=b"a/H.ipa", data=IPA, wide=True), Lies(zip64=True)),
        (Part(name=b"a/H.ipa", data=IPA), Lies(comment=b"made by CI")),
        (Part(name=b"a/H.ipa", data=IPA), Lies(front=b"#!/bin/sh\n" * 9)),
    ],
    ids=["stored", "descriptor", "zip64", "comment", "something in front"],
)
def test_c9_however_the_zip_was_written(read: Read, part: Part, lies: Lies) -> None:
    data = zip_of([part], lies)

    assert unpacked(data, wrapped_in(read, data)) == IPA


def test_c9_symbols_beside_the_build_are_not_forgotten(read: Read) -> None:
    with_symbols = zip_of(parts({"mapping.txt": b"a.b -> a.c:\n", "Harbour.ipa": IPA}))

    assert "Symbols lie beside it" in wrapped_in(read, with_symbols).remark
    assert wrapped_in(read, zip_of(parts({"Harbour.ipa": IPA}))).remark == ""


@pytest.mark.parametrize(
    ("entries", "sentence"),
    [
        (
            parts({"a.ipa": IPA, "b.apk": b"PK", "c.aab": b"", "d.dmg": b""}),
            "There are 4 builds in it (a.ipa, b.apk, c.aab and 1 more): post each by itself",
        ),
        ([Part(name=b"a.ipa", data=IPA, flags=1)], "a.ipa is encrypted."),
        ([Part(name=b"a.ipa", data=IPA, method=9)], "(Deflate64, which Windows takes for large"),
        ([Part(name=b"a.ipa", data=IPA)] * 2, "a.ipa is in it twice"),
        ([Part(name=b"a.ipa", data=b"../b", attributes=0o120777 << 16)], "is a link"),
        (
            [Part(name=b"a.ipa", data=b"x", size=1 << 40, wide=True)],
            "unpacks to more than 50 times its size",
        ),
        ([Part(name=b"a.ipa", data=IPA, packed=1 << 30)], "reaches outside of it"),
        (parts({"H.app/Info.plist": b"", "H.app/H": b""}), "only the folder of one"),
        (parts({"H/Payload/H.app/Info.plist": b""}), "only the folder of one"),
    ],
    ids=[
        *("several", "encrypted", "deflate64", "twice", "a link", "a bomb", "outside"),
        *("a simulator's app", "a folder around it"),
    ],
)
def test_c9_what_cannot_be_taken_is_refused_with_what_to_do(
    read: Read, entries: list[Part], sentence: str
) -> None:
    with pytest.raises(PackageRejected) as refusal:
        read(zip_of(entries))

    assert sentence in str(refusal.value)
    assert not isinstance(refusal.value, (Wrapped, NotAPackage, BrokenArchive))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"size": len(IPA) - 1}, "has not the size it claims"),
        ({"size": len(IPA) + 1}, "ends too early"),
        ({"crc": 1}, "has a wrong checksum"),
        ({"packed": 40}, "ends too early"),
        ({"begin": 0}, "cannot be unpacked"),
        ({"deflated": False}, "has two sizes"),
    ],
)
def test_c9_what_does_not_unpack_to_what_was_claimed_is_refused(
    read: Read, change: dict[str, int], sentence: str
) -> None:
    data = zip_of(parts({"a.ipa": IPA}))
    inside = replace(wrapped_in(read, data), **change)  # type: ignore[arg-type] # its fields

    with pytest.raises(PackageRejected, match=sentence):
        unpacked(data, inside)


def test_c9_a_bomb_stops_at_the_byte_that_was_not_claimed() -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    bomb = packer.compress(bytes(50 << 20)) + packer.flush()
    inside = Enclosed(path="a.ipa", begin=0, packed=len(bomb), size=9, crc=0, deflated=True)
    pieces = Unpacker(inside).pieces(bomb)

    with pytest.raises(PackageRejected, match="has not the size it claims"):
        next(pieces)


PICTURES = parts({f"holiday/{n}.jpg": b"x" for n in range(300)})


@pytest.mark.parametrize(
    "entries",
    [PICTURES, parts({"readme.txt": b"", "setup.exe": b"MZ"}), parts({"notes.ipa.txt": b""})],
    ids=["pictures", "a program", "almost"],
)
def test_c9_the_end_of_a_zip_without_builds_is_enough_to_leave_it(entries: list[Part]) -> None:
    data = zip_of([Part(name=b"large.raw", data=bytes(range(256)) * 4000, method=STORED), *entries])
    assert len(data) > 5 * TAIL

    assert glanced(data) is False


def test_c9_an_end_that_does_not_tell_leaves_it_open() -> None:
    large = Part(name=b"large.raw", data=bytes(TAIL), method=STORED)
    many = zip_of([large, *PICTURES])

    assert glanced(many, part=1000) is None
    assert glanced(bytes(2 * TAIL)) is None
    assert glanced(zip_of([large], Lies(front=b"MZ" + bytes(100)))) is None


@pytest.mark.parametrize("name", ["AndroidManifest.xml", ipas.PLIST, "x.dSYM/Contents/Info.plist"])
def test_c9_the_end_of_a_build_shows_that_it_is_one(name: str) -> None:
    large = Part(name=b"large.raw", data=bytes(2 * TAIL), method=STORED)
    other = "x.dSYM/Contents/Resources/DWARF/x" if "dSYM" in name else "classes.dex"

    assert glanced(zip_of([large, *parts({name: b"", other: b""})])) is True


def test_c9_the_end_of_a_zip_is_enough_to_refuse_it() -> None:
    large = Part(name=b"H.app/H", data=bytes(2 * TAIL), method=STORED)

    with pytest.raises(PackageRejected, match="only the folder of one"):
        glanced(zip_of([large, *parts({"H.app/Info.plist": b""})]))
    with pytest.raises(PackageRejected, match="2 builds"):
        glanced(zip_of([large, *parts({"a.ipa": b"", "b.apk": b""})]))


def tar(files: dict[str, bytes], mode: str = "w:gz") -> bytes:
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode=mode) as archive:  # type: ignore[call-overload] # a mode
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return held.getvalue()


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz"])
@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({"out/readme": b"x" * 700, "out/Harbour.ipa": IPA}, "Harbour.ipa in it, and only a zip"),
        ({"Harbour.app/Info.plist": b""}, "only the folder of one"),
    ],
    ids=["an IPA", "a simulator's app"],
)
def test_c9_a_tar_archive_says_what_to_post_instead(
    read: Read, mode: str, files: dict[str, bytes], sentence: str
) -> None:
    data = tar(files, mode)

    with pytest.raises(PackageRejected) as refusal:
        read(data)
    assert sentence in str(refusal.value)
    assert not isinstance(refusal.value, NotAPackage)
    with pytest.raises(PackageRejected, match=r"only a zip|only the folder"):
        glance(Glimpse(data=data, start=0, size=len(data) + 5), "x.tar.gz")


def oversized(_: bytes) -> bytes:
    """Write a tar whose first file claims to be larger than anything."""
    block = bytearray(tar({"a": b""}, "w")[:512])
    block[124:136] = b"77777777777\0"
    return bytes(block) + tar({"b.ipa": b""}, "w")


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data,
        lambda data: data[:40],
        lambda _: gzip.compress(bytes(40 << 20)),
        lambda _: gzip.compress(b"just one text"),
        lambda _: b"\x1f\x8b\x08" + bytes(30),
        lambda _: b"BZh9 nonsense",
        lambda _: b"\xfd7zXZ\0" + bytes(40),
        oversized,
        lambda _: struct.pack("<257s5s", b"", b"ustar"),
    ],
    ids=["logs", "cut", "zeros", "text", "no gzip", "no bzip2", "no xz", "a claim", "a stump"],
)
def test_c9_other_archives_are_left_in_peace(read: Read, change: Callable[[bytes], bytes]) -> None:
    with pytest.raises(NotAPackage):
        read(change(tar({"logs/build.log": b"hello"})))


async def test_c9_the_worker_hands_on_what_it_found(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    path = tmp_path_factory.mktemp("zips") / "x.zip"
    path.write_bytes(zip_of(parts({"a/H.ipa": IPA})))
    async with InspectionPool() as pool:
        with pytest.raises(Wrapped) as found:
            await pool.inspect(path, HASHES)
        data = path.read_bytes()
        size = len(data)

        assert await pool.glance(data, start=0, size=size, name="x.zip") is True
        assert await pool.glance(b"?" * 40, start=0, size=40, name="x.zip") is None
        cut = await pool.glance(data[-30:], start=size - 30, size=size, name="x.zip")

    assert cut is None
    with pytest.raises(Wrapped) as here:
        inspect(path, HASHES)
    assert found.value.enclosed == here.value.enclosed
