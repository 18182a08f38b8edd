"""A UDID has one of three forms and one case, and is never shown whole by mistake."""

import pytest

from provisioning.devices.udids import Udid, UdidForm, read_udid

LONG = "2b6f0cc904d137be2e1730235f5664094b831186"
CHIP = "00008110-000E44540A2A801E"
MAC = "E621E1F8-C36C-495A-93FC-0C247A3E6E5F"


@pytest.mark.parametrize(
    ("text", "value", "form", "chip_id"),
    [
        (LONG.upper(), LONG, UdidForm.LONG, None),
        (CHIP.lower(), CHIP, UdidForm.CHIP, 0x8110),
        ("00006021-0000000000000001", "00006021-0000000000000001", UdidForm.CHIP, 0x6021),
    ],
)
def test_a_udid_gets_the_case_of_its_form(
    text: str, value: str, form: UdidForm, chip_id: int | None
) -> None:
    udid = read_udid(text)

    assert udid is not None
    assert (udid.value, udid.form, udid.chip_id) == (value, form, chip_id)


def test_a_uuid_is_the_udid_of_a_mac_only() -> None:
    assert read_udid(MAC) is None
    assert read_udid(MAC.lower(), mac=True) == Udid(MAC, UdidForm.UUID)


@pytest.mark.parametrize(
    "text",
    [
        "",
        LONG[:-1],
        LONG + "0",
        CHIP.replace("-", ""),
        CHIP + "\n",
        f" {CHIP}",
        "00008030-001234567890EFGH",
        CHIP.replace("0", "\u0660"),
        CHIP.replace("-", "\u2013"),
    ],
)
def test_anything_else_is_none(text: str) -> None:
    assert read_udid(text) is None


def test_a_udid_shows_its_last_four_digits_only() -> None:
    udid = read_udid(CHIP)

    shown = f"{udid} {udid!r} {[udid]}"

    assert shown == "…801E Udid(…801E) [Udid(…801E)]"
