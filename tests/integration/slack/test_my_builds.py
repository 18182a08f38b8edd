"""My builds: a Home that follows what happens, and a page of one's own that others cannot keep."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from aiohttp import ClientSession
from sqlmodel import select

from bot import bootstrap
from bot.sandbox.faults import Fault
from bot.sandbox.slack.views import View
from bot.slack.features.home import deeds
from bot.slack.features.home.listeners import home_drawing
from bot.slack.kit import names
from provisioning.actors import slack
from storage.records.base import now
from storage.records.home_tab import HomeTab
from tests.integration.answering.asking import Asking, at_rest, button, words_of
from tests.integration.slack.house import BUILDS, QA, House


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deeds, "PAUSE", 0.01)


@pytest.fixture
def _still(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the clock of a house that is opened afterwards look at no tab by itself."""

    async def nothing() -> None:
        return

    monkeypatch.setattr(
        bootstrap, "home_drawing", lambda _house, _workspace: SimpleNamespace(look=nothing)
    )


async def home_saying(house: House, person: str, words: str) -> View:
    """Wait until somebody's Home, which nobody opens, says something."""

    def look() -> View | None:
        view = house.workspace.home_of(person)
        return view if view is not None and words in words_of(view) else None

    found = await house.workspace.eventually(look)
    assert found is not None
    return found


async def status(house: House, address: str) -> int:
    url = address.replace("http://127.0.0.1:1/", f"http://127.0.0.1:{house.port}/")
    async with ClientSession() as client, client.get(url) as answer:
        return answer.status


def page_on(home: View) -> str:
    return str(button(home, "Open my builds")["url"])


async def tab_of(house: House, person: str) -> HomeTab:
    async with house.running.ground.database.reading() as session:
        found = await session.exec(
            select(HomeTab).where(HomeTab.slack_id == house.workspace.person(person).id)
        )
        return found.one()


async def test_a_home_follows_and_its_page_ends_when_it_is_taken_back(house: House) -> None:
    asking = Asking(house)
    group = await house.group("QA", "Bob", channel=QA)
    await house.with_app()
    await house.bob.open_home()
    await house.ann.open_home()
    await home_saying(house, "Bob", "Nothing for you to install yet.")
    await home_saying(house, "Ann", "release 1 · :memo: Draft")

    # What happens is drawn without anybody opening anything.
    await asking.ask("Ann", "distribute harbour to QA")
    bobs = await home_saying(house, "Bob", "2.4.0 (241)")
    await home_saying(house, "Ann", "1 of 1 person reached")
    await house.cid.post(BUILDS, "Next", files=[house.samples.newer_ipa])
    await home_saying(house, "Ann", "release 2 · :memo: Draft")

    # The page holds until its person, or a manager, takes it back.
    page = page_on(bobs)
    assert await status(house, page) == 200
    await house.bob.click(bobs, names.PAGE_OPEN)
    await house.bob.click(bobs, names.PAGE_RENEW)
    await house.workspace.eventually(lambda: page_on_home(house, "Bob") not in {"", page})
    second = page_on_home(house, "Bob")
    assert [await status(house, one) for one in (page, second)] == [404, 200]
    assert "takes the role" in await asking.said("Bob", f"testers revoke <@{house.ann.id}>")
    said = await asking.said("Ann", f"testers revoke <@{house.bob.id}>")
    assert "leads nowhere any more" in said
    assert await status(house, second) == 404
    await house.workspace.eventually(lambda: page_on_home(house, "Bob") not in {"", second})
    assert await status(house, page_on_home(house, "Bob")) == 200
    history = await asking.said("Ann", "history")
    assert "ended the link to the page of *Bob Baker*" in history, history

    # A wrong word is answered with what to type.
    for words, hint in (
        ("testers revoke", "Say whose link"),
        ("testers revok", "Did you mean"),
        ("testers revoke @nobody", "Slack does not know"),
    ):
        assert hint in await asking.said("Ann", words)

    # Who leaves loses it there, too.
    people = [slack(house.bob.id)]
    await house.running.house.people.groups.remove_people(group.id, people, house.manager)
    await home_saying(house, "Bob", "Nothing for you to install yet.")
    await at_rest(house)


def page_on_home(house: House, person: str) -> str:
    home = house.workspace.home_of(person)
    return page_on(home) if home is not None and "Open my builds" in words_of(home) else ""


@pytest.mark.usefixtures("_still")
async def test_a_tab_is_looked_at_again_until_slack_takes_it(house: House) -> None:
    homes, database = house.running.house.homes, house.running.ground.database
    look = home_drawing(house.running.house, house.running.workspace).look
    await house.bob.open_home()
    await home_saying(house, "Bob", "Nothing for you to install yet.")
    await house.settled()

    async def due(**values: object) -> None:
        async with database.writing() as session:
            found = await session.exec(select(HomeTab).where(HomeTab.slack_id == house.bob.id))
            tab = found.one()
            for name, value in values.items():
                setattr(tab, name, value)
            session.add(tab)

    def published() -> int:
        return len(house.slack.calls_of("views.publish"))

    # One that shows what it should costs no call, and is left alone for hours.
    before = published()
    await due(due_at=now())
    await look()
    assert published() == before
    assert (await tab_of(house, "Bob")).due_at > now() + timedelta(hours=5)

    # Slack refuses, for longer than a call is tried: it stays due, later each time.
    house.slack.script("views.publish", Fault.error("not_enabled"), times=9)
    await due(drawn="", due_at=now())
    await look()
    first = await tab_of(house, "Bob")
    assert (first.tries, first.due_at > now() + timedelta(seconds=20)) == (1, True)
    await due(due_at=now())
    await look()
    second = await tab_of(house, "Bob")
    assert (second.tries, second.due_at > now() + timedelta(seconds=50)) == (2, True)

    # Once Slack takes it, it is as it should be.
    house.slack.faults.clear()
    await due(due_at=now())
    await look()
    third = await tab_of(house, "Bob")
    assert (third.tries, bool(third.drawn), published() > before) == (0, True, True)

    # Of several who look, one takes it; what changes while it is drawn is drawn once more.
    await due(due_at=now())
    (tab,) = await homes.due(limit=9)
    taken = await homes.take(tab)
    assert taken is not None
    assert await homes.take(tab) is None
    await due(due_at=now())
    await homes.done(taken)
    assert [one.id for one in await homes.due(limit=9)] == [tab.id]

    # Whoever has not come for a month is not looked after, and forgotten.
    await due(opened_at=now() - timedelta(days=31))
    assert await homes.due(limit=9) == []
    await homes.forget()
    assert await homes.due(limit=9) == []


async def test_a_home_follows_what_its_person_may_do(house: House) -> None:
    asking = Asking(house)
    cid, mia = house.cid, house.workspace.add_person("Mia")
    leads = house.workspace.add_usergroup("leads", "Mia")
    for person, name in ((cid, "Cid"), (mia, "Mia"), (house.bob, "Bob")):
        await person.open_home()
        await home_saying(house, name, "Nothing for you to install yet.")

    await asking.said("Ann", f"roles give manager <@{cid.id}> <!subteam^{leads.id}|@leads>")

    for name in ("Cid", "Mia"):
        await home_saying(house, name, "Waiting to be distributed")
    assert "Waiting to be distributed" not in words_on_home(house, "Bob")

    # A role is lost by leaving the user group that has it, as by a word of an admin.
    house.workspace.set_usergroup("leads", "Bob")
    await home_saying(house, "Bob", "Waiting to be distributed")
    await asking.said("Ann", f"roles take manager <@{cid.id}> <!subteam^{leads.id}|@leads>")
    for name in ("Cid", "Mia", "Bob"):
        await home_without(house, name, "Waiting to be distributed")
    await at_rest(house)


async def test_a_home_says_of_which_apps_there_are_no_reminders(house: House) -> None:
    asking = Asking(house)
    await house.group("QA", "Bob", "Dee", channel=QA)
    await house.with_app()
    await asking.ask("Ann", "distribute harbour to QA")
    for name in ("Bob", "Dee"):
        await house.workspace.person(name).open_home()
        await home_saying(house, name, "2.4.0 (241)")

    await asking.said("Bob", "mute harbour")

    await home_saying(house, "Bob", ":no_bell: no reminders")
    assert "no reminders" not in words_on_home(house, "Dee")
    await asking.said("Bob", "unmute harbour")
    await home_without(house, "Bob", "no reminders")
    await at_rest(house)


async def home_without(house: House, person: str, words: str) -> None:
    """Wait until somebody's Home, which nobody opens, says something no more."""
    await house.workspace.eventually(lambda: words not in words_on_home(house, person))


def words_on_home(house: House, person: str) -> str:
    home = house.workspace.home_of(person)
    assert home is not None
    return words_of(home)
