"""A house without Slack that sends a release to people whose phones it is not signed for yet."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from cryptography import x509
from sqlmodel import select

from bot.engine.engine import DurableEngine
from bot.house import SigningRoom
from bot.links import Links
from bot.settings import Settings
from bot.wiring.devices import device_room
from bot.wiring.distributing import distribute_room
from bot.wiring.ground import Ground
from bot.wiring.people import people_room
from provisioning.actors import slack
from provisioning.appstore.client import AppStores
from provisioning.distributing.order import Order
from provisioning.ports import Told
from provisioning.roads.road import Road
from provisioning.signing.identities import Identities
from provisioning.signing.making import Making
from provisioning.signing.scratch import Workroom
from provisioning.signing.variants import Signing
from provisioning.telling.tellers import Tellers
from storage.blobs.local import LocalBlobs
from storage.catalog.database import Database
from storage.records.base import now
from storage.records.distribution import Recipient, RecipientState
from storage.records.release import Release
from storage.secrets import Secrets
from tests.engines import EngineHome
from tests.fakes import FakeDirectory, FakeTeller
from tests.integration.provision.world import ANN, HURRIED, QUICKLY, TICK, roads_of
from tests.signed import SECRET_KEY

#: Two testers: the first has a phone that Apple has, of the second none is known.
PEOPLE = ("UTESTER2", "UTESTER3")
_OPEN = (RecipientState.WAITING, RecipientState.HELD)


@dataclass
class LastingTeller(FakeTeller):
    """Writes down whom it told, for whoever looks when this process is gone."""

    book: Path = Path()

    async def tell(self, recipient_id: str) -> Told:
        told = await super().tell(recipient_id)
        self._write(f"recipient {recipient_id}")
        return told

    async def tell_installable(self, wave_id: str, tester_id: str) -> None:
        await super().tell_installable(wave_id, tester_id)
        self._write(f"wave {tester_id}")

    def _write(self, line: str) -> None:
        with self.book.open("a") as book:
            book.write(f"{line}\n")


@dataclass(frozen=True, kw_only=True)
class Scene:
    """
    What both lives share.

    `authorities` are PEM: another process makes others, which did not sign what is there.
    """

    home: EngineHome
    apple_url: str
    book: Path
    authorities: bytes
    waits: bool


async def send(boundary: Callable[[str], None], scene: Scene) -> None:
    """Send the release, and go on until everybody has been told."""
    home = scene.home
    database = Database(home.database_url)
    ground, release_id = await _ground(database, scene)
    directory = FakeDirectory()
    for user_id in ("UANN", *PEOPLE):
        directory.add(user_id, user_id)
    tellers = Tellers([LastingTeller(book=scene.book)])
    engine = DurableEngine(
        home.database_url, data_dir=home.data_dir, boundary=boundary, timing=HURRIED
    )
    stores = AppStores(base_url=scene.apple_url, backoff=QUICKLY)
    people = people_room(ground, directory)
    room = device_room(ground, people, _signing(ground), engine, stores)
    sending = distribute_room(ground, people, room, tellers, engine)
    roads = roads_of(room, sending, tellers)
    order = Order(
        key="k1", release_id=release_id, by=ANN, people=tuple(map(slack, PEOPLE)), waits=scene.waits
    )
    try:
        async with engine.running(roads):
            await sending.distributions.request(order)
            while not await _is_done(database, engine):
                await asyncio.sleep(TICK)
                await _tick(engine, roads)
    finally:
        await stores.aclose()
        await database.close()


async def _ground(database: Database, scene: Scene) -> tuple[Ground, str]:
    async with database.reading() as session:
        release = (await session.exec(select(Release))).one()
    settings = Settings(
        base_url="https://slipway.example.com", data_dir=scene.home.data_dir, admins=("UANN",)
    )
    ground = Ground(
        settings=settings,
        links=Links(settings.base_url),
        database=database,
        blobs=LocalBlobs(scene.home.data_dir / "blobs", spare=0),
        organization_id=release.organization_id,
        key=b"k" * 32,
        authorities=tuple(x509.load_pem_x509_certificates(scene.authorities)),
    )
    return ground, release.id


def _signing(ground: Ground) -> SigningRoom:
    identities = Identities(
        ground.database,
        Secrets(SECRET_KEY),
        organization_id=ground.organization_id,
        authorities=ground.authorities,
    )
    making = Making(
        ground.database,
        ground.blobs,
        Workroom(ground.settings.data_dir / "signing"),
        authorities=ground.authorities,
    )
    variants = Signing(ground.database, identities, making)
    return SigningRoom(identities=identities, variants=variants)


async def _is_done(database: Database, engine: DurableEngine) -> bool:
    async with database.reading() as session:
        found = (await session.exec(select(Recipient.state))).all()
    counts = await engine.counts()
    return len(found) > 1 and not set(found) & set(_OPEN) and not counts.waiting + counts.running


async def _tick(engine: DurableEngine, roads: tuple[Road, ...]) -> None:
    """Do what the clock does every half minute."""
    for road in roads:
        late = await road.unfinished(now(), now() - timedelta(days=1))
        await engine.start_missing(road.name, late)
