"""Requirements are read, spelled and judged against a chain of certificates."""

import struct
from pathlib import Path
from types import ModuleType

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from bot.sandbox.samples import identities
from bot.sandbox.samples.macho import MachO, image
from provisioning.codesign.signing import blobs
from provisioning.codesign.structures.requirements import Expression, read_requirements, spell
from provisioning.codesign.structures.source import BytesSource
from provisioning.codesign.verifying.code import CodeCheck, Surroundings
from provisioning.codesign.verifying.meaning import satisfies
from tests.unit.provisioning.codesign import world

LEAF = identities.signing_identity()
CHAIN = [LEAF.certificate, *world.authorities()]
OURS = read_requirements(blobs.write_requirements("com.example.app", LEAF.common_name))[3]
ROOT_HASH = CHAIN[-1].fingerprint(hashes.SHA1())  # noqa: S303  the one that Apple's language has

JUDGED: list[tuple[Expression, bool]] = [
    (OURS, True),
    (("identifier", "com.example.app"), True),
    (("identifier", "com.example.other"), False),
    (("not", ("identifier", "com.example.other")), True),
    (("or", ("never",), ("always",)), True),
    (("and", ("never",), ("always",)), False),
    (("certificate field", 0, "subject.OU", ("=", world.TEAM.id)), True),
    (("certificate field", 0, "subject.OU", ("=", "OTHER")), False),
    (("certificate field", 0, "subject.OU", ("exists",)), True),
    (("certificate field", 0, "subject.planet", ("exists",)), False),
    (("certificate field", 9, "subject.OU", ("exists",)), False),
    (("certificate extension", 1, "1.2.840.113635.100.6.2.1", ("exists",)), True),
    (("certificate extension", 0, "1.2.840.113635.100.6.2.1", ("exists",)), False),
    (("certificate extension", 9, "1.2.840.113635.100.6.2.1", ("exists",)), False),
    (("certificate hash", -1, ROOT_HASH), True),
    (("certificate hash", 0, ROOT_HASH), False),
    (("certificate hash", 9, ROOT_HASH), False),
    (("cdhash", b"\x01"), False),
]


@pytest.mark.parametrize(("number", "answer"), [(at, item[1]) for at, item in enumerate(JUDGED)])
def test_a_requirement_is_judged_against_the_chain(number: int, *, answer: bool) -> None:
    assert satisfies(JUDGED[number][0], "com.example.app", CHAIN) is answer


def test_another_renewed_certificate_of_the_same_name_meets_it() -> None:
    renewed = identities.signing_identity(number=2).certificate

    assert satisfies(OURS, "com.example.app", [renewed, *world.authorities()])


def requirement(code: bytes) -> bytes:
    body = struct.pack(">3I", 0xFADE0C00, 12 + len(code), 1) + code
    return struct.pack(">5I", 0xFADE0C01, 20 + len(body), 1, 3, 20) + body


def test_every_operator_we_know_is_spelled() -> None:
    anchor = struct.pack(">2I", 4, 0xFFFFFFFF) + struct.pack(">I", 20) + ROOT_HASH
    either = struct.pack(">2I", 7, 9) + struct.pack(">I", 0) + anchor

    assert spell(read_requirements(requirement(either))[3]) == (
        f'not never or certificate root = H"{ROOT_HASH.hex()}"'
    )


def test_what_rcodesign_signs_is_accepted(tmp_path: Path) -> None:
    rcodesign: ModuleType = pytest.importorskip(
        "apple_platform", reason="apple-platform-py is not installed here."
    )
    key = LEAF.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "key.pem").write_bytes(key + LEAF.certificate.public_bytes(Encoding.PEM))
    program = MachO(name="Tool", architectures=("arm64", "x86_64"), filler=20_000)
    (tmp_path / "in").write_bytes(b"".join(image(program)))

    rcodesign.sign(
        tmp_path / "in",
        output_path=tmp_path / "out",
        signer=rcodesign.Signer(pem=rcodesign.PemKey(files=[tmp_path / "key.pem"])),
        binary_identifier="com.example.tool",
        timestamp_url="none",
    )

    check = CodeCheck(where="out", around=Surroundings(info_plist=None, resources=None))
    check.run(BytesSource((tmp_path / "out").read_bytes()))
    assert check.found == []
    assert [item.primary.identifier for item in check.slices] == ["com.example.tool"] * 2
