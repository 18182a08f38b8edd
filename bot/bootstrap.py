"""The one place that chooses: settings in, a running house out."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import aiohttp
from aiohttp import web

from bot.engine.clock import Clock
from bot.engine.engine import DurableEngine
from bot.engine.sweeping import Sweeping
from bot.links import Links
from bot.secret_key import secret_key
from bot.services import Domain, Services
from bot.settings import Settings
from bot.slack.answering import answering
from bot.slack.app import make_announcer, make_channels, make_missed, make_slack, make_source
from bot.slack.line import client, http
from bot.slack.line.socket import Socket
from bot.slack.parts import SlackParts, Workspace, workspace
from bot.slack.teller import SlackAnnouncer
from bot.web.app import WebParts, make_runner, make_web
from bot.web.health import Check, blobs_answer, database_answers
from bot.web.icons import icon_door
from bot.web.kit.doors import Access, Door
from provisioning.distributing.distributions import Distributions
from provisioning.installing.grants import Grants
from provisioning.installing.receipts import Receipts
from provisioning.intake.fetching import Fetching
from provisioning.intake.intake import Intake, IntakeParts
from provisioning.people.audience import Audience
from provisioning.people.groups import Groups
from provisioning.people.people import People
from provisioning.people.testers import Testers
from provisioning.ports import Announcer
from provisioning.releases.drafts import Releases
from provisioning.releases.reading import Cards
from provisioning.roads.distribute import Distribute
from provisioning.roads.road import Walk
from provisioning.roads.show_place import ShowPlace
from provisioning.roads.take_in import TakeIn
from provisioning.signing.identities import Identities
from provisioning.signing.making import Making
from provisioning.signing.scratch import Workroom
from provisioning.signing.variants import Signing
from storage.blobs.local import LocalBlobs
from storage.catalog import organizations
from storage.catalog.database import Database
from storage.inspection.worker import InspectionPool
from storage.migrations import migrate
from storage.secrets import Secrets

logger = logging.getLogger(__name__)

#: How long an install link works; a tester gets a fresh one with each release.
GRANT_LIFETIME = timedelta(days=90)
#: How many packages are read at once.
READERS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A house whose doors are open. `port` is the one that was really taken."""

    services: Services
    port: int


@asynccontextmanager
async def open_house(
    settings: Settings, *, boundary: Callable[[str], None] | None = None
) -> AsyncGenerator[Running]:
    """
    Bring the tables up to date, run the engine, and open the doors of Slack and of the web.

    *boundary* is told of every step of every road; the crash tests kill there. Raise SlipwayError
    or SlackApiError when something cannot be opened.
    """
    await asyncio.to_thread(settings.data_dir.mkdir, parents=True, exist_ok=True)
    key = await asyncio.to_thread(secret_key, settings.key_file)
    await migrate.upgrade(settings.records_url)
    async with AsyncExitStack() as stack:
        database = Database(settings.records_url)
        stack.push_async_callback(database.close)
        roads: dict[str, Walk] = {}
        parked = _Parked()
        engine = DurableEngine(
            settings.records_url,
            roads,
            data_dir=settings.data_dir,
            parked=parked,
            boundary=boundary,
        )
        session = await stack.enter_async_context(client.open_session())
        pool = await stack.enter_async_context(InspectionPool(workers=READERS))
        slack = _workspace(settings, session, database)
        stack.push_async_callback(slack.tasks.close)
        links = Links(settings.base_url)
        blobs = await asyncio.to_thread(LocalBlobs, settings.data_dir / "blobs")
        async with database.writing() as unit:
            organization = await organizations.named(unit, settings.organization)
        made = _Maker(settings, database, blobs, engine, slack, links, organization.id, key)
        domain, announcer = made.domain(pool)
        parked.intake, parked.announcer = domain.intake, announcer
        roads |= {
            "take_in": TakeIn(domain.intake, announcer),
            "show_place": ShowPlace(announcer),
            "distribute": Distribute(domain.distributions, announcer),
        }
        surface = made.slack_parts(domain, announcer)
        app = make_slack(surface, answering(domain.grants, links))
        services = Services(
            settings=settings,
            links=links,
            database=database,
            blobs=blobs,
            engine=engine,
            domain=domain,
            workspace=slack,
            slack=app,
        )
        await stack.enter_async_context(engine.running())
        await stack.enter_async_context(_clock(services, make_missed(slack, domain.intake)))
        socket = Socket(app, **_socket_settings(settings)) if _uses_socket(settings) else None
        port = await stack.enter_async_context(_web(services, socket))
        if socket is not None:
            await stack.enter_async_context(_connected(socket))
        yield Running(services=services, port=port)


class _Parked:
    """Says to people that a road was set aside, once there is somebody who can."""

    intake: Intake | None = None
    announcer: Announcer | None = None

    async def __call__(self, road: str, subject: str) -> None:
        if road != "take_in" or self.intake is None or self.announcer is None:
            return
        await self.intake.give_up(subject)
        await self.announcer.show_upload(subject)


@dataclass(frozen=True, slots=True)
class _Maker:
    """Puts the domain and the Slack surface together."""

    settings: Settings
    database: Database
    blobs: LocalBlobs
    engine: DurableEngine
    slack: Workspace
    links: Links
    organization_id: str
    key: bytes

    def domain(self, pool: InspectionPool) -> tuple[Domain, SlackAnnouncer]:
        directory, own = self.slack.directory, self.organization_id
        people = People(self.database, directory, organization_id=own, admins=self.settings.admins)
        audience = Audience(self.database, directory, organization_id=own)
        groups = Groups(self.database, people, directory, audience, organization_id=own)
        grants = Grants(self.database, self.key, GRANT_LIFETIME)
        cards = Cards(self.database, organization_id=own)
        distributions = Distributions(
            self.database, people, audience, self.engine, organization_id=own
        )
        announcer = make_announcer(
            self.slack,
            cards=cards,
            grants=grants,
            channels=make_channels(self.slack, groups),
            distributions=distributions,
            links=self.links,
            icon_url=partial(
                self.links.card_icon, plain=self.settings.slack_api_url.startswith("http://")
            ),
        )
        identities = self._identities()
        domain = Domain(
            people=people,
            groups=groups,
            testers=Testers(self.database, organization_id=own),
            intake=self._intake(people, pool, announcer),
            releases=Releases(self.database, people, organization_id=own),
            distributions=distributions,
            grants=grants,
            receipts=Receipts(self.database),
            cards=cards,
            identities=identities,
            signing=self._signing(identities),
        )
        return domain, announcer

    def slack_parts(self, domain: Domain, announcer: SlackAnnouncer) -> SlackParts:
        secret = self.settings.slack_signing_secret
        return SlackParts(
            workspace=self.slack,
            signing_secret=secret.get_secret_value() if secret else "",
            announcer=announcer,
            intake=domain.intake,
            releases=domain.releases,
            distributions=domain.distributions,
            people=domain.people,
            groups=domain.groups,
            cards=domain.cards,
            testers=domain.testers,
            channels=make_channels(self.slack, domain.groups),
        )

    def _identities(self) -> Identities:
        return Identities(self.database, Secrets(self.key), organization_id=self.organization_id)

    def _signing(self, identities: Identities) -> Signing:
        workroom = Workroom(self.settings.data_dir / "signing")
        return Signing(self.database, identities, Making(self.database, self.blobs, workroom))

    def _intake(self, people: People, pool: InspectionPool, announcer: SlackAnnouncer) -> Intake:
        parts = IntakeParts(
            database=self.database,
            blobs=self.blobs,
            sources={"slack": make_source(self.slack, self.settings.slack_file_hosts)},
            inspector=pool,
            people=people,
            organization_id=self.organization_id,
            max_build_bytes=self.settings.max_build_bytes,
            fetching=Fetching(self.database, announcer.show_upload),
        )
        return Intake(parts, self.engine)


def _workspace(settings: Settings, session: aiohttp.ClientSession, database: Database) -> Workspace:
    token = settings.slack_bot_token
    assert token is not None  # `serve` ends before with the sentence of missing_for_slack.
    ways = client.clients(session, token=token.get_secret_value(), base_url=settings.slack_api_url)
    return workspace(ways, database)


def _uses_socket(settings: Settings) -> bool:
    return settings.slack_mode == "socket"


def _socket_settings(settings: Settings) -> dict[str, str]:
    assert settings.slack_app_token is not None
    return {
        "app_token": settings.slack_app_token.get_secret_value(),
        "base_url": settings.slack_api_url,
    }


@asynccontextmanager
async def _connected(socket: Socket) -> AsyncGenerator[None]:
    await socket.open()
    try:
        yield
    finally:
        await socket.close()


@asynccontextmanager
async def _clock(services: Services, missed: Callable[[], Awaitable[int]]) -> AsyncGenerator[None]:
    sweeping = Sweeping(database=services.database, engine=services.engine, blobs=services.blobs)
    clock = Clock()
    clock.every(30, "begin", sweeping.begin_what_was_not_begun)
    clock.every(300, "missed files", missed, at_start=True)
    clock.every(3600, "forget", sweeping.forget)
    clock.every(3600, "orphans", sweeping.sweep_orphans)
    async with clock.running():
        yield


@asynccontextmanager
async def _web(services: Services, socket: Socket | None) -> AsyncGenerator[int]:
    """Serve the web and yield the port."""
    settings, domain = services.settings, services.domain
    doors = [icon_door(services.blobs, domain.cards.is_icon)]
    if socket is None:
        handler = http.slack_events(services.slack)
        doors.append(Door(method="POST", path=http.PATH, access=Access.SLACK, handler=handler))
    app = make_web(
        WebParts(
            grants=domain.grants,
            receipts=domain.receipts,
            blobs=services.blobs,
            links=services.links,
            alive=_alive(services, socket),
            ready={
                "database": database_answers(services.database),
                "blobs": blobs_answer(services.blobs),
                "engine": _engine_answers(services.engine),
            },
            doors=doors,
        )
    )
    runner = make_runner(app)
    await runner.setup()
    try:
        site = web.TCPSite(runner, settings.host, settings.port)
        await site.start()
        port = int(runner.addresses[0][1])
        logger.info("Listening on %s, port %s.", settings.host, port)
        yield port
    finally:
        await runner.cleanup()


def _alive(services: Services, socket: Socket | None) -> dict[str, Check]:
    async def slack() -> str:
        return services.workspace.standing.trouble or ""

    async def connected() -> str:
        assert socket is not None
        return "" if await socket.is_connected() else "The socket to Slack is not connected."

    checks: dict[str, Check] = {"slack": slack}
    if socket is not None:
        checks["socket"] = connected
    return checks


def _engine_answers(engine: DurableEngine) -> Check:
    async def ask() -> str:
        await engine.counts()
        return ""

    return ask
