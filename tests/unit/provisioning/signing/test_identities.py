"""Signing identities: the key goes in, and only its fingerprint comes out."""

import logging
from base64 import b64encode
from dataclasses import asdict
from functools import cache

import pytest
import sqlalchemy as sa
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

from bot.sandbox.samples import identities as samples
from provisioning.actors import person, slack
from provisioning.errors import NotNow, Unclear
from provisioning.signing.identities import Identities, rotate
from storage.catalog import audit, organizations
from storage.catalog.database import Database
from storage.errors import NotFound
from storage.records.identity import SigningIdentity
from storage.secrets import Secrets, SecretUnreadable
from tests.unit.provisioning.codesign import world

KEY, NEXT = b"k" * 32, b"n" * 32
ANN, BOB, EVE = (person(slack(one), origin="test") for one in ("UANN", "UBOB", "UEVE"))
PASSWORD = "correct horse"


async def kept(database: Database, key: bytes = KEY, organization: str = "main") -> Identities:
    async with database.writing() as session:
        organization_id = (await organizations.named(session, organization)).id
    return Identities(
        database,
        Secrets(key),
        organization_id=organization_id,
        authorities=world.authorities(),
    )


@pytest.fixture
async def identities(database: Database) -> Identities:
    return await kept(database)


@cache
def p12() -> bytes:
    return samples.signing_identity().p12(PASSWORD)


async def dump(database: Database) -> bytes:
    """Return every value of every row, as a backup would have it."""
    values: list[bytes] = []
    async with database.reading() as session:
        connection = await session.connection()
        tables = await connection.run_sync(lambda sync: sa.inspect(sync).get_table_names())
        for table in tables:
            rows = await connection.execute(sa.text(f'SELECT * FROM "{table}"'))  # noqa: S608 - our own names
            found = [value for row in rows for value in row]
            values += [v if isinstance(v, bytes) else str(v).encode() for v in found]
    return b"\n".join(values)


def forms_of(key: samples.Key) -> list[bytes]:
    """Return the ways in which a private key could stand somewhere."""
    der = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    numbers = key.private_numbers()
    secret = numbers.d if hasattr(numbers, "d") else numbers.private_value
    raw = secret.to_bytes((secret.bit_length() + 7) // 8, "big")
    line = b64encode(der)[64:128]  # Of a PEM, the second.
    return [der, raw, line, raw.hex().encode(), str(secret).encode()]


async def test_an_imported_identity_signs_and_shows_its_fingerprint_only(
    identities: Identities, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    sample = samples.signing_identity()
    card = await identities.import_p12(p12(), PASSWORD, ANN)
    opened = await identities.open(card.id, by=ANN, purpose="a test")

    assert card.fingerprint == sample.fingerprint
    assert card.team_id == "A1B2C3D4E5"
    assert opened.certificate == sample.certificate
    assert opened.sign(b"page") == sample.sign(b"page")
    shown = f"{card} {asdict(card)} {opened!r} {await identities.every()} {caplog.text}".encode()
    assert not any(form in shown for form in forms_of(sample.key))


async def test_a_dump_of_the_database_never_shows_the_key(
    identities: Identities, database: Database
) -> None:
    await identities.import_p12(p12(), PASSWORD, ANN)
    dumped = await dump(database)

    assert samples.signing_identity().fingerprint.encode() in dumped  # It was really dumped.
    assert not any(form in dumped for form in forms_of(samples.signing_identity().key))
    assert b"PRIVATE KEY" not in dumped
    assert PASSWORD.encode() not in dumped
    assert KEY not in dumped


async def test_importing_it_again_keeps_one(identities: Identities) -> None:
    first = await identities.import_p12(p12(), PASSWORD, ANN)
    again = await identities.import_p12(p12(), PASSWORD, BOB)

    assert again == first
    assert await identities.every() == [first]


async def test_a_wrong_password_is_said_without_it(identities: Identities) -> None:
    with pytest.raises(Unclear, match="password is wrong") as refusal:
        await identities.import_p12(p12(), "battery staple", ANN)

    assert "staple" not in str(refusal.value)
    assert await identities.every() == []


async def test_a_key_waits_for_the_certificate_it_was_asked_for(identities: Identities) -> None:
    waiting = await identities.request("Harbour Distribution", ANN)
    with pytest.raises(NotNow, match="waits for Apple"):
        await identities.open(waiting.id, by=ANN, purpose="a test")
    done = await identities.complete(waiting.id, certified(waiting.request), ANN)

    assert waiting.fingerprint is None
    assert done.fingerprint
    opened = await identities.open(done.id, by=ANN, purpose="a test")
    assert opened.fingerprint == done.fingerprint
    with pytest.raises(NotNow, match="already"):
        await identities.complete(waiting.id, certified(waiting.request), ANN)


async def test_a_certificate_of_another_key_is_refused(identities: Identities) -> None:
    waiting = await identities.request("Harbour Distribution", ANN)

    with pytest.raises(Unclear, match="does not belong"):
        await identities.complete(waiting.id, samples.signing_identity().der, ANN)


async def test_every_use_is_in_the_audit(identities: Identities, database: Database) -> None:
    card = await identities.import_p12(p12(), PASSWORD, ANN)
    await identities.open(card.id, by=BOB, purpose="build 7")
    async with database.reading() as session:
        entries = await audit.of(session, card.id)

    assert [(entry.action, entry.actor) for entry in entries] == [
        ("identity.imported", "person:slack:UANN"),
        ("identity.used", "person:slack:UBOB"),
    ]
    assert entries[1].detail == {"fingerprint": card.fingerprint, "purpose": "build 7"}


async def test_e16_a_retired_identity_has_no_key_and_signs_no_more(
    identities: Identities, database: Database
) -> None:
    card = await identities.import_p12(p12(), PASSWORD, ANN)
    retired = await identities.retire(card.id, BOB)
    again = await identities.retire(card.id, BOB)
    async with database.reading() as session:
        record = await session.get_one(SigningIdentity, card.id)
        entries = await audit.of(session, card.id)

    assert retired.retired
    assert again == retired
    assert not card.retired
    assert record.sealed_key == b""
    assert [entry.action for entry in entries] == ["identity.imported", "identity.retired"]
    with pytest.raises(NotNow, match="was retired, and its key is gone"):
        await identities.open(card.id, by=ANN, purpose="a test")
    assert await rotate(database, Secrets(NEXT, [KEY])) == 0


async def test_e16_a_retired_identity_comes_back_with_its_p12(identities: Identities) -> None:
    card = await identities.import_p12(p12(), PASSWORD, ANN)
    await identities.retire(card.id, BOB)

    back = await identities.import_p12(p12(), PASSWORD, ANN)

    assert back == card
    opened = await identities.open(card.id, by=ANN, purpose="a test")
    assert opened.fingerprint == card.fingerprint


async def test_e16_a_key_that_was_retired_cannot_be_completed(identities: Identities) -> None:
    waiting = await identities.request("Harbour Distribution", ANN)
    await identities.retire(waiting.id, ANN)

    with pytest.raises(NotNow, match="retired"):
        await identities.complete(waiting.id, certified(waiting.request), ANN)


async def test_another_organization_cannot_open_it(
    identities: Identities, database: Database
) -> None:
    card = await identities.import_p12(p12(), PASSWORD, ANN)
    others = await kept(database, organization="others")

    assert await others.every() == []
    with pytest.raises(NotFound):
        await others.open(card.id, by=EVE, purpose="a test")


async def test_a_key_that_was_copied_to_another_row_does_not_open(
    identities: Identities, database: Database
) -> None:
    card = await identities.import_p12(p12(), PASSWORD, ANN)
    waiting = await identities.request("Harbour Distribution", ANN)
    async with database.writing() as session:
        theirs = await session.get_one(SigningIdentity, card.id)
        ours = await session.get_one(SigningIdentity, waiting.id)
        ours.sealed_key, ours.certificate = theirs.sealed_key, theirs.certificate
        session.add(ours)

    with pytest.raises(SecretUnreadable):
        await identities.open(waiting.id, by=ANN, purpose="a test")


async def test_after_a_rotation_the_old_key_opens_nothing(
    identities: Identities, database: Database
) -> None:
    card = await identities.import_p12(p12(), PASSWORD, ANN)
    await identities.request("Harbour Distribution", ANN)
    count = await rotate(database, Secrets(NEXT, [KEY]))

    assert count == 2
    opened = await (await kept(database, NEXT)).open(card.id, by=ANN, purpose="a test")
    assert opened.fingerprint == card.fingerprint
    with pytest.raises(SecretUnreadable):
        await identities.open(card.id, by=ANN, purpose="a test")


async def test_a_rotation_with_the_wrong_old_key_changes_nothing(
    identities: Identities, database: Database
) -> None:
    card = await identities.import_p12(p12(), PASSWORD, ANN)
    with pytest.raises(SecretUnreadable):
        await rotate(database, Secrets(NEXT, [b"w" * 32]))

    opened = await identities.open(card.id, by=ANN, purpose="a test")
    assert opened.fingerprint == card.fingerprint


def certified(request_pem: str) -> bytes:
    """Issue the certificate that a request asks for, as Apple would: with a subject of its own."""
    request = x509.load_pem_x509_csr(request_pem.encode())
    issuer, like = samples.intermediate_authority(), samples.signing_identity().certificate
    team = x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, "A1B2C3D4E5")
    name = x509.NameAttribute(NameOID.COMMON_NAME, "iPhone Distribution: Harbour Labs")
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([team, name]))
        .issuer_name(issuer.certificate.subject)
        .public_key(request.public_key())
        .serial_number(77)
        .not_valid_before(like.not_valid_before_utc)
        .not_valid_after(like.not_valid_after_utc)
    )
    return builder.sign(issuer.key, hashes.SHA256()).public_bytes(Encoding.DER)


async def test_b6_after_the_secret_key_was_lost_an_identity_is_brought_back_by_its_file(
    database: Database, identities: Identities
) -> None:
    card = await identities.import_p12(p12(), PASSWORD, ANN)
    anew = await kept(database, NEXT)
    with pytest.raises(SecretUnreadable):
        await anew.open(card.id, by=ANN, purpose="test")

    again = await anew.import_p12(p12(), PASSWORD, BOB)

    assert again.id == card.id
    opened = await anew.open(card.id, by=ANN, purpose="test")
    assert opened.fingerprint == card.fingerprint


async def test_what_waits_and_what_could_sign_is_found_while_its_key_opens(
    identities: Identities, database: Database
) -> None:
    signer = await identities.import_p12(p12(), PASSWORD, ANN)
    asked = await identities.request("Slipway for a team", ANN)
    elsewhere = await kept(database, NEXT)
    marks = [signer.fingerprint or ""]

    assert await identities.waiting("Slipway for a team") == asked
    assert await identities.waiting("Slipway for another") is None
    assert await identities.able(marks) == [signer]
    assert await identities.able([]) == []
    # Whoever has lost the secret key asks anew.
    assert await elsewhere.waiting("Slipway for a team") is None
    assert await elsewhere.able(marks) == []
    await identities.retire(asked.id, ANN)
    await identities.retire(signer.id, ANN)
    assert await identities.waiting("Slipway for a team") is None
    assert await identities.able(marks) == []
