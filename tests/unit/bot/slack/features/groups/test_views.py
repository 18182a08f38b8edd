"""The forms of groups, within Slack's limits whatever the group holds."""

import pytest

from bot.slack.features.groups import views
from bot.slack.features.groups.views import GroupWay
from bot.slack.kit.blocks import Form
from provisioning.people.groups import ChannelSheet
from storage.records.group import Group
from tests.blockkit import validity
from tests.blockkit.inertness import EVIL
from tests.unit.bot.slack.features.groups.sheets import member, sheet


def group(number: int) -> Group:
    name = f"{EVIL[:50]}{number}"
    return Group(organization_id="o", name=name, slug=f"g{number}", created_by="U1")


@pytest.mark.parametrize("way", list(views.PICKED))
def test_the_form_that_asks_which_group_takes_any_number(way: GroupWay) -> None:
    form = views.pick(way)

    assert validity.view_complaints(form.view()) == []
    assert form.blocks[0]["element"]["type"] == "external_select"


def test_a_group_of_some_people_can_be_edited_as_a_whole() -> None:
    people = tuple(member(number, in_slack=True) for number in range(views.EDITABLE))
    form = views.people(sheet(people=people))

    assert validity.view_complaints(form.view()) == []
    assert len(form.blocks[0]["element"]["initial_users"]) == views.EDITABLE
    assert len(form.private_metadata) <= 3000


def test_a_larger_one_is_only_added_to() -> None:
    people = tuple(member(number, in_slack=True) for number in range(views.EDITABLE + 1))
    form = views.people(sheet(people=people))

    assert "initial_users" not in form.blocks[0]["element"]
    assert form.private_metadata.endswith(":")
    assert "are added to the 151" in form.blocks[0]["hint"]["text"]


@pytest.mark.parametrize("count", [0, 1, 400])
def test_the_form_of_channels_takes_any_number(count: int) -> None:
    channels = tuple(ChannelSheet(id=f"C{number:09}", broken="") for number in range(count))
    form = views.channels(sheet(name=EVIL, channels=channels))

    assert validity.view_complaints(form.view()) == []
    assert len(form.private_metadata) <= 3000
    left_out = "150 of 400 are shown; the others stay." in form.blocks[0]["hint"]["text"]
    assert left_out == (count > views.EDITABLE)


@pytest.mark.parametrize("form", [views.create(), views.create(EVIL), views.rename(group(7))])
def test_the_forms_of_names_are_taken_by_slack(form: Form) -> None:
    assert validity.view_complaints(form.view()) == []
