"""Somebody cannot install a release: on the page and in Slack, and what the team reads of it."""

from collections.abc import Mapping
from http import HTTPStatus

import aiohttp
import pytest

from bot.sandbox.faults import Fault
from bot.slack.kit import names
from provisioning.following.troubles import LONGEST_WORDS
from tests.integration.answering.asking import Asking, words_of
from tests.integration.slack.house import BUILDS, QA, House
from tests.integration.slack.links import link_of
from tests.integration.slack.test_who import sent

IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
    "Gecko) Version/17.4 Mobile/15E148 Safari/604.1"
)
SAW = {names.TROUBLE_SAW: {names.TROUBLE_SAW: "The icon stays grey, or waits"}}


async def page(
    house: House, path: str, form: Mapping[str, str] | None = None, *, follow: bool = True
) -> tuple[int, str]:
    """Open a page on an iPhone, or send its form; return the status and what it says."""
    method = "GET" if form is None else "POST"
    address = f"http://127.0.0.1:{house.port}{path}"
    async with (
        aiohttp.ClientSession(headers={"User-Agent": IPHONE}) as session,
        session.request(method, address, data=form, allow_redirects=False) as answer,
    ):
        if follow and answer.status == HTTPStatus.SEE_OTHER:
            led = answer.headers["Location"]
            return await page(house, led[led.index("/i/") :])
        return answer.status, await answer.text()


async def test_the_page_asks_and_answers_and_the_thread_hears_of_it(house: House) -> None:
    await sent(house, "Bob")
    link = await link_of(house, "Bob")
    _, install = await page(house, link)
    status, asked = await page(house, f"{link}/trouble")
    assert f'href="{link}/trouble">I cannot install this' in install
    assert (status, asked.count('type="radio"')) == (200, 9)
    assert "<title>Harbour for iOS does not install" in asked
    assert "2.4.0 (241) for iOS" in asked
    assert "<title>Harbour 2.4.0 (241) for iOS" in install

    refusals = [
        await page(house, f"{link}/trouble", form)
        for form in (
            {},
            {"saw": "not-installed"},
            {"saw": "other", "words": " "},
            {"saw": "grey", "words": "<b>" + "x" * LONGEST_WORDS},
        )
    ]
    assert [status for status, _ in refusals] == [422] * 4
    assert all("Choose what you see" in said for _, said in refusals[:2])
    assert "Say in a few words what you see." in refusals[2][1]
    assert f"{LONGEST_WORDS} are the most" in refusals[3][1]
    assert "&lt;b&gt;xxx" in refusals[3][1]

    said = {"saw": "unable", "words": "At half, <!channel>"}
    moved, _ = await page(house, f"{link}/trouble", said, follow=False)
    status, told = await page(house, f"{link}/trouble", {"saw": "grey"})

    assert (moved, status) == (303, 200)
    assert "What is probably behind it" in told
    assert "this may be another one" in told
    assert "“Unable to Install” or “Unable to Download App”" in told
    assert "You can tell them once more from" in told
    for channel in (BUILDS, QA):
        line = await house.card_saying("cannot install", channel)
        assert (
            "*Bob Baker* cannot install *Harbour 2.4.0 (241) for iOS*: “Unable to Install”"
            in line.said()
        )
        assert "They wrote: At half, &lt;!channel&gt;" in line.said()
        assert "On: iPhone, iOS 17.4 by its browser; no device of theirs is known" in line.said()
        assert "Probably: It installs only on the 3 devices" in line.said()
        assert line.thread_ts is not None
    await house.settled()
    assert len([m for m in house.workspace.by_bot(QA) if "cannot install" in m.said()]) == 1
    assert "said that *Harbour 2.4.0 (241) for iOS, release 1* does not install" in await Asking(
        house
    ).said("Ann", "history harbour")
    await Asking(house).form("Ann", "recall harbour 1 because it crashes", "Please confirm")
    await house.ann.submit(await house.view_of("Ann", "Please confirm"))
    assert [(await page(house, f"{link}/trouble", form))[0] for form in (None, said)] == [404, 404]
    assert (await page(house, f"/i/{'x' * 22}/trouble", said))[0] == 404


@pytest.mark.slow
async def test_the_message_asks_and_answers_in_a_form(house: House) -> None:
    await sent(house, "Bob", "Dee")
    message = await house.dm_to("Bob", "ready for you")
    await house.bob.click(message, names.TROUBLE)
    form = await house.view_of("Bob", "It does not install")
    other = {names.TROUBLE_SAW: {names.TROUBLE_SAW: "Something else"}}
    refused = await house.bob.submit(form, other)
    assert refused.errors[names.TROUBLE_WORDS] == "Say in a few words what you see."

    house.slack.script("chat.postMessage", Fault.lost_answer(), times=1)
    house.slack.script("chat.postMessage", Fault.server_error(503), times=2)
    done = await house.bob.submit(form, SAW)

    assert done.action == "update", done
    said = words_of(await house.view_of("Bob", "It does not install"))
    assert "*What is probably behind it*\nThe download paused" in said
    assert "The team has heard of it" in said
    await house.card_saying(
        "*Bob Baker* cannot install *Harbour 2.4.0 (241) for iOS*: The icon", QA
    )
    await house.bob.close(everything=True)
    await house.bob.click(message, names.TROUBLE)
    again = await house.bob.submit(await house.view_of("Bob", "It does not install"), SAW)
    assert again.action == "update"
    assert "You said so already" in words_of(await house.view_of("Bob", "It does not install"))
    await house.settled()
    heard = [m for m in house.workspace.by_bot(QA) if "cannot install" in m.said()]
    assert len(heard) == 1
    listed = await Asking(house).ask("Ann", "who harbour")
    await house.ann.click(listed, names.NUDGE)
    left = words_of(await house.view_of("Ann", "Remind people"))
    assert "• Said today that it does not install (1): Bob Baker" in left


@pytest.mark.slow
async def test_what_was_taken_back_is_reported_by_nobody(house: House) -> None:
    await sent(house, "Bob")
    message = await house.dm_to("Bob", "ready for you")
    await house.bob.click(message, names.TROUBLE)
    form = await house.view_of("Bob", "It does not install")
    await house.ann.submit(
        await Asking(house).form("Ann", "recall harbour 1 because it crashes", "Please confirm")
    )

    refused = await house.bob.submit(form, SAW)

    assert "no such release for you any more" in refused.errors[names.TROUBLE_SAW]
    await house.settled()
    assert not [m for m in house.workspace.by_bot(QA) if "cannot install" in m.said()]
