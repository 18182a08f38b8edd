"""The clock: what is looked after again and again."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from functools import partial

from bot.engine.clock import Act, Clock
from bot.engine.engine import DurableEngine
from bot.engine.sweeping import ROADS_FOR, Sweeping
from bot.house import House
from bot.wiring.ground import Ground
from provisioning.actors import CLOCK
from provisioning.roads.road import Road
from storage.blobs.scrub import Scrub
from storage.records.base import now

#: So many bytes are read again each minute: 90 GB a day, at a thousandth of a core.
SCRUBBED = 64_000_000

#: Seconds between looks for people who left and that nobody who manages was told of.
COLLECTS_EVERY = 10.0


async def _begin_due(engine: DurableEngine, house: House) -> None:
    """Begin what has come due, and leave what is under way to whoever walks it."""
    at = now()
    due = await house.distributing.reminding.due(at, at - ROADS_FOR)
    await engine.start_missing("remind", due)


@asynccontextmanager
async def ticking(
    ground: Ground,
    engine: DurableEngine,
    roads: Sequence[Road],
    house: House,
    *,
    missed: Act,
    promises: Act,
    homes: Act,
) -> AsyncGenerator[None]:
    """Tick while the house is open."""
    sweeping = Sweeping(database=ground.database, engine=engine, blobs=ground.blobs, roads=roads)
    scrub = Scrub(ground.blobs)
    clock = Clock()
    clock.every(5, "promises", promises, at_start=True)
    clock.every(5, "homes", homes)
    clock.every(30, "begin", sweeping.begin_what_was_not_begun)
    clock.every(10, "figures", house.following.tallying.redraw)
    clock.every(300, "missed files", missed, at_start=True)
    clock.every(3600, "old homes", house.homes.forget)
    clock.every(3600, "forget", sweeping.forget)
    clock.every(3600, "outdated", house.signing.variants.drop_outdated)
    clock.every(3600, "orphans", sweeping.sweep_orphans)
    clock.every(10, "milestones", partial(_begin_due, engine, house))
    clock.every(3600, "groups", house.distributing.settling.look_again)
    leaving = house.leaving
    clock.every(COLLECTS_EVERY, "leavers", leaving.announcing.collect)
    clock.every(3600, "accounts", leaving.departures.look_again)
    clock.every(5, "pending orders", house.distributing.pending.look)
    clock.every(60, "approvals", house.distributing.approvals.look)
    devices = house.devices
    clock.every(60, "devices", lambda: devices.approvals.ask_for_the_unasked(CLOCK))
    clock.every(60, "devices at Apple", devices.registry.compare)
    clock.every(600, "profiles", devices.renewal.renew)
    clock.every(3600, "enrolments", devices.enrolment.forget)
    clock.every(60, "scrub", lambda: scrub.some(SCRUBBED))
    clock.every(3600, "requests to join", house.people.joining.tidy)
    async with clock.running():
        yield
