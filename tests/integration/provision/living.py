"""A house that provisions in a process of its own, and may die at any boundary of its roads."""

import asyncio
import json
import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from bot.engine.engine import DurableEngine
from provisioning.actors import person, slack
from provisioning.errors import AlreadyDone
from provisioning.signing.identities import Identities
from provisioning.signing.making import Making
from provisioning.signing.scratch import Workroom
from provisioning.signing.variants import Signing
from storage.blobs.local import LocalBlobs
from storage.catalog.database import Database
from storage.records.base import now
from storage.secrets import Secrets
from tests.fakes import FakeTeller
from tests.integration.crash.harness import Boundary
from tests.integration.provision.world import HURRIED, Base, furnished, signing_of
from tests.signed import SECRET

ANN = person(slack("UANN"), origin="test")
#: In this file stands what people were told, a line each.
TOLD = "told.jsonl"
#: In the name of a boundary every id is this, so that a test can name it.
ANY = "*"


@dataclass
class WritingTeller(FakeTeller):
    """Writes down what people would read, where it outlives the process."""

    path: Path = Path()

    async def tell_device(self, subject: str) -> None:
        self._write("device", subject)

    async def tell_installable(self, wave_id: str, tester_id: str) -> None:
        self._write("installable", f"{wave_id} {tester_id}")

    async def show_wave(self, wave_id: str) -> None:
        self._write("wave", wave_id)

    def _write(self, what: str, about: str) -> None:
        with self.path.open("a") as file:
            file.write(json.dumps([what, about]) + "\n")


async def live(boundary: Boundary, base: Base, registration_ids: list[str]) -> None:
    """Approve what waits, and live until nothing is under way."""
    database = Database(base.home.database_url)
    folder = base.home.data_dir
    identities = Identities(
        database,
        Secrets(SECRET),
        organization_id=base.organization_id,
        authorities=base.issuers(),
    )
    blobs = LocalBlobs(folder / "blobs", spare=0)
    making = Making(database, blobs, Workroom(folder / "signing"), authorities=base.issuers())
    signing = signing_of(database, identities, Signing(database, identities, making))
    engine = DurableEngine(
        base.home.database_url,
        data_dir=folder,
        boundary=lambda name: boundary(re.sub(r"[0-9a-f]{32}", ANY, name)),
        timing=HURRIED,
    )
    teller = WritingTeller(path=folder / TOLD)
    found = furnished(base, database, signing, engine, teller)
    async with engine.running(found.roads):
        with suppress(AlreadyDone):  # The one who died had done it.
            await found.room.approvals.approve(registration_ids, ANN)
        quiet = 0
        while quiet < 3:
            await asyncio.sleep(0.2)
            for road in found.roads:
                late = await road.unfinished(now(), now() - timedelta(days=1))
                await engine.start_missing(road.name, late)
            counts = await engine.counts()
            quiet = 0 if counts.waiting or counts.running else quiet + 1
    await found.stores.aclose()
    await database.close()
