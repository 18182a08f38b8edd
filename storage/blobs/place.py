"""Where a blob lies in a folder of blobs: for the store, and for a proxy that reads beside it."""

import re

from storage.errors import BlobMissing

SHA256 = re.compile(r"[0-9a-f]{64}")


def place(sha256: str) -> str:
    """Return where a blob lies below the root, `ab/cd/<sha256>`. Raise BlobMissing."""
    if not SHA256.fullmatch(sha256):
        raise BlobMissing
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"
