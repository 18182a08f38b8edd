"""Worker processes: what a hostile file can take down, and what it cannot."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage.inspection.rejection import NotAPackage, PackageRejected
from storage.inspection.worker import InspectionPool
from tests.programs import needed
from tests.samples.dmg import write_dmg
from tests.unit.storage.inspection import ipas
from tests.unit.storage.inspection.conftest import HASHES
from tests.unit.storage.inspection.zips import parts, zip_of


@pytest.fixture
async def pool() -> AsyncIterator[InspectionPool]:
    async with InspectionPool() as running:
        yield running


@pytest.fixture
def good(tmp_path: Path) -> Path:
    path = tmp_path / "good.ipa"
    path.write_bytes(ipas.ipa())
    return path


def process_of(pool: InspectionPool) -> int:
    process = pool._workers[0]._process
    assert process is not None
    return process.pid


def is_running(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    return True


async def test_a_package_is_read_in_another_process(pool: InspectionPool, good: Path) -> None:
    found = await pool.inspect(good, HASHES, "Good.ipa")

    assert found.facts.bundle_id == "com.example.app"
    assert found.facts.sha256 == HASHES.sha256
    assert found.notes == ("The app has no executable.",)
    assert process_of(pool) != os.getpid()


async def test_one_process_reads_many_packages(pool: InspectionPool, good: Path) -> None:
    await pool.inspect(good, HASHES)
    first = process_of(pool)
    found = await asyncio.gather(*(pool.inspect(good, HASHES) for _ in range(5)))

    assert process_of(pool) == first
    assert len(found) == 5


async def test_a_refusal_travels_with_its_sentence(pool: InspectionPool, tmp_path: Path) -> None:
    broken, other = tmp_path / "broken.ipa", tmp_path / "pictures.zip"
    broken.write_bytes(ipas.ipa()[:-9])
    other.write_bytes(zip_of(parts({"holiday.jpg": b"x"})))

    with pytest.raises(PackageRejected, match="not a complete archive") as refusal:
        await pool.inspect(broken, HASHES)
    with pytest.raises(NotAPackage):
        await pool.inspect(other, HASHES)

    assert not isinstance(refusal.value, NotAPackage)


async def test_a_file_that_is_gone_is_refused(pool: InspectionPool, tmp_path: Path) -> None:
    with pytest.raises(PackageRejected, match="could not be opened"):
        await pool.inspect(tmp_path / "absent", HASHES)


async def test_a_worker_that_dies_takes_one_upload_with_it(
    pool: InspectionPool, good: Path
) -> None:
    await pool.inspect(good, HASHES)
    number = process_of(pool)
    os.kill(number, signal.SIGSTOP)
    waiting = asyncio.create_task(pool.inspect(good, HASHES))
    await asyncio.sleep(0.05)
    os.kill(number, signal.SIGKILL)

    with pytest.raises(PackageRejected, match="damaged, or made to break readers"):
        await waiting
    assert (await pool.inspect(good, HASHES)).facts.bundle_id == "com.example.app"
    assert process_of(pool) != number


async def test_a_worker_that_died_idle_costs_nothing(pool: InspectionPool, good: Path) -> None:
    await pool.inspect(good, HASHES)
    process = pool._workers[0]._process
    assert process is not None
    process.kill()
    await process.wait()

    assert (await pool.inspect(good, HASHES)).facts.bundle_id == "com.example.app"


async def test_a_worker_that_used_up_its_time_is_told_so(pool: InspectionPool, good: Path) -> None:
    await pool.inspect(good, HASHES)
    number = process_of(pool)
    os.kill(number, signal.SIGSTOP)
    waiting = asyncio.create_task(pool.inspect(good, HASHES))
    await asyncio.sleep(0.05)
    # The signal with which the kernel ends a process that spent its CPU seconds.
    os.kill(number, signal.SIGXCPU)
    os.kill(number, signal.SIGCONT)

    with pytest.raises(PackageRejected, match="took too long"):
        await waiting


async def test_a_reading_that_hangs_is_given_up(good: Path) -> None:
    async with InspectionPool(wall_seconds=5) as pool:
        await pool.inspect(good, HASHES)
        pool._wall_seconds = 0.1
        number = process_of(pool)
        os.kill(number, signal.SIGSTOP)

        with pytest.raises(PackageRejected, match="took too long"):
            await pool.inspect(good, HASHES)
        assert not is_running(number)
        pool._wall_seconds = 5
        assert (await pool.inspect(good, HASHES)).facts.bundle_id == "com.example.app"


async def test_a_cancelled_reading_does_not_answer_the_next(
    pool: InspectionPool, good: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.ipa"
    other.write_bytes(ipas.ipa(ipas.info(CFBundleIdentifier="com.example.other")))
    await pool.inspect(good, HASHES)
    number = process_of(pool)
    os.kill(number, signal.SIGSTOP)
    task = asyncio.create_task(pool.inspect(good, HASHES))
    await asyncio.sleep(0.05)
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
    assert not is_running(number)
    assert (await pool.inspect(other, HASHES)).facts.bundle_id == "com.example.other"


async def test_a_disk_image_is_read_within_the_limits(pool: InspectionPool, tmp_path: Path) -> None:
    needed("7zz")
    write_dmg(tmp_path / "app.dmg")

    found = await pool.inspect(tmp_path / "app.dmg", HASHES)

    assert found.facts.bundle_id == "com.example.harbour.mac"
    assert found.icon is not None


async def test_a_worker_is_started_when_there_is_something_for_it_to_read(good: Path) -> None:
    async with InspectionPool(workers=2) as pool:
        before = [worker._process for worker in pool._workers]
        for _ in range(3):
            await pool.inspect(good, HASHES)
        after = [worker._process for worker in pool._workers]

    assert before == [None, None]
    # One after the other, one reads them all.
    assert [process is None for process in after] == [False, True]


async def test_nothing_is_left_behind(good: Path) -> None:
    async with InspectionPool(workers=2) as pool:
        await asyncio.gather(*(pool.inspect(good, HASHES) for _ in range(2)))
        processes = [worker._process for worker in pool._workers]

    numbers = [process.pid for process in processes if process is not None]
    assert len(numbers) == 2
    assert not any(is_running(number) for number in numbers)


async def test_the_process_has_little_memory_time_and_no_secrets(
    pool: InspectionPool, good: Path
) -> None:
    await pool.inspect(good, HASHES)
    number = process_of(pool)
    limits = await asyncio.to_thread(Path(f"/proc/{number}/limits").read_text)
    environment = await asyncio.to_thread(Path(f"/proc/{number}/environ").read_bytes)

    told = {line[:26].strip(): line[26:].split()[0] for line in limits.splitlines()}
    assert told["Max address space"] == "536870912"
    assert told["Max file size"] == "0"
    assert 10 < int(told["Max cpu time"]) <= 20
    assert [line.split(b"=")[0] for line in environment.split(b"\0") if line] == [b"PYTHONPATH"]
