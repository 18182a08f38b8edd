"""
Preparing an app for splicing, in a process of its own.

It is `python -m provisioning.signing.splice_base`, and knows no secret.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from cryptography import x509

from provisioning.codesign.errors import CodesignError, NeedsFullPath
from provisioning.codesign.splicing.index import Index
from provisioning.codesign.splicing.prepare import prepare
from provisioning.codesign.verifying.verifier import verify
from provisioning.signing.apart import WALL_SECONDS, run_apart, serve
from provisioning.signing.certificates import read_certificates, written_certificates

#: More than anybody reads.
MOST_VIOLATIONS: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """
    What came of it: an index, or the sentence why this app cannot be spliced.

    `violations` is what the verifier says of the app as it came, one sentence each.
    """

    index: Index | None
    reason: str = ""
    violations: tuple[str, ...] = ()


async def prepare_apart(
    ipa: Path,
    out: Path,
    *,
    roots: Sequence[x509.Certificate] | None = None,
    faultless: bool = False,
    wall_seconds: float = WALL_SECONDS,
) -> Prepared:
    """
    Write *ipa* to *out* so that new profiles can be spliced into it.

    *roots* are trusted in place of Apple's. *faultless* lets the verifier judge what was written,
    for it to be handed out as it is; a fault is a reason against it. Raise SigningFailed when the
    process died or took longer than *wall_seconds*.
    """
    job = {
        "ipa": str(ipa),
        "out": str(out),
        "roots": written_certificates(roots),
        "faultless": faultless,
    }
    try:
        answer = await run_apart(__name__, job, room=out.parent, wall_seconds=wall_seconds)
    except CodesignError as refusal:
        return Prepared(index=None, reason=str(refusal))
    return Prepared(
        index=Index.loads(json.dumps(answer["index"]).encode()),
        violations=tuple(map(str, answer["violations"])),
    )


def work(job: dict[str, Any]) -> dict[str, Any]:
    """Prepare one app and answer."""
    out, roots = Path(job["out"]), read_certificates(job["roots"])
    made = prepare(Path(job["ipa"]), out, roots=roots)
    faults = verify(out, roots=roots) if job["faultless"] else []
    if faults:
        raise NeedsFullPath(f"Laid out to be spliced into, it would not run: {faults[0]}")
    violations = [str(violation) for violation in made.violations[:MOST_VIOLATIONS]]
    return {"index": json.loads(made.index.dumps()), "violations": violations}


if __name__ == "__main__":
    serve(work)
