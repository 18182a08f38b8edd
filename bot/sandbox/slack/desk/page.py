"""The page for people and the routes of its JSON."""

from importlib import resources
from pathlib import Path
from urllib.parse import quote

from aiohttp import web

from bot.sandbox.slack.desk import channels, interactions, messages
from bot.sandbox.slack.desk.door import Answering, Handler, for_somebody, guarded
from bot.sandbox.slack.desk.people import directory, people
from bot.sandbox.slack.desk.stream import Stream
from bot.sandbox.slack.workspace import Workspace

#: Scripts and styles come from this server only; pictures may come from the app's own pages.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; "
    "img-src 'self' data: blob: http: https:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
_FOLDER = Path(str(resources.files("bot.sandbox.desk")))


class Page:
    """Everything under `/`, `/static/` and `/desk/`."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._stream = Stream(workspace.state)

    def stop(self) -> None:
        """End the streams of all open pages."""
        self._stream.stop()

    def mount(self, application: web.Application) -> None:
        application.add_routes(
            [
                web.get("/", guarded(_index)),
                web.get(r"/static/{name:[\w.\-]+}", guarded(_static)),
                web.get("/archives/{channel}/{message}", guarded(_archive)),
                web.get("/desk/people", guarded(self._people)),
                *self._routes(),
            ]
        )

    def _routes(self) -> list[web.RouteDef]:
        return [
            web.get("/desk/directory", self._for(directory)),
            web.get("/desk/channels", self._for(channels.channels)),
            web.get("/desk/home", self._for(interactions.home)),
            web.post("/desk/home", self._for(interactions.open_home)),
            web.get("/desk/stream", self._for(self._stream.serve)),
            web.get("/desk/messages", self._for(messages.listing)),
            web.post("/desk/messages", self._for(messages.post)),
            web.patch("/desk/messages", self._for(messages.edit)),
            web.delete("/desk/messages", self._for(messages.delete)),
            web.get("/desk/files/{file}/{name}", self._for(messages.download)),
            web.delete("/desk/files/{file}", self._for(messages.delete_file)),
            web.post("/desk/commands", self._for(interactions.command)),
            web.post("/desk/actions", self._for(interactions.action)),
            web.post("/desk/options", self._for(interactions.options)),
            web.post("/desk/shortcuts", self._for(interactions.shortcut)),
            web.post("/desk/views/{view}/submit", self._for(interactions.submit)),
            web.post("/desk/views/{view}/close", self._for(interactions.close)),
        ]

    def _for(self, answering: Answering) -> Handler:
        return for_somebody(self._workspace, answering)

    async def _people(self, request: web.Request) -> web.StreamResponse:
        del request  # Nobody has to say who they are in order to see who there is.
        return people(self._workspace)


async def _index(request: web.Request) -> web.StreamResponse:
    del request  # The page is the same for everybody.
    return web.FileResponse(_FOLDER / "index.html", headers=HEADERS)


async def _static(request: web.Request) -> web.StreamResponse:
    path = _FOLDER / "static" / request.match_info["name"]
    return web.FileResponse(path, headers=HEADERS)


async def _archive(request: web.Request) -> web.StreamResponse:
    """Send a permalink to the page, at the channel it names and in its thread if it has one."""
    place = quote(request.match_info["channel"], safe="")
    thread = quote(request.query.get("thread_ts", ""), safe="")
    raise web.HTTPFound(f"/#/-/{place}/{thread}".rstrip("/"))
