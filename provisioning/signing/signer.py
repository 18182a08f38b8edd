"""
Signing an app in a process of its own: `python -m provisioning.signing.signer`.

It never has the key: whoever wants the app signed is asked, through a pipe, for each signature.
"""

from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography import x509

from provisioning.codesign.container.archive import Archive
from provisioning.codesign.container.parts import Part, open_parts, set_down
from provisioning.codesign.identity.identity import Identity
from provisioning.codesign.identity.keys import algorithm_of, public_key_of
from provisioning.codesign.resign import resign_archive
from provisioning.codesign.signing.resigner import Wish
from provisioning.codesign.splicing.index import Index
from provisioning.codesign.splicing.splice import splice_archive
from provisioning.codesign.structures.assembled import Assembled
from provisioning.codesign.structures.profile import Profile, read_profile
from provisioning.codesign.summary import SignedBundle
from provisioning.signing.answers import told_parts, understanding
from provisioning.signing.apart import run_apart, serve
from provisioning.signing.certificates import read_certificates, written_certificates
from provisioning.signing.notary import MOST_SIGNATURES, FarKey, Notary


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """Who signs, with which profiles; *roots* are trusted in place of Apple's."""

    identity: Identity
    profiles: Sequence[Profile]
    roots: Sequence[x509.Certificate] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """
    An app that was signed: where its parts lie, and what each bundle was signed with.

    The parts are ranges of the files that it was made of, and of the new one.
    """

    parts: tuple[Part, ...]
    bundles: tuple[SignedBundle, ...]


async def splice_apart(prepared: Sequence[Part], index: Index, signer: Signer, out: Path) -> Signed:
    """
    Splice new profiles into a prepared app; the new bytes are written to *out*.

    The verifier has found nothing wrong with it. Raise CodesignError, NeedsFullPath for what only
    the full path can do; SigningFailed.
    """
    job = {"index": b64encode(index.dumps()).decode()}
    regions = sum(len(bundle.regions) for bundle in index.bundles)
    return await _signed(prepared, signer, out, job, most=regions)


async def resign_apart(
    app: Sequence[Part], signer: Signer, out: Path, *, one_piece: bool
) -> Signed:
    """
    Sign an app anew; the new bytes are written to *out*.

    The verifier has found nothing wrong with it. Raise CodesignError or SigningFailed.
    """
    return await _signed(app, signer, out, {"one_piece": one_piece}, most=MOST_SIGNATURES)


def work(job: dict[str, Any]) -> dict[str, Any]:
    """Sign one app and answer."""
    with open_parts([Part.from_json(values) for values in job["app"]]) as opened:
        sign = _spliced if "index" in job else _anew
        content, bundles = sign(job, opened.archive, _signer(job))
        parts = set_down(content.pieces, Path(job["out"]), opened.files)
    return {
        "parts": [part.as_json() for part in parts],
        "bundles": [asdict(item) | {"expires_at": item.expires_at.isoformat()} for item in bundles],
    }


def _spliced(
    job: dict[str, Any], archive: Archive, signer: Signer
) -> tuple[Assembled, Sequence[SignedBundle]]:
    index = Index.loads(b64decode(job["index"]))
    content, splicing = splice_archive(
        archive, index, signer.identity, signer.profiles, roots=signer.roots
    )
    return content, splicing.signed()


def _anew(
    job: dict[str, Any], archive: Archive, signer: Signer
) -> tuple[Assembled, Sequence[SignedBundle]]:
    wish = Wish(
        identity=signer.identity,
        profiles=signer.profiles,
        moment=datetime.now(UTC),
        one_piece=job["one_piece"],
    )
    content, summary = resign_archive(archive, wish, lambda _: None, roots=signer.roots)
    return content, summary.bundles


async def _signed(
    app: Sequence[Part], signer: Signer, out: Path, job: dict[str, Any], *, most: int
) -> Signed:
    """Let a process apart sign, with at most so many signatures."""
    notary = Notary(signer.identity.key, most=most)
    answer = await run_apart(
        __name__, _job(signer, app, out) | job, room=out.parent, reply=notary.reply
    )
    with understanding():
        return Signed(
            parts=told_parts(answer["parts"], {out, *(part.path for part in app)}),
            bundles=tuple(_bundle(item) for item in answer["bundles"]),
        )


def _job(signer: Signer, app: Sequence[Part], out: Path) -> dict[str, Any]:
    identity = signer.identity
    return {
        "app": [part.as_json() for part in app],
        "out": str(out),
        "certificates": written_certificates([identity.certificate, *identity.chain]),
        "profiles": [b64encode(profile.content).decode() for profile in signer.profiles],
        "roots": written_certificates(signer.roots),
    }


def _signer(job: dict[str, Any]) -> Signer:
    certificate, *chain = read_certificates(job["certificates"]) or []
    key = FarKey(algorithm=algorithm_of(public_key_of(certificate)))
    return Signer(
        identity=Identity(key=key, certificate=certificate, chain=tuple(chain)),
        profiles=[read_profile(b64decode(content)) for content in job["profiles"]],
        roots=read_certificates(job["roots"]),
    )


def _bundle(values: dict[str, Any]) -> SignedBundle:
    return SignedBundle(**{**values, "expires_at": datetime.fromisoformat(values["expires_at"])})


if __name__ == "__main__":
    serve(work)
