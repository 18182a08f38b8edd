"""Zips and other archives: a build in one is taken, and what is none is left in peace."""

import hashlib
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from storage.records.upload import UploadState
from tests.unit.provisioning.conftest import GUEST, Domain


def zipped(folder: Path, files: dict[str, bytes], name: str = "artifact.zip") -> Path:
    """Write a zip as a continuous integration does."""
    path = folder / name
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for entry, data in files.items():
            archive.writestr(entry, data)
    return path


async def test_c9_a_build_in_a_zip_is_taken_out_of_it(
    domain: Domain, ipa: Path, tmp_path: Path
) -> None:
    path = zipped(tmp_path, {"out/": b"", "out/Harbour.ipa": ipa.read_bytes(), "log.txt": b"x"})
    upload = await domain.upload(path, quiet=True)
    assert upload is not None

    card = await domain.cards.upload(upload.id)
    assert (card.state, card.file_name, card.entry) == (
        UploadState.KEPT,
        "artifact.zip",
        "out/Harbour.ipa",
    )
    assert card.build is not None
    assert card.build.file_name == "Harbour.ipa"
    assert card.build.sha256 == hashlib.sha256(ipa.read_bytes()).hexdigest()
    assert card.size == card.build.size == ipa.stat().st_size
    assert await domain.blobs.size(str(card.build.sha256)) == ipa.stat().st_size


async def test_c9_the_same_build_with_and_without_its_zip_is_one_release(
    domain: Domain, ipa: Path, tmp_path: Path
) -> None:
    release_id = await domain.draft(ipa, "F1")
    path = zipped(tmp_path, {"Harbour.ipa": ipa.read_bytes()})
    upload = await domain.upload(path, "F2", quiet=True)
    assert upload is not None

    card = await domain.cards.upload(upload.id)
    assert card.again
    assert card.release is not None
    assert card.release.release_id == release_id


async def test_c9_symbols_beside_the_build_are_remarked_on(
    domain: Domain, ipa: Path, tmp_path: Path
) -> None:
    files = {"mapping.txt": b"a.b -> a.c:\n", "Harbour.ipa": ipa.read_bytes()}
    upload = await domain.upload(zipped(tmp_path, files), quiet=True)
    assert upload is not None

    card = await domain.cards.upload(upload.id)
    assert card.build is not None
    assert "Symbols lie beside it" in card.build.remarks[-1]


async def test_c9_pictures_are_left_in_peace_and_not_even_fetched(
    domain: Domain, tmp_path: Path
) -> None:
    path = zipped(tmp_path, {f"{n}.jpg": bytes(range(256)) * n for n in range(8)})
    upload = await domain.upload(path, quiet=True)
    assert upload is not None

    assert (await domain.cards.upload(upload.id)).state is UploadState.DROPPED
    assert domain.source.looked == ["F1"]
    assert domain.source.fetched == []


async def test_c9_a_build_is_announced_as_soon_as_a_glance_shows_it(
    domain: Domain, ipa: Path, tmp_path: Path
) -> None:
    domain.engine.idle = True
    upload = await domain.upload(zipped(tmp_path, {"H.ipa": ipa.read_bytes()}), quiet=True)
    assert upload is not None
    assert (await domain.cards.upload(upload.id)).quiet

    await domain.intake.fetch(upload.id)

    assert not (await domain.cards.upload(upload.id)).quiet


@pytest.mark.parametrize(
    ("files", "sentence", "fetched"),
    [
        ({"H.app/Info.plist": b"", "H.app/H": b"x"}, "only the folder of one", False),
        ({"a.ipa": b"", "b.apk": b""}, "2 builds", False),
        ({"a.ipa": b"no app at all"}, "not a complete archive", True),
    ],
    ids=["a simulator's app", "two builds", "a broken one"],
)
async def test_c9_what_has_to_do_with_builds_is_answered(
    domain: Domain, tmp_path: Path, files: dict[str, bytes], sentence: str, fetched: object
) -> None:
    upload = await domain.upload(zipped(tmp_path, files), quiet=True)
    assert upload is not None

    card = await domain.cards.upload(upload.id)
    assert card.state is UploadState.REFUSED
    assert sentence in card.reason
    assert bool(domain.source.fetched) is fetched


async def test_c9_a_zip_in_a_zip_is_opened_once(domain: Domain, ipa: Path, tmp_path: Path) -> None:
    inner = zipped(tmp_path, {"H.ipa": ipa.read_bytes()}).read_bytes()
    upload = await domain.upload(zipped(tmp_path, {"H.ipa": inner}, "outer.zip"), quiet=True)
    assert upload is not None

    card = await domain.cards.upload(upload.id)
    assert card.state is UploadState.REFUSED
    assert "zip in a zip" in card.reason


async def test_c9_the_limit_is_that_of_what_is_in_it(domain: Domain, tmp_path: Path) -> None:
    object.__setattr__(domain.intake._parts, "max_build_bytes", 100_000)
    upload = await domain.upload(zipped(tmp_path, {"a.ipa": bytes(200_000)}), quiet=True)
    assert upload is not None

    card = await domain.cards.upload(upload.id)
    assert card.state is UploadState.REFUSED
    assert "SLIPWAY_MAX_BUILD_BYTES" in card.reason


@pytest.mark.parametrize(
    ("name", "state"),
    [
        ("Harbour.ipa.7z", UploadState.REFUSED),
        ("Harbour.apk.rar", UploadState.REFUSED),
        ("Harbour.ipa.gz", UploadState.REFUSED),
        ("holiday.7z", UploadState.DROPPED),
        ("logs.gz", UploadState.DROPPED),
    ],
)
async def test_c9_other_archives_are_answered_when_they_are_called_like_a_build(
    domain: Domain, tmp_path: Path, name: str, state: UploadState
) -> None:
    path = tmp_path / name
    path.write_bytes(b"\x1f\x8b\x08" + bytes(5000))
    upload = await domain.upload(path, quiet=True)
    assert upload is not None

    card = await domain.cards.upload(upload.id)
    assert card.state is state
    assert ("in a zip" in card.reason) is (state is UploadState.REFUSED)
    assert [blob async for blob in domain.blobs.every()] == []


async def test_c9_who_may_not_bring_builds_in_hears_of_builds_only(
    domain: Domain, ipa: Path, tmp_path: Path
) -> None:
    pictures = zipped(tmp_path, {"a.jpg": b"x"}, "pictures.zip")
    build = zipped(tmp_path, {"H.ipa": ipa.read_bytes()}, "build.zip")
    silent = await domain.upload(pictures, "F1", quiet=True, by=GUEST)
    told = await domain.upload(build, "F2", quiet=True, by=GUEST)
    assert silent is not None
    assert told is not None

    assert (await domain.cards.upload(silent.id)).state is UploadState.DROPPED
    card = await domain.cards.upload(told.id)
    assert card.state is UploadState.REFUSED
    assert "uploader role" in card.reason
    assert domain.source.fetched == []
