"""What people type behind the command."""

import pytest

from bot.slack.features.distribution.typed.deeds import Typed, read
from bot.slack.features.groups.typed.deeds import read as read_groups
from bot.slack.features.groups.views import GroupWay
from bot.slack.kit.grammar import Mention, MentionKind, tokens
from bot.slack.kit.verbs import closest, typing_errors, unknown
from provisioning.errors import Unclear

BOB = Mention(MentionKind.PERSON, "U1", "bob")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ()),
        ("list  harbour ", ("list", "harbour")),
        ('create "QA team"', ("create", "QA team")),
        ("create “QA team”", ("create", "QA team")),
        ("add <@U1|bob> <@U2>", ("add", BOB, Mention(MentionKind.PERSON, "U2"))),
        ("connect QA <#C1|qa>", ("connect", "QA", Mention(MentionKind.CHANNEL, "C1", "qa"))),
        ("add <!subteam^S1|@qa-team>", ("add", Mention(MentionKind.USERGROUP, "S1", "qa-team"))),
        ("to QA,Beta , Dogfood", ("to", "QA", "Beta", "Dogfood")),
        ("create R&amp;D &lt;3", ("create", "R&D", "<3")),
        ("add <script>", ("add", "<", "script>")),
    ],
)
def test_text_becomes_words_and_mentions(text: str, expected: tuple[object, ...]) -> None:
    assert tokens(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Typed()),
        ("harbour", Typed(app="harbour")),
        ("harbour 2.4.0 (241)", Typed(app="harbour", version="2.4.0 (241)")),
        ("harbour to QA", Typed(app="harbour", groups=("QA",))),
        (
            "harbour 7 to QA, Beta mandatory silent",
            Typed(app="harbour", version="7", groups=("QA", "Beta"), mandatory=True, silent=True),
        ),
        ("harbour to QA <@U1|bob>", Typed(app="harbour", groups=("QA",), people=("U1",))),
        ("to", Typed(app="to")),
    ],
)
def test_distribute_reads_app_version_groups_and_flags(text: str, expected: Typed) -> None:
    assert read(tokens(text)) == expected


def test_groups_reads_names_of_several_words() -> None:
    assert read_groups(tokens("create Beta testers")).group == "Beta testers"
    wish = read_groups(tokens("rename Beta testers to Night owls"))
    assert (wish.way, wish.group, wish.new_name) == (GroupWay.RENAME, "Beta testers", "Night owls")
    assert read_groups(()).way is GroupWay.LIST


def test_an_unknown_way_says_what_was_probably_meant() -> None:
    with pytest.raises(Unclear, match=r"Did you mean `/release groups create`"):
        read_groups(tokens("craete QA"))


def test_the_closest_word_is_found_and_nonsense_is_not() -> None:
    assert closest("distribut", ["list", "distribute"]) == "distribute"
    assert closest("zzzz", ["list", "distribute"]) is None
    assert "There are: `list`" in unknown("zzzz", ["list"])


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        *(("relaese", None), ("lsit", "list"), ("gruops", "groups"), ("dist", "distribute")),
        *(("Tester", "testers"), ("doctro", "doctor"), ("xy", None), ("l", None), ("", None)),
        *(("ls", None), ("app", "apps"), ("delete", None), ("distribuet", "distribute")),
    ],
)
def test_c16_the_nearest_word_is_the_right_one_or_none(typed: str, meant: str | None) -> None:
    verbs = ["distribute", "list", "show", "apps", "testers", "groups", "roles", "doctor"]

    assert closest(typed, verbs) == meant


def test_c16_swapped_letters_are_one_mistake() -> None:
    assert [
        typing_errors(*pair) for pair in (("ab", "ba"), ("abc", "ab"), ("kitten", "sitting"))
    ] == [1, 1, 3]


def test_a_backtick_in_a_wrong_word_cannot_end_the_code() -> None:
    assert "`x'y`" in unknown("x`y", ["list"])
