"""views.*: triggers, stacks, hashes, sizes; and response URLs."""

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.sandbox.faults import Fault
from bot.sandbox.slack.deeds import modals
from bot.sandbox.slack.response_urls import ResponseUrl
from bot.sandbox.slack.server import SandboxSlack
from bot.sandbox.slack.workspace import Workspace
from tests.unit.bot.sandbox.slack.payloads import field, home, modal, plain, section
from tests.unit.bot.sandbox.slack.refusals import refused_with


def trigger(slack: SandboxSlack, *, view_id: str | None = None) -> str:
    return slack.state.triggers.give(slack.workspace.person("Bob").id, view_id=view_id)


async def test_a_trigger_opens_one_modal_within_three_seconds(
    slack: SandboxSlack, workspace: Workspace, client: AsyncWebClient
) -> None:
    good, late = trigger(slack), trigger(slack)
    opened = await client.views_open(trigger_id=good, view=modal(field("a", "act")))
    async with refused_with("exchanged_trigger_id"):
        await client.views_open(trigger_id=good, view=modal())
    slack.state.clock.advance(3.1)
    async with refused_with("expired_trigger_id"):
        await client.views_open(trigger_id=late, view=modal())
    async with refused_with("invalid_trigger_id"):
        await client.views_open(trigger_id="made.up", view=modal())

    view = workspace.view_of("Bob")
    assert view is not None
    assert opened["view"]["id"] == view.id
    assert opened["view"]["state"]["values"]["a"]["act"]["value"] is None
    assert opened["view"]["app_id"] == slack.state.app.app_id


async def test_a_view_is_checked_as_blocks_are(slack: SandboxSlack, client: AsyncWebClient) -> None:
    no_submit = modal(field("a", "act"))
    del no_submit["submit"]
    too_long = modal(title=plain("x" * 25))
    several = modal(*[section()] * 101)
    for view in (no_submit, too_long, several, home(), {**modal(), "blocks": []}):
        async with refused_with("invalid_arguments"):
            await client.views_open(trigger_id=trigger(slack), view=view)
    async with refused_with("view_too_large"):
        blocks = [section("x" * 2990) for _ in range(90)]
        await client.views_open(trigger_id=trigger(slack), view=modal(*blocks))

    assert len(slack.violations) == 5
    assert "must be less than 25 characters [json-pointer:/view/title/text]" in slack.violations[1]


async def test_three_modals_lie_on_top_of_each_other_and_no_fourth(
    slack: SandboxSlack, workspace: Workspace, client: AsyncWebClient
) -> None:
    first = await client.views_open(trigger_id=trigger(slack), view=modal())
    inside = str(first["view"]["id"])
    second = await client.views_push(trigger_id=trigger(slack, view_id=inside), view=modal())
    third = await client.views_open(trigger_id=trigger(slack, view_id=inside), view=modal())
    async with refused_with("push_limit_reached"):
        await client.views_push(trigger_id=trigger(slack, view_id=inside), view=modal())
    async with refused_with("not_found"):
        await client.views_push(trigger_id=trigger(slack), view=modal())

    assert second["view"]["previous_view_id"] == first["view"]["id"]
    assert third["view"]["root_view_id"] == first["view"]["id"]
    top = workspace.view_of("Bob")
    assert top is not None
    assert top.id == third["view"]["id"]


async def test_an_update_keeps_what_was_typed_and_minds_the_hash(
    slack: SandboxSlack, workspace: Workspace, client: AsyncWebClient
) -> None:
    opened = await client.views_open(trigger_id=trigger(slack), view=modal(field("a", "act")))
    view_id, old_hash = str(opened["view"]["id"]), str(opened["view"]["hash"])
    typed = {"a": {"act": {"type": "plain_text_input", "value": "Hello"}}}
    view = slack.state.views.get(view_id)
    assert view is not None
    modals.fill(slack.state, view, typed)
    more = modal(field("a", "act"), field("b", "act", optional=True))
    updated = await client.views_update(view_id=view_id, hash=old_hash, view=more)
    async with refused_with("hash_conflict"):
        await client.views_update(view_id=view_id, hash=old_hash, view=more)
    async with refused_with("invalid_arguments"):
        await client.views_update(view_id=view_id, view=home())
    await workspace.person("Bob").close()
    async with refused_with("not_found"):
        await client.views_update(view_id=view_id, view=more)

    values = updated["view"]["state"]["values"]
    assert values["a"]["act"]["value"] == "Hello"
    assert values["b"]["act"]["value"] is None


async def test_an_external_id_finds_a_view_and_is_used_once(
    slack: SandboxSlack, client: AsyncWebClient
) -> None:
    await client.views_open(trigger_id=trigger(slack), view=modal(external_id="form-1"))
    updated = await client.views_update(
        external_id="form-1", view=modal(external_id="form-1", title=plain("New"))
    )
    async with refused_with("not_found"):
        await client.views_update(external_id="form-2", view=modal())
    other = slack.state.triggers.give(slack.workspace.person("Ann").id)
    async with refused_with("duplicate_external_id"):
        await client.views_open(trigger_id=other, view=modal(external_id="form-1"))

    assert updated["view"]["title"]["text"] == "New"


async def test_a_home_tab_is_published_again_under_its_id(
    slack: SandboxSlack, workspace: Workspace, client: AsyncWebClient
) -> None:
    bob = workspace.person("Bob")
    first = await client.views_publish(user_id=bob.id, view=home(section("One")))
    second = await client.views_publish(
        user_id=bob.id, view=home(section("Two")), hash=first["view"]["hash"]
    )
    async with refused_with("hash_conflict"):
        await client.views_publish(user_id=bob.id, view=home(), hash=first["view"]["hash"])
    async with refused_with("user_not_found"):
        await client.views_publish(user_id="UNOBODY", view=home())
    async with refused_with("invalid_arguments"):
        await client.views_publish(user_id=bob.id, view=modal())
    async with refused_with("not_enabled"):
        await client.views_publish(user_id=slack.bot_user, view=home())

    assert first["view"]["id"] == second["view"]["id"]
    shown = workspace.home_of("Bob")
    assert shown is not None
    assert shown.blocks[0]["text"]["text"] == "Two"


def given(slack: SandboxSlack) -> ResponseUrl:
    bob, qa = slack.workspace.person("Bob"), slack.workspace.channel("#qa")
    return slack.state.response_urls.give(bob.id, qa.id)


def webhook(slack: SandboxSlack, where: ResponseUrl) -> AsyncWebhookClient:
    return AsyncWebhookClient(slack.state.response_address(where.key))


async def test_a_response_url_works_five_times(slack: SandboxSlack, workspace: Workspace) -> None:
    hook = webhook(slack, given(slack))
    answers = [await hook.send(text=str(number)) for number in range(6)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 200, 200, 404]
    assert answers[0].body == "ok"
    assert "used_url" in answers[5].body
    assert [m.text for m in workspace.ephemerals("Bob")] == ["0", "1", "2", "3", "4"]


async def test_a_response_url_works_for_thirty_minutes(
    slack: SandboxSlack, workspace: Workspace
) -> None:
    hook = webhook(slack, given(slack))
    slack.state.clock.advance(30 * 60 + 1)
    late = await hook.send(text="Too late")
    unknown = await AsyncWebhookClient(slack.state.response_address("made-up")).send(text="x")

    assert (late.status_code, unknown.status_code) == (404, 404)
    assert "expired_url" in late.body
    assert workspace.ephemerals("Bob") == []


async def test_a_response_url_refuses_what_slack_refuses(
    slack: SandboxSlack, session: aiohttp.ClientSession
) -> None:
    url = slack.state.response_address(given(slack).key)
    wrong = {"type": "header", "text": {"type": "mrkdwn", "text": "H"}}
    bodies: list[tuple[object, str]] = [
        ({"text": "x", "colour": "blue"}, "invalid_arguments"),
        ({"text": ""}, "no_text"),
        ({"text": "x", "blocks": [wrong]}, "invalid_blocks"),
    ]
    for body, error in bodies:
        async with session.post(url, json=body) as response:
            assert response.status == 400
            assert (await response.json())["error"] == error
    for raw in ("{", "[]"):
        async with session.post(url, data=raw) as response:
            assert (await response.json())["error"] == "invalid_payload"

    assert len(slack.violations) == 5


async def test_a_response_url_can_be_rate_limited(slack: SandboxSlack) -> None:
    slack.script("response_url", Fault.rate_limited(retry_after=1))
    slack.script("response_url", Fault.error("used_url"))
    hook = webhook(slack, given(slack))
    limited, used, fine = [await hook.send(text="x") for _ in range(3)]

    assert (limited.status_code, used.status_code, fine.status_code) == (429, 404, 200)
