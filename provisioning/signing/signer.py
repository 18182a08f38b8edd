"""
Signing an app in a process of its own: `python -m provisioning.signing.signer`.

The key goes to it through a pipe: it is in no file, no argument and no environment.
"""

from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from cryptography import x509
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)

from provisioning.codesign.identity.identity import Identity, SigningKey
from provisioning.codesign.resign import resign
from provisioning.codesign.splicing.index import Index
from provisioning.codesign.splicing.splice import splice
from provisioning.codesign.structures.profile import Profile, read_profile
from provisioning.codesign.summary import SignedBundle
from provisioning.signing.apart import run_apart, serve
from provisioning.signing.certificates import read_certificates, written_certificates


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """Who signs, with which profiles; *roots* are trusted in place of Apple's."""

    identity: Identity
    profiles: Sequence[Profile]
    roots: Sequence[x509.Certificate] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """`length` bytes of a variant: from `start` of the prepared file, or, if None, the next new."""

    start: int | None
    length: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Spliced:
    """A variant whose new bytes lie in a file, one after the other."""

    stretches: tuple[Stretch, ...]
    new_bytes: int
    bundles: tuple[SignedBundle, ...]


async def splice_apart(prepared: Path, index: Index, signer: Signer, out: Path) -> Spliced:
    """
    Splice new profiles into a prepared file; the new bytes are written to *out*.

    The verifier has found nothing wrong with it. Raise CodesignError, NeedsFullPath for what only
    the full path can do; SigningFailed.
    """
    job = _job(signer, prepared, out) | {"index": b64encode(index.dumps()).decode()}
    answer = await run_apart(__name__, job, room=out.parent)
    return Spliced(
        stretches=tuple(Stretch(**item) for item in answer["stretches"]),
        new_bytes=answer["new_bytes"],
        bundles=_bundles(answer),
    )


async def resign_apart(
    ipa: Path, signer: Signer, out: Path, *, one_piece: bool
) -> tuple[SignedBundle, ...]:
    """
    Sign an app anew into *out*, and return what each bundle was signed with.

    The verifier has found nothing wrong with it. Raise CodesignError or SigningFailed.
    """
    job = _job(signer, ipa, out) | {"one_piece": one_piece}
    return _bundles(await run_apart(__name__, job, room=out.parent))


def work(job: dict[str, Any]) -> dict[str, Any]:
    """Sign one app and answer."""
    source, out, signer = Path(job["source"]), Path(job["out"]), _signer(job)
    if "index" in job:
        return _splice(source, Index.loads(b64decode(job["index"])), signer, out)
    summary = resign(
        source,
        signer.identity,
        signer.profiles,
        out,
        one_piece=job["one_piece"],
        roots=signer.roots,
    )
    return {"bundles": _written(summary.bundles)}


def _splice(source: Path, index: Index, signer: Signer, out: Path) -> dict[str, Any]:
    variant = splice(source, index, signer.identity, signer.profiles, roots=signer.roots)
    out.write_bytes(b"".join(item.content or b"" for item in variant.segments))
    stretches = [
        {"start": item.start if item.content is None else None, "length": item.length}
        for item in variant.segments
    ]
    return {
        "stretches": stretches,
        "new_bytes": variant.new_bytes,
        "bundles": _written(variant.bundles),
    }


def _job(signer: Signer, source: Path, out: Path) -> dict[str, Any]:
    identity = signer.identity
    key = identity.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return {
        "source": str(source),
        "out": str(out),
        "key": b64encode(key).decode(),
        "certificates": written_certificates([identity.certificate, *identity.chain]),
        "profiles": [b64encode(profile.content).decode() for profile in signer.profiles],
        "roots": written_certificates(signer.roots),
    }


def _signer(job: dict[str, Any]) -> Signer:
    key = load_der_private_key(b64decode(job["key"]), None)
    certificate, *chain = read_certificates(job["certificates"]) or []
    return Signer(
        # The house made this identity out of the same parts, so that the key is of a right kind.
        identity=Identity(key=cast("SigningKey", key), certificate=certificate, chain=tuple(chain)),
        profiles=[read_profile(b64decode(content)) for content in job["profiles"]],
        roots=read_certificates(job["roots"]),
    )


def _written(bundles: Sequence[SignedBundle]) -> list[dict[str, Any]]:
    return [asdict(item) | {"expires_at": item.expires_at.isoformat()} for item in bundles]


def _bundles(answer: dict[str, Any]) -> tuple[SignedBundle, ...]:
    return tuple(
        SignedBundle(**{**item, "expires_at": datetime.fromisoformat(item["expires_at"])})
        for item in answer["bundles"]
    )


if __name__ == "__main__":
    serve(work)
