"""Who did what, as the audit has it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from provisioning.errors import NotAllowed
from provisioning.releases import history as histories
from provisioning.releases.history import everything
from tests.unit.provisioning.conftest import BOB, CID, MANAGER, TESTER, Domain
from tests.unit.provisioning.distributing.sending import group, send

BEGINNING = datetime(2020, 1, 1, tzinfo=UTC)


async def test_each_act_on_a_release_is_told_with_names(domain: Domain, ipa: Path) -> None:
    release_id, qa = await domain.draft(ipa), await group(domain, "QA", BOB)
    await send(domain, release_id, qa)
    await domain.groups.add_people(qa, [CID], MANAGER)
    await domain.recall(release_id, because="It crashes.")

    lines = await domain.history.of(release_id, MANAGER)

    assert [(line.action, line.by) for line in lines] == [
        ("release.recalled", MANAGER.reference),
        ("release.distributed", MANAGER.reference),
        ("release.distributed", MANAGER.reference),
    ]
    assert {line.about for line in lines} == {"Harbour 2.4.0 (241) for iOS, release 1"}
    assert lines[0].detail["because"] == "It crashes."
    assert [line.groups for line in lines] == [(), ("QA",), ("QA",)]
    assert lines[1].detail["joins"] is True


async def test_each_change_of_a_group_is_told(domain: Domain) -> None:
    domain.directory.usergroups["S1"] = (BOB.value,)
    qa = await group(domain, "QA", BOB)
    await domain.groups.rename(qa, "Quality", MANAGER)
    await domain.groups.add_usergroup(qa, "S1", "qa-team", MANAGER)
    await domain.groups.connect(qa, "C1", MANAGER)
    await domain.groups.disconnect(qa, "C1", MANAGER)
    await domain.groups.remove_usergroup(qa, "S1", MANAGER)
    await domain.groups.remove_people(qa, [BOB], MANAGER)
    await domain.groups.let_joiners_get(qa, MANAGER, get=False)
    await domain.groups.delete(qa, MANAGER)
    # What changes nothing is no act.
    await domain.groups.disconnect(qa, "C1", MANAGER)

    lines = await domain.history.of(qa, MANAGER)

    assert [line.action.removeprefix("group.") for line in reversed(lines)] == [
        *("created", "people_added", "renamed", "usergroup_added", "connected", "disconnected"),
        *("usergroup_removed", "people_removed", "joiners", "deleted"),
    ]
    details = {line.action: line.detail for line in lines}
    assert details["group.people_added"] == {"people": ["Bob Baker"]}
    assert details["group.renamed"] == {"before": "QA", "name": "Quality"}
    assert lines[0].about == "Quality"  # It is gone; the act knows its name.


async def test_only_those_who_really_came_or_went_are_named(domain: Domain) -> None:
    qa = await group(domain, "QA", BOB)

    await domain.groups.add_people(qa, [BOB, CID], MANAGER)
    await domain.groups.remove_people(qa, [CID], MANAGER)
    await domain.groups.remove_people(qa, [CID, BOB], MANAGER)

    lines = await domain.history.of(qa, MANAGER)
    named = [line.detail["people"] for line in reversed(lines) if "people" in line.detail]
    assert named == [["Bob Baker"], ["Cid Carver"], ["Cid Carver"], ["Bob Baker"]]


async def test_an_app_and_a_person_have_a_history_of_their_own(domain: Domain, ipa: Path) -> None:
    release_id = await domain.draft(ipa)
    await domain.drafts.dismiss(release_id, MANAGER)
    app = (await domain.lists.apps())[0].app

    of_app = await domain.history.of_app(app.id, MANAGER)
    by_ann = await domain.history.done_by(MANAGER.reference, MANAGER)

    assert [line.action for line in of_app] == ["release.dismissed", "app.created"]
    assert [line.action for line in by_ann] == ["release.dismissed", "app.created"]
    assert await domain.history.done_by(TESTER.reference, MANAGER) == []
    assert len(await domain.history.newest(MANAGER)) == 2


async def test_a_tester_sees_no_history(domain: Domain, ipa: Path) -> None:
    release_id = await domain.draft(ipa)

    for asked in (
        domain.history.of(release_id, TESTER),
        domain.history.newest(TESTER),
        domain.history.done_by(MANAGER.reference, TESTER),
    ):
        with pytest.raises(NotAllowed, match="see who did what"):
            await asked


async def test_everything_comes_in_pages_and_each_entry_once(
    domain: Domain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(histories, "PAGE", 3)
    for number in range(8):
        await domain.groups.create(f"Group {number}", MANAGER)
    organization_id = (await domain.groups.all())[0].organization_id

    found = [line async for line in everything(domain.database, organization_id, BEGINNING)]
    later = [line async for line in everything(domain.database, organization_id, found[4].at)]

    assert [line.about for line in found] == [f"Group {number}" for number in range(8)]
    assert [line.about for line in later] == [f"Group {number}" for number in range(4, 8)]
