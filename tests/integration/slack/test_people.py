"""Who may do what, asked at the moment of the click; and two who do the same at once."""

import asyncio

import pytest

from bot.slack.kit import names
from provisioning.actors import slack
from provisioning.people.roles import Holder, Others
from storage.records.role import HolderKind, Role
from tests.integration.slack.house import BUILDS, QA, House
from tests.integration.slack.test_main_road import distribute


async def test_who_may_not_distribute_is_told_so_alone(house: House) -> None:
    draft = await house.with_app()

    await house.bob.click(draft, names.DISTRIBUTE)

    told = await house.whisper_to("Bob", "this takes the role admin or release manager")
    assert told.ephemeral_for == house.bob.id
    assert house.workspace.view_of("Bob") is None


async def test_a_role_that_was_taken_away_meanwhile_no_longer_counts(house: House) -> None:
    people, bob = (
        house.running.house.people.roles,
        Holder(kind=HolderKind.PERSON, id=str(slack(house.bob.id))),
    )
    await people.give(house.manager, Role.MANAGER, bob)
    draft = await house.with_app()
    await house.bob.click(draft, names.DISTRIBUTE)
    form = await house.view_of("Bob", "Distribute")
    await people.take(house.manager, Role.MANAGER, bob)

    sent = await house.bob.submit(form, {names.PEOPLE: [house.bob.id]})

    assert sent.action == "errors"
    assert "You may not distribute releases" in str(sent.errors)


async def test_c16_what_is_wrong_with_people_is_said_where_people_are_chosen(house: House) -> None:
    draft = await house.with_app()
    house.workspace.add_person("Gone", deleted=True)
    await house.ann.click(draft, names.DISTRIBUTE)
    form = await house.view_of("Ann", "Distribute")

    sent = await house.ann.submit(
        form, {names.PEOPLE: {names.PEOPLE: [house.workspace.person("Gone").id]}}
    )

    assert list(sent.errors) == [names.PEOPLE]


async def test_c16_the_picker_of_groups_says_how_many_are_in_each(house: House) -> None:
    await house.group("QA", "Bob", "Cid", channel=QA)
    draft = await house.with_app()
    await house.ann.click(draft, names.DISTRIBUTE)
    form = await house.view_of("Ann", "Distribute")

    (offered,) = await house.ann.suggest(form, names.GROUPS, "q")

    assert offered["text"]["text"] == "QA"
    assert offered["description"]["text"] == "2 people"
    assert "optional" not in str(next(b for b in form.blocks if b["block_id"] == names.OPTIONS))


async def test_6_a_double_click_is_one_release(house: House) -> None:
    await house.group("QA", "Bob", channel=QA)
    await house.with_app()
    await distribute(house, "QA")
    await house.dm_to("Bob", "2.4.0 (241)")
    await house.cid.post(BUILDS, "Next", files=[house.samples.newer_ipa])
    draft = await house.card_saying("Compared with")

    await asyncio.gather(
        house.ann.click(draft, names.DISTRIBUTE_USUAL),
        house.ann.click(draft, names.DISTRIBUTE_USUAL),
    )

    await house.whisper_to("Ann", "already distributed release 2 to QA")
    await house.dm_to("Bob", "2.5.0 (250)")
    await house.settled()
    assert len([m for m in house.workspace.dms("Bob") if "2.5.0 (250)" in m.said()]) == 1
    assert len([m for m in house.workspace.by_bot(QA) if "release 2" in m.said()]) == 1


@pytest.mark.slow
async def test_6_c15_of_two_managers_at_once_the_second_sees_who_did_it_and_when(
    house: House,
) -> None:
    bob = Holder(kind=HolderKind.PERSON, id=str(slack(house.bob.id)))
    await house.running.house.people.roles.give(house.manager, Role.MANAGER, bob)
    await house.group("QA", "Cid", channel=QA)
    draft = await house.with_app()
    for person in (house.ann, house.bob):
        await person.click(draft, names.DISTRIBUTE)
    for name, person in (("Ann", house.ann), ("Bob", house.bob)):
        form = await house.view_of(name, "Distribute")
        await person.submit(form, {names.GROUPS: ["QA"]})

    first = await house.ann.submit(await house.view_of("Ann", "Please confirm"))
    second = await house.bob.submit(await house.view_of("Bob", "Please confirm"))

    assert first.action == "clear"
    assert second.action == "update"
    refused = await house.view_of("Bob", "Already done")
    assert "Ann Archer already distributed release 1 to QA on <!date^" in str(refused.blocks)
    await house.dm_to("Cid", "ready for you")
    assert len([m for m in house.workspace.dms("Cid") if "ready" in m.said()]) == 1


async def test_a_form_that_was_overtaken_says_by_whom_before_it_counts(house: House) -> None:
    bob = Holder(kind=HolderKind.PERSON, id=str(slack(house.bob.id)))
    await house.running.house.people.roles.give(house.manager, Role.MANAGER, bob)
    await house.group("QA", "Cid", channel=QA)
    draft = await house.with_app()
    await house.bob.click(draft, names.DISTRIBUTE)
    await distribute(house, "QA")

    await house.bob.submit(await house.view_of("Bob", "Distribute"), {names.GROUPS: ["QA"]})

    assert "Ann Archer distributed release 1 to QA" in str(
        (await house.view_of("Bob", "Already done")).blocks
    )


async def test_c5_whoever_goes_back_from_the_confirmation_is_counted_anew(house: House) -> None:
    await house.group("QA", "Bob")
    await house.group("Beta", "Bob", "Cid")
    draft = await house.with_app()
    await house.ann.click(draft, names.DISTRIBUTE)
    await house.ann.submit(await house.view_of("Ann", "Distribute"), {names.GROUPS: ["QA"]})
    first = await house.view_of("Ann", "Please confirm")
    await house.ann.close(first)

    again = await house.ann.submit(
        await house.view_of("Ann", "Distribute"), {names.GROUPS: ["QA", "Beta"]}
    )

    assert "input" not in {block["type"] for block in first.blocks}
    assert again.action == "push"
    assert "*2 people*" in str((await house.view_of("Ann", "Please confirm")).blocks)


async def test_nobody_chosen_is_said_at_the_input(house: House) -> None:
    draft = await house.with_app()
    await house.ann.click(draft, names.DISTRIBUTE)

    sent = await house.ann.submit(await house.view_of("Ann", "Distribute"))

    assert sent.errors == {names.GROUPS: "Choose at least one group or person."}


async def test_an_app_name_that_cannot_be_is_said_at_the_input(house: House) -> None:
    await house.cid.post(BUILDS, files=[house.samples.ipa])
    await house.ann.click(await house.card_saying("New app"), names.CREATE_APP)
    form = await house.view_of("Ann", "Create app")

    sent = await house.ann.submit(form, {names.APP_NAME: "Not A Name"})

    assert list(sent.errors) == [names.APP_NAME]


async def test_23_a_guest_may_test_and_may_not_distribute(house: House) -> None:
    dee = house.workspace.person("Dee")
    holder = Holder(kind=HolderKind.PERSON, id=str(slack(dee.id)))
    house.workspace.change_person("Dee", is_restricted=False)
    await house.settled()
    await house.running.house.people.roles.give(house.manager, Role.MANAGER, holder)
    house.workspace.change_person("Dee", is_restricted=True)
    await house.settled()
    await house.group("QA", "Dee")
    draft = await house.with_app()
    await house.ann.invite(BUILDS, dee.id)
    await dee.click(draft, names.DISTRIBUTE)
    await house.whisper_to("Dee", "You may not distribute releases here")

    await distribute(house, "QA")

    await house.dm_to("Dee", "ready for you")


async def test_23_a_guests_build_is_refused_with_a_reason(house: House) -> None:
    dee = house.workspace.person("Dee")
    await house.ann.invite(BUILDS, dee.id)

    await dee.post(BUILDS, files=[house.samples.ipa])

    await house.card_saying("does not hold the uploader role")


async def test_23_somebody_of_another_workspace_cannot_be_chosen(house: House) -> None:
    eve = house.workspace.add_person("Eve", is_stranger=True, team_id="T0OTHER00")
    draft = await house.with_app()
    await house.ann.click(draft, names.DISTRIBUTE)

    sent = await house.ann.submit(
        await house.view_of("Ann", "Distribute"), {names.PEOPLE: [eve.id]}
    )

    assert "belongs to another workspace" in sent.errors[names.PEOPLE]


async def test_c8_builds_of_other_apps_are_answered_once_a_day_until_they_hold_the_role(
    house: House,
) -> None:
    robot = house.workspace.add_bot("Builder")
    await robot.join(BUILDS)
    posted = await robot.post(BUILDS, "Nightly", files=[house.samples.ipa])
    told = await house.card_saying("an app that does not hold the uploader role")
    await robot.post(BUILDS, "Nightly", files=[house.samples.newer_ipa])
    await house.settled()
    holder = Holder(kind=HolderKind.PERSON, id=str(slack(robot.id)))
    roles = house.running.house.people.roles
    await roles.give(house.manager, Role.UPLOADER, holder, others=Others.KEEP)

    await robot.post(BUILDS, "Nightly", files=[house.samples.apk])

    await house.card_saying("New app")
    assert told.thread_ts == posted.ts
    assert (
        "Ann Archer can give it. They type `/release roles give uploader @the-app`." in told.said()
    )
    assert len([m for m in house.workspace.by_bot(BUILDS) if "uploader role" in m.said()]) == 1


async def test_c15_who_gets_another_name_is_called_by_it(house: House) -> None:
    await house.group("QA", "Bob")
    testers = house.running.house.people.testers
    (before,) = (await testers.listed(limit=5)).first

    house.workspace.change_person("Bob", display_name="Bobby B.")
    await house.settled()

    (after,) = (await testers.listed(limit=5)).first
    assert (before.tester.name, after.tester.name) == ("Bob Baker", "Bobby B.")


@pytest.mark.slow
async def test_24_a_deactivated_tester_is_not_told_and_history_is_kept(house: House) -> None:
    await house.group("QA", "Bob", "Cid")
    await house.with_app()
    house.workspace.change_person("Bob", deleted=True)
    await house.settled()

    await distribute(house, "QA")

    await house.dm_to("Cid", "ready for you")
    await house.card_saying("1/1 reached")
    assert [m for m in house.workspace.dms("Bob") if m.is_bot] == []
