"""`slipway rotate`: kept secrets move from one secret key to the next."""

import secrets
from datetime import timedelta
from pathlib import Path

import pytest

from provisioning.actors import COMMAND_LINE
from provisioning.signing.identities import Identities
from storage.catalog import grants, organizations
from storage.catalog.database import Database
from storage.records.base import now
from storage.records.grant import Grant
from storage.secrets import Secrets, SecretUnreadable
from tests.integration.cli.test_signing import slipway
from tests.shelf import stock
from tests.signed import PASSWORD, p12
from tests.unit.provisioning.codesign import world


def new_key(path: Path) -> bytes:
    key = secrets.token_bytes(32)
    path.touch(mode=0o600)
    path.write_text(key.hex() + "\n")
    return key


async def opened(database: Database, key: bytes) -> list[str]:
    """Return the fingerprints of all identities, each really opened."""
    async with database.writing() as session:
        own = (await organizations.named(session, "main")).id
    kept = Identities(database, Secrets(key), organization_id=own, authorities=world.authorities())
    return [
        (await kept.open(c.id, by=COMMAND_LINE, purpose="test")).fingerprint
        for c in await kept.every()
    ]


async def test_after_it_the_new_key_opens_everything_and_the_old_one_nothing(
    database_url: str, database: Database, tmp_path: Path
) -> None:
    old, new = new_key(tmp_path / "old.key"), new_key(tmp_path / "new.key")
    async with database.writing() as session:
        own = (await organizations.named(session, "main")).id
    kept = Identities(database, Secrets(old), organization_id=own, authorities=world.authorities())
    card = await kept.import_p12(p12(), PASSWORD, COMMAND_LINE)
    settings = {
        "SLIPWAY_DATABASE_URL": database_url,
        "SLIPWAY_DATA_DIR": str(tmp_path),
        "SLIPWAY_SECRET_KEY_FILE": str(tmp_path / "new.key"),
    }
    done = slipway("rotate", "--former", str(tmp_path / "old.key"), **settings)

    assert (done.code, done.out, done.err) == (
        0,
        "Done: 1 secrets are sealed with the current key.\n",
        "",
    )
    assert await opened(database, new) == [card.fingerprint]
    with pytest.raises(SecretUnreadable):
        await opened(database, old)
    assert new.hex() not in done.out + done.err


def test_a_former_key_that_is_missing_or_open_to_all_is_refused(tmp_path: Path) -> None:
    settings = {"SLIPWAY_DATA_DIR": str(tmp_path / "data")}
    missing = slipway("rotate", "--former", str(tmp_path / "none"), **settings)
    new_key(tmp_path / "open.key")
    (tmp_path / "open.key").chmod(0o644)
    readable = slipway("rotate", "--former", str(tmp_path / "open.key"), **settings)

    assert (missing.code, "There is no file" in missing.err) == (1, True)
    assert (readable.code, "can be read by others" in readable.err) == (1, True)


@pytest.mark.slow
async def test_b6_links_of_the_former_key_end_so_that_people_get_new_ones(
    sqlite_url: str, tmp_path: Path
) -> None:
    new_key(tmp_path / "old.key")
    new_key(tmp_path / "new.key")
    database = Database(sqlite_url)
    shelf = await stock(database)
    async with database.writing() as session:
        grant = Grant(
            release_id=shelf.release.id,
            tester_id=shelf.tester.id,
            token_hash="a" * 64,
            expires_at=now() + timedelta(days=1),
        )
        await grants.keep(session, grant)
    settings = {
        "SLIPWAY_DATABASE_URL": sqlite_url,
        "SLIPWAY_DATA_DIR": str(tmp_path),
        "SLIPWAY_SECRET_KEY_FILE": str(tmp_path / "new.key"),
    }
    done = slipway("rotate", "--former", str(tmp_path / "old.key"), **settings)

    assert done.code == 0, done.err
    async with database.reading() as session:
        assert not await grants.any_holds(session, now())
    await database.close()
