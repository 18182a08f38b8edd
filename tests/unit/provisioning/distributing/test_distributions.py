"""Distribution: who gets a release, who is told, and who was first."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from provisioning.distributing.order import Order
from provisioning.errors import (
    AlreadyDone,
    NotAllowed,
    NotNow,
    TellerFailed,
    TellerUnreachable,
    Unclear,
)
from provisioning.releases.lifecycle import Standing, is_current
from storage.catalog import destinations, distributions, recipients
from storage.catalog.database import Session
from storage.records.distribution import Distribution, DistributionState, RecipientState
from storage.records.release import ReleaseState
from tests.unit.provisioning.conftest import BOB, CI, CID, DEE, MANAGER, TESTER, Domain


@pytest.fixture
def database_url(long_database_url: str) -> str:
    """Try both databases in the long run alone."""
    return long_database_url


async def qa(domain: Domain) -> str:
    """Return the id of a group with Bob one by one, and Bob and Dee through a user group."""
    group = await domain.groups.create("QA", MANAGER)
    await domain.groups.add_people(group.id, [BOB], MANAGER)
    domain.directory.usergroups["S1"] = (BOB.value, DEE.value)
    await domain.groups.add_usergroup(group.id, "S1", "qa-team", MANAGER)
    await domain.groups.connect(group.id, "CQA", MANAGER)
    domain.teller.channels = ["CQA"]
    return group.id


async def test_a_release_goes_to_everybody_once_and_the_channel_hears(
    domain: Domain, ipa: Path
) -> None:
    release_id, group_id = await domain.draft(ipa), await qa(domain)
    order = Order(key="k1", release_id=release_id, by=MANAGER, group_ids=(group_id,))
    distribution = await domain.distributions.request(order)

    card = await domain.cards.release(release_id)
    assert card.state is ReleaseState.LIVE
    assert card.counts == {RecipientState.TOLD: 2}
    assert domain.teller.announced == [(distribution.id, "CQA")]
    assert len(domain.teller.told) == 2
    assert domain.teller.reported == [distribution.id]


async def test_the_plan_counts_people_once_and_leaves_out_whoever_has_it(
    domain: Domain, ipa: Path
) -> None:
    release_id, group_id = await domain.draft(ipa), await qa(domain)
    plan = await domain.distributions.plan(release_id, (group_id,), (CID, BOB))
    assert (plan.people, plan.already, plan.groups) == (3, 0, ("QA",))

    order = Order(key="k1", release_id=release_id, by=MANAGER, people=(BOB,))
    await domain.distributions.request(order)
    plan = await domain.distributions.plan(release_id, (group_id,), (CID, BOB))
    assert (plan.people, plan.already) == (2, 1)


async def test_a_double_click_is_one_distribution(domain: Domain, ipa: Path) -> None:
    release_id, group_id = await domain.draft(ipa), await qa(domain)
    order = Order(key="k1", release_id=release_id, by=MANAGER, group_ids=(group_id,), revision=1)
    first, second = await asyncio.gather(
        domain.distributions.request(order), domain.distributions.request(order)
    )

    assert first.id == second.id
    assert len(domain.teller.told) == 2


def overlook(monkeypatch: pytest.MonkeyPatch, times: int) -> None:
    """Let acts be looked up *times* times as if another transaction were just writing them."""
    left = [None] * times
    of_key = distributions.of_key

    async def looked_up(session: Session, key: str) -> Distribution | None:
        return left.pop() if left else await of_key(session, key)

    monkeypatch.setattr(distributions, "of_key", looked_up)


async def test_a_click_that_meets_itself_being_written_is_one_distribution(
    domain: Domain, ipa: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    release_id, group_id = await domain.draft(ipa), await qa(domain)
    order = Order(key="k1", release_id=release_id, by=MANAGER, group_ids=(group_id,), revision=1)
    domain.teller.deaf["*"] = "The Messages tab is off."
    first = await domain.distributions.request(order)
    overlook(monkeypatch, 1)
    assert (await domain.distributions.request(order)).id == first.id
    overlook(monkeypatch, 1)
    assert (await domain.distributions.request(replace(order, revision=None))).id == first.id

    again = await domain.distributions.again(first.id, MANAGER, "again:1")
    overlook(monkeypatch, 2)
    assert (await domain.distributions.again(first.id, MANAGER, "again:1")).id == again.id


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

    assert len(domain.teller.told) == 2


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

    assert domain.teller.told == []
    assert (await domain.cards.release(release_id)).counts == {RecipientState.SILENT: 2}


async def test_c18_whoever_was_given_a_release_silently_can_be_told_later(
    domain: Domain, ipa: Path
) -> None:
    release_id, group_id = await domain.draft(ipa), await qa(domain)
    order = Order(key="k", release_id=release_id, by=MANAGER, group_ids=(group_id,), notify=False)
    await domain.distributions.request(order)

    await domain.distributions.tell(release_id, MANAGER, "tell:1")
    await domain.distributions.tell(release_id, MANAGER, "tell:1")

    assert len(domain.teller.told) == 2
    card = await domain.cards.release(release_id)
    assert card.counts == {RecipientState.TOLD: 2}
    assert (card.reached, card.silent) == (2, 0)
    with pytest.raises(AlreadyDone, match="nobody left to tell of release 1"):
        await domain.distributions.tell(release_id, MANAGER, "tell:2")
    with pytest.raises(NotAllowed):
        await domain.distributions.tell(release_id, TESTER, "tell:3")


async def test_c18_distributing_again_aloud_tells_those_who_have_it_silently(
    domain: Domain, ipa: Path
) -> None:
    release_id, group_id = await domain.draft(ipa), await qa(domain)
    order = Order(key="k", release_id=release_id, by=MANAGER, group_ids=(group_id,), notify=False)
    await domain.distributions.request(order)
    silent = await domain.distributions.plan(release_id, (group_id,), (), notify=False)
    aloud = await domain.distributions.plan(release_id, (group_id,), ())

    await domain.distributions.request(replace(order, key="k2", notify=True))

    assert (silent.people, silent.already) == (0, 2)
    assert (aloud.people, aloud.already) == (2, 0)
    assert len(domain.teller.told) == 2
    with pytest.raises(AlreadyDone):
        await domain.distributions.request(replace(order, key="k3", notify=True))


async def test_c18_nobody_is_told_of_what_a_newer_release_took_the_place_of(
    domain: Domain, ipa: Path, newer_ipa: Path
) -> None:
    group_id = await qa(domain)
    old, new = await domain.draft(ipa, "F1"), await domain.draft(newer_ipa, "F2")
    for key, release_id in (("k1", old), ("k2", new)):
        await domain.distributions.request(
            Order(key=key, release_id=release_id, by=MANAGER, group_ids=(group_id,), notify=False)
        )

    with pytest.raises(AlreadyDone):
        await domain.distributions.tell(old, MANAGER, "tell:1")
    await domain.distributions.tell(new, MANAGER, "tell:2")

    assert len(domain.teller.told) == 2


async def test_c4_a_release_knows_the_newer_one_that_is_out(
    domain: Domain, ipa: Path, newer_ipa: Path
) -> None:
    group_id = await qa(domain)
    old, new = await domain.draft(ipa, "F1"), await domain.draft(newer_ipa, "F2")
    before = (await domain.cards.release(old)).newer
    await domain.distributions.request(
        Order(key="k", release_id=new, by=MANAGER, group_ids=(group_id,))
    )

    assert before is None
    assert (await domain.cards.release(old)).newer == "2.5.0 (250)"
    assert (await domain.cards.release(new)).newer is None


async def test_whoever_cannot_be_told_is_named(domain: Domain, ipa: Path) -> None:
    release_id, group_id = await domain.draft(ipa), await qa(domain)
    domain.teller.deaf["*"] = "Slack does not let apps message them."
    await domain.distributions.request(
        Order(key="k", release_id=release_id, by=MANAGER, group_ids=(group_id,))
    )

    unreached = (await domain.cards.release(release_id)).unreached
    assert sorted(u.name for u in unreached) == ["Bob Baker", "Dee Dorn"]
    assert {u.reason for u in unreached} == {"Slack does not let apps message them."}


async def test_a_user_group_that_does_not_answer_is_said_aloud(domain: Domain, ipa: Path) -> None:
    release_id, group_id = await domain.draft(ipa), await qa(domain)
    domain.directory.silent.add("S1")
    await domain.distributions.request(
        Order(key="k", release_id=release_id, by=MANAGER, group_ids=(group_id,))
    )

    card = await domain.cards.release(release_id)
    assert "@qa-team" in card.acts[0].shortfall
    assert card.counts == {RecipientState.TOLD: 1}


async def test_superseded_is_what_happened_at_a_destination(
    domain: Domain, ipa: Path, newer_ipa: Path
) -> None:
    group_id = await qa(domain)
    old, new = await domain.draft(ipa, "F1"), await domain.draft(newer_ipa, "F2")
    for key, release_id in (("k1", old), ("k2", new)):
        await domain.distributions.request(
            Order(key=key, release_id=release_id, by=MANAGER, group_ids=(group_id,))
        )

    assert (await domain.cards.release(old)).standing is Standing.SUPERSEDED
    assert (await domain.cards.release(old)).successor == "2.5.0 (250)"
    assert (await domain.cards.release(new)).standing is Standing.LIVE
    # Cid has nothing newer, so for him the old one is current; the group stays on the new one.
    await domain.distributions.request(Order(key="k3", release_id=old, by=MANAGER, people=(CID,)))
    assert (await domain.cards.release(old)).standing is Standing.LIVE
    assert await current(domain, new, group_id)
    assert not await current(domain, old, group_id)


async def test_an_older_release_sent_later_is_superseded_at_once(
    domain: Domain, ipa: Path, newer_ipa: Path
) -> None:
    group_id = await qa(domain)
    old, new = await domain.draft(ipa, "F1"), await domain.draft(newer_ipa, "F2")
    for key, release_id in (("k1", new), ("k2", old)):
        await domain.distributions.request(
            Order(key=key, release_id=release_id, by=MANAGER, group_ids=(group_id,))
        )

    assert (await domain.cards.release(old)).standing is Standing.SUPERSEDED
    assert (await domain.cards.release(new)).standing is Standing.LIVE


async def current(domain: Domain, release_id: str, group_id: str) -> bool:
    async with domain.database.reading() as session:
        rows = await destinations.of_releases(session, [release_id])
    return any(row.target_id == group_id and is_current(row) for row in rows)


async def test_who_was_left_waiting_is_told_by_distributing_again(
    domain: Domain, ipa: Path
) -> None:
    release_id, group_id = await domain.draft(ipa), await qa(domain)
    order = Order(key="k1", release_id=release_id, by=MANAGER, group_ids=(group_id,))
    domain.engine.idle = True  # The process dies right after the click.
    first = await domain.distributions.request(order)
    assert len(await domain.carrying.resolve(first.id)) == 2
    domain.engine.idle = False
    async with domain.database.writing() as session:
        for row in await recipients.of_releases(session, [release_id]):
            row.created_at -= timedelta(minutes=5)
            session.add(row)

    await domain.distributions.request(
        Order(key="k2", release_id=release_id, by=MANAGER, group_ids=(group_id,))
    )

    assert len(domain.teller.told) == 2
    assert (await domain.cards.release(release_id)).counts == {RecipientState.TOLD: 2}


async def test_c10_a_late_joiner_is_told_by_distributing_to_the_group_again(
    domain: Domain, ipa: Path
) -> None:
    release_id, group_id = await domain.draft(ipa), await qa(domain)
    await domain.distributions.request(
        Order(key="k1", release_id=release_id, by=MANAGER, group_ids=(group_id,))
    )
    await domain.groups.let_joiners_get(group_id, MANAGER, get=False)
    await domain.groups.add_people(group_id, [CID], MANAGER)

    await domain.distributions.request(
        Order(key="k2", release_id=release_id, by=MANAGER, group_ids=(group_id,))
    )

    assert len(domain.teller.told) == 3
    assert len(set(domain.teller.told)) == 3


async def test_whoever_could_not_be_reached_is_tried_again_with_a_button(
    domain: Domain, ipa: Path
) -> None:
    release_id, group_id = await domain.draft(ipa), await qa(domain)
    domain.teller.deaf["*"] = "The Messages tab is off."
    first = await domain.distributions.request(
        Order(key="k1", release_id=release_id, by=MANAGER, group_ids=(group_id,))
    )
    domain.teller.deaf.clear()

    again = await domain.distributions.again(first.id, MANAGER, "again:1")
    assert (await domain.distributions.again(first.id, MANAGER, "again:1")).id == again.id

    card = await domain.cards.release(release_id)
    assert card.counts == {RecipientState.TOLD: 2}
    assert card.unreached == ()
    with pytest.raises(AlreadyDone, match="Everybody has heard"):
        await domain.distributions.again(first.id, MANAGER, "again:2")
    with pytest.raises(NotAllowed):
        await domain.distributions.again(first.id, TESTER, "again:3")


async def test_one_that_cannot_be_reached_just_now_does_not_hold_up_the_others(
    domain: Domain, ipa: Path
) -> None:
    release_id, group_id = await domain.draft(ipa), await qa(domain)
    domain.teller.failing = {
        "announce": [TellerUnreachable("Slack is out.")],
        "tell": [TellerUnreachable("Slack is out."), TellerUnreachable("Slack is out.")],
        "show_release": [TellerUnreachable("Slack is out.")],
    }

    act = await domain.distributions.request(
        Order(key="k1", release_id=release_id, by=MANAGER, group_ids=(group_id,))
    )

    assert domain.teller.announced == [(act.id, "CQA")]
    assert len(set(domain.teller.told)) == len(domain.teller.told) == 2
    assert (await domain.cards.release(release_id)).acts[0].state is DistributionState.DONE


async def test_what_can_never_be_said_is_written_down_and_the_others_are_told(
    domain: Domain, ipa: Path
) -> None:
    release_id, group_id = await domain.draft(ipa), await qa(domain)
    domain.teller.failing = {
        "announce": [TellerFailed("The channel is read-only.")],
        "tell": [TellerFailed("Slack refused this with `odd_error`.")],
    }

    await domain.distributions.request(
        Order(key="k1", release_id=release_id, by=MANAGER, group_ids=(group_id,))
    )

    card = await domain.cards.release(release_id)
    assert card.counts == {RecipientState.TOLD: 1, RecipientState.UNREACHABLE: 1}
    assert [one.reason for one in card.unreached] == ["Slack refused this with `odd_error`."]
    assert "read-only" in card.acts[0].shortfall
    assert len(domain.teller.reported) == 1


async def test_a_road_that_breaks_off_says_so_and_can_be_tried_again(
    domain: Domain, ipa: Path
) -> None:
    release_id, group_id = await domain.draft(ipa), await qa(domain)
    domain.teller.failing = {"report": [TellerFailed("Slack refused the report.")]}

    act = await domain.distributions.request(
        Order(key="k1", release_id=release_id, by=MANAGER, group_ids=(group_id,))
    )

    assert domain.teller.reported == [act.id]  # By giving up.
    assert (await domain.cards.release(release_id)).counts == {RecipientState.TOLD: 2}


async def test_a_recalled_release_opens_nothing_any_more(domain: Domain, ipa: Path) -> None:
    release_id, group_id = await domain.draft(ipa), await qa(domain)
    await domain.distributions.request(
        Order(key="k1", release_id=release_id, by=MANAGER, group_ids=(group_id,))
    )
    with pytest.raises(NotAllowed):
        await domain.recall(release_id, TESTER)
    await domain.recall(release_id)

    card = await domain.cards.release(release_id)
    assert (card.state, card.standing) == (ReleaseState.RECALLED, Standing.RECALLED)
    async with domain.database.reading() as session:
        rows = await destinations.of_releases(session, [release_id])
    assert [row.recalled_at is None for row in rows] == [False]
    with pytest.raises(NotNow, match="recalled"):
        await domain.distributions.request(
            Order(key="k2", release_id=release_id, by=MANAGER, people=(CID,))
        )


async def test_a_tester_may_not_distribute(domain: Domain, ipa: Path) -> None:
    release_id = await domain.draft(ipa)
    with pytest.raises(NotAllowed, match="release manager"):
        await domain.distributions.request(
            Order(key="k", release_id=release_id, by=TESTER, people=(BOB,))
        )


async def test_an_app_or_nobody_is_no_target(domain: Domain, ipa: Path) -> None:
    release_id = await domain.draft(ipa)
    with pytest.raises(Unclear, match="is an app"):
        await domain.distributions.request(
            Order(key="k", release_id=release_id, by=MANAGER, people=(CI,))
        )
    with pytest.raises(Unclear, match="at least one"):
        await domain.distributions.request(Order(key="k", release_id=release_id, by=MANAGER))


async def test_a_dismissed_draft_is_not_distributed_until_it_is_restored(
    domain: Domain, ipa: Path
) -> None:
    release_id = await domain.draft(ipa)
    await domain.drafts.dismiss(release_id, MANAGER)
    order = Order(key="k", release_id=release_id, by=MANAGER, people=(BOB,))
    with pytest.raises(NotNow, match="dismissed"):
        await domain.distributions.request(order)

    await domain.drafts.restore(release_id, MANAGER)
    await domain.distributions.request(order)
    assert (await domain.cards.release(release_id)).state is ReleaseState.LIVE


async def test_notes_replace_the_proposed_ones_and_are_limited(domain: Domain, ipa: Path) -> None:
    release_id = await domain.draft(ipa)
    with pytest.raises(Unclear, match="64 kB"):
        await domain.distributions.request(
            Order(key="k", release_id=release_id, by=MANAGER, people=(BOB,), notes="n" * 65_537)
        )
    assert (await domain.cards.release(release_id)).state is ReleaseState.DRAFT

    await domain.distributions.request(
        Order(key="k", release_id=release_id, by=MANAGER, people=(BOB,), notes=" **New** ")
    )
    assert (await domain.cards.release(release_id)).notes == "**New**"
