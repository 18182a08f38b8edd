"""The demo: the real house beside a workspace of its own, reached over real HTTP."""

import asyncio
import errno
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import yaml
from aiohttp import web

from bot.bootstrap import Running, open_house
from bot.sandbox.history.cast import Cast, newest_offer
from bot.sandbox.history.past import Past, give_roles
from bot.sandbox.joining import join
from bot.sandbox.keeping import HOST, Folder, kept
from bot.sandbox.phone import CannotInstall
from bot.sandbox.samples.handsets import HANDSETS
from bot.sandbox.slack.desk.door import Visit, for_somebody, guarded
from bot.sandbox.slack.server import LARGEST_BODY, SandboxSlack, Setup
from bot.sandbox.slack.workspace import Workspace
from bot.sandbox.studio import Studio
from bot.serving import overlook_what_stays, stopped
from bot.settings import Settings, load
from storage.errors import NotFound, SlipwayError

#: Where the API of Apple's lies beside the workspace.
APPLE = "/apple"
#: Lies beside the packages in a clone.
MANIFEST = Path(__file__).parents[2] / "manifest.yml"


class PortTaken(SlipwayError):
    """The port is taken by another program."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """
    A running demo: the workspace, the house beside it, and the past that is being acted.

    *studio* is where the apps come from, with the Apple that the house is connected to.
    """

    slack: SandboxSlack
    studio: Studio
    house: Running
    past: asyncio.Task[None]

    @property
    def settings(self) -> Settings:
        return self.house.ground.settings


async def demo(*, port: int, data_dir: Path | None) -> int:
    """Run the demo until it is asked to stop; return the exit code."""
    # Asked to stop while it still starts, it ends as soon as it is up, and well.
    asked = asyncio.create_task(stopped(), name="asked to stop")
    try:
        async with running(port=port, data_dir=data_dir, lived_in=True) as demo:
            print(greeting(demo.slack.url, data_dir), flush=True)  # noqa: T201 - it is waited for
            await asked
    finally:
        asked.cancel()
    return 0


@asynccontextmanager
async def running(
    *,
    port: int = 0,
    data_dir: Path | None = None,
    lived_in: bool = False,
    knows_phones: bool = True,
) -> AsyncGenerator[Demo]:
    """
    Run the workspace on *port* (0: a free one), and the house beside it.

    When *lived_in*, people have done something in it before: that is acted in the background, once
    in a folder. Otherwise they only have their roles. Slipway *knows* the *phones* that Apple has.

    Without *data_dir* everything lies in a temporary folder that goes at the end. Raise PortTaken,
    FolderTaken, FolderUnusable.
    """
    with kept(data_dir) as folder:
        studio = await asyncio.to_thread(Studio, folder.path)
        async with (
            _workspace(port, folder, studio) as slack,
            open_house(_settings(slack, folder, studio)) as house,
        ):
            await slack.connected()
            await join(house, studio, slack.workspace if knows_phones else None)
            overlook_what_stays()
            cast = Cast(slack.workspace, studio)
            acting = _past(cast, slack, folder, lived_in=lived_in)
            past = asyncio.create_task(acting, name="the past")
            try:
                yield Demo(slack=slack, studio=studio, house=house, past=past)
            finally:
                past.cancel()
                await asyncio.wait({past})


async def _past(cast: Cast, slack: SandboxSlack, folder: Folder, *, lived_in: bool) -> None:
    """Act what happened before; in a kept folder it is there from the first time."""
    if lived_in and folder.starts == 1:
        await Past(cast, slack.state).act()
    elif folder.starts == 1:
        await give_roles(cast)


@asynccontextmanager
async def _workspace(port: int, folder: Folder, studio: Studio) -> AsyncGenerator[SandboxSlack]:
    """Serve the workspace with its page and the samples that it offers to post, and Apple's API."""
    slack = SandboxSlack(data_dir=folder.path / "slack", setup=Setup(manifest=_manifest()))
    _let_eve_join(slack.workspace)
    if folder.starts > 1:
        # The people and channels are those of the last time; files and messages must not be.
        slack.state.mint.turn(str(folder.starts))
    app = web.Application(client_max_size=LARGEST_BODY)
    slack.mount(app)
    app.router.add_get("/desk/samples/{name}", guarded(partial(_sample, studio)))
    phone_rings = for_somebody(slack.workspace, partial(_install_on_the_phone, studio))
    app.router.add_post("/desk/phone", phone_rings)
    new_phone = for_somebody(slack.workspace, _hand_in_the_new_phone)
    app.router.add_post("/desk/new-phone", new_phone)
    studio.apple.mount(app, APPLE)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, HOST, port).start()
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            raise PortTaken(
                f"Port {port} is taken by another program. Choose another: "
                f"`slipway demo --port {port + 1000}`."
            ) from None
        slack.url = f"http://{HOST}:{runner.addresses[0][1]}"
        studio.apple.url = slack.url + APPLE
        yield slack
    finally:
        studio.apple.close()
        await slack.close()
        await runner.cleanup()


def _let_eve_join(workspace: Workspace) -> None:
    """Let the one join who administers: everybody else has the role that their label says."""
    workspace.add_person(
        "Eve Ellis",
        name="eve",
        email="eve@harbour.example",
        title="Administrator",
        role_hint="admin",
        color="5b4b9a",
        is_admin=True,
    )
    workspace.dm("Eve")


async def _sample(studio: Studio, request: web.Request) -> web.StreamResponse:
    """Serve one of the fleet, written when it is first asked for."""
    name = request.match_info["name"]
    try:
        path = await asyncio.to_thread(studio.package, name)
    except NotFound as missing:
        return web.json_response({"error": str(missing)}, status=404)
    return web.FileResponse(
        path, headers={"Content-Disposition": f'attachment; filename="{path.name}"'}
    )


async def _install_on_the_phone(studio: Studio, visit: Visit) -> web.StreamResponse:
    """
    Let the phone of whoever asks install what Slipway gave them last, as a real one would.

    The body may say `{"phone": "newest"}` for what they got last.
    """
    newest = (await visit.body()).get("phone") == "newest"
    offer = newest_offer(visit.workspace.dms(visit.person.id))
    if offer is None:
        return web.json_response({"error": "There is no install link yet."}, status=404)
    name = visit.person.user.real_name.partition(" ")[0]
    try:
        async with studio.phone(name, android=offer.android, newest=newest) as device:
            installed = await device.install(offer.link)
    except (CannotInstall, NotFound) as error:
        return web.json_response({"error": str(error)}, status=424)
    return web.json_response({"ok": True, "size": installed.size})


async def _hand_in_the_new_phone(visit: Visit) -> web.StreamResponse:
    """Let whoever asks write the UDID of the phone that they got last to Slipway."""
    name = visit.person.user.real_name.partition(" ")[0]
    handsets = HANDSETS.get(name)
    if handsets is None:
        return web.json_response({"error": f"{name} has no iPhone."}, status=404)
    newest = handsets[-1]
    await visit.person.dm(f"I have a new {newest.product}. Its UDID is {newest.udid}")
    return web.json_response({"ok": True})


def _settings(slack: SandboxSlack, folder: Folder, studio: Studio) -> Settings:
    """Return settings that owe nothing to the environment."""
    port = folder.port()
    return load(
        base_url=f"http://{HOST}:{port}",
        host=HOST,
        port=port,
        data_dir=folder.path / "slipway",
        database_url="",
        secret_key_file=None,
        slack_mode="socket",
        slack_bot_token=slack.bot_token,
        slack_app_token=slack.app_token,
        slack_signing_secret=slack.signing_secret,
        slack_api_url=slack.api_url,
        slack_file_hosts=slack.file_host,
        apple_api_url=studio.apple.url,
        apple_authorities_file=studio.authorities_file,
        admins=slack.workspace.person("Eve").id,
        organization="harbour-labs",
        max_build_bytes=4 * 1024**3,
        log_format="text",
    )


def _manifest() -> dict[str, object] | None:
    """Return the manifest, so that the workspace grants what a real one would."""
    if not MANIFEST.exists():
        return None
    loaded: dict[str, object] = yaml.safe_load(MANIFEST.read_text())
    return loaded


def greeting(url: str, data_dir: Path | None) -> str:
    """Return what a newcomer reads first."""
    kept = (
        f"Builds, releases and groups are kept in {data_dir};\n"
        "  the channels begin empty each time."
        if data_dir
        else "Nothing is kept when it ends."
    )
    return (
        f"\n  Slipway is running in a workspace of its own.\n\n"
        f"  Open   {url}\n\n"
        f"  You are Ann, the release manager. The workspace fills with its past while you look;\n"
        f"  the guide then leads from a new build to a phone in six steps.\n\n"
        f"  {kept}\n"
        f"  Ctrl-C ends it.\n"
    )
