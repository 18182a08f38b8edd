"""The Web API is as strict as Slack's: tokens, scopes, arguments, faults."""

import asyncio

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncRateLimitErrorRetryHandler,
    AsyncServerErrorRetryHandler,
)
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.faults import Fault
from bot.sandbox.slack.server import SandboxSlack, Setup
from bot.sandbox.slack.workspace import Workspace
from tests.unit.bot.sandbox.slack.refusals import refused_with


async def test_auth_test_says_who_the_app_is(slack: SandboxSlack, client: AsyncWebClient) -> None:
    answer = await client.auth_test()

    assert answer["user_id"] == slack.bot_user
    assert answer["team_id"] == slack.team_id
    assert answer["bot_id"].startswith("B")


@pytest.mark.parametrize(
    ("token", "error"),
    [("", "not_authed"), ("xoxb-made-up", "invalid_auth"), ("app", "not_allowed_token_type")],
)
async def test_a_wrong_token_is_refused(
    slack: SandboxSlack, session: aiohttp.ClientSession, token: str, error: str
) -> None:
    sent = slack.app_token if token == "app" else token
    client = AsyncWebClient(token=sent, base_url=slack.api_url, session=session)

    async with refused_with(error):
        await client.auth_test()


async def test_the_bot_token_opens_no_socket(slack: SandboxSlack, client: AsyncWebClient) -> None:
    async with refused_with("not_allowed_token_type"):
        await client.apps_connections_open(app_token=slack.bot_token)


async def test_a_disabled_link_opens_no_socket(slack: SandboxSlack, client: AsyncWebClient) -> None:
    slack.state.app.is_link_disabled = True

    async with refused_with("link_disabled"):
        await client.apps_connections_open(app_token=slack.app_token)


async def test_revoked_tokens_and_an_uninstalled_app_are_refused(
    slack: SandboxSlack, client: AsyncWebClient
) -> None:
    slack.revoke_tokens()
    async with refused_with("token_revoked"):
        await client.auth_test()

    slack.uninstall()
    async with refused_with("account_inactive"):
        await client.auth_test()


async def test_a_missing_scope_is_named_and_so_are_those_there_are(
    session: aiohttp.ClientSession,
) -> None:
    manifest = {"oauth_config": {"scopes": {"bot": ["chat:write", "users:read"]}}}
    setup = Setup(manifest=manifest, withheld_scopes=frozenset({"users:read"}))
    async with SandboxSlack.serve(setup=setup) as slack:
        client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url, session=session)
        with pytest.raises(SlackApiError) as caught:
            await client.users_list()

        assert caught.value.response["error"] == "missing_scope"
        assert caught.value.response["needed"] == "users:read"
        assert caught.value.response["provided"] == "chat:write"
        assert slack.violations == []


#: A call for each method that takes a scope, with the scope that is taken away.
SCOPED = [
    ("chat.postMessage", {"channel": "C", "text": "x"}, "chat:write"),
    ("chat.postEphemeral", {"channel": "C", "user": "U", "text": "x"}, "chat:write"),
    ("chat.update", {"channel": "C", "ts": "1", "text": "x"}, "chat:write"),
    ("chat.delete", {"channel": "C", "ts": "1"}, "chat:write"),
    ("chat.unfurl", {"channel": "C", "ts": "1", "unfurls": {}}, "links:write"),
    ("conversations.list", {}, "channels:read"),
    ("conversations.list", {"types": "private_channel"}, "groups:read"),
    ("conversations.list", {"types": "im"}, "im:read"),
    ("conversations.list", {"types": "mpim"}, "mpim:read"),
    ("conversations.info", {"channel": "QA"}, "channels:read"),
    ("conversations.members", {"channel": "QA"}, "channels:read"),
    ("conversations.history", {"channel": "QA"}, "channels:history"),
    ("conversations.replies", {"channel": "QA", "ts": "1"}, "channels:history"),
    ("conversations.open", {"users": "U"}, "im:write"),
    ("conversations.join", {"channel": "QA"}, "channels:join"),
    ("users.info", {"user": "U"}, "users:read"),
    ("users.list", {}, "users:read"),
    ("users.lookupByEmail", {"email": "a@b.example"}, "users:read.email"),
    ("users.conversations", {}, "channels:read"),
    ("bots.info", {}, "users:read"),
    ("team.info", {}, "team:read"),
    ("usergroups.list", {}, "usergroups:read"),
    ("usergroups.users.list", {"usergroup": "S"}, "usergroups:read"),
    ("files.info", {"file": "F"}, "files:read"),
    ("files.list", {}, "files:read"),
    ("files.getUploadURLExternal", {"filename": "a", "length": 1}, "files:write"),
    ("files.completeUploadExternal", {"files": []}, "files:write"),
    ("files.delete", {"file": "F"}, "files:write"),
    ("reactions.add", {"channel": "C", "name": "eyes", "timestamp": "1"}, "reactions:write"),
    ("reactions.remove", {"channel": "C", "name": "eyes", "timestamp": "1"}, "reactions:write"),
]


@pytest.mark.parametrize(("method", "arguments", "scope"), SCOPED)
async def test_every_method_asks_for_its_scope(
    slack: SandboxSlack,
    client: AsyncWebClient,
    method: str,
    arguments: dict[str, object],
    scope: str,
) -> None:
    slack.state.app.scopes.discard(scope)
    if arguments.get("channel") == "QA":
        arguments = {**arguments, "channel": slack.workspace.channel("#qa").id}

    with pytest.raises(SlackApiError) as caught:
        await client.api_call(method, json=arguments)

    assert caught.value.response["error"] == "missing_scope"
    assert caught.value.response["needed"] == scope


async def test_an_unknown_argument_is_refused_and_remembered(
    slack: SandboxSlack, client: AsyncWebClient
) -> None:
    with pytest.raises(SlackApiError) as caught:
        await client.users_list(colour="blue")

    assert caught.value.response["error"] == "invalid_arguments"
    assert caught.value.response["response_metadata"]["messages"] == [
        "[ERROR] unknown field: colour"
    ]
    assert slack.violations == ["users.list: invalid_arguments; [ERROR] unknown field: colour"]


async def test_a_missing_argument_and_a_wrong_type_are_refused(
    slack: SandboxSlack, client: AsyncWebClient
) -> None:
    with pytest.raises(SlackApiError) as caught:
        await client.api_call("chat.postMessage", json={"blocks": "no list", "mrkdwn": "perhaps"})

    assert caught.value.response["response_metadata"]["messages"] == [
        "[ERROR] missing required field: channel",
        "[ERROR] blocks must be a JSON array [json-pointer:/blocks]",
        "[ERROR] mrkdwn must be a boolean [json-pointer:/mrkdwn]",
    ]
    assert len(slack.violations) == 1


async def test_an_unknown_method_and_a_body_that_is_no_json_are_refused(
    slack: SandboxSlack, client: AsyncWebClient, session: aiohttp.ClientSession
) -> None:
    async with refused_with("unknown_method"):
        await client.api_call("chat.shout")

    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {slack.bot_token}"}
    for body, error in (("{", "invalid_json"), ("[]", "json_not_object")):
        url = f"{slack.api_url}auth.test"
        async with session.post(url, data=body, headers=headers) as response:
            assert (await response.json())["error"] == error


@pytest.mark.parametrize("way", ["get", "form", "json", "multipart"])
async def test_arguments_may_come_in_every_way(
    slack: SandboxSlack, session: aiohttp.ClientSession, way: str
) -> None:
    channel = slack.workspace.channel("#qa").id
    arguments = {"channel": channel, "text": "Ä & <b>", "unfurl_links": "false"}
    headers = {"Authorization": f"Bearer {slack.bot_token}"}
    url = f"{slack.api_url}chat.postMessage"
    sent = {
        "get": lambda: session.get(url, params=arguments, headers=headers),
        "form": lambda: session.post(url, data=arguments, headers=headers),
        "json": lambda: session.post(url, json=arguments, headers=headers),
        "multipart": lambda: session.post(
            url, data=_parts({**arguments, "token": slack.bot_token})
        ),
    }[way]()
    async with sent as response:
        answer = await response.json()

    assert answer["ok"] is True
    assert slack.workspace.messages("#qa")[0].text == "Ä & <b>"
    assert slack.calls[0].arguments == arguments
    assert slack.violations == []


def _parts(fields: dict[str, str]) -> aiohttp.MultipartWriter:
    writer = aiohttp.MultipartWriter("form-data")
    for name, value in fields.items():
        part = writer.append(value)
        part.set_content_disposition("form-data", name=name)
    return writer


async def test_a_rate_limit_raises_without_a_handler_and_is_waited_for_with_one(
    slack: SandboxSlack, client: AsyncWebClient
) -> None:
    channel = slack.workspace.channel("#qa").id
    slack.script("chat.postMessage", Fault.rate_limited(retry_after=1))
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel=channel, text="one")

    slack.script("chat.postMessage", Fault.rate_limited(retry_after=0), times=2)
    client.retry_handlers.append(AsyncRateLimitErrorRetryHandler(max_retry_count=2))
    await client.chat_postMessage(channel=channel, text="two")

    assert caught.value.response.status_code == 429
    assert caught.value.response.headers["Retry-After"] == "1"
    assert [called.error for called in slack.calls] == [
        "rate_limited",
        "rate_limited",
        "rate_limited",
        None,
    ]
    assert [m.text for m in slack.workspace.messages("#qa")] == ["two"]


async def test_a_server_error_is_an_html_page(slack: SandboxSlack, client: AsyncWebClient) -> None:
    slack.script("auth.test", Fault.server_error())
    with pytest.raises(SlackApiError) as caught:
        await client.auth_test()

    slack.script("auth.test", Fault.server_error())
    client.retry_handlers.append(AsyncServerErrorRetryHandler(max_retry_count=1))
    answer = await client.auth_test()

    assert caught.value.response.status_code == 503
    assert answer["ok"] is True


async def test_a_lost_answer_has_done_its_work(slack: SandboxSlack, client: AsyncWebClient) -> None:
    client.retry_handlers.clear()
    slack.script("chat.postMessage", Fault.lost_answer())

    with pytest.raises(aiohttp.ClientError):
        await client.chat_postMessage(channel=slack.workspace.channel("#qa").id, text="Once")

    assert [m.text for m in slack.workspace.messages("#qa")] == ["Once"]


async def test_a_reset_has_done_nothing(slack: SandboxSlack, client: AsyncWebClient) -> None:
    client.retry_handlers.clear()
    slack.script("chat.postMessage", Fault.reset())

    with pytest.raises(aiohttp.ClientError):
        await client.chat_postMessage(channel=slack.workspace.channel("#qa").id, text="Never")

    assert slack.workspace.messages("#qa") == []


async def test_a_late_fault_comes_when_the_work_is_done(
    slack: SandboxSlack, client: AsyncWebClient
) -> None:
    channel = slack.workspace.channel("#qa").id
    slack.script("chat.postMessage", Fault.server_error(502).after())
    slack.script("chat.postMessage", Fault.error("internal_error").after())
    for text in ("one", "two"):
        with pytest.raises(SlackApiError):
            await client.chat_postMessage(channel=channel, text=text)

    assert [m.text for m in slack.workspace.messages("#qa")] == ["one", "two"]


async def test_a_fault_may_be_meant_for_some_calls_and_for_some_time(
    slack: SandboxSlack, client: AsyncWebClient
) -> None:
    qa, builds = (slack.workspace.channel(name).id for name in ("#qa", "#mobile-builds"))
    slack.script(
        "chat.postMessage",
        Fault.error("fatal_error"),
        times=float("inf"),
        seconds=0.2,
        when=lambda given: given["channel"] == qa,
    )

    await client.chat_postMessage(channel=builds, text="x")
    for _ in range(2):
        async with refused_with("fatal_error"):
            await client.chat_postMessage(channel=qa, text="x")
    await asyncio.sleep(0.2)

    await client.chat_postMessage(channel=qa, text="x")


async def test_a_timeout_never_answers_and_a_delay_does(slack: SandboxSlack) -> None:
    slack.script("auth.test", Fault.timeout())
    slack.script("auth.test", Fault.delay(0.05))
    timeout = aiohttp.ClientTimeout(total=0.2)
    async with aiohttp.ClientSession(timeout=timeout) as impatient:
        client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url, session=impatient)
        with pytest.raises(TimeoutError):
            await client.auth_test()
        answer = await client.auth_test()

    assert answer["ok"] is True


async def test_an_error_can_be_scripted_by_its_name(
    slack: SandboxSlack, client: AsyncWebClient
) -> None:
    slack.script("chat.postMessage", Fault.error("restricted_action"))
    async with refused_with("restricted_action"):
        await client.chat_postMessage(channel=slack.workspace.channel("#qa").id, text="x")

    assert slack.calls_of("chat.postMessage")[0].error == "restricted_action"


async def test_calls_are_remembered_without_tokens(
    slack: SandboxSlack, workspace: Workspace, client: AsyncWebClient
) -> None:
    await client.conversations_info(channel=workspace.channel("#qa").id)
    await client.apps_connections_open(app_token=slack.app_token)

    assert [called.method for called in slack.calls] == [
        "conversations.info",
        "apps.connections.open",
    ]
    assert slack.bot_token not in repr(slack.calls)
    assert slack.app_token not in repr(slack.calls)
