"""Parsers of strangers' bytes answer or refuse, quickly, and never fail in another way."""

import plistlib
import struct
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.sandbox.samples.macho import MachO, image
from provisioning.codesign.errors import CodesignError, Malformed
from provisioning.codesign.signing import blobs
from provisioning.codesign.structures import superblob
from provisioning.codesign.structures.cms import read_signed_message
from provisioning.codesign.structures.codedirectory import read_code_directory
from provisioning.codesign.structures.coderesources import read_code_resources
from provisioning.codesign.structures.entitlements import (
    grants,
    read_entitlements_der,
    read_entitlements_xml,
)
from provisioning.codesign.structures.macho import is_macho, read_slices
from provisioning.codesign.structures.plist import read_plist
from provisioning.codesign.structures.profile import read_profile
from provisioning.codesign.structures.requirements import read_requirements, spell
from provisioning.codesign.structures.signature import read_signature
from provisioning.codesign.structures.source import BytesSource
from provisioning.codesign.structures.superblob import read_superblob
from provisioning.codesign.verifying.verifier import verify
from tests.unit.provisioning.codesign import world

SEQUENCE = 0x30
LIBRARY = world.dylib("libparse")
FAT = b"".join(image(MachO(name="Fat", architectures=("arm64", "x86_64"))))
REGION = LIBRARY[read_slices(BytesSource(LIBRARY))[0].signature.offset :]  # type: ignore[union-attr]  # it is signed
PARTS = {blob.slot: blob.content for blob in read_superblob(REGION).blobs}
ENTITLEMENTS = blobs.write_entitlements_der(
    {"a": True, "b": ["x", "y"], "c": {"d": 7, "e": -129}, "f": "text", "g": b"raw"}
)
SEAL = plistlib.dumps(
    {"files": {"a": b"1" * 20}, "files2": {"a": {"hash2": b"2" * 32}}, "rules2": {"^.*": True}}
)
PARSERS: dict[str, tuple[Callable[[bytes], object], bytes]] = {
    "thin": (lambda raw: read_slices(BytesSource(raw)), LIBRARY[:6_000]),
    "fat": (lambda raw: read_slices(BytesSource(raw)), FAT),
    "superblob": (read_superblob, REGION),
    "code directory": (read_code_directory, PARTS[superblob.DIRECTORY_SLOT]),
    "requirements": (read_requirements, PARTS[superblob.REQUIREMENTS_SLOT]),
    "cms": (read_signed_message, PARTS[superblob.CMS_SLOT][8:]),
    "profile": (read_profile, world.profile("com.example.parse", world.identity()).content),
    "DER entitlements": (read_entitlements_der, ENTITLEMENTS[8:]),
    "XML entitlements": (read_entitlements_xml, plistlib.dumps({"a": [1, 2]})),
    "code resources": (read_code_resources, SEAL),
}


@pytest.mark.parametrize("name", PARSERS)
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_damage_is_read_or_refused_at_once(name: str, data: st.DataObject) -> None:
    parse, good = PARSERS[name]
    raw = bytearray(good)
    for _ in range(data.draw(st.integers(1, 5))):
        raw[data.draw(st.integers(0, min(len(raw) - 1, 2_000)))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(raw)) | st.just(len(raw)))
    started = time.process_time()

    with suppress(CodesignError):
        parse(bytes(raw[:cut]))
    assert time.process_time() - started < 1


@pytest.mark.parametrize("name", PARSERS)
@given(raw=st.binary(max_size=300))
@settings(max_examples=30, deadline=None)
def test_noise_is_read_or_refused(name: str, raw: bytes) -> None:
    parse, good = PARSERS[name]
    for content in (raw, good[:40] + raw):
        with suppress(CodesignError):
            parse(content)


def macho_head(commands: bytes, count: int, claimed: int | None = None) -> bytes:
    length = len(commands) if claimed is None else claimed
    head = struct.pack("<8I", 0xFEEDFACF, 0x0100000C, 0, 2, count, length, 0, 0)
    return head + commands + bytes(64)


def segment(offset: int, size: int, sections: int = 0) -> bytes:
    layout = struct.pack("<16s4Q4I", b"__TEXT", 0, 0, offset, size, 5, 5, sections, 0)
    return struct.pack("<II", 0x19, 8 + len(layout)) + layout


HOSTILE = {
    "a cut header": (struct.pack("<3I", 0xFEEDFACF, 1, 1), "ends before"),
    "too many commands": (macho_head(b"", 1 << 31), "too many load commands"),
    "endless commands": (macho_head(b"", 1, 0xFFFFFFF0), "too many load commands"),
    "commands past the end": (macho_head(b"", 1, 4_000), "ends before"),
    "a command of no length": (macho_head(struct.pack("<II", 0x19, 0) * 9, 9), "impossible length"),
    "a command past the others": (macho_head(struct.pack("<II", 0x19, 900), 1), "impossible"),
    "a missing command": (macho_head(b"", 1), "end too early"),
    "a segment outside": (macho_head(segment(0, 1 << 40), 1), "lies outside"),
    "a segment far outside": (macho_head(segment(1 << 63, 1), 1), "lies outside"),
    "sections that are not there": (macho_head(segment(0, 8, 4_000), 1), "more sections"),
    "a signature outside": (
        macho_head(struct.pack("<4I", 0x1D, 16, 1 << 30, 99), 1),
        "signature lies outside",
    ),
    "two signatures": (
        macho_head(struct.pack("<4I", 0x1D, 16, 64, 16) * 2, 2),
        "two signatures",
    ),
    "a cut UUID": (macho_head(struct.pack("<3I", 0x1B, 12, 7), 1), "too short"),
    "a cut word on encryption behind a whole one": (
        macho_head(struct.pack("<6I", 0x2C, 24, 0, 0, 1, 0) + struct.pack("<2I", 0x21, 8), 2),
        "too short",
    ),
    "a slice outside": (
        struct.pack(">2I5I", 0xCAFEBABE, 1, 0, 0, 4_096, 1 << 20, 14),
        "lies outside of it",
    ),
    "slices that overlap": (FAT[:28] + FAT[8:28] + FAT[48:], "overlap"),
    "a fat file in a fat file": (
        struct.pack(">2I5I", 0xCAFEBABE, 1, 0, 0, 64, 64, 4).ljust(64, b"\0") + FAT[:64],
        "is no Mach-O",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_executable_is_refused(name: str) -> None:
    raw, sentence = HOSTILE[name]

    with pytest.raises(Malformed, match=sentence):
        read_slices(BytesSource(raw))


@pytest.mark.parametrize(
    ("cpu", "subtype", "name"),
    [
        (0x0100000C, 0, "arm64"),
        (0x0100000C, 0x80000002, "arm64e"),
        (0x0200000C, 1, "arm64_32"),
        (12, 9, "armv7"),
        (12, 77, "cpu-12-77"),
    ],
)
def test_an_architecture_has_the_name_that_apples_tools_give_it(
    cpu: int, subtype: int, name: str
) -> None:
    raw = macho_head(b"", 0)
    part = read_slices(BytesSource(raw[:4] + struct.pack("<2I", cpu, subtype) + raw[12:]))[0]

    assert part.architecture == name


@pytest.mark.parametrize("words", [(1, 0), (0, 1)])
def test_code_is_encrypted_when_any_command_says_so(words: tuple[int, int]) -> None:
    commands = b"".join(struct.pack("<6I", 0x2C, 24, 0, 0, word, 0) for word in words)

    assert read_slices(BytesSource(macho_head(commands, 2)))[0].crypt_id == 1


def test_a_certificate_that_is_damaged_is_read_or_refused() -> None:
    part, der = read_slices(BytesSource(LIBRARY))[0], world.identity().der
    start, refused = LIBRARY.index(der), 0
    for place in (start + inside for inside, byte in enumerate(der) if byte == SEQUENCE):
        damaged = LIBRARY[:place] + b"\x13" + LIBRARY[place + 1 :]
        try:
            signature = read_signature(BytesSource(damaged), part)
        except Malformed:
            refused += 1
        else:
            assert signature is not None
            assert not signature.is_apples

    assert refused


def test_a_java_class_is_no_executable() -> None:
    assert not is_macho(bytes.fromhex("cafebabe00000034"))
    assert is_macho(FAT[:8])
    assert is_macho(LIBRARY[:8])
    assert not is_macho(b"")


def test_entitlements_survive_their_der_form() -> None:
    assert read_entitlements_der(ENTITLEMENTS[8:]) == {
        "a": True,
        "b": ["x", "y"],
        "c": {"d": 7, "e": -129},
        "f": "text",
        "g": b"raw",
    }


def test_the_older_der_form_is_read() -> None:
    entry = bytes.fromhex("30060c0161 0101ff".replace(" ", ""))

    assert read_entitlements_der(bytes([0x31, len(entry)]) + entry) == {"a": True}


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (b"\x30" * 60, "unknown tag|end too early"),
        (bytes.fromhex("310c30040c01610101ff30040c0161"), "end too early|no entry"),
        (bytes.fromhex("3110" + "30060c01610101ff" * 2), "twice"),
        (bytes.fromhex("3184ffffffff"), "end too early|impossible"),
    ],
)
def test_hostile_der_is_refused(raw: bytes, sentence: str) -> None:
    with pytest.raises(Malformed, match=sentence):
        read_entitlements_der(raw)


def test_deeply_nested_der_is_refused() -> None:
    value = bytes.fromhex("0101ff")
    for _ in range(40):
        value = bytes([0x30, len(value)]) + value
    entry = b"\x0c\x01a" + value
    entry = bytes([0x30, len(entry)]) + entry

    with pytest.raises(Malformed, match="nested too deeply"):
        read_entitlements_der(bytes([0x31, len(entry)]) + entry)


def test_a_plist_that_is_small_on_disk_and_endless_in_memory_is_refused() -> None:
    tree: list[object] = []
    for _ in range(60):
        tree = [tree, tree]
    content = plistlib.dumps({"a": tree}, fmt=plistlib.FMT_BINARY)
    assert len(content) < 2_000
    started = time.process_time()

    with pytest.raises(Malformed, match="take too much"):
        read_plist(content, "This file")
    assert time.process_time() - started < 10


def test_a_key_that_is_no_text_is_refused() -> None:
    # plistlib reads such lists, though it writes none: the key becomes five bytes of data.
    content = plistlib.dumps({"Outer": {"Inner": 1}}, fmt=plistlib.FMT_BINARY)

    with pytest.raises(Malformed, match="no text"):
        read_plist(content.replace(b"\x55Inner", b"\x45Inner"), "This file")


def test_a_hundred_thousand_nested_arrays_are_refused() -> None:
    content = b"<plist><dict><key>a</key>" + b"<array>" * 100_000 + b"</array>" * 100_000
    content += b"</dict></plist>"

    with pytest.raises(Malformed):
        read_plist(content, "This file")


@pytest.mark.parametrize(
    "pattern", ["^(a?){30}a{30}$", "a" * 3_000, "(unclosed", r"(a)\1", "(?=a)b"]
)
def test_a_rule_that_apples_tools_do_not_write_is_refused(pattern: str) -> None:
    with pytest.raises(Malformed, match="rule"):
        read_code_resources(plistlib.dumps({"rules2": {pattern: True}}))


@pytest.mark.parametrize(
    "pattern",
    ["^" + "a?" * 60 + "a" * 60 + "$", "(a+)+$", "(.*)*x", "^.*.*.*.*.*.*b$", "(a|a)*(a|a)*b"],
)
def test_e10_no_rule_takes_longer_than_its_path(pattern: str) -> None:
    rules = read_code_resources(plistlib.dumps({"rules2": {pattern: True}})).rules2
    began = time.process_time()

    for length in range(40, 90):
        list(rules.matching("a" * length + "!"))

    assert time.process_time() - began < 1


def test_e10_rules_that_are_hard_together_are_matched_in_time_too() -> None:
    patterns = {"a" + "." * number: True for number in range(20, 60)}
    rules = read_code_resources(plistlib.dumps({"rules2": patterns})).rules2
    began = time.process_time()

    found = [len(list(rules.matching("ab" * 50 + "." * number))) for number in range(100)]

    assert min(found) == 40
    assert time.process_time() - began < 1


def test_e10_a_weight_beyond_all_numbers_is_refused() -> None:
    content = f"<plist><dict><key>rules2</key><dict><key>a</key><dict><key>weight</key><integer>{'9' * 400}</integer></dict></dict></dict></plist>"  # noqa: E501  one file

    with pytest.raises(Malformed, match="weight"):
        read_code_resources(content.encode())


def test_requirements_are_spelled_as_apple_does() -> None:
    content = blobs.write_requirements("com.example.app", "iPhone Distribution: Ann")

    assert spell(read_requirements(content)[3]) == (
        'identifier "com.example.app" and anchor apple generic and '
        'certificate leaf[subject.CN] = "iPhone Distribution: Ann" and '
        "certificate 1[field.1.2.840.113635.100.6.2.1] exists"
    )


def test_a_requirement_nested_without_end_is_refused() -> None:
    code = struct.pack(">I", 9) * 5_000
    body = struct.pack(">3I", 0xFADE0C00, 12 + len(code), 1) + code
    content = struct.pack(">5I", 0xFADE0C01, 20 + len(body), 1, 3, 20) + body

    with pytest.raises(Malformed, match="nested too deeply"):
        read_requirements(content)


GRANTS = [
    ("TEAM.*", "TEAM.app", True),
    ("TEAM.*", "OTHER.app", False),
    ("*", ["a", "b"], True),
    (["TEAM.*"], ["TEAM.a", "TEAM.b"], True),
    (["TEAM.*"], ["TEAM.a", "OTHER.b"], False),
    (["Development", "Production"], "Production", True),
    ("production", "development", False),
    (True, True, True),
    (False, True, False),
    (True, False, True),
    (True, "True", False),
    (1, True, False),
]


@pytest.mark.parametrize(("allowed", "wanted", "answer"), GRANTS)
def test_a_profile_grants_what_it_names(allowed: object, wanted: object, *, answer: bool) -> None:
    assert grants(allowed, wanted) is answer


def test_a_list_without_a_device_lets_no_phone_in_and_is_not_the_stores() -> None:
    nobody = world.profile("com.example.app", world.identity(), devices=())
    store = world.profile("com.example.app", world.identity(), kind="appstore")

    assert (nobody.kind, nobody.devices) == ("adhoc", frozenset())
    assert store.kind == "appstore"


@pytest.mark.parametrize("oid", ["2a864886f70d010701", "2a864886f70d010702"])
def test_a_profile_is_plain_data_that_was_signed(oid: str) -> None:
    content = world.profile("com.example.app", world.identity()).content
    other = bytes.fromhex("2a864886f70d010705")

    with pytest.raises(Malformed, match="profile"):
        read_profile(content.replace(bytes.fromhex(oid), other, 1))


def test_a_profile_of_several_megabytes_is_refused() -> None:
    with pytest.raises(Malformed, match="too large"):
        read_profile(bytes(5 << 20))


@pytest.mark.parametrize("content", [b"", b"\x30\x80", bytes(100), b"\x30" * 5_000])
def test_what_is_no_profile_is_refused(content: bytes) -> None:
    with pytest.raises(Malformed):
        read_profile(content)


def test_a_cut_app_is_refused_at_every_length(good: Path, tmp_path: Path) -> None:
    content = good.read_bytes()
    path = tmp_path / "cut.ipa"
    for length in range(0, len(content), len(content) // 20):
        path.write_bytes(content[:length])
        assert len(verify(path)) == 1
