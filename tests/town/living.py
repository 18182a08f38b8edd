"""A house in a town: every room as it is wired in earnest, and a Slack that is silent."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.house import House
from bot.links import Links
from bot.settings import Settings
from bot.slack.line import client
from bot.slack.workspace import Workspace, workspace
from bot.wiring.apple import apple_room
from bot.wiring.devices import device_room
from bot.wiring.distributing import Rooms, distribute_room
from bot.wiring.following import follow_room
from bot.wiring.ground import Ground
from bot.wiring.installing import install_room
from bot.wiring.intake import make_intake, make_linking
from bot.wiring.leaving import leave_room
from bot.wiring.people import people_room
from bot.wiring.releases import release_room
from bot.wiring.signing import signing_room
from provisioning.appstore.client import AppStores
from provisioning.telling.home_tabs import HomeTabs
from provisioning.telling.tellers import Tellers
from storage.blobs.local import LocalBlobs
from storage.catalog.database import Database
from tests.fakes import InlineEngine, InlineInspector
from tests.town.town import Town


@dataclass(frozen=True, slots=True, kw_only=True)
class Living:
    """Everything that a read may be asked of."""

    town: Town
    database: Database
    house: House
    workspace: Workspace


@asynccontextmanager
async def living(town: Town, database_url: str, folder: Path) -> AsyncGenerator[Living]:
    """Move into a town. Whoever asks Slack gets no answer: reads have to do without."""
    settings = Settings(base_url="https://slipway.example.com", data_dir=folder)
    database = Database(database_url)
    ground = Ground(
        settings=settings,
        links=Links(settings.base_url),
        database=database,
        blobs=LocalBlobs(folder / "blobs"),
        organization_id=town.organization_id,
        key=b"k" * 32,
    )
    async with client.open_session() as session:
        ways = client.clients(session, token="xoxb-0", base_url="http://127.0.0.1:9/")
        slack = workspace(ways, database)
        yield Living(town=town, database=database, house=_house(ground, slack), workspace=slack)
        await slack.tasks.close()
    await database.close()


def _house(ground: Ground, slack: Workspace) -> House:
    tellers, engine = Tellers(), InlineEngine()
    people = people_room(ground, slack.directory, engine)
    signing, installing = signing_room(ground), install_room(ground, people)
    devices = device_room(ground, people, signing, engine, AppStores())
    releases = release_room(ground, people, engine)
    rooms = Rooms(people=people, releases=releases, devices=devices, installing=installing)
    return House(
        people=people,
        releases=releases,
        signing=signing,
        devices=devices,
        apple=apple_room(ground, people.permissions, signing, devices),
        installing=installing,
        intake=make_intake(
            ground, people, tellers, engine, inspector=InlineInspector(), sources={}
        ),
        linking=make_linking(ground, people, engine),
        distributing=distribute_room(ground, rooms, slack.directory, tellers, engine),
        following=follow_room(ground, people, installing, tellers, engine),
        leaving=leave_room(ground, people, slack.directory, engine),
        tellers=tellers,
        homes=HomeTabs(ground.database, organization_id=ground.organization_id),
        links=ground.links,
        examine=ground.examine,
    )
