"""Preparing: what was taken in is made ready for phones to come, and nothing waits for that."""

from pathlib import Path

import pytest

from provisioning.codesign.container.parts import whole_file
from provisioning.errors import SourceGone
from provisioning.intake.preparing import Preparing
from provisioning.signing.apart import SigningFailed
from provisioning.signing.splice_base import prepare_apart
from storage.blobs.local import LocalBlobs
from storage.catalog import uploads, variants
from storage.catalog.database import Database
from storage.errors import BlobMissing, NoSpace
from storage.records.upload import Upload, UploadState
from tests.shelf import change
from tests.signed import ANN, Bench, open_bench, profiles_of
from tests.unit.provisioning.codesign import world
from tests.unit.provisioning.codesign.test_resign import app
from tests.unit.provisioning.conftest import Domain

CHANGED = "en.lproj/InfoPlist.strings"


@pytest.fixture
def database_url(long_database_url: str) -> str:
    """Try both databases in the long run alone."""
    return long_database_url


async def test_a_build_is_prepared_once_its_card_is_there(
    domain: Domain, ipa: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[int] = []

    async def prepare(_upload_id: str) -> bool:
        shown.append(len(domain.teller.shown))
        return False

    monkeypatch.setattr(domain.preparing, "prepare", prepare)
    await domain.upload(ipa)

    # Being read, and then the draft; nothing is drawn again, for there is nothing to say.
    assert shown == [2]
    assert len(domain.teller.shown) == 2


async def test_what_nobody_can_sign_again_is_drawn_once_more(domain: Domain, ipa: Path) -> None:
    domain.preparing.finds = True
    upload = await domain.upload(ipa)

    assert domain.preparing.asked == [upload.id]
    assert domain.teller.shown == [upload.id] * 3


@pytest.mark.parametrize(
    "failure", [SigningFailed(), BlobMissing(), NoSpace()], ids=lambda one: type(one).__name__
)
async def test_a_build_that_cannot_be_prepared_is_kept_all_the_same(
    domain: Domain, ipa: Path, failure: Exception
) -> None:
    domain.preparing.finds = failure
    upload = await domain.upload(ipa)

    card = await domain.cards.upload(upload.id)
    assert (card.state, card.reason) == (UploadState.KEPT, "")
    assert domain.preparing.asked == [upload.id]
    assert len(domain.teller.shown) == 2


async def test_what_is_not_taken_in_is_not_prepared(domain: Domain, ipa: Path) -> None:
    domain.source.broken["F1"] = SourceGone()
    upload = await domain.upload(ipa)

    assert (await domain.cards.upload(upload.id)).state is UploadState.REFUSED
    assert domain.preparing.asked == []


async def brought(bench: Bench) -> str:
    """Return the id of the upload that the build on the shelf came with."""
    build = bench.shelf.build
    upload = Upload(
        organization_id=build.organization_id,
        key="test:1",
        source="test",
        source_ref={},
        file_name=build.file_name,
        build_id=build.id,
        state=UploadState.KEPT,
        created_by=ANN.reference,
    )
    async with bench.database.writing() as session:
        kept, _ = await uploads.receive(session, upload)
    return kept.id


async def found(bench: Bench) -> str | None:
    """Return why nobody can sign the build again, None when it was not looked at."""
    build = bench.shelf.build
    async with bench.database.reading() as session:
        preparation = await variants.preparation_of(session, build.id, str(build.sha256))
        refusal = await variants.refusal_of(session, build.id, str(build.sha256))
    if preparation is None:
        return None
    assert bool(refusal) == preparation.unfit
    return refusal


async def test_a_phone_that_comes_later_costs_a_splice_and_no_preparing(
    database: Database,
    blobs: LocalBlobs,
    signed_ipa: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bench = await open_bench(database, blobs, signed_ipa, tmp_path)
    assert await Preparing(database, bench.signing).prepare(await brought(bench)) is False
    assert await found(bench) == ""

    monkeypatch.setattr("provisioning.signing.making.prepare_apart", None)
    variant = await bench.sign(profiles_of(bench.ipa))
    assert (variant.reason, variant.way) == ("", "splice")


async def test_an_app_that_was_changed_after_it_was_signed_is_found_out(
    database: Database, blobs: LocalBlobs, signed_ipa: Path, tmp_path: Path
) -> None:
    broken = world.edited(
        signed_ipa, tmp_path / "broken.ipa", {f"Payload/Harbour.app/{CHANGED}": lambda one: one[1:]}
    )
    bench = await open_bench(database, blobs, broken, tmp_path)

    assert await Preparing(database, bench.signing).prepare(await brought(bench)) is True
    assert CHANGED in str(await found(bench))


async def test_what_can_still_be_signed_anew_is_not_called_unfit(tmp_path: Path) -> None:
    unsigned = world.write_tree(tmp_path / "app.ipa", app(), world.Style(signed=False))

    told = await prepare_apart(whole_file(unsigned), tmp_path / "out", roots=world.roots())

    assert told.index is None
    assert told.reason
    assert not told.unfit


@pytest.mark.parametrize("what", ["android", "enterprise", "encrypted", "external"])
async def test_what_needs_no_new_signature_or_can_get_none_is_not_looked_at(
    database: Database,
    blobs: LocalBlobs,
    signed_ipa: Path,
    tmp_path: Path,
    what: str,
) -> None:
    bench = await open_bench(database, blobs, signed_ipa, tmp_path)
    build = bench.shelf.build
    facts = dict(build.facts)
    changes: dict[str, dict[str, object]] = {
        "android": {"platform": "android", "facts": {**facts, "platform": "android"}},
        "enterprise": {"facts": {**facts, "signing": {**facts["signing"], "kind": "enterprise"}}},
        "encrypted": {"facts": {**facts, "encrypted": True}},
        "external": {"sha256": None, "size": None, "link": "https://x.example/a.ipa"},
    }
    digest = str(build.sha256)
    upload_id = await brought(bench)
    await change(bench.database, build, **changes[what])

    assert await Preparing(database, bench.signing).prepare(upload_id) is False
    async with database.reading() as session:
        assert await variants.preparation_of(session, build.id, digest) is None
