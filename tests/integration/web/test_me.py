"""A tester's own page: what it lists, how it leads to an install page, and who never gets in."""

import logging
from datetime import timedelta

import pytest
from sqlmodel import SQLModel, col, select

from provisioning.installing.personal_pages import LIFETIME
from storage.records.base import now
from storage.records.destination import Destination
from storage.records.distribution import Distribution
from storage.records.grant import Grant
from storage.records.personal_page import PersonalPage
from storage.records.release import Release, ReleaseState
from tests.integration.web.site import (
    ANDROID,
    DESKTOP,
    IPHONE,
    SLACKBOT,
    Offer,
    Site,
    next_release,
)
from tests.integration.web.test_install_page import Page
from tests.shelf import Shelf, change, sent, stock
from tests.town.counting import statements_of


async def page_of(site: Site, offer: Offer) -> str:
    """Return the path of the page of whoever was given an offer."""
    return f"/me/{await site.pages.token_of(offer.shelf.tester.id)}"


async def mine(site: Site, path: str, agent: str = IPHONE) -> Page:
    return Page(await site.text(path, agent=agent))


async def grants_in(site: Site) -> int:
    async with site.database.reading() as session:
        return len((await session.exec(select(Grant.id))).all())


async def recall(site: Site, release: Release) -> None:
    await change(site.database, release, state=ReleaseState.RECALLED)


async def test_the_newest_of_each_app_stands_first_with_what_is_to_be_known(site: Site) -> None:
    offer = await site.offer(release={"notes": "older"})
    newest = await next_release(
        site,
        offer,
        number=8,
        version="1.5.0",
        notes="**Faster** <script>alert(1)</script> [x](itms-services://?url=https://evil)",
    )
    async with site.database.writing() as session:
        found = await session.exec(select(Destination).where(Destination.release_id == newest.id))
        row = found.one()
        row.mandatory_from = now() - timedelta(minutes=1)
        session.add(row)
    path = await page_of(site, offer)

    answer = await site.get(path)
    page = Page(answer.text)

    assert "Harbour 1.5.0 (58) Mandatory" in page.words
    assert "It installs only on the devices that are registered for it." in page.words
    assert "<strong>Faster</strong>" in answer.text
    assert "<script>alert" not in answer.text
    assert "itms-services" not in answer.text
    assert page.links()[:2] == [f"{path}/{newest.id}", f"{path}/{offer.shelf.release.id}"]
    assert page.words.index("1.5.0 (58)") < page.words.index("1.4.2 (57)")
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert "script" not in {tag for tag, _ in page.tags}


@pytest.mark.parametrize(
    ("agent", "button"), [(ANDROID, "Install"), (DESKTOP, "Open"), (IPHONE, "Open")]
)
async def test_a_button_installs_only_where_that_can_work(
    site: Site, agent: str, button: str
) -> None:
    offer = await site.offer(platform="android")

    page = await mine(site, await page_of(site, offer), agent)

    assert f"{button} Harbour 1.4.2 (57) for Android" in page.words
    assert ("cannot run on this iPhone" in page.words) is (agent == IPHONE)


async def test_a_link_to_install_is_made_when_somebody_goes_there_and_once(site: Site) -> None:
    offer = await site.offer()
    newest = await next_release(site, offer, number=8, version="1.5.0")
    path = await page_of(site, offer)
    way = f"{path}/{newest.id}"
    before = await grants_in(site)

    for _ in range(2):
        await mine(site, path)
    assert (await site.get(way, method="HEAD")).status == 200
    ahead = await site.get(way, Sec_Purpose="prefetch;prerender")
    assert (ahead.status, ahead.headers.get("Location")) == (503, None)
    assert (await site.get(way, agent=SLACKBOT)).status == 404
    assert await grants_in(site) == before

    first, second = await site.get(way), await site.get(way)

    assert first.status == second.status == 303
    assert first.headers["Location"] == second.headers["Location"]
    assert await grants_in(site) == before + 1
    led = first.headers["Location"].removeprefix("https://apps.example.test")
    assert "1.5.0 (58)" in (await mine(site, led)).words


async def test_what_somebody_may_not_install_is_neither_listed_nor_reached(site: Site) -> None:
    offer, other = await site.offer(), await site.offer()
    taken = await next_release(site, offer, number=8, version="1.5.0")
    await recall(site, taken)
    off = await next_release(site, offer, number=9, version="1.6.0")
    await change(site.database, off, enabled=False)
    revoked = await next_release(site, offer, number=10, version="1.7.0")
    await site.grants.revoke((await site.grants.give(revoked.id, offer.shelf.tester.id)).id)
    path = await page_of(site, offer)

    page = await mine(site, path)
    nothing = await site.get("/nothing")

    assert "1.4.2 (57)" in page.words
    for version in ("1.5.0", "1.6.0", "1.7.0"):
        assert version not in page.words
    for release in (taken, off, revoked, other.shelf.release):
        answer = await site.get(f"{path}/{release.id}")
        assert (answer.status, answer.body) == (404, nothing.body)


async def test_every_link_that_does_not_hold_looks_the_same(site: Site) -> None:
    gone, renewed, late = [await site.offer() for _ in range(3)]
    paths = [await page_of(site, one) for one in (gone, renewed, late)]
    await change(site.database, gone.shelf.tester, active=False)
    async with site.database.writing() as session:
        rows = await session.exec(
            select(PersonalPage).where(
                col(PersonalPage.tester_id).in_([renewed.shelf.tester.id, late.shelf.tester.id])
            )
        )
        for row in rows.all():
            row.expires_at = now() - timedelta(seconds=1)
            session.add(row)
    nothing = await site.get("/nothing")

    for path in (f"/me/{'A' * 22}", "/me/short", f"/me/{renewed.token}", *paths):
        for below in ("", "/all", "/code.svg", f"/{gone.shelf.release.id}"):
            answer = await site.get(path + below)
            assert (answer.status, answer.body) == (404, nothing.body)
    assert await page_of(site, renewed) != paths[1]


async def test_a_robot_of_a_chat_sees_a_page_that_says_nothing(site: Site) -> None:
    offer = await site.offer()
    path = await page_of(site, offer)

    real, wrong = (
        await site.get(path, agent=SLACKBOT),
        await site.get(f"/me/{'A' * 22}", agent=SLACKBOT),
    )

    assert real.status == wrong.status == 200
    assert real.body == wrong.body
    assert (await site.get(f"{path}/code.svg", agent=SLACKBOT)).status == 404


async def test_a_link_lasts_while_it_is_used(site: Site) -> None:
    offer = await site.offer()
    path = await page_of(site, offer)
    soon = now() + timedelta(days=2)
    async with site.database.writing() as session:
        row = (await session.exec(select(PersonalPage))).one()
        row.expires_at = soon
        session.add(row)

    async def ends() -> bool:
        async with site.database.reading() as session:
            row = (await session.exec(select(PersonalPage))).one()
        return row.expires_at == soon

    await site.get(path, agent=SLACKBOT)
    await site.get(path, method="HEAD")
    await site.get(path, Sec_Purpose="prefetch")
    assert await ends()

    await mine(site, path)
    async with site.database.reading() as session:
        row = (await session.exec(select(PersonalPage))).one()
    assert row.expires_at > now() + LIFETIME - timedelta(hours=1)
    with statements_of(site.database) as heard:
        await mine(site, path)
    assert all(statement.startswith(("SELECT", "WITH")) for statement, _ in heard)


async def test_without_anything_the_page_says_what_will_come(site: Site) -> None:
    offer = await site.offer()
    path = await page_of(site, offer)
    await recall(site, offer.shelf.release)

    page = await mine(site, path)

    assert "When somebody gives you a release, it appears here" in page.words
    assert ("img", f"{path}/code.svg") in [(tag, one.get("src")) for tag, one in page.tags]
    code = await site.get(f"{path}/code.svg")
    assert (code.status, code.headers["Content-Type"]) == (200, "image/svg+xml; charset=utf-8")


async def test_a_long_page_is_bounded_and_asks_no_more_often(site: Site) -> None:
    offer = await site.offer()
    path = await page_of(site, offer)
    with statements_of(site.database) as few:
        await mine(site, path)

    for _ in range(52):
        shelf = await stock(site.database)
        async with site.database.writing() as session:
            session.add_all(sent_again(shelf, offer.shelf.tester.id))
    for number in range(8, 22):
        await next_release(site, offer, number=number, version=f"1.{number}.0")
    with statements_of(site.database) as many:
        page = await mine(site, path)
    everything = await mine(site, f"{path}/all")

    cards = [tag for tag, _ in page.tags if tag == "article"]
    assert len(cards) == 50
    assert "3 more apps are not listed." in page.words
    assert "4 older ones are not listed." in page.words
    assert f"{path}/all" in page.links()
    assert len(many) == len(few)
    assert len([tag for tag, _ in everything.tags if tag == "article"]) == 53
    assert "not listed" not in everything.words


async def test_the_log_holds_no_token(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    offer = await site.offer()
    path = await page_of(site, offer)

    with caplog.at_level(logging.INFO):
        for below in ("", "/all", "/code.svg", f"/{offer.shelf.release.id}"):
            await site.get(path + below)

    assert "/me/…" in caplog.text
    assert path.removeprefix("/me/") not in caplog.text


async def test_the_page_of_an_older_release_leads_to_the_newer_one(site: Site) -> None:
    offer = await site.offer()
    newest = await next_release(site, offer, number=8, version="1.5.0")
    before = await grants_in(site)

    for agent in (IPHONE, DESKTOP):
        page = await mine(site, offer.path, agent)
        assert page.links()[0] == f"{offer.path}/newer"
        assert "Install 1.4.2 (57) all the same" in page.words
    assert (await site.get(f"{offer.path}/newer", agent=SLACKBOT)).status == 404
    assert (await site.get(f"{offer.path}/newer", Purpose="prefetch")).status == 503
    assert await grants_in(site) == before

    led = await site.get(f"{offer.path}/newer")
    path = led.headers["Location"].removeprefix("https://apps.example.test")
    assert led.status == 303
    assert "1.5.0 (58)" in (await mine(site, path)).words
    assert "newer release" not in (await mine(site, path)).words
    manifest = await site.get(f"{offer.path}/manifest.plist")
    assert manifest.status == 200

    await recall(site, newest)
    assert "newer" not in (await mine(site, offer.path)).words
    assert (await site.get(f"{offer.path}/newer")).status == 404


def sent_again(shelf: Shelf, tester_id: str) -> tuple[SQLModel, ...]:
    """Return one more act by which a release goes to somebody else."""
    act, destination, recipient = sent(shelf.release, shelf.app, tester_id)
    assert isinstance(act, Distribution)
    act.key += ":again"
    return act, destination, recipient
