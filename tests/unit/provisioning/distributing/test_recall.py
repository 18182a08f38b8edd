"""Taking a release back: from whom, what is current then, and who is told."""

from asyncio import gather
from collections import Counter
from collections.abc import Collection
from pathlib import Path

import pytest

from provisioning.distributing.recall_order import LONGEST_REASON
from provisioning.errors import (
    AlreadyDone,
    DirectoryFailed,
    NotAllowed,
    NotNow,
    TellerFailed,
    Unclear,
)
from provisioning.people.audience import Gathered
from provisioning.releases.lifecycle import Standing
from provisioning.roads.errands import Errands
from provisioning.telling.tellers import Tellers
from storage.catalog import audit, destinations, recipients
from storage.records.distribution import RecipientState
from storage.records.recall import Recall, RecallState
from storage.records.release import ReleaseState
from tests.fakes import InlineStep
from tests.unit.provisioning.conftest import (
    BOB,
    CID,
    DEE,
    MANAGER,
    TESTER,
    Domain,
)
from tests.unit.provisioning.distributing.sending import (
    acts,
    current,
    fetch,
    group,
    opens,
    send,
)


async def test_a_recall_from_everybody_stops_each_link_and_tells_who_fetched(
    domain: Domain, ipa: Path
) -> None:
    release_id = await domain.draft(ipa)
    await send(domain, release_id, await group(domain, "QA", BOB, CID))
    await fetch(domain, release_id, BOB)
    plan = await domain.recalls.plan(release_id, (), ())
    assert (plan.people, plan.fetched, plan.instead) == (2, 1, None)

    recall = await domain.recall(release_id, because="  It loses\nwhat was typed. ")

    card = await domain.cards.release(release_id)
    assert (card.standing, card.ended_why) == (Standing.RECALLED, "It loses what was typed.")
    assert [await opens(domain, release_id, who) for who in (BOB, CID)] == [False, False]
    (told,) = card.recalls
    assert (told.is_whole, told.people, told.told, told.state) == (True, 2, 1, RecallState.DONE)
    assert len(domain.teller.noticed) == 1
    assert len(domain.teller.taken_back) == 2
    assert domain.teller.recalls[-1] == recall.id
    async with domain.database.reading() as session:
        entries = await audit.of(session, release_id)
    assert entries[-1].action == "release.recalled"
    assert entries[-1].detail["because"] == "It loses what was typed."


async def test_what_was_current_before_is_current_again(
    domain: Domain, ipa: Path, newer_ipa: Path
) -> None:
    old, qa = await domain.draft(ipa, "F1"), await group(domain, "QA", BOB)
    new = await domain.draft(newer_ipa, "F2")
    await send(domain, old, qa)
    await send(domain, new, qa)
    await fetch(domain, new, BOB)
    plan = await domain.recalls.plan(new, (), ())
    assert plan.instead == "2.4.0 (241)"

    recall = await domain.recall(new)

    assert await current(domain, qa) == [1]
    assert recall.came_back == [old]
    assert (await domain.cards.release(old)).standing is Standing.LIVE
    assert {old, new} <= set(domain.teller.redrawn)
    notice = await domain.recalled.notice(domain.teller.noticed[0])
    assert notice.instead is not None
    assert (notice.instead.release_id, notice.instead.label) == (old, "2.4.0 (241)")


async def test_an_older_release_that_is_recalled_changes_nothing_that_is_current(
    domain: Domain, ipa: Path, newer_ipa: Path
) -> None:
    old, qa = await domain.draft(ipa, "F1"), await group(domain, "QA", BOB)
    new = await domain.draft(newer_ipa, "F2")
    await send(domain, old, qa)
    await send(domain, new, qa)

    recall = await domain.recall(old)

    assert (await current(domain, qa), recall.came_back) == ([2], [])


async def test_a_recall_from_a_group_leaves_those_who_have_it_by_another(
    domain: Domain, ipa: Path
) -> None:
    release_id = await domain.draft(ipa)
    qa = await group(domain, "QA", BOB, CID)
    beta = await group(domain, "Beta", CID, DEE)
    await send(domain, release_id, qa, beta)
    plan = await domain.recalls.plan(release_id, (qa,), ())
    assert (plan.people, plan.keeping, plan.groups) == (1, 1, ("QA",))

    await domain.recall(release_id, group_ids=(qa,))

    found = [await opens(domain, release_id, who) for who in (BOB, CID, DEE)]
    assert found == [False, True, True]
    card = await domain.cards.release(release_id)
    assert (card.standing, card.people) == (Standing.LIVE, 2)
    assert [chip.name for chip in card.groups] == ["Beta"]
    assert card.recalls[0].people == 1
    assert await domain.lists.given_to(BOB.value) == []
    assert await domain.lists.had(BOB.value, [release_id]) == set()
    assert await domain.lists.names_given_to(BOB.value) == []


async def test_a_recall_from_the_last_group_leaves_a_release_that_can_be_sent_again(
    domain: Domain, ipa: Path
) -> None:
    release_id, qa = await domain.draft(ipa), await group(domain, "QA", BOB)
    await send(domain, release_id, qa)
    await domain.recall(release_id, group_ids=(qa,))
    card = await domain.cards.release(release_id)
    assert (card.state, card.standing) == (ReleaseState.LIVE, Standing.WITHDRAWN)
    assert (await domain.lists.of_app(card.app_id))[0].standing is Standing.WITHDRAWN

    plan = await domain.distributions.plan(release_id, (qa,), ())
    await send(domain, release_id, qa, key="again")

    assert plan.people == 1
    assert (await domain.cards.release(release_id)).standing is Standing.LIVE
    assert await current(domain, qa) == [1]
    assert await opens(domain, release_id, BOB)
    assert len(domain.teller.told) == 2


async def test_one_person_loses_it_whatever_groups_have_it(domain: Domain, ipa: Path) -> None:
    release_id, qa = await domain.draft(ipa), await group(domain, "QA", BOB, CID)
    await send(domain, release_id, qa)

    await domain.recall(release_id, people=(BOB,))

    assert [await opens(domain, release_id, who) for who in (BOB, CID)] == [False, True]
    assert await current(domain, qa) == [1]
    # Only an act that somebody orders anew gives it again.
    before = len(domain.teller.told)
    with pytest.raises(AlreadyDone):
        await domain.distributions.again((await acts(domain, release_id))[0], MANAGER, "again")
    assert len(domain.teller.told) == before
    await send(domain, release_id, key="to Bob", people=(BOB,))
    assert await opens(domain, release_id, BOB)


async def test_trying_again_gives_nothing_to_whom_it_was_taken_from(
    domain: Domain, ipa: Path
) -> None:
    release_id, qa = await domain.draft(ipa), await group(domain, "QA", BOB, CID)
    domain.teller.deaf = {"*": "The account is deactivated."}
    await send(domain, release_id, qa)
    await domain.recall(release_id, people=(BOB,))
    domain.teller.deaf = {}

    await domain.distributions.again((await acts(domain, release_id))[0], MANAGER, "again")

    assert [await opens(domain, release_id, who) for who in (BOB, CID)] == [False, True]
    assert len(domain.teller.told) == 1


async def test_whoever_waits_to_be_told_is_not_told_of_what_was_taken_back(
    domain: Domain, ipa: Path
) -> None:
    release_id, qa = await domain.draft(ipa), await group(domain, "QA", BOB)
    domain.engine.idle = True
    await send(domain, release_id, qa)
    async with domain.database.reading() as session:
        assert await recipients.of_releases(session, [release_id]) == []
    await domain.recall(release_id, group_ids=(qa,))
    domain.engine.idle = False

    await domain.engine.roads["distribute"].walk(InlineStep(), (await acts(domain, release_id))[0])

    assert domain.teller.told == []
    assert (await domain.cards.release(release_id)).counts == {}


async def test_the_message_of_somebody_who_was_being_told_is_taken_back(
    domain: Domain, ipa: Path
) -> None:
    release_id, qa = await domain.draft(ipa), await group(domain, "QA", BOB)

    async def meanwhile() -> None:
        await domain.recall(release_id)

    domain.teller.on_tell = meanwhile
    await send(domain, release_id, qa)

    async with domain.database.reading() as session:
        (row,) = await recipients.of_releases(session, [release_id])
    assert row.state is RecipientState.WITHDRAWN
    assert domain.teller.taken_back[-1] == row.id
    assert not await opens(domain, release_id, BOB)


async def test_the_second_of_two_learns_who_was_first(domain: Domain, ipa: Path) -> None:
    release_id = await domain.draft(ipa)
    await send(domain, release_id, await group(domain, "QA", BOB))
    first = await domain.recall(release_id, key="k1")

    with pytest.raises(AlreadyDone, match=r"^Ann Archer already recalled release 1 on .*crashes"):
        await domain.recall(release_id, key="k2")
    again = await domain.recall(release_id, key="k1")

    assert again.id == first.id
    assert len((await domain.cards.release(release_id)).recalls) == 1


async def test_what_nobody_has_is_not_taken_back(
    domain: Domain, ipa: Path, newer_ipa: Path
) -> None:
    draft = await domain.draft(ipa, "F1")
    with pytest.raises(NotNow, match="is a draft: nobody has it"):
        await domain.recall(draft)
    await domain.drafts.dismiss(draft, MANAGER)
    with pytest.raises(NotNow, match="is dismissed"):
        await domain.recall(draft)
    live, qa = await domain.draft(newer_ipa, "F2"), await group(domain, "QA", BOB)
    beta = await group(domain, "Beta", CID)
    await send(domain, live, qa)
    with pytest.raises(NotNow, match="Beta has it no more, or never had it"):
        await domain.recall(live, group_ids=(beta,))
    with pytest.raises(Unclear, match="Dee Dorn never had a release") as strange:
        await domain.recall(live, people=(DEE,))
    assert strange.value.field == "targets"


@pytest.mark.parametrize("because", ["", " \n ", "x" * (LONGEST_REASON + 1)])
async def test_a_reason_is_needed_and_short(domain: Domain, ipa: Path, because: str) -> None:
    release_id = await domain.draft(ipa)
    await send(domain, release_id, await group(domain, "QA", BOB))

    with pytest.raises(Unclear) as wrong:
        await domain.recall(release_id, because=because)

    assert wrong.value.field == "because"
    assert await opens(domain, release_id, BOB)


async def test_a_tester_may_not_recall(domain: Domain, ipa: Path) -> None:
    release_id = await domain.draft(ipa)
    await send(domain, release_id, await group(domain, "QA", BOB))

    with pytest.raises(NotAllowed, match="release manager"):
        await domain.recall(release_id, TESTER)

    assert await opens(domain, release_id, BOB)


async def test_who_cannot_be_told_is_named_and_told_by_trying_again(
    domain: Domain, ipa: Path
) -> None:
    release_id = await domain.draft(ipa)
    await send(domain, release_id, await group(domain, "QA", BOB))
    await fetch(domain, release_id, BOB)
    domain.teller.failing = {"tell_recall": [TellerFailed("Slack refused this.")]}
    recall = await domain.recall(release_id)
    (card,) = (await domain.cards.release(release_id)).recalls
    assert (card.told, card.unreached) == (0, 1)
    assert [(one.name, one.reason) for one in card.missed] == [("Bob Baker", "Slack refused this.")]

    await domain.recalls.again(recall.id, MANAGER)

    (card,) = (await domain.cards.release(release_id)).recalls
    assert (card.told, card.unreached, card.state) == (1, 0, RecallState.DONE)
    with pytest.raises(AlreadyDone, match="Everybody"):
        await domain.recalls.again(recall.id, MANAGER)


async def test_slacks_silence_about_other_groups_does_not_stop_a_recall(
    domain: Domain, ipa: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    release_id = await domain.draft(ipa)
    qa = await group(domain, "QA", BOB, CID)
    await send(domain, release_id, qa, await group(domain, "Beta", CID))

    async def silent(*_: object, **__: object) -> None:
        raise DirectoryFailed

    monkeypatch.setattr(domain.audience, "of", silent)
    await domain.recall(release_id, group_ids=(qa,))

    (card,) = (await domain.cards.release(release_id)).recalls
    assert "Slack did not say" in card.shortfall
    assert not await opens(domain, release_id, BOB)


async def test_a_step_of_telling_may_run_twice(domain: Domain, ipa: Path) -> None:
    release_id = await domain.draft(ipa)
    await send(domain, release_id, await group(domain, "QA", BOB))
    await fetch(domain, release_id, BOB)
    domain.engine.idle = True
    recall = await domain.recall(release_id)
    domain.engine.idle = False
    subject = f"{recall.id}@1"

    first = await domain.taking_back.resolve(subject)
    again = await domain.taking_back.resolve(subject)
    (notice_id,) = first["notices"]
    await domain.taking_back.told(notice_id, delivered=True, reason="")
    await domain.taking_back.told(notice_id, delivered=False, reason="Late.")

    assert first == again
    assert await domain.taking_back.waiting(notice_id) is None
    (card,) = (await domain.cards.release(release_id)).recalls
    assert (card.told, card.unreached) == (1, 0)
    await domain.taking_back.finish(subject)
    await domain.taking_back.fail(subject, "Late.")
    (card,) = (await domain.cards.release(release_id)).recalls
    assert (card.state, card.reason) == (RecallState.DONE, "")


async def test_a_tester_whose_account_is_gone_can_lose_a_release(domain: Domain, ipa: Path) -> None:
    release_id = await domain.draft(ipa)
    await send(domain, release_id, await group(domain, "QA", BOB))
    del domain.directory.people_known[BOB.value]

    await domain.recall(release_id, people=(BOB,))

    assert not await opens(domain, release_id, BOB)


async def test_of_twenty_at_once_one_gets_through(domain: Domain, ipa: Path) -> None:
    release_id = await domain.draft(ipa)
    await send(domain, release_id, await group(domain, "QA", BOB))
    await fetch(domain, release_id, BOB)

    ended = await gather(
        *(domain.recall(release_id, key=f"k{number}") for number in range(20)),
        return_exceptions=True,
    )

    assert Counter(type(one) for one in ended) == {Recall: 1, AlreadyDone: 19}
    assert len(domain.teller.noticed) == 1
    assert len((await domain.cards.release(release_id)).recalls) == 1


async def test_recalls_and_distributions_at_once_leave_no_link(domain: Domain, ipa: Path) -> None:
    release_id = await domain.draft(ipa)
    first = await group(domain, "First", BOB)
    groups = [await group(domain, f"Group {number}", CID, DEE) for number in range(8)]
    await send(domain, release_id, first)

    ended = await gather(
        *(send(domain, release_id, one) for one in groups[:4]),
        *(domain.recall(release_id, key=f"k{number}") for number in range(4)),
        *(send(domain, release_id, one) for one in groups[4:]),
        return_exceptions=True,
    )

    assert {type(one) for one in ended} <= {type(None), Recall, AlreadyDone, NotNow}
    card = await domain.cards.release(release_id)
    assert (card.standing, card.people) == (Standing.RECALLED, 0)
    async with domain.database.reading() as session:
        rows = await destinations.of_releases(session, [release_id])
        given = await recipients.of_releases(session, [release_id])
    assert all(row.recalled_at for row in rows)
    assert {one.state for one in given} == {RecipientState.WITHDRAWN}
    assert [await opens(domain, release_id, who) for who in (BOB, CID, DEE)] == [False] * 3


async def test_what_is_taken_back_while_slack_is_asked_goes_to_nobody(
    domain: Domain, ipa: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    release_id, qa = await domain.draft(ipa), await group(domain, "QA", BOB)
    real = domain.audience.of

    async def slowly(
        group_ids: Collection[str] = (), *, tester_ids: Collection[str] = ()
    ) -> Gathered:
        found = await real(group_ids, tester_ids=tester_ids)
        monkeypatch.setattr(domain.audience, "of", real)
        await domain.recall(release_id, group_ids=(qa,))
        return found

    domain.engine.idle = True
    await send(domain, release_id, qa)
    domain.engine.idle = False
    monkeypatch.setattr(domain.audience, "of", slowly)
    await domain.engine.roads["distribute"].walk(InlineStep(), (await acts(domain, release_id))[0])

    assert domain.teller.told == []
    assert not await opens(domain, release_id, BOB)


async def test_killed_after_somebody_was_told_their_message_is_taken_back_by_the_next(
    domain: Domain, ipa: Path
) -> None:
    release_id, qa = await domain.draft(ipa), await group(domain, "QA", BOB)
    await send(domain, release_id, qa)
    await domain.recall(release_id)
    async with domain.database.reading() as session:
        (row,) = await recipients.of_releases(session, [release_id])
    domain.teller.taken_back.clear()

    # The step of telling runs again: whoever did it died before it was kept.
    errand = Errands(domain.carrying, Tellers([domain.teller])).word(row.id)
    await errand.act(*errand.args)

    assert domain.teller.taken_back == [row.id]
    assert len(domain.teller.told) == 1
