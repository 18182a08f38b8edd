"""Distribution: who gets a release, who is told, and who was first."""

import asyncio
from pathlib import Path

import pytest

from provisioning.distributing.distributions import Order
from provisioning.errors import AlreadyDone, NotAllowed, NotNow, Unclear
from storage.records.distribution import DeliveryState
from storage.records.release import ReleaseState
from tests.unit.provisioning.conftest import BOT, GUEST, MANAGER, TESTER, UPLOADER, Domain


async def qa(domain: Domain) -> str:
    """Return the id of a group with Bob one by one, and Bob and Dee through a user group."""
    group = await domain.groups.create("QA", MANAGER)
    await domain.groups.add_people(group.id, [TESTER], MANAGER)
    domain.directory.usergroups["S1"] = (TESTER, GUEST)
    await domain.groups.add_usergroup(group.id, "S1", "qa-team", MANAGER)
    await domain.groups.connect(group.id, "CQA", MANAGER)
    return group.id


async def test_a_release_goes_to_everybody_once_and_the_channel_hears(
    domain: Domain, ipa: Path
) -> None:
    release_id, group_id = await domain.draft(ipa), await qa(domain)
    order = Order(key="k1", release_id=release_id, by=MANAGER, group_ids=(group_id,))
    distribution = await domain.distributions.request(order)

    card = await domain.cards.release(release_id)
    assert card.state is ReleaseState.LIVE
    assert card.counts == {DeliveryState.TOLD: 2}
    assert domain.announcer.announced == [(distribution.id, "CQA")]
    assert len(domain.announcer.told) == 2
    assert domain.announcer.reported == [distribution.id]


async def test_the_plan_counts_people_once_and_leaves_out_whoever_has_it(
    domain: Domain, ipa: Path
) -> None:
    release_id, group_id = await domain.draft(ipa), await qa(domain)
    plan = await domain.distributions.plan(release_id, (group_id,), (UPLOADER, TESTER))
    assert (plan.people, plan.already, plan.groups) == (3, 0, ("QA",))

    order = Order(key="k1", release_id=release_id, by=MANAGER, people=(TESTER,))
    await domain.distributions.request(order)
    plan = await domain.distributions.plan(release_id, (group_id,), (UPLOADER, TESTER))
    assert (plan.people, plan.already) == (2, 1)


async def test_a_double_click_is_one_distribution(domain: Domain, ipa: Path) -> None:
    release_id, group_id = await domain.draft(ipa), await qa(domain)
    order = Order(key="k1", release_id=release_id, by=MANAGER, group_ids=(group_id,), revision=1)
    first, second = await asyncio.gather(
        domain.distributions.request(order), domain.distributions.request(order)
    )

    assert first.id == second.id
    assert len(domain.announcer.told) == 2


async def test_of_two_managers_at_once_the_second_sees_who_did_it(
    domain: Domain, ipa: Path
) -> None:
    release_id, group_id = await domain.draft(ipa), await qa(domain)
    seen = (await domain.cards.release(release_id)).revision
    orders = [
        Order(key=key, release_id=release_id, by=MANAGER, group_ids=(group_id,), revision=seen)
        for key in ("k1", "k2")
    ]
    await domain.distributions.request(orders[0])
    with pytest.raises(AlreadyDone, match=r"Ann Archer already distributed release 1 to QA"):
        await domain.distributions.request(orders[1])

    assert len(domain.announcer.told) == 2


async def test_the_same_group_again_is_refused_whatever_was_seen(domain: Domain, ipa: Path) -> None:
    release_id, group_id = await domain.draft(ipa), await qa(domain)
    for key in ("k1",):
        order = Order(key=key, release_id=release_id, by=MANAGER, group_ids=(group_id,))
        await domain.distributions.request(order)

    with pytest.raises(AlreadyDone):
        await domain.distributions.request(
            Order(key="k2", release_id=release_id, by=MANAGER, group_ids=(group_id,))
        )


async def test_silent_distribution_tells_nobody_and_grants_all(domain: Domain, ipa: Path) -> None:
    release_id, group_id = await domain.draft(ipa), await qa(domain)
    await domain.distributions.request(
        Order(key="k", release_id=release_id, by=MANAGER, group_ids=(group_id,), notify=False)
    )

    assert domain.announcer.told == []
    assert (await domain.cards.release(release_id)).counts == {DeliveryState.SILENT: 2}


async def test_whoever_cannot_be_told_is_named(domain: Domain, ipa: Path) -> None:
    release_id, group_id = await domain.draft(ipa), await qa(domain)
    domain.announcer.deaf["*"] = "Slack does not let apps message them."
    await domain.distributions.request(
        Order(key="k", release_id=release_id, by=MANAGER, group_ids=(group_id,))
    )

    undelivered = (await domain.cards.release(release_id)).undelivered
    assert sorted(u.name for u in undelivered) == ["Bob Baker", "Dee Dorn"]
    assert {u.reason for u in undelivered} == {"Slack does not let apps message them."}


async def test_a_user_group_that_does_not_answer_is_said_aloud(domain: Domain, ipa: Path) -> None:
    release_id, group_id = await domain.draft(ipa), await qa(domain)
    domain.directory.silent.add("S1")
    await domain.distributions.request(
        Order(key="k", release_id=release_id, by=MANAGER, group_ids=(group_id,))
    )

    card = await domain.cards.release(release_id)
    assert "@qa-team" in card.acts[0].shortfall
    assert card.counts == {DeliveryState.TOLD: 1}


async def test_a_newer_release_supersedes_and_an_older_one_does_not(
    domain: Domain, ipa: Path, newer_ipa: Path
) -> None:
    group_id = await qa(domain)
    old, new = await domain.draft(ipa, "F1"), await domain.draft(newer_ipa, "F2")
    for key, release_id in (("k1", old), ("k2", new)):
        await domain.distributions.request(
            Order(key=key, release_id=release_id, by=MANAGER, group_ids=(group_id,))
        )

    assert (await domain.cards.release(old)).state is ReleaseState.SUPERSEDED
    assert (await domain.cards.release(new)).state is ReleaseState.LIVE
    await domain.distributions.request(
        Order(key="k3", release_id=old, by=MANAGER, people=(UPLOADER,))
    )
    assert (await domain.cards.release(old)).state is ReleaseState.SUPERSEDED
    assert (await domain.cards.release(new)).state is ReleaseState.LIVE


async def test_a_tester_may_not_distribute(domain: Domain, ipa: Path) -> None:
    release_id = await domain.draft(ipa)
    with pytest.raises(NotAllowed, match="release manager"):
        await domain.distributions.request(
            Order(key="k", release_id=release_id, by=TESTER, people=(TESTER,))
        )


async def test_an_app_or_nobody_is_no_target(domain: Domain, ipa: Path) -> None:
    release_id = await domain.draft(ipa)
    with pytest.raises(Unclear, match="is an app"):
        await domain.distributions.request(
            Order(key="k", release_id=release_id, by=MANAGER, people=(BOT,))
        )
    with pytest.raises(Unclear, match="at least one"):
        await domain.distributions.request(Order(key="k", release_id=release_id, by=MANAGER))


async def test_a_dismissed_draft_is_not_distributed_until_it_is_restored(
    domain: Domain, ipa: Path
) -> None:
    release_id = await domain.draft(ipa)
    await domain.releases.dismiss(release_id, MANAGER)
    order = Order(key="k", release_id=release_id, by=MANAGER, people=(TESTER,))
    with pytest.raises(NotNow, match="withdrawn"):
        await domain.distributions.request(order)

    await domain.releases.restore(release_id, MANAGER)
    await domain.distributions.request(order)
    assert (await domain.cards.release(release_id)).state is ReleaseState.LIVE


async def test_notes_replace_the_proposed_ones_and_are_limited(domain: Domain, ipa: Path) -> None:
    release_id = await domain.draft(ipa)
    with pytest.raises(Unclear, match="5000"):
        await domain.distributions.request(
            Order(key="k", release_id=release_id, by=MANAGER, people=(TESTER,), notes="n" * 5001)
        )
    assert (await domain.cards.release(release_id)).state is ReleaseState.DRAFT

    await domain.distributions.request(
        Order(key="k", release_id=release_id, by=MANAGER, people=(TESTER,), notes=" **New** ")
    )
    assert (await domain.cards.release(release_id)).notes == "**New**"
