"""Who signs for the phones of the sandbox, held against the reader of what real phones send."""

from pathlib import Path

import pytest

from bot.sandbox.samples.deviceauthority import DeviceAuthority
from bot.sandbox.samples.identities import root_authority
from provisioning.codesign.authorities import roots_among
from provisioning.devices.enrolment.answer import read_answer
from provisioning.devices.enrolment.trust import TrustPolicy
from provisioning.devices.errors import AnswerRefused
from tests.programs import needed

VALUES = {"UDID": "00008110-000E44540A2A801E", "PRODUCT": "iPhone14,5", "CHALLENGE": "one"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    needed("openssl")
    return tmp_path_factory.mktemp("devices")


def test_it_is_made_once_in_a_folder_and_looks_like_apples(folder: Path) -> None:
    first = DeviceAuthority.kept_in(folder, root_authority()).certificate()
    again = DeviceAuthority.kept_in(folder, root_authority()).certificate()

    assert first == again
    assert first.issuer == root_authority().certificate.subject
    assert first.public_key().key_size == 1024  # type: ignore[union-attr]  # RSA has a size
    assert first.signature_hash_algorithm is not None
    assert first.signature_hash_algorithm.name == "sha1"
    assert first.not_valid_after_utc.year == 2014


def test_it_signs_for_devices_and_is_no_root_of_apps(folder: Path) -> None:
    own = DeviceAuthority.kept_in(folder, root_authority())
    root = root_authority().certificate
    content = own.answer_of_a_device(VALUES)

    answer = read_answer(
        content,
        challenge="one",
        policy=TrustPolicy.REQUIRE,
        authorities=[root, own.certificate()],
    )
    assert answer.trust.verified
    assert answer.udid.value == VALUES["UDID"]
    assert roots_among([own.certificate(), root]) == (root,)
    with pytest.raises(AnswerRefused) as strange:
        read_answer(content, challenge="one", policy=TrustPolicy.REQUIRE)
    assert strange.value.code == "not_verified"


def test_the_certificate_of_a_device_names_no_udid_and_is_another_each_time(folder: Path) -> None:
    own = DeviceAuthority.kept_in(folder, root_authority())
    own.answer_of_a_device(VALUES)
    first = own.certificate("device")
    own.answer_of_a_device(VALUES)

    assert VALUES["UDID"] not in first.subject.rfc4514_string()
    assert own.certificate("device").public_key() != first.public_key()


def test_the_key_above_it_is_for_its_owner_only(folder: Path) -> None:
    DeviceAuthority.kept_in(folder, root_authority())

    assert (folder / "root.key").stat().st_mode & 0o077 == 0
