"""A release that waits for the other platform's build: asked, met, ended in every way."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from bot.sandbox.faults import Fault
from bot.sandbox.samples.androidapp import SampleApk
from bot.sandbox.samples.harbour import harbour_apk
from bot.sandbox.slack.messages import Message
from bot.sandbox.slack.views import View
from bot.slack.kit import names
from storage.catalog import pending_orders
from storage.records.base import now
from tests.integration.answering.asking import Asking, at_rest, button, raw_texts, words_of
from tests.integration.slack.house import BUILDS, QA, House
from tests.integration.slack.test_approvals import MANAGERS
from tests.integration.slack.test_products import paired, told_to

TOGETHER = "distribute harbour 2.5.0 to QA together"
WAITS = "Waits for the Android build of 2.5.0, asked by"


@pytest.fixture(scope="session")
def apk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return harbour_apk(tmp_path_factory.mktemp("android"), version="2.4.0", build="88")


@pytest.fixture(scope="session")
def newer_apk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return harbour_apk(tmp_path_factory.mktemp("newer-android"), version="2.5.0", build="90")


async def half(house: House, apk: Path, *people: str) -> Asking:
    """Bring both halves of 2.4.0 in, and of 2.5.0 the one for iOS; QA is heard in #qa."""
    await house.group("QA", *people, channel=QA)
    asking = await paired(house, apk)
    await house.cid.post(BUILDS, "Newer", files=[house.samples.newer_ipa])
    await house.card_saying("No Android build of 2.5.0 yet")
    return asking


async def arrives(house: House, newer_apk: Path) -> None:
    await house.cid.post(BUILDS, "The other half", files=[newer_apk])


async def waiting(house: House, asking: Asking, text: str = TOGETHER) -> Message:
    """Let Ann ask for both; return the card of the release that waits."""
    said = await asking.said("Ann", text)
    assert "waits for the Android build of 2.5.0" in said, said
    return await house.card_saying(WAITS)


def lines_in(house: House, words: str) -> list[Message]:
    return [m for m in house.workspace.by_bot(BUILDS) if words in m.said()]


async def test_both_go_out_once_the_other_half_is_here(
    either: House, apk: Path, newer_apk: Path
) -> None:
    asking = await half(either, apk, "Bob", "Dee")
    said = await asking.said("Ann", TOGETHER)
    card = await either.card_saying(WAITS)
    begun = await either.card_saying("lets it wait for the Android build of 2.5.0")
    await at_rest(either)

    assert "Then both go to *QA*" in said
    assert button(card, "Send now without it")
    assert button(card, "Stop waiting")
    assert begun.thread_ts == card.thread_ts
    assert WAITS in await asking.said("Ann", "show harbour 2.5.0")
    assert WAITS not in await asking.said("Cid", "show harbour 2.5.0")
    assert told_to(either, "Bob") == []

    await arrives(either, newer_apk)
    told = await either.dm_to("Bob", "*Harbour 2.5.0* is ready for you, for iOS and Android.")
    await either.dm_to("Dee", "for iOS and Android")
    await either.dm_to("Ann", "The Android build of 2.5.0 is here: both go out now")
    await at_rest(either)

    for person in ("Bob", "Dee"):
        assert len(told_to(either, person)) == 1
    assert f"From <@{either.ann.id}>" in told.said()
    assert len(lines_in(either, "lets it wait for")) == 1
    assert len(lines_in(either, "is here: both go out now, as")) == 1
    assert lines_in(either, WAITS) == []
    ios = await either.card_saying("*Harbour 2.5.0 (250)*", QA)
    assert (await either.card_saying("*Harbour 2.5.0 (90)*", QA)).thread_ts == ios.ts
    history = await asking.said("Ann", "history harbour 2.5.0")
    assert "wait for the Android build of 2.5.0, to go out together for QA" in history
    assert "was ordered together with it for QA" in history
    assert "distributed *Harbour 2.5.0 (250) for iOS, release 2* to QA" in history
    assert raw_texts(either) == []


async def look(house: House) -> None:
    """Let the clock look at what waits."""
    await house.running.house.distributing.pending.look()


async def nobody_was_told(house: House, *people: str) -> None:
    await at_rest(house)
    for person in people:
        assert told_to(house, person) == [], person


async def test_the_form_asks_where_it_says_that_a_half_is_missing(
    either: House, apk: Path, newer_apk: Path
) -> None:
    asking = await half(either, apk, "Bob")
    form = await asking.form("Ann", "distribute harbour 2.5.0", "Distribute")
    assert "Wait for the Android build of 2.5.0, then send both" in str(form.blocks)
    await either.ann.submit(form, {names.GROUPS: ["QA"], names.NOTES: {names.NOTES: "Both, now."}})
    alone = await either.view_of("Ann", "Please confirm")
    assert "this goes alone, unless you let it wait" in words_of(alone)
    option = next(
        one
        for block in alone.blocks
        for element in block.get("elements", ())
        for one in element.get("options", ())
        if one["value"].startswith("wait-")
    )

    ticked = {names.OPTIONS: {names.OPTIONS: [option["value"]]}}
    done = await either.ann.submit(alone, ticked)
    shown = await either.view_of("Ann", "It waits")

    assert done.action == "update"
    assert "waits for the Android build of 2.5.0" in words_of(shown)
    await nobody_was_told(either, "Bob")
    await arrives(either, newer_apk)
    told = await either.dm_to("Bob", "for iOS and Android")
    await at_rest(either)
    assert told.said().count("Both, now.") == 1


async def test_what_was_typed_is_ticked_in_the_form(house: House, apk: Path) -> None:
    asking = await half(house, apk, "Bob")
    form = await asking.form("Ann", "distribute harbour 2.5.0 together", "Distribute")
    await house.ann.submit(form, {names.GROUPS: ["QA"]})
    question = await house.view_of("Ann", "Please confirm")
    assert str(question.body["submit"]["text"]) == "Confirm"

    await house.ann.submit(question)

    assert "waits for" in words_of(await house.view_of("Ann", "It waits"))
    mandatory = f"{TOGETHER.replace('QA', 'QA mandatory')}"
    assert "goes out once" in await asking.said("Ann", TOGETHER)
    assert "goes out once" in words_of(await _refused(house, asking, mandatory))


async def _refused(house: House, asking: Asking, text: str) -> View:
    question = await asking.form("Ann", text, "Please confirm")
    await house.ann.submit(question)
    return await house.view_of("Ann", "Already done")


async def test_where_nothing_is_missing_both_go_at_once(house: House, apk: Path) -> None:
    await house.group("QA", "Bob", channel=QA)
    asking = await paired(house, apk)

    form = await asking.form("Ann", "distribute harbour 2.4.0 to QA together", "Please confirm")
    assert str(form.body["submit"]["text"]) == "Distribute both"
    await house.ann.submit(form)

    await house.dm_to("Bob", "for iOS and Android")
    await at_rest(house)
    assert len(told_to(house, "Bob")) == 1
    assert lines_in(house, "lets it wait") == []


async def test_what_came_while_the_question_was_open_goes_out_with_it(
    house: House, apk: Path, newer_apk: Path
) -> None:
    asking = await half(house, apk, "Bob")
    form = await asking.form("Ann", f"{TOGETHER} mandatory", "Please confirm")
    await arrives(house, newer_apk)
    await house.card_saying("*Harbour 2.5.0 (90)*")

    closed = await house.ann.submit(form)

    assert closed.action in {"clear", "close"}, closed
    await house.dm_to("Bob", "for iOS and Android")
    await at_rest(house)
    assert len(told_to(house, "Bob")) == 1


async def test_whoever_may_not_send_it_is_told_so(house: House, apk: Path) -> None:
    asking = await half(house, apk, "Bob")
    assert "You may not distribute releases here" in await asking.said("Cid", TOGETHER)
    assert lines_in(house, WAITS) == []


#: What is said to what was not meant.
SENTENCES = {
    "distribute harbour 2.5.0 to QA together alone": "Say either `alone` or `together`",
    "distribute harbour 2.4.0 to QA together": "Android 2.4.0 (88) is disabled. Enable it",
}


async def test_what_was_not_meant_is_said(house: House, apk: Path) -> None:
    asking = await half(house, apk, "Bob")
    await asking.said("Ann", "disable harbour-android 1")
    for typed, said in SENTENCES.items():
        assert said in await asking.said("Ann", typed), typed
    await asking.said("Ann", "products unpair harbour-android")
    assert "is not part of a product" in await asking.said("Ann", TOGETHER)


async def test_whoever_lost_the_right_meanwhile_sends_nothing(
    house: House, apk: Path, newer_apk: Path
) -> None:
    asking = await half(house, apk, "Bob")
    cid = f"<@{house.cid.id}|cid>"
    await asking.said("Ann", f"roles give manager {cid}")
    assert "waits for the Android build" in await asking.said("Cid", TOGETHER)
    await house.card_saying(WAITS)
    await asking.said("Ann", f"roles take manager {cid}")

    await arrives(house, newer_apk)

    told = await house.dm_to("Cid", "may not distribute all of it any more")
    assert "Nothing was sent." in told.said()
    await house.card_saying("It does not wait for the Android build of 2.5.0 any more")
    await nobody_was_told(house, "Bob")
    assert lines_in(house, WAITS) == []
    assert "wait no more for the Android build of 2.5.0: Cid" in await asking.said(
        "Ann", "history harbour 2.5.0"
    )


async def test_a_half_that_nobody_can_install_ends_it(
    house: House, apk: Path, tmp_path: Path
) -> None:
    asking = await half(house, apk, "Bob")
    await waiting(house, asking)

    await arrives(
        house, harbour_apk(tmp_path, version="2.5.0", build="90", app=SampleApk(schemes=()))
    )

    told = await house.dm_to("Ann", "Nobody could install Android 2.5.0 (90).")
    assert "It is not signed, so Android refuses it." in told.said()
    assert "ask again, or send the other one alone" in told.said()
    assert button(told, "Distribute…")
    await house.card_saying("It does not wait for the Android build of 2.5.0 any more")
    await nobody_was_told(house, "Bob")


async def test_stopping_ends_it_and_a_late_click_learns_that(
    either: House, apk: Path, newer_apk: Path
) -> None:
    asking = await half(either, apk, "Bob")
    card = await waiting(either, asking)
    await either.cid.click(card, names.PENDING_STOP)
    await either.whisper_to("Cid", "You may not distribute releases here")
    await asking.said("Ann", f"roles give manager <@{either.cid.id}|cid>")

    await either.cid.click(card, names.PENDING_STOP)

    await either.whisper_to("Cid", "waits no more. Nothing was sent.")
    await either.card_saying(f"<@{either.cid.id}> stopped waiting for the Android build of 2.5.0")
    await either.dm_to("Ann", f"<@{either.cid.id}> stopped waiting")
    for action in (names.PENDING_STOP, names.PENDING_SEND):
        await either.ann.forge(card, {"action_id": action, "value": button_value(card, action)})
    late = await either.whisper_to("Ann", "somebody stopped it. Nothing was changed.")
    assert f"<@{either.cid.id}> was first." in late.said()
    await arrives(either, newer_apk)
    await either.card_saying("*Harbour 2.5.0 (90)*")
    await look(either)
    await nobody_was_told(either, "Bob")
    assert lines_in(either, WAITS) == []
    # It may be asked again, and has nothing to wait for by now.
    form = await asking.form("Ann", TOGETHER, "Please confirm")
    await either.ann.submit(form)
    await either.dm_to("Bob", "for iOS and Android")


def button_value(card: Message, action: str) -> str:
    return next(
        str(element["value"])
        for block in card.blocks
        for element in block.get("elements", ())
        if element.get("action_id") == action
    )


async def test_sending_now_sends_it_alone_and_once(
    either: House, apk: Path, newer_apk: Path
) -> None:
    asking = await half(either, apk, "Bob")
    card = await waiting(either, asking)

    await asyncio.gather(*(either.ann.click(card, names.PENDING_SEND) for _ in range(5)))

    told = await either.dm_to("Bob", "*Harbour 2.5.0 (250)* is ready for you.")
    await either.card_saying(f"<@{either.ann.id}> sent it without the Android build of 2.5.0")
    await either.whisper_to("Ann", "This was sent already, without what was missing.")
    await arrives(either, newer_apk)
    await either.card_saying("*Harbour 2.5.0 (90)*")
    await look(either)
    await at_rest(either)
    assert "iOS and" not in told.said()
    assert len(told_to(either, "Bob")) == 1
    assert (
        "sent *Harbour 2.5.0 (250) for iOS, release 2* without the Android build"
        in await asking.said("Ann", "history harbour 2.5.0")
    )


async def test_who_may_not_send_does_not_send_now(house: House, apk: Path) -> None:
    asking = await half(house, apk, "Bob")
    card = await waiting(house, asking)

    await house.cid.click(card, names.PENDING_SEND)

    await house.whisper_to("Cid", "You may not distribute releases here")
    await house.card_saying(WAITS)
    await nobody_was_told(house, "Bob")


async def test_what_does_not_come_in_time_expires(house: House, apk: Path, newer_apk: Path) -> None:
    asking = await half(house, apk, "Bob")
    await waiting(house, asking)
    async with house.running.ground.database.writing() as session:
        for order, _ in await pending_orders.waiting(session, house.running.ground.organization_id):
            assert order.due_at - order.created_at == timedelta(days=7)
            order.due_at = now() - timedelta(seconds=1)
            session.add(order)

    await look(house)

    told = await house.dm_to("Ann", "The Android build of 2.5.0 did not come in time")
    assert button(told, "Distribute…")
    await house.card_saying("so it waits no more. Nothing was sent.")
    await arrives(house, newer_apk)
    await house.card_saying("*Harbour 2.5.0 (90)*")
    await look(house)
    await nobody_was_told(house, "Bob")


#: What happens to a release that waits, and what whoever asked reads then.
ENDS = {
    "dismissed": (names.DISMISS, "It was dismissed. Bring it back on its card"),
    "disabled": ("disable harbour 2.5.0", "It is disabled. Enable it and ask again"),
    "unpaired": ("products unpair harbour-android", "The apps are not one product any more."),
    "recalled": ("recall harbour 2.5.0 because no", "It was recalled, so nothing of it"),
}


@pytest.mark.parametrize(
    "how", ["recalled", *(pytest.param(one, marks=pytest.mark.slow) for one in list(ENDS)[:3])]
)
async def test_what_becomes_of_it_meanwhile_ends_the_wait(
    house: House, apk: Path, newer_apk: Path, how: str
) -> None:
    act, said = ENDS[how]
    asking = await half(house, apk, "Bob")
    if how == "recalled":
        await house.group("Beta", "Dee")
        await asking.said("Ann", "distribute harbour 2.5.0 to Beta alone")
        await house.dm_to("Dee", "is ready for you")
    card = await waiting(house, asking)

    if how == "dismissed":
        await house.ann.click(card, act)
    elif how == "recalled":
        await house.ann.submit(await asking.form("Ann", act, "Please confirm"))
    else:
        await asking.said("Ann", act)

    told = await house.dm_to("Ann", said)
    assert "Nothing was sent." in told.said()
    await arrives(house, newer_apk)
    await house.card_saying("*Harbour 2.5.0 (90)*")
    await look(house)
    await nobody_was_told(house, "Bob")
    assert lines_in(house, WAITS) == []


async def test_asking_twice_is_one_wait_and_another_group_joins_it(
    house: House, apk: Path, newer_apk: Path
) -> None:
    asking = await half(house, apk, "Bob")
    await house.group("Beta", "Dee")
    house.workspace.add_person("Eve")
    await house.group("Late", "Eve")
    card = await waiting(house, asking)

    again = await asking.said("Ann", TOGETHER)
    await asking.said("Ann", f"roles give manager <@{house.cid.id}|cid>")
    by_cid = await asking.said("Cid", TOGETHER)
    more = await asking.said("Ann", "distribute harbour 2.5.0 to Beta together")
    other = await asking.said("Ann", "distribute harbour 2.5.0 to Late silent together")
    await house.card_saying("· for *QA*, *Beta* ·")
    await house.card_saying("· for *Late* ·")
    await house.ann.forge(
        card, {"action_id": names.PENDING_SEND, "value": button_value(card, names.PENDING_SEND)}
    )
    await house.whisper_to("Ann", "It is for others as well by now. Look at it again.")

    assert "Ann Archer asked for this on" in again
    assert "it waits for the Android build of 2.5.0 until" in again
    assert "Ann Archer asked for this on" in by_cid
    assert "both go to *QA*, *Beta*" in more
    assert "both go to *Late*" in other
    assert len(lines_in(house, WAITS)) == 1
    assert lines_in(house, WAITS)[0].said().count(WAITS) == 2
    await arrives(house, newer_apk)
    for person in ("Bob", "Dee"):
        await house.dm_to(person, "for iOS and Android")
    await house.card_saying("distributed *Harbour 2.5.0 (250) for iOS* to Late (silent)", BUILDS)
    await at_rest(house)
    for person in ("Bob", "Dee"):
        assert len(told_to(house, person)) == 1
    assert told_to(house, "Eve") == []
    assert len(lines_in(house, "lets it wait")) == 2
    assert len(lines_in(house, "both go to *QA*, *Beta*. Nothing is sent before.")) == 1


async def test_a_group_that_takes_an_approval_is_asked_for_both_then(
    house: House, apk: Path, newer_apk: Path
) -> None:
    house.workspace.add_channel("managers", "Ann", with_bot=True)
    managers = house.workspace.channel(MANAGERS).id
    asking = await half(house, apk, "Dee")
    await asking.said("Ann", f"devices limits channel <#{managers}|managers>")
    for person in (house.bob, house.cid):
        await asking.said("Ann", f"roles give manager <@{person.id}>")
    await asking.said("Ann", "groups approval QA by managers")
    form = await asking.form("Cid", TOGETHER, "Please confirm")
    await house.cid.submit(form)
    assert "It waits" in (await house.view_of("Cid", "It waits")).title
    await at_rest(house)
    assert house.workspace.by_bot(MANAGERS) == []

    await arrives(house, newer_apk)

    ios = await house.card_saying("*Harbour 2.5.0 (250) for iOS* to *QA*", MANAGERS)
    android = await house.card_saying("*Harbour 2.5.0 (90) for Android* to *QA*", MANAGERS)
    await house.dm_to("Cid", "is here: both ask for their approval now")
    house.workspace.channel(MANAGERS).members.append(house.bob.id)
    for card in (ios, android):
        await house.bob.click(card, names.APPROVAL_APPROVE)
    await house.dm_to("Dee", "*Harbour 2.5.0 (250)*")
    await house.dm_to("Dee", "*Harbour 2.5.0 (90)*")


async def test_of_a_click_and_the_half_that_arrives_one_sends(
    either: House, apk: Path, newer_apk: Path
) -> None:
    asking = await half(either, apk, "Bob", "Dee")
    card = await waiting(either, asking)

    await asyncio.gather(
        arrives(either, newer_apk),
        arrives(either, newer_apk),
        *(look(either) for _ in range(10)),
        *(either.ann.click(card, names.PENDING_SEND) for _ in range(5)),
        *(look(either) for _ in range(10)),
    )
    for person in ("Bob", "Dee"):
        await either.dm_to(person, "*Harbour 2.5.0")
    await at_rest(either)
    await look(either)
    await at_rest(either)

    for person in ("Bob", "Dee"):
        assert len(told_to(either, person)) == 1
    ended = [m for m in lines_in(either, "2.5.0") if "sent it without" in m.said()]
    ended += lines_in(either, "is here: both go out now")
    assert len(ended) == 1
    card_of_ios = await either.card_saying("2/2 reached")
    assert "*Harbour 2.5.0 (250)*" in card_of_ios.said() or "(90)" in card_of_ios.said()


@pytest.mark.slow
async def test_faults_of_slack_delay_what_is_said_and_double_nothing(
    house: House, apk: Path, newer_apk: Path
) -> None:
    asking = await half(house, apk, "Bob")
    house.slack.script("chat.postMessage", Fault.server_error(), times=2)
    house.slack.script("chat.postMessage", Fault.lost_answer(), times=1)
    house.slack.script("chat.update", Fault.lost_answer(), times=1)
    await waiting(house, asking)
    await house.card_saying("lets it wait for", within=90)
    house.slack.script("chat.postMessage", Fault.server_error(), times=3)
    house.slack.script("chat.postMessage", Fault.lost_answer(), times=2)
    house.slack.script("chat.update", Fault.server_error(), times=2)

    await arrives(house, newer_apk)

    await house.dm_to("Bob", "for iOS and Android", within=90)
    await house.dm_to("Ann", "both go out now", within=90)
    await at_rest(house)
    assert len(told_to(house, "Bob")) == 1
    assert len(lines_in(house, "lets it wait for")) == 1
    assert len(lines_in(house, "is here: both go out now, as")) == 1
