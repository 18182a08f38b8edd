"""The data folder: whoever is about to open something in it hears in one sentence why not."""

from pathlib import Path

from bot.settings import SettingsWrong
from storage.errors import NotWritable


def make(folder: Path) -> None:
    """
    Make the folder where it is not there yet, and write a byte in it.

    Raise SettingsWrong when it cannot be made, NotWritable when it takes nothing.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsWrong(
            f"The data folder {folder} cannot be made ({error.strerror}). Make it and give it to "
            "the user that runs Slipway, or set SLIPWAY_DATA_DIR."
        ) from None
    probe = folder / ".probe"
    try:
        probe.write_bytes(b"0")
        probe.unlink()
    except OSError as error:
        raise NotWritable(
            f"The data folder {folder} cannot be written ({error.strerror}). Give it to the user "
            "that runs Slipway, or set SLIPWAY_DATA_DIR."
        ) from None


def require(folder: Path) -> None:
    """Raise SettingsWrong when there is no such folder; it is not made for whoever only looks."""
    if not folder.is_dir():
        raise SettingsWrong(
            f"There is no data folder {folder}. Set SLIPWAY_DATA_DIR to the one of this Slipway."
        )
