"""Furnishing: a house with every room, and Slack among those who tell."""

from bot.engine.engine import DurableEngine
from bot.house import House
from bot.slack.workspace import Workspace
from bot.wiring import slack
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
from storage.inspection.worker import InspectionPool


def furnished(
    ground: Ground,
    engine: DurableEngine,
    workspace: Workspace,
    pool: InspectionPool,
    apple: AppStores,
) -> House:
    """Return the house with every room, and Slack among those who tell."""
    tellers = Tellers()
    homes = HomeTabs(ground.database, organization_id=ground.organization_id)
    people = people_room(ground, workspace.directory, engine)
    sources = {"slack": slack.make_source(workspace)}
    signing, installing = signing_room(ground), install_room(ground, people)
    devices = device_room(ground, people, signing, engine, apple)
    releases = release_room(ground, people, engine)
    rooms = Rooms(people=people, releases=releases, devices=devices, installing=installing)
    house = House(
        people=people,
        releases=releases,
        signing=signing,
        devices=devices,
        apple=apple_room(ground, people.permissions, signing, devices),
        installing=installing,
        intake=make_intake(ground, people, tellers, engine, inspector=pool, sources={**sources}),
        linking=make_linking(ground, people, engine),
        distributing=distribute_room(ground, rooms, workspace.directory, tellers, engine),
        following=follow_room(ground, people, installing, tellers, engine),
        leaving=leave_room(ground, people, workspace.directory, engine),
        tellers=tellers,
        homes=homes,
        links=ground.links,
        examine=ground.examine,
    )
    tellers.add(slack.make_teller(ground, workspace, house))
    return house
