"""The command itself: help for whoever asks, and a way out for whoever mistypes."""

import pytest

from tests.integration.answering.asking import Asking

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.usefixtures("rested")]

VERBS = ("distribute", "list", "show", "apps", "testers", "groups", "roles")


async def test_the_command_alone_and_help_list_what_a_manager_can_do(asking: Asking) -> None:
    alone, helped = await asking.said("Ann", ""), await asking.said("Ann", "help")

    assert alone == helped
    assert all(f"`/release {verb}" in alone for verb in VERBS)
    assert "press *Distribute…*" in alone


@pytest.mark.parametrize("word", ["HELP", "?", "--help"])
async def test_help_is_found_under_other_words_too(asking: Asking, word: str) -> None:
    assert "What you can do" in await asking.said("Ann", word)


async def test_a_tester_reads_only_what_a_tester_can_do(asking: Asking) -> None:
    said = await asking.said("Bob", "help")

    assert "`/release list" in said
    assert "your own install link" in said
    for verb in ("distribute", "testers", "groups", "roles"):
        assert f"`/release {verb}" not in said


async def test_the_answer_is_for_who_asked_alone(asking: Asking) -> None:
    answer = await asking.ask("Bob", "help", "#qa")

    assert answer.ephemeral_for == asking.house.bob.id
    assert asking.house.workspace.by_bot("#qa") == []


@pytest.mark.parametrize("verb", VERBS)
async def test_help_on_a_verb_has_its_usage_and_examples(asking: Asking, verb: str) -> None:
    said = await asking.said("Ann", f"help {verb}")

    assert f"*{verb}*" in said
    assert "For example" in said
    assert said.count(f"`/release {verb}") >= 2


async def test_help_on_a_verb_for_others_says_which_role_it_takes(asking: Asking) -> None:
    assert "takes the role admin or release manager" in await asking.said("Bob", "help groups")


@pytest.mark.parametrize(
    ("typed", "meant"), [("lst", "list"), ("distribte harbour", "distribute"), ("Group", "groups")]
)
async def test_a_mistyped_verb_is_answered_with_the_one_that_was_meant(
    asking: Asking, typed: str, meant: str
) -> None:
    assert f"Did you mean `/release {meant}`?" in await asking.said("Ann", typed)


@pytest.mark.parametrize("typed", ["relaese", "zzz", "sow me"])
async def test_c16_nothing_is_suggested_that_is_far_from_what_was_typed(
    asking: Asking, typed: str
) -> None:
    said = await asking.said("Ann", typed)

    assert ("Did you mean" in said) == (typed == "sow me")
    assert "`roles`?" not in said


async def test_help_on_a_mistyped_verb_names_the_one_that_was_meant(asking: Asking) -> None:
    assert "Did you mean `/release roles`?" in await asking.said("Ann", "help role")


async def test_a_word_like_no_verb_is_answered_with_all_of_them(asking: Asking) -> None:
    said = await asking.said("Ann", "xyzzy")

    assert "There is no `xyzzy`. There are: `distribute`, " in said
    assert ", `recall`, " in said
    assert "`/release help`" in said


async def test_a_tester_is_not_pointed_to_what_a_tester_cannot_use(asking: Asking) -> None:
    assert "`groups`" not in await asking.said("Bob", "xyzzy")


async def test_what_was_typed_is_shown_without_its_markup(asking: Asking) -> None:
    said = await asking.said("Ann", "&lt;!channel&gt;`*bold*&amp;x")

    assert "<!channel>" not in said
    assert "There is no `&lt;!channel&gt;'*bold*&amp;x`" in said


async def test_a_very_long_word_is_cut(asking: Asking) -> None:
    assert len(await asking.said("Ann", "x" * 7000)) < 600


async def test_the_command_answers_in_a_direct_message(asking: Asking) -> None:
    workspace = asking.house.workspace

    answer = await asking.ask("Bob", "help", workspace.dm("Bob").id)

    assert answer.channel == workspace.dm("Bob").id


async def test_the_command_answers_where_the_app_is_no_member(asking: Asking) -> None:
    assert "What you can do" in (await asking.ask("Ann", "help", "#general")).said()
