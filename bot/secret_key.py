"""The installation's secret key: install links are derived from it."""

import os
import re
import secrets
import stat
from pathlib import Path

from bot.settings import SettingsWrong

KEY = re.compile(r"[0-9a-f]{64}")


def secret_key(path: Path) -> bytes:
    """
    Return the 32 bytes in *path*, made with mode 0600 when there is no file.

    Raise SettingsWrong when others can read the file or it holds no key.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _read(path)
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_hex(32) + "\n")
        file.flush()
        os.fsync(file.fileno())
    return _read(path)


def _read(path: Path) -> bytes:
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        raise SettingsWrong(
            f"The secret key {path} can be read by others (mode {mode:04o}). "
            f"Run `chmod 600 {path}`, and make a new key if somebody may have read it."
        )
    text = path.read_text().strip()
    if not KEY.fullmatch(text):
        raise SettingsWrong(
            f"The file {path} holds no secret key: it takes 64 hexadecimal digits. "
            "Restore it from the backup; with another key, old install links stop working."
        )
    return bytes.fromhex(text)
