"""Help reads well for everybody, and shows what was typed without its markup."""

from bot.slack.features.command import messages
from bot.slack.kit.verbs import Asked, Reply, Verb
from provisioning.actors import Act
from tests.blockkit.inertness import EVIL
from tests.unit.bot.slack.reading import words


async def nothing(asked: Asked) -> Reply:
    raise AssertionError(asked)


def verb(name: str) -> Verb:
    return Verb(
        name=name,
        usage=f"{name} [app]",
        summary="What it does.",
        examples=(name, f"{name} harbour"),
        act=Act.SEE,
        answer=nothing,
    )


def test_the_overview_has_each_verb_with_one_example() -> None:
    shown = words(messages.overview([verb("list"), verb("show")], distributes=True))

    assert "*list* · What it does.\n`/release list`" in shown
    assert "`/release help list`" in shown


def test_testers_are_not_told_of_cards_they_never_see() -> None:
    assert "Distribute" not in words(messages.overview([verb("list")], distributes=False))


def test_the_help_of_a_verb_has_its_usage_and_every_example() -> None:
    shown = words(messages.of_verb(verb("list")))

    assert "`/release list [app]`" in shown
    assert "• `/release list harbour`" in shown


def test_a_word_that_is_no_verb_is_shown_escaped_and_cut() -> None:
    message = messages.no_such_verb(EVIL * 50, [verb("list")])

    assert words(message)
    assert "<!channel>" not in message.text
    assert len(words(message)) < 200
