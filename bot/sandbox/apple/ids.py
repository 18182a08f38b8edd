"""Ids that look like Apple's."""

import base64
import hashlib
from datetime import UTC, datetime


class Ids:
    """Makes ids of ten capital letters and digits, the same in every run; *made* counts them."""

    def __init__(self, salt: str) -> None:
        self._salt = salt
        self.made = 0

    def next(self) -> str:
        self.made += 1
        seed = f"{self._salt}:{self.made}".encode()
        return base64.b32encode(hashlib.blake2b(seed, digest_size=10).digest()).decode()[:10]


def written(moment: float) -> str:
    """Return a moment, in seconds since 1970, as Apple writes it."""
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds")
