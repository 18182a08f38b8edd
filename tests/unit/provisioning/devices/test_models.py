"""Models have names and chips; one that is not known is shown as it is and blocks nothing."""

import pytest

from provisioning.devices.models import (
    FAMILIES,
    doubt,
    known_models,
    models_of_chip,
    name_of_model,
    read_models,
)
from provisioning.devices.udids import read_udid

#: Pairs that others measured.
MEASURED = {
    "iPhone11,8": 0x8020,
    "iPhone12,1": 0x8030,
    "iPhone13,2": 0x8101,
    "iPhone14,5": 0x8110,
    "iPhone15,2": 0x8120,
    "iPhone16,1": 0x8130,
    "iPhone17,3": 0x8140,
    "iPhone18,1": 0x8150,
    "MacBookPro17,1": 0x8103,
    "Mac14,2": 0x8112,
}
LONG = "2b6f0cc904d137be2e1730235f5664094b831186"
MAC = "E621E1F8-C36C-495A-93FC-0C247A3E6E5F"


def test_the_table_is_whole() -> None:
    models = known_models()

    assert len(models) > 280
    assert {model.family for model in models.values()} == FAMILIES
    assert all(model.name and model.chip_ids for model in models.values())


@pytest.mark.parametrize("identifier", sorted(MEASURED))
def test_chips_are_the_measured_ones(identifier: str) -> None:
    assert known_models()[identifier].chip_ids == (MEASURED[identifier],)


def test_names_are_what_people_say() -> None:
    assert name_of_model("iPhone14,5") == "iPhone 13"
    assert name_of_model("Watch7,5") == "Apple Watch Ultra 2"
    assert name_of_model("iPhone99,1") == "iPhone99,1"


def test_a_chip_tells_the_models_it_is_in() -> None:
    names = {model.name for model in models_of_chip(0x8140)}

    assert names == {
        "iPhone 16",
        "iPhone 16 Plus",
        "iPhone 16 Pro",
        "iPhone 16 Pro Max",
        "iPhone 16e",
    }
    assert models_of_chip(0xFFFF) == ()


@pytest.mark.parametrize(
    ("text", "identifier", "doubted"),
    [
        ("00008020-000E44540A2A801E", "iPhone11,8", False),
        ("00008020-000E44540A2A801E", "iPhone17,3", True),
        ("00008000-000E44540A2A801E", "iPhone8,1", False),
        ("00008003-000E44540A2A801E", "iPhone8,1", False),
        (LONG, "iPhone10,3", False),
        (LONG, "iPhone11,8", True),
        (LONG, "Watch4,1", False),
        (LONG, "iPhone99,1", False),
        ("00008020-000E44540A2A801E", "", False),
        (MAC, "Mac14,2", True),
        (MAC, "MacBookPro15,1", False),
    ],
)
def test_a_udid_is_held_against_the_model(text: str, identifier: str, *, doubted: bool) -> None:
    udid = read_udid(text, mac=True)
    assert udid is not None

    found = doubt(udid, identifier)

    assert (found is not None) == doubted
    assert found is None or text not in found.sentence + repr(found)


def test_an_admin_may_know_more_models() -> None:
    among = known_models() | read_models("iPhone99,1\tiPhone 99\t8999\tiphone\n\n")
    udid = read_udid("00008020-000E44540A2A801E")
    assert udid is not None

    assert name_of_model("iPhone99,1", among) == "iPhone 99"
    assert [model.name for model in models_of_chip(0x8999, among)] == ["iPhone 99"]
    assert doubt(udid, "iPhone99,1", among) is not None


@pytest.mark.parametrize("line", ["iPhone99,1\tiPhone 99", "iPhone99,1\tiPhone 99\t8999\tphone"])
def test_a_line_that_is_no_model_is_told_by_its_number(line: str) -> None:
    with pytest.raises(ValueError, match="Line 2 "):
        read_models(f"iPhone98,1\tiPhone 98\t8998\tiphone\n{line}\n")
