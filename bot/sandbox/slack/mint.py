"""Ids that look like Slack's."""

import base64
import hashlib
import secrets

from bot.sandbox.clock import Clock


class Mint:
    """
    Makes ids and message timestamps.

    Ids are the same in every run, which keeps links and screenshots steady; secrets are not.
    """

    def __init__(self, clock: Clock, salt: str = "sandbox") -> None:
        self._clock = clock
        self._salt = salt
        self._made = 0
        self._last = 0

    def turn(self, salt: str) -> None:
        """Make other ids from now on: those of an earlier run may still be known to the app."""
        self._salt = f"{self._salt}:{salt}"

    def id(self, prefix: str) -> str:
        """Return an id such as `C0A1B2C3D4` (a prefix, a zero and eight characters)."""
        self._made += 1
        seed = f"{self._salt}:{prefix}:{self._made}".encode()
        letters = base64.b32encode(hashlib.blake2b(seed, digest_size=10).digest()).decode()
        return f"{prefix}0{letters[:8]}"

    def ts(self) -> str:
        """Return a message timestamp, later than every one before it."""
        micros = max(round(self._clock.now() * 1_000_000), self._last + 1)
        self._last = micros
        return f"{micros // 1_000_000}.{micros % 1_000_000:06d}"

    def secret(self, length: int = 24) -> str:
        """Return a random word of at least *length* characters that nobody can guess."""
        return secrets.token_hex((length + 1) // 2)
