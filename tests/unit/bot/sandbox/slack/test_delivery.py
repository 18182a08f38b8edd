"""Events, commands, clicks and forms reach a real Bolt app, the same over both transports."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import aiohttp
import pytest
import yaml
from aiohttp import web
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.shapes import JsonObject
from bot.sandbox.slack.delivery.subscriptions import EVENT_SCOPES
from bot.sandbox.slack.errors import NotPossible, Unanswered
from bot.sandbox.slack.manifest import EVERY_SCOPE
from bot.sandbox.slack.messages import Unfurl
from bot.sandbox.slack.server import SandboxSlack, Setup
from bot.sandbox.slack.workspace import Workspace
from tests.unit.bot.sandbox.slack.bolt import http_mode, make_app, socket_mode
from tests.unit.bot.sandbox.slack.conftest import Joining
from tests.unit.bot.sandbox.slack.payloads import (
    actions,
    button,
    field,
    home,
    modal,
    option,
    plain,
)


async def test_a_message_reaches_the_app_in_the_shape_of_slack(
    slack: SandboxSlack, workspace: Workspace, app: AsyncApp, joined: Joining
) -> None:
    heard: list[JsonObject] = []

    @app.event("message")
    async def on_message(body: JsonObject) -> None:
        heard.append(body)

    async with joined(app):
        ann = workspace.person("Ann")
        message = await ann.post("#qa", "Good morning")
        await workspace.eventually(lambda: heard)

    body = heard[0]
    assert body["type"] == "event_callback"
    assert body["team_id"] == slack.team_id
    assert body["authorizations"][0]["user_id"] == slack.bot_user
    assert body["event"] == {
        "type": "message",
        "user": ann.id,
        "text": "Good morning",
        "ts": message.ts,
        "team": slack.team_id,
        "channel": workspace.channel("#qa").id,
        "channel_type": "channel",
        "event_ts": message.ts,
    }


async def test_the_app_hears_nothing_of_channels_it_is_not_in(
    workspace: Workspace, app: AsyncApp, joined: Joining
) -> None:
    heard: list[str] = []

    @app.event("message")
    async def on_message(event: JsonObject) -> None:
        heard.append(event["text"])

    async with joined(app):
        ann = workspace.person("Ann")
        await ann.post("#general", "Between us")
        await ann.post("#qa", "For all")
        await workspace.eventually(lambda: heard)
        await workspace.settled()

    assert heard == ["For all"]


async def test_a_file_is_told_of_once_in_each_channel(
    workspace: Workspace, app: AsyncApp, joined: Joining, slack: SandboxSlack
) -> None:
    @app.event("message")
    async def on_message() -> None:
        return

    @app.event("file_shared")
    async def on_file(event: JsonObject, client: AsyncWebClient) -> None:
        info = await client.files_info(file=event["file_id"])
        name = info["file"]["name"]
        await client.chat_postMessage(channel=event["channel_id"], text=f"Got {name}")

    async with joined(app):
        ann = workspace.person("Ann")
        message = await ann.post("#qa", "A note", files=[__file__])
        await ann.share(message.files[0], "#mobile-builds")
        first = await workspace.eventually(lambda: workspace.by_bot("#qa")[0])
        second = await workspace.eventually(lambda: workspace.by_bot("#mobile-builds")[0])

    assert first.text == second.text == "Got test_delivery.py"
    assert message.subtype == "file_share"
    assert [d.body["event"]["file_id"] for d in slack.delivery.of_type("file_shared")] == [
        message.files[0],
        message.files[0],
    ]


async def test_the_events_of_a_file_can_come_before_its_message(
    workspace: Workspace, app: AsyncApp, slack: SandboxSlack
) -> None:
    slack.delivery.hold()
    await workspace.person("Ann").post("#qa", files=[__file__], events_first=True)

    kinds = [delivered.type for delivered in slack.delivery.deliveries]

    assert kinds == ["file_shared", "message"]
    assert app is not None


async def test_edits_and_deletions_are_messages_with_a_subtype(
    workspace: Workspace, app: AsyncApp, joined: Joining
) -> None:
    heard: list[JsonObject] = []

    @app.event("message")
    async def on_message(event: JsonObject) -> None:
        heard.append(event)

    async with joined(app):
        ann = workspace.person("Ann")
        message = await ann.post("#qa", "Teh build")
        edited = await ann.edit(message, "The build")
        await ann.delete(edited)
        await workspace.eventually(lambda: len(heard) == 3)

    by_subtype = {event.get("subtype"): event for event in heard}
    assert by_subtype["message_changed"]["message"]["text"] == "The build"
    assert by_subtype["message_changed"]["previous_message"]["text"] == "Teh build"
    assert by_subtype["message_changed"]["message"]["edited"]["user"] == ann.id
    assert by_subtype["message_deleted"]["deleted_ts"] == message.ts


async def test_a_mention_and_a_broadcast_reply_are_told_of(
    slack: SandboxSlack, workspace: Workspace
) -> None:
    slack.delivery.hold()
    ann = workspace.person("Ann")
    root = await ann.post("#qa", f"<@{slack.bot_user}> help")
    await ann.post("#qa", "To all", thread=root, broadcast=True)

    [mention] = slack.delivery.of_type("app_mention")
    broadcast = slack.delivery.deliveries[-1].body["event"]

    assert mention.body["event"]["ts"] == root.ts
    assert broadcast["subtype"] == "thread_broadcast"
    assert broadcast["root"]["ts"] == root.ts


async def test_an_app_without_the_scope_or_the_subscription_hears_nothing() -> None:
    manifest = {
        "oauth_config": {"scopes": {"bot": ["files:read", "channels:history"]}},
        "settings": {"event_subscriptions": {"bot_events": ["file_shared", "message.channels"]}},
    }
    setup = Setup(manifest=manifest, withheld_scopes=frozenset({"files:read"}))
    async with SandboxSlack.serve(setup=setup) as slack:
        ann = slack.workspace.person("Ann")
        await ann.post("#qa", files=[__file__])
        await ann.dm("Hello")

        assert [d.type for d in slack.delivery.deliveries] == ["message"]
        assert slack.delivery.deliveries[0].body["event"]["channel_type"] == "channel"


async def test_the_echo_of_the_app_s_own_message_is_delivered_and_swallowed(
    slack: SandboxSlack, workspace: Workspace, app: AsyncApp, joined: Joining
) -> None:
    heard: list[JsonObject] = []

    @app.event("message")
    async def on_message(event: JsonObject) -> None:
        heard.append(event)

    async with joined(app):
        await app.client.chat_postMessage(channel=workspace.channel("#qa").id, text="Mine")
        await workspace.settled()

    [echo] = slack.delivery.of_type("message")
    assert echo.body["event"]["bot_id"]
    assert echo.outcomes == ["ok"]
    assert heard == []


async def test_what_is_not_acknowledged_comes_again_with_the_same_event_id(
    slack: SandboxSlack, workspace: Workspace, app: AsyncApp, joined: Joining
) -> None:
    slack.delivery.ack_seconds = 0.3
    slack.delivery.retry_delays = (0.0, 0.05, 0.05, 0.05, 0.05)
    seen: list[tuple[str, str | None]] = []

    @app.middleware
    async def fail_twice(
        body: JsonObject, req: AsyncBoltRequest, next_: Callable[[], Awaitable[None]]
    ) -> None:
        retry = req.headers.get("x-slack-retry-num")
        seen.append((body["event_id"], retry[0] if retry else None))
        if len(seen) > 2:
            await next_()

    @app.event("message")
    async def on_message() -> None:
        return

    async with joined(app):
        await workspace.person("Ann").post("#qa", "Hello")
        await workspace.settled()

    [delivered] = slack.delivery.of_type("message")
    assert len({event_id for event_id, _ in seen}) == 1
    assert delivered.outcomes[-1] == "ok"
    assert delivered.outcomes.count("ok") == 1
    assert [retry or "0" for _, retry in seen[:3]] == ["0", "1", "2"]
    assert delivered.outcomes[0] in {"timeout", "http_error"}


async def test_an_event_is_delivered_once_more_on_demand(
    slack: SandboxSlack, workspace: Workspace, app: AsyncApp, joined: Joining
) -> None:
    ids: list[str] = []

    @app.event("message")
    async def on_message(body: JsonObject) -> None:
        ids.append(body["event_id"])

    async with joined(app):
        await workspace.person("Ann").post("#qa", "Hello")
        await workspace.settled()
        [delivered] = slack.delivery.of_type("message")
        await slack.delivery.redeliver(delivered)
        await workspace.eventually(lambda: len(ids) == 2)

    assert ids == [delivered.id, delivered.id]


async def test_an_app_that_never_answers_is_given_up(
    slack: SandboxSlack, workspace: Workspace
) -> None:
    slack.delivery.retry_delays = (0.0, 0.01, 0.01)
    await workspace.person("Ann").post("#qa", "Hello")
    await workspace.settled()

    [delivered] = slack.delivery.deliveries

    assert delivered.outcomes == ["no_connection"] * 4
    assert not delivered.is_taken


async def test_held_events_come_in_reverse_or_not_at_all(
    slack: SandboxSlack, workspace: Workspace, app: AsyncApp, joined: Joining
) -> None:
    texts: list[str] = []

    @app.event("message")
    async def on_message(event: JsonObject) -> None:
        texts.append(event["text"])

    async with joined(app):
        ann = workspace.person("Ann")
        slack.delivery.hold()
        await ann.post("#qa", "lost")
        lost = slack.delivery.forget_held()
        slack.delivery.hold()
        await ann.post("#qa", "one")
        await ann.post("#qa", "two")
        slack.delivery.release(is_reversed=True)
        await workspace.eventually(lambda: len(texts) == 2)

    assert lost == 1
    assert set(texts) == {"one", "two"}


async def test_a_command_carries_what_slack_sends_and_is_answered(
    slack: SandboxSlack, workspace: Workspace, app: AsyncApp, joined: Joining
) -> None:
    bodies: list[JsonObject] = []

    @app.command("/release")
    async def on_command(ack: AsyncAck, body: JsonObject, respond: AsyncRespond) -> None:
        bodies.append(body)
        await ack()
        await respond(text="Working on it.")
        await respond(text="For all to see.", response_type="in_channel")
        await respond(text="Done.", replace_original=True)

    async with joined(app):
        bob = workspace.person("Bob")
        await bob.command("#general", "/release", "give @ann #qa @qa-team a<b")
        await workspace.eventually(lambda: workspace.ephemerals("Bob")[0].text == "Done.")

    ann, qa = workspace.person("Ann"), workspace.channel("#qa")
    group = workspace.usergroup("qa-team")
    assert len(workspace.ephemerals("Bob")) == 1
    assert [m.text for m in workspace.messages("#general")] == ["For all to see."]
    assert bodies[0]["text"] == (
        f"give <@{ann.id}|ann> <#{qa.id}|qa> <!subteam^{group.id}|@qa-team> a<b"
    )
    assert bodies[0]["user_name"] == "bob"
    assert bodies[0]["channel_name"] == "general"
    assert slack.violations == []


async def test_the_acknowledgement_of_a_command_can_be_its_answer(
    workspace: Workspace, app: AsyncApp, joined: Joining
) -> None:
    @app.command("/release")
    async def on_command(ack: AsyncAck) -> None:
        await ack("Nothing yet.")

    async with joined(app):
        answer = await workspace.person("Bob").command("#qa", "/release")

    assert answer is not None
    assert answer.text == "Nothing yet."
    assert workspace.ephemerals("Bob") == [answer]
    assert workspace.ephemerals("Ann") == []


async def test_a_command_without_should_escape_arrives_as_it_was_typed(
    app: AsyncApp, joined: Joining, workspace: Workspace, slack: SandboxSlack
) -> None:
    command = {"command": "/release", "description": "Releases", "should_escape": False}
    manifest = {
        "features": {"slash_commands": [command]},
        "oauth_config": {"scopes": {"bot": ["commands"]}},
    }
    slack.state.app.manifest = slack.state.app.manifest.read(manifest)
    texts: list[str] = []

    @app.command("/release")
    async def on_command(ack: AsyncAck, body: JsonObject) -> None:
        texts.append(body["text"])
        await ack()

    async with joined(app):
        bob = workspace.person("Bob")
        await bob.command("#qa", "/release", f"give <@{bob.id}|bob>")
        with pytest.raises(NotPossible, match="/other is not a valid command"):
            await bob.command("#qa", "/other")

    assert texts == ["give @bob"]


async def test_a_command_that_is_not_acknowledged_in_time_fails(
    slack: SandboxSlack, workspace: Workspace, app: AsyncApp, joined: Joining
) -> None:
    slack.delivery.ack_seconds = 0.2

    @app.command("/release")
    async def on_command(ack: AsyncAck) -> None:
        await asyncio.sleep(0.5)
        await ack()

    async with joined(app):
        with pytest.raises(Unanswered, match="operation_timeout"):
            await workspace.person("Bob").command("#qa", "/release")


async def test_a_command_nobody_listens_for_fails(
    slack: SandboxSlack, workspace: Workspace
) -> None:
    with pytest.raises(Unanswered, match="dispatch_failed"):
        await workspace.person("Bob").command("#qa", "/release")

    assert slack.violations == []


async def test_a_badly_formed_answer_to_a_command_is_a_violation(
    slack: SandboxSlack, workspace: Workspace, app: AsyncApp, joined: Joining
) -> None:
    @app.command("/release")
    async def on_command(ack: AsyncAck) -> None:
        await ack(text="x", blocks=[{"type": "header", "text": {"type": "mrkdwn", "text": "H"}}])

    async with joined(app):
        with pytest.raises(Unanswered, match="invalid_command_response"):
            await workspace.person("Bob").command("#qa", "/release")

    assert "unsupported type: mrkdwn" in slack.violations[0]


async def test_a_button_is_clicked_and_its_message_changed(
    slack: SandboxSlack, workspace: Workspace, app: AsyncApp, joined: Joining
) -> None:
    bodies: list[JsonObject] = []

    @app.action("go")
    async def on_go(ack: AsyncAck, body: JsonObject, respond: AsyncRespond) -> None:
        await ack()
        bodies.append(body)
        await respond(text="Gone", replace_original=True)

    async with joined(app):
        channel = workspace.channel("#qa").id
        await app.client.chat_postMessage(
            channel=channel, text="Card", blocks=[actions(button("go", "42"))]
        )
        [card] = workspace.messages("#qa")
        bob = workspace.person("Bob")
        await bob.click(card, "go")
        await workspace.eventually(lambda: workspace.messages("#qa")[0].text == "Gone")

    body = bodies[0]
    assert body["type"] == "block_actions"
    assert body["user"]["id"] == bob.id
    assert body["container"] == {
        "type": "message",
        "message_ts": card.ts,
        "channel_id": channel,
        "is_ephemeral": False,
    }
    assert body["message"]["text"] == "Card"
    assert body["actions"][0]["value"] == "42"
    assert body["actions"][0]["block_id"] == card.blocks[0]["block_id"]
    assert slack.violations == []


async def test_a_button_below_a_link_is_clicked_and_answered_to_one_person(
    slack: SandboxSlack, workspace: Workspace, app: AsyncApp, joined: Joining
) -> None:
    bodies: list[JsonObject] = []

    @app.action("go")
    async def on_go(ack: AsyncAck, body: JsonObject, respond: AsyncRespond) -> None:
        await ack()
        bodies.append(body)
        await respond(text="For you alone", response_type="ephemeral", replace_original=False)

    url, bob = "https://slipway.example.com/r/1", workspace.person("Bob")
    async with joined(app):
        posted = await bob.post("#qa", f"Look: {url}")
        await app.client.chat_unfurl(
            channel=posted.channel,
            ts=posted.ts,
            unfurls={url: {"blocks": [actions(button("go", "42"))]}},
        )
        current = workspace.current(posted)
        assert current is not None
        await bob.click(Unfurl(message=current, url=url), "go")
        await workspace.eventually(lambda: workspace.ephemerals("Bob"))

    body = bodies[0]
    assert body["container"] == {
        "type": "message_attachment",
        "message_ts": posted.ts,
        "attachment_id": 1,
        "channel_id": posted.channel,
        "is_ephemeral": False,
        "is_app_unfurl": True,
        "app_unfurl_url": url,
    }
    assert body["app_unfurl"]["blocks"][0]["block_id"] == body["actions"][0]["block_id"]
    assert body["channel"]["id"] == posted.channel
    assert body["actions"][0]["value"] == "42"
    assert "message" not in body
    assert slack.violations == []


async def test_a_menu_and_an_old_card_and_a_forged_action(
    workspace: Workspace, app: AsyncApp, joined: Joining
) -> None:
    heard: list[JsonObject] = []

    @app.action({"action_id": "pick"})
    async def on_pick(ack: AsyncAck, body: JsonObject) -> None:
        await ack()
        heard.append(body)

    menu = {
        "type": "static_select",
        "action_id": "pick",
        "placeholder": plain("Which"),
        "options": [option("qa"), option("everybody")],
    }
    async with joined(app):
        channel = workspace.channel("#qa").id
        posted = await app.client.chat_postMessage(
            channel=channel, text="Card", blocks=[actions(menu)]
        )
        [card] = workspace.messages("#qa")
        await app.client.chat_update(channel=channel, ts=posted["ts"], text="New")
        bob = workspace.person("Bob")
        await bob.click(card, "pick", "qa")
        await bob.forge(card, {"action_id": "pick", "value": "../../etc"})
        with pytest.raises(NotPossible, match="nobody is not offered here"):
            await bob.click(card, "pick", "nobody")
        with pytest.raises(NotPossible, match="There is no drop here"):
            await bob.click(card, "drop")
        await workspace.eventually(lambda: len(heard) == 2)

    assert heard[0]["actions"][0]["selected_option"] == option("qa")
    assert heard[0]["message"]["text"] == "New"
    assert "blocks" not in heard[0]["message"]
    assert heard[1]["actions"][0]["value"] == "../../etc"


async def test_a_click_on_an_ephemeral_message_shows_the_app_no_message(
    workspace: Workspace, app: AsyncApp, joined: Joining
) -> None:
    bodies: list[JsonObject] = []

    @app.action("go")
    async def on_go(ack: AsyncAck, body: JsonObject, respond: AsyncRespond) -> None:
        await ack()
        bodies.append(body)
        await respond(delete_original=True)

    async with joined(app):
        bob = workspace.person("Bob")
        await app.client.chat_postEphemeral(
            channel=workspace.channel("#qa").id,
            user=bob.id,
            text="Only you",
            blocks=[actions(button("go"))],
        )
        [whisper] = workspace.ephemerals("Bob")
        await bob.click(whisper, "go")
        await workspace.eventually(lambda: not workspace.ephemerals("Bob"))

    assert "message" not in bodies[0]
    assert bodies[0]["container"]["is_ephemeral"] is True


async def test_a_form_is_opened_filled_in_refused_and_taken(
    slack: SandboxSlack, workspace: Workspace, app: AsyncApp, joined: Joining
) -> None:
    entered: list[str | None] = []

    @app.shortcut("make")
    async def on_shortcut(ack: AsyncAck, body: JsonObject, client: AsyncWebClient) -> None:
        await ack()
        form = modal(field("name", "text"), field("note", "text", optional=True))
        await client.views_open(trigger_id=body["trigger_id"], view=form)

    @app.view("form")
    async def on_form(ack: AsyncAck, view: JsonObject) -> None:
        name = view["state"]["values"]["name"]["text"]["value"]
        entered.append(name)
        if name == "taken":
            await ack(response_action="errors", errors={"name": "There is one already."})
        else:
            await ack()

    async with joined(app):
        bob = workspace.person("Bob")
        await bob.shortcut("make")
        view = await workspace.eventually(lambda: workspace.view_of("Bob"))
        incomplete = await bob.submit()
        refused = await bob.submit(values={"name": {"text": "taken"}})
        taken = await bob.submit(values={"name": {"text": "new"}})

    assert view.title == "Form"
    assert incomplete.is_refused_here
    assert incomplete.errors == {"name": "Please complete this required field."}
    assert refused.errors == {"name": "There is one already."}
    assert not refused.is_refused_here
    assert taken.action == "close"
    assert entered == ["taken", "new"]
    assert workspace.view_of("Bob") is None
    assert slack.violations == []


async def test_a_form_can_push_update_and_clear_and_says_when_it_is_closed(
    workspace: Workspace, app: AsyncApp, joined: Joining, slack: SandboxSlack
) -> None:
    closed: list[JsonObject] = []

    @app.shortcut("make")
    async def on_shortcut(ack: AsyncAck, body: JsonObject, client: AsyncWebClient) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=modal(field("a", "act")))

    @app.view("form")
    async def on_form(ack: AsyncAck, view: JsonObject) -> None:
        wish = view["state"]["values"]["a"]["act"]["value"]
        if wish == "push":
            top = modal(field("a", "act"), notify_on_close=True, title=plain("Top"))
            await ack(response_action="push", view=top)
        elif wish == "update":
            await ack(response_action="update", view=modal(field("a", "act"), title=plain("New")))
        else:
            await ack(response_action="clear")

    @app.view_closed("form")
    async def on_closed(ack: AsyncAck, body: JsonObject) -> None:
        await ack()
        closed.append(body)

    async with joined(app):
        bob = workspace.person("Bob")
        await bob.shortcut("make")
        await workspace.eventually(lambda: workspace.view_of("Bob"))
        pushed = await bob.submit(values={"act": "push"})
        depth = len(slack.state.views.stack(bob.id))
        await bob.close()
        updated = await bob.submit(values={"act": "update"})
        cleared = await bob.submit(values={"act": "clear"})
        await workspace.eventually(lambda: closed)

    assert pushed.view is not None
    assert updated.view is not None
    assert (pushed.action, pushed.view.title, depth) == ("push", "Top", 2)
    assert (updated.action, updated.view.title) == ("update", "New")
    assert cleared.action == "clear"
    assert workspace.view_of("Bob") is None
    assert closed[0]["is_cleared"] is False


async def test_errors_for_a_block_that_is_not_there_are_a_violation(
    slack: SandboxSlack, workspace: Workspace, app: AsyncApp, joined: Joining
) -> None:
    @app.shortcut("make")
    async def on_shortcut(ack: AsyncAck, body: JsonObject, client: AsyncWebClient) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=modal(field("a", "act")))

    @app.view("form")
    async def on_form(ack: AsyncAck) -> None:
        await ack(response_action="errors", errors={"zzz": "Wrong."})

    async with joined(app):
        bob = workspace.person("Bob")
        await bob.shortcut("make")
        await workspace.eventually(lambda: workspace.view_of("Bob"))
        with pytest.raises(Unanswered, match="invalid_response_action"):
            await bob.submit(values={"act": "x"})

    assert "zzz is no input block of this view." in slack.violations[0]


async def test_an_external_select_asks_the_app_and_takes_only_what_it_offers(
    slack: SandboxSlack, workspace: Workspace, app: AsyncApp, joined: Joining
) -> None:
    chosen: list[JsonObject] = []
    search = {"type": "external_select", "placeholder": plain("Who"), "min_query_length": 1}

    @app.shortcut("make")
    async def on_shortcut(ack: AsyncAck, body: JsonObject, client: AsyncWebClient) -> None:
        await ack()
        form = modal(field("who", "search", element=search))
        await client.views_open(trigger_id=body["trigger_id"], view=form)

    @app.options("search")
    async def on_search(ack: AsyncAck, payload: JsonObject) -> None:
        known = ["ann", "annabel", "bob"]
        await ack(options=[option(name) for name in known if payload["value"] in name])

    @app.view("form")
    async def on_form(ack: AsyncAck, view: JsonObject) -> None:
        chosen.append(view["state"]["values"]["who"]["search"]["selected_option"])
        await ack()

    async with joined(app):
        bob = workspace.person("Bob")
        await bob.shortcut("make")
        view = await workspace.eventually(lambda: workspace.view_of("Bob"))
        offered = await bob.suggest(view, "search", "ann")
        nothing = await bob.suggest(view, "search", "")
        with pytest.raises(NotPossible, match="zoe is not offered here"):
            await bob.submit(values={"search": "zoe"})
        await bob.submit(values={"search": "annabel"})

    assert [o["value"] for o in offered] == ["ann", "annabel"]
    assert nothing == []
    assert chosen == [option("annabel")]
    assert slack.violations == []


async def test_too_many_suggestions_are_a_violation(
    slack: SandboxSlack, workspace: Workspace, app: AsyncApp, joined: Joining
) -> None:
    search = {
        "type": "external_select",
        "action_id": "search",
        "placeholder": plain("Who"),
        "min_query_length": 0,
    }

    @app.options("search")
    async def on_search(ack: AsyncAck) -> None:
        await ack(options=[option(f"o{number}") for number in range(101)])

    async with joined(app):
        await app.client.chat_postMessage(
            channel=workspace.channel("#qa").id, text="Pick", blocks=[actions(search)]
        )
        [message] = workspace.messages("#qa")
        with pytest.raises(Unanswered, match="invalid_options"):
            await workspace.person("Bob").suggest(message, "search", "")

    assert "no more than 100 items allowed" in slack.violations[0]


async def test_the_home_tab_is_published_when_it_is_opened(
    slack: SandboxSlack, workspace: Workspace, app: AsyncApp, joined: Joining
) -> None:
    bodies: list[JsonObject] = []

    @app.event("app_home_opened")
    async def on_home(event: JsonObject, client: AsyncWebClient) -> None:
        bodies.append(event)
        await client.views_publish(user_id=event["user"], view=home(actions(button("go"))))

    @app.action("go")
    async def on_go(ack: AsyncAck, body: JsonObject) -> None:
        await ack()
        bodies.append(body)

    async with joined(app):
        bob = workspace.person("Bob")
        before = await bob.open_home()
        view = await workspace.eventually(lambda: workspace.home_of("Bob"))
        await bob.click(view, "go")
        await bob.open_home()
        await workspace.eventually(lambda: len(bodies) == 3)

    assert before is None
    assert bodies[0]["tab"] == "home"
    assert bodies[1]["container"] == {"type": "view", "view_id": view.id}
    assert bodies[2]["view"]["id"] == view.id
    assert slack.violations == []


async def test_a_message_shortcut_carries_the_message(
    workspace: Workspace, app: AsyncApp, joined: Joining
) -> None:
    bodies: list[JsonObject] = []

    @app.shortcut("on_message")
    async def on_shortcut(ack: AsyncAck, body: JsonObject) -> None:
        await ack()
        bodies.append(body)

    async with joined(app):
        bob = workspace.person("Bob")
        message = await bob.post("#qa", "This one")
        await bob.shortcut("on_message", message)
        await workspace.eventually(lambda: bodies)

    assert bodies[0]["type"] == "message_action"
    assert bodies[0]["message"]["text"] == "This one"
    assert bodies[0]["message_ts"] == message.ts


async def test_a_request_with_a_wrong_or_old_signature_is_turned_away_by_the_app(
    slack: SandboxSlack, workspace: Workspace, session: aiohttp.ClientSession
) -> None:
    slack.delivery.retry_delays = ()
    heard: list[JsonObject] = []
    app = make_app(slack, session)

    @app.event("message")
    async def on_message(event: JsonObject) -> None:
        heard.append(event)

    async with http_mode(slack, app) as url:
        slack.use_http(url).skew = -400
        await workspace.person("Ann").post("#qa", "old")
        await workspace.settled()
        slack.state.app.signing_secret = "wrong"
        slack.use_http(url)
        await workspace.person("Ann").post("#qa", "forged")
        await workspace.settled()

    assert heard == []
    assert [d.outcomes for d in slack.delivery.deliveries] == [["http_error"], ["http_error"]]


async def test_the_request_url_is_verified_with_a_challenge(
    slack: SandboxSlack, session: aiohttp.ClientSession
) -> None:
    async with http_mode(slack, make_app(slack, session)) as url:
        requests = slack.use_http(url)
        token = slack.state.app.verification_token

        assert await requests.verify_url("abc", token, 3.0)


async def test_a_socket_that_is_told_to_go_is_replaced_and_nothing_is_lost(
    slack: SandboxSlack, workspace: Workspace, app: AsyncApp
) -> None:
    texts: list[str] = []

    @app.event("message")
    async def on_message(event: JsonObject) -> None:
        texts.append(event["text"])

    async with socket_mode(slack, app):
        [first] = slack.sockets.connections
        await slack.sockets.disconnect("refresh_requested")
        await workspace.eventually(
            lambda: slack.sockets.connections and first not in slack.sockets.connections
        )
        await workspace.person("Ann").post("#qa", "Still there?")
        await workspace.eventually(lambda: texts)

    assert texts == ["Still there?"]
    assert len(slack.calls_of("apps.connections.open")) == 2


async def test_a_dropped_socket_loses_no_event(
    slack: SandboxSlack, workspace: Workspace, app: AsyncApp
) -> None:
    slack.delivery.retry_delays = (0.0, 0.1, 0.2, 0.4, 0.8)
    texts: list[str] = []

    @app.event("message")
    async def on_message(event: JsonObject) -> None:
        texts.append(event["text"])

    async with socket_mode(slack, app) as handler:
        handler.client.ping_interval = 0.1
        slack.sockets.drop()
        await workspace.eventually(lambda: not slack.sockets.connections)
        await workspace.person("Ann").post("#qa", "Anybody?")
        await handler.client.connect_to_new_endpoint(force=True)
        await workspace.eventually(lambda: texts)

    assert texts == ["Anybody?"]
    assert "no_connection" in slack.delivery.of_type("message")[0].outcomes


async def test_a_stalled_socket_takes_nothing(
    slack: SandboxSlack, workspace: Workspace, app: AsyncApp
) -> None:
    slack.delivery.ack_seconds = 0.1
    slack.delivery.retry_delays = ()

    async with socket_mode(slack, app):
        slack.sockets.stall()
        await workspace.person("Ann").post("#qa", "Hello?")
        await workspace.settled()

    assert slack.delivery.deliveries[0].outcomes == ["timeout"]


async def test_two_sockets_share_the_work(
    slack: SandboxSlack, workspace: Workspace, session: aiohttp.ClientSession
) -> None:
    heard: dict[str, list[str]] = {"one": [], "two": []}
    apps = {name: make_app(slack, session) for name in heard}

    def listen(name: str) -> None:
        @apps[name].event("message")
        async def on_message(event: JsonObject) -> None:
            heard[name].append(event["text"])

    for name in heard:
        listen(name)
    async with socket_mode(slack, apps["one"]), socket_mode(slack, apps["two"]):
        for number in range(4):
            await workspace.person("Ann").post("#qa", str(number))
        await workspace.settled()
        await workspace.eventually(lambda: sum(map(len, heard.values())) == 4)

    assert all(heard.values())
    assert sorted(heard["one"] + heard["two"]) == ["0", "1", "2", "3"]


async def test_a_socket_ticket_opens_one_socket(
    slack: SandboxSlack, session: aiohttp.ClientSession
) -> None:
    client = AsyncWebClient(base_url=slack.api_url, session=session)
    opened = await client.apps_connections_open(app_token=slack.app_token)
    async with session.ws_connect(opened["url"]) as socket:
        hello = await socket.receive_json()
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(opened["url"])

    assert hello["type"] == "hello"
    assert hello["connection_info"]["app_id"] == slack.state.app.app_id


async def test_an_uninstalled_app_hears_of_it_and_is_refused(
    slack: SandboxSlack, workspace: Workspace, app: AsyncApp, joined: Joining
) -> None:
    heard: list[str] = []

    @app.event("tokens_revoked")
    async def on_revoked(event: JsonObject) -> None:
        heard.append(event["type"])

    async with joined(app):
        await app.client.auth_test()
        slack.revoke_tokens()
        await workspace.eventually(lambda: slack.delivery.of_type("tokens_revoked")[0].outcomes)

    assert slack.delivery.of_type("tokens_revoked")[0].body["event"]["tokens"]["bot"]


async def test_what_happens_to_channels_people_and_groups_is_told(
    slack: SandboxSlack, workspace: Workspace
) -> None:
    slack.delivery.hold()
    workspace.rename("#qa", "quality")
    workspace.archive("#quality")
    workspace.unarchive("#quality")
    workspace.change_person("Bob", deleted=True)
    workspace.set_usergroup("qa-team", "Ann")
    workspace.disable_usergroup("qa-team")
    ann = workspace.person("Ann")
    await ann.remove("#quality", "@slipway")
    await ann.invite("#quality", "@slipway")
    new = workspace.change_channel_id("#quality")

    told = [delivered.body["event"] for delivered in slack.delivery.deliveries]
    kinds = [event["type"] for event in told]

    assert kinds == [
        "channel_rename",
        "channel_archive",
        "channel_unarchive",
        "user_change",
        "subteam_members_changed",
        "subteam_updated",
        "subteam_updated",
        "member_left_channel",
        "channel_left",
        "member_joined_channel",
        "channel_id_changed",
    ]
    assert told[3]["user"]["deleted"] is True
    assert told[4]["added_users"] == [ann.id]
    assert told[9]["inviter"] == ann.id
    assert told[10]["new_channel_id"] == new


def test_the_workspace_knows_what_the_app_s_manifest_asks_for() -> None:
    manifest = yaml.safe_load((Path(__file__).parents[5] / "manifest.yml").read_text())
    scopes = set(manifest["oauth_config"]["scopes"]["bot"])
    events = set(manifest["settings"]["event_subscriptions"]["bot_events"])

    assert scopes <= EVERY_SCOPE
    assert events <= set(EVENT_SCOPES)
    assert {EVENT_SCOPES[event] for event in events} - {None} <= scopes


async def test_a_client_with_too_many_sockets_is_sent_away(
    slack: SandboxSlack, session: aiohttp.ClientSession
) -> None:
    client = AsyncWebClient(base_url=slack.api_url, session=session)
    sockets = []
    for _ in range(11):
        opened = await client.apps_connections_open(app_token=slack.app_token)
        sockets.append(await session.ws_connect(str(opened["url"])))
    said = [await socket.receive_json() for socket in sockets]
    for socket in sockets:
        await socket.close()

    assert [message["type"] for message in said] == ["hello"] * 10 + ["disconnect"]
    assert said[10]["reason"] == "too_many_websockets"


async def test_sockets_close_with_a_code(
    slack: SandboxSlack, session: aiohttp.ClientSession
) -> None:
    client = AsyncWebClient(base_url=slack.api_url, session=session)
    opened = await client.apps_connections_open(app_token=slack.app_token)
    async with session.ws_connect(str(opened["url"])) as socket:
        await socket.receive_json()
        closing = asyncio.create_task(slack.sockets.close(1012))
        last = await socket.receive()
        await closing

    assert (last.type, last.data) == (aiohttp.WSMsgType.CLOSE, 1012)


async def test_an_app_that_wants_no_retry_gets_none(
    slack: SandboxSlack, workspace: Workspace
) -> None:
    async def refuse(request: web.Request) -> web.Response:
        del request  # Whatever it is, it is not wanted.
        return web.Response(status=500, headers={"X-Slack-No-Retry": "1"})

    application = web.Application()
    application.add_routes([web.post("/slack/events", refuse)])
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    slack.use_http(f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events")
    await workspace.person("Ann").post("#qa", "Hello")
    await workspace.settled()
    await runner.cleanup()

    assert slack.delivery.deliveries[0].outcomes == ["http_error"]
    assert slack.delivery.deliveries[0].is_over
