"""What a build takes on the disk, however often it is signed: itself, and a little."""

import hashlib
from collections.abc import AsyncGenerator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from bot.sandbox.samples.ipa import SampleApp, write_ipa
from provisioning.codesign.verifying.verifier import verify
from storage.blobs import assembling
from storage.blobs.local import LocalBlobs
from storage.catalog import builds, variants
from storage.catalog.database import Database
from storage.records.variant import Preparation, Variant, VariantState, VariantWay
from tests.signed import Bench, open_bench, profiles_of
from tests.unit.provisioning.codesign import world
from tests.unit.storage.blobs.streams import files_in

#: Blobs are looked at whatever their age.
AT_ONCE = timedelta(minutes=-1)
DAYS = timedelta(days=2)


@pytest.fixture(scope="module")
def large_ipa(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write an app as apps are: mostly a program, of which little is its signature, and assets."""
    path = tmp_path_factory.mktemp("large") / "large.ipa"
    app = SampleApp(
        icon="none",
        extensions=0,
        framework=False,
        executable_bytes=2_000_000,
        payload_bytes=2_000_000,
    )
    write_ipa(path, app)
    return path


@pytest.fixture
async def bench(sqlite_url: str, large_ipa: Path, tmp_path: Path) -> AsyncGenerator[Bench]:
    database = Database(sqlite_url)
    blobs = LocalBlobs(tmp_path / "blobs", spare=0)
    yield await open_bench(database, blobs, large_ipa, tmp_path)
    await database.close()


def factor(bench: Bench) -> float:
    """Return how often the build's size lies on the disk, temporary files included."""
    files = [*(bench.folder / "blobs").rglob("*"), *(bench.folder / "signing").rglob("*")]
    return sum(path.stat().st_size for path in files if path.is_file()) / bench.ipa.stat().st_size


async def swept(bench: Bench) -> int:
    """Sweep as the clock does, and return how many blobs went."""

    async def needed(digests: Sequence[str]) -> set[str]:
        async with bench.database.reading() as session:
            return await builds.blobs_in_use(session, digests) | await variants.blobs_in_use(
                session, digests
            )

    return len(await bench.blobs.sweep(needed, older_than=AT_ONCE))


async def days_pass(bench: Bench) -> None:
    """Let everything that was signed be two days older."""
    async with bench.database.writing() as session:
        for variant in (await session.exec(select(Variant))).all():
            variant.wanted_at -= DAYS
            variant.ready_at = variant.ready_at and variant.ready_at - DAYS
        for preparation in (await session.exec(select(Preparation))).all():
            preparation.created_at -= DAYS


async def sound(bench: Bench, udid: str = world.NEW_PHONE) -> bool:
    path = await bench.written(await bench.file())
    return verify(path, udid, roots=world.roots()) == []


@pytest.mark.parametrize("times", [1, pytest.param(8, marks=pytest.mark.slow)])
async def test_e16_a_build_takes_little_more_than_itself_however_often_it_is_signed(
    bench: Bench, times: int
) -> None:
    assert factor(bench) == 1
    await bench.signing.prepare(bench.shelf.build.id)
    assert factor(bench) < 1.1
    for number in range(times):
        spliced = await bench.sign(profiles_of(bench.ipa, world.NEW_PHONE, f"{number}" * 40))
        assert spliced.way is VariantWay.SPLICE
    assert await sound(bench)
    anew = await bench.sign(profiles_of(bench.ipa, number=2), number=2)
    assert anew.way is VariantWay.FULL
    assert await sound(bench)
    for number in range(times):
        phones = (world.NEW_PHONE, f"{number}" * 40)
        spliced = await bench.sign(profiles_of(bench.ipa, *phones, number=2), number=2)
        assert spliced.way is VariantWay.SPLICE
    assert factor(bench) < 1.3
    await bench.signing.prepare(bench.shelf.build.id)
    await days_pass(bench)
    await bench.signing.drop_outdated()
    await swept(bench)

    assert factor(bench) < 1.2
    assert await sound(bench)
    upload = bench.blobs.read(str(bench.shelf.build.sha256))
    content = b"".join([piece async for piece in upload])
    assert hashlib.sha256(content).hexdigest() == bench.shelf.build.sha256


@pytest.mark.slow
async def test_e16_what_another_took_the_place_of_goes_while_a_download_comes_to_its_end(
    bench: Bench,
) -> None:
    await bench.sign(profiles_of(bench.ipa, world.OLD_PHONE))
    file = await bench.file()
    whole = (await bench.written(file)).read_bytes()
    await bench.sign(profiles_of(bench.ipa, world.OLD_PHONE, world.NEW_PHONE))
    await bench.signing.drop_outdated()
    assert await ready(bench) == 2
    async with assembling.held(bench.blobs, file.segments):
        pieces = assembling.read(bench.blobs, file.segments)
        got = await anext(pieces)
        await days_pass(bench)
        await bench.signing.drop_outdated()
        assert await swept(bench) == 0
        got += b"".join([piece async for piece in pieces])

    assert await ready(bench) == 1
    assert got == whole
    assert await swept(bench) == 1
    assert await sound(bench)


@pytest.mark.slow
async def test_e16_what_nothing_is_made_of_any_more_is_forgotten(bench: Bench) -> None:
    await bench.sign(profiles_of(bench.ipa))
    await bench.sign(profiles_of(bench.ipa, number=2), number=2)
    before = len(files_in(bench.folder / "blobs"))
    await days_pass(bench)
    await bench.signing.drop_outdated()

    # The new bytes of the first variant, what they were spliced into, and its index.
    assert await swept(bench) == 3
    assert len(files_in(bench.folder / "blobs")) == before - 3
    assert await sound(bench)
    # The former certificate signs it again when it has to.
    back = await bench.sign(profiles_of(bench.ipa, world.OLD_PHONE))
    assert back.way is VariantWay.SPLICE
    assert await sound(bench, world.OLD_PHONE)


@pytest.mark.slow
@pytest.mark.parametrize("number", [pytest.param(1, marks=pytest.mark.slow), 2])
async def test_e16_a_crash_between_the_steps_leaves_nothing_behind(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    profiles = profiles_of(bench.ipa, number=number)
    with monkeypatch.context() as patch:
        patch.setattr(variants, "keep_preparation", crash)
        with pytest.raises(SystemError):
            await bench.sign(profiles, number=number)
    assert len(files_in(bench.folder / "blobs")) == 3
    assert await swept(bench) == 2
    with monkeypatch.context() as patch:
        patch.setattr("provisioning.signing.making.chunk_digests", crash)
        with pytest.raises(SystemError):
            await bench.sign(profiles, number=number)
    await swept(bench)

    assert factor(bench) < 1.1
    done = await bench.sign(profiles, number=number)
    assert done.state is VariantState.READY
    assert await sound(bench)
    assert await swept(bench) == 0


async def crash(*_: object, **__: object) -> None:
    raise SystemError("The power is gone.")


async def ready(bench: Bench) -> int:
    async with bench.database.reading() as session:
        return len(await variants.ready(session, bench.shelf.build.id))
