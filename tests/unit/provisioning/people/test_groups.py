"""Groups in a list, testers in a list, and who is behind them."""

from sqlmodel import select

from provisioning.people import testers as people
from provisioning.people.groups import GroupLine
from storage.records import tester
from storage.records.group import Group
from tests.unit.provisioning.conftest import ANN, BOB, CI, CID, DEE, MANAGER, Domain


async def test_a_line_of_a_group_counts_each_of_its_people_once(domain: Domain) -> None:
    qa = await domain.groups.create("QA", MANAGER, [BOB, CID], {"S1": "one", "S2": "two"})
    await domain.groups.create("Beta", MANAGER)
    domain.directory.usergroups = {"S1": (BOB.value, DEE.value), "S2": (DEE.value, ANN.value)}
    for channel_id in ("C2", "C1"):
        await domain.groups.connect(qa.id, channel_id, MANAGER)

    assert await domain.groups.lines() == [
        GroupLine(name="Beta", slug="beta", channel_ids=(), reach=0),
        GroupLine(name="QA", slug="qa", channel_ids=("C1", "C2"), reach=4),
    ]
    domain.directory.silent.add("S1")
    assert [line.reach for line in await domain.groups.lines()] == [0, 4]
    domain.directory.silent.add("S2")
    assert [line.reach for line in await domain.groups.lines()] == [0, 2]


async def test_a_sheet_leaves_out_whoever_cannot_install_and_says_how_large_user_groups_are(
    domain: Domain,
) -> None:
    group = await domain.groups.create("QA", MANAGER, [BOB], {"S1": "one", "S2": "two"})
    domain.directory.usergroups["S1"] = (BOB.value, DEE.value, CI.value)
    domain.directory.silent.add("S2")

    sheet = await domain.groups.sheet(group.id)

    assert [one.slack_id for one in sheet.people] == [BOB.value]
    assert {one.handle: one.members for one in sheet.usergroups} == {"one": 3, "two": None}
    assert sheet.reach == 2


async def test_asking_who_is_meant_makes_nobody_a_tester(domain: Domain) -> None:
    group = await domain.groups.create("QA", MANAGER, (), {"S1": "one"})
    domain.directory.usergroups["S1"] = (BOB.value, DEE.value, CI.value)

    gathered = await domain.audience.of([group.id], [CID])

    assert {one.slack_id: one.tester_id for one in gathered.members} == {
        BOB.value: None,
        CID.value: None,
        DEE.value: None,
    }
    async with domain.database.reading() as session:
        assert (await session.exec(select(tester.Tester))).all() == []
    enrolled = await domain.audience.enroll(gathered)
    assert {one.slack_id for one, _ in enrolled} == {BOB.value, CID.value, DEE.value}


async def test_the_first_testers_are_listed_with_their_groups_and_all_are_counted(
    domain: Domain,
) -> None:
    qa = await domain.groups.create("QA", MANAGER, [BOB, CID])
    await domain.groups.create("Beta", MANAGER, [BOB])
    testers = people.Testers(domain.database, organization_id=qa.organization_id)

    listed = await testers.listed(limit=1)

    assert listed.count == 2
    assert [(sheet.tester.slack_id, sheet.groups) for sheet in listed.first] == [
        (BOB.value, ("Beta", "QA"))
    ]


async def test_c20_each_of_many_groups_is_found_by_what_is_typed_of_it(domain: Domain) -> None:
    async with domain.database.writing() as session:
        for number in range(250):
            group = Group(
                organization_id=domain.audience._organization_id,
                name=f"Team {number}",
                slug=f"team-{number}",
                created_by="clock",
            )
            session.add(group)

    assert len(await domain.groups.like("", limit=100)) == 100
    assert len(await domain.groups.like("team", limit=100)) == 100
    assert [one.name for one in await domain.groups.like("TEAM 249", limit=100)] == ["Team 249"]
    assert (await domain.groups.like("team-1", limit=100))[0].name == "Team 1"
    assert await domain.groups.like("nobody", limit=100) == []
