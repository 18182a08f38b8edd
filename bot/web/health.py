"""Whether the process lives, and whether it can work."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass

from aiohttp import web

from bot.web.kit.doors import Access, Door, Meter
from storage.blobs.store import BlobStore
from storage.catalog import seen
from storage.catalog.database import Database
from storage.errors import DatabaseDamaged, NoSpace, NotWritable
from storage.records.base import new_id

logger = logging.getLogger(__name__)

#: Returns nothing when all is well, else a sentence for the person who runs this installation.
Check = Callable[[], Awaitable[str]]

#: Returns what is said beside the checks, as JSON knows it; it calls nobody.
About = Callable[[], Mapping[str, object]]

#: A check that takes longer than so many seconds has failed.
PATIENCE = 3.0

#: No blob has these digits; whether it is there is a question that every store can answer.
NOBODY = "0" * 64

#: What is written to see whether anything can be. No package is like it.
PROBE = b"Slipway writes this to see whether it can.\n"

#: In seconds: anybody may ask, and nobody shall keep the disk busy with it.
WRITTEN_FOR = 2.0

#: Errors whose sentence is for whoever runs this installation, and names no secret.
OPEN = (NoSpace, NotWritable, DatabaseDamaged)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    name: str
    sentence: str

    @property
    def ok(self) -> bool:
        return not self.sentence


def nothing() -> Mapping[str, object]:
    """Say nothing beside the checks."""
    return {}


def health_doors(
    alive: Mapping[str, Check], ready: Mapping[str, Check], about: About
) -> list[Door]:
    """
    Return `/healthz` and `/readyz`.

    *alive* holds what only a restart can mend, such as a lost socket; *ready* what the process
    needs from others. Both answer 200 or 503 with each check by name, and no secret.
    """
    asked = {"/healthz": _asking(alive, about), "/readyz": _asking(ready, about)}
    return [
        # Whoever restarts a process that does not answer must not take a 429 for that.
        Door(method="GET", path=path, access=Access.PUBLIC, handler=handler, meter=Meter.FREE)
        for path, handler in asked.items()
    ]


def database_answers(database: Database) -> Check:
    async def ask() -> str:
        await database.ping()
        return ""

    return ask


def blobs_answer(blobs: BlobStore) -> Check:
    async def ask() -> str:
        await blobs.exists(NOBODY)
        return ""

    return ask


def takes_writing(database: Database, blobs: BlobStore) -> Check:
    """Return what writes a few bytes into the store and a row into the records."""

    async def ask() -> str:
        async with database.writing() as session:
            await seen.first_time(session, new_id())
            await session.rollback()  # Whether it may be written was the question.
        kept = await blobs.put(_once(PROBE), limit=len(PROBE))
        await blobs.delete(kept.sha256)
        return ""

    return _now_and_then(ask, WRITTEN_FOR)


async def _once(content: bytes) -> AsyncIterator[bytes]:
    yield content


def _now_and_then(ask: Check, seconds: float) -> Check:
    """Return *ask* for many who ask at once: what was well a moment ago still is."""
    asking = asyncio.Lock()
    well_until = 0.0

    async def asked() -> str:
        nonlocal well_until
        async with asking:
            if time.monotonic() < well_until:
                return ""
            sentence = await ask()
            well_until = time.monotonic() + seconds
            return sentence

    return asked


def _asking(
    checks: Mapping[str, Check], about: About
) -> Callable[[web.Request], Awaitable[web.Response]]:
    looking: asyncio.Future[list[CheckResult]] | None = None

    async def looked() -> list[CheckResult]:
        """Look once for all who ask while somebody looks: nobody can keep the database busy."""
        nonlocal looking
        if looking is None or looking.done():
            finding = (_find(name, ask) for name, ask in checks.items())
            looking = asyncio.ensure_future(_all(finding))
        return await asyncio.shield(looking)

    async def handle(_request: web.Request) -> web.Response:
        findings = await looked()
        ok = all(finding.ok for finding in findings)
        body = {
            **about(),
            "ok": ok,
            "checks": {
                finding.name: {"ok": finding.ok, "sentence": finding.sentence or "All is well."}
                for finding in findings
            },
        }
        return web.json_response(body, status=200 if ok else 503)

    return handle


async def _all(finding: Iterable[Awaitable[CheckResult]]) -> list[CheckResult]:
    return await asyncio.gather(*finding)


async def _find(name: str, ask: Check) -> CheckResult:
    try:
        async with asyncio.timeout(PATIENCE):
            return CheckResult(name=name, sentence=await ask())
    except TimeoutError:
        return CheckResult(name=name, sentence=f"No answer within {PATIENCE:g} seconds.")
    except OPEN as trouble:
        return CheckResult(name=name, sentence=str(trouble))
    except Exception as error:
        # The error itself may hold an address or a password; the log has it, the answer has not.
        logger.warning("The check of %s failed.", name, exc_info=error)
        return CheckResult(name=name, sentence="It does not answer. The log says why.")
