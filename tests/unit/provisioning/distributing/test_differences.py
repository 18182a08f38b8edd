"""Before something is distributed it is said what is other about the groups since the last time."""

from pathlib import Path

from provisioning.distributing.order import Plan
from storage.catalog import groups
from tests.unit.provisioning.conftest import BOB, CID, DEE, MANAGER, Domain
from tests.unit.provisioning.distributing.sending import group, send


async def plan(domain: Domain, release_id: str, *group_ids: str) -> Plan:
    return await domain.distributions.plan(release_id, group_ids, ())


async def test_who_joined_and_who_left_since_the_last_time(
    domain: Domain, ipa: Path, newer_ipa: Path
) -> None:
    old, new = await domain.draft(ipa, "F1"), await domain.draft(newer_ipa, "F2")
    domain.directory.usergroups["S1"] = (DEE.value,)
    qa, beta = await group(domain, "QA", BOB), await group(domain, "Beta", BOB)
    assert (await plan(domain, old, qa, beta)).differences == ()
    await send(domain, old, qa, beta)
    assert (await plan(domain, new, qa, beta)).differences == ()

    await domain.groups.add_people(qa, [CID], MANAGER)
    await domain.groups.add_usergroup(qa, "S1", "qa-team", MANAGER)
    await domain.groups.remove_people(qa, [BOB], MANAGER)

    (found,) = (await plan(domain, new, qa, beta)).differences
    assert (found.name, found.joined, found.left) == (
        "QA",
        ("Cid Carver", "Dee Dorn"),
        ("Bob Baker",),
    )
    await send(domain, new, qa, beta)
    assert (await plan(domain, new, qa, beta)).differences == ()


async def test_whoever_was_let_go_is_among_those_who_left(
    domain: Domain, ipa: Path, newer_ipa: Path
) -> None:
    old, new = await domain.draft(ipa, "F1"), await domain.draft(newer_ipa, "F2")
    qa = await group(domain, "QA", BOB, CID)
    await send(domain, old, qa)
    domain.directory.add(BOB.value, "Bob Baker", deleted=True)
    await domain.departures.follow(domain.directory.people_known[BOB.value])

    (found,) = (await plan(domain, new, qa)).differences

    assert (found.joined, found.left) == ((), ("Bob Baker",))


async def test_slacks_silence_is_nobodys_leaving(
    domain: Domain, ipa: Path, newer_ipa: Path
) -> None:
    domain.directory.usergroups["S1"] = (DEE.value,)
    old, new = await domain.draft(ipa, "F1"), await domain.draft(newer_ipa, "F2")
    qa = await group(domain, "QA", BOB)
    await domain.groups.add_usergroup(qa, "S1", "qa-team", MANAGER)
    await send(domain, old, qa)
    domain.directory.silent = {"S1"}

    assert (await plan(domain, new, qa)).differences == ()


async def test_channels_that_were_lost_or_got_another_name(
    domain: Domain, ipa: Path, newer_ipa: Path
) -> None:
    old, new = await domain.draft(ipa, "F1"), await domain.draft(newer_ipa, "F2")
    qa = await group(domain, "QA", BOB)
    for channel_id in ("C1", "C2", "C3"):
        await domain.groups.connect(qa, channel_id, MANAGER)
    await domain.groups.note_renamed("C3")
    await send(domain, old, qa)

    await domain.groups.break_channel("C1", "the channel is archived")
    await domain.groups.note_renamed("C2")

    (found,) = (await plan(domain, new, qa)).differences
    assert [(one.id, one.why) for one in found.lost] == [("C1", "the channel is archived")]
    assert found.renamed == ("C2",)


async def test_a_group_that_is_deleted_takes_its_roll_along(domain: Domain, ipa: Path) -> None:
    qa = await group(domain, "QA", BOB)
    await send(domain, await domain.draft(ipa), qa)

    await domain.groups.delete(qa, MANAGER)

    async with domain.database.reading() as session:
        assert await groups.every(session, domain.settling._organization_id) == []
