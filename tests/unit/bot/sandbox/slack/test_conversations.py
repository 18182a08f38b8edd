"""conversations.*, users.*, usergroups.*: lists in pages, and who is seen how."""

from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack.messages import History, Message
from bot.sandbox.slack.people import SLACKBOT
from bot.sandbox.slack.server import SandboxSlack
from bot.sandbox.slack.workspace import Workspace
from tests.unit.bot.sandbox.slack.refusals import refused_with


async def test_the_seed_has_four_people_three_channels_and_a_group(
    slack: SandboxSlack, workspace: Workspace, client: AsyncWebClient
) -> None:
    users = (await client.users_list())["members"]
    channels = (await client.conversations_list(types="public_channel,im"))["channels"]
    groups = (await client.usergroups_list(include_users=True))["usergroups"]

    names = {user["name"] for user in users}
    assert names == {"slipway", "slackbot", "ann", "bob", "cid", "dee"}
    assert {c["name"]: c["is_member"] for c in channels if not c["is_im"]} == {
        "mobile-builds": True,
        "qa": True,
        "general": False,
    }
    assert len([c for c in channels if c["is_im"]]) == 4
    assert groups[0]["handle"] == "qa-team"
    assert groups[0]["users"] == [workspace.person("Bob").id, workspace.person("Dee").id]
    assert SLACKBOT in {user["id"] for user in users}
    assert slack.violations == []


async def test_every_list_comes_in_pages(
    slack: SandboxSlack, workspace: Workspace, client: AsyncWebClient
) -> None:
    slack.api.page_cap = 2
    ann = workspace.person("Ann")
    for number in range(5):
        await ann.post("#qa", str(number))
    channel = workspace.channel("#qa").id
    people, members, texts, channels = [], [], [], []
    async for page in await client.users_list(limit=200):
        people += [user["name"] for user in page["members"]]
    async for page in await client.conversations_members(channel=channel, limit=1):
        members += page["members"]
    async for page in await client.conversations_history(channel=channel, limit=200):
        texts += [message["text"] for message in page["messages"]]
    async for page in await client.conversations_list():
        channels += [c["name"] for c in page["channels"]]

    assert len(people) == len(set(people)) == 6
    assert members == workspace.channel("#qa").members
    assert texts == ["4", "3", "2", "1", "0"]
    assert channels == ["mobile-builds", "qa", "general"]
    assert slack.violations == []


async def test_a_bad_cursor_or_limit_is_refused(client: AsyncWebClient) -> None:
    for cursor in ("???", "bm9uc2Vuc2U="):
        async with refused_with("invalid_cursor"):
            await client.users_list(cursor=cursor)
    async with refused_with("invalid_limit"):
        await client.users_list(limit=1001)


async def test_a_span_of_history_is_cut_as_asked(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    ann = workspace.person("Ann")
    one, two, three = [await ann.post("#qa", text) for text in ("one", "two", "three")]
    channel = one.channel

    async def texts(*, inclusive: bool, oldest: str, latest: str) -> list[str]:
        answer = await client.conversations_history(
            channel=channel, inclusive=inclusive, oldest=oldest, latest=latest
        )
        return [message["text"] for message in answer["messages"]]

    assert await texts(inclusive=True, oldest=two.ts, latest=two.ts) == ["two"]
    assert await texts(inclusive=False, oldest=one.ts, latest=three.ts) == ["two"]
    async with refused_with("invalid_ts_oldest"):
        await client.conversations_history(channel=channel, oldest="yesterday")


async def test_what_the_app_cannot_read(workspace: Workspace, client: AsyncWebClient) -> None:
    secret = workspace.add_channel("secret", "Ann", is_private=True)
    general = workspace.channel("#general")
    async with refused_with("channel_not_found"):
        await client.conversations_info(channel=secret.id)
    async with refused_with("channel_not_found"):
        await client.conversations_info(channel="C0NOWHERE")
    async with refused_with("not_in_channel"):
        await client.conversations_history(channel=general.id)
    async with refused_with("thread_not_found"):
        await client.conversations_replies(channel=workspace.channel("#qa").id, ts="1.0")
    async with refused_with("invalid_types"):
        await client.conversations_list(types="secret_channel")

    info = await client.conversations_info(channel=general.id, include_num_members=True)
    assert info["channel"]["is_member"] is False
    assert info["channel"]["num_members"] == 3


async def test_a_private_channel_is_listed_once_the_app_is_in(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    workspace.add_channel("secret", "Ann", is_private=True)
    before = await client.conversations_list(types="private_channel")
    await workspace.person("Ann").invite("secret", "@slipway")
    after = await client.users_conversations(types="private_channel")

    assert before["channels"] == []
    assert [c["name"] for c in after["channels"]] == ["secret"]
    assert after["channels"][0]["is_private"] is True


async def test_the_app_joins_public_channels(workspace: Workspace, client: AsyncWebClient) -> None:
    await client.conversations_join(channel=workspace.channel("#general").id)
    async with refused_with("method_not_supported_for_channel_type"):
        await client.conversations_join(channel=workspace.dm("Ann").id)
    old = workspace.add_channel("old", "Ann")
    workspace.archive("old")
    async with refused_with("is_archived"):
        await client.conversations_join(channel=old.id)
    shown = await client.conversations_list(exclude_archived=True)

    assert [c["name"] for c in shown["channels"] if c["is_member"]] == [
        "mobile-builds",
        "qa",
        "general",
    ]
    assert "old" not in [c["name"] for c in shown["channels"]]


async def test_a_direct_message_is_opened_once(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    eve = workspace.add_person("Eve Ember")
    first = await client.conversations_open(users=eve.id)
    again = await client.conversations_open(users=[eve.id], return_im=True)
    workspace.change_person("Eve", deleted=True)

    assert first["channel"]["id"] == again["channel"]["id"]
    assert again["channel"]["user"] == eve.id
    async with refused_with("user_disabled"):
        await client.conversations_open(users=eve.id)
    async with refused_with("user_not_found"):
        await client.conversations_open(users="UNOBODY")
    async with refused_with("cannot_dm_bot"):
        await client.conversations_open(users=workspace.add_bot("Robot").id)
    async with refused_with("missing_scope"):
        await client.conversations_open(users=[eve.id, workspace.person("Ann").id])
    async with refused_with("users_list_not_supplied"):
        await client.conversations_open(users="")


async def test_people_are_shown_as_what_they_are(
    slack: SandboxSlack, workspace: Workspace, client: AsyncWebClient
) -> None:
    stranger = workspace.add_person("Zoe Other", is_stranger=True, team_id="T0OTHER")
    robot = workspace.add_bot("Robot")

    async def shown(user: str) -> dict[str, object]:
        return dict((await client.users_info(user=user))["user"])

    dee = await shown(workspace.person("Dee").id)
    zoe = await shown(stranger.id)
    bot = await shown(robot.id)
    ann = await shown(workspace.person("Ann").id)
    slack.state.app.scopes.discard("users:read.email")
    private = await client.users_info(user=workspace.person("Ann").id)
    listed = await client.users_list()

    assert dee["is_restricted"] is True
    assert zoe["is_stranger"] is True
    assert zoe["team_id"] == "T0OTHER"
    assert bot["is_bot"] is True
    assert ann["is_admin"] is True
    assert ann["profile"]["email"] == "ann@harbour.example"  # type: ignore[index]  # JSON
    assert "email" not in zoe["profile"]  # type: ignore[operator]  # JSON
    assert "email" not in private["user"]["profile"]
    assert stranger.id not in [user["id"] for user in listed["members"]]
    async with refused_with("user_not_found"):
        await client.users_info(user="UNOBODY")


async def test_people_are_found_by_e_mail(workspace: Workspace, client: AsyncWebClient) -> None:
    found = await client.users_lookupByEmail(email="BOB@harbour.example")
    workspace.change_person("Bob", deleted=True)
    async with refused_with("users_not_found"):
        await client.users_lookupByEmail(email="bob@harbour.example")

    assert found["user"]["name"] == "bob"


async def test_user_groups_can_be_switched_off(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    group = workspace.add_usergroup("leads", "Ann")
    members = await client.usergroups_users_list(usergroup=group.id)
    workspace.disable_usergroup("leads")
    shown = await client.usergroups_list()
    everything = await client.usergroups_list(include_disabled=True, include_count=True)
    async with refused_with("no_such_subteam"):
        await client.usergroups_users_list(usergroup=group.id)

    assert members["users"] == [workspace.person("Ann").id]
    assert [g["handle"] for g in shown["usergroups"]] == ["qa-team"]
    assert [g["user_count"] for g in everything["usergroups"]] == [2, 1]


async def test_the_team_and_the_bots_are_known(slack: SandboxSlack, client: AsyncWebClient) -> None:
    team = await client.team_info()
    bot = await client.bots_info(bot=slack.state.app.bot_id)
    async with refused_with("bot_not_found"):
        await client.bots_info(bot="B0NOBODY")
    async with refused_with("team_not_found"):
        await client.team_info(team="T0OTHER")

    assert team["team"]["id"] == slack.team_id
    assert bot["bot"]["user_id"] == slack.bot_user


def test_a_history_forgets_its_oldest_messages() -> None:
    history = History(keep=3)
    for number in range(1, 6):
        history.put(Message(ts=f"{number}.0", channel="C", user="U", text="x", team="T"))

    assert [message.ts for message in history.everything()] == ["3.0", "4.0", "5.0"]
    assert history.get("1.0") is None
