"""Releases that wait for somebody's yes: who may give it, when it counts, and what comes of it."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from provisioning.actors import Actor, person, slack
from provisioning.distributing.approval_cards import ApprovalList
from provisioning.distributing.approval_policies import PolicyWish
from provisioning.distributing.order import Order
from provisioning.distributing.recall_order import RecallOrder
from provisioning.errors import AlreadyDone, DirectoryFailed, NotAllowed, NotNow, Unclear
from provisioning.people.roles import Holder
from provisioning.releases.lifecycle import Standing
from storage.catalog import approvals, audit
from storage.errors import NotFound
from storage.records.approval import (
    ApprovalKind,
    ApprovalRequest,
    ApprovalState,
    ApproverKind,
)
from storage.records.base import now
from storage.records.release import ReleaseState
from storage.records.role import HolderKind, Role
from tests.unit.provisioning.conftest import ANN, CID, MANAGER, TESTER, UPLOADER, Domain
from tests.unit.provisioning.distributing.sending import current, group, opens, send

EVE, FAY = (person(slack(one), origin="test") for one in ("UEVE", "UFAY"))
MANAGERS = PolicyWish(kind=ApproverKind.ROLE, approvers=(Role.MANAGER.value,))


def people(*actors: Actor, needed: int = 1) -> PolicyWish:
    named = tuple(one.reference for one in actors)
    return PolicyWish(kind=ApproverKind.PEOPLE, approvers=named, needed=needed)


async def staffed(domain: Domain) -> None:
    """Let Bob, Cid, Eve and Fay manage releases beside Ann, who is an admin."""
    domain.directory.add("UEVE", "Eve Ellis")
    domain.directory.add("UFAY", "Fay Frost")
    for actor in (TESTER, UPLOADER, EVE, FAY):
        await domain.roles.give(MANAGER, Role.MANAGER, holder(actor))


def holder(actor: Actor) -> Holder:
    return Holder(kind=HolderKind.PERSON, id=actor.id)


async def ask(
    domain: Domain, release_id: str, *group_ids: str, by: Actor = TESTER, **order: object
) -> ApprovalRequest:
    """Let Bob ask to send a release to groups that need an approval."""
    values: dict[str, object] = {"key": f"{release_id}:{group_ids}:{by.id}:{order}"[:128]}
    made = await domain.distributions.request(
        Order(**{**values, **order}, release_id=release_id, by=by, group_ids=group_ids)  # type: ignore[arg-type]
    )
    assert isinstance(made, ApprovalRequest)
    return made


async def state(domain: Domain, request: ApprovalRequest) -> ApprovalState:
    return (await domain.approvals.one(request.id)).state


async def actions(domain: Domain, subject_id: str) -> list[str]:
    async with domain.database.reading() as session:
        return [entry.action for entry in await audit.of(session, subject_id)]


async def make_due(domain: Domain, request: ApprovalRequest) -> None:
    async with domain.database.writing() as session:
        row = await approvals.hold(session, request.id)
        row.due_at = now() - timedelta(seconds=1)
        session.add(row)


async def test_nothing_happens_before_somebody_else_says_yes(domain: Domain, ipa: Path) -> None:
    await staffed(domain)
    release_id, qa = await domain.draft(ipa), await group(domain, "QA", CID)
    assert await domain.policies.require(qa, MANAGERS, MANAGER)
    assert not await domain.policies.require(qa, MANAGERS, MANAGER)
    plan = await domain.distributions.plan(release_id, (qa,), ())
    assert [(need.name, need.needed) for need in plan.needs] == [("QA", 1)]

    request = await ask(domain, release_id, qa, notes="*New*")

    card = await domain.cards.release(release_id)
    assert (card.standing, card.groups, domain.teller.told) == (Standing.AWAITING_APPROVAL, (), [])
    assert domain.teller.requests == [request.id]
    assert domain.teller.asked == [request.id]
    assert (await ask(domain, release_id, qa, notes="*New*")).id == request.id
    with pytest.raises(NotAllowed, match="yourself"):
        await domain.requests.approve(request.id, TESTER)
    with pytest.raises(NotAllowed, match="not one of those who approve releases for QA"):
        await domain.requests.approve(request.id, person(slack("UDEE"), origin="test"))

    await domain.requests.approve(request.id, EVE)

    card = await domain.cards.release(release_id)
    assert (card.standing, card.notes, card.published_by) == (
        Standing.LIVE,
        "*New*",
        TESTER.reference,
    )
    assert await opens(domain, release_id, CID)
    assert len(domain.teller.told) == 1
    assert await state(domain, request) is ApprovalState.APPROVED
    assert await actions(domain, release_id) == [
        "release.submitted",
        "release.approval_given",
        "release.distributed",
        "release.approval_approved",
    ]
    async with domain.database.reading() as session:
        (sent,) = [
            one
            for one in await audit.of(session, release_id)
            if one.action == "release.distributed"
        ]
    assert sent.actor == TESTER.reference
    assert sent.detail["approved_by"] == [EVE.reference]
    with pytest.raises(AlreadyDone, match="approved already") as late:
        await domain.requests.approve(request.id, FAY)
    assert late.value.data["by"] == EVE.reference
    # Who could not be told is told again without another yes.
    assert (await domain.approvals.count(), len(domain.teller.told)) == (0, 1)


async def test_the_whole_order_waits_for_one_group_and_goes_at_once(
    domain: Domain, ipa: Path
) -> None:
    await staffed(domain)
    release_id = await domain.draft(ipa)
    qa, beta = await group(domain, "QA", CID), await group(domain, "Beta", ANN)
    await domain.policies.require(qa, people(EVE, FAY, needed=2), MANAGER)

    request = await ask(domain, release_id, qa, beta)
    await domain.requests.approve(request.id, EVE)
    with pytest.raises(AlreadyDone, match="You have approved this already"):
        await domain.requests.approve(request.id, EVE)
    assert (await domain.approvals.one(request.id)).counted == 1
    assert (await current(domain, qa), await current(domain, beta)) == ([], [])
    await domain.requests.approve(request.id, FAY)

    assert (await current(domain, qa), await current(domain, beta)) == ([1], [1])
    assert len(domain.teller.told) == 2


async def test_a_release_that_is_live_elsewhere_stays_live_while_an_order_waits(
    domain: Domain, ipa: Path
) -> None:
    await staffed(domain)
    release_id = await domain.draft(ipa)
    qa, beta = await group(domain, "QA", CID), await group(domain, "Beta", ANN)
    await domain.policies.require(qa, MANAGERS, MANAGER)
    first = await ask(domain, release_id, qa)
    await send(domain, release_id, beta)
    assert (await domain.cards.release(release_id)).state is ReleaseState.LIVE
    with pytest.raises(AlreadyDone, match="Bob Baker asked for this"):
        await ask(domain, release_id, qa, by=EVE)

    await domain.requests.decline(first.id, EVE, " Not on a\nFriday. ")

    card = await domain.approvals.one(first.id)
    assert (card.state, card.reason) == (ApprovalState.DECLINED, "Not on a Friday.")
    assert (await domain.cards.release(release_id)).state is ReleaseState.LIVE
    assert await current(domain, qa) == []
    again = await ask(domain, release_id, qa, by=EVE)
    await domain.requests.approve(again.id, FAY)
    assert await current(domain, qa) == [1]


async def test_a_draft_is_one_again_when_nobody_may_have_it(domain: Domain, ipa: Path) -> None:
    await staffed(domain)
    release_id, qa = await domain.draft(ipa), await group(domain, "QA", CID)
    await domain.policies.require(qa, MANAGERS, MANAGER)
    request = await ask(domain, release_id, qa)
    with pytest.raises(NotAllowed, match="Only the one who asked"):
        await domain.requests.withdraw(request.id, EVE)
    with pytest.raises(Unclear, match="Say why"):
        await domain.requests.decline(request.id, EVE, " ")

    await domain.requests.withdraw(request.id, TESTER)

    assert (await domain.cards.release(release_id)).state is ReleaseState.DRAFT
    assert await state(domain, request) is ApprovalState.WITHDRAWN
    with pytest.raises(AlreadyDone, match="has taken this back"):
        await domain.requests.approve(request.id, EVE)


async def test_what_changed_between_request_and_click_is_seen_at_the_click(
    domain: Domain, ipa: Path
) -> None:
    await staffed(domain)
    release_id, qa = await domain.draft(ipa), await group(domain, "QA", CID)
    await domain.policies.require(qa, MANAGERS, MANAGER)
    request = await ask(domain, release_id, qa)
    # Now two are needed, and one who said yes is no manager any more.
    two = PolicyWish(kind=ApproverKind.ROLE, approvers=(Role.MANAGER.value,), needed=2)
    await domain.policies.require(qa, two, MANAGER)
    await domain.requests.approve(request.id, EVE)
    await domain.roles.take(MANAGER, Role.MANAGER, holder(EVE))
    with pytest.raises(NotAllowed):
        await domain.requests.decline(request.id, EVE, "I changed my mind")

    await domain.requests.approve(request.id, FAY)

    card = await domain.approvals.one(request.id)
    assert (card.state, card.counted) == (ApprovalState.WAITING, 1)
    assert [(one.by, one.counts) for one in card.said] == [
        (EVE.reference, False),
        (FAY.reference, True),
    ]
    await domain.requests.approve(request.id, MANAGER)
    assert await state(domain, request) is ApprovalState.APPROVED
    assert await current(domain, qa) == [1]


async def test_a_policy_that_is_lifted_lets_go_what_waits(domain: Domain, ipa: Path) -> None:
    await staffed(domain)
    release_id, qa = await domain.draft(ipa), await group(domain, "QA", CID)
    await domain.policies.require(qa, MANAGERS, MANAGER)
    request = await ask(domain, release_id, qa)
    with pytest.raises(NotAllowed):
        await domain.policies.lift(qa, TESTER)
    with pytest.raises(NotAllowed):
        await domain.groups.delete(qa, TESTER)

    assert await domain.policies.lift(qa, MANAGER)

    assert await state(domain, request) is ApprovalState.APPROVED
    assert await current(domain, qa) == [1]
    assert not await domain.policies.lift(qa, MANAGER)


async def test_who_asked_has_to_be_one_who_may_still_send(domain: Domain, ipa: Path) -> None:
    await staffed(domain)
    release_id, qa = await domain.draft(ipa), await group(domain, "QA", CID)
    await domain.policies.require(qa, MANAGERS, MANAGER)
    request = await ask(domain, release_id, qa)
    await domain.roles.take(MANAGER, Role.MANAGER, holder(TESTER))

    with pytest.raises(NotNow, match="Bob Baker asked for it, and may not distribute it any more"):
        await domain.requests.approve(request.id, EVE)

    assert await state(domain, request) is ApprovalState.LAPSED
    assert (await domain.cards.release(release_id)).state is ReleaseState.DRAFT
    assert domain.teller.told == []


async def test_somebody_whose_account_is_gone_is_looked_at_anew(domain: Domain, ipa: Path) -> None:
    await staffed(domain)
    release_id, qa = await domain.draft(ipa), await group(domain, "QA", CID)
    await domain.policies.require(qa, people(EVE, FAY, needed=2), MANAGER)
    request = await ask(domain, release_id, qa)
    await domain.requests.approve(request.id, EVE)
    domain.directory.add("UEVE", "Eve Ellis", deleted=True)

    assert await domain.requests.returned(EVE.reference) == [request.id]
    card = await domain.approvals.one(request.id)
    assert (card.state, card.counted) == (ApprovalState.WAITING, 0)
    domain.directory.add("UBOB", "Bob Baker", deleted=True)
    await domain.requests.returned(TESTER.reference)

    assert await state(domain, request) is ApprovalState.LAPSED
    assert await domain.requests.returned(TESTER.reference) == []


async def test_what_moved_meanwhile_ends_a_request_with_a_sentence(
    domain: Domain, ipa: Path, newer_ipa: Path
) -> None:
    await staffed(domain)
    old, new = await domain.draft(ipa, "F1"), await domain.draft(newer_ipa, "F2")
    qa = await group(domain, "QA", CID)
    await domain.policies.require(qa, MANAGERS, MANAGER)
    waits = await ask(domain, old, qa)
    newer = await ask(domain, new, qa)
    await domain.requests.approve(newer.id, EVE)

    with pytest.raises(NotNow, match=r"QA has 2\.5\.0 \(250\) by now"):
        await domain.requests.approve(waits.id, EVE)

    assert await state(domain, waits) is ApprovalState.LAPSED
    back = await ask(domain, old, qa, over={qa: new}, because="It crashes.")
    await domain.requests.approve(back.id, EVE)
    assert await current(domain, qa) == [1]


async def test_a_recall_and_a_group_that_is_gone_end_what_waits(domain: Domain, ipa: Path) -> None:
    await staffed(domain)
    release_id = await domain.draft(ipa)
    qa, beta = await group(domain, "QA", CID), await group(domain, "Beta", ANN)
    await send(domain, release_id, beta)
    await domain.policies.require(qa, MANAGERS, MANAGER)
    request = await ask(domain, release_id, qa)
    await domain.groups.delete(qa, MANAGER)
    with pytest.raises(NotNow, match="There is no such group"):
        await domain.requests.approve(request.id, EVE)
    ops = await group(domain, "Ops", CID)
    await domain.policies.require(ops, MANAGERS, MANAGER)
    other = await ask(domain, release_id, ops)
    await domain.recalls.request(
        RecallOrder(key="r", release_id=release_id, by=MANAGER, because="It crashes.")
    )

    await domain.requests.look()

    card = await domain.approvals.one(other.id)
    assert (card.state, card.reason) == (
        ApprovalState.LAPSED,
        "The release goes to nobody any more.",
    )


async def test_what_is_disabled_waits_until_it_is_enabled(domain: Domain, ipa: Path) -> None:
    await staffed(domain)
    release_id = await domain.draft(ipa)
    qa, beta = await group(domain, "QA", CID), await group(domain, "Beta", ANN)
    await send(domain, release_id, beta)
    await domain.policies.require(qa, MANAGERS, MANAGER)
    request = await ask(domain, release_id, qa)
    await domain.availability.disable(release_id, "It loses what was typed.", MANAGER)
    with pytest.raises(NotNow, match="is disabled"):
        await domain.requests.approve(request.id, EVE)
    assert await state(domain, request) is ApprovalState.WAITING
    await domain.availability.enable(release_id, MANAGER)

    await domain.requests.approve(request.id, EVE)

    assert await current(domain, qa) == [1]


async def test_a_request_expires_and_is_asked_again(domain: Domain, ipa: Path) -> None:
    await staffed(domain)
    release_id, qa = await domain.draft(ipa), await group(domain, "QA", CID)
    await domain.policies.require(qa, MANAGERS, MANAGER)
    request = await ask(domain, release_id, qa)
    assert request.due_at is not None
    assert request.due_at - request.created_at > timedelta(days=2, hours=23)
    with pytest.raises(AlreadyDone):
        await domain.requests.again(request.id, TESTER)
    await make_due(domain, request)

    with pytest.raises(NotNow, match="This expired on"):
        await domain.requests.approve(request.id, EVE)

    assert await state(domain, request) is ApprovalState.EXPIRED
    with pytest.raises(NotAllowed):
        await domain.requests.again(request.id, EVE)
    again = await domain.requests.again(request.id, TESTER)
    assert isinstance(again, ApprovalRequest)
    assert again.id == (await domain.requests.again(request.id, TESTER)).id != request.id
    await make_due(domain, again)
    await domain.requests.look()
    assert await state(domain, again) is ApprovalState.EXPIRED
    assert domain.teller.asked.count(again.id) == 2
    assert (await domain.cards.release(release_id)).state is ReleaseState.DRAFT


async def test_an_admin_overrides_aloud(domain: Domain, ipa: Path) -> None:
    await staffed(domain)
    release_id, qa = await domain.draft(ipa), await group(domain, "QA", CID)
    await domain.policies.require(qa, people(EVE), MANAGER)
    request = await ask(domain, release_id, qa)
    with pytest.raises(NotAllowed):
        await domain.requests.override(request.id, EVE, "Now!")
    with pytest.raises(NotAllowed):
        await domain.requests.approve(request.id, MANAGER)

    await domain.requests.override(request.id, MANAGER, "The shop is down.")

    assert await current(domain, qa) == [1]
    assert (await domain.cards.release(release_id)).sent[0].by == MANAGER.reference
    assert domain.teller.proclaimed == [request.id]
    assert "release.approval_overridden" in await actions(domain, release_id)
    card = await domain.approvals.one(request.id)
    assert (card.state, card.reason) == (ApprovalState.OVERRIDDEN, "The shop is down.")
    with pytest.raises(AlreadyDone, match="has let this go already"):
        await domain.requests.override(request.id, MANAGER, "Again")


async def test_twenty_who_approve_and_distribute_at_once_make_one_act(
    domain: Domain, ipa: Path
) -> None:
    await staffed(domain)
    release_id, qa = await domain.draft(ipa), await group(domain, "QA", CID, ANN)
    await domain.policies.require(qa, MANAGERS, MANAGER)
    request = await ask(domain, release_id, qa)
    clicks = [
        domain.requests.approve(request.id, one) for one in (EVE, FAY, MANAGER) for _ in "12345"
    ]
    clicks += [domain.requests.override(request.id, MANAGER, "Now") for _ in "12"]
    orders = [
        Order(key=f"k{n}", release_id=release_id, by=UPLOADER, group_ids=(qa,)) for n in range(3)
    ]

    ended = await asyncio.gather(
        *clicks, *map(domain.distributions.request, orders), return_exceptions=True
    )

    unplanned = [
        one
        for one in ended
        if isinstance(one, BaseException) and not isinstance(one, AlreadyDone | NotNow)
    ]
    assert unplanned == []
    card = await domain.cards.release(release_id)
    assert (card.standing, len(card.sent), await current(domain, qa)) == (Standing.LIVE, 1, [1])
    assert len(domain.teller.told) == 2
    assert await state(domain, request) in {ApprovalState.APPROVED, ApprovalState.OVERRIDDEN}


async def test_a_user_group_decides_and_slack_that_is_silent_decides_nothing(
    domain: Domain, ipa: Path
) -> None:
    await staffed(domain)
    release_id, qa = await domain.draft(ipa), await group(domain, "QA", CID)
    domain.directory.usergroups["S1"] = ("UFAY", "UDEE", "UBOB")
    wish = PolicyWish(kind=ApproverKind.USERGROUP, approvers=("S1",), handle="leads", needed=3)
    with pytest.raises(Unclear, match="3 have to say yes, and 2 people among those"):
        await domain.policies.require(qa, wish, MANAGER)
    one = PolicyWish(kind=ApproverKind.USERGROUP, approvers=("S1",), handle="leads")
    await domain.policies.require(qa, one, MANAGER)
    request = await ask(domain, release_id, qa)
    channel_id, asked = await domain.approvals.deciders(request.id)
    assert (channel_id, asked) == (None, ["UFAY", "UDEE"])
    domain.directory.silent.add("S1")
    with pytest.raises(DirectoryFailed):
        await domain.requests.approve(request.id, FAY)
    domain.directory.silent.clear()
    with pytest.raises(NotAllowed):  # A guest approves nothing, whatever group they are in.
        await domain.requests.approve(request.id, person(slack("UDEE"), origin="test"))

    await domain.requests.approve(request.id, FAY)

    assert await current(domain, qa) == [1]
    assert await domain.approvals.waiting(MANAGER, limit=5) == ApprovalList()


async def test_the_first_that_wait_are_listed_and_all_are_counted(
    domain: Domain, ipa: Path
) -> None:
    await staffed(domain)
    release_id, qa = await domain.draft(ipa), await group(domain, "QA", CID)
    beta = await group(domain, "Beta", CID)
    for one in (qa, beta):
        await domain.policies.require(one, people(EVE, FAY, needed=2), MANAGER)
    first = await ask(domain, release_id, qa)
    await ask(domain, release_id, beta)
    await domain.requests.approve(first.id, EVE)

    found = await domain.approvals.waiting(MANAGER, limit=1)

    (line,) = found.first
    assert found.count == 2
    assert (line.request_id, line.title.label, line.groups) == (first.id, "2.4.0 (241)", ("QA",))
    assert (line.by, line.said_yes) == (TESTER.reference, 1)


async def test_policies_that_could_never_be_met_are_refused(domain: Domain) -> None:
    qa = await group(domain, "QA", CID)
    for wish, said in (
        (people(TESTER, needed=2), "1 person among those"),
        (people(TESTER, needed=99), "From 1 to 10"),
        (PolicyWish(kind=ApproverKind.ROLE, approvers=("admin",), hours=0), "for an hour"),
    ):
        with pytest.raises(Unclear, match=said):
            await domain.policies.require(qa, wish, MANAGER)
    with pytest.raises(NotFound):
        await domain.policies.require("nothing", MANAGERS, MANAGER)
    assert await domain.policies.of_group(qa) is None


async def test_what_was_not_shown_is_shown_later(domain: Domain, ipa: Path) -> None:
    await staffed(domain)
    release_id, qa = await domain.draft(ipa), await group(domain, "QA", CID)
    await domain.policies.require(qa, MANAGERS, MANAGER)
    domain.engine.idle = True
    request = await ask(domain, release_id, qa)
    later, ever = now() + timedelta(seconds=1), now() - timedelta(days=1)

    assert await domain.requests.unshown(later, ever) == [f"{request.id}@1"]
    await domain.requests.shown(f"{request.id}@1")

    assert await domain.requests.unshown(later, ever) == []
    assert request.kind is ApprovalKind.ORDER
