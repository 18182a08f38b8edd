"""Whether the process lives, and whether it can work."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from aiohttp import web

from bot.web.kit.doors import Access, Door
from storage.blobs.store import BlobStore
from storage.catalog.database import Database

logger = logging.getLogger(__name__)

#: Returns nothing when all is well, else a sentence for the person who runs this installation.
Check = Callable[[], Awaitable[str]]

#: A check that takes longer than so many seconds has failed.
PATIENCE = 3.0

#: No blob has these digits; whether it is there is a question that every store can answer.
NOBODY = "0" * 64


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    name: str
    sentence: str

    @property
    def ok(self) -> bool:
        return not self.sentence


def health_doors(alive: Mapping[str, Check], ready: Mapping[str, Check]) -> list[Door]:
    """
    Return `/healthz` and `/readyz`.

    *alive* holds what only a restart can mend, such as a lost socket; *ready* what the process
    needs from others. Both answer 200 or 503 with each check by name, and no secret.
    """
    return [
        Door(method="GET", path="/healthz", access=Access.PUBLIC, handler=_asking(alive)),
        Door(method="GET", path="/readyz", access=Access.PUBLIC, handler=_asking(ready)),
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


def _asking(checks: Mapping[str, Check]) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def handle(_request: web.Request) -> web.Response:
        findings = await asyncio.gather(*(_find(name, ask) for name, ask in checks.items()))
        ok = all(finding.ok for finding in findings)
        body = {
            "ok": ok,
            "checks": {
                finding.name: {"ok": finding.ok, "sentence": finding.sentence or "All is well."}
                for finding in findings
            },
        }
        return web.json_response(body, status=200 if ok else 503)

    return handle


async def _find(name: str, ask: Check) -> CheckResult:
    try:
        async with asyncio.timeout(PATIENCE):
            return CheckResult(name=name, sentence=await ask())
    except TimeoutError:
        return CheckResult(name=name, sentence=f"No answer within {PATIENCE:g} seconds.")
    except Exception as error:
        # The error itself may hold an address or a password; the log has it, the answer has not.
        logger.warning("The check of %s failed.", name, exc_info=error)
        return CheckResult(name=name, sentence="It does not answer. The log says why.")
