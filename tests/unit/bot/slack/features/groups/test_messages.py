"""Groups of every size and name, within Slack's limits."""

import pytest

from bot.slack.features.groups import messages
from provisioning.people.groups import ChannelSheet, GroupLine, UserGroupSheet
from tests.blockkit.inertness import EVIL
from tests.unit.bot.slack.features.groups.sheets import member, sheet
from tests.unit.bot.slack.reading import words


def test_an_empty_group_says_how_to_fill_it() -> None:
    shown = words(messages.full(sheet()))

    assert "Nobody yet: `/release groups add qa @somebody`" in shown
    assert "None yet: `/release groups connect qa #channel`" in shown
    assert "Nobody is in it at the moment." in shown


def test_a_large_group_of_evil_names_is_shown_within_the_limits() -> None:
    people = tuple(member(number, in_slack=False) for number in range(300))
    channels = tuple(ChannelSheet(id=f"C{number:09}", broken=EVIL) for number in range(300))
    usergroups = tuple(UserGroupSheet(id=f"S{n}", handle=EVIL, members=None) for n in range(40))
    full = sheet(name=EVIL, people=people, channels=channels, usergroups=usergroups, reach=300)

    shown = words(messages.full(full, "Created."))

    assert EVIL[:63] in shown.replace(f"Delete {EVIL}?", "")


def test_hundreds_of_groups_are_listed_within_the_limits() -> None:
    many = [
        GroupLine(name=f"{EVIL} {number}", slug="evil", channel_ids=(), reach=number)
        for number in range(400)
    ]

    shown = words(messages.listed(many))

    assert " · 1 person · no channel" in shown
    assert EVIL[:63] in shown


def test_a_channel_that_is_broken_says_why() -> None:
    broken = ChannelSheet(id="C0123456", broken="the channel is archived")

    assert "<#C0123456> :warning: the channel is archived" in words(
        messages.full(sheet(channels=(broken,)))
    )


@pytest.mark.parametrize(
    ("people", "usergroups", "expected"),
    [
        (0, 0, ""),
        (1, 0, "Added 1 person."),
        (2, 1, "Added 2 people and 1 user group."),
        (0, 3, "Added 3 user groups."),
    ],
)
def test_what_was_done_is_counted_in_words(people: int, usergroups: int, expected: str) -> None:
    assert messages.counted("Added", people, usergroups) == expected


@pytest.mark.parametrize(
    ("parts", "expected"),
    [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")],
)
def test_several_things_are_joined_as_people_do(parts: list[str], expected: str) -> None:
    assert messages.joined(parts) == expected


def test_c20_whoever_finds_no_room_is_counted_wherever_groups_are_shown() -> None:
    channels = tuple(f"C{number:09}" for number in range(300))
    line = GroupLine(name="QA", slug="qa", channel_ids=channels, reach=1)
    after = GroupLine(name="Beta", slug="beta", channel_ids=(), reach=1)
    broken = ChannelSheet(id="C0BROKEN", broken="the channel is archived")
    full = sheet(
        people=tuple(member(number, in_slack=True) for number in range(1000)),
        usergroups=(UserGroupSheet(id="S1", handle="qa-team", members=3),),
        channels=(*(ChannelSheet(id=one, broken="") for one in channels), broken),
    )

    listed, shown = words(messages.listed([line, after])), words(messages.full(full))

    assert "<#C000000000>" in listed
    assert " … and 2" in listed
    assert "*Beta*" in listed
    assert "@qa-team (3 people), <@U000000000>" in shown
    assert "more\n*Channels*\n• <#C0BROKEN> :warning: the channel is archived\n" in shown
    assert shown.count("… and ") == 2
