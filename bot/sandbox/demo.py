"""The demo: the real house beside a workspace of its own, reached over real HTTP."""

import asyncio
import errno
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

import yaml
from aiohttp import web

from bot.bootstrap import Running, open_house
from bot.sandbox.keeping import HOST, Folder, kept
from bot.sandbox.samples.harbour import harbour_apk, harbour_ipa
from bot.sandbox.slack.server import LARGEST_BODY, SandboxSlack, Setup
from bot.sandbox.slack.workspace import Workspace
from bot.serving import overlook_what_stays, stopped
from bot.settings import Settings, load
from provisioning.actors import person, slack
from provisioning.people.groups import Groups
from storage.errors import SlipwayError

#: Lies beside the packages in a clone.
MANIFEST = Path(__file__).parents[2] / "manifest.yml"


class Writer(Protocol):
    """Writes a sample into a folder and returns its path; the signer's key is kept in *keys*."""

    __name__: str

    def __call__(self, folder: Path, *, keys: Path | None = None) -> Path: ...


class PortTaken(SlipwayError):
    """The port is taken by another program."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """A running demo: the workspace, and the house beside it."""

    slack: SandboxSlack
    house: Running

    @property
    def settings(self) -> Settings:
        return self.house.ground.settings


async def demo(*, port: int, data_dir: Path | None) -> int:
    """Run the demo until it is asked to stop; return the exit code."""
    # Asked to stop while it still starts, it ends as soon as it is up, and well.
    asked = asyncio.create_task(stopped(), name="asked to stop")
    try:
        async with running(port=port, data_dir=data_dir, with_group=True) as demo:
            print(greeting(demo.slack.url, data_dir), flush=True)  # noqa: T201 - it is waited for
            await asked
    finally:
        asked.cancel()
    return 0


@asynccontextmanager
async def running(
    *, port: int = 0, data_dir: Path | None = None, with_group: bool = False
) -> AsyncGenerator[Demo]:
    """
    Run the workspace on *port* (0: a free one), and the house beside it.

    *with_group* makes the group QA, so that a newcomer has somebody to distribute to.

    Without *data_dir* everything lies in a temporary folder that goes at the end. Raise PortTaken,
    FolderTaken, FolderUnusable.
    """
    with kept(data_dir) as folder:
        async with _workspace(port, folder) as slack, open_house(_settings(slack, folder)) as house:
            await slack.connected()
            if with_group:
                await _make_group(house.house.people.groups, slack.workspace)
            overlook_what_stays()
            yield Demo(slack=slack, house=house)


@asynccontextmanager
async def _workspace(port: int, folder: Folder) -> AsyncGenerator[SandboxSlack]:
    """Serve the workspace with its page, and the samples that the page offers to post."""
    slack = SandboxSlack(data_dir=folder.path / "slack", setup=Setup(manifest=_manifest()))
    if folder.starts > 1:
        # The people and channels are those of the last time; files and messages must not be.
        slack.state.mint.turn(str(folder.starts))
    app = web.Application(client_max_size=LARGEST_BODY)
    slack.mount(app)
    app.router.add_get("/desk/samples/harbour.ipa", partial(_sample, folder.path, harbour_ipa))
    app.router.add_get("/desk/samples/harbour.apk", partial(_sample, folder.path, harbour_apk))
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
        yield slack
    finally:
        await slack.close()
        await runner.cleanup()


async def _sample(folder: Path, write: Writer, _request: web.Request) -> web.StreamResponse:
    """Write the sample when it is first asked for, and serve it."""
    path = await asyncio.to_thread(_written, folder / "samples", write)
    return web.FileResponse(
        path, headers={"Content-Disposition": f'attachment; filename="{path.name}"'}
    )


def _written(folder: Path, write: Writer) -> Path:
    """Return the one sample of a kind: written anew it would be another build."""
    place = folder / write.__name__
    place.mkdir(parents=True, exist_ok=True)
    there = next((path for path in place.iterdir() if path.is_file()), None)
    return there or write(place, keys=folder / "keys")


async def _make_group(groups: Groups, workspace: Workspace) -> None:
    if await groups.all():
        return
    ann = person(slack(workspace.person("Ann").id), origin="demo")
    group = await groups.create("QA", ann)
    await groups.add_people(group.id, [slack(workspace.person("Bob").id)], ann)
    await groups.connect(group.id, workspace.channel("#qa").id, ann)


def _settings(slack: SandboxSlack, folder: Folder) -> Settings:
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
        admins=slack.workspace.person("Ann").id,
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
        f"  You are Ann, the release manager. Post the sample build, press Distribute… on\n"
        f"  its card, then switch to Bob and open his install link.\n\n"
        f"  {kept}\n"
        f"  Ctrl-C ends it.\n"
    )
