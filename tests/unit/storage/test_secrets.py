"""Secrets: they open at their place, under their key, and nowhere else."""

from dataclasses import replace

import pytest

from storage.secrets import Place, Secrets, SecretUnreadable

KEY, NEXT = b"k" * 32, b"n" * 32
PLACE = Place(table="signing_identity", row_id="a1", column="sealed_key")
SECRET = b"-----BEGIN PRIVATE KEY-----"


def test_a_secret_opens_where_it_was_sealed() -> None:
    sealed = Secrets(KEY).seal(SECRET, PLACE)

    assert Secrets(KEY).open(sealed, PLACE) == SECRET
    assert SECRET not in sealed
    assert Secrets(KEY).open(Secrets(KEY).seal(b"", PLACE), PLACE) == b""


@pytest.mark.parametrize(
    "other",
    [
        replace(PLACE, table="other"),
        replace(PLACE, row_id="a2"),
        replace(PLACE, column="other"),
        # The same letters in a row, cut in another way.
        Place(table="signing_identitya", row_id="1", column="sealed_key"),
    ],
)
def test_copied_to_another_place_it_does_not_open(other: Place) -> None:
    sealed = Secrets(KEY).seal(SECRET, PLACE)

    with pytest.raises(SecretUnreadable):
        Secrets(KEY).open(sealed, other)


def test_every_changed_byte_is_noticed() -> None:
    sealed = Secrets(KEY).seal(SECRET, PLACE)
    for at in range(len(sealed)):
        changed = bytearray(sealed)
        changed[at] ^= 1
        with pytest.raises(SecretUnreadable):
            Secrets(KEY).open(bytes(changed), PLACE)


@pytest.mark.parametrize("length", [0, 1, 9, 68, 96])
def test_a_cut_secret_is_refused(length: int) -> None:
    sealed = Secrets(KEY).seal(SECRET, PLACE)

    with pytest.raises(SecretUnreadable):
        Secrets(KEY).open(sealed[:length], PLACE)


def test_the_same_secret_is_sealed_in_another_way_each_time() -> None:
    assert Secrets(KEY).seal(SECRET, PLACE) != Secrets(KEY).seal(SECRET, PLACE)


def test_another_key_does_not_open_it_and_the_message_tells_nothing() -> None:
    sealed = Secrets(KEY).seal(SECRET, PLACE)
    with pytest.raises(SecretUnreadable) as refusal:
        Secrets(NEXT).open(sealed, PLACE)

    assert "PRIVATE" not in str(refusal.value)
    assert "kkkk" not in str(refusal.value)


def test_after_a_rotation_the_old_key_is_refused() -> None:
    sealed = Secrets(KEY).seal(SECRET, PLACE)
    both = Secrets(NEXT, [KEY])
    rotated = both.rotate(sealed, PLACE)

    assert Secrets(NEXT).open(rotated, PLACE) == SECRET
    with pytest.raises(SecretUnreadable):
        Secrets(KEY).open(rotated, PLACE)


def test_rotating_at_another_place_is_refused() -> None:
    sealed = Secrets(KEY).seal(SECRET, PLACE)

    with pytest.raises(SecretUnreadable):
        Secrets(NEXT, [KEY]).rotate(sealed, replace(PLACE, row_id="a2"))


def test_the_name_of_a_key_tells_nothing_of_it() -> None:
    sealed = Secrets(KEY).seal(SECRET, PLACE)

    assert KEY[:8] not in sealed
    assert sealed[:9] == Secrets(KEY).seal(b"other", replace(PLACE, row_id="a2"))[:9]


def test_a_key_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Secrets(b"short")
