"""People outside Slack: a link, a request, a decision, and what they have from then on."""

from asyncio import gather
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import col, select

from provisioning.actors import email
from provisioning.distributing.carrying import ON_PAGE
from provisioning.errors import AlreadyDone, NotAllowed, NotNow, TellerFailed, Unclear
from provisioning.following.holders import Having
from provisioning.following.nudge_order import Sparing
from provisioning.people import joining
from provisioning.people.join_form import JoinWords
from provisioning.people.join_links import MOST_LINKS, MOST_ROOM, LinkOrder, LinkOver, LinkSheet
from storage.catalog import audit, join_requests, recipients
from storage.errors import NotFound
from storage.records import tester
from storage.records.base import now
from storage.records.distribution import RecipientState
from storage.records.join_link import JoinLink
from storage.records.join_request import JoinRequest, JoinState
from tests.unit.provisioning.conftest import BOB, MANAGER, TESTER, Domain
from tests.unit.provisioning.distributing.sending import group, send

ZOE = JoinWords(name="Zoe Zimmer", email="zoe@example.com", key="z" * 22)


async def link_to(domain: Domain, group_id: str, **order: object) -> LinkSheet:
    values: dict[str, object] = {"key": f"{group_id} {order}"[:128], "by": MANAGER}
    return await domain.links.make(LinkOrder(**{**values, **order}, group_id=group_id))  # type: ignore[arg-type]


async def asked(domain: Domain, link: LinkSheet, words: JoinWords = ZOE) -> str:
    """Ask, and return the id of the request."""
    await domain.joining.ask(link.token, words)
    return domain.teller.joins[-1]


async def record(domain: Domain, request_id: str) -> JoinRequest:
    async with domain.database.reading() as session:
        return await join_requests.get(session, request_id)


async def people(domain: Domain) -> list[tester.Tester]:
    async with domain.database.reading() as session:
        found = await session.exec(select(tester.Tester).order_by(col(tester.Tester.name)))
        return list(found.all())


async def test_whoever_is_approved_has_what_is_current(domain: Domain, ipa: Path) -> None:
    release_id = await domain.draft(ipa)
    qa = await group(domain, "QA", BOB)
    await send(domain, release_id, qa)
    link = await link_to(domain, qa)
    assert (link.room, link.host, link.group, link.over) == (25, "Ann Archer", "QA", None)

    page = await domain.joining.ask(link.token, ZOE)
    waiting = await domain.joining.page(page)
    (request_id,) = domain.teller.joins
    assert waiting is not None
    assert (waiting.state, waiting.tester_id) == (JoinState.WAITING, None)
    assert [one.name for one in await people(domain)] == ["Bob Baker"]

    card = await domain.joining.approve(request_id, MANAGER)

    approved = await domain.joining.page(page)
    assert approved is not None
    assert (card.state, card.decided_by) == (JoinState.APPROVED, MANAGER.reference)
    zoe = next(one for one in await people(domain) if one.email)
    assert (zoe.name, zoe.email, zoe.slack_id) == ("Zoe Zimmer", "zoe@example.com", None)
    assert approved.tester_id == zoe.id
    assert domain.teller.joins == [request_id, request_id]
    async with domain.database.reading() as session:
        own = [
            one
            for one in await recipients.of_releases(session, [release_id])
            if one.tester_id == zoe.id
        ]
        kept = [one.action for one in await audit.of(session, qa)]
    assert [(one.state, one.reason) for one in own] == [(RecipientState.ON_PAGE, ON_PAGE)]
    assert kept == ["group.created", "group.people_added", "group.invited", "group.asked",
                    "group.joined"]  # fmt: skip
    grant = await domain.grants.give(release_id, zoe.id)
    assert await domain.grants.open(domain.grants.token(grant)) is not None


async def test_nobody_is_bothered_by_whoever_no_message_reaches(domain: Domain, ipa: Path) -> None:
    release_id = await domain.draft(ipa)
    qa = await group(domain, "QA", BOB)
    link = await link_to(domain, qa)
    await domain.joining.approve(await asked(domain, link), MANAGER)

    await send(domain, release_id, qa)

    card = await domain.cards.release(release_id)
    assert card.counts == {RecipientState.TOLD: 1, RecipientState.ON_PAGE: 1}
    assert card.unreached == ()
    found = await domain.holders.of(release_id, MANAGER)
    assert {one.name: one.having for one in found.people} == {
        "Bob Baker": Having.TOLD,
        "Zoe Zimmer": Having.ON_PAGE,
    }
    plan = await domain.nudges.plan(release_id, MANAGER)
    assert [one.name for one in plan.due] == ["Bob Baker"]
    assert list(plan.spared) == [Sparing.ON_PAGE]
    with pytest.raises(AlreadyDone):  # Nobody of the group is left out.
        await send(domain, release_id, qa, key="once more")


async def test_leaving_takes_it_back_and_a_revoked_link_does_not(domain: Domain, ipa: Path) -> None:
    release_id = await domain.draft(ipa)
    qa = await group(domain, "QA", BOB)
    await send(domain, release_id, qa)
    link = await link_to(domain, qa)
    page = await domain.joining.ask(link.token, ZOE)
    waiting = await asked(domain, link, JoinWords(name="Yan", email="yan@example.com"))
    await domain.joining.approve(domain.teller.joins[0], MANAGER)
    zoe = next(one for one in await people(domain) if one.email)
    grant = await domain.grants.give(release_id, zoe.id)
    token = domain.grants.token(grant)

    revoked = await domain.links.revoke(link.id, MANAGER)

    assert (revoked.over, revoked.joined, revoked.waiting) == (LinkOver.REVOKED, 1, 1)
    assert await domain.links.held(MANAGER) == []
    with pytest.raises(AlreadyDone):
        await domain.links.revoke(link.id, MANAGER)
    with pytest.raises(NotNow) as refused:
        await domain.joining.ask(link.token, ZOE)
    assert refused.value.code == "link_over"
    assert await domain.grants.open(token) is not None
    await domain.joining.approve(waiting, MANAGER)  # Who waits goes on waiting.

    assert await domain.groups.remove_people(qa, [email("Zoe@example.com")], MANAGER) == 1

    assert await domain.grants.open(token) is None
    left = await domain.joining.page(page)
    assert left is not None
    assert left.tester_id is None


async def test_of_two_who_decide_at_once_one_does(domain: Domain) -> None:
    link = await link_to(domain, await group(domain, "QA"))
    request_id = await asked(domain, link)

    ended = await gather(
        domain.joining.approve(request_id, MANAGER),
        domain.joining.decline(request_id, MANAGER, "No."),
        domain.joining.approve(request_id, MANAGER),
        return_exceptions=True,
    )

    assert sum(not isinstance(one, Exception) for one in ended) == 1
    late = [one for one in ended if isinstance(one, AlreadyDone)]
    assert [one.data["by"] for one in late] == [MANAGER.reference] * 2
    kept = await record(domain, request_id)
    assert kept.turn == kept.shown == 2
    assert bool(await people(domain)) is (kept.state is JoinState.APPROVED)


async def test_a_form_sent_twice_is_one_request(domain: Domain) -> None:
    link = await link_to(domain, await group(domain, "QA"))

    tokens = set(await gather(*(domain.joining.ask(link.token, ZOE) for _ in range(3))))

    assert len(tokens) == 1
    assert len(set(domain.teller.joins)) == 1
    mended = JoinWords(name=ZOE.name, email="zoe@example.org", key=ZOE.key)
    assert await domain.joining.ask(link.token, mended) not in tokens
    assert (await domain.links.sheet(link.id)).waiting == 2


async def test_whoever_gives_somebodys_address_sees_nothing_of_theirs(domain: Domain) -> None:
    link = await link_to(domain, await group(domain, "QA"))
    first = await domain.joining.ask(link.token, ZOE)
    await domain.joining.approve(domain.teller.joins[-1], MANAGER)

    # The answer is the same for an address that is known and one that is not.
    eve = JoinWords(name="Eve", email="zoe@example.com", key="e" * 22)
    second = await domain.joining.ask(link.token, eve)
    request_id = domain.teller.joins[-1]

    page, card = await domain.joining.page(second), await domain.joining.card(request_id)
    assert second != first
    assert page is not None
    assert (page.state, page.tester_id) == (JoinState.WAITING, None)
    assert (card.known, card.known_groups, card.in_slack) == ("Zoe Zimmer", ("QA",), False)
    with pytest.raises(NotNow) as refused:
        await domain.joining.approve(request_id, MANAGER)
    assert refused.value.code == "address_known"
    assert (await record(domain, request_id)).state is JoinState.WAITING
    await domain.joining.approve(request_id, MANAGER, knowing=True)
    assert [one.name for one in await people(domain)] == ["Zoe Zimmer"]


async def test_an_address_of_somebody_in_slack_joins_nothing(domain: Domain) -> None:
    qa = await group(domain, "QA", BOB)
    async with domain.database.writing() as session:
        bob = (await session.exec(select(tester.Tester))).one()
        bob.email = "bob@example.com"
        session.add(bob)
    link = await link_to(domain, qa)
    request_id = await asked(domain, link, JoinWords(name="Bob", email="bob@example.com"))
    assert (await domain.joining.card(request_id)).in_slack

    with pytest.raises(NotNow) as refused:
        await domain.joining.approve(request_id, MANAGER, knowing=True)

    assert refused.value.code == "address_in_slack"
    assert (await domain.joining.decline(request_id, MANAGER)).state is JoinState.DECLINED


async def test_two_wait_with_one_address_and_each_card_says_so(domain: Domain) -> None:
    link = await link_to(domain, await group(domain, "QA"))
    first = await asked(domain, link)
    second = await asked(domain, link, JoinWords(name="Eve", email=ZOE.email))

    cards = await domain.joining.waiting(MANAGER)

    assert [one.request_id for one in cards] == [first, second]
    assert [one.others for one in cards] == [1, 1]


async def test_only_whoever_may_changes_anything(domain: Domain) -> None:
    qa = await group(domain, "QA")
    link = await link_to(domain, qa)
    request_id = await asked(domain, link)
    for refused in (
        domain.links.make(LinkOrder(key="k", group_id=qa, by=TESTER)),
        domain.links.revoke(link.id, TESTER),
        domain.links.held(TESTER),
        domain.joining.approve(request_id, TESTER),
        domain.joining.decline(request_id, TESTER),
        domain.joining.waiting(TESTER),
    ):
        with pytest.raises(NotAllowed):
            await refused
    assert (await record(domain, request_id)).state is JoinState.WAITING


@pytest.mark.parametrize(
    ("order", "field"),
    [
        ({"room": 0}, "room"),
        ({"room": MOST_ROOM + 1}, "room"),
        ({"until": now() - timedelta(minutes=1)}, "until"),
        ({"until": now() + timedelta(days=92)}, "until"),
        ({"domains": ["example"]}, "domains"),
        ({"domains": [f"a{i}.example.com" for i in range(11)]}, "domains"),
    ],
)
async def test_a_link_has_its_limits(domain: Domain, order: dict[str, object], field: str) -> None:
    qa = await group(domain, "QA")
    with pytest.raises(Unclear) as refused:
        await link_to(domain, qa, **order)
    assert refused.value.field == field
    assert await domain.links.held(MANAGER) == []


async def test_only_so_many_links_to_a_group_hold(domain: Domain) -> None:
    qa = await group(domain, "QA")
    made = [await link_to(domain, qa, key=f"key {i}") for i in range(MOST_LINKS)]
    again = await link_to(domain, qa, key="key 0")
    assert again.id == made[0].id
    with pytest.raises(Unclear, match="Revoke one first"):
        await link_to(domain, qa, key="one too many")
    await domain.links.revoke(made[0].id, MANAGER)
    await link_to(domain, qa, key="another")


async def test_a_link_is_for_so_many_at_once_too(domain: Domain) -> None:
    link = await link_to(domain, await group(domain, "QA"), room=2)
    wishes = [JoinWords(name=f"N{i}", email=f"n{i}@example.com") for i in range(4)]

    ended = await gather(
        *(domain.joining.ask(link.token, one) for one in wishes), return_exceptions=True
    )

    assert sorted(isinstance(one, NotNow) for one in ended) == [False, False, True, True]
    assert (await domain.links.sheet(link.id)).over is LinkOver.FULL
    await domain.joining.decline(domain.teller.joins[0], MANAGER)
    assert (await domain.links.sheet(link.id)).over is None


async def test_only_so_many_ask_within_an_hour(
    domain: Domain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(joining, "HOURLY", 2)
    link = await link_to(domain, await group(domain, "QA"))
    for i in range(2):
        await asked(domain, link, JoinWords(name="N", email=f"n{i}@example.com"))
    with pytest.raises(NotNow) as refused:
        await asked(domain, link, JoinWords(name="N", email="n2@example.com"))
    assert refused.value.code == "too_many"


async def test_strangers_tokens_open_nothing(domain: Domain) -> None:
    qa = await group(domain, "QA")
    link = await link_to(domain, qa)
    page = await domain.joining.ask(link.token, ZOE)
    for token in ("x" * 22, link.id, link.token[:-1], page):
        assert await domain.links.open(token) is None
    for token in ("x" * 22, link.token, page[:-1]):
        assert await domain.joining.page(token) is None
    with pytest.raises(NotFound):
        await domain.joining.ask("x" * 22, ZOE)
    async with domain.database.reading() as session:
        rows = [(await session.exec(select(JoinLink))).one().model_dump_json()]
        rows.append((await session.exec(select(JoinRequest))).one().model_dump_json())
    assert not any(secret in row for row in rows for secret in (link.token, page))


async def test_what_was_deleted_or_is_late_leads_nowhere(
    domain: Domain, monkeypatch: pytest.MonkeyPatch
) -> None:
    qa = await group(domain, "QA")
    link = await link_to(domain, qa, until=now() + timedelta(days=1))
    page = await domain.joining.ask(link.token, ZOE)
    request_id = domain.teller.joins[-1]
    await domain.groups.delete(qa, MANAGER)

    opened = await domain.links.open(link.token)

    assert opened is not None
    assert opened.over is LinkOver.GONE
    with pytest.raises(NotFound):
        await domain.joining.approve(request_id, MANAGER)
    assert await people(domain) == []
    monkeypatch.setattr(joining, "PATIENCE", timedelta(0))
    await domain.joining.tidy()
    late = await domain.joining.page(page)
    assert late is not None
    assert late.state is JoinState.EXPIRED
    monkeypatch.setattr(joining, "KEPT_FOR", timedelta(0))
    await domain.joining.tidy()
    assert await domain.joining.page(page) is None


async def test_the_page_of_a_request_leads_for_a_while(
    domain: Domain, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = await link_to(domain, await group(domain, "QA"))
    page = await domain.joining.ask(link.token, ZOE)
    await domain.joining.approve(domain.teller.joins[-1], MANAGER)
    assert await domain.joining.page(page) is not None
    monkeypatch.setattr(joining, "LEADS_FOR", timedelta(0))
    assert await domain.joining.page(page) is None


async def test_what_cannot_be_shown_is_said_to_whoever_made_the_link(domain: Domain) -> None:
    link = await link_to(domain, await group(domain, "QA"))
    domain.teller.failing["show_join"] = [TellerFailed("No.")]

    await domain.joining.ask(link.token, ZOE)

    ((reference, sentence),) = domain.teller.troubles
    assert reference == MANAGER.reference
    assert "Zoe Zimmer asks to join QA" in sentence
    assert await domain.joining.unshown(now(), now() - timedelta(days=1)) == []
    assert len(await domain.joining.waiting(MANAGER)) == 1


async def test_what_was_not_shown_is_unfinished(domain: Domain) -> None:
    link = await link_to(domain, await group(domain, "QA"))
    domain.engine.roads.pop("join")
    with pytest.raises(KeyError):
        await domain.joining.ask(link.token, ZOE)

    (subject,) = await domain.joining.unshown(now(), now() - timedelta(days=1))

    await domain.joining.shown(subject)
    await domain.joining.shown(subject)
    assert await domain.joining.unshown(now(), now() - timedelta(days=1)) == []
