"""The Home tab: what a tester can install, what waits for a manager, drawn anew when opened."""

import pytest
import pytest_asyncio

from bot.sandbox.phone import phone
from bot.sandbox.slack.views import View
from bot.slack.kit import names
from tests.integration.answering.asking import Asking, at_rest, button, words_of
from tests.integration.slack.house import BUILDS, QA, House

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.usefixtures("rested")]


async def home_of(house: House, name: str, words: str) -> View:
    """Open somebody's Home and return it once it says *words*."""
    await house.workspace.person(name).open_home()

    def look() -> View | None:
        view = house.workspace.home_of(name)
        return view if view is not None and words in words_of(view) else None

    found = await house.workspace.eventually(look)
    assert found is not None
    return found


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def before(shared: House) -> dict[str, str]:
    """Return what Home says while there is nothing, by person."""
    ann = await home_of(shared, "Ann", "No build is waiting.")
    bob = await home_of(shared, "Bob", "Nothing for you to install yet.")
    return {"Ann": words_of(ann), "Bob": words_of(bob)}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def given(shared: House, before: dict[str, str]) -> House:
    """Lend a house whose release 1 went to Bob, and whose release 2 is a draft."""
    assert before
    await shared.group("QA", "Bob", channel=QA)
    await shared.with_app()
    await Asking(shared).ask("Ann", "distribute harbour to QA")
    await shared.dm_to("Bob", "ready for you")
    await shared.cid.post(BUILDS, "Next *one*", files=[shared.samples.newer_ipa])
    await shared.card_saying("Compared with")
    await at_rest(shared)
    return shared


async def test_without_anything_each_is_told_what_will_come(before: dict[str, str]) -> None:
    assert "Waiting to be distributed" in before["Ann"]
    assert "Nothing for you to install yet." in before["Ann"]
    assert "Waiting to be distributed" not in before["Bob"]
    assert "`/release help`" in before["Bob"]


async def test_a_tester_finds_the_release_with_an_install_link_that_works(given: House) -> None:
    home = await home_of(given, "Bob", "2.4.0 (241)")
    install = button(home, "Install")

    await given.bob.click(home, names.INSTALL)

    assert "2.5.0" not in words_of(home)
    assert "First *build*" in words_of(home)
    assert "/i/" in install["url"]
    link = install["url"].replace("http://127.0.0.1:1/", f"http://127.0.0.1:{given.port}/")
    async with phone(android=False) as device:
        page = await device.look(link)
    assert "Harbour" in page


async def test_a_manager_finds_drafts_with_a_button_that_opens_the_form(given: House) -> None:
    home = await home_of(given, "Ann", "release 2 · :memo: Draft")

    await given.ann.click(home, names.DISTRIBUTE)

    form = await given.view_of("Ann", "Distribute")
    assert "Harbour 2.5.0 (250)" in words_of(form)
    await given.ann.close()


async def test_a_manager_finds_recent_releases_with_their_details(given: House) -> None:
    home = await home_of(given, "Ann", "release 1 · :rocket: Live")

    await given.ann.click(home, names.HOME_SHOW)

    assert "1 of 1 person reached." in words_of(await given.view_of("Ann", "Release"))
    await given.ann.close()


async def test_a_click_on_a_draft_by_who_may_not_see_it_is_refused(given: House) -> None:
    managers = await home_of(given, "Ann", "release 2 · :memo: Draft")
    guests = await home_of(given, "Dee", "Nothing for you to install yet.")
    draft = button(managers, "Distribute…")["value"]

    for action_id in (names.HOME_SHOW, names.DISTRIBUTE):
        action = {"action_id": action_id, "value": draft}
        await given.workspace.person("Dee").forge(guests, action)

    await given.dm_to("Dee", "There is no such release for you.")
    await given.dm_to("Dee", "You may not distribute releases here")
    assert given.workspace.view_of("Dee") is None


async def test_home_is_drawn_anew_when_it_is_opened(given: House) -> None:
    await home_of(given, "Bob", "2.4.0 (241)")
    confirm = "distribute harbour 2.5.0 to QA mandatory"
    await given.ann.submit(await Asking(given).form("Ann", confirm, "Please confirm"))
    await given.dm_to("Bob", "2.5.0 (250)")

    bob = await home_of(given, "Bob", "2.5.0 (250)")
    ann = await home_of(given, "Ann", "release 1 · :package: Superseded")

    assert "*mandatory*" in words_of(bob)
    assert "2.4.0" not in words_of(bob)
    assert "No build is waiting." in words_of(ann)


async def test_opening_the_messages_tab_draws_nothing(given: House) -> None:
    given.workspace.add_person("Kim")
    await given.workspace.person("Kim").open_messages_tab()
    await given.settled()

    assert given.workspace.home_of("Kim") is None


async def test_a6_a_tab_that_has_not_changed_is_not_published_again(shared: House) -> None:
    async def opened(name: str) -> int:
        await shared.workspace.person(name).open_home()
        await at_rest(shared)
        return len(shared.slack.calls_of("views.publish"))

    await opened("Cid")
    before = await opened("Cid")
    assert await opened("Cid") == before

    # What somebody else published there since, another replica or an older version, is replaced.
    await shared.running.workspace.clients.patient.views_publish(
        user_id=shared.cid.id, view={"type": "home", "blocks": [{"type": "divider"}]}
    )
    assert await opened("Cid") == before + 2
