"""One product of two platforms: paired, sent by one order, told in one message, by one link."""

from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest
from sqlmodel import select

from bot.sandbox.faults import Fault
from bot.sandbox.phone import CHROME, SAFARI
from bot.sandbox.samples.harbour import harbour_apk
from bot.sandbox.slack.messages import Message
from bot.slack import teller
from bot.slack.features.distribution.views import NOTIFY
from bot.slack.kit import names
from storage.records.app import App
from storage.records.distribution import Recipient, RecipientState
from storage.records.signer import AppSigner
from tests.integration.answering.asking import Asking, at_rest, words_of
from tests.integration.slack.house import BUILDS, QA, House
from tests.integration.slack.links import LINK, path_in
from tests.integration.slack.test_approvals import MANAGERS, guarded

DESKTOP = "Mozilla/5.0 (X11; Linux x86_64) Firefox/128.0"
BOTH = "products pair harbour harbour-android"


@pytest.fixture(scope="session")
def apk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return harbour_apk(tmp_path_factory.mktemp("android"), version="2.4.0", build="88")


async def with_both(house: House, apk: Path) -> None:
    """Bring Harbour in for iOS, and of the same version for Android."""
    await house.with_app()
    await with_android(house, apk)


async def with_android(house: House, apk: Path) -> None:
    await house.cid.post(BUILDS, "And Android", files=[apk])
    card = await house.card_saying("New app")
    await house.ann.click(card, names.CREATE_APP)
    form = await house.view_of("Ann", "Create app")
    await house.ann.submit(form, {names.APP_NAME: {names.APP_NAME: "harbour-android"}})
    await house.card_saying("*Draft* · release 1", BUILDS)


async def paired(house: House, apk: Path) -> Asking:
    await with_both(house, apk)
    asking = Asking(house)
    assert "is one product" in await asking.said("Ann", BOTH)
    return asking


async def opened(house: House, path: str, agent: str) -> tuple[int, str, str]:
    """Open a page as a browser does; return the status, where it led, and its words."""
    async with (
        aiohttp.ClientSession(headers={"User-Agent": agent}) as session,
        session.get(f"http://127.0.0.1:{house.port}{path}", allow_redirects=False) as answer,
    ):
        found = LINK.search(answer.headers.get("Location", ""))
        return answer.status, found.group() if found else "", await answer.text()


async def together(house: House, apk: Path) -> Message:
    """Send both to QA by one order; return what Bob is told."""
    await house.group("QA", "Bob", channel=QA)
    asking = await paired(house, apk)
    form = await asking.form("Ann", "distribute harbour 2.4.0 to QA", "Please confirm")
    await house.ann.submit(form)
    told = await house.dm_to("Bob", "for iOS and Android")
    await at_rest(house)
    return told


def told_to(house: House, person: str) -> list[str]:
    return [m.said() for m in house.workspace.dms(person) if m.is_bot]


async def test_both_go_out_by_one_order_in_one_message(either: House, apk: Path) -> None:
    await either.group("QA", "Bob", channel=QA)
    asking = await paired(either, apk)
    await either.card_saying("*Android 2.4.0 (88)* is here as well: release 1, :memo: draft")
    await either.card_saying("*iOS 2.4.0 (241)* is here as well")

    form = await asking.form("Ann", "distribute harbour 2.4.0 to QA", "Please confirm")
    asked = words_of(form)
    await either.ann.submit(form)
    told = await either.dm_to("Bob", "*Harbour 2.4.0* is ready for you, for iOS and Android.")
    await at_rest(either)

    assert "*Android 2.4.0 (88)* goes to *1 person* among them as well, as release 1." in asked
    assert str(form.body["submit"]["text"]) == "Distribute both"
    assert len(told_to(either, "Bob")) == 1
    assert len({found.group() for found in LINK.finditer(str(told.blocks))}) == 1
    ios = await either.card_saying("*Harbour 2.4.0 (241)*", QA)
    android = await either.card_saying("*Harbour 2.4.0 (88)*", QA)
    assert android.thread_ts == ios.ts, "the other platform stands in the thread of the first"
    logged = [m for m in either.workspace.by_bot(QA) if "to QA." in m.said()]
    assert {m.thread_ts for m in logged} == {ios.ts}
    assert len(logged) == 2

    path = path_in(told)
    assert (await opened(either, path, SAFARI))[0] == 200
    status, led, _ = await opened(either, path, CHROME)
    assert status == 303
    page = await opened(either, led, CHROME)
    assert page[0] == 200
    assert f"{led}/app.apk" in page[2]
    assert f'href="{led}/on/ios"' in page[2]
    back = await opened(either, f"{led}/on/ios", CHROME)
    assert (back[0], back[1]) == (303, path)
    assert (await opened(either, f"{path}?here=1", CHROME))[0] == 200
    desk = (await opened(either, path, DESKTOP))[2]
    assert "Scan it with any of your phones" in desk
    assert "Harbour 2.4.0 (88) for Android" in desk


@pytest.mark.slow
async def test_a_recall_of_one_half_leaves_the_other(house: House, apk: Path) -> None:
    told = await together(house, apk)
    path = path_in(told)
    form = await Asking(house).form("Ann", "recall harbour 1 because it crashes", "Please confirm")

    await house.ann.submit(form)
    left = await house.dm_to("Bob", "*Harbour 2.4.0 (88)* is ready for you.")
    await at_rest(house)

    assert left.ts == told.ts
    # Both platforms are spoken of in one thread, so that each line says which one it means.
    first = await house.card_saying("*Harbour 2.4.0 (241)*", QA)
    line = await house.card_saying("recalled *Harbour 2.4.0 (241) for iOS* from everybody", QA)
    assert line.thread_ts == first.ts
    assert (await opened(house, path, SAFARI))[0] == 404
    assert (await opened(house, path_in(left), CHROME))[0] == 200
    form = await Asking(house).form("Ann", "recall harbour-android 1 because no", "Please confirm")
    await house.ann.submit(form)
    gone = await house.dm_to("Bob", "*Harbour 2.4.0 (88) for Android* was recalled and can no")
    assert gone.ts == told.ts


async def test_a_half_whose_signer_nobody_approved_is_neither_offered_nor_opened(
    house: House, apk: Path
) -> None:
    told = await together(house, apk)
    path = path_in(told)
    status, android, _ = await opened(house, path, CHROME)
    assert status == 303
    assert "for Android" in (await opened(house, path, DESKTOP))[2]

    # As it is where a row was slipped in by which Bob has it: another signer is the app's.
    async with house.running.ground.database.writing() as session:
        found = await session.exec(select(AppSigner).join(App).where(App.name == "harbour-android"))
        own = found.one()
        session.add(AppSigner(**own.model_dump(exclude={"signer"}), signer=f"key:{'0' * 64}"))
        await session.delete(own)

    status, _, page = await opened(house, path, CHROME)
    assert status == 200, "an Android phone is led nowhere, and told what this is"
    assert "for Android" not in page
    assert "/on/android" not in page
    assert "for Android" not in (await opened(house, path, DESKTOP))[2]
    assert (await opened(house, f"{path}/on/android", CHROME))[0] == 404
    assert (await opened(house, android, CHROME))[0] == 404


@pytest.mark.slow
async def test_disabling_one_half_draws_the_other_until_it_is_enabled(
    house: House, apk: Path
) -> None:
    told = await together(house, apk)
    asking = Asking(house)
    await asking.said("Ann", "disable harbour 1")
    alone = await house.dm_to("Bob", "*Harbour 2.4.0 (88)* is ready for you.")
    await asking.said("Ann", "enable harbour 1")
    both = await house.dm_to("Bob", "for iOS and Android")

    assert alone.ts == both.ts == told.ts


async def test_one_half_goes_alone_and_a_missing_one_is_said(house: House, apk: Path) -> None:
    await house.group("QA", "Bob", "Dee", channel=QA)
    asking = await paired(house, apk)

    alone = await asking.said("Ann", "distribute harbour 2.4.0 to QA alone")
    told = await house.dm_to("Bob", "*Harbour 2.4.0 (241)* is ready for you.")
    await house.cid.post(BUILDS, "Newer", files=[house.samples.newer_ipa])
    card = await house.card_saying("No Android build of 2.5.0 yet")
    missing = await asking.said("Ann", "distribute harbour 2.5.0 to QA")
    await at_rest(house)

    assert "goes to *2 people*: QA." in alone
    assert "iOS and" not in told.said()
    assert "There is no Android build of 2.5.0 yet: this goes alone." in missing
    # The other half goes out later; whoever has both by now has a link that knows the phone.
    assert (await opened(house, path_in(told), CHROME))[0] == 200
    assert "goes to *2 people*" in await asking.said("Ann", "distribute harbour-android to QA")
    later = await house.dm_to("Bob", "*Harbour 2.4.0 (88)* is ready for you.")
    await at_rest(house)
    assert (await opened(house, path_in(told), CHROME))[:2] == (303, path_in(later))
    assert card.ts


@pytest.mark.slow
async def test_the_form_offers_the_other_half_with_a_tick(house: House, apk: Path) -> None:
    await house.group("QA", "Bob")
    asking = await paired(house, apk)
    form = await asking.form("Ann", "distribute harbour 2.4.0", "Distribute")
    assert "Android 2.4.0 (88) as well" in str(form.blocks)

    await house.ann.submit(form, {names.GROUPS: ["QA"], names.OPTIONS: {names.OPTIONS: [NOTIFY]}})
    question = await house.view_of("Ann", "Please confirm")

    assert "Android 2.4.0 (88) is left out." in words_of(question)
    await house.ann.submit(question)
    await house.dm_to("Bob", "*Harbour 2.4.0 (241)* is ready for you.")
    await at_rest(house)
    assert len(told_to(house, "Bob")) == 1


@pytest.mark.slow
async def test_slack_that_fails_in_the_middle_delays_the_one_message(
    house: House, apk: Path
) -> None:
    await house.group("QA", "Bob", "Dee", channel=QA)
    asking = await paired(house, apk)
    form = await asking.form("Ann", "distribute harbour 2.4.0 to QA", "Please confirm")
    house.slack.script("chat.postMessage", Fault.server_error(), times=2)
    house.slack.script("chat.postMessage", Fault.lost_answer(), times=2)
    house.slack.script("chat.update", Fault.server_error(), times=2)

    await house.ann.submit(form)
    for person in ("Bob", "Dee"):
        await house.dm_to(person, "for iOS and Android", within=90)
    await at_rest(house)

    for person in ("Bob", "Dee"):
        assert len(told_to(house, person)) == 1
    keys = [
        str(m.metadata["event_payload"]["key"]) for m in house.workspace.by_bot(QA) if m.metadata
    ]
    assert len(keys) == len(set(keys))


@pytest.mark.slow
async def test_of_two_who_send_at_once_one_learns_who_was_first(house: House, apk: Path) -> None:
    await house.group("QA", "Bob", channel=QA)
    asking = await paired(house, apk)
    cid = house.workspace.person("Cid").id
    await asking.said("Ann", f"roles give manager <@{cid}|cid>")
    hers = await asking.form("Ann", "distribute harbour 2.4.0 to QA", "Please confirm")
    his = await asking.form("Cid", "distribute harbour-android 2.4.0 to QA", "Please confirm")

    await house.ann.submit(hers)
    late = await house.cid.submit(his)
    await house.dm_to("Bob", "for iOS and Android")
    await at_rest(house)

    assert late.action == "update"
    first = await house.view_of("Cid", "Already done")
    assert "already distributed release 1 to QA" in words_of(first)
    said = await asking.said("Ann", "distribute harbour 2.4.0 to QA")
    assert "Everybody in this choice has Harbour 2.4.0 (241) for iOS already" in said
    assert len(told_to(house, "Bob")) == 1


@pytest.mark.slow
async def test_whoever_joins_later_has_one_message_as_well(house: House, apk: Path) -> None:
    await together(house, apk)
    asking = Asking(house)

    await asking.said("Ann", f"groups add QA <@{house.workspace.person('Dee').id}|dee>")
    await house.dm_to("Dee", "for iOS and Android")
    await at_rest(house)

    assert len(told_to(house, "Dee")) == 1


@pytest.mark.slow
async def test_who_read_of_one_half_long_ago_hears_of_the_other_by_a_message(
    house: House, apk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await together(house, apk)
    tellers, database = house.running.house.tellers, house.running.ground.database
    async with database.writing() as session:
        shares = (await session.exec(select(Recipient))).all()
        share = next(one for one in shares)
        share.state = RecipientState.WAITING  # As while it was signed for their phone.
        session.add(share)

    monkeypatch.setattr(teller, "READ_BY_THEN", timedelta(0))
    await tellers.tell("slack", share.id)
    await tellers.tell("slack", share.id)

    said = told_to(house, "Bob")
    assert len(said) == 2
    assert "for iOS and" not in said[1]


@pytest.mark.slow
async def test_each_half_keeps_its_own_gate(house: House, apk: Path) -> None:
    asking = await guarded(house, "Dee")
    await with_android(house, apk)
    await asking.said("Ann", BOTH)
    form = await asking.form("Cid", "distribute harbour 2.4.0 to QA", "Please confirm")
    assert str(form.body["submit"]["text"]) == "Ask for approval"

    await house.cid.submit(form)
    ios = await house.card_saying("*Harbour 2.4.0 (241) for iOS* to *QA*", MANAGERS)
    android = await house.card_saying("*Harbour 2.4.0 (88) for Android* to *QA*", MANAGERS)
    house.workspace.channel(MANAGERS).members.append(house.bob.id)
    await house.bob.click(ios, names.APPROVAL_APPROVE)
    told = await house.dm_to("Dee", "*Harbour 2.4.0 (241)* is ready for you.")
    await at_rest(house)

    # The one half does not wait for the other one's approval, and its link learns of it.
    assert len(told_to(house, "Dee")) == 1
    assert (await opened(house, path_in(told), CHROME))[0] == 200
    await house.bob.click(android, names.APPROVAL_APPROVE)
    await house.dm_to("Dee", "*Harbour 2.4.0 (88)* is ready for you.")
    await at_rest(house)
    assert (await opened(house, path_in(told), CHROME))[0] == 303


#: What is said to what was not meant.
SENTENCES = {
    "products": "Every app goes out by itself so far.",
    "products par harbour": "Did you mean `/release products pair`?",
    "products pair harbour": "Name two apps, of two platforms",
    "products pair harbour harbour-andriod": "Did you mean `harbour-android`?",
    "products pair harbour harbour": "That is one app: name two, of two platforms.",
    "products unpair": "Say which app leaves its product",
    "products unpair harbour": "Harbour for iOS is not part of a product.",
}


async def test_what_was_not_meant_is_said(house: House, apk: Path) -> None:
    await with_both(house, apk)
    asking = Asking(house)
    for typed, said in SENTENCES.items():
        assert said in await asking.said("Ann", typed), typed
    assert "You may not create apps here" in await asking.said("Bob", BOTH)
    assert "*Harbour Mobile* is one product" in await asking.said(
        "Ann", f"{BOTH} as Harbour Mobile"
    )
    assert "They are one product already" in await asking.said("Ann", BOTH)
    assert "Harbour for iOS (`harbour`)" in await asking.said("Ann", "products")
    await house.card_saying("*iOS 2.4.0 (241)* is here as well")
    assert "goes out by itself again" in await asking.said("Ann", "products unpair harbour")
    told = await asking.said("Ann", "history harbour")
    assert "for iOS out of the product Harbour Mobile" in told
