"""Lists of devices from Apple, Firebase and App Center are read; ours are as Apple reads them."""

import plistlib
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provisioning.devices.bulk.reading import read_device_list
from provisioning.devices.bulk.rows import MOST_BYTES, MOST_NAME, MOST_ROWS, Cells, DeviceRow
from provisioning.devices.bulk.writing import parts, write_property_list, write_table
from provisioning.devices.errors import DeviceListRefused
from provisioning.devices.udids import read_udid
from provisioning.devices.wording import problem

LONG = "2b6f0cc904d137be2e1730235f5664094b831186"
CHIP = "00008110-000E44540A2A801E"
MAC = "E621E1F8-C36C-495A-93FC-0C247A3E6E5F"
HEADING = "Device ID\tDevice Name\tDevice Platform\n"


def udid(number: int) -> str:
    return f"00008110-{number:016X}"


def row(name: str, number: int = 1) -> DeviceRow:
    found = read_udid(udid(number))
    assert found is not None
    return DeviceRow(line=1, udid=found, name=name)


def read(text: str) -> list[tuple[int, str, str, str]]:
    found = read_device_list(text.encode())
    assert found.problems == ()
    return [(item.line, item.udid.value, item.name, item.platform) for item in found.rows]


def problems(content: bytes) -> list[tuple[int, str]]:
    return [(item.line, item.code) for item in read_device_list(content).problems]


def test_apples_table_is_read() -> None:
    text = f"{HEADING}{LONG.upper()}\tAnn's iPhone\tios\n\n{CHIP}\tBob\n{MAC}\tBuild\tmac\n"

    assert read(text) == [
        (2, LONG, "Ann's iPhone", "ios"),
        (4, CHIP, "Bob", "ios"),
        (5, MAC, "Build", "mac"),
    ]


def test_app_centers_devices_are_read() -> None:
    text = f"Device ID\tDevice Name\r\n{LONG}\tDevice 1 - iPhone X\r\n\r\n{CHIP}\tBob\r\n"

    assert [item[:3] for item in read(text)] == [(2, LONG, "Device 1 - iPhone X"), (4, CHIP, "Bob")]


def test_columns_of_others_are_told_by_their_names() -> None:
    text = f"Name,Email,UDID,Platform,Model\nAnn,ann@example.com,{CHIP},iOS,iPhone14,5\n"
    text = text.replace("iPhone14,5", '"iPhone14,5"')

    found = read_device_list(text.encode()).rows[0]

    assert (found.udid.value, found.name, found.owner, found.model) == (
        CHIP,
        "Ann",
        "ann@example.com",
        "iPhone14,5",
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_what_a_spreadsheet_saves_is_read(encoding: str) -> None:
    content = f"UDID;Name\r\n{CHIP};Jürgen\r\n".encode(encoding)

    assert [item.name for item in read_device_list(content).rows] == ["Jürgen"]


@pytest.mark.parametrize("style", [plistlib.FMT_XML, plistlib.FMT_BINARY])
def test_a_deviceids_is_read(style: plistlib.PlistFormat) -> None:
    devices = [
        {"deviceIdentifier": CHIP, "deviceName": "Ann", "devicePlatform": "ios"},
        {"deviceIdentifier": LONG, "deviceName": "Bob"},
        {"deviceIdentifier": MAC, "deviceName": "Build", "devicePlatform": "mac"},
        {"deviceIdentifier": udid(7)},
        "nothing",
    ]
    content = plistlib.dumps({"Device UDIDs": devices}, fmt=style)

    found = read_device_list(content)

    assert [(item.line, item.platform) for item in found.rows] == [
        (1, "ios"),
        (2, "ios"),
        (3, "mac"),
    ]
    assert [(item.line, item.code) for item in found.problems] == [(4, "columns"), (5, "no_entry")]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (f"{udid(9)}\tAnn\ttvos", "platform"),
        (f"{udid(9)}\tAnn\twatchos", "platform"),
        (f"{udid(9)}\tAnn\tios\textra", "columns"),
        (udid(9), "columns"),
        (f"{udid(9)}\t{'x' * (MOST_NAME + 1)}", "long_name"),
        (f"{udid(9)}\tAnn\u202e", "bad_name"),
        (f"{MAC}\tAnn\tios", "no_udid"),
        ("C02XG2JHJG5J\tAnn\tios", "no_udid"),
        (f"{CHIP.lower()}\tagain\tios", "twice"),
    ],
)
def test_a_bad_line_is_told_beside_the_good_ones(line: str, code: str) -> None:
    content = f"{HEADING}{CHIP}\tfirst\n{line}\n{LONG}\tlast\n".encode()

    found = read_device_list(content)

    assert [item.line for item in found.rows] == [2, 4]
    assert [(item.line, item.code) for item in found.problems] == [(3, code)]
    assert problem(found.problems[0]).startswith("Line 3: ")
    assert udid(9) not in repr(found)
    assert MAC not in repr(found)


def test_lines_are_those_of_an_editor() -> None:
    content = f'\n\nUDID,Name\n{CHIP},"Ann\nSmith"\n{LONG},Bob\nnothing,Eve\n'.encode()

    assert problems(content) == [(4, "bad_name"), (7, "no_udid")]


def test_a_quote_in_apples_table_swallows_no_lines() -> None:
    assert [item[2] for item in read(f'{HEADING}{CHIP}\t"Ann\n{LONG}\tBob\n')] == ['"Ann', "Bob"]


REFUSED = {
    "too large": (b"x" * (MOST_BYTES + 1), "too_large"),
    "empty": (b"", "no_heading"),
    "no heading": (f"{CHIP}\tAnn\n".encode(), "no_heading"),
    "a picture": (b"\x89PNG\r\n\x1a\n", "no_text"),
    "zeros": (b"UDID\0", "no_text"),
    "an endless cell": (f"UDID,Name\n{CHIP},{'x' * 200_000}\n".encode(), "damaged"),
    "half an XML plist": (b"<?xml version='1.0'?><plist><dict>", "damaged"),
    "a broken binary plist": (b"bplist00" + b"\xff" * 40, "damaged"),
    "another plist": (plistlib.dumps({"Devices": []}), "no_heading"),
    "too many entries": (plistlib.dumps({"Device UDIDs": [1] * (MOST_ROWS + 1)}), "too_many_rows"),
    "too many lines": ((HEADING + "x\ty\n" * (MOST_ROWS + 1)).encode(), "too_many_rows"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_no_list_is_refused(what: str) -> None:
    content, code = REFUSED[what]

    with pytest.raises(DeviceListRefused) as refused:
        read_device_list(content)

    assert refused.value.code == code
    assert CHIP not in str(refused.value) + repr(refused.value.data)


def test_a_line_shows_no_udid_before_it_is_judged() -> None:
    assert CHIP not in repr(Cells(line=1, udid=CHIP, name="Ann"))


def test_the_most_rows_are_still_read() -> None:
    text = HEADING + "".join(f"{udid(number)}\tA\n" for number in range(MOST_ROWS))

    assert len(read(text)) == MOST_ROWS


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+49", "'+49"),
        ("-x", "'-x"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'=1"),
        ("a\tb\nc\r\n=d", "a b c =d"),
        ("x" * 60, "x" * MOST_NAME),
        ("=" + "x" * 60, "'=" + "x" * (MOST_NAME - 2)),
        ('"quoted"', '"quoted"'),
    ],
)
def test_no_name_becomes_a_formula(name: str, written: str) -> None:
    assert write_table([row(name)]).splitlines()[1] == f"{udid(1)}\t{written}\tios"


@given(st.lists(st.text(max_size=80), max_size=20))
@settings(max_examples=30, deadline=None)
def test_what_is_written_is_read(names: list[str]) -> None:
    rows = [row(name, number) for number, name in enumerate(names)]

    table = read_device_list(write_table(rows).encode())
    entries = read_device_list(write_property_list(rows))

    for found in (table, entries):
        assert found.problems == ()
        assert [item.udid for item in found.rows] == [item.udid for item in rows]
        assert all(item.name for item in found.rows)


@given(st.binary(max_size=300))
@settings(max_examples=50, deadline=None)
@pytest.mark.parametrize(
    "good",
    [b"", HEADING.encode(), b"UDID,Name\n", plistlib.dumps({"Device UDIDs": []}), b"bplist00"],
)
def test_damage_is_read_or_refused(good: bytes, damage: bytes) -> None:
    with suppress(DeviceListRefused):
        read_device_list(good + damage)


def test_apple_takes_a_hundred_at_once() -> None:
    rows = [row("A", number) for number in range(201)]

    assert [len(portion) for portion in parts(rows)] == [100, 100, 1]
