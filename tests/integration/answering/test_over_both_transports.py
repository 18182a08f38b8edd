"""The main answers over Socket Mode and over signed requests: the same words on both."""

from bot.slack.kit import names
from tests.integration.answering.asking import Asking, words_of
from tests.integration.slack.house import QA, House


async def test_a_group_is_made_and_a_release_given_to_it_by_typing_alone(either: House) -> None:
    asking = Asking(either)
    helped = await asking.said("Ann", "help")
    mistaken = await asking.said("Ann", "lst")
    await either.with_app()

    made = await asking.said("Ann", "groups create QA @bob #qa")
    went = await asking.said("Ann", "distribute harbour to QA")
    refused = await asking.said("Bob", "groups")

    assert "`/release groups" in helped
    assert "Did you mean `/release list`?" in mistaken
    assert "Created the group *QA*." in made
    assert "goes to *1 person*: QA." in went
    assert "You may not see groups here" in refused
    await either.dm_to("Bob", "ready for you")
    await either.card_saying("*Live*", QA)


async def test_forms_and_home_answer(either: House) -> None:
    asking = Asking(either)
    form = await asking.form("Ann", "groups create", "Create a group")

    empty = await either.ann.submit(form, {names.GROUP_NAME: {names.GROUP_NAME: "!!!"}})
    await either.ann.submit(form, {names.GROUP_NAME: {names.GROUP_NAME: "QA"}})
    await either.ann.open_home()

    home = await either.workspace.eventually(lambda: either.workspace.home_of("Ann"))
    assert "letters or digits" in empty.errors[names.GROUP_NAME]
    assert "Created the group *QA*." in words_of(await either.view_of("Ann", "Group"))
    assert "Waiting to be distributed" in words_of(home)
