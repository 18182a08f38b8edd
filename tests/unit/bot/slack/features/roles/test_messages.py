"""Who holds what, however many they are."""

from bot.slack.features.roles import messages
from provisioning.people.roles import Holder
from storage.records.role import HolderKind, Role
from tests.unit.bot.slack.reading import words


def person(number: int) -> Holder:
    return Holder(kind=HolderKind.PERSON, id=f"U{number:09}")


def test_hundreds_of_holders_of_one_role_do_not_hide_the_other_roles() -> None:
    shown = words(messages.listed([(Role.ADMIN, person(number)) for number in range(500)]))

    assert "*Uploader* brings builds in" in shown
    assert "Everybody, without being named" in shown


def test_a_user_group_is_mentioned_and_an_id_that_is_none_is_not() -> None:
    good = Holder(kind=HolderKind.USERGROUP, id="S012345")
    evil = Holder(kind=HolderKind.USERGROUP, id="S1> <!channel")
    shown = words(messages.listed([(Role.MANAGER, good), (Role.MANAGER, evil)]))

    assert "<!subteam^S012345>, a user group" in shown
    assert "<!channel" not in shown
