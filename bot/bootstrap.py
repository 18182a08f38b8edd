"""The one place that chooses: settings in, a running house out."""

from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial

from slack_bolt.async_app import AsyncApp

from bot.engine.engine import DurableEngine
from bot.engine.timing import Timing
from bot.house import House
from bot.settings import Settings
from bot.slack.app import make_slack
from bot.slack.features.home.listeners import home_drawing
from bot.slack.line import client
from bot.slack.line.admission import knock
from bot.slack.line.watch import Watch
from bot.slack.workspace import Workspace
from bot.wiring import clock, slack, web
from bot.wiring.furnishing import furnished
from bot.wiring.ground import Ground, prepared
from bot.wiring.roads import house_roads
from provisioning.appstore.client import AppStores
from storage.inspection.worker import InspectionPool

#: How many packages are read at once.
READERS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A house whose doors are open, and what it stands on. `port` is the one really taken."""

    ground: Ground
    house: House
    engine: DurableEngine
    workspace: Workspace
    slack: AsyncApp
    port: int


@asynccontextmanager
async def open_house(
    settings: Settings,
    *,
    boundary: Callable[[str], None] | None = None,
    timing: Timing | None = None,
) -> AsyncGenerator[Running]:
    """
    Bring the tables up to date, run the engine, and open the doors of Slack and of the web.

    *boundary* is told of every step of every road; the crash tests kill there, and tests of faults
    hurry by *timing*. Raise SlipwayError; for a Slack that is out of reach the house waits, open.
    """
    async with AsyncExitStack() as stack:
        ground = await stack.enter_async_context(prepared(settings))
        engine = DurableEngine(
            settings.records_url, data_dir=settings.data_dir, boundary=boundary, timing=timing
        )
        session = await stack.enter_async_context(client.open_session())
        pool = await stack.enter_async_context(InspectionPool(workers=READERS))
        workspace = slack.make_workspace(ground, session)
        stack.push_async_callback(workspace.tasks.close)
        apple = AppStores(base_url=settings.apple_api_url)
        stack.push_async_callback(apple.aclose)
        house = furnished(ground, engine, workspace, pool, apple)
        roads = house_roads(house)
        promises = slack.make_promises(ground, workspace)
        app = make_slack(workspace, house, promises)
        missed = slack.make_missed(ground, workspace, house)
        socket = slack.make_socket(settings, workspace, app, missed)
        await knock(workspace.whoami)
        await stack.enter_async_context(engine.running(roads))
        watch = Watch(workspace.whoami, workspace.standing, missed)
        await stack.enter_async_context(watch.watching())
        looking_after = partial(promises.look_after, app)
        await stack.enter_async_context(
            clock.ticking(
                ground,
                engine,
                roads,
                house,
                missed=missed,
                promises=looking_after,
                homes=home_drawing(house, workspace).look,
            )
        )
        port = await stack.enter_async_context(
            web.serving(
                ground,
                house,
                web.SlackSide(workspace, socket, slack.make_entrance(settings, app)),
                engine=web.answers(engine.ping),
            )
        )
        if socket is not None:
            await stack.enter_async_context(socket.connected())
        yield Running(
            ground=ground, house=house, engine=engine, workspace=workspace, slack=app, port=port
        )
