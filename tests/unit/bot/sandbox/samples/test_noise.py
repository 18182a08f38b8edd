"""Filler is the same for the same seed, as long as asked for, and packs as it should."""

import zlib
from collections.abc import Callable, Iterator

import pytest

from bot.sandbox.samples.noise import code_like, incompressible

Stream = Callable[[int, str], Iterator[bytes]]


@pytest.mark.parametrize("stream", [incompressible, code_like])
@pytest.mark.parametrize("size", [0, 1, 4097, 3_000_001])
def test_a_stream_has_the_size_that_was_asked_for(stream: Stream, size: int) -> None:
    assert sum(map(len, stream(size, "a"))) == size


@pytest.mark.parametrize("stream", [incompressible, code_like])
def test_the_seed_decides_the_bytes(stream: Stream) -> None:
    first, again, other = (b"".join(stream(5000, seed)) for seed in ("a", "a", "b"))
    assert first == again != other


def test_only_one_of_the_two_can_be_packed() -> None:
    noise = b"".join(incompressible(400_000, "a"))
    code = b"".join(code_like(400_000, "a"))
    assert len(zlib.compress(noise)) > 400_000
    assert 150_000 < len(zlib.compress(code)) < 180_000
