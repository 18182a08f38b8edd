"""A team at Apple, an app that is live, testers with new phones, and the roads between them."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from cryptography import x509
from pydantic import SecretStr
from sqlmodel import col, select

from bot.engine.engine import DurableEngine
from bot.engine.timing import Timing
from bot.house import DeviceRoom, DistributeRoom, SigningRoom
from bot.links import Links
from bot.sandbox.apple.server import SandboxApple
from bot.sandbox.samples import identities as samples
from bot.sandbox.samples.ipa import SampleApp, write_ipa
from bot.settings import Settings
from bot.wiring.devices import device_room
from bot.wiring.distributing import Rooms, distribute_room
from bot.wiring.ground import Ground
from bot.wiring.installing import install_room
from bot.wiring.people import people_room
from bot.wiring.releases import release_room
from provisioning.actors import Actor, person, slack
from provisioning.appstore.client import AppStores
from provisioning.appstore.wire.backoff import Backoff
from provisioning.devices.devices import Claim
from provisioning.devices.udids import Udid, UdidForm
from provisioning.installing.served_file import chosen, devices_of
from provisioning.intake.preparing import Preparing
from provisioning.ports import Engine, Teller
from provisioning.releases.reading import Cards
from provisioning.roads.ask_rebuild import AskRebuild
from provisioning.roads.distribute import Distribute
from provisioning.roads.provision import Provision
from provisioning.roads.register import Register
from provisioning.roads.road import Road
from provisioning.roads.tell_held import TellHeld
from provisioning.signing.certificates import read_certificates, written_certificates
from provisioning.signing.identities import Identities
from provisioning.signing.variants import Signing
from provisioning.telling.tellers import Tellers
from storage.blobs.local import LocalBlobs
from storage.catalog import devices, registrations, variants
from storage.catalog.database import Database
from storage.records.base import now
from storage.records.distribution import Recipient, RecipientState
from storage.records.registration import Registration, RegistrationState
from storage.records.tester import Tester
from storage.records.variant import Variant
from storage.records.wave import Wave, WaveState
from tests.engines import EngineHome
from tests.fakes import FakeDirectory, FakeTeller
from tests.signed import PASSWORD, Bench, open_bench, p12
from tests.unit.provisioning.codesign import world

ANN = person(slack("UANN"), origin="test")

#: An hour of faults is over in a few seconds.
HURRIED = Timing(
    first_pause=0.05, growth=1.5, longest_pause=0.3, brief=0.4, polling=0.1, patience=40.0
)
QUICKLY = Backoff(first=0.01, longest=0.02)
#: In seconds; on a machine on which others work as well.
PATIENCE = 60.0
#: What the clock does every half minute.
TICK = 0.2

#: What a CI knows the calls of a world by.
CI_SECRET = "a secret of the CI's"

APP = "com.example.harbour"
BUNDLES = (APP, f"{APP}.share")


def udid(number: int) -> Udid:
    """Return the UDID of a phone that nobody has yet."""
    return Udid(samples.device_id(100 + number), UdidForm.CHIP)


def small_app(path: Path) -> Path:
    """Write an app with an extension, signed ad hoc for phones that nobody here has."""
    write_ipa(path, SampleApp(icon="none", extensions=1, framework=False))
    return path


@dataclass
class ProvisionWorld:
    """Everything between a tester's word and their build, but Slack."""

    bench: Bench
    apple: SandboxApple
    room: DeviceRoom
    sending: DistributeRoom
    engine: DurableEngine
    teller: FakeTeller
    directory: FakeDirectory
    roads: tuple[Road, ...]
    team_id: str

    @property
    def database(self) -> Database:
        return self.bench.database

    @property
    def bob(self) -> Actor:
        """The tester who was given the app."""
        return _actor(self.bench.shelf.tester)

    async def another(self, number: int) -> Actor:
        """Return one more tester who was given the app."""
        shelf = self.bench.shelf
        tester = self._tester(number)
        async with self.database.writing() as session:
            found = await session.exec(
                select(Recipient).where(Recipient.tester_id == shelf.tester.id)
            )
            first = found.one()
            session.add(tester)
            await session.flush()
            session.add(
                Recipient(
                    distribution_id=first.distribution_id,
                    release_id=first.release_id,
                    destination_id=first.destination_id,
                    tester_id=tester.id,
                    teller="slack",
                    state=RecipientState.TOLD,
                )
            )
        return _actor(tester)

    @property
    def cards(self) -> Cards:
        return Cards(self.database, organization_id=self.bench.shelf.build.organization_id)

    @property
    def release_id(self) -> str:
        return self.bench.shelf.release.id

    async def newcomer(self, number: int) -> Actor:
        """Return a tester who was never given anything."""
        tester = self._tester(number)
        async with self.database.writing() as session:
            session.add(tester)
        return _actor(tester)

    def _tester(self, number: int) -> Tester:
        user_id, name = f"UTESTER{number}", f"Tester {number}"
        self.directory.add(user_id, name)
        organization_id = self.bench.shelf.build.organization_id
        return Tester(organization_id=organization_id, slack_id=user_id, name=name)

    async def claim(self, number: int, by: Actor | None = None) -> str:
        """Let a tester hand a phone in; return its registration."""
        actor = by or self.bob
        assert actor.identity is not None
        claim = Claim(udid=udid(number), name=f"Phone {number}")
        claimed = await self.room.devices.claim(claim, actor.identity, actor)
        (registration_id,) = await self.room.approvals.ask([claimed.sheet.id], actor)
        return registration_id

    async def approve(self, *registration_ids: str) -> None:
        approved = await self.room.approvals.approve(registration_ids, ANN)
        assert approved.left == ()

    async def registration(self, registration_id: str) -> Registration:
        async with self.database.reading() as session:
            return await registrations.get(session, registration_id)

    def lose_app_id(self, bundle_id: str) -> None:
        """Let the team have no App ID for a bundle any more."""
        app_ids = self.apple.team.app_ids
        found = app_ids.find(bundle_id)
        assert found is not None
        app_ids.remove(found.id)

    async def waves(self) -> list[Wave]:
        """Return every wave there was, the first one first."""
        async with self.database.reading() as session:
            return list((await session.exec(select(Wave).order_by(col(Wave.number)))).all())

    async def served(self, tester: Actor) -> Variant | None:
        """Return the variant that a tester is served, None for the build itself."""
        assert tester.identity is not None
        async with self.database.reading() as session:
            found = await session.exec(
                select(Tester).where(Tester.slack_id == tester.identity.value)
            )
            own = await devices.of_testers(session, [found.one().id])
            ready = await variants.ready(session, self.bench.shelf.build.id)
        return chosen(ready, own)

    async def can_install(self, number: int, tester: Actor | None = None) -> bool:
        variant = await self.served(tester or self.bob)
        return variant is not None and udid(number).value in devices_of(variant)

    async def tick(self, *, days: float = 0) -> None:
        """Do what the clock does every half minute, as if so many days had gone by."""
        at = now() + timedelta(days=days)
        for road in self.roads:
            late = await road.unfinished(at, at - timedelta(days=90))
            await self.engine.start_missing(road.name, late)

    async def settled(self) -> None:
        """Wait until no wave is open and nothing is being registered."""
        await self.until(self._is_settled)

    async def until(self, met: Callable[[], Awaitable[bool]]) -> None:
        """Wait until something is so, while the clock ticks."""
        async with asyncio.timeout(PATIENCE):
            while not await met():
                await asyncio.sleep(TICK)
                await self.tick()

    async def state_is(self, registration_id: str, state: RegistrationState) -> None:
        async def met() -> bool:
            return (await self.registration(registration_id)).state is state

        await self.until(met)

    async def _is_settled(self) -> bool:
        async with self.database.reading() as session:
            found = await session.exec(
                select(Registration).where(
                    Registration.state == RegistrationState.REGISTERING,
                    Registration.reason == "",
                )
            )
            is_registering = bool(found.all())
        ended = {WaveState.DONE, WaveState.FAILED}
        under_way = [wave for wave in await self.waves() if wave.state not in ended]
        counts = await self.engine.counts()
        return not (is_registering or under_way or counts.waiting or counts.running)


def _actor(tester: Tester) -> Actor:
    assert tester.slack_id is not None
    return person(slack(tester.slack_id), origin="test")


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """What a world stands on, and whoever opens it again: records, blobs, and who is who there."""

    home: EngineHome
    apple_url: str
    organization_id: str
    people: Mapping[str, str]
    authorities: Sequence[str]
    webhook: str = ""

    def issuers(self) -> list[x509.Certificate]:
        """Return who issued the certificates here: they are other ones in each process."""
        return read_certificates(self.authorities) or []


@dataclass(frozen=True, slots=True, kw_only=True)
class Furnished:
    """The rooms of a world and the roads between them."""

    room: DeviceRoom
    sending: DistributeRoom
    roads: tuple[Road, ...]
    stores: AppStores
    directory: FakeDirectory


def furnished(
    base: Base, database: Database, signing: SigningRoom, engine: Engine, teller: Teller
) -> Furnished:
    """Put the rooms together as the house does, on a directory of a few people."""
    directory = FakeDirectory()
    for user_id, name in base.people.items():
        directory.add(user_id, name)
    settings = Settings(
        # A webhook on this machine is called by an installation on this machine alone.
        base_url="http://127.0.0.1:1" if base.webhook else "https://slipway.example.com",
        data_dir=base.home.data_dir,
        admins=("UANN",),
        rebuild_webhook_url=base.webhook,
        rebuild_webhook_secret=SecretStr(CI_SECRET) if base.webhook else None,
    )
    ground = Ground(
        settings=settings,
        links=Links(settings.base_url),
        database=database,
        blobs=LocalBlobs(base.home.data_dir / "blobs", spare=0),
        organization_id=base.organization_id,
        key=b"k" * 32,
        authorities=tuple(base.issuers()),
    )
    tellers = Tellers([teller])
    stores = AppStores(base_url=base.apple_url, backoff=QUICKLY)
    people = people_room(ground, directory, engine)
    room = device_room(ground, people, signing, engine, stores)
    rooms = Rooms(
        people=people,
        releases=release_room(ground, people, engine),
        devices=room,
        installing=install_room(ground, people),
    )
    sending = distribute_room(ground, rooms, directory, tellers, engine)
    roads = _roads(room, sending, tellers)
    return Furnished(room=room, sending=sending, roads=roads, stores=stores, directory=directory)


def _roads(room: DeviceRoom, sending: DistributeRoom, tellers: Tellers) -> tuple[Road, ...]:
    carrying, covering, rebuilds = sending.carrying, sending.covering, sending.rebuilds
    return (
        Register(room.registry, room.waves.want_for, rebuilds.want_for, tellers).road(),
        Provision(room.waves, room.profiles, tellers, covering.after).road(),
        Distribute(carrying, covering, tellers).road(),
        TellHeld(carrying, covering, tellers).road(),
        AskRebuild(rebuilds, tellers).road(),
    )


@asynccontextmanager
async def opened(
    home: EngineHome,
    ipa: Path,
    apple: SandboxApple,
    *,
    bundles: Sequence[str] = BUNDLES,
    webhook: str = "",
) -> AsyncGenerator[ProvisionWorld]:
    """Open a world whose team has App IDs for *bundles*, and our certificate."""
    database = Database(home.database_url)
    bench = await open_bench(
        database, LocalBlobs(home.data_dir / "blobs", spare=0), ipa, home.data_dir
    )
    engine = DurableEngine(home.database_url, data_dir=home.data_dir, timing=HURRIED)
    teller = FakeTeller()
    signing = signing_of(database, bench.identities, bench.signing)
    base = replace(base_of(home, apple, bench), webhook=webhook)
    found = furnished(base, database, signing, engine, teller)
    try:
        team_id = await connected(bench, apple, found.room, bundles)
        async with engine.running(found.roads):
            yield ProvisionWorld(
                bench=bench,
                apple=apple,
                room=found.room,
                sending=found.sending,
                engine=engine,
                teller=teller,
                directory=found.directory,
                roads=found.roads,
                team_id=team_id,
            )
    finally:
        await found.stores.aclose()
        await database.close()


def signing_of(database: Database, identities: Identities, signing: Signing) -> SigningRoom:
    return SigningRoom(
        identities=identities, variants=signing, preparing=Preparing(database, signing)
    )


def base_of(home: EngineHome, apple: SandboxApple, bench: Bench) -> Base:
    tester = bench.shelf.tester
    assert tester.slack_id is not None
    return Base(
        home=home,
        apple_url=apple.url,
        organization_id=bench.shelf.build.organization_id,
        people={"UANN": "Ann Archer", tester.slack_id: tester.name},
        authorities=written_certificates(world.authorities()) or [],
    )


async def connected(
    bench: Bench, apple: SandboxApple, room: DeviceRoom, bundles: Sequence[str]
) -> str:
    """Let the team have what it had before Slipway came, and connect it."""
    team = apple.team
    if not list(team.certificates):
        team.certificates.adopt(world.identity().certificate, "DISTRIBUTION")
        for bundle in bundles:
            team.app_ids.register(bundle, bundle.rpartition(".")[2])
    await bench.identities.import_p12(p12(), PASSWORD, ANN)
    key = team.key
    card = await room.teams.connect(key.issuer_id, key.id, key.p8.encode(), ANN)
    apple.calls.clear()
    return card.id
