"""Names of files, compared as a phone does: an accent may be a letter's own or stand beside it."""

import unicodedata


def composed(name: str) -> str:
    """Return the one form that all spellings of a name share; upper case stays upper case."""
    return name if name.isascii() else unicodedata.normalize("NFC", name)
