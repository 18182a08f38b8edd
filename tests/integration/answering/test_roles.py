"""Giving and taking roles, and that they take effect at the next click."""

from typing import Any

import pytest
import pytest_asyncio

from bot.sandbox.faults import Fault
from bot.slack.kit import names
from provisioning.people.roles import Others
from tests.integration.answering.asking import Asking
from tests.integration.slack.house import BUILDS, House

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.usefixtures("draft", "rested")]


@pytest_asyncio.fixture(loop_scope="module")
async def draft(furnished: House) -> House:
    """Lend a house with a draft, in which nobody but Ann holds a role by name."""
    people = furnished.running.house.people.roles
    fixed = (await people.holdings())[:1]
    for role, holder in await people.holdings():
        if (role, holder) not in fixed:
            await people.take(furnished.manager, role, holder)
    return furnished


async def test_the_list_says_what_each_role_may_and_who_holds_it(
    draft: House, asking: Asking
) -> None:
    said = await asking.said("Ann", "roles")

    assert f"*Admin* does everything, and gives roles\n{draft.ann.mention}" in said
    assert "Nobody by name: every full member may" in said


async def test_somebody_made_a_manager_may_distribute_and_no_longer_when_it_was_taken(
    draft: House, asking: Asking
) -> None:
    card = draft.card()
    given = await asking.said("Ann", "roles give release manager to @bob")
    again = await asking.said("Ann", "roles give manager @bob")
    await draft.bob.click(card, names.DISTRIBUTE)
    await draft.view_of("Bob", "Distribute")
    await draft.bob.close()

    taken = await asking.said("Ann", "roles take manager from @bob")
    await draft.bob.click(card, names.DISTRIBUTE)

    bob = draft.bob.mention
    assert f"{bob} holds the role *release manager* now." in given
    assert f"{bob} held the role *release manager* already." in again
    assert f"{bob} no longer holds the role *release manager*." in taken
    await draft.whisper_to("Bob", "You may not distribute releases here")
    assert draft.workspace.view_of("Bob") is None
    assert "You may not distribute" in await asking.said("Bob", "distribute harbour to QA")


async def test_a_role_of_a_user_group_follows_its_members(draft: House, asking: Asking) -> None:
    draft.workspace.add_usergroup("leads", "Cid")
    await asking.said("Ann", "roles give manager @leads")

    cid = await asking.said("Cid", "roles")
    draft.workspace.set_usergroup("leads", "Bob")
    await draft.settled()
    cid_after, bob = await asking.said("Cid", "roles"), await asking.said("Bob", "roles")

    assert "<!subteam^" in cid
    assert "You may not see who holds which role here" in cid_after
    assert "*Release manager*" in bob


async def test_what_a_manager_sees_in_help_comes_and_goes_with_the_role(asking: Asking) -> None:
    before = await asking.said("Cid", "help")
    await asking.said("Ann", "roles give manager @cid")

    assert "/release groups" not in before
    assert "/release groups" in await asking.said("Cid", "help")


async def test_a_manager_sees_roles_and_does_not_give_them(asking: Asking) -> None:
    await asking.said("Ann", "roles give manager @cid")

    assert "*Admin*" in await asking.said("Cid", "roles")
    assert "You may not give roles here" in await asking.said("Cid", "roles give admin @cid")


async def test_c8_giving_the_uploader_role_asks_what_becomes_of_the_others(
    draft: House, asking: Asking
) -> None:
    form = await asking.form("Ann", "roles give uploader @cid", "Give a role")
    await draft.ann.close(form)
    assert "Nobody by name: every full member may" in await asking.said("Ann", "roles")
    form = await asking.form("Ann", "roles give uploader @cid", "Give a role")

    await draft.ann.submit(form, {names.ROLE_OTHERS: Others.DROP.value})
    given = str((await draft.view_of("Ann", "Roles")).blocks)
    await draft.bob.post(BUILDS, files=[draft.samples.apk])
    refused = await draft.card_saying("does not hold the uploader role")
    back = await asking.said("Ann", "roles take uploader @cid")

    shown = str(form.blocks)
    assert "every full member of this workspace may bring builds in" in shown
    assert f"builds are taken in from {draft.cid.mention}, and {draft.ann.mention}" in shown
    assert "From now on only those who hold it bring builds in" in given
    assert (
        "Ann Archer can give it. They type `/release roles give uploader @somebody`"
        in refused.said()
    )
    assert "Nobody holds it by name now, so every full member may bring builds in." in back


async def test_c8_by_default_the_others_keep_the_uploader_role(
    draft: House, asking: Asking
) -> None:
    form = await asking.form("Ann", "roles give uploader @cid", "Give a role")

    await draft.ann.submit(form)

    given = str((await draft.view_of("Ann", "Roles")).blocks)
    assert "Every full member may bring builds in as before." in given
    assert f"brings builds in\\nevery full member, {draft.cid.mention}" in given


async def test_c8_whoever_names_everybody_is_not_asked(draft: House, asking: Asking) -> None:
    given = await asking.said("Ann", "roles give uploader @cid everybody")
    taken = await asking.said("Ann", "roles take uploader from everybody")

    assert "Every full member holds the role *uploader* now." in given
    assert "Every full member no longer holds the role *uploader*." in taken
    assert f"brings builds in\n{draft.cid.mention}" in taken


@pytest.mark.parametrize(
    ("flags", "role", "why"),
    [
        ({"is_restricted": True}, "manager", "is a guest of this workspace"),
        ({"is_restricted": True, "is_ultra_restricted": True}, "admin", "is a guest of this"),
        ({"is_bot": True, "bot_id": "B0BUILDER"}, "manager", "is an app"),
        ({"deleted": True}, "uploader", "is deactivated"),
        ({}, "tester", "Everybody is a tester without being named."),
    ],
)
async def test_c20_a_role_without_effect_is_refused_with_the_reason(
    draft: House, asking: Asking, flags: dict[str, Any], role: str, why: str
) -> None:
    who = draft.workspace.add_person("Somebody", **flags)
    before = await draft.running.house.people.roles.holdings()

    said = await asking.said("Ann", f"roles give {role} <@{who.id}|somebody> @cid")

    assert why in said
    assert await draft.running.house.people.roles.holdings() == before


async def test_an_admin_of_the_settings_stays_admin_and_it_is_said_why(
    draft: House, asking: Asking
) -> None:
    said = await asking.said("Ann", "roles take admin @ann")

    assert f"{draft.ann.mention} may still do what *admin* allows" in said
    assert "`SLIPWAY_ADMINS`" in said


async def test_a_user_group_that_slack_does_not_tell_of_locks_nobody_out(
    draft: House, asking: Asking
) -> None:
    silent = draft.workspace.add_usergroup("silent", "Bob")
    draft.slack.script("usergroups.users.list", Fault.error("internal_error"), times=9)

    refused = await asking.said("Ann", f"roles give manager <!subteam^{silent.id}|@silent>")

    assert "Slack did not say who is in a user group." in refused
    assert "<!subteam" not in await asking.said("Ann", "roles")
    draft.slack.faults.clear()


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("roles grant manager @bob", "There is no `grant`"),
        ("roles giv manager @bob", "Did you mean `/release roles give`?"),
        ("roles give", "Say which role, and who: `/release roles give manager @somebody`"),
        ("roles give manager", "Say who: `/release roles give manager @somebody`"),
        ("roles give @bob", "Say which role, and who"),
        ("roles give mnager @bob", "Did you mean `/release roles give manager`?"),
        ("roles give manager @nobody", "Slack does not know `@nobody`."),
        ("roles @bob", "Say first what to do: `/release roles give manager @somebody`"),
        ("roles take &lt;!channel&gt; @bob", "There is no `&lt;!channel&gt;`"),
    ],
)
async def test_what_is_missing_or_wrong_is_said_with_an_example(
    asking: Asking, typed: str, told: str
) -> None:
    assert told in await asking.said("Ann", typed)


async def test_a_tester_is_told_which_role_it_takes(asking: Asking) -> None:
    for typed in ("roles", "roles give manager @bob"):
        assert "here: this takes the role" in await asking.said("Bob", typed)
