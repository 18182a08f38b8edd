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

from provisioning.codesign.container.parts import Part, open_parts, set_down
from provisioning.codesign.errors import CodesignError, NeedsFullPath
from provisioning.codesign.splicing.index import Index
from provisioning.codesign.splicing.prepare import lay_out
from provisioning.codesign.verifying.verifier import verify_source
from provisioning.signing.answers import told_parts, understanding
from provisioning.signing.apart import WALL_SECONDS, run_apart, serve
from provisioning.signing.certificates import read_certificates, written_certificates

#: More than anybody reads.
MOST_VIOLATIONS: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """
    What came of it: an index, or the sentence why this app cannot be spliced.

    It is `unfit` when nobody can sign it anew either. `parts` are those of the prepared app: ranges
    of the file that is kept, and of the new one.
    `violations` is what the verifier says of the app as it came, one sentence each.
    """

    index: Index | None
    parts: tuple[Part, ...] = ()
    reason: str = ""
    unfit: bool = False
    violations: tuple[str, ...] = ()


async def prepare_apart(
    app: Sequence[Part],
    out: Path,
    *,
    kept: Path | None = None,
    roots: Sequence[x509.Certificate] | None = None,
    faultless: bool = False,
    wall_seconds: float = WALL_SECONDS,
) -> Prepared:
    """
    Lay out an app that lies in parts of files so that new profiles can be spliced into it.

    What does not lie in the file *kept*, if any, is written to *out*. *roots* are trusted in place
    of Apple's. *faultless* lets the verifier judge what was laid out, for it to be handed out as it
    is; a fault is a reason against it. Raise SigningFailed when the process died or took longer
    than *wall_seconds*.
    """
    job = {
        "app": [part.as_json() for part in app],
        "kept": None if kept is None else str(kept),
        "out": str(out),
        "roots": written_certificates(roots),
        "faultless": faultless,
    }
    try:
        answer = await run_apart(__name__, job, room=out.parent, wall_seconds=wall_seconds)
    except CodesignError as refusal:
        unfit = not isinstance(refusal, NeedsFullPath)
        return Prepared(index=None, reason=str(refusal), unfit=unfit)
    with understanding():
        return Prepared(
            index=Index.loads(json.dumps(answer["index"]).encode()),
            parts=told_parts(answer["parts"], {out, *(part.path for part in app)}),
            violations=tuple(map(str, answer["violations"])),
        )


def work(job: dict[str, Any]) -> dict[str, Any]:
    """Prepare one app and answer."""
    roots = read_certificates(job["roots"])
    with open_parts([Part.from_json(values) for values in job["app"]]) as opened:
        made = lay_out(opened.archive, lambda _: None, roots=roots)
        faults = verify_source(made.content, roots=roots) if job["faultless"] else []
        if faults:
            raise NeedsFullPath(f"Laid out to be spliced into, it would not run: {faults[0]}")
        parts = set_down(made.content.pieces, Path(job["out"]), opened.only(job["kept"]))
    violations = [str(violation) for violation in made.outcome.violations[:MOST_VIOLATIONS]]
    return {
        "index": json.loads(made.outcome.index.dumps()),
        "parts": [part.as_json() for part in parts],
        "violations": violations,
    }


if __name__ == "__main__":
    serve(work)
