"""Devices as people write and type them: no team at Apple is connected here."""

import logging
from collections.abc import Awaitable, Generator

import pytest
import pytest_asyncio

from bot.sandbox.samples.identities import device_id, old_device_id
from bot.sandbox.slack.acts.speaking import FileDrop
from bot.sandbox.slack.messages import Message
from bot.slack.features.devices.heard import deeds as hearing
from bot.slack.kit import names
from provisioning.actors import slack
from provisioning.people.roles import Holder
from storage.records.role import HolderKind, Role
from tests.integration.answering.asking import Asking, button, words_of
from tests.integration.slack.house import BUILDS, QA, House

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.usefixtures("staff", "rested")]


@pytest.fixture(scope="module", autouse=True)
def _without_a_limit() -> Generator[None]:
    """One house serves all tests of the file, and nobody waits a minute between them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hearing, "ANSWERED", 10_000)
        yield


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def staff(shared: House) -> House:
    """Lend the house with Mia as release manager."""
    mia = shared.workspace.add_person("Mia", email="mia@harbour.example")
    for name in ("Mia", "Bob", "Dee"):
        await shared.ann.invite(BUILDS, shared.workspace.person(name).id)
    holder = Holder(kind=HolderKind.PERSON, id=str(slack(mia.id)))
    await shared.running.house.people.roles.give(shared.manager, Role.MANAGER, holder)
    return shared


async def answered(house: House, person: str, text: str) -> Message:
    """Write to the bot, and return what it answers."""
    found = await answer_to(house, person, house.workspace.person(person).dm(text))
    await house.settled()
    now = house.workspace.current(found)
    assert now is not None
    return now


async def answer_to(house: House, person: str, said: Awaitable[object]) -> Message:
    """Let somebody say something to the bot, and wait for its answer."""
    workspace = house.workspace
    before = {message.ts for message in workspace.dms(person)}
    await said
    found = await workspace.eventually(
        lambda: next((m for m in workspace.dms(person) if m.is_bot and m.ts not in before), None)
    )
    assert found is not None
    return found


async def own(house: House, person: str) -> dict[str, str]:
    """Return somebody's devices: names by UDID."""
    found = await house.running.house.devices.devices.of_person(
        slack(house.workspace.person(person).id)
    )
    return {one.udid: one.name for one in found}


FORMS = {
    "bare": (100, "{udid}"),
    "in lower case": (101, "{lower}"),
    "with a label": (102, "UDID: {udid}"),
    "in a sentence": (103, "hi, my phone is {udid}, thanks!"),
    "with a dash of a phone's keyboard": (104, "{smart}"),
    "in code": (105, "`{udid}`"),
    "from Xcode": (106, "Bob\u2019s iPhone (17.2) ({udid})"),
    "with nothing visible in it": (107, "\u200b{udid}\u200b"),
    "a line of a file": (108, "{udid}\tBob's iPhone\tios"),
    "beside a mention": (109, "<@U0123456789> {udid} <https://x.example/a|link>"),
}


@pytest.mark.parametrize(("number", "text"), FORMS.values(), ids=FORMS)
async def test_a_udid_is_taken_in_every_form(staff: House, number: int, text: str) -> None:
    udid = device_id(number)
    said = text.format(udid=udid, lower=udid.lower(), smart=udid.replace("-", "–"))  # noqa: RUF001

    answer = await answered(staff, "Cid", said)

    assert udid in await own(staff, "Cid")
    assert f"(…{udid[-4:]})" in answer.said()
    assert "one with the chip of iPhone 13" in answer.said()
    assert udid not in str(answer.blocks)
    cid = staff.running.house.devices.devices
    for sheet in await cid.of_person(slack(staff.cid.id)):
        await cid.forget(sheet.id, staff.manager)


async def test_an_old_udid_and_a_model_that_does_not_fit_are_recognised(staff: House) -> None:
    old, new = old_device_id(1), device_id(120)

    first = await answered(staff, "Bob", old.upper())
    doubtful = await answered(staff, "Bob", f"iPhone17,3 {new}")

    assert "an iPhone, iPad or iPod up to 2018" in first.said()
    assert old in await own(staff, "Bob")
    assert "This UDID is not one of the model iPhone 16 (iPhone17,3)." in doubtful.said()
    assert new in await own(staff, "Bob")


async def test_the_hardware_uuid_of_a_mac_is_its_udid(staff: House) -> None:
    uuid = "9C3B1D5E-8F1A-4C2B-9E7D-1122334455AA"

    answer = await answered(staff, "Bob", f"Hardware UUID: {uuid}")

    assert uuid in await own(staff, "Bob")
    assert "By its UDID it is a Mac with Intel." in answer.said()


async def test_several_are_listed_and_undone_at_once(staff: House) -> None:
    phones = [device_id(number) for number in (130, 131, 132)]

    answer = await answered(staff, "Bob", " and ".join(phones))
    undo = button(answer, "Undo all 3")
    await staff.bob.click(answer, names.DEVICE_UNDO, block_id=block_of(answer, undo))
    await staff.dm_to("Bob", "Taken back")

    assert all(f"…{phone[-4:]}" in answer.said() for phone in phones)
    assert not set(phones) & set(await own(staff, "Bob"))


async def test_more_than_ten_are_a_list(staff: House) -> None:
    phones = [device_id(number) for number in range(200, 211)]

    answer = await answered(staff, "Bob", "\n".join(phones))

    assert "These are 11 UDIDs, and I take ten in one message." in answer.said()
    assert not set(phones) & set(await own(staff, "Bob"))


LOOKALIKES = {
    "a serial number": ("F2LX1234ABCD", "looks like a serial number", "Finder"),
    "an IMEI": ("my IMEI is 35-209900-176148-1", "looks like an IMEI", "Finder"),
    "an address": ("a4:83:e7:12:34:56", "Wi-Fi or Bluetooth address", "Finder"),
    "a simulator": (
        "9C3B1D5E-8F1A-4C2B-9E7D-112233445566",
        "is a UUID: of a simulator",
        "Finder",
    ),
    "letters that are no digits": (
        "00008030-001234567890EFGH",
        "a letter beyond F in it",
        "Finder",
    ),
    "of a watch": ("the watch has F2LX1234ABCD", "serial number", "paired iPhone"),
    "of a Mac": ("my mac says C02X1234ABCD", "serial number", "System Information"),
}


@pytest.mark.parametrize(("text", "what", "where"), LOOKALIKES.values(), ids=LOOKALIKES)
async def test_what_is_no_udid_is_named_with_where_the_right_one_is(
    staff: House, text: str, what: str, where: str
) -> None:
    before = await own(staff, "Bob")

    answer = await answered(staff, "Bob", text)

    assert what in answer.said()
    assert where in answer.said()
    assert await own(staff, "Bob") == before


async def test_one_without_its_dash_is_taken_only_when_it_is_confirmed(staff: House) -> None:
    udid = device_id(140)

    answer = await answered(staff, "Bob", udid.replace("-", ""))
    assert udid not in await own(staff, "Bob")
    await staff.bob.click(answer, names.DEVICE_GO_ON)

    await staff.dm_to("Bob", f"(…{udid[-4:]})")
    assert udid in await own(staff, "Bob")
    assert udid[9:] not in str(answer.blocks)


@pytest.mark.parametrize("text", ["help", "UDID?", "How do I add my phone", "I have a new iPhone!"])
async def test_who_asks_for_help_gets_the_ways(staff: House, text: str) -> None:
    answer = await answered(staff, "Bob", text)

    assert "Send me its UDID here" in answer.said()
    assert "click the line below its name" in answer.said()
    assert "/enroll/" in str(answer.blocks)


async def test_whoever_asks_for_a_manager_is_heard_by_them(staff: House) -> None:
    answer = await answered(staff, "Dee", "help")
    dee = staff.workspace.person("Dee")

    await dee.click(answer, names.DEVICE_PLEA)
    await staff.whisper_to("Dee", "I told the release managers.")
    await dee.click(answer, names.DEVICE_PLEA)
    await staff.settled()

    told = [m for m in staff.workspace.dms("Mia") if "would like help" in m.said()]
    assert len(told) == 1
    assert dee.mention in told[0].said()


async def test_other_words_are_answered_as_ever(staff: House) -> None:
    assert "I do not read sentences yet" in (await answered(staff, "Bob", "good morning")).said()


async def test_a_udid_types_itself_into_a_form_as_well(staff: House) -> None:
    udid = device_id(150)
    answer = await answered(staff, "Bob", "help")
    await staff.bob.click(answer, names.DEVICE_ADD)
    form = await staff.view_of("Bob", "Add a device")

    wrong = await staff.bob.submit(form, {names.DEVICE_UDID: "F2LX1234ABCD"})
    await staff.bob.submit(form, {names.DEVICE_UDID: udid, names.DEVICE_NAMED: "Blue one"})

    assert "looks like a serial number" in wrong.errors[names.DEVICE_UDID]
    assert "Blue one" in words_of(await staff.view_of("Bob", "Add a device"))
    assert (await own(staff, "Bob"))[udid] == "Blue one"
    assert names.DEVICE_OWNER not in str(form.blocks)


async def test_a_device_is_named_and_handed_over_from_the_answer(staff: House) -> None:
    udid = device_id(151)
    answer = await answered(staff, "Mia", udid)
    mia = staff.workspace.person("Mia")
    await mia.click(answer, names.DEVICE_NAME)
    form = await staff.view_of("Mia", "Name a device")

    await mia.submit(form, {names.DEVICE_NAMED: "Lab phone", names.DEVICE_OWNER: staff.bob.id})

    told = await staff.dm_to("Bob", "made this device yours")
    await staff.dm_to("Mia", "Lab phone")
    assert (await own(staff, "Bob"))[udid] == "Lab phone"
    assert udid not in await own(staff, "Mia")
    assert udid[9:] not in str(told.blocks)


async def test_somebody_elses_device_is_not_told_of(staff: House) -> None:
    udid = device_id(152)
    await answered(staff, "Bob", udid)

    refused = await answered(staff, "Cid", udid)

    assert "is kept for somebody else" in refused.said()
    assert "Bob" not in refused.said()
    assert udid not in await own(staff, "Cid")


MISTAKES = {
    "a later UDID": (160, "mine is {udid}"),
    "one with a dash of a phone's keyboard": (161, "{smart}"),
}


@pytest.mark.parametrize(("number", "text"), MISTAKES.values(), ids=MISTAKES)
async def test_a_udid_in_a_channel_is_told_in_private_and_waits_for_a_word(
    staff: House, caplog: pytest.LogCaptureFixture, number: int, text: str
) -> None:
    caplog.set_level(logging.INFO)
    udid = device_id(number)
    before = len(staff.workspace.by_bot(QA))
    posted = text.format(udid=udid, smart=udid.replace("-", "–"))  # noqa: RUF001
    await staff.bob.post(QA, posted)

    told = await staff.dm_to("Bob", "You wrote a UDID in")
    await staff.settled()
    assert udid not in await own(staff, "Bob")
    assert udid[9:] not in str(told.blocks)
    assert len(staff.workspace.by_bot(QA)) == before
    await staff.bob.click(told, names.DEVICE_GO_ON)

    await staff.dm_to("Bob", f"(…{udid[-4:]})")
    assert udid in await own(staff, "Bob")
    assert udid[9:] not in caplog.text


async def test_a_udid_in_a_thread_is_read_again_there(staff: House) -> None:
    udid = device_id(163)
    root = await staff.bob.post(QA, "Who is next?")
    await staff.cid.join(QA)
    await staff.cid.post(QA, udid, thread=root)

    told = await staff.dm_to("Cid", "You wrote a UDID in")
    await staff.cid.click(told, names.DEVICE_GO_ON)

    await staff.dm_to("Cid", f"(…{udid[-4:]})")
    assert udid in await own(staff, "Cid")


async def test_what_was_deleted_meanwhile_is_not_kept_anywhere(staff: House) -> None:
    udid = device_id(164)
    posted = await staff.bob.post(QA, udid)
    told = await staff.dm_to("Bob", "You wrote a UDID in")
    await staff.bob.delete(posted)

    await staff.bob.click(told, names.DEVICE_GO_ON)

    await staff.dm_to("Bob", "That message is gone")
    assert udid not in await own(staff, "Bob")


async def test_nobody_goes_on_with_what_another_wrote(staff: House) -> None:
    udid = device_id(165)
    await staff.bob.post(QA, udid)
    told = await staff.dm_to("Bob", "You wrote a UDID in")
    value = button(told, "Go on with it")["value"]
    mine = await answered(staff, "Cid", "help")

    await staff.cid.forge(mine, {"action_id": names.DEVICE_GO_ON, "value": value})

    await staff.dm_to("Cid", "That message is gone")
    assert udid not in await own(staff, "Cid")


async def test_a_commit_in_a_channel_is_no_udid(staff: House) -> None:
    before = [m.ts for m in staff.workspace.dms("Cid")]

    await staff.cid.post(BUILDS, f"Fixed in {old_device_id(9)}")
    await staff.settled()

    assert [m.ts for m in staff.workspace.dms("Cid")] == before


async def test_ordinary_words_in_a_channel_cost_no_row(staff: House) -> None:
    seen = await rows_of_deliveries(staff)

    for number in range(5):
        await staff.cid.post(BUILDS, f"Word {number}: deadbeef, 2.4.0 (241), 12345678-1234")
    await staff.settled()

    assert await rows_of_deliveries(staff) == seen


async def rows_of_deliveries(house: House) -> int:
    """Return how many deliveries are remembered."""
    async with house.running.ground.database.reading() as session:
        connection = await session.connection()
        found = await connection.exec_driver_sql("SELECT count(*) FROM seen")
        return int(found.scalar_one())


async def test_devices_are_added_renamed_handed_over_and_left_out(
    staff: House, asking: Asking
) -> None:
    udid = device_id(170)
    bob = staff.bob.mention

    added = await asking.said("Mia", f"devices add @bob {udid} Bob's iPhone")
    told = await staff.dm_to("Bob", "made this device yours")
    renamed = await asking.said("Bob", "devices rename Bob's iPhone to Old one")
    over = await asking.said("Bob", "devices hand over Old one to @cid")
    refused = await asking.said("Bob", "devices disable Old one")
    out = await asking.said("Cid", "devices disable Old one")
    mine = await asking.said("Cid", "devices")
    back = await asking.said("Cid", f"devices enable {udid[-4:]}")

    assert "Bob's iPhone" in added
    assert udid not in added
    assert udid not in str(told.blocks)
    assert "is called *Old one* (" in renamed
    assert f"belongs to {staff.cid.mention} now" in over
    assert "No device is called Old one." in refused
    assert "is left out of new builds. It keeps its place." in out
    assert udid in mine
    assert "It is left out of new builds." in mine
    assert "is taken into builds again" in back
    assert bob not in mine


async def test_only_admins_see_whole_udids_of_others_and_it_is_noted(
    staff: House, asking: Asking
) -> None:
    udid = device_id(171)
    await asking.said("Bob", f"devices add {udid} Seen by few")

    every = await asking.said("Mia", "devices all")
    refused = await asking.said("Mia", "devices all full")
    full = await asking.said("Ann", "devices all full")
    tester = await asking.said("Bob", "devices all")

    assert "Seen by few" in every
    assert udid not in every
    assert "You may not see other people's UDIDs here" in refused
    assert udid in full
    assert "You may not see everybody's devices here" in tester
    async with staff.running.ground.database.reading() as session:
        connection = await session.connection()
        found = await connection.exec_driver_sql(
            "SELECT count(*) FROM audit_entry WHERE action = 'devices.exported'"
        )
        assert found.scalar_one() >= 1


async def test_a_guest_hands_in_their_own(staff: House) -> None:
    udid = device_id(172)

    await answered(staff, "Dee", udid)

    assert udid in await own(staff, "Dee")


async def test_small_words_within_a_name_belong_to_it(staff: House, asking: Asking) -> None:
    await staff.group("The friends of Bob", "Bob")
    await asking.said("Mia", f"devices add {device_id(174)} Road to Rome")

    renamed = await asking.said("Mia", "devices rename Road to Rome to Phone of Mia")
    out = await asking.said("Mia", "devices disable the Phone of Mia")
    disabled = await asking.said("Mia", "devices disable Phone of Mia")
    over = await asking.said("Mia", "devices hand over Phone of Mia to @cid")
    ruled = await asking.said("Ann", "devices rules add the friends of Bob")
    again = await asking.said("Ann", "devices rules add for group The friends of Bob")
    gone = await asking.said("Ann", "devices rules drop The friends of Bob")

    assert "is called *Phone of Mia* (" in renamed
    assert "No device is called the Phone of Mia." in out
    assert "is left out of new builds" in disabled
    assert f"belongs to {staff.cid.mention} now" in over
    assert "Devices of the group *The friends of Bob*" in ruled
    assert "That was so already." in again
    assert "friends of Bob" not in gone


async def test_rules_and_limits_are_changed_by_admins(staff: House, asking: Asking) -> None:
    await staff.group("Inner circle", "Bob")

    empty = await asking.said("Mia", "devices rules")
    added = await asking.said("Ann", "devices rules add Inner circle")
    person = await asking.said("Ann", "devices rules add @cid")
    again = await asking.said("Ann", "devices rules add @cid")
    limits = await asking.said("Ann", "devices limits person 4 reserve 7 channel #qa")
    nowhere = await asking.said("Ann", "devices limits channel off")
    dropped = await asking.said("Ann", "devices rules drop @cid")
    refused = await asking.said("Mia", "devices limits person 40")
    wrong = await asking.said("Ann", "devices limits person 400")

    assert "Every device that would take a place waits for approval." in empty
    assert "Devices of the group *Inner circle*" in added
    assert f"Devices of {staff.cid.mention}" in person
    assert "That was so already." in again
    assert "at most 4 devices" in limits
    assert "The last 7 places" in limits
    assert f"<#{staff.workspace.channel(QA).id}>" in limits
    assert "by direct message" in nowhere
    assert staff.cid.mention not in dropped
    assert "You may not approve devices beyond the limits here" in refused
    assert "This takes a number from 0 to 100." in wrong


TEACHING = {
    "devices pending": "Nothing waits for approval.",
    "devices slots": "No team at Apple is connected",
    "devices import": "Post the list in a direct message to me",
    "devices export": "`slipway devices export devices.txt`",
    "devices limits": "What is decided beforehand about devices",
    "devices frobnicate": "There is no `frobnicate`",
    "devices renam x": "Did you mean `/release devices rename`?",
    "devices rename": "Say which, and its new name",
    "devices hand over": "Say which device, and to whom",
    "devices disable": "Say which device",
    "devices disable nothing": "No device is called nothing.",
    "devices rules add": "Say for whom",
    "devices rules add Nobodies": "There is no group called “Nobodies”",
    "devices limits many": "There is no `many`",
    "devices limits reserve": "Say how many",
    f"devices limits reserve {'9' * 5000}": "Say how many",
    "devices add @nobody x": "Slack does not know `@nobody`",
    "devices add F2LX1234ABCD": "looks like a serial number",
}


@pytest.mark.parametrize(("typed", "told"), TEACHING.items(), ids=TEACHING)
async def test_what_is_empty_missing_or_wrong_is_said_with_an_example(
    asking: Asking, typed: str, told: str
) -> None:
    assert told in await asking.said("Ann", typed)


async def test_a_udid_that_nobody_has_is_not_repeated(asking: Asking) -> None:
    udid = device_id(173)

    said = await asking.said("Ann", f"devices disable {udid}")

    assert f"No device is called …{udid[-4:]}." in said
    assert udid not in said


async def test_the_form_opens_when_the_udid_is_missing(staff: House, asking: Asking) -> None:
    form = await asking.form("Mia", "devices add @bob", "Add a device")

    owner = next(one for one in form.blocks if one["block_id"] == names.DEVICE_OWNER)
    assert owner["element"]["initial_user"] == staff.bob.id
    await asking.close_all("Mia")


#: Who may type what: everybody of the town, by what they type.
MAY: dict[str, set[str]] = {
    "devices": {"Ann", "Mia", "Bob", "Dee"},
    "devices all": {"Ann", "Mia"},
    "devices all full": {"Ann"},
    "devices pending": {"Ann", "Mia"},
    "devices slots": {"Ann", "Mia"},
    "devices add @cid F2LX1234ABCD": {"Ann", "Mia"},
    "devices import": {"Ann", "Mia"},
    "devices export": {"Ann"},
    "devices rules": {"Ann", "Mia"},
    "devices rules add": {"Ann"},
    "devices limits person": {"Ann"},
}


@pytest.mark.parametrize("person", ["Ann", "Mia", "Bob", "Dee"])
@pytest.mark.parametrize("typed", MAY)
async def test_each_role_may_what_the_table_says(asking: Asking, typed: str, person: str) -> None:
    said = await asking.said(person, typed)

    assert ("You may not" not in said) == (person in MAY[typed])


APPLES = "Device ID\tDevice Name\tDevice Platform\n"


async def listed(house: House, person: str, name: str, content: str) -> Message:
    """Post a file to the bot, and return what it answers."""
    file = FileDrop(name=name, content=content.encode())
    return await answer_to(house, person, house.workspace.person(person).dm(files=[file]))


async def test_a_list_is_shown_first_and_imported_by_a_click(staff: House) -> None:
    new, known, other = device_id(180), device_id(181), device_id(182)
    await answered(staff, "Mia", known)
    rows = f"UDID,Name,Email\n{new},Lab 1,bob@harbour.example\n{known},Lab 2,\n"
    rows += f"{other},Lab 3,outside@example.com\nF2LX1234ABCD,Wrong,\n"

    preview = await listed(staff, "Mia", "lab.csv", rows)
    assert new not in await own(staff, "Bob")
    await staff.workspace.person("Mia").click(preview, names.DEVICE_IMPORT)
    done = await staff.dm_to("Mia", "2 new, 1 were here already")
    await staff.workspace.person("Mia").click(preview, names.DEVICE_IMPORT)
    again = await staff.dm_to("Mia", "0 new, 3 were here already")

    assert "2 new, 1 here already" in preview.said()
    assert "2 people are named as owner" in preview.said()
    assert "Line 5: …ABCD looks like a serial number." in preview.said()
    assert "Line 2: Lab 1 (" in done.said()
    assert again.ts == preview.ts
    assert (await own(staff, "Bob"))[new] == "Lab 1"
    assert known in await own(staff, "Mia")
    assert not any(udid[9:] in str(one.blocks) for one in (preview, done) for udid in (new, other))


async def test_a_list_of_a_tester_is_declined_and_no_build_is_seen_in_it(staff: House) -> None:
    answer = await listed(staff, "Bob", "phones.txt", f"{APPLES}{device_id(190)}\tMine\tios\n")

    assert "lists are imported by release managers" in answer.said()
    assert device_id(190) not in await own(staff, "Bob")


async def test_a_file_that_is_no_list_says_what_it_wants(staff: House) -> None:
    answer = await listed(staff, "Mia", "notes.txt", "Buy milk\n")

    assert "does not name the columns" in answer.said()
    assert names.DEVICE_IMPORT not in str(answer.blocks)


async def test_home_shows_where_each_device_stands_and_adds_one(staff: House) -> None:
    udid = device_id(195)
    await answered(staff, "Dee", udid)
    dee = staff.workspace.person("Dee")
    await dee.open_home()

    home = await staff.workspace.eventually(lambda: staff.workspace.home_of("Dee"))
    await dee.click(home, names.DEVICE_ADD)

    assert f"(…{udid[-4:]}): It is kept here" in words_of(home)
    assert udid[9:] not in str(home.blocks)
    assert (await staff.view_of("Dee", "Add a device")).callback_id == names.DEVICE_ADD_FORM
    await dee.close(everything=True)


def block_of(message: Message, element: dict[str, object]) -> str:
    """Return the id of the block that an element stands in."""
    return next(
        str(block["block_id"]) for block in message.blocks if element in block.get("elements", ())
    )
