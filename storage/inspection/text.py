"""Strangers' text, made fit to be kept and shown."""

import re
import unicodedata

from storage.inspection.rejection import PackageRejected

LENGTH = 255

_IDENTIFIER = re.compile(r"[A-Za-z0-9._-]{1,255}")
# Cc control, Cs lone surrogates (which no encoder takes), Zl and Zp line separators.
_UNWANTED = frozenset({"Cc", "Cs", "Zl", "Zp"})
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")


def clean(value: object, limit: int = LENGTH) -> str | None:
    """
    Return *value* without control and bidi characters, cut at *limit* characters.

    None for what is no text, or holds nothing else.
    """
    if not isinstance(value, str):
        return None
    # Cut first: a name of a million characters is not looked at to its end.
    shown = "".join(_kept(character) for character in value[: 4 * limit])
    return " ".join(shown.split())[:limit].rstrip() or None


def name_of(raw: bytes, limit: int = 80) -> str:
    """Return the name of a file in an archive, fit to stand in a sentence."""
    return clean(raw.decode("utf-8", "replace"), limit) or "a file without a name"


def identifier(value: object, what: str) -> str:
    """Return *value* when it is a bundle id, package or identity; raise PackageRejected if not."""
    if not isinstance(value, str) or not value:
        raise PackageRejected(f"The {what} is missing, or is no text.")
    if not _IDENTIFIER.fullmatch(value):
        raise PackageRejected(f"The {what} holds characters that no {what} may have.")
    return value


def is_identifier(value: object) -> bool:
    """Tell whether *value* could be a bundle id, package or identity."""
    return isinstance(value, str) and _IDENTIFIER.fullmatch(value) is not None


def _kept(character: str) -> str:
    if character in _BIDI:
        return ""
    if character.isspace():
        return " "
    return "" if unicodedata.category(character) in _UNWANTED else character
