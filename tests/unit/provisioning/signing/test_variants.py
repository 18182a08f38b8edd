"""Variants: signed once for each generation of profiles, and handed out instead of the build."""

import asyncio
import hashlib
import os
import signal
import sys
from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import NoReturn

import pytest

from bot.sandbox.samples.ipa import SampleApp, write_ipa
from provisioning.codesign.container import archive
from provisioning.codesign.container.parts import whole_file
from provisioning.codesign.identity.keys import KeyAtHand
from provisioning.codesign.verifying.comparison import compare
from provisioning.codesign.verifying.verifier import verify
from provisioning.errors import NotNow, Unclear
from provisioning.installing.served_file import handout
from provisioning.signing import notary
from provisioning.signing.apart import SigningFailed
from provisioning.signing.signer import Signer, resign_apart
from provisioning.signing.splice_base import prepare_apart
from provisioning.signing.variants import SENTENCES
from storage.blobs.local import LocalBlobs
from storage.catalog import audit, builds, variants
from storage.catalog.database import Database
from storage.errors import NotFound
from storage.records.base import now
from storage.records.variant import VariantState, VariantWay
from tests.shelf import change, put
from tests.signed import ANN, Bench, open_bench, profiles_of
from tests.unit.provisioning.codesign import world
from tests.unit.provisioning.codesign.faulty_signature import PROGRAM_FAULTS
from tests.unit.provisioning.codesign.test_resign import app, extension
from tests.unit.storage.blobs.streams import files_in


@pytest.fixture
def database_url(long_database_url: str) -> str:
    """Make signing a large app on both databases a matter of the long run."""
    return long_database_url


@pytest.fixture
async def bench(database: Database, blobs: LocalBlobs, signed_ipa: Path, tmp_path: Path) -> Bench:
    return await open_bench(database, blobs, signed_ipa, tmp_path)


@pytest.fixture
async def sqlite(sqlite_url: str) -> AsyncGenerator[Database]:
    """Lend a database for what does not depend on its kind."""
    database = Database(sqlite_url)
    yield database
    await database.close()


@pytest.fixture
async def small_bench(
    sqlite: Database, blobs: LocalBlobs, signed_ipa: Path, tmp_path: Path
) -> Bench:
    return await open_bench(sqlite, blobs, signed_ipa, tmp_path)


def wrong_with(path: Path, *, udid: str = world.NEW_PHONE) -> list[str]:
    return [str(one) for one in verify(path, udid, roots=world.roots())]


async def test_new_profiles_are_spliced_and_the_result_is_a_well_signed_app(bench: Bench) -> None:
    variant = await bench.sign(profiles_of(bench.ipa))
    file = await bench.file()
    path = await bench.written(file)

    assert (variant.state, variant.way, variant.reason) == (
        VariantState.READY,
        VariantWay.SPLICE,
        "",
    )
    assert wrong_with(path) == []
    assert compare(bench.ipa, path) == []
    assert variant.size == path.stat().st_size == file.size
    assert variant.new_bytes < variant.size
    content = path.read_bytes()
    step = file.chunk_size
    assert file.chunks == tuple(
        hashlib.sha256(content[at : at + step]).hexdigest() for at in range(0, len(content), step)
    )


async def test_before_there_is_a_variant_the_build_itself_is_handed_out(bench: Bench) -> None:
    file = await bench.file()

    assert file.tag == bench.shelf.build.sha256
    assert (await bench.written(file)).read_bytes() == bench.ipa.read_bytes()


async def test_the_same_generation_is_signed_once_in_whatever_order(bench: Bench) -> None:
    profiles = profiles_of(bench.ipa)
    first = await bench.sign(profiles)
    again = await bench.sign([*reversed(profiles), profiles[0]])

    assert again.id == first.id
    assert again.tag == first.tag


async def test_two_at_once_sign_once_and_prepare_once(bench: Bench) -> None:
    await bench.identity()
    profiles = profiles_of(bench.ipa)
    one, other = await asyncio.gather(bench.sign(profiles), bench.sign(profiles))

    assert one.id == other.id
    assert one.tag == other.tag
    # The upload, the prepared file, its index and the new bytes: nothing was made twice.
    assert len(files_in(bench.folder / "blobs")) == 4


async def test_each_generation_costs_a_few_new_bytes_and_the_newest_is_handed_out(
    bench: Bench,
) -> None:
    phones = (world.OLD_PHONE, world.NEW_PHONE)
    profiles = profiles_of(bench.ipa, world.OLD_PHONE)
    first = await bench.sign(profiles)
    before = set(files_in(bench.folder / "blobs"))
    second = await bench.sign(profiles_of(bench.ipa, *phones))
    new = set(files_in(bench.folder / "blobs")) - before

    assert second.base_sha256 == first.base_sha256
    assert new == {second.fresh_sha256}
    assert (await bench.file()).tag == second.tag
    sheet = handout(bench.shelf.build, second).facts
    assert sheet.signing.devices == tuple(sorted(phones))
    assert sheet.signing.kind == "adhoc"
    assert sheet.signing.profile_name == "New com.example.harbour"
    # The first generation, wanted once more, is the one to hand out again.
    assert (await bench.sign(profiles)).id == first.id
    assert (await bench.file()).tag == first.tag


@pytest.mark.slow
async def test_another_certificate_takes_the_long_way_once_and_is_spliced_from_then_on(
    small_bench: Bench,
) -> None:
    bench = small_bench
    first = await bench.sign(profiles_of(bench.ipa, number=2), number=2)
    path = await bench.written(await bench.file())
    second = await bench.sign(profiles_of(bench.ipa, world.OLD_PHONE, number=2), number=2)
    other = await bench.written(await bench.file())

    assert first.way is VariantWay.FULL
    assert wrong_with(path) == []
    assert second.way is VariantWay.SPLICE
    assert wrong_with(other, udid=world.OLD_PHONE) == []
    assert (await bench.file()).tag == second.tag


@pytest.mark.slow
async def test_e16_a_build_under_a_new_certificate_is_kept_twice_and_no_more(
    small_bench: Bench,
) -> None:
    bench = small_bench
    first = await bench.sign(profiles_of(bench.ipa, number=2), number=2)
    before = files_in(bench.folder / "blobs")
    second = await bench.sign(profiles_of(bench.ipa, world.OLD_PHONE, number=2), number=2)
    new = set(files_in(bench.folder / "blobs")) - set(before)

    assert (first.way, second.way) == (VariantWay.FULL, VariantWay.SPLICE)
    assert second.base_sha256 == first.base_sha256
    # The upload, what is new in the file to splice into, which is also the first variant, and its
    # index.
    assert len(before) == 3
    assert new == {second.fresh_sha256}
    assert wrong_with(await bench.written(await bench.file()), udid=world.OLD_PHONE) == []


async def test_e16_what_is_handed_out_as_it_was_laid_out_is_without_fault(
    tmp_path: Path,
) -> None:
    ipa, out = tmp_path / "late.ipa", tmp_path / "out.ipa"
    write_ipa(ipa, SampleApp(icon="none", expires=now() - timedelta(days=1)))

    to_splice_into = await prepare_apart(whole_file(ipa), out, roots=world.roots())
    as_it_is = await prepare_apart(whole_file(ipa), out, roots=world.roots(), faultless=True)

    assert to_splice_into.index is not None
    assert as_it_is.index is None
    assert "it would not run" in as_it_is.reason


async def test_an_operator_can_do_without_splicing(
    sqlite: Database, blobs: LocalBlobs, signed_ipa: Path, tmp_path: Path
) -> None:
    bench = await open_bench(sqlite, blobs, signed_ipa, tmp_path, splicing=False)
    variant = await bench.sign(profiles_of(bench.ipa))

    assert variant.way is VariantWay.FULL
    path = await bench.written(await bench.file())
    assert wrong_with(path) == []


async def test_what_cannot_be_signed_fails_with_its_sentence_and_is_not_handed_out(
    bench: Bench,
) -> None:
    only_the_app = profiles_of(bench.ipa)[:1]
    variant = await bench.sign(only_the_app)

    assert variant.state is VariantState.FAILED
    assert "There is no provisioning profile for com.example.harbour" in variant.reason
    file = await bench.file()
    assert file.tag == bench.shelf.build.sha256


async def test_what_failed_is_tried_again(small_bench: Bench) -> None:
    bench = small_bench
    build = bench.shelf.build
    await bench.blobs.delete(str(build.sha256))
    failed = await bench.sign(profiles := profiles_of(bench.ipa))
    await put(bench.blobs, bench.ipa.read_bytes())
    ready = await bench.sign(profiles)

    assert failed.state is VariantState.FAILED
    assert "gone from the store" in failed.reason
    assert (ready.id, ready.state, ready.reason) == (failed.id, VariantState.READY, "")


async def test_a_broken_seal_is_never_signed_over(
    sqlite: Database, blobs: LocalBlobs, signed_ipa: Path, tmp_path: Path
) -> None:
    broken = world.edited(
        signed_ipa,
        tmp_path / "broken.ipa",
        {"Payload/Harbour.app/en.lproj/InfoPlist.strings": lambda _: b"changed"},
    )
    bench = await open_bench(sqlite, blobs, broken, tmp_path)
    variant = await bench.sign(profiles_of(signed_ipa))
    preparation = await bench.signing.prepare(bench.shelf.build.id)

    assert variant.state is VariantState.FAILED
    assert "changed after it was signed" in variant.reason
    assert preparation.base_sha256 is None
    assert "changed after it was signed" in preparation.reason


async def test_e7_an_encrypted_app_is_neither_prepared_nor_signed(
    sqlite: Database, blobs: LocalBlobs, tmp_path: Path
) -> None:
    encrypted = tmp_path / "encrypted.ipa"
    write_ipa(encrypted, SampleApp(icon="none", encrypted=True))
    bench = await open_bench(sqlite, blobs, encrypted, tmp_path)
    variant = await bench.sign(profiles_of(encrypted))
    preparation = await bench.signing.prepare(bench.shelf.build.id)

    assert variant.state is VariantState.FAILED
    assert "a copy from the App Store" in variant.reason
    assert preparation.base_sha256 is None
    assert preparation.reason == variant.reason
    assert (await bench.file()).tag == bench.shelf.build.sha256


@pytest.mark.parametrize(
    "name",
    [
        "wrong identifier",
        *(
            pytest.param(name, marks=pytest.mark.slow)
            for name in ("DER and XML differ", "no cdhashes")
        ),
    ],
)
async def test_e8_a_faulty_upload_is_mended_before_it_is_handed_out(
    sqlite: Database, blobs: LocalBlobs, tmp_path: Path, name: str
) -> None:
    tree = app(replace(extension(1), edit=PROGRAM_FAULTS[name]))
    bench = await open_bench(sqlite, blobs, world.write_tree(tmp_path / "app.ipa", tree), tmp_path)
    first = await bench.sign(profiles_of(bench.ipa))
    path = await bench.written(await bench.file())
    second = await bench.sign(profiles_of(bench.ipa, world.OLD_PHONE))
    other = await bench.written(await bench.file())

    assert (first.state, first.reason) == (VariantState.READY, "")
    assert wrong_with(path) == []
    assert second.way is VariantWay.SPLICE
    assert wrong_with(other, udid=world.OLD_PHONE) == []


async def test_e8_what_no_phone_would_take_is_not_handed_out(
    sqlite: Database, blobs: LocalBlobs, signed_ipa: Path, tmp_path: Path
) -> None:
    bench = await open_bench(sqlite, blobs, signed_ipa, tmp_path)
    edited = [content.replace(b"Harbour", b"Lantern") for content in profiles_of(bench.ipa)]
    variant = await bench.sign(edited)

    assert variant.state is VariantState.FAILED
    assert "is not as Apple signed it" in variant.reason


@pytest.mark.parametrize("splicing", [True, False])
async def test_e10_signing_and_reading_go_on_in_another_process(
    sqlite: Database,
    blobs: LocalBlobs,
    signed_ipa: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    splicing: bool,
) -> None:
    bench = await open_bench(sqlite, blobs, signed_ipa, tmp_path, splicing=splicing)

    def here(_source: object) -> NoReturn:
        raise AssertionError("An uploaded app was opened in the house.")

    monkeypatch.setattr(archive, "read_directory", here)
    variant = await bench.sign(profiles_of(bench.ipa))

    assert (variant.state, variant.reason) == (VariantState.READY, "")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="processes are looked up as Linux shows them")
@pytest.mark.parametrize("number", [1, 2], ids=["spliced", "anew"])
async def test_30_a_signer_that_is_killed_over_a_signature_leaves_nothing_and_it_is_made_anew(
    small_bench: Bench, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    bench = small_bench
    profiles = profiles_of(bench.ipa, number=number)

    def kill_who_asks(_key: KeyAtHand, _digest: bytes) -> bytes:
        (signer,) = children("provisioning.signing.signer")
        os.kill(signer, signal.SIGKILL)
        return b""

    with monkeypatch.context() as patched:
        patched.setattr(KeyAtHand, "sign_digest", kill_who_asks)
        killed = await bench.sign(profiles, number=number)
        assert (killed.state, killed.reason) == (VariantState.FAILED, str(SigningFailed()))
        assert children("provisioning.signing.signer") == []
        assert files_in(bench.folder / "signing") == []

    again = await bench.sign(profiles, number=number)
    assert (again.id, again.state, again.reason) == (killed.id, VariantState.READY, "")
    assert wrong_with(await bench.written(await bench.file())) == []


async def test_30_an_app_whose_reader_oversteps_is_refused_and_people_read_why(
    small_bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notary, "MOST_SIGNATURES", 0)
    variant = await small_bench.sign(profiles_of(small_bench.ipa))

    assert variant.state is VariantState.FAILED
    assert "asked for more than 0 signatures" in variant.reason
    assert files_in(small_bench.folder / "signing") == []


def children(module: str) -> list[int]:
    """Return the processes that this one started and that run a module."""
    found = []
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            parent = folder.joinpath("stat").read_text().rpartition(")")[2].split()[1]
            arguments = folder.joinpath("cmdline").read_text().split("\0")
        except OSError:
            continue  # It has ended meanwhile.
        if int(parent) == os.getpid() and module in arguments:
            found.append(int(folder.name))
    return found


async def test_e10_a_signer_that_finds_the_disk_full_gives_up_and_says_no_more(
    tmp_path: Path, signed_ipa: Path
) -> None:
    signer = Signer(
        identity=world.identity(),
        profiles=world.new_profiles(signed_ipa, world.identity()),
        roots=world.roots(),
    )

    with pytest.raises(SigningFailed):
        await resign_apart(
            whole_file(signed_ipa),
            signer,
            tmp_path / "no such folder" / "out.ipa",
            one_piece=False,
        )


async def test_preparing_is_done_once(small_bench: Bench) -> None:
    build_id = small_bench.shelf.build.id
    first, second = await asyncio.gather(
        small_bench.signing.prepare(build_id), small_bench.signing.prepare(build_id)
    )
    third = await small_bench.signing.prepare(build_id)

    assert first.id == second.id == third.id
    assert first.base_sha256
    assert first.violations == []


async def test_only_apps_for_ios_are_signed_and_only_with_profiles(bench: Bench) -> None:
    with pytest.raises(Unclear, match="at least one"):
        await bench.sign([])
    with pytest.raises(Unclear, match="no provisioning profile"):
        await bench.sign([b"something else"])
    with pytest.raises(NotFound):
        await bench.signing.variant("0" * 32, await bench.identity(), [b""], by=ANN)
    await change(bench.database, bench.shelf.build, platform="android")
    with pytest.raises(Unclear, match="Only apps for iPhone"):
        await bench.sign(profiles_of(bench.ipa))


async def test_an_identity_without_its_certificate_does_not_sign(bench: Bench) -> None:
    waiting = await bench.identities.request("Harbour", ANN)

    with pytest.raises(NotNow, match="waits for Apple"):
        await bench.signing.variant(
            bench.shelf.build.id, waiting.id, profiles_of(bench.ipa), by=ANN
        )


async def test_using_the_key_is_in_the_audit(bench: Bench) -> None:
    variant = await bench.sign(profiles_of(bench.ipa))
    async with bench.database.reading() as session:
        entries = await audit.of(session, variant.identity_id)

    assert entries[-1].action == "identity.used"
    assert entries[-1].detail["purpose"] == f"build {bench.shelf.build.id}"


async def test_e16_what_is_ready_is_handed_out_without_opening_a_key(bench: Bench) -> None:
    profiles = profiles_of(bench.ipa)
    first = await bench.sign(profiles)
    async with bench.database.reading() as session:
        before = await audit.of(session, first.identity_id)
    await bench.identities.retire(first.identity_id, ANN)

    again = await bench.signing.variant(bench.shelf.build.id, first.identity_id, profiles, by=ANN)
    async with bench.database.reading() as session:
        after = await audit.of(session, first.identity_id)

    assert (again.id, again.state) == (first.id, VariantState.READY)
    assert again.wanted_at > first.wanted_at
    assert [entry.action for entry in after[len(before) :]] == ["identity.retired"]
    with pytest.raises(NotNow, match="was retired"):
        await bench.signing.variant(
            bench.shelf.build.id,
            first.identity_id,
            profiles_of(bench.ipa, world.OLD_PHONE),
            by=ANN,
        )


@pytest.mark.slow
async def test_e16_a_profile_of_another_app_makes_no_new_generation(small_bench: Bench) -> None:
    bench = small_bench
    profiles = profiles_of(bench.ipa)
    others = [
        world.profile(bundle_id, world.identity()).content
        for bundle_id in ("com.example.ferry", "com.example.harbourmaster")
    ]
    inside = world.profile(f"{world.APP_ID}.*", world.identity()).content
    first = await bench.sign(profiles)
    again = await bench.sign([others[0], *profiles, others[1]])
    another = await bench.sign([*profiles, inside])

    assert again.id == first.id
    assert another.id != first.id


async def test_e12_a_variant_takes_the_profile_that_can_be_used(small_bench: Bench) -> None:
    bench = small_bench
    successors = profiles_of(bench.ipa, number=2)
    variant = await bench.sign([*successors, *profiles_of(bench.ipa)])

    assert (variant.state, variant.way) == (VariantState.READY, VariantWay.SPLICE)
    assert wrong_with(await bench.written(await bench.file())) == []


async def test_the_sweep_keeps_all_that_a_variant_consists_of(bench: Bench) -> None:
    await bench.sign(profiles_of(bench.ipa))

    async def needed(digests: Sequence[str]) -> set[str]:
        async with bench.database.reading() as session:
            found = await variants.blobs_in_use(session, digests)
            return found | await builds.blobs_in_use(session, digests)

    async def only_builds(digests: Sequence[str]) -> set[str]:
        async with bench.database.reading() as session:
            return await builds.blobs_in_use(session, digests)

    soon = timedelta(minutes=-1)
    assert await bench.blobs.sweep(needed, older_than=soon) == ()
    file = await bench.file()
    assert wrong_with(await bench.written(file)) == []
    # Without the variants' own word they would be orphans.
    assert len(await bench.blobs.sweep(only_builds, older_than=soon)) == 3


async def test_a_crash_while_signing_is_made_good_by_asking_again(bench: Bench) -> None:
    profiles = profiles_of(bench.ipa)
    ready = await bench.sign(profiles)
    async with bench.database.writing() as session:
        crashed = await variants.get(session, ready.id)
        crashed.state = VariantState.SIGNING
        session.add(crashed)

    assert (await bench.file()).tag == bench.shelf.build.sha256
    assert (await bench.sign(profiles)).state is VariantState.READY


@pytest.mark.slow
async def test_the_workroom_is_left_empty(small_bench: Bench) -> None:
    await small_bench.sign(profiles_of(small_bench.ipa))
    await small_bench.sign(profiles_of(small_bench.ipa, number=2), number=2)

    assert files_in(small_bench.folder / "signing") == []


async def test_a_preparation_that_takes_too_long_is_given_up(
    signed_ipa: Path, tmp_path: Path
) -> None:
    with pytest.raises(SigningFailed):
        await prepare_apart(whole_file(signed_ipa), tmp_path / "out.ipa", wall_seconds=0.01)

    assert not (tmp_path / "out.ipa").exists()


async def test_a_preparation_that_dies_is_given_up(signed_ipa: Path, tmp_path: Path) -> None:
    with pytest.raises(SigningFailed):
        await prepare_apart(
            whole_file(signed_ipa), tmp_path / "no such folder" / "out.ipa", roots=world.roots()
        )


def test_every_state_has_its_sentence() -> None:
    assert set(SENTENCES) == set(VariantState)
