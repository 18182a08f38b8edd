"""Which variants go: only what a later one has taken the place of, and only after a day."""

from datetime import timedelta

import pytest

from provisioning.signing.outdated import outdated
from storage.records.base import now
from storage.records.variant import Variant, VariantState

AT = now()
DAY = timedelta(days=1, seconds=1)
YEAR = timedelta(days=365)


def variant(
    *devices: str,
    age: timedelta = DAY,
    wanted: timedelta | None = None,
    lasts: timedelta = YEAR,
    kind: str = "adhoc",
) -> Variant:
    signing = {"kind": kind, "devices": devices, "expires_at": (AT + lasts).isoformat()}
    return Variant(
        build_id="b",
        generation="g",
        identity_id="i",
        fingerprint="f",
        state=VariantState.READY,
        signing=signing,
        ready_at=AT - age,
        wanted_at=AT - (age if wanted is None else wanted),
    )


OLD = variant("A", age=2 * DAY)


@pytest.mark.parametrize(
    ("later", "old", "goes"),
    [
        (variant("A", "B"), OLD, True),
        (variant("a"), OLD, True),
        (variant("B"), OLD, False),
        (variant("A", "B", age=timedelta(hours=23)), OLD, False),
        (variant("A", "B"), variant("A", age=2 * DAY, wanted=timedelta(hours=1)), False),
        (variant("A", "B", kind="development"), OLD, False),
        (variant("A", "B", lasts=-DAY), OLD, False),
        (variant("A", "B", lasts=-DAY), variant("A", age=2 * DAY, lasts=-2 * DAY), True),
        (variant("A", "B", lasts=DAY), OLD, True),
        (variant(kind="enterprise"), variant(kind="enterprise", age=2 * DAY), True),
    ],
)
def test_e16_a_variant_goes_when_another_runs_wherever_it_does(
    later: Variant, old: Variant, *, goes: bool
) -> None:
    assert outdated([later, old], AT) == ([old] if goes else [])
    assert outdated([old], AT) == []
