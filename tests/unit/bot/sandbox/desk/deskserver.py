"""A small workspace that speaks the page's side of the contract and remembers what it was told."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path

from aiohttp import web

from tests.unit.bot.sandbox.desk import canned
from tests.unit.bot.sandbox.desk.canned import Json

DESK = Path(str(files("bot.sandbox.desk")))
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' data: http://127.0.0.1:*; connect-src 'self'"
)


@dataclass
class Workspace:
    """What is said in the workspace, and what the page did: lists that tests read."""

    base: str = ""
    messages: dict[str, list[Json]] = field(default_factory=dict)
    actions: list[Json] = field(default_factory=list)
    submitted: list[Json] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)
    commands: list[Json] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    listeners: list[asyncio.Queue[Json]] = field(default_factory=list)
    answers: list[Json] = field(default_factory=list)
    home: list[Json] = field(default_factory=canned.home)
    people: list[Json] = field(default_factory=canned.people)
    channels: list[Json] = field(default_factory=canned.channels)
    samples: list[str] = field(default_factory=list)
    clock: float = 1_790_000_000.0

    def begin_anew(self) -> None:
        """Forget everything but the address and who listens there."""
        fresh = Workspace(base=self.base, listeners=self.listeners)
        self.__dict__.update(fresh.__dict__)
        fill(self)

    def say(self, channel: str, **message: object) -> str:
        self.clock += 61
        ts = f"{self.clock:.6f}"
        given: Json = {"ts": ts, "bot": False, "text": "", "blocks": [], "files": [], **message}
        self.messages.setdefault(channel, []).append(given)
        self.tell({"type": "message", "channel": channel, "ts": ts})
        return ts

    def tell(self, event: Json) -> None:
        for queue in self.listeners:
            queue.put_nowait(event)

    def in_channel(self, channel: str, thread: str | None) -> list[Json]:
        said = self.messages.get(channel, [])
        if thread:
            return [each for each in said if thread in (each["ts"], each.get("thread_ts"))]
        return [self.with_replies(each, said) for each in said if not each.get("thread_ts")]

    @staticmethod
    def with_replies(root: Json, said: list[Json]) -> Json:
        replies = [each for each in said if each.get("thread_ts") == root["ts"]]
        if not replies:
            return root
        users = list(dict.fromkeys(each["user"] for each in replies))
        latest = replies[-1]["ts"]
        return root | {"reply_count": len(replies), "latest_reply": latest, "reply_users": users}


SPACE: web.AppKey[Workspace] = web.AppKey("workspace", Workspace)
routes = web.RouteTableDef()


@routes.get("/")
async def page(_: web.Request) -> web.FileResponse:
    headers = {"Content-Security-Policy": POLICY, "X-Content-Type-Options": "nosniff"}
    return web.FileResponse(DESK / "index.html", headers=headers)


@routes.get("/desk/people")
async def people(request: web.Request) -> web.Response:
    shortcut = {"name": "Distribute this build", "type": "message", "callback_id": "distribute"}
    command = {"command": "/release", "description": "Releases and groups", "usage_hint": "help"}
    return web.json_response(
        {
            "people": request.app[SPACE].people,
            "bot": canned.bot(),
            "workspace": {"name": "Harbour Works", "id": "T1"},
            "commands": [command],
            "shortcuts": [shortcut],
        }
    )


@routes.get("/desk/channels")
async def channels(request: web.Request) -> web.Response:
    return web.json_response({"channels": request.app[SPACE].channels})


@routes.get("/desk/directory")
async def directory(request: web.Request) -> web.Response:
    groups = [{"id": "SQA", "handle": "qa-team", "name": "QA team"}]
    space = request.app[SPACE]
    known = {"users": space.people, "channels": space.channels, "usergroups": groups}
    return web.json_response(known)


@routes.get("/desk/messages")
async def messages(request: web.Request) -> web.Response:
    channel, thread = request.query["channel"], request.query.get("thread_ts")
    return web.json_response({"messages": request.app[SPACE].in_channel(channel, thread)})


@routes.post("/desk/messages")
async def post(request: web.Request) -> web.Response:
    space, me, attached = request.app[SPACE], request.query["as"], list[Json]()
    if request.content_type == "application/json":
        said = await request.json()
    else:
        form = await request.post()
        said = {name: str(form[name]) for name in ("channel", "text", "thread_ts") if name in form}
        attached = [described(part) for part in form.getall("file", [])]
    thread = {"thread_ts": said["thread_ts"]} if "thread_ts" in said else {}
    ts = space.say(said["channel"], user=me, text=said["text"], files=attached, **thread)
    return web.json_response({"ok": True, "ts": ts})


def described(part: object) -> Json:
    assert isinstance(part, web.FileField)
    size = len(part.file.read())
    return {"id": "F1", "name": part.filename, "size": size, "url": "/files/F1", "mimetype": ""}


@routes.patch("/desk/messages")
async def edit(request: web.Request) -> web.Response:
    space, wanted = request.app[SPACE], await request.json()
    for message in space.messages[wanted["channel"]]:
        if message["ts"] == wanted["ts"]:
            message.update(text=wanted["text"], edited=True)
    space.tell({"type": "message_changed", "channel": wanted["channel"], "ts": wanted["ts"]})
    return web.json_response({"ok": True})


@routes.delete("/desk/messages")
async def delete(request: web.Request) -> web.Response:
    space, wanted = request.app[SPACE], await request.json()
    said = space.messages[wanted["channel"]]
    said[:] = [message for message in said if message["ts"] != wanted["ts"]]
    space.tell({"type": "message_deleted", "channel": wanted["channel"], "ts": wanted["ts"]})
    return web.json_response({"ok": True})


@routes.get("/desk/home")
@routes.post("/desk/home")
async def home(request: web.Request) -> web.Response:
    return web.json_response({"blocks": request.app[SPACE].home, "view_id": "VHOME"})


@routes.post("/desk/commands")
async def command(request: web.Request) -> web.Response:
    space, wanted = request.app[SPACE], await request.json()
    space.commands.append(wanted)
    if wanted["text"] == "sleep":
        return web.json_response({"error": "operation_timeout"}, status=504)
    space.say(wanted["channel"], user=canned.BOT, bot=True, ephemeral=True, text="*Try* `help`")
    return web.json_response({"ok": True})


@routes.post("/desk/actions")
async def action(request: web.Request) -> web.Response:
    space, wanted = request.app[SPACE], await request.json()
    space.actions.append(wanted)
    if wanted["action_id"] == "distribute":
        space.tell({"type": "view_opened", "view": canned.modal()})
    return web.json_response({"ok": True})


@routes.post("/desk/options")
async def options(request: web.Request) -> web.Response:
    wanted = await request.json()
    typed = wanted["value"].lower()
    request.app[SPACE].asked.append(typed)
    # A short word is answered late, so that an answer overtaken by a later one can be seen.
    await asyncio.sleep(0.4 if typed == "q" else 0)
    names = ["QA", "Beta testers", "Management", "Quayside <b>crew</b>"]
    found = [canned.option(name, name, "7 people") for name in names if typed in name.lower()]
    return web.json_response({"options": found})


@routes.post("/desk/views/{view_id}/submit")
async def submit(request: web.Request) -> web.Response:
    space, wanted = request.app[SPACE], await request.json()
    space.submitted.append(wanted["state"])
    return web.json_response(space.answers.pop(0) if space.answers else {"ok": True})


@routes.post("/desk/views/{view_id}/close")
async def close(request: web.Request) -> web.Response:
    request.app[SPACE].closed.append(request.match_info["view_id"])
    return web.json_response({"ok": True})


@routes.post("/desk/shortcuts")
async def shortcut(request: web.Request) -> web.Response:
    request.app[SPACE].actions.append(await request.json())
    return web.json_response({"ok": True})


@routes.get("/desk/samples/{name}")
async def sample(request: web.Request) -> web.Response:
    request.app[SPACE].samples.append(request.match_info["name"])
    return web.Response(body=request.match_info["name"].encode() * 1000)


@routes.get("/desk/stream")
async def stream(request: web.Request) -> web.StreamResponse:
    space, queue = request.app[SPACE], asyncio.Queue[Json]()
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await response.prepare(request)
    await response.write(b": here\n\n")
    space.listeners.append(queue)
    # A page that was closed is noticed by the next word to it.
    with suppress(ConnectionError):
        while True:
            event = await queue.get()
            await response.write(f"data: {json.dumps(event)}\n\n".encode())
    space.listeners.remove(queue)
    return response


@asynccontextmanager
async def serving(port: int = 0) -> AsyncGenerator[Workspace]:
    """Serve the page and an empty workspace on a port of 127.0.0.1."""
    app = web.Application()
    app[SPACE] = space = Workspace()
    app.add_routes(routes)
    app.router.add_static("/static", DESK / "static")
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port)
    await site.start()
    space.base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield space
    finally:
        await runner.cleanup()


def fill(space: Workspace) -> None:
    """Put a day's talk into the workspace: a build, its card in a thread, an announcement."""
    icon = space.base + canned.ICON
    space.say(canned.BUILDS, user=canned.ANN, text="Morning! Is *2.4* coming today? :eyes:")
    build = {"id": "F7", "name": "harbour-2.4.0.ipa", "size": 38_200_000, "url": "/files/F7"}
    root = space.say(
        canned.BUILDS, user=canned.CID, files=[build], text="Here it is: the tide table is done."
    )
    space.say(canned.BUILDS, user=canned.CID, text="Built from `main`, see https://example.com/118")
    card, news = canned.card(icon), canned.announcement(icon)
    bot: Json = {"user": canned.BOT, "bot": True}
    space.say(canned.BUILDS, **bot, thread_ts=root, text="Harbour 2.4.0 (118)", blocks=card)
    space.say(canned.BUILDS, user=canned.ANN, thread_ts=root, text="Lovely, sending it to QA")
    space.say(canned.BUILDS, **bot, text="Harbour 2.4.0 is ready", blocks=news)
    space.say(canned.BUILDS, **bot, ephemeral=True, text="You may not do *that*: ask <@UANN>.")
    quote = "> quoted\nand ~not~ so\n• one\n• two"
    space.say(canned.QA, user=canned.BOB, text=quote, edited=True)
    space.say(canned.QA, user=canned.DEE, text="rich", blocks=canned.rich_text())
    space.say(canned.WITH_BOT, **bot, blocks=news)
