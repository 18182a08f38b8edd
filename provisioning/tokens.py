"""Tokens: the secret part of our links, of which only the SHA-256 is kept."""

import hashlib
import hmac
import re
import secrets
from base64 import urlsafe_b64encode
from typing import Final

#: 128 bits in URL-safe base64 without padding.
TOKEN_BYTES: Final = 16
TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{22}")


def random_token() -> str:
    """Return a token that nobody can derive."""
    return _spelled(secrets.token_bytes(TOKEN_BYTES))


def derived_token(secret_key: bytes, purpose: str) -> str:
    """Return the token of a *purpose*, `grant:<id>` for instance: the same for the same key."""
    return _spelled(hmac.digest(secret_key, purpose.encode(), "sha256")[:TOKEN_BYTES])


def hash_of(token: str) -> str:
    """Return what is kept of a token: its SHA-256 in lower-case hex."""
    return hashlib.sha256(token.encode()).hexdigest()


def _spelled(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")
