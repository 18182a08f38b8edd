"""Links of ours in messages: a release is shown by name, a personal link as one and no more."""

from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.sandbox.slack.messages import Message, Unfurl
from bot.sandbox.slack.server import SandboxSlack, Setup
from bot.slack.kit import names
from provisioning.actors import slack
from provisioning.people.roles import Holder, Others
from storage.records.role import HolderKind, Role
from tests.integration.answering.asking import words_of
from tests.integration.slack.house import BUILDS, QA, House, Plan, Samples, inhabited, manifest
from tests.integration.slack.links import LINK
from tests.integration.slack.test_main_road import distribute

OWN = "https://slipway.example.com"


@pytest.fixture
def plan() -> Plan:
    return Plan(base_url=OWN)


async def unfurled(house: House, posted: Message) -> dict[str, Any]:
    """Return what is shown below the links of a message, once something is."""

    def look() -> dict[str, Any] | None:
        current = house.workspace.current(posted)
        return current.unfurls if current is not None and current.unfurls else None

    found = await house.workspace.eventually(look)
    assert found is not None
    return found


async def test_what_is_shown_of_links(house: House) -> None:
    await house.group("QA", "Bob", channel=QA)
    await house.with_app()
    await distribute(house, "QA")
    told = await house.dm_to("Bob", "ready for you")
    found = LINK.search(str(told.blocks))
    assert found is not None
    personal = f"{OWN}{found.group()}"
    _, line = await house.running.house.releases.lists.find("harbour", None)
    assert line is not None
    link = house.running.house.links.release(line.release_id)

    shared = await house.ann.post(BUILDS, f"Look: {link} and {personal}")
    shown = await unfurled(house, shared)

    assert "Harbour 2.4.0 (241) for iOS" in str(shown[link])
    assert "Live" in str(shown[link])
    assert "An install link for one person" in str(shown[personal])
    assert "Harbour" not in str(shown[personal])
    # Slack's own look at a link leaves no trace, and a wrong link shows nothing.
    wrong = await house.ann.post(BUILDS, f"{OWN}/r/{'0' * 32} {OWN}/i/{'A' * 22}")
    assert list(await unfurled(house, wrong)) == [f"{OWN}/i/{'A' * 22}"]
    async with aiohttp.ClientSession() as session:
        address = f"http://127.0.0.1:{house.port}/r/{line.release_id}"
        async with session.get(address, allow_redirects=False) as answer:
            there = answer.headers["Location"]
        async with session.get(f"{address[:-32]}{'0' * 32}", allow_redirects=False) as answer:
            missing = answer.status
    announced = await house.card_saying("*Live*", QA)
    assert there.endswith(f"/archives/{announced.channel}/p{announced.ts.replace('.', '')}")
    assert missing == 404


async def given_to_bob(house: House) -> str:
    """Give Bob a release that others may not see, unless they manage or upload; return its link."""
    cid = Holder(kind=HolderKind.PERSON, id=str(slack(house.cid.id)))
    roles = house.running.house.people.roles
    await roles.give(house.manager, Role.UPLOADER, cid, others=Others.DROP)
    await house.group("QA", "Bob", channel=QA)
    await house.with_app()
    await distribute(house, "QA")
    await house.dm_to("Bob", "ready for you")
    _, line = await house.running.house.releases.lists.find("harbour", None)
    assert line is not None
    return house.running.house.links.release(line.release_id)


async def test_whoever_was_not_given_a_release_shows_nothing_of_it(house: House) -> None:
    link = await given_to_bob(house)
    house.workspace.add_channel("talk", "Bob", "Dee", with_bot=True)

    hidden = await house.workspace.person("Dee").post("#talk", link)
    await house.settled()
    shown = await unfurled(house, await house.bob.post("#talk", link))

    assert "Harbour 2.4.0 (241) for iOS" in str(shown[link])
    current = house.workspace.current(hidden)
    assert current is not None
    assert current.unfurls == {}


async def test_a_shared_link_opens_the_release_for_whoever_may_see_it(house: House) -> None:
    link = await given_to_bob(house)
    # Slipway is not in the channel: nothing can be said there but in answer to the click.
    house.workspace.add_channel("talk", "Ann", "Bob", "Dee")
    posted = await house.ann.post("#talk", f"Look: {link}")
    await unfurled(house, posted)
    current = house.workspace.current(posted)
    assert current is not None
    shown = Unfurl(message=current, url=link)

    await house.ann.click(shown, names.SHARED_OPEN)
    anns = words_of(await house.view_of("Ann", "Release"))
    await house.bob.click(shown, names.SHARED_OPEN)
    bobs = words_of(await house.view_of("Bob", "Release"))
    await house.workspace.person("Dee").click(shown, names.SHARED_OPEN)
    refused = await house.whisper_to("Dee", "This release was not given to you")

    for words in (anns, bobs):
        assert "Harbour 2.4.0 (241) for iOS" in words
        assert "com.example.harbour" in words
    # Who else has it is for those who see every release.
    assert "1 of 1 person reached" in anns
    assert "reached" not in bobs
    assert refused.ephemeral_for == house.workspace.person("Dee").id
    assert house.workspace.view_of("Dee") is None


async def test_without_the_scope_nothing_is_shown(
    tmp_path: Path, sqlite_url: str, samples: Samples
) -> None:
    setup = Setup(manifest=manifest(), withheld_scopes=frozenset({"links:write"}))
    async with (
        SandboxSlack.serve(data_dir=tmp_path / "slack", setup=setup) as slack,
        inhabited(slack, tmp_path, sqlite_url, samples, Plan(base_url=OWN)) as house,
    ):
        posted = await house.ann.post(BUILDS, f"{OWN}/i/{'A' * 22}")
        await house.settled()

        current = house.workspace.current(posted)
        assert current is not None
        assert current.unfurls == {}
        assert slack.calls_of("chat.unfurl") == []
