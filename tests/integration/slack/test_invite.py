"""People outside Slack: a join link from Slack, the page by which they ask, and what they get."""

import re
from collections.abc import Mapping
from http import HTTPStatus

import aiohttp
import pytest

from bot.sandbox.faults import Fault
from bot.sandbox.slack.messages import Message
from bot.slack.kit import names
from provisioning.people import joining
from provisioning.people.join_links import MOST_ROOM
from tests.integration.answering.asking import Asking, button, words_of
from tests.integration.slack.house import QA, House
from tests.integration.slack.links import LINK
from tests.integration.slack.test_main_road import distribute

IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
    "Gecko) Version/17.4 Mobile/15E148 Safari/604.1"
)
SLACKBOT = "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)"
ZOE = {"name": "Zoe <b>Zimmer", "email": "Zoe@example.com"}
KEY = re.compile(r'name="key" value="([A-Za-z0-9_-]{22})"')
PATH = re.compile(r"/(?:join|joined|me)/[A-Za-z0-9_-]{22}")


async def page(
    house: House,
    path: str,
    form: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> tuple[int, str, str]:
    """Open a page, or send its form; return the status, what it says and where it leads."""
    method = "GET" if form is None else "POST"
    address = f"http://127.0.0.1:{house.port}{path}"
    async with (
        aiohttp.ClientSession(headers={"User-Agent": IPHONE, **(headers or {})}) as session,
        session.request(method, address, data=form, allow_redirects=False) as answer,
    ):
        led = PATH.search(answer.headers.get("Location", ""))
        return answer.status, await answer.text(), led.group() if led else ""


def path_in(said: str) -> str:
    found = PATH.search(said)
    assert found is not None, said
    return found.group()


async def invited(house: House, typed: str = "invite QA") -> str:
    """Let Ann make a link; return its path."""
    return path_in((await Asking(house).ask("Ann", typed)).said())


async def card_of(house: House, name: str) -> Message:
    return await house.dm_to("Ann", f"*{name}*")


async def asked_by_zoe(house: House, link: str) -> str:
    """Let Zoe ask, after a few mistakes and while Slack fails; return the path of her page."""
    status, form, _ = await page(house, link)
    neutral = await page(house, link, headers={"User-Agent": SLACKBOT})
    assert (status, form.count("<input")) == (200, 3)
    assert "<h1>Join QA</h1>" in form
    assert "Ann Archer invites you" in form
    assert neutral[0] == HTTPStatus.OK
    assert "QA" not in neutral[1]
    key = KEY.findall(form)[0]
    wrong = await page(house, link, {"name": "Zoe <b>", "email": "zoe", "key": key})
    assert wrong[0] == 422
    assert "This is no e-mail address." in wrong[1]
    assert 'value="Zoe &lt;b&gt;"' in wrong[1]
    assert KEY.findall(wrong[1]) == [key]
    crossed = await page(house, link, ZOE, {"Sec-Fetch-Site": "cross-site"})
    assert crossed[0] == 403

    house.slack.script("chat.postMessage", Fault.lost_answer(), times=1)
    house.slack.script("chat.postMessage", Fault.server_error(503), times=2)
    moved, _, own = await page(house, link, {**ZOE, "key": key})
    twice = await page(house, link, {**ZOE, "key": key})

    assert (moved, twice[0], twice[2]) == (303, 303, own)
    _, waiting, _ = await page(house, own)
    assert "You have asked to join" in waiting
    assert 'http-equiv="refresh"' in waiting
    assert "/me/" not in waiting
    return own


async def opened(house: House, mine: str, builds: str) -> str:
    """Open what a page of builds offers, hand a device in and report trouble; return the path."""
    release = re.findall(rf"{mine}/[0-9a-f]{{32}}", builds)[0]
    async with (
        aiohttp.ClientSession(headers={"User-Agent": IPHONE}) as session,
        session.get(f"http://127.0.0.1:{house.port}{release}", allow_redirects=False) as led,
    ):
        install = str(LINK.findall(led.headers["Location"])[0])
    status, _, _ = await page(house, install)
    assert status == 200
    enrol, _, _ = await page(house, f"{install}/enroll", {})
    assert enrol == 303  # A device is handed in without Slack.
    saw = await page(house, f"{install}/trouble", {"saw": "grey"})
    assert saw[0] == 303
    return install


async def test_whoever_joins_by_a_link_has_what_the_group_has(house: House) -> None:
    await house.group("QA", "Bob", channel=QA)
    await house.with_app()
    await distribute(house, "QA")
    await house.card_saying("1/1 reached")
    answer = await Asking(house).ask("Ann", "invite QA limit 2 for 7d")
    assert "*A join link to QA*" in answer.said()
    assert "0 of 2 joined" in answer.said()
    assert not [one for one in answer.blocks if one["type"] == "image"]  # Slack cannot fetch it.
    link = path_in(answer.said())

    own = await asked_by_zoe(house, link)
    card = await card_of(house, "Zoe &lt;b&gt;Zimmer")
    assert "would like to join *QA*" in card.said()
    assert "Nobody has confirmed the address" in card.said()

    await house.ann.click(card, names.JOIN_APPROVE)

    await house.whisper_to("Ann", "is in *QA*")
    await house.dm_to("Ann", "joined *QA*. Approved by")
    assert len([m for m in house.workspace.dms("Ann") if "zoe@example.com" in m.said()]) == 1
    _, welcome, _ = await page(house, own)
    assert "Open my builds" in welcome
    mine = path_in(welcome)
    await house.card_saying("Whoever joined QA gets *Harbour 2.4.0 (241) for iOS*, too.", QA)
    _, builds, _ = await page(house, mine)
    assert "Harbour" in builds
    assert "in Slack" not in builds
    install = await opened(house, mine, builds)
    who = await Asking(house).said("Ann", "who harbour")
    assert "*Opened the install page* (1)\nZoe &lt;b&gt;Zimmer" in who
    told = [m.said() for m in house.workspace.dms("Ann") if "did not reach everybody" in m.said()]
    assert told == []

    listed = await Asking(house).said("Ann", "groups show QA")
    assert "Zoe &lt;b&gt;Zimmer (zoe@example.com)" in listed
    assert "1 join link holds" in listed
    history = await Asking(house).said("Ann", "history QA")
    assert "let Zoe &lt;b&gt;Zimmer (zoe@example.com) join *QA*" in history

    await house.ann.submit(
        await Asking(house).form("Ann", "recall harbour 1 because it crashes", "Please confirm")
    )
    _, lost, _ = await page(house, mine)
    assert "Harbour 2.4.0 (241) for iOS was recalled on" in lost
    assert "it crashes" in lost
    assert (await page(house, install))[0] == 404

    again = await Asking(house).said("Ann", "testers revoke zoe@example.com")
    assert "ask to join once more" in again
    assert (await page(house, mine))[0] == 404
    assert "There is no tester" in await Asking(house).said("Ann", "testers revoke yan@example.com")
    typed = "groups remove QA <mailto:zoe@example.com|zoe@example.com>"
    assert "Removed 1 person." in await Asking(house).said("Ann", typed)
    assert "This leads nowhere any more" in (await page(house, own))[1]
    assert house.slack.violations == []


async def test_what_is_typed_wrongly_is_said_and_what_is_left_out_is_asked(house: House) -> None:
    asking = Asking(house)
    assert "groups create QA" in await asking.said("Ann", "invite")
    await house.group("QA")
    await house.with_app()

    for typed, said in {
        "invite harbor": "Did you mean `harbour`?",
        "invite AQ": "There are: qa, harbour.",
        "invite @bob": "groups add QA",
        f"invite QA limit {MOST_ROOM + 1}": f"1 to {MOST_ROOM} people",
        "invite QA limit many": "as a number",
        "invite QA until tomorrow": "until 2026-12-24",
        "invite QA until 2020-01-01": "This is over already",
        "invite QA for 91w": "for 90 days at most",
        "invite QA for ever": "for 7d",
        "invite QA domain": "Say something behind `domain`",
        "invite QA domain example": "is no domain",
    }.items():
        assert said in await asking.said("Ann", typed), typed
    assert "You may not change groups" in await asking.said("Bob", "invite QA")
    assert "You may not change groups" in await asking.said("Bob", "invite list")
    assert "You may not change groups" in await asking.said("Bob", "invite waiting")
    assert "No join link holds" in await asking.said("Ann", "invite list")
    assert "Nobody waits to join" in await asking.said("Ann", "invite waiting")

    form = await asking.form("Ann", "invite harbour limit 3", "Make a join link")
    assert "who are to test Harbour" in words_of(form)
    refused = await house.ann.submit(form, {names.INVITE_ROOM: "0", names.INVITE_DOMAINS: "x"})
    assert set(refused.errors) == {names.INVITE_DOMAINS}
    done = await house.ann.submit(
        form, {names.INVITE_ROOM: "3", names.INVITE_DOMAINS: "example.com, example.org"}
    )
    assert done.action == "update", done
    link = path_in(str((await house.view_of("Ann", "Join link")).blocks))
    _, shown, _ = await page(house, link)
    assert "<h1>Test Harbour</h1>" in shown
    assert "which ends in @example.com or @example.org" in shown
    other = await page(house, link, {"name": "Zoe", "email": "zoe@example.net"})
    assert other[0] == 422
    assert "Use your address that ends in @example.com or @example.org." in other[1]
    await asking.close_all("Ann")
    wrapped = "invite QA domain <http://example.com|example.com>"
    assert "only @example.com" in await asking.said("Ann", wrapped)
    assert house.slack.violations == []


async def revoked(house: House, link: str) -> None:
    """Revoke the newest link from the list, twice."""
    asking = Asking(house)
    listed = await asking.ask("Ann", "invite list QA")
    assert "0 of 1 joined" in listed.said()
    assert "1 of 25 joined" in listed.said()
    assert button(listed, "Revoke")["confirm"]["title"]["text"] == "Revoke this join link?"
    value = button(listed, "Revoke")["value"]
    await house.ann.click(listed, names.INVITE_REVOKE, block_id=_block_of(listed, value))
    await house.whisper_to("Ann", "Nobody else can ask by this join link")
    await house.ann.click(listed, names.INVITE_REVOKE, block_id=_block_of(listed, value))
    await house.whisper_to("Ann", "was revoked before")
    over = await page(house, link)
    assert over[0] == 410
    assert "This link was taken back." in over[1]


async def test_links_end_and_people_are_declined_once(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.group("QA")
    asking = Asking(house)
    first, second = await invited(house, "invite QA limit 1"), await invited(house)

    _, _, own = await page(house, first, {"name": "Zoe", "email": "zoe@example.com"})
    full = await page(house, first, {"name": "Yan", "email": "yan@example.com"})
    assert full[0] == 410
    assert "All places of this link are taken." in full[1]
    assert "Ask Ann Archer for a new one." in full[1]
    card = await card_of(house, "Zoe")
    waits = await asking.ask("Ann", "invite waiting")
    assert "*Zoe* (zoe@example.com) would like to join" in waits.said()

    await house.ann.click(card, names.JOIN_DECLINE)
    form = await house.view_of("Ann", "Decline")
    await house.ann.submit(form, {names.JOIN_REASON: "Who are you? <!channel>"})
    await house.dm_to("Ann", "does not join *QA*. Declined by")
    await page(house, second, {"name": "Xim", "email": "xim@example.com"})
    card = await card_of(house, "Xim")
    await house.ann.click(card, names.JOIN_DECLINE)
    form = await house.view_of("Ann", "Decline")
    people = house.running.house.people
    (xim,) = await people.joining.waiting(house.manager)
    await people.joining.approve(xim.request_id, house.manager)  # A colleague, meanwhile.
    late = await house.ann.submit(form, {names.JOIN_REASON: "No."})
    assert late.action == "update"
    assert "was first: they have approved it" in words_of(await house.view_of("Ann", "Decline"))
    await asking.close_all("Ann")
    await house.dm_to("Ann", "*Xim* (xim@example.com) joined *QA*")
    await house.ann.click(card, names.JOIN_DECLINE)
    await house.whisper_to("Ann", "*Xim* (xim@example.com) joined *QA*")
    await house.ann.click(waits, names.JOIN_APPROVE)
    await house.whisper_to("Ann", "they have declined it already")
    _, declined, _ = await page(house, own)
    assert "They wrote: Who are you? &lt;!channel&gt;" in declined
    assert "/me/" not in declined

    monkeypatch.setattr(joining, "HOURLY", 1)
    busy = await page(house, first, {"name": "Yan", "email": "yan@example.com"})
    assert busy[0] == 429
    assert "Try again in an hour." in busy[1]
    assert 'value="yan@example.com"' in busy[1]

    await revoked(house, second)
    assert (await page(house, f"/join/{'x' * 22}"))[0] == 404
    assert (await page(house, f"/joined/{'x' * 22}"))[0] == 404
    await house.bob.forge(
        card, {"action_id": names.JOIN_APPROVE, "value": button(waits, "Approve")["value"]}
    )
    await house.whisper_to("Bob", "You may not change groups")
    assert house.slack.violations == []


def _block_of(message: Message, value: str) -> str:
    """Return the block that holds the button with a value."""
    return next(
        str(block["block_id"])
        for block in message.blocks
        if (block.get("accessory") or {}).get("value") == value
    )
