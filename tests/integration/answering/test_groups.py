"""`groups`, every way: by command, by its forms and by its buttons."""

import pytest

from bot.sandbox.faults import Fault
from bot.sandbox.slack.views import View
from bot.slack.kit import names
from bot.slack.line import submitting
from tests.integration.answering.asking import Asking, button, words_of
from tests.integration.slack.house import BUILDS, QA, House

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.usefixtures("rested")]


async def people_of(house: House, name: str) -> set[str]:
    """Return the ids of whoever is in a group by name."""
    groups = house.running.house.people.groups
    sheet = await groups.sheet((await groups.named(name)).id)
    return {str(tester.slack_id) for tester in sheet.people}


async def channels_of(house: House, name: str) -> set[str]:
    groups = house.running.house.people.groups
    sheet = await groups.sheet((await groups.named(name)).id)
    return {channel.id for channel in sheet.channels}


async def test_without_a_group_the_way_to_the_first_one_is_told(asking: Asking) -> None:
    for typed in ("groups", "groups list", "groups show"):
        answer = await asking.ask("Ann", typed)

        assert "There is no group yet." in answer.said()
        assert button(answer, "Create group…")


async def test_a_group_is_made_with_people_user_groups_and_channels_in_one_line(
    asking: Asking,
) -> None:
    house = asking.house

    said = await asking.said("Ann", "groups create Field Testers @bob, @cid @qa-team #qa")

    assert "Created the group *Field Testers*." in said
    assert "*Field Testers* · 3 people" in said
    assert "@qa-team (2 people)" in said
    assert f"<#{house.workspace.channel(QA).id}>" in said
    assert await people_of(house, "field testers") == {house.bob.id, house.cid.id}


@pytest.mark.parametrize("typed", ["groups show Field Testers", 'groups show "field testers"'])
async def test_names_of_several_words_need_no_quotes(asking: Asking, typed: str) -> None:
    assert "*Field Testers* · 3 people" in await asking.said("Ann", typed)


async def test_the_list_has_every_group_with_its_people_and_channels(asking: Asking) -> None:
    await asking.said("Ann", "groups create Nobody")

    said = await asking.said("Ann", "groups")

    qa = asking.house.workspace.channel(QA).id
    assert f"• *Field Testers* · 3 people · heard in <#{qa}>" in said
    assert "• *Nobody* · 0 people · no channel" in said


async def test_people_and_user_groups_are_added_and_removed(asking: Asking) -> None:
    house = asking.house
    await asking.said("Ann", "groups create Beta")

    added = await asking.said("Ann", "groups add Beta @bob @dee @qa-team")
    again = await asking.said("Ann", "groups add @bob to Beta")
    removed = await asking.said("Ann", "groups remove @dee and @qa-team from Beta")
    nobody = await asking.said("Ann", "groups remove Beta @cid")

    assert "Added 2 people and 1 user group." in added
    assert "Everybody you named was in it already." in again
    assert "Removed 1 person and 1 user group." in removed
    assert "Nobody you named was added to it by name." in nobody
    assert await people_of(house, "Beta") == {house.bob.id}


async def test_a_channel_is_connected_and_disconnected(asking: Asking) -> None:
    house = asking.house
    qa = house.workspace.channel(QA).id
    await asking.said("Ann", "groups create Heard")

    connected = await asking.said("Ann", "groups connect #qa to Heard")
    again = await asking.said("Ann", "groups connect Heard #qa")
    gone = await asking.said("Ann", "groups disconnect Heard #qa")
    no_more = await asking.said("Ann", "groups disconnect Heard #qa")

    assert f"Connected <#{qa}>." in connected
    assert "I am not in" not in connected
    assert f"It is connected to <#{qa}> already." in again
    assert f"Disconnected <#{qa}>." in gone
    assert f"It was not connected to <#{qa}>." in no_more
    assert await channels_of(house, "Heard") == set()


async def test_a_channel_without_the_app_is_connected_with_a_word_about_it(asking: Asking) -> None:
    lobby = asking.house.workspace.add_channel("lobby", "Ann")
    await asking.said("Ann", "groups create Elsewhere")

    said = await asking.said("Ann", "groups connect Elsewhere #general #lobby #qa")

    general = asking.house.workspace.channel("#general").id
    assert f"I am not in <#{general}> and <#{lobby.id}> yet: type `/invite @slipway`" in said


def unfit(house: House) -> dict[str, tuple[str, str]]:
    """Return channels that nothing can be announced in, each with its id and the reason."""
    workspace = house.workspace
    old = workspace.add_channel("old", "Ann", with_bot=True)
    workspace.archive(old.id)
    shared = workspace.add_channel("partners", "Ann", with_bot=True)
    shared.is_ext_shared = True
    secret = workspace.add_channel("secret", "Ann", is_private=True)
    gone = workspace.add_channel("gone", "Ann", with_bot=True)
    workspace.state.conversations.forget(gone.id)
    return {
        "archived": (old.id, "#old is archived"),
        "shared": (shared.id, "#partners is shared with another organization"),
        "private": (secret.id, "it was deleted, or it is private and Slipway is not in it"),
        "deleted": (gone.id, "it was deleted, or it is private and Slipway is not in it"),
    }


async def test_c20_a_channel_that_nothing_can_be_announced_in_is_refused_with_the_reason(
    asking: Asking,
) -> None:
    house = asking.house
    await asking.said("Ann", "groups create Refusing")
    qa = house.workspace.channel(QA).id

    for channel_id, reason in unfit(house).values():
        both = f"<#{qa}|qa> <#{channel_id}|>"
        assert reason in await asking.said("Ann", f"groups connect Refusing {both}")
        assert reason in await asking.said("Ann", f"groups create Never made {both}")
        form = await asking.form("Ann", "groups connect Refusing", "Channels of a group")
        sent = await house.ann.submit(
            form, {names.GROUP_CHANNELS: {names.GROUP_CHANNELS: [qa, channel_id]}}
        )
        assert reason in sent.errors[names.GROUP_CHANNELS]
        form = await asking.form("Ann", "groups create", "Create a group")
        sent = await house.ann.submit(
            form,
            {
                names.GROUP_NAME: {names.GROUP_NAME: "Never made"},
                names.GROUP_CHANNELS: {names.GROUP_CHANNELS: [channel_id]},
            },
        )
        assert reason in sent.errors[names.GROUP_CHANNELS]

    await house.ann.close(everything=True)
    assert await channels_of(house, "Refusing") == set()
    assert "There is no group called" in await asking.said("Ann", "groups show Never made")


async def test_while_slack_does_not_say_where_the_app_is_a_channel_is_connected_all_the_same(
    asking: Asking,
) -> None:
    await asking.said("Ann", "groups create Quietly")
    asking.house.slack.script("conversations.info", Fault.error("internal_error"), times=9)

    said = await asking.said("Ann", "groups connect Quietly #general")
    asking.house.slack.faults.clear()

    assert "Connected" in said
    assert "I am not in" not in said


@pytest.mark.parametrize(
    "typed", ["groups rename {0} to New {0}", 'groups rename {0} "New {0}"', "groups rename {0}"]
)
async def test_a_group_is_renamed_by_command_or_by_form(asking: Asking, typed: str) -> None:
    name = f"Old{len(typed)}"
    await asking.said("Ann", f"groups create {name}")
    text = typed.format(name)
    if typed == "groups rename {0}":
        form = await asking.form("Ann", text, "Rename a group")
        await asking.house.ann.submit(form, {names.GROUP_NAME: {names.GROUP_NAME: f"New {name}"}})
        said = words_of(await asking.house.view_of("Ann", "Group"))
    else:
        said = await asking.said("Ann", text)

    assert f"*{name}* is called *New {name}* now." in said
    assert "There is no group called" in await asking.said("Ann", f"groups show {name}")


async def test_a_group_is_deleted_with_a_button_that_asks_first(asking: Asking) -> None:
    await asking.said("Ann", "groups create Brief @bob")

    answer = await asking.ask("Ann", "groups delete Brief")
    pressed = button(answer, "Delete group")
    await asking.house.ann.click(answer, names.GROUP_DELETE)

    assert pressed["confirm"]["title"]["text"] == "Delete Brief?"
    assert "1 person does not get new releases" in pressed["confirm"]["text"]["text"]
    assert pressed["style"] == "danger"
    await asking.house.whisper_to("Ann", "Deleted the group *Brief*.")
    assert "There is no group called “Brief”." in await asking.said("Ann", "groups show Brief")


async def test_a_button_of_a_group_that_is_gone_says_so(asking: Asking) -> None:
    await asking.said("Ann", "groups create Gone")
    answer = await asking.ask("Ann", "groups show Gone")
    await asking.house.ann.click(answer, names.GROUP_DELETE)
    await asking.house.whisper_to("Ann", "Deleted the group *Gone*.")

    await asking.house.ann.click(answer, names.GROUP_EDIT_PEOPLE)

    await asking.house.whisper_to("Ann", "There is no such group.")


async def test_what_is_no_way_is_answered_with_the_one_that_was_meant(asking: Asking) -> None:
    assert "Did you mean `/release groups connect`?" in await asking.said("Ann", "groups conect QA")
    assert "There are: `list`, `create`" in await asking.said("Ann", "groups xyzzy")
    assert "Say first what to do: `/release groups add" in await asking.said("Ann", "groups #qa")


async def test_an_unknown_group_is_answered_with_those_there_are(asking: Asking) -> None:
    said = await asking.said("Ann", "groups show Fild")

    assert "There is no group called “Fild”. There are: " in said
    assert "`field-testers`" in said


@pytest.mark.parametrize("typed", ["groups create QA @nobody", "groups add Beta @nobody"])
async def test_a_name_that_slack_does_not_know_is_no_part_of_a_groups_name(
    asking: Asking, typed: str
) -> None:
    assert "Slack does not know `@nobody`." in await asking.said("Ann", typed)
    assert "nobody" not in await asking.said("Ann", "groups show Beta")
    assert "There is no group called" in await asking.said("Ann", "groups show QA nobody")


async def test_a_group_with_somebody_who_cannot_install_is_not_made_at_all(asking: Asking) -> None:
    robot = asking.house.workspace.add_bot("Robot")

    said = await asking.said("Ann", f"groups create Machines @bob {robot.mention}")

    assert "Robot is an app and cannot install anything." in said
    assert "There is no group called" in await asking.said("Ann", "groups show Machines")


async def test_a_name_that_is_taken_or_too_long_is_refused(asking: Asking) -> None:
    await asking.said("Ann", "groups create Twice")

    assert "There is already a group called" in await asking.said("Ann", "groups create twice")
    long = f"groups create {'x' * 65}"
    assert "at most 64 characters" in await asking.said("Ann", long)
    assert "needs a name with letters" in await asking.said("Ann", "groups create !!!")


async def test_people_without_a_group_are_asked_for_it(asking: Asking) -> None:
    said = await asking.said("Ann", "groups add @bob")

    assert "Say which group: `/release groups add QA @somebody`" in said


async def test_the_form_of_a_new_group_shows_mistakes_beside_its_inputs(asking: Asking) -> None:
    house = asking.house
    robot = house.workspace.add_bot("Other robot")
    await asking.said("Ann", "groups create Taken")
    form = await asking.form("Ann", "groups create", "Create a group")

    taken = await house.ann.submit(form, {names.GROUP_NAME: {names.GROUP_NAME: "taken"}})
    machine = await house.ann.submit(
        form,
        {
            names.GROUP_NAME: {names.GROUP_NAME: "Fine"},
            names.GROUP_PEOPLE: {names.GROUP_PEOPLE: [robot.id]},
        },
    )

    assert taken.errors == {names.GROUP_NAME: "There is already a group called taken."}
    assert machine.errors == {
        names.GROUP_PEOPLE: "Other robot is an app and cannot install anything."
    }
    assert "There is no group called" in await asking.said("Ann", "groups show Fine")


async def test_the_form_of_a_new_group_turns_into_the_group(asking: Asking) -> None:
    house = asking.house
    await asking.close_all("Ann")
    await house.ann.click(await asking.ask("Ann", "groups"), names.GROUP_CREATE)
    form = await house.view_of("Ann", "Create a group")
    general, qa = (house.workspace.channel(name).id for name in ("#general", QA))

    sent = await house.ann.submit(
        form,
        {
            names.GROUP_NAME: {names.GROUP_NAME: "By form"},
            names.GROUP_PEOPLE: {names.GROUP_PEOPLE: [house.bob.id, house.cid.id]},
            names.GROUP_CHANNELS: {names.GROUP_CHANNELS: [general, qa]},
        },
    )

    said = words_of(await house.view_of("Ann", "Group"))
    assert sent.action == "update"
    assert "Created the group *By form*." in said
    assert f"I am not in <#{general}> yet" in said
    assert "*By form* · 2 people" in said
    assert await channels_of(house, "By form") == {general, qa}


@pytest.mark.parametrize("typed", ["groups add Editable", "groups remove Editable", "groups add"])
async def test_without_people_a_form_holds_those_that_are_in_it(asking: Asking, typed: str) -> None:
    house = asking.house
    await asking.said("Ann", "groups create Editable @bob")
    await asking.said("Ann", "groups add Editable @bob")
    title = "Add people" if typed == "groups add" else "People of a group"
    form = await asking.form("Ann", typed, title)
    if typed == "groups add":
        await house.ann.submit(form, {names.GROUP_PICK: {names.GROUP_PICK: "Editable"}})
        form = await house.view_of("Ann", "People of a group")
    assert house.bob.id in str(form.blocks)

    await house.ann.submit(form, {names.GROUP_PEOPLE: {names.GROUP_PEOPLE: [house.cid.id]}})

    said = words_of(await house.view_of("Ann", "Group"))
    assert "Added 1 person. Removed 1 person." in said
    assert await people_of(house, "Editable") == {house.cid.id}
    await asking.said("Ann", "groups remove Editable @cid")


async def test_a_form_leaves_what_a_colleague_changed_meanwhile(asking: Asking) -> None:
    house = asking.house
    await asking.said("Ann", "groups create Shared @bob")
    form = await asking.form("Ann", "groups add Shared", "People of a group")
    await asking.said("Ann", "groups add Shared @dee")

    people = [house.bob.id, house.cid.id]
    await house.ann.submit(form, {names.GROUP_PEOPLE: {names.GROUP_PEOPLE: people}})

    dee = house.workspace.person("Dee").id
    assert await people_of(house, "Shared") == {house.bob.id, house.cid.id, dee}


@pytest.mark.parametrize("way", ["connect", "disconnect"])
async def test_without_channels_a_form_holds_those_that_are_connected(
    asking: Asking, way: str
) -> None:
    house = asking.house
    qa, builds = (house.workspace.channel(name).id for name in (QA, BUILDS))
    await asking.said("Ann", f"groups create Loud {way} #qa")
    form = await asking.form("Ann", f"groups {way} Loud {way}", "Channels of a group")
    assert qa in str(form.blocks)

    await house.ann.submit(form, {names.GROUP_CHANNELS: {names.GROUP_CHANNELS: [builds]}})

    said = words_of(await house.view_of("Ann", "Group"))
    assert f"Connected <#{builds}>. Disconnected <#{qa}>." in said
    assert await channels_of(house, f"Loud {way}") == {builds}


async def test_a_form_sent_without_a_change_changes_nothing(asking: Asking) -> None:
    await asking.said("Ann", "groups create Still @bob #qa")

    for way in ("add", "connect"):
        await asking.form("Ann", f"groups {way} Still", "of a group")
        await asking.house.ann.submit()
        assert "Nothing was changed." in words_of(await asking.house.view_of("Ann", "Group"))


async def test_a_group_is_changed_and_deleted_from_inside_a_form(asking: Asking) -> None:
    house = asking.house
    await asking.said("Ann", "groups create Inside @bob")
    form = await asking.form("Ann", "groups show", "Show a group")
    await house.ann.submit(form, {names.GROUP_PICK: {names.GROUP_PICK: "Inside"}})

    await house.ann.click(await house.view_of("Ann", "Group"), names.GROUP_EDIT_NAME)
    await house.ann.submit(
        await house.view_of("Ann", "Rename a group"),
        {names.GROUP_NAME: {names.GROUP_NAME: "Within"}},
    )
    await house.ann.click(await house.view_of("Ann", "Group"), names.GROUP_DELETE)

    await house.workspace.eventually(
        lambda: "Deleted the group *Within*." in words_of_top(house, "Ann")
    )


def words_of_top(house: House, person: str) -> str:
    view = house.workspace.view_of(person)
    return words_of(view) if view is not None else ""


async def test_a_form_of_a_group_that_was_deleted_meanwhile_says_so(asking: Asking) -> None:
    await asking.said("Ann", "groups create Passing")
    form = await asking.form("Ann", "groups rename Passing", "Rename a group")
    answer = await asking.ask("Ann", "groups show Passing")
    await asking.house.ann.click(answer, names.GROUP_DELETE)
    await asking.house.whisper_to("Ann", "Deleted the group *Passing*.")

    sent = await asking.house.ann.submit(form, {names.GROUP_NAME: {names.GROUP_NAME: "New"}})

    assert sent.errors == {names.GROUP_NAME: "There is no such group."}


@pytest.mark.parametrize(
    ("typed", "act"),
    [
        ("groups", "see groups"),
        ("groups show Beta", "see groups"),
        ("groups relaese", "see groups"),
        ("help groups", "see groups"),
        ("groups create Mine", "change groups"),
        ("groups add Beta @cid", "change groups"),
    ],
)
async def test_c16_a_tester_is_told_what_it_is_that_they_may_not(
    asking: Asking, typed: str, act: str
) -> None:
    assert f"You may not {act} here" in await asking.said("Bob", typed)


async def test_a_testers_click_on_a_managers_button_is_refused(asking: Asking) -> None:
    house = asking.house
    await asking.said("Ann", "groups create Kept @bob")
    answer = await asking.ask("Ann", "groups show Kept")

    before = len(house.workspace.ephemerals("Bob"))
    for action_id in (names.GROUP_DELETE, names.GROUP_EDIT_NAME):
        await house.bob.click(answer, action_id)
    await house.workspace.eventually(lambda: len(house.workspace.ephemerals("Bob")) == before + 2)

    told = house.workspace.ephemerals("Bob")[before:]
    assert all("You may not change groups here" in message.said() for message in told)
    assert house.workspace.view_of("Bob") is None
    assert await people_of(house, "Kept") == {house.bob.id}


async def test_a10_a_form_whose_work_takes_long_says_so_and_turns_into_its_outcome(
    asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = asking.house
    monkeypatch.setattr(submitting, "IN_TIME", 0.05)
    crowd = [house.workspace.add_person(f"Zed {number}").id for number in range(5)]
    robot = house.workspace.add_bot("Slow robot")
    form = await asking.form("Ann", "groups create", "Create a group")
    house.slack.script("users.info", Fault.delay(0.2), times=len(crowd))

    sent = await house.ann.submit(
        form,
        {
            names.GROUP_NAME: {names.GROUP_NAME: "Crowd"},
            names.GROUP_PEOPLE: {names.GROUP_PEOPLE: crowd},
        },
    )
    under_way = house.workspace.view_of("Ann")
    assert under_way is not None
    waiting = words_of(under_way)
    done = words_of(await house.view_of("Ann", "Group"))

    assert sent.action == "update"
    assert "Working on it…" in waiting
    assert "*Crowd* · 5 people" in done

    form = await asking.form("Ann", "groups create", "Create a group")
    house.slack.script("users.info", Fault.delay(0.2), times=1)
    await house.ann.submit(
        form,
        {
            names.GROUP_NAME: {names.GROUP_NAME: "Machines"},
            names.GROUP_PEOPLE: {names.GROUP_PEOPLE: [robot.id]},
        },
    )

    def refused() -> str | None:
        view = house.workspace.view_of("Ann")
        said = words_of(view) if view is not None else ""
        return said if "robot" in said else None

    assert "is an app and cannot install anything. Please open the form again." in (
        await house.workspace.eventually(refused)
    )


async def test_a10_what_fails_while_a_form_waits_is_told(
    asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = asking.house
    monkeypatch.setattr(submitting, "IN_TIME", 0.05)
    zed = house.workspace.add_person("Zed last").id
    form = await asking.form("Ann", "groups create", "Create a group")
    house.slack.script("users.info", Fault.delay(0.2), times=1)
    house.slack.script("users.info", Fault.error("fatal_error"), times=50)

    await house.ann.submit(
        form,
        {
            names.GROUP_NAME: {names.GROUP_NAME: "Nobody knows"},
            names.GROUP_PEOPLE: {names.GROUP_PEOPLE: [zed, house.workspace.add_person("Y").id]},
        },
    )

    def failed() -> View | None:
        view = house.workspace.view_of("Ann")
        return view if view is not None and "did not work" in words_of(view) else None

    await house.workspace.eventually(failed)
    house.slack.faults.clear()
