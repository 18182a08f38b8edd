"""Who is who, remembered and kept up to date."""

from collections.abc import AsyncGenerator
from datetime import timedelta

import pytest

from bot.sandbox.faults import Fault
from bot.sandbox.slack.server import SandboxSlack
from bot.slack import workspace as parts
from bot.slack.line import client
from bot.slack.line.directory import SlackDirectory
from bot.slack.workspace import Workspace
from provisioning.errors import DirectoryFailed
from storage.catalog.database import Database
from storage.errors import NotFound


@pytest.fixture
async def slack() -> AsyncGenerator[SandboxSlack]:
    async with SandboxSlack.serve() as slack:
        yield slack


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "PATIENT", client.Persistence(seconds=0.3, repeats=True))


@pytest.fixture
async def workspace(slack: SandboxSlack, database: Database) -> AsyncGenerator[Workspace]:
    async with client.open_session() as session:
        ways = client.clients(session, token=slack.bot_token, base_url=slack.api_url)
        yield parts.workspace(ways, database)


@pytest.fixture
def directory(workspace: Workspace) -> SlackDirectory:
    return workspace.directory


async def test_a_person_is_asked_for_once(slack: SandboxSlack, directory: SlackDirectory) -> None:
    ann = slack.workspace.person("Ann")

    found = [await directory.person(ann.id) for _ in range(3)]

    assert {person.name for person in found} == {"Ann Archer"}
    assert found[0].email == "ann@harbour.example"
    assert len(slack.calls_of("users.info")) == 1


async def test_23_guests_strangers_bots_and_the_deactivated_are_known_as_such(
    slack: SandboxSlack, directory: SlackDirectory
) -> None:
    eve = slack.workspace.add_person("Eve", is_stranger=True, team_id="T0OTHER00")
    robot = slack.workspace.add_bot("Builder")
    left = slack.workspace.add_person("Lee", deleted=True)

    assert (await directory.person(slack.workspace.person("Dee").id)).guest
    assert (await directory.person(eve.id)).stranger
    assert (await directory.person(robot.id)).bot
    assert (await directory.person(left.id)).deleted


async def test_an_unknown_id_is_not_found(directory: SlackDirectory) -> None:
    with pytest.raises(NotFound):
        await directory.person("U0NOBODY0")


async def test_while_slack_is_silent_what_is_known_counts_and_what_is_not_fails(
    slack: SandboxSlack, directory: SlackDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, bob = slack.workspace.person("Ann").id, slack.workspace.person("Bob").id
    team = slack.workspace.usergroup("qa-team").id
    await directory.person(ann)
    await directory.members(team)
    monkeypatch.setattr("bot.slack.line.directory.PERSON_KEEPS", timedelta(0))
    await directory.outdate_usergroup(team)
    for method in ("users.info", "usergroups.users.list"):
        slack.script(method, Fault.error("fatal_error"), times=99)

    assert (await directory.person(ann)).name == "Ann Archer"
    assert len(await directory.members(team)) == 2
    with pytest.raises(DirectoryFailed):
        await directory.person(bob)
    with pytest.raises(DirectoryFailed):
        await directory.members("S0UNKNOWN")


async def test_26_a_group_that_vanished_is_empty(
    slack: SandboxSlack, directory: SlackDirectory
) -> None:
    slack.script("usergroups.users.list", Fault.error("no_such_subteam"))

    assert await directory.members("S0GONE000") == ()


async def test_26_members_are_remembered_until_slack_tells_of_a_change(
    slack: SandboxSlack, directory: SlackDirectory
) -> None:
    team = slack.workspace.usergroup("qa-team")
    first = await directory.members(team.id)
    slack.workspace.set_usergroup("qa-team", "Cid")
    remembered = await directory.members(team.id)
    await directory.outdate_usergroup(team.id)

    now = await directory.members(team.id)

    assert first == remembered
    assert now == (slack.workspace.person("Cid").id,)


async def test_user_groups_are_listed_without_their_members(
    slack: SandboxSlack, directory: SlackDirectory
) -> None:
    assert [group.handle for group in await directory.usergroups()] == ["qa-team"]
    assert slack.calls_of("usergroups.users.list") == []


async def test_without_the_scope_there_are_no_user_groups_and_the_scope_is_named(
    slack: SandboxSlack, workspace: Workspace
) -> None:
    team = slack.workspace.usergroup("qa-team").id
    slack.state.app.scopes -= {"usergroups:read"}

    assert await workspace.directory.usergroups() == []
    with pytest.raises(DirectoryFailed, match="`usergroups:read`"):
        await workspace.directory.members(team)


async def test_27_who_we_are_is_asked_once(slack: SandboxSlack, workspace: Workspace) -> None:
    me = [await workspace.whoami() for _ in range(3)]

    assert me[0].user_id == slack.bot_user
    assert me[0].team_id == slack.team_id
    assert me[0].granted("chat:write")
    assert not me[0].granted("admin")
    assert len(slack.calls_of("auth.test")) == 1


async def test_many_user_groups_are_known_at_once_and_only_unknown_ones_are_asked_for(
    slack: SandboxSlack, directory: SlackDirectory
) -> None:
    first = slack.workspace.add_usergroup("first", "Ann", "Bob")
    second = slack.workspace.add_usergroup("second", "Cid")
    await directory.members(first.id)

    found = await directory.memberships([first.id, second.id])

    assert found == {
        first.id: await directory.members(first.id),
        second.id: (slack.workspace.person("Cid").id,),
    }
    assert len(slack.calls_of("usergroups.users.list")) == 2


async def test_a_user_group_that_slack_says_nothing_about_is_left_out_of_many(
    slack: SandboxSlack, directory: SlackDirectory
) -> None:
    first = slack.workspace.add_usergroup("first", "Ann")
    second = slack.workspace.add_usergroup("second", "Bob")
    await directory.members(first.id)
    slack.script("usergroups.users.list", Fault.error("fatal_error"), times=99)

    assert set(await directory.memberships([first.id, second.id])) == {first.id}
