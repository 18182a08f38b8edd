"""The JSON of the page for people, and the door it lies behind."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.shapes import JsonObject
from bot.sandbox.slack.acts.speaking import FileDrop
from bot.sandbox.slack.server import SandboxSlack, Setup
from bot.sandbox.slack.workspace import Workspace
from tests.unit.bot.sandbox.slack.bolt import socket_mode
from tests.unit.bot.sandbox.slack.payloads import actions, button, field, home, modal, option


class Desk:
    """The page of one person."""

    def __init__(self, slack: SandboxSlack, session: aiohttp.ClientSession, name: str) -> None:
        self._slack = slack
        self._session = session
        self.me = slack.workspace.person(name).id

    async def call(
        self, method: str, path: str, body: object = None, **query: str
    ) -> tuple[int, JsonObject]:
        url = f"{self._slack.url}/desk/{path}"
        params = {"as": self.me, **query}
        form = {"data": body} if isinstance(body, aiohttp.FormData) else {"json": body}
        async with self._session.request(method, url, params=params, **form) as response:
            return response.status, await response.json()

    async def get(self, path: str, **query: str) -> JsonObject:
        status, answer = await self.call("GET", path, **query)
        assert status == 200, answer
        return answer

    async def post(self, path: str, body: object) -> JsonObject:
        status, answer = await self.call("POST", path, body)
        assert status == 200, answer
        return answer

    @asynccontextmanager
    async def stream(self) -> AsyncGenerator[asyncio.Queue[JsonObject]]:
        """Listen to the news until the block ends."""
        news: asyncio.Queue[JsonObject] = asyncio.Queue()
        url = f"{self._slack.url}/desk/stream"
        async with self._session.get(url, params={"as": self.me}) as response:
            await response.content.readuntil(b"\n\n")
            task = asyncio.create_task(self._listen(response, news))
            try:
                yield news
            finally:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)

    async def _listen(
        self, response: aiohttp.ClientResponse, news: asyncio.Queue[JsonObject]
    ) -> None:
        while True:
            line = await response.content.readuntil(b"\n\n")
            if line.startswith(b"data: "):
                news.put_nowait(json.loads(line.removeprefix(b"data: ")))


@pytest.fixture
def ann(slack: SandboxSlack, session: aiohttp.ClientSession) -> Desk:
    return Desk(slack, session, "Ann")


@pytest.fixture
def bob(slack: SandboxSlack, session: aiohttp.ClientSession) -> Desk:
    return Desk(slack, session, "Bob")


async def test_the_people_and_what_the_app_offers(session: aiohttp.ClientSession) -> None:
    command = {"command": "/release", "description": "Releases", "usage_hint": "[help]"}
    shortcut = {"name": "Send", "type": "global", "callback_id": "send", "description": "Sends"}
    manifest = {"features": {"slash_commands": [command], "shortcuts": [shortcut]}}
    async with (
        SandboxSlack.serve(setup=Setup(manifest=manifest)) as slack,
        session.get(f"{slack.url}/desk/people") as response,
    ):
        shown = await response.json()

    assert [person["name"] for person in shown["people"]] == ["ann", "bob", "cid", "dee"]
    assert shown["people"][3]["is_guest"] is True
    assert shown["bot"]["id"] == slack.bot_user
    assert shown["workspace"]["id"] == slack.team_id
    assert shown["commands"][0]["command"] == "/release"
    assert shown["shortcuts"] == [shortcut]


async def test_channels_count_what_is_unread_until_it_is_looked_at(
    workspace: Workspace, ann: Desk, bob: Desk
) -> None:
    await workspace.person("Bob").post("#qa", "Hello")

    async def unread(desk: Desk) -> int:
        channels = (await desk.get("channels"))["channels"]
        return next(int(c["unread"]) for c in channels if c["name"] == "qa")

    before, own = await unread(ann), await unread(bob)
    await ann.get("messages", channel=workspace.channel("#qa").id)
    channels = (await ann.get("channels"))["channels"]

    assert (before, own, await unread(ann)) == (1, 0, 0)
    assert {c["name"] for c in channels if not c["is_im"]} == {"mobile-builds", "qa", "general"}
    assert [c["with_user"] for c in channels if c["is_im"]] == [workspace.state.app.bot_user]


async def test_a_guest_sees_only_their_own_channels(
    slack: SandboxSlack, workspace: Workspace, session: aiohttp.ClientSession
) -> None:
    dee = Desk(slack, session, "Dee")
    names = [c["name"] for c in (await dee.get("channels"))["channels"] if not c["is_im"]]
    general = workspace.channel("#general").id
    status, answer = await dee.call("GET", "messages", channel=general)

    assert names == ["mobile-builds", "qa"]
    assert (status, answer) == (400, {"error": "You cannot see this channel."})


async def test_a_message_is_posted_edited_and_deleted(workspace: Workspace, ann: Desk) -> None:
    channel = workspace.channel("#qa").id
    posted = await ann.post("messages", {"channel": channel, "text": "Teh build"})
    place = {"channel": channel, "ts": posted["ts"]}
    await ann.post("messages", {"channel": channel, "text": "More", "thread_ts": posted["ts"]})
    await ann.call("PATCH", "messages", {**place, "text": "The build"})
    [shown] = (await ann.get("messages", channel=channel))["messages"]
    thread = (await ann.get("messages", channel=channel, thread_ts=posted["ts"]))["messages"]
    reply = {"channel": channel, "ts": thread[1]["ts"]}
    await ann.call("DELETE", "messages", reply)
    await ann.call("DELETE", "messages", place)

    assert (shown["text"], shown["edited"], shown["reply_count"]) == ("The build", True, 1)
    assert [message["text"] for message in thread] == ["The build", "More"]
    assert workspace.messages("#qa") == []


async def test_a_file_is_dropped_shown_loaded_and_deleted(
    slack: SandboxSlack, workspace: Workspace, ann: Desk, session: aiohttp.ClientSession
) -> None:
    form = aiohttp.FormData(quote_fields=False)
    form.add_field("channel", workspace.channel("#mobile-builds").id)
    form.add_field("text", "A build")
    form.add_field("file", b"one" * 100_000, filename="Höhe %22100%%22 1.ipa")
    form.add_field("file", b"two", filename="b.png", content_type="image/png")
    posted = await ann.post("messages", form)
    [shown] = (await ann.get("messages", channel=posted["channel"]))["messages"]
    first, second = shown["files"]
    params = {"as": ann.me}
    async with session.get(f"{slack.url}{first['url']}", params=params) as response:
        body = await response.read()
    await ann.call("DELETE", f"files/{first['id']}")
    [after] = (await ann.get("messages", channel=posted["channel"]))["messages"]

    assert (first["name"], first["size"], len(body)) == ('Höhe "100%" 1.ipa', 300_000, 300_000)
    assert second["thumb"] == second["url"]
    assert after["files"][0]["deleted"] is True
    assert len(slack.delivery.of_type("file_shared")) == 2


async def test_a_deleted_message_takes_its_files_along(workspace: Workspace, ann: Desk) -> None:
    message = await workspace.person("Ann").post(
        "#qa", "A build", files=[FileDrop(name="a.ipa", content=b"x")]
    )
    await ann.call("DELETE", "messages", {"channel": message.channel, "ts": message.ts})

    assert workspace.file(message.files[0]).is_deleted
    assert workspace.messages("#qa") == []


async def test_a_file_of_a_channel_one_is_not_in_is_not_shown(
    workspace: Workspace, bob: Desk
) -> None:
    workspace.add_channel("secret", "Ann", is_private=True)
    message = await workspace.person("Ann").post("secret", files=[__file__])
    status, answer = await bob.call("GET", f"files/{message.files[0]}/test_desk.py")

    assert (status, answer) == (400, {"error": "You cannot see this file."})


async def test_a_command_is_answered_and_a_menu_is_searched(
    slack: SandboxSlack, workspace: Workspace, app: AsyncApp, bob: Desk
) -> None:
    search = {"type": "external_select", "action_id": "search", "min_query_length": 0}
    chosen: list[JsonObject] = []

    @app.command("/release")
    async def on_command(ack: AsyncAck, body: JsonObject, client: AsyncWebClient) -> None:
        await ack("Here you are.")
        channel = body["channel_id"]
        await client.chat_postMessage(channel=channel, text="Card", blocks=[actions(search)])

    @app.options("search")
    async def on_search(ack: AsyncAck) -> None:
        await ack(options=[option("ann")])

    @app.action("search")
    async def on_chosen(ack: AsyncAck, action: JsonObject) -> None:
        await ack()
        chosen.append(action["selected_option"])

    channel = workspace.channel("#qa").id
    async with socket_mode(slack, app):
        body = {"channel": channel, "command": "/release", "text": "list"}
        answer = await bob.post("commands", body)
        card = await workspace.eventually(lambda: workspace.messages("#qa")[0])
        container = {"type": "message", "channel": channel, "ts": card.ts}
        block_id = card.blocks[0]["block_id"]
        spot = {"container": container, "block_id": block_id, "action_id": "search"}
        offered = await bob.post("options", {**spot, "value": "a"})
        await bob.post("actions", {**spot, "selected_option": offered["options"][0]})
    shown = (await bob.get("messages", channel=channel))["messages"]

    assert answer == {"ok": True}
    assert chosen == [option("ann")]
    assert {(m["text"], m["ephemeral"]) for m in shown} == {
        ("Card", False),
        ("Here you are.", True),
    }
    assert slack.violations == []


async def test_a_form_is_refused_stacked_closed_and_cleared(
    slack: SandboxSlack, workspace: Workspace, app: AsyncApp, bob: Desk
) -> None:
    answers: dict[str, JsonObject] = {
        "bad": {"response_action": "errors", "errors": {"name": "No."}},
        "push": {"response_action": "push", "view": modal()},
        "clear": {"response_action": "clear"},
    }

    @app.shortcut("make")
    async def on_shortcut(ack: AsyncAck, body: JsonObject, client: AsyncWebClient) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=modal(field("name", "text")))

    @app.view("form")
    async def on_form(ack: AsyncAck, view: JsonObject) -> None:
        await ack(**answers[view["state"]["values"]["name"]["text"]["value"]])

    async with socket_mode(slack, app), bob.stream() as news:
        await bob.post("shortcuts", {"callback_id": "make", "type": "global"})
        view = await workspace.eventually(lambda: workspace.view_of("Bob"))

        async def submit(text: str) -> JsonObject:
            state = {"name": {"text": {"type": "plain_text_input", "value": text}}}
            return await bob.post(f"views/{view.id}/submit", {"state": state})

        incomplete, bad, pushed = await submit(""), await submit("bad"), await submit("push")
        top = pushed["view"]["id"]
        closed = [await bob.post(f"views/{top}/close", {}) for _ in range(2)]
        cleared = await submit("clear")
        kinds = [(await asyncio.wait_for(news.get(), 2))["type"] for _ in range(4)]

    assert incomplete["errors"] == {"name": "Please complete this required field."}
    assert bad == answers["bad"]
    assert pushed["response_action"] == "push"
    assert closed == [{"ok": True}, {"ok": True}]
    assert cleared == answers["clear"]
    assert kinds == ["view_opened", "view_pushed", "view_closed", "view_closed"]
    assert slack.violations == []


async def test_what_fails_is_said_in_a_sentence(
    workspace: Workspace, bob: Desk, slack: SandboxSlack
) -> None:
    channel = workspace.channel("#qa").id
    command = {"channel": channel, "command": "/release", "text": ""}
    status, answer = await bob.call("POST", "commands", command)
    gone, why = await bob.call("POST", "views/V0NOTHING/submit", {"state": {}})

    assert status == 424
    assert answer == {"error": '/release failed with the error "dispatch_failed".'}
    assert (gone, why) == (400, {"error": "This view is closed."})
    assert slack.violations == []


async def test_the_home_tab_opens_and_its_buttons_work(
    slack: SandboxSlack, app: AsyncApp, bob: Desk, workspace: Workspace
) -> None:
    clicked: list[str] = []
    opened: list[str] = []

    @app.event("app_home_opened")
    async def on_home(event: JsonObject, client: AsyncWebClient) -> None:
        opened.append("Bob")
        await client.views_publish(user_id=event["user"], view=home(actions(button("go"))))

    @app.action("go")
    async def on_go(ack: AsyncAck, body: JsonObject) -> None:
        await ack()
        clicked.append(body["container"]["view_id"])

    async with socket_mode(slack, app), bob.stream() as news:
        before = await bob.post("home", {})
        await workspace.eventually(lambda: workspace.home_of("Bob"))
        event = await asyncio.wait_for(news.get(), 2)
        shown = await bob.get("home")
        again = await bob.get("home")
        container = {"type": "view", "view_id": "home"}
        spot = {"block_id": shown["blocks"][0]["block_id"], "action_id": "go"}
        await bob.post("actions", {"container": container, **spot})

    assert before == {"blocks": None, "view_id": None}
    assert event == {"type": "home"}
    assert clicked == [shown["view_id"]]
    # A6: reading is not opening, or each reading would make the app draw what is then read.
    assert (again, opened) == (shown, ["Bob"])


async def test_a_shortcut_and_the_directory(
    slack: SandboxSlack, app: AsyncApp, bob: Desk, workspace: Workspace
) -> None:
    used: list[str] = []

    @app.shortcut("mine")
    async def on_shortcut(ack: AsyncAck, body: JsonObject) -> None:
        await ack()
        used.append(body["type"])

    message = await workspace.person("Ann").post("#qa", "Look")
    async with socket_mode(slack, app):
        await bob.post("shortcuts", {"callback_id": "mine", "type": "global"})
        place = {"type": "message", "channel": message.channel, "ts": message.ts}
        await bob.post("shortcuts", {"callback_id": "mine", **place})
        await workspace.eventually(lambda: len(used) == 2)
    directory = await bob.get("directory")

    assert used == ["shortcut", "message_action"]
    assert [group["handle"] for group in directory["usergroups"]] == ["qa-team"]
    assert "ann" in [user["name"] for user in directory["users"]]


async def test_news_is_only_for_who_may_hear_it(
    workspace: Workspace, ann: Desk, bob: Desk, client: AsyncWebClient
) -> None:
    workspace.add_channel("secret", "Ann", is_private=True)
    async with ann.stream() as to_ann, bob.stream() as to_bob:
        await workspace.person("Ann").post("secret", "Between us")
        await client.chat_postEphemeral(
            channel=workspace.channel("#qa").id, user=ann.me, text="Only you"
        )
        await workspace.person("Ann").post("#qa", "For all")
        heard_by_bob = await asyncio.wait_for(to_bob.get(), 2)
        heard_by_ann = [await asyncio.wait_for(to_ann.get(), 2) for _ in range(3)]

    assert heard_by_bob["ts"] == workspace.messages("#qa")[0].ts
    assert {event["type"] for event in heard_by_ann} == {"message"}
    assert to_bob.empty()


async def test_a_picture_of_the_app_has_an_address_the_page_can_load(
    slack: SandboxSlack,
    workspace: Workspace,
    client: AsyncWebClient,
    bob: Desk,
    session: aiohttp.ClientSession,
) -> None:
    started = await client.files_getUploadURLExternal(filename="icon.png", length=4)
    async with session.post(str(started["upload_url"]), data=b"icon"):
        pass
    files = [{"id": started["file_id"]}]
    await client.files_completeUploadExternal(files=files)
    image = {"type": "image", "alt_text": "Icon", "slack_file": {"id": started["file_id"]}}
    channel = workspace.channel("#qa").id
    await client.chat_postMessage(channel=channel, text="Card", blocks=[image])
    [shown] = (await bob.get("messages", channel=channel))["messages"]
    address = shown["blocks"][0]["slack_file"]["url"]
    async with session.get(f"{slack.url}{address}", params={"as": bob.me}) as response:
        body = await response.read()

    assert body == b"icon"


@pytest.mark.parametrize(
    ("method", "path", "headers", "why"),
    [
        ("GET", "/", {"Host": "evil.example:80"}, "localhost or 127.0.0.1"),
        ("GET", "/desk/people", {"Host": "127.0.0.1.evil.example"}, "localhost or 127.0.0.1"),
        ("POST", "/desk/commands", {"Origin": "http://evil.example"}, "Another page"),
        ("POST", "/desk/commands", {"Origin": "null"}, "Another page"),
        ("DELETE", "/desk/messages", {"Origin": "http://127.0.0.1:1"}, "Another page"),
    ],
)
async def test_other_pages_and_other_names_stay_outside(
    slack: SandboxSlack,
    session: aiohttp.ClientSession,
    method: str,
    path: str,
    headers: dict[str, str],
    why: str,
) -> None:
    async with session.request(method, f"{slack.url}{path}", headers=headers) as response:
        assert response.status == 403
        assert why in (await response.json())["error"]


async def test_nobody_is_nobody(slack: SandboxSlack, session: aiohttp.ClientSession) -> None:
    for who in ("", "UNOBODY", slack.bot_user):
        params = {"as": who}
        async with session.get(f"{slack.url}/desk/channels", params=params) as response:
            assert response.status == 400
            assert "Say who you are" in (await response.json())["error"]


async def test_the_page_is_served_with_its_policy(
    slack: SandboxSlack, session: aiohttp.ClientSession
) -> None:
    async with session.get(f"{slack.url}/") as response:
        page = await response.text()
        policy = response.headers["Content-Security-Policy"]
    async with session.get(f"{slack.url}/static/nothing.js") as response:
        missing = response.status
    async with session.get(f"{slack.url}/static/..%2findex.html") as response:
        outside = response.status
    link = f"{slack.url}/archives/C1/p1?thread_ts=1.2"
    async with session.get(link, allow_redirects=False) as response:
        redirected = response.headers["Location"]

    assert page.startswith("<!doctype html>")
    assert "script-src 'self'" in policy
    assert (missing, outside) == (404, 404)
    assert redirected == "/#/-/C1/1.2"


async def test_the_workspace_can_be_mounted_on_an_application_of_others() -> None:
    slack = SandboxSlack(setup=Setup(is_empty=True))
    application = web.Application()
    slack.mount(application)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    slack.url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
    async with aiohttp.ClientSession() as session:
        client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url, session=session)
        users = await client.users_list()
    await slack.close()
    await runner.cleanup()

    assert {user["name"] for user in users["members"]} == {"slipway", "slackbot"}
