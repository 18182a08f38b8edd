"""An answer is what one device said to one question, or it is refused."""

import plistlib
import time
from contextlib import suppress

import pytest
from cryptography import x509
from hypothesis import given, settings
from hypothesis import strategies as st

from provisioning.devices.enrolment.answer import MOST_BYTES, DeviceAnswer, read_answer
from provisioning.devices.enrolment.trust import (
    DEVICE_AUTHORITY,
    Distrust,
    TrustPolicy,
    device_authorities,
    trust_in,
)
from provisioning.devices.errors import AnswerRefused
from provisioning.devices.wording import why_unverified
from tests.unit.provisioning.devices.enrolment.authority import (
    ANSWER,
    CHALLENGE,
    UDID,
    DeviceAuthorities,
)

CODES = {"damaged", "empty", "bad_signature", "no_plist", "wrong_challenge", "no_udid", "too_large"}
POLICIES = sorted(TrustPolicy)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> DeviceAuthorities:
    return DeviceAuthorities.made_in(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def good(authority: DeviceAuthorities) -> bytes:
    return authority.ask()


def read(
    content: bytes,
    authority: DeviceAuthorities,
    *,
    policy: TrustPolicy = TrustPolicy.PREFER,
    challenge: str = CHALLENGE,
) -> DeviceAnswer:
    return read_answer(
        content, challenge=challenge, policy=policy, authorities=[authority.certificate()]
    )


def refusal(content: bytes, authority: DeviceAuthorities, policy: TrustPolicy) -> str:
    with pytest.raises(AnswerRefused) as refused:
        read(content, authority, policy=policy)
    assert UDID not in f"{refused.value}{refused.value.data}{refused.value.__cause__}"
    return refused.value.code


@pytest.mark.parametrize(
    "options",
    [
        (),
        ("-md", "sha1"),
        ("-md", "sha1", "-noattr"),
        ("-indef", "-stream"),
        ("-nosmimecap",),
    ],
    ids=" ".join,
)
def test_what_a_device_sends_is_read(
    authority: DeviceAuthorities, options: tuple[str, ...]
) -> None:
    content = authority.ask(*options)

    answer = read(content, authority, policy=TrustPolicy.REQUIRE)

    assert (answer.udid.value, answer.product, answer.system) == (UDID, "iPhone14,5", "22A3354")
    assert answer.name == "Ann's <iPhone> & more"
    assert (answer.trust.verified, answer.trust.issuer) == (True, "Apple iPhone Device CA")
    assert UDID not in repr(answer)
    if "-indef" in options:
        assert content[1] == 0x80


def test_a_device_may_keep_its_name_to_itself(authority: DeviceAuthorities) -> None:
    values = {"UDID": UDID, "CHALLENGE": CHALLENGE.encode(), "PRODUCT": "../../etc", "VERSION": 7}

    answer = read(authority.ask(values=values), authority)

    assert (answer.product, answer.system, answer.name) == ("", "", "")


@pytest.mark.parametrize(
    ("signer", "distrust"),
    [
        ("bare", None),
        ("old", None),
        ("ca", Distrust.AUTHORITY),
        ("subordinate", Distrust.AUTHORITY),
        ("encipherment", Distrust.USAGE),
        ("critical", Distrust.CRITICAL),
        ("forged", Distrust.FORGED_ISSUER),
        ("strange", Distrust.OTHER_ISSUER),
    ],
)
def test_who_signed_is_told_and_with_require_decides(
    authority: DeviceAuthorities, signer: str, distrust: Distrust | None
) -> None:
    content = authority.ask(signers=(signer,))

    assert read(content, authority).trust.distrust == distrust
    assert read(content, authority, policy=TrustPolicy.OFF).trust.distrust == Distrust.UNCHECKED
    if distrust is not None:
        assert refusal(content, authority, TrustPolicy.REQUIRE) == "not_verified"


def test_the_authority_itself_is_no_device(authority: DeviceAuthorities) -> None:
    signer = authority.certificate("ca")

    assert trust_in(signer, [signer]).distrust is Distrust.AUTHORITY


def test_an_authority_of_ours_counts_only_where_it_is_given(good: bytes) -> None:
    answer = read_answer(good, challenge=CHALLENGE)

    assert answer.trust.distrust is Distrust.FORGED_ISSUER
    with pytest.raises(AnswerRefused, match="No device of Apple's"):
        read_answer(good, challenge=CHALLENGE, policy=TrustPolicy.REQUIRE)


def test_apples_authority_is_the_pinned_one() -> None:
    (apples,) = device_authorities()

    assert isinstance(apples, x509.Certificate)
    assert apples.subject.rfc4514_string().startswith("CN=Apple iPhone Device CA")
    assert DEVICE_AUTHORITY.startswith("76f27d00e1333bc8")


@pytest.mark.parametrize("distrust", sorted(Distrust))
def test_each_distrust_has_words(distrust: Distrust) -> None:
    assert why_unverified(distrust).endswith(".")


@pytest.mark.parametrize("policy", POLICIES)
def test_what_is_damaged_is_refused_whatever_the_policy(
    authority: DeviceAuthorities, good: bytes, policy: TrustPolicy
) -> None:
    tampered = good.replace(UDID.encode(), UDID.replace("1E", "1F").encode())
    assert tampered != good
    signature = bytearray(good)
    signature[-1] ^= 1

    assert refusal(tampered, authority, policy) == "bad_signature"
    assert refusal(bytes(signature), authority, policy) == "bad_signature"
    assert refusal(good[:-1], authority, policy) == "damaged"
    assert refusal(good[: len(good) // 2], authority, policy) == "damaged"
    assert refusal(good + b"\0", authority, policy) == "damaged"
    assert refusal(b"", authority, policy) == "damaged"
    assert refusal(plistlib.dumps(ANSWER), authority, policy) == "damaged"
    assert refusal(b"\0" * (MOST_BYTES + 1), authority, policy) == "too_large"


@pytest.mark.parametrize("policy", POLICIES)
def test_what_nobody_or_two_signed_is_refused(
    authority: DeviceAuthorities, policy: TrustPolicy
) -> None:
    authority.run("crl2pkcs7 -nocrl -certfile device.pem -outform DER -out none")
    unsigned = (authority.folder / "none").read_bytes()

    assert refusal(unsigned, authority, policy) == "damaged"
    assert refusal(authority.ask(signers=("device", "bare")), authority, policy) == "damaged"
    assert refusal(authority.ask("-nocerts"), authority, policy) == "damaged"
    assert refusal(authority.ask("-keyid"), authority, policy) == "damaged"


def test_a_certificate_with_a_serial_number_that_none_has_is_refused(
    authority: DeviceAuthorities, good: bytes
) -> None:
    number = authority.certificate("device").serial_number
    serial = number.to_bytes(number.bit_length() // 8 + 1)
    negative = bytes([serial[0] | 0x80]) + serial[1:]

    changed = good.replace(serial, negative)

    assert changed != good
    assert refusal(changed, authority, TrustPolicy.OFF) == "damaged"


def test_detached_content_is_refused(authority: DeviceAuthorities) -> None:
    authority.ask()
    authority.run(
        "cms -sign -binary -in content -out apart -outform DER -signer device.pem -inkey device.key"
    )

    content = (authority.folder / "apart").read_bytes()

    assert refusal(content, authority, TrustPolicy.OFF) == "empty"


def test_content_of_another_type_is_refused(authority: DeviceAuthorities) -> None:
    content = authority.ask("-econtent_type", "1.2.3.4")

    assert refusal(content, authority, TrustPolicy.OFF) == "bad_signature"


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({**ANSWER, "CHALLENGE": "c0ffee-2"}, "wrong_challenge"),
        ({**ANSWER, "CHALLENGE": ""}, "wrong_challenge"),
        ({**ANSWER, "CHALLENGE": 1}, "wrong_challenge"),
        ({"UDID": UDID}, "wrong_challenge"),
        (b"hello", "no_plist"),
        (b"<plist><array/></plist>", "no_plist"),
        (b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><plist/>', "no_plist"),
        ({"CHALLENGE": CHALLENGE}, "no_udid"),
        ({**ANSWER, "UDID": "C02XG2JHJG5J"}, "no_udid"),
        ({**ANSWER, "UDID": "E621E1F8-C36C-495A-93FC-0C247A3E6E5F"}, "no_udid"),
    ],
    ids=range(10),
)
def test_what_is_no_answer_to_the_question_is_refused(
    authority: DeviceAuthorities, values: dict[str, object] | bytes, code: str
) -> None:
    content = authority.ask(values=values)

    assert refusal(content, authority, TrustPolicy.REQUIRE) == code


def test_no_challenge_fits_an_empty_one(authority: DeviceAuthorities) -> None:
    content = authority.ask(values={**ANSWER, "CHALLENGE": ""})

    with pytest.raises(AnswerRefused):
        read(content, authority, challenge="")


STRANGE = {
    "version 2": ("a003020102", "a003020101"),
    "version 4": ("a003020102", "a003020103"),
    "no version that there is": ("a003020102", "a003020155"),
    "an algorithm of its own": ("06092a864886f70d010105", "06092a864886f70d010155"),
    "a key of another kind": ("06092a864886f70d010101050003", "06092a864886f70d010155050003"),
    "an extension that is there twice": ("0603551d0e", "0603551d0f"),
    "a serial number below 1": ("a0030201020214", "a00302010202148f"),
}


@pytest.mark.parametrize("strange", STRANGE)
def test_a_certificate_that_no_device_has_is_refused_or_not_trusted(
    authority: DeviceAuthorities, good: bytes, strange: str
) -> None:
    there, instead = map(bytes.fromhex, STRANGE[strange])
    assert there in good
    begin = good.index(there)

    try:
        answer = read(good[:begin] + instead + good[begin + len(instead) :], authority)
    except AnswerRefused as error:
        assert error.code in CODES  # noqa: PT017  either may happen
    else:
        assert not answer.trust.verified


@given(data=st.data())
@settings(max_examples=120, deadline=None)
def test_damage_anywhere_is_refused_or_changes_nothing(
    authority: DeviceAuthorities, good: bytes, data: st.DataObject
) -> None:
    raw = bytearray(good)
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(raw)) | st.just(len(raw)))

    try:
        answer = read(bytes(raw[:cut]), authority)
    except AnswerRefused as error:
        assert error.code in CODES  # noqa: PT017  either may happen
    else:
        assert answer.udid.value == UDID


@given(st.binary(max_size=400))
@settings(max_examples=60, deadline=None)
def test_any_bytes_are_refused(content: bytes) -> None:
    with suppress(AnswerRefused):
        read_answer(content, challenge=CHALLENGE)
        pytest.fail("No bytes at random are an answer.")


@pytest.mark.parametrize(
    "piece", [b"\x30\x80", b"\xa0\x80", b"\x24\x80", b"\x31\x00", b"\x30\x82\xff\xf0", b"\x1f\xff"]
)
def test_what_is_hostile_is_refused_at_once(piece: bytes) -> None:
    started = time.process_time()

    with pytest.raises(AnswerRefused):
        read_answer(piece * (MOST_BYTES // len(piece)), challenge=CHALLENGE)

    assert time.process_time() - started < 5
