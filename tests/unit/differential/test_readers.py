"""Inspection and code signing say the same of the same bytes, sound or damaged."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from random import Random

import pytest

from tests.unit.differential import comparing, samples
from tests.unit.differential.comparing import Disagreement
from tests.unit.differential.meant import unexplained
from tests.unit.differential.mutations import packages, profiles, programs, signatures

SHORT, LONG = 1_000, 20_000
STEP = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of bytes: where they come from, how they are damaged, and how they are compared."""

    samples: Callable[[], samples.Samples]
    damage: Callable[[bytes, Random], bytes]
    compare: Callable[[bytes], Iterator[Disagreement]]


PACKAGE = Kind(samples=samples.packages, damage=packages.damaged, compare=comparing.package)
PROGRAM = Kind(samples=samples.programs, damage=programs.damaged, compare=comparing.program)
SIGNATURE = Kind(samples=samples.signatures, damage=signatures.damaged, compare=comparing.signature)
PROFILE = Kind(samples=samples.profiles, damage=profiles.damaged, compare=comparing.profile)
# Of five mutations, two are of packages.
TURNS = (PACKAGE, PROGRAM, SIGNATURE, PROFILE, PACKAGE)


def mutation(number: int) -> tuple[Kind, bytes]:
    """Return the bytes of one mutation: the same ones for the same number."""
    kind, random = TURNS[number % len(TURNS)], Random(number)  # noqa: S311 - it has to repeat itself
    found = kind.samples()
    data = random.choice(found[_package(found, random)])
    return kind, kind.damage(data, random)


def _package(found: Mapping[str, object], random: Random) -> str:
    """Choose a package, one with thousands of entries less often."""
    return random.choices(list(found), [1 / len(samples.package(name)) for name in found])[0]


def check(numbers: range) -> None:
    wrong: dict[int, list[str]] = {}
    for number in numbers:
        kind, data = mutation(number)
        if unnamed := unexplained(kind.compare(data)):
            wrong[number] = unnamed
    assert wrong == {}


@pytest.mark.parametrize("name", samples.NAMES)
def test_a_sample_is_told_alike(name: str) -> None:
    assert unexplained(comparing.package(samples.package(name))) == []


@pytest.mark.parametrize("start", range(0, SHORT, STEP))
def test_a_damaged_sample_is_told_alike(start: int) -> None:
    check(range(start, start + STEP))


@pytest.mark.slow
@pytest.mark.parametrize("start", range(SHORT, LONG, STEP))
def test_a_damaged_sample_is_told_alike_in_many_ways(start: int) -> None:
    check(range(start, start + STEP))


def test_a_mutation_is_the_same_every_time() -> None:
    assert [mutation(number) for number in range(50)] == [mutation(number) for number in range(50)]
