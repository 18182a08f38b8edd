"""Who signed an APK: each scheme, and signatures that are made to mislead."""

import hashlib
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from bot.sandbox.samples import cms, der
from bot.sandbox.samples.androidapp import SampleApk
from bot.sandbox.samples.apk import write_apk
from bot.sandbox.samples.apksignature import Scheme
from bot.sandbox.samples.identities import Identity, android_identity, signing_identity
from storage.inspection.facts import Signing
from tests.unit.storage.inspection import apks
from tests.unit.storage.inspection.conftest import Read
from tests.unit.storage.inspection.zips import Lies, parts, zip_of

V2, V3, V31 = 0x7109871A, 0xF05368C0, 0x1B93AD61
ROTATION = 0x3BA06F8C


def counted(*contents: bytes) -> bytes:
    return b"".join(struct.pack("<L", len(content)) + content for content in contents)


def signer(*ders: bytes, sdks: bytes = b"", attributes: bytes = b"") -> bytes:
    """Write the signed part of a signer."""
    return counted(counted(b"digests"), counted(*ders)) + sdks + counted(attributes)


def block(known: int, *signed: bytes) -> bytes:
    """Write one pair of the signing block: its id and the signers."""
    value = counted(b"".join(counted(counted(one)) for one in signed))
    return struct.pack("<QL", len(value) + 4, known) + value


def signed_apk(
    *pairs: bytes, size: int | None = None, more: Mapping[str, bytes] | None = None
) -> bytes:
    body = b"".join(pairs)
    length = struct.pack("<Q", len(body) + 24 if size is None else size)
    whole = length + body + length + b"APK Sig Block 42"
    files = {apks.MANIFEST: apks.manifest(), **(more or {})}
    return zip_of(parts(files), Lies(before_directory=whole))


def of(identity: Identity) -> str:
    return identity.fingerprint


@pytest.fixture(scope="module")
def first() -> Identity:
    return android_identity()


@pytest.fixture(scope="module")
def second() -> Identity:
    return signing_identity()


@pytest.mark.parametrize(
    "schemes",
    [("v1",), ("v2",), ("v3",), ("v1", "v2"), ("v1", "v2", "v3"), ("v2", "v3", "v3.1")],
)
def test_every_scheme_names_its_signer(
    tmp_path: Path, read: Read, schemes: Sequence[Scheme]
) -> None:
    path = tmp_path / "app.apk"
    written = write_apk(path, SampleApk(schemes=schemes))
    signing = read(path.read_bytes()).facts.signing

    assert signing.signed
    assert signing.schemes == tuple(schemes)
    assert signing.certificates == tuple(written.certificates)
    assert len(signing.signers) == 1
    assert signing.kind is None


def test_the_highest_scheme_counts(read: Read, first: Identity, second: Identity) -> None:
    data = signed_apk(block(V3, signer(second.der, sdks=bytes(8))), block(V2, signer(first.der)))
    signing = read(data).facts.signing

    assert signing.schemes == ("v2", "v3")
    assert signing.certificates == (of(second),)


def test_of_two_blocks_of_one_scheme_the_first_counts(
    read: Read, first: Identity, second: Identity
) -> None:
    data = signed_apk(block(V2, signer(first.der)), block(V2, signer(second.der)))

    assert read(data).facts.signing.certificates == (of(first),)


def test_several_signers_are_all_named_by_their_own_certificate(
    read: Read, first: Identity, second: Identity
) -> None:
    data = signed_apk(block(V2, signer(first.der, second.der), signer(second.der)))

    assert read(data).facts.signing.certificates == (of(first), of(second))


def test_blocks_of_others_are_stepped_over(read: Read, first: Identity) -> None:
    padding = struct.pack("<QL", 4 + (5 << 20), 0x42726577) + bytes(5 << 20)

    assert read(signed_apk(padding, block(V2, signer(first.der)))).facts.signing.schemes == ("v2",)


def test_a_rotated_key_brings_its_past(read: Read, first: Identity, second: Identity) -> None:
    levels = [
        counted(counted(certificate) + bytes(4)) + bytes(8) + counted(b"signature")
        for certificate in (first.der, second.der)
    ]
    proof = struct.pack("<L", 1) + counted(*levels)
    attribute = counted(struct.pack("<L", ROTATION) + proof)
    data = signed_apk(block(V3, signer(second.der, sdks=bytes(8), attributes=attribute)))
    signing = read(data).facts.signing

    assert signing.certificates == (of(second),)
    assert signing.lineage == (of(first),)


def jar(content: bytes) -> dict[str, bytes]:
    return {"META-INF/A.SF": b"x", "META-INF/A.RSA": content}


def v1_signing(read: Read, content: bytes) -> Signing:
    return read(apks.apk(more=jar(content))).facts.signing


def test_the_signer_is_who_the_signature_names_not_the_first_in_the_bag(
    read: Read, first: Identity, second: Identity
) -> None:
    signed = der.sequence(
        der.integer(1),
        der.set_of([]),
        der.sequence(der.oid(cms.DATA)),
        der.tagged(0xA0, second.der + first.der),
        der.set_of([cms._signer_info(b"x", first, ())]),
    )
    coded = der.sequence(der.oid("1.2.840.113549.1.7.2"), der.tagged(0xA0, signed))

    assert v1_signing(read, coded).certificates == (of(first),)


@pytest.mark.parametrize("open_lengths", [False, True])
def test_a_jar_signature_is_read_in_both_codings(
    read: Read, first: Identity, *, open_lengths: bool
) -> None:
    coded = cms.enveloping(b"x", first, (), open_lengths=open_lengths)

    assert v1_signing(read, coded).certificates == (of(first),)
    assert v1_signing(read, coded).schemes == ("v1",)


def test_names_in_another_string_type_are_the_same_names(read: Read, first: Identity) -> None:
    coded = cms.detached(b"x", first)
    issuer = first.certificate.issuer.public_bytes()
    at = coded.rindex(issuer)
    printable = issuer.replace(b"\x55\x04\x0a\x0c", b"\x55\x04\x0a\x13")
    other = coded[:at] + printable + coded[at + len(issuer) :]

    assert other != coded
    assert v1_signing(read, other).certificates == (of(first),)


def test_a_signature_file_without_its_list_does_not_count(read: Read, first: Identity) -> None:
    found = read(apks.apk(more={"META-INF/A.RSA": cms.detached(b"x", first)}))

    assert not found.facts.signing.signed


def test_a_certificate_that_nobody_can_read_has_its_fingerprint(read: Read) -> None:
    signing = read(signed_apk(block(V2, signer(b"no certificate")))).facts.signing

    assert signing.certificates == (hashlib.sha256(b"no certificate").hexdigest(),)
    assert signing.signers == ("a certificate without a name",)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (signed_apk(size=1 << 40), "The signing block of the APK is damaged."),
        (signed_apk(size=3), "The signing block of the APK is damaged."),
        (signed_apk(struct.pack("<QL", 1 << 50, V2)), "The signing block of the APK is damaged."),
        (signed_apk(struct.pack("<QL", 0, V2)), "The signing block of the APK is damaged."),
        (
            signed_apk(struct.pack("<QL", (5 << 20) + 4, V2) + bytes(5 << 20)),
            "A signature of the APK is too big: more than 4 MB.",
        ),
        (
            signed_apk(block(V2, signer())),
            "The v2 signature is unreadable: A signer has no certificate.",
        ),
        (
            signed_apk(block(V2, *[signer(b"x")] * 65)),
            "The v2 signature is unreadable: The APK names too many signers.",
        ),
        (
            signed_apk(struct.pack("<QL", 8, V2) + b"\xff\xff\xff\x7f"),
            "The v2 signature is unreadable: The signing block of the APK is damaged.",
        ),
        (
            apks.apk(more=jar(b"\x30\x80" * 99)),
            "The v1 signature is unreadable: A signature structure is nested too deeply.",
        ),
        (
            apks.apk(more=jar(bytes((4 << 20) + 1))),
            "The v1 signature is unreadable: META-INF/A.RSA is too big: more than 4 MB.",
        ),
    ],
)
def test_a_broken_signature_costs_a_note_only(read: Read, data: bytes, sentence: str) -> None:
    found = read(data)

    assert found.facts.bundle_id == "com.example.app"
    assert not found.facts.signing.signed
    assert found.notes == (sentence,)
