"""UDIDs are found in whatever people write, and what is none is named for what it is."""

import plistlib
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provisioning.devices.finding import MOST_LOOKALIKES, MOST_TEXT, find
from provisioning.devices.lookalikes import Likeness
from provisioning.devices.wording import sentence, where

LONG = "2b6f0cc904d137be2e1730235f5664094b831186"
CHIP = "00008110-000E44540A2A801E"
MAC = "E621E1F8-C36C-495A-93FC-0C247A3E6E5F"


def values(text: str, *, mac: bool = False) -> list[str]:
    return [udid.value for udid in find(text, mac=mac).udids]


@pytest.mark.parametrize(
    "text",
    [
        CHIP,
        f"UDID: {CHIP}",
        f"udid={CHIP.lower()}, thanks!",
        f"Identifier:{CHIP}",
        f"*UDID* _{CHIP}_ `{CHIP}`",
        f"iPhone 13 \u2014 {CHIP}\u2014",
        CHIP.replace("-", "\u2013"),
        CHIP.replace("-", "\u2011"),
        f"\u00a0{CHIP}\u00a0\u00a0my phone",
        f"\ufeff{CHIP[:12]}\u200b{CHIP[12:]}\u2060",
        f"iPhone14,5 (20.1.1) {CHIP} 128 GB",
        f"Serial Number: C02XG2JHJG5J\tUDID: {CHIP}\tModel: MWHG2LL/A",
        f"<dict><key>deviceIdentifier</key><string>{CHIP}</string></dict>",
        plistlib.dumps({"Device UDIDs": [{"deviceIdentifier": CHIP}]}).decode(),
        f"Device ID\tDevice Name\n{CHIP}\tAnn's iPhone",
        f"\u2022 {CHIP}\u2029next",
    ],
)
def test_a_udid_is_found_in_what_surrounds_it(text: str) -> None:
    assert values(text) == [CHIP]


def test_several_are_found_in_order_and_each_once() -> None:
    text = f"mine {LONG.upper()}; hers {CHIP}, mine again {LONG}"

    assert values(text) == [LONG, CHIP]


def test_models_beside_a_udid_are_told() -> None:
    assert find(f"iPhone14,5 {CHIP} MacBookPro18,3").models == ("iPhone14,5", "MacBookPro18,3")


@pytest.mark.parametrize(
    ("text", "likeness"),
    [
        (CHIP.replace("-", ""), Likeness.DASHLESS),
        (CHIP.replace("-", " "), Likeness.DASHLESS),
        (CHIP.replace("-", "-\n"), Likeness.DASHLESS),
        ("00008030-001234567890EFGH", Likeness.NOT_HEX),
        (LONG.replace("0", "O"), Likeness.NOT_HEX),
        (CHIP[:-1], Likeness.LENGTH),
        (LONG + "0", Likeness.LENGTH),
        (MAC, Likeness.UUID),
        (MAC.replace("-", ""), Likeness.UUID),
        ("C02XG2JHJG5J", Likeness.SERIAL),
        ("f2lq3abcde", Likeness.UNKNOWN),
        ("my serial is F2LQ3ABCDE ok", Likeness.SERIAL),
        ("490154203237518", Likeness.IMEI),
        ("IMEI 49 015420 323751 8", Likeness.IMEI),
        ("49-015420-323751-8", Likeness.IMEI),
        ("A0000022CE2E39", Likeness.MEID),
        ("8949000000000000001", Likeness.ICCID),
        ("89490000000000000012F", Likeness.ICCID),
        ("89049032007008882600012345678901", Likeness.EID),
        ("490154203237519", Likeness.ECID),
        ("0x000E44540A2A801E", Likeness.ECID),
        ("000E44540A2A801E", Likeness.ECID),
        ("a4:83:e7:01:02:ff", Likeness.MAC),
        ("A4-83-E7-01-02-FF", Likeness.MAC),
        ("A2890", Likeness.MODEL_NUMBER),
        ("MWHG2", Likeness.MODEL_NUMBER),
        ("Model MWHG2LL/A", Likeness.MODEL_NUMBER),
        ("x86_64", Likeness.SIMULATOR),
    ],
)
def test_what_is_no_udid_is_named(text: str, likeness: Likeness) -> None:
    found = find(text)

    assert found.udids == ()
    if likeness is Likeness.UNKNOWN:  # Lower case that stands alone is taken for a serial number.
        likeness = Likeness.SERIAL
    assert [item.likeness for item in found.lookalikes] == [likeness]


@pytest.mark.parametrize("gap", ["", " ", "\n", " - ", "- "])
def test_a_udid_without_its_dash_is_offered_and_not_taken(gap: str) -> None:
    found = find(f"it is {CHIP[:8]}{gap}{CHIP[9:]} ok")

    offered = found.lookalikes[0].offered

    assert found.udids == ()
    assert offered is not None
    assert offered.value == CHIP


def test_a_uuid_is_taken_for_a_mac() -> None:
    assert values(f"Hardware UUID: {MAC.lower()}", mac=True) == [MAC]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "help",
        "please add my phone, the iPhone 13 that I got in 2021",
        "+4917612345678 or 030 1234567",
        "IMPORTANT INFORMATION about deviceIdentifier",
        "see https://example.com/builds/1234567890",
    ],
)
def test_ordinary_words_are_nothing(text: str) -> None:
    found = find(text)

    assert (found.udids, found.lookalikes, found.models) == ((), (), ())


@pytest.mark.parametrize("likeness", sorted(Likeness))
def test_every_likeness_has_words(likeness: Likeness) -> None:
    found = find(f"{CHIP[:-1]} {LONG}0").lookalikes[0]
    item = type(found)(likeness=likeness, tail="E801", data=found.data)

    assert sentence(item).startswith("…E801 ")
    assert "{" not in sentence(item)


def test_what_is_said_of_a_number_shows_no_more_than_its_end() -> None:
    imei, broken = "490154203237518", f"{CHIP}1"

    said = [sentence(find(text).lookalikes[0]) for text in (imei, broken)]

    assert said[0] == "…7518 looks like an IMEI, the number of the phone in the mobile network."
    assert "17 digits where 16 belong" in said[1]
    assert repr(find(broken)).count(CHIP[-8:]) == 0


@pytest.mark.parametrize("family", ["iphone", "ipad", "ipod", "mac", "watch", "tv", "vision", "?"])
def test_each_family_has_a_way_to_its_udid(family: str) -> None:
    assert where(family).endswith(".")


HEX = "0123456789abcdefABCDEF"
UDIDS = st.one_of(
    st.text(HEX, min_size=40, max_size=40),
    st.tuples(st.text(HEX, min_size=8, max_size=8), st.text(HEX, min_size=16, max_size=16)).map(
        "-".join
    ),
)
AROUND = st.sampled_from(
    ["UDID:", " ", "\n", "\t", " ,", "; ", " my phone ", " (", ") ", " \u201c", "\u201d ", "\u00a0"]
)
DASH = st.sampled_from(["-", "\u2010", "\u2011", "\u2012", "\u2013", "\u2014", "\u2212"])
NOTHING = st.sampled_from(["", "", "\u200b", "\u200d", "\ufeff", "\u2060", "\u00ad"])


@given(st.lists(st.tuples(AROUND, UDIDS, DASH, NOTHING, st.integers(0, 24)), max_size=6))
@settings(max_examples=80, deadline=None)
def test_any_mix_comes_back(parts: list[tuple[str, str, str, str, int]]) -> None:
    text, wanted = "", []
    for before, udid, dash, nothing, place in parts:
        spelled = (udid[:place] + nothing + udid[place:]).replace("-", dash)
        text += f"{before} {spelled} "
        wanted.append(udid.upper() if "-" in udid else udid.lower())

    assert values(text) == list(dict.fromkeys(wanted))


@given(st.text(max_size=300))
@settings(max_examples=80, deadline=None)
def test_any_text_is_read(text: str) -> None:
    found = find(text)

    assert len(found.lookalikes) <= MOST_LOOKALIKES
    for item in found.lookalikes:
        assert sentence(item)


@pytest.mark.parametrize(
    "piece",
    [
        "a",
        "a-",
        "-",
        "aa:",
        "00008030 ",
        "12 345678 ",
        "A1",
        "+1 ",
        f"{CHIP} ",
        "iPhone1,",
        "\u200b",
    ],
)
def test_what_is_hostile_takes_linear_time(piece: str) -> None:
    text = piece * (MOST_TEXT // len(piece))

    started = time.process_time()
    find(text[: MOST_TEXT // 8])
    short = time.process_time() - started
    started = time.process_time()
    find(text)

    # Eight times the text; what is quadratic would take 64 times as long.
    assert time.process_time() - started < 25 * short + 0.5


def test_of_a_long_text_the_beginning_is_read() -> None:
    text = f"{CHIP} " * 5_000

    found = find(text)

    assert found.cut
    assert [udid.value for udid in found.udids] == [CHIP]
    assert found.lookalikes == ()
