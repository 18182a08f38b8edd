"""chat.* and reactions.*: posting, changing, deleting, and every refusal."""

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack.errors import NotPossible
from bot.sandbox.slack.server import SandboxSlack
from bot.sandbox.slack.workspace import Workspace
from tests.unit.bot.sandbox.slack.payloads import actions, button, section
from tests.unit.bot.sandbox.slack.refusals import refused_with

CARD = {"event_type": "slipway_card", "event_payload": {"release": "7"}}


async def test_a_message_gets_ids_for_its_blocks_and_keeps_its_metadata(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    channel = workspace.channel("#qa").id
    unnamed = {"type": "button", "text": {"type": "plain_text", "text": "Go"}}
    await client.chat_postMessage(
        channel=channel, text="Card", blocks=[actions(unnamed)], metadata=CARD
    )
    plain = await client.conversations_history(channel=channel)
    full = await client.conversations_history(channel=channel, include_all_metadata=True)

    [message] = workspace.messages("#qa")
    assert message.blocks[0]["block_id"]
    assert message.blocks[0]["elements"][0]["action_id"]
    assert "metadata" not in plain["messages"][0]
    assert full["messages"][0]["metadata"] == CARD


async def test_a_user_id_stands_for_the_direct_message(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    bob = workspace.person("Bob")
    answer = await client.chat_postMessage(channel=bob.id, text="Hello")

    assert answer["channel"].startswith("D")
    assert answer["channel"] != bob.id
    assert workspace.dms("Bob")[0].text == "Hello"


async def test_where_the_app_cannot_post(
    slack: SandboxSlack, workspace: Workspace, client: AsyncWebClient
) -> None:
    slack.state.app.scopes.discard("chat:write.public")
    workspace.add_channel("secret", "Ann", is_private=True)
    workspace.archive("#qa")
    workspace.change_person("Bob", deleted=True)
    robot = workspace.add_bot("Robot")
    refusals = {
        "C0NOWHERE": "channel_not_found",
        workspace.channel("secret").id: "channel_not_found",
        workspace.channel("#general").id: "not_in_channel",
        workspace.channel("#qa").id: "is_archived",
        "UNOBODY": "channel_not_found",
        robot.id: "cannot_dm_bot",
    }
    for channel, error in refusals.items():
        async with refused_with(error):
            await client.chat_postMessage(channel=channel, text="x")

    bob = slack.state.people.named("bob")
    assert bob is not None
    async with refused_with("user_disabled"):
        await client.chat_postMessage(channel=bob.id, text="x")
    assert slack.violations == []


async def test_with_the_public_scope_it_may_post_in_any_public_channel(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    await client.chat_postMessage(channel=workspace.channel("#general").id, text="x")

    assert [m.text for m in workspace.messages("#general")] == ["x"]


async def test_a_message_needs_content(slack: SandboxSlack, client: AsyncWebClient) -> None:
    async with refused_with("no_text"):
        channel = slack.workspace.channel("#qa").id
        await client.api_call("chat.postMessage", json={"channel": channel, "text": ""})

    assert len(slack.violations) == 1


async def test_a_long_text_is_cut_and_a_long_update_refused(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    channel = workspace.channel("#qa").id
    posted = await client.chat_postMessage(channel=channel, text="x" * 40_001)
    async with refused_with("msg_too_long"):
        await client.chat_update(channel=channel, ts=posted["ts"], text="x" * 4_001)

    assert len(workspace.messages("#qa")[0].text) == 40_000


async def test_blocks_are_checked_counted_and_measured(
    slack: SandboxSlack, workspace: Workspace, client: AsyncWebClient
) -> None:
    channel = workspace.channel("#qa").id
    wrong = {"type": "header", "text": {"type": "mrkdwn", "text": "Big"}}
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel=channel, text="x", blocks=[wrong])
    async with refused_with("invalid_blocks"):
        await client.chat_postMessage(channel=channel, text="x", blocks=[section()] * 51)
    async with refused_with("msg_blocks_too_long"):
        await client.chat_postMessage(channel=channel, text="x", blocks=[section("x" * 2900)] * 5)
    await client.chat_postMessage(channel=channel, text="x", blocks=[section()] * 50)

    assert caught.value.response["error"] == "invalid_blocks"
    assert caught.value.response["response_metadata"]["messages"] == [
        "[ERROR] unsupported type: mrkdwn [json-pointer:/blocks/0/text/type]"
    ]
    assert len(slack.violations) == 2
    assert len(workspace.messages("#qa")) == 1


async def test_the_blocks_of_attachments_are_checked_too(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    channel = workspace.channel("#qa").id
    good = {"color": "#1a4d2e", "fallback": "x", "blocks": [section()]}
    bad = {"color": "#1a4d2e", "fallback": "x", "blocks": [{"type": "section"}]}
    await client.chat_postMessage(channel=channel, text="x", attachments=[good])
    async with refused_with("invalid_blocks"):
        await client.chat_postMessage(channel=channel, text="x", attachments=[bad])

    async with refused_with("too_many_attachments"):
        await client.chat_postMessage(channel=channel, text="x", attachments=[good] * 101)
    assert workspace.messages("#qa")[0].attachments[0]["blocks"][0]["block_id"]


async def test_a_file_shown_in_a_block_has_to_exist(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    image = {"type": "image", "alt_text": "An icon", "slack_file": {"id": "F0NOTHING"}}
    async with refused_with("invalid_blocks"):
        await client.chat_postMessage(channel=workspace.channel("#qa").id, text="x", blocks=[image])


@pytest.mark.parametrize(
    ("metadata", "error"),
    [
        ({"event_type": "x"}, "invalid_metadata_format"),
        ({"event_type": "with space", "event_payload": {}}, "invalid_metadata_format"),
        ({"event_type": "x", "event_payload": {"a": {"b": {"c": 1}}}}, "invalid_metadata_schema"),
        ({"event_type": "x", "event_payload": {"a": "b" * 17_000}}, "metadata_too_large"),
    ],
)
async def test_metadata_is_checked(
    workspace: Workspace, client: AsyncWebClient, metadata: dict[str, object], error: str
) -> None:
    async with refused_with(error):
        await client.chat_postMessage(
            channel=workspace.channel("#qa").id, text="x", metadata=metadata
        )


async def test_threads_grow_under_messages_only(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    channel = workspace.channel("#qa").id
    root = await workspace.person("Ann").post("#qa", "A build")
    reply = await client.chat_postMessage(channel=channel, text="Read", thread_ts=root.ts)
    async with refused_with("cannot_reply_to_message"):
        await client.chat_postMessage(channel=channel, text="x", thread_ts=reply["ts"])
    async with refused_with("cannot_reply_to_message"):
        await client.chat_postMessage(channel=channel, text="x", thread_ts="1.000000")
    await client.chat_postMessage(
        channel=channel, text="Done", thread_ts=root.ts, reply_broadcast=True
    )
    answer = await client.conversations_replies(channel=channel, ts=root.ts)

    assert [m.text for m in workspace.thread(root)] == ["Read", "Done"]
    assert [m.text for m in workspace.messages("#qa")] == ["A build", "Done"]
    assert answer["messages"][0]["reply_count"] == 2
    assert answer["messages"][1]["parent_user_id"] == root.user


async def test_an_update_with_text_alone_removes_the_blocks_and_says_edited(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    channel = workspace.channel("#qa").id
    posted = await client.chat_postMessage(
        channel=channel, text="One", blocks=[section()], metadata=CARD
    )
    await client.chat_update(channel=channel, ts=posted["ts"], text="Two", blocks=[section("B")])
    with_blocks = workspace.messages("#qa")[0]
    await client.chat_update(channel=channel, ts=posted["ts"], text="Three")
    without = workspace.messages("#qa")[0]

    assert with_blocks.blocks[0]["text"]["text"] == "B"
    assert with_blocks.edited_ts is None
    assert (without.text, without.blocks) == ("Three", [])
    assert without.edited_ts is not None
    assert without.metadata == CARD


async def test_only_own_messages_that_are_there_can_be_changed(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    channel = workspace.channel("#qa").id
    ann, bob = workspace.person("Ann"), workspace.person("Bob")
    theirs = await ann.post("#qa", "Mine")
    whisper = await client.chat_postEphemeral(channel=channel, user=bob.id, text="Psst")
    own = await client.chat_postMessage(channel=channel, text="x")

    async with refused_with("cant_update_message"):
        await client.chat_update(channel=channel, ts=theirs.ts, text="Yours")
    async with refused_with("cant_delete_message"):
        await client.chat_delete(channel=channel, ts=theirs.ts)
    async with refused_with("message_not_found"):
        await client.chat_update(channel=channel, ts=whisper["message_ts"], text="x")
    async with refused_with("message_not_found"):
        await client.chat_update(channel=channel, ts="1.000000", text="x")
    async with refused_with("channel_not_found"):
        await client.chat_update(channel=bob.id, ts=own["ts"], text="x")
    workspace.archive("#qa")
    async with refused_with("is_inactive"):
        await client.chat_update(channel=channel, ts=own["ts"], text="x")


async def test_a_deleted_root_with_replies_leaves_a_tombstone(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    channel = workspace.channel("#qa").id
    root = await client.chat_postMessage(channel=channel, text="Root")
    await workspace.person("Ann").post("#qa", "Reply", thread=str(root["ts"]))
    alone = await client.chat_postMessage(channel=channel, text="Alone")
    await client.chat_delete(channel=channel, ts=root["ts"])
    await client.chat_delete(channel=channel, ts=alone["ts"])
    async with refused_with("message_not_found"):
        await client.chat_update(channel=channel, ts=root["ts"], text="Back")

    assert [m.subtype for m in workspace.messages("#qa")] == ["tombstone"]


async def test_an_ephemeral_message_is_for_one_member(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    channel = workspace.channel("#qa").id
    bob, cid = workspace.person("Bob"), workspace.person("Cid")
    await client.chat_postEphemeral(channel=channel, user=bob.id, text="Psst")
    async with refused_with("user_not_in_channel"):
        await client.chat_postEphemeral(channel=channel, user=cid.id, text="Psst")
    history = await client.conversations_history(channel=channel)

    assert [m.text for m in workspace.ephemerals("Bob")] == ["Psst"]
    assert workspace.ephemerals("Ann") == []
    assert history["messages"] == []


async def test_a_permalink_names_the_message(workspace: Workspace, client: AsyncWebClient) -> None:
    channel = workspace.channel("#qa").id
    root = await workspace.person("Ann").post("#qa", "Root")
    reply = await workspace.person("Ann").post("#qa", "Reply", thread=root)
    link = await client.chat_getPermalink(channel=channel, message_ts=root.ts)
    deep = await client.chat_getPermalink(channel=channel, message_ts=reply.ts)
    async with refused_with("message_not_found"):
        await client.chat_getPermalink(channel=channel, message_ts="1.000000")

    assert link["permalink"].endswith(f"/archives/{channel}/p{root.ts.replace('.', '')}")
    assert f"thread_ts={root.ts}" in deep["permalink"]


async def test_a_link_of_ours_is_told_of_and_unfurled(
    slack: SandboxSlack, workspace: Workspace, client: AsyncWebClient
) -> None:
    manifest = {
        "features": {"unfurl_domains": ["slipway.example.com"]},
        "settings": {"event_subscriptions": {"bot_events": ["link_shared"]}},
        "oauth_config": {"scopes": {"bot": ["links:read"]}},
    }
    slack.state.app.manifest = slack.state.app.manifest.read(manifest)
    url = "https://slipway.example.com/i/abc"
    message = await workspace.person("Ann").post("#qa", f"Look: <{url}> and https://b.example/")
    unfurls = {url: {"blocks": [section("A build")]}}
    await client.chat_unfurl(channel=message.channel, ts=message.ts, unfurls=unfurls)
    async with refused_with("cannot_unfurl_url"):
        await client.chat_unfurl(
            channel=message.channel, ts=message.ts, unfurls={"https://c.example": {}}
        )
    async with refused_with("cannot_find_message"):
        await client.chat_unfurl(channel=message.channel, ts="1.0", unfurls=unfurls)

    [told] = slack.delivery.of_type("link_shared")
    assert told.body["event"]["links"] == [{"domain": "slipway.example.com", "url": url}]
    current = workspace.current(message)
    assert current is not None
    assert url in current.unfurls


async def test_reactions_come_once_and_go_once(
    slack: SandboxSlack, workspace: Workspace, client: AsyncWebClient
) -> None:
    message = await workspace.person("Ann").post("#qa", "Look")
    place = {"channel": message.channel, "timestamp": message.ts}
    await client.reactions_add(name="eyes", **place)
    async with refused_with("already_reacted"):
        await client.reactions_add(name="eyes", **place)
    reacted = workspace.current(message)
    await client.reactions_remove(name="eyes", **place)
    async with refused_with("no_reaction"):
        await client.reactions_remove(name="eyes", **place)
    async with refused_with("invalid_name"):
        await client.reactions_add(name="Not A Name", **place)
    async with refused_with("message_not_found"):
        await client.reactions_add(name="eyes", channel=message.channel, timestamp="1.0")

    assert reacted is not None
    assert reacted.reactions == {"eyes": (slack.bot_user,)}
    assert workspace.messages("#qa")[0].reactions == {}


async def test_people_cannot_do_what_slack_s_client_forbids(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    ann, bob, cid = (workspace.person(name) for name in ("Ann", "Bob", "Cid"))
    message = await ann.post("#qa", "Mine")
    own = await client.chat_postMessage(channel=message.channel, text="x", blocks=[section()])
    card = workspace.messages("#qa")[-1]
    shared = await ann.post("#qa", files=[__file__])
    refusals = [
        (cid.post("#qa", "x"), "You are not a member of #qa."),
        (ann.post("#nowhere", "x"), "There is no channel #nowhere."),
        (ann.post("@nobody", "x"), "There is nobody named @nobody."),
        (ann.post("#qa"), "A message needs some text or a file."),
        (ann.post("#qa", "x", thread="1.0"), "The message that you answer is gone."),
        (bob.edit(message, "Yours"), "Only who wrote a message can change it."),
        (bob.delete(card), "Only who wrote a message can change it."),
        (bob.delete_file(shared.files[0]), "Only who shared a file can delete it."),
        (bob.delete_file("F0NOTHING"), "This file is gone."),
        (bob.click(card, "go"), "There is no go here"),
        (bob.submit(), "There is no such view open."),
        (workspace.person("Dee").join("#general"), "Somebody has to invite you to #general."),
        (cid.invite("#qa", "Bob"), "You are not a member of #qa."),
        (ann.invite("#qa", "nobody"), "There is nobody named nobody."),
        (ann.remove("#qa", "nobody"), "You cannot remove nobody from #qa."),
        (cid.command("#qa", "/release"), "You are not a member of #qa."),
    ]
    for act, sentence in refusals:
        with pytest.raises(NotPossible) as caught:
            await act
        assert str(caught.value).startswith(sentence)

    assert own["ok"]


async def test_a_deactivated_person_and_an_archived_channel_are_closed_to_acts(
    workspace: Workspace,
) -> None:
    bob, ann = workspace.person("Bob"), workspace.person("Ann")
    workspace.change_person("Bob", deleted=True)
    workspace.archive("#qa")

    with pytest.raises(NotPossible, match="Bob Baker is deactivated"):
        await bob.post("#mobile-builds", "x")
    with pytest.raises(NotPossible, match="#qa is archived"):
        await ann.post("#qa", "x")


async def test_an_app_whose_messages_tab_is_read_only_cannot_be_written_to(
    slack: SandboxSlack, workspace: Workspace
) -> None:
    manifest = {"features": {"app_home": {"messages_tab_read_only_enabled": True}}}
    slack.state.app.manifest = slack.state.app.manifest.read(manifest)

    with pytest.raises(NotPossible, match="turned off"):
        await workspace.person("Bob").dm("Hello")


async def test_a_click_needs_the_block_where_an_action_stands_twice(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    rows = [
        {**actions(button("go", "1")), "block_id": "one"},
        {**actions(button("go", "2")), "block_id": "two"},
    ]
    await client.chat_postMessage(channel=workspace.channel("#qa").id, text="x", blocks=rows)
    [card] = workspace.messages("#qa")

    with pytest.raises(NotPossible, match="There are 2 of go here"):
        await workspace.person("Bob").click(card, "go")
