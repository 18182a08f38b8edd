"""The installation's secret key: install links are derived from it, kept secrets sealed by it."""

import hmac
import os
import re
import secrets
import stat
from pathlib import Path

from bot.settings import SettingsWrong
from storage.catalog import apple_teams, grants, identities, organizations
from storage.catalog.database import Database
from storage.records.base import now

KEY = re.compile(r"[0-9a-f]{64}")


class KeyMissing(SettingsWrong):
    """There is no secret key."""


class KeyWrong(SettingsWrong):
    """The secret key is another one than that which links or secrets were made with."""


def secret_key(path: Path) -> bytes:
    """
    Return the 32 bytes in *path*, made with mode 0600 when there is no file.

    Raise SettingsWrong when others can read the file, it holds no key, or it cannot be made.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return kept_key(path)
    except OSError as error:
        raise SettingsWrong(
            f"The secret key {path} cannot be made ({error.strerror}). Give its folder to the user "
            "that runs Slipway, or set SLIPWAY_SECRET_KEY_FILE."
        ) from None
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_hex(32) + "\n")
        file.flush()
        os.fsync(file.fileno())
    return kept_key(path)


def kept_key(path: Path) -> bytes:
    """Return the 32 bytes in *path*. Raise KeyMissing, and SettingsWrong as `secret_key` does."""
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        text = path.read_text(errors="replace").strip()
    except FileNotFoundError:
        raise KeyMissing(f"There is no secret key {path}.") from None
    except OSError as error:
        raise SettingsWrong(
            f"The secret key {path} cannot be read ({error.strerror}). Give it to the user that "
            "runs Slipway, with mode 0600."
        ) from None
    if mode & 0o077:
        raise SettingsWrong(
            f"The secret key {path} can be read by others (mode {mode:04o}). "
            f"Run `chmod 600 {path}`, and make a new key if somebody may have read it."
        )
    if not KEY.fullmatch(text):
        raise SettingsWrong(
            f"The file {path} holds no secret key: it takes 64 hexadecimal digits. "
            "Restore it from the backup; with another key, old install links stop working."
        )
    return bytes.fromhex(text)


def installation_id(key: bytes) -> str:
    """Return what names this installation in public: 16 hex digits that tell nothing of *key*."""
    return hmac.digest(key, b"slipway: name this installation", "sha256").hex()[:16]


def check_of(key: bytes) -> str:
    """Return what is kept to tell *key* from any other: 16 hex digits that tell nothing more."""
    return hmac.digest(key, b"slipway: tell this key from another", "sha256").hex()[:16]


async def hold_to(database: Database, organization: str, key: bytes, path: Path) -> None:
    """
    Remember which key this installation has.

    Raise KeyWrong when links that hold or secrets were made with another one.
    """
    complaint = await wrong_key(database, organization, key, path)
    if complaint:
        raise KeyWrong(" ".join(complaint))
    async with database.writing() as session:
        await organizations.remember_key(session, organization, check_of(key))


async def wrong_key(
    database: Database, organization: str, key: bytes, path: Path
) -> tuple[str, str] | None:
    """Return what is wrong with *key*, which lies at *path*, and what to do; None when it fits."""
    async with database.reading() as session:
        own = await organizations.called(session, organization)
    if own is None or own.key_check in {None, check_of(key)}:
        return None
    made = await made_with_a_key(database)
    if not made:
        return None
    to_do = (
        "Restore that one from the backup. If it is lost for good, move this one away and run "
        "`slipway new-key`: people get new links then."
    )
    return f"The secret key {path} is not the one that {made} were made with.", to_do


async def made_with_a_key(database: Database) -> str:
    """Return in words what would be lost with the secret key, empty for nothing."""
    async with database.reading() as session:
        found = {
            "install links that still hold": await grants.any_holds(session, now()),
            "kept signing keys": any(one.sealed_key for one in await identities.every(session)),
            "keys of teams at Apple": bool(await apple_teams.every(session)),
        }
    return " and ".join(what for what, is_there in found.items() if is_there)
