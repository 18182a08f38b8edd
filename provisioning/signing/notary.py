"""
Both ends of the pipe between a key and the process that reads the app.

That process has to do with strangers' bytes, so it never has the key: it asks for a signature over
a digest, and gets that.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from provisioning.codesign.identity.keys import DIGEST_SIZE, DigestSigner, SignatureAlgorithm
from provisioning.signing.apart import Overstepped, ask

#: No app has more programs and libraries, each of their slices counted, that must be signed.
MOST_SIGNATURES: Final = 1_000


class Notary:
    """
    Signs digests for one job of a process apart, with a key that stays here.

    It signs at most *most* times, and gives each answer from a thread: signing is much arithmetic.
    """

    def __init__(self, key: DigestSigner, *, most: int = MOST_SIGNATURES) -> None:
        self._key = key
        self._most = self._left = min(most, MOST_SIGNATURES)

    async def reply(self, question: Mapping[str, Any]) -> dict[str, Any]:
        """Return the signature that is asked for. Raise Overstepped for anything else."""
        digest = self._digest_of(question)
        if self._left == 0:
            raise Overstepped(_refusal(f"more than {self._most} signatures"))
        self._left -= 1
        signature = await asyncio.to_thread(self._key.sign_digest, digest)
        return {"signature": signature.hex()}

    def _digest_of(self, question: Mapping[str, Any]) -> bytes:
        if question.keys() != {"sign", "digest"}:
            raise Overstepped(_refusal("something else than a signature"))
        if question["sign"] != self._key.algorithm:
            raise Overstepped(_refusal("a signature of another kind"))
        digest = _unhexed(question["digest"])
        if len(digest) != DIGEST_SIZE:
            raise Overstepped(_refusal("a signature over something else than a digest"))
        return digest


@dataclass(frozen=True, slots=True, kw_only=True)
class FarKey:
    """A key that the process which wants the job done holds; it is asked for every signature."""

    algorithm: SignatureAlgorithm

    def sign_digest(self, digest: bytes) -> bytes:
        answer = ask({"sign": self.algorithm, "digest": digest.hex()})
        return bytes.fromhex(answer["signature"])


def _unhexed(value: object) -> bytes:
    try:
        return bytes.fromhex(value) if isinstance(value, str) else b""
    except ValueError:
        return b""


def _refusal(what: str) -> str:
    return (
        f"The app was not signed: the process that reads it asked for {what}, which signing an app "
        "does not need. A file can be made to bring that about, so treat it with care; build and "
        "export the app again."
    )
