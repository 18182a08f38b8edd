"""
Preparing an app for splicing, in a process of its own.

    python -m provisioning.signing.splice_base IPA OUT

It reads strangers' bytes, so it has little memory, little time and no environment, and it knows no
secret. It answers on standard output with a JSON object: `index`, or `refused` with the sentence.
"""

import asyncio
import json
import os
import resource
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from provisioning.codesign.errors import CodesignError
from provisioning.codesign.splicing.index import Index
from provisioning.codesign.splicing.prepare import prepare
from provisioning.errors import ProvisioningError

MEMORY: Final = 1 << 30
CPU_SECONDS: Final = 180
WALL_SECONDS: Final = 900.0
#: More than anybody reads.
MOST_VIOLATIONS: Final = 100


class PreparingFailed(ProvisioningError):
    """Preparing this app for signing took too long or too much memory, so it was given up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """
    What came of it: an index, or the sentence why this app cannot be spliced.

    `violations` is what the verifier says of the app as it came, one sentence each.
    """

    index: Index | None
    reason: str = ""
    violations: tuple[str, ...] = ()


async def prepare_apart(ipa: Path, out: Path, *, wall_seconds: float = WALL_SECONDS) -> Prepared:
    """
    Write *ipa* to *out* so that new profiles can be spliced into it.

    Raise PreparingFailed when the process died or took longer than *wall_seconds*.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "provisioning.signing.splice_base", str(ipa), str(out)),
        stdin=DEVNULL,
        stdout=PIPE,
        env={"PYTHONPATH": os.pathsep.join(sys.path), "TMPDIR": str(out.parent)},
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(wall_seconds):
            answer, _ = await process.communicate()
    except TimeoutError:
        raise PreparingFailed from None
    finally:
        await _end(process)
    return _understood(answer)


async def _end(process: Process) -> None:
    if process.returncode is None:
        os.killpg(process.pid, signal.SIGKILL)
        await process.communicate()


def _understood(answer: bytes) -> Prepared:
    try:
        values = json.loads(answer)
        if "refused" in values:
            return Prepared(index=None, reason=str(values["refused"]))
        index = Index.loads(json.dumps(values["index"]).encode())
        return Prepared(index=index, violations=tuple(map(str, values["violations"])))
    except (ValueError, KeyError, TypeError, CodesignError):
        raise PreparingFailed from None


def main(ipa: str, out: str) -> None:
    """Prepare one app and answer."""
    _limit(resource.RLIMIT_AS, MEMORY)
    _limit(resource.RLIMIT_CPU, CPU_SECONDS)
    _limit(resource.RLIMIT_CORE, 0)
    answer: dict[str, Any]
    try:
        made = prepare(Path(ipa), Path(out))
        violations = [str(violation) for violation in made.violations[:MOST_VIOLATIONS]]
        answer = {"index": json.loads(made.index.dumps()), "violations": violations}
    except CodesignError as refusal:
        answer = {"refused": str(refusal)}
    except OSError as trouble:
        # A full disk says nothing of the app: it may be tried again.
        sys.exit(f"An app could not be prepared: {trouble.strerror}.")
    sys.stdout.write(json.dumps(answer))


def _limit(what: int, soft: int) -> None:
    _, hard = resource.getrlimit(what)
    if hard != resource.RLIM_INFINITY:
        soft = min(soft, hard)
    resource.setrlimit(what, (soft, hard))


if __name__ == "__main__":
    main(*sys.argv[1:])
