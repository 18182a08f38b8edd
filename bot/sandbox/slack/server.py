"""The server: one port for the Web API, sockets, files and the page for people."""

import asyncio
import shutil
import tempfile
from collections import deque
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import ClientSession, DummyCookieJar, web

from bot.sandbox.faults import Fault, Script, When
from bot.sandbox.slack.api.downloads import Downloads
from bot.sandbox.slack.api.endpoint import Called, WebApi
from bot.sandbox.slack.api.faults import refused
from bot.sandbox.slack.api.responses import Responses
from bot.sandbox.slack.api.uploads import Uploads
from bot.sandbox.slack.delivery.delivery import Delivery
from bot.sandbox.slack.delivery.requests import Requests
from bot.sandbox.slack.delivery.sockets import Sockets
from bot.sandbox.slack.desk.page import Page
from bot.sandbox.slack.manifest import Manifest
from bot.sandbox.slack.seed import sow
from bot.sandbox.slack.state import State
from bot.sandbox.slack.workspace import PATIENCE_SECONDS, Workspace

#: A request body of the Web API or the page is read up to here; files are streamed instead.
LARGEST_BODY = 4 * 1024 * 1024
#: Requests that still run when the server stops get so many seconds.
GRACE_SECONDS = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """
    How a workspace begins.

    * manifest: the parsed manifest of the app; None grants every scope and sends every event
    * withheld_scopes: what the manifest asks for and an admin did not grant
    * is_empty: without the usual people and channels
    """

    manifest: Mapping[str, object] | None = None
    withheld_scopes: frozenset[str] = field(default_factory=frozenset)
    is_empty: bool = False


class SandboxSlack:
    """
    A Slack-compatible workspace.

    Use `async with SandboxSlack.serve() as slack`, or make one inside the running loop, `mount`
    it on an application, set `url` and call `close` at the end.
    """

    def __init__(self, *, data_dir: Path | None = None, setup: Setup | None = None) -> None:
        setup = setup or Setup()
        self._temporary = data_dir is None
        self._folder = data_dir or Path(tempfile.mkdtemp(prefix="slipway-slack-"))
        manifest = Manifest() if setup.manifest is None else Manifest.read(setup.manifest)
        self.state = State(self._folder / "files", manifest)
        self.state.app.scopes -= setup.withheld_scopes
        if not setup.is_empty:
            sow(self.state)
        self.faults = Script(refused)
        self.sockets = Sockets(self.state.app.app_id, self.state.changed)
        self.delivery = Delivery(self.state)
        self.delivery.transport = self.sockets
        self.api = WebApi(self.state, self.sockets, self.faults)
        self.workspace = Workspace(self.state, self.delivery)
        self._page = Page(self.workspace)
        self._session: ClientSession | None = None

    @classmethod
    @asynccontextmanager
    async def serve(
        cls,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        data_dir: Path | None = None,
        setup: Setup | None = None,
    ) -> AsyncGenerator["SandboxSlack"]:
        """
        Listen on *port*, a free one by default, until the block ends.

        Files are kept in *data_dir*, or in a temporary folder that goes at the end.
        """
        slack = cls(data_dir=data_dir, setup=setup)
        application = web.Application(client_max_size=LARGEST_BODY)
        slack.mount(application)
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=GRACE_SECONDS)
        await runner.setup()
        try:
            site = web.TCPSite(runner, host, port)
            await site.start()
            slack.url = f"http://{host}:{runner.addresses[0][1]}"
            yield slack
        finally:
            await slack.close()
            await runner.cleanup()

    def mount(self, application: web.Application) -> None:
        """Add every route of the workspace to an application."""
        downloads = Downloads(self.state, self.faults)
        address = r"/files/{team:T\w+}-{file:F\w+}"
        application.add_routes(
            [
                web.route("*", "/api/{method}", self.api.serve),
                web.get("/link/", self.sockets.serve),
                web.get(address + "/{name}", downloads.serve),
                web.get(address + "/download/{name}", downloads.serve),
                web.post("/upload/v1/{key}", Uploads(self.state).serve),
                web.post("/response/{team}/{key}", Responses(self.state, self.faults).serve),
            ]
        )
        self._page.mount(application)

    @property
    def url(self) -> str:
        """The address of the page, e.g. `http://127.0.0.1:8080`."""
        return self.state.base_url

    @url.setter
    def url(self, url: str) -> None:
        self.state.base_url = url.rstrip("/")

    @property
    def api_url(self) -> str:
        """The base address of the Web API, with the slash at its end."""
        return f"{self.url}/api/"

    @property
    def file_host(self) -> str:
        """The `host:port` that files are downloaded from."""
        return self.url.partition("://")[2]

    @property
    def bot_token(self) -> str:
        return self.state.app.bot_token

    @property
    def app_token(self) -> str:
        return self.state.app.app_token

    @property
    def signing_secret(self) -> str:
        return self.state.app.signing_secret

    @property
    def bot_user(self) -> str:
        return self.state.app.bot_user

    @property
    def team_id(self) -> str:
        return self.state.team_id

    @property
    def violations(self) -> list[str]:
        """What a correct app never does, as sentences; a test expects none."""
        return list(self.state.violations)

    @property
    def calls(self) -> deque[Called]:
        return self.api.calls

    def calls_of(self, method: str) -> list[Called]:
        return [called for called in self.api.calls if called.method == method]

    def script(
        self,
        method: str,
        fault: Fault,
        times: float = 1,
        *,
        seconds: float = float("inf"),
        when: When | None = None,
    ) -> None:
        """
        Let the next calls of a method go wrong: so many, within so many seconds.

        `files.download` and `response_url` stand for downloads and for response URLs. *when* picks
        the calls that are meant by their arguments; a download has its `file`.
        """
        self.faults.add(method, fault, times, seconds=seconds, when=when)

    def use_http(self, request_url: str) -> Requests:
        """Deliver by signed requests to the app's URL from now on, not by Socket Mode."""
        if self._session is None:
            self._session = ClientSession(cookie_jar=DummyCookieJar())
        requests = Requests(self._session, request_url, self.signing_secret)
        self.delivery.transport = requests
        return requests

    def use_sockets(self) -> None:
        """Deliver by Socket Mode, as at the beginning."""
        self.delivery.transport = self.sockets

    async def connected(self, within: float = PATIENCE_SECONDS) -> None:
        """Wait until the app has opened a socket. Raise TimeoutError after *within* seconds."""
        await asyncio.wait_for(self.sockets.wait_until_connected(), within)

    def revoke_tokens(self) -> None:
        """Revoke the app's tokens: it hears of it once, and every call is refused."""
        tokens = {"oauth": [], "bot": [self.bot_user]}
        event = {"type": "tokens_revoked", "tokens": tokens, "event_ts": self.state.mint.ts()}
        self.state.tell_app(event)
        self.state.app.token_error = "token_revoked"  # noqa: S105 - Slack's name of an error

    def uninstall(self) -> None:
        """Uninstall the app: it hears of it once, and every call is refused."""
        self.state.tell_app({"type": "app_uninstalled", "event_ts": self.state.mint.ts()})
        self.state.app.token_error = "account_inactive"  # noqa: S105 - Slack's name of an error

    async def close(self) -> None:
        """Stop delivering, close every socket and remove the temporary folder."""
        self.faults.stop()
        self._page.stop()
        await self.delivery.close()
        await self.sockets.close()
        if self._session is not None:
            await self._session.close()
        if self._temporary:
            await asyncio.to_thread(shutil.rmtree, self._folder, ignore_errors=True)
