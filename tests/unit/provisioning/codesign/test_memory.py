"""However large an app is, only pieces of it are in memory."""

import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.sandbox.samples.ipa import SampleApp, write_ipa
from provisioning.codesign.identity.identity import Identity
from provisioning.codesign.resign import resign
from provisioning.codesign.splicing.prepare import prepare
from provisioning.codesign.splicing.splice import splice
from provisioning.codesign.verifying.verifier import verify
from tests.materialising import materialise
from tests.unit.provisioning.codesign import world

PROGRAM = 24_000_000
BOUND = PROGRAM // 3


@pytest.fixture(scope="module")
def huge(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write an app whose program is several times larger than the memory that may be used."""
    path = tmp_path_factory.mktemp("memory") / "huge.ipa"
    write_ipa(path, SampleApp(executable_bytes=PROGRAM, icon="none", extensions=0, level=1))
    return path


@contextmanager
def peak() -> Iterator[Callable[[], int]]:
    tracemalloc.start()
    try:
        yield lambda: tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_preparing_and_splicing_take_little_memory(
    huge: Path, tmp_path: Path, signer: Identity
) -> None:
    profiles = world.new_profiles(huge, signer)
    path, out = tmp_path / "prepared.ipa", tmp_path / "out.ipa"

    with peak() as taken:
        index = prepare(huge, path, roots=world.roots()).index
        materialise(path, splice(path, index, signer, profiles, roots=world.roots()), out)
        assert taken() < BOUND
    assert out.stat().st_size > PROGRAM // 3


@pytest.mark.slow
@pytest.mark.parametrize("one_piece", [True, False])
def test_a_full_re_sign_takes_little_memory(
    huge: Path, tmp_path: Path, successor: Identity, *, one_piece: bool
) -> None:
    profiles = world.new_profiles(huge, successor)
    out = tmp_path / "out.ipa"

    with peak() as taken:
        resign(huge, successor, profiles, out, one_piece=one_piece, roots=world.roots())
        assert verify(out, roots=world.roots()) == []
        assert taken() < BOUND
