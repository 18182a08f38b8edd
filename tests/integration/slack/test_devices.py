"""From a UDID in a direct message to a place at Apple, with a team of our own there."""

import logging
import re
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.sandbox.apple.server import SandboxApple
from bot.sandbox.samples.identities import device_id
from bot.slack.features.devices import deeds
from bot.slack.features.devices.heard import deeds as hearing
from bot.slack.features.home import deeds as home_deeds
from bot.slack.kit import names
from provisioning.actors import CLOCK, Actor, slack
from provisioning.people.roles import Holder
from storage.catalog import waves
from storage.records.device_policy import ApprovalSubject
from storage.records.role import HolderKind, Role
from storage.records.wave import Wave, WaveState
from tests.integration.answering.asking import Asking, words_of
from tests.integration.slack.house import BUILDS, QA, House, Plan, Samples, opened

PHONE = device_id(7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """A house whose team is connected at an Apple of our own."""

    house: House
    apple: SandboxApple
    team_id: str

    def registered(self) -> list[str]:
        return [one.udid for one in self.apple.team.devices]

    def everything_said(self, *, but_to: str = "") -> str:
        """Return all that the bot said anywhere, without what one person alone reads."""
        house = self.house
        own = house.workspace.person(but_to).id if but_to else ""
        said = []
        for conversation in house.slack.state.conversations:
            if own and conversation.is_dm and conversation.has(own):
                continue
            said += [
                f"{message.text} {message.blocks}"
                for message in conversation.history.everything()
                if message.is_bot and message.ephemeral_for is None
            ]
        return "\n".join(said)


@pytest.fixture
async def shop(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    sqlite_url: str,
    samples: Samples,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncGenerator[Shop]:
    """Lend a house with Mia as release manager; at its end nobody complains of it."""
    monkeypatch.setattr(deeds, "GRACE", deeds.GRACE * 0)
    async with SandboxApple.serve() as apple:
        plan = Plan(transport=getattr(request, "param", "socket"), apple_url=apple.url)
        async with opened(tmp_path, sqlite_url, samples, plan) as house:
            key = apple.team.key
            card = await house.running.house.devices.teams.connect(
                key.issuer_id, key.id, key.p8.encode(), house.manager
            )
            mia = house.workspace.add_person("Mia")
            await house.ann.invite(BUILDS, mia.id)
            holder = Holder(kind=HolderKind.PERSON, id=f"slack:{mia.id}")
            roles = house.running.house.people.roles
            await roles.give(house.manager, Role.MANAGER, holder)
            yield Shop(house=house, apple=apple, team_id=card.id)
            assert house.slack.violations == []
        assert apple.violations == []


@pytest.mark.parametrize("shop", ["socket", "http"], indirect=True)
async def test_a_udid_in_a_message_is_approved_registered_and_told(
    shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    house = shop.house
    await house.bob.dm(f"hi! UDID: {PHONE.lower()} (iPhone14,5)")

    answer = await house.dm_to("Bob", "A release manager has to approve it first.")
    asked = await house.dm_to("Mia", "asks for a place at Apple")
    await house.dm_to("Ann", "asks for a place at Apple")
    assert shop.registered() == []
    await house.workspace.person("Mia").click(asked, names.DEVICE_APPROVE)

    await house.dm_to("Bob", "Apple has it.")
    done = await house.dm_to("Mia", "Approved by")
    assert shop.registered() == [PHONE]
    assert "iPhone 13" in answer.said()
    assert f"…{PHONE[-4:]}" in answer.said()
    assert done.ts == asked.ts
    assert names.DEVICE_APPROVE not in str(done.blocks)
    await house.settled()
    assert PHONE[9:] not in shop.everything_said().upper()
    assert PHONE[9:] not in caplog.text.upper()


async def test_a_refusal_is_told_with_its_reason_and_nothing_is_registered(shop: Shop) -> None:
    house = shop.house
    await house.bob.dm(PHONE)
    asked = await house.dm_to("Ann", "asks for a place at Apple")
    answer = await house.dm_to("Bob", "A release manager has to approve it first.")
    value = names.value_of(await _registration(shop))
    await house.bob.forge(answer, {"action_id": names.DEVICE_APPROVE, "value": value})
    await house.whisper_to("Bob", "You may not approve devices here")

    await house.ann.click(asked, names.DEVICE_REFUSE)
    form = await house.view_of("Ann", "Refuse a device")
    await house.ann.submit(form, {names.DEVICE_REASON: "Use the old one."})

    await house.dm_to("Bob", "It was not approved: Use the old one.")
    await house.dm_to("Ann", "Refused by")
    await house.settled()
    assert shop.registered() == []
    assert shop.apple.calls_of("POST devices") == []


@pytest.mark.slow
async def test_a_refusal_that_was_a_slip_is_asked_for_again(shop: Shop) -> None:
    house = shop.house
    await house.bob.dm(PHONE)
    asked = await house.dm_to("Ann", "asks for a place at Apple")
    await house.ann.click(asked, names.DEVICE_REFUSE)
    await house.ann.submit(await house.view_of("Ann", "Refuse a device"))
    refused = await house.dm_to("Mia", "Refused by")

    await house.workspace.person("Mia").click(refused, names.DEVICE_REOPEN)
    await house.workspace.person("Mia").click(refused, names.DEVICE_REOPEN)
    await house.settled()
    again = house.workspace.current(asked)
    assert again is not None
    await house.ann.click(again, names.DEVICE_APPROVE)

    await house.dm_to("Bob", "Apple has it.")
    assert shop.registered() == [PHONE]
    assert len(house.workspace.dms("Ann")) == 1


async def test_the_second_of_two_who_decide_is_told_who_was_first(shop: Shop) -> None:
    house = shop.house
    mia = house.workspace.person("Mia")
    await house.bob.dm(PHONE)
    for_ann = await house.dm_to("Ann", "asks for a place at Apple")
    for_mia = await house.dm_to("Mia", "asks for a place at Apple")

    await house.ann.click(for_ann, names.DEVICE_APPROVE)
    await house.dm_to("Bob", "Apple has it.")
    await mia.click(for_mia, names.DEVICE_APPROVE)
    told = await house.whisper_to("Mia", "was first")
    await mia.click(for_mia, names.DEVICE_REFUSE)

    assert house.ann.mention in told.said()
    await house.whisper_to("Mia", "Approved by")
    assert house.workspace.view_of("Mia") is None
    assert len(shop.registered()) == 1


@pytest.mark.slow
async def test_several_at_once_are_one_message_and_one_click(shop: Shop) -> None:
    house = shop.house
    policies = house.running.house.devices.policies
    await policies.change(house.manager, channel_id=house.workspace.channel(QA).id, per_person=9)
    phones = [device_id(number) for number in range(20, 25)]
    await house.bob.dm("my phones:\n" + "\n".join(phones))

    answer = await house.dm_to("Bob", f"…{phones[0][-4:]}")
    asked = await house.card_saying("asks for places for 5 devices", QA)
    await house.ann.click(
        asked, names.DEVICE_APPROVE, block_id=_block(asked.blocks, "Approve all 5")
    )

    def all_there() -> bool:
        return sorted(shop.registered()) == sorted(phones)

    await house.workspace.eventually(all_there, 45)
    await house.settled()
    assert len(house.workspace.by_bot(QA)) == 1
    assert str(answer.blocks).count(names.DEVICE_NAME) == 5
    await house.card_saying("Approved by", QA)
    assert not any(phone[9:] in shop.everything_said() for phone in phones)


async def test_what_takes_an_admin_says_why(shop: Shop) -> None:
    house = shop.house
    await house.running.house.devices.policies.change(house.manager, per_person=0)
    await house.bob.dm(PHONE)
    asked = await house.dm_to("Mia", "so an admin has to approve it")

    await house.workspace.person("Mia").click(asked, names.DEVICE_APPROVE)

    await house.whisper_to("Mia", "and 0 is the limit")
    assert shop.registered() == []
    await house.ann.click(
        await house.dm_to("Ann", "so an admin has to approve it"), names.DEVICE_APPROVE
    )
    await house.dm_to("Bob", "Apple has it.")


async def test_what_a_rule_covers_needs_nobody_and_bothers_nobody(shop: Shop) -> None:
    house = shop.house
    await house.running.house.devices.policies.add_rule(
        ApprovalSubject.EVERYBODY, "", house.manager
    )
    await house.bob.dm(PHONE)

    await house.dm_to("Bob", "Apple has it.")
    await house.settled()
    assert house.workspace.dms("Mia") == []
    assert shop.registered() == [PHONE]


async def test_undo_takes_back_what_was_asked_for_as_well(shop: Shop) -> None:
    house = shop.house
    await house.bob.dm(PHONE)
    answer = await house.dm_to("Bob", "A release manager has to approve it first.")
    asked = await house.dm_to("Ann", "asks for a place at Apple")

    await house.bob.click(answer, names.DEVICE_UNDO)

    await house.dm_to("Bob", "Taken back")
    await house.dm_to("Ann", "This request was taken back.")
    await house.ann.click(asked, names.DEVICE_APPROVE)
    await house.whisper_to("Ann", "taken back")
    await house.settled()
    assert shop.registered() == []
    assert len([m for m in house.workspace.dms("Bob") if m.is_bot]) == 1


async def test_what_has_a_place_already_is_not_taken_back(shop: Shop) -> None:
    house = shop.house
    await house.running.house.devices.policies.add_rule(
        ApprovalSubject.EVERYBODY, "", house.manager
    )
    await house.bob.dm(PHONE)
    answer = await house.dm_to("Bob", "By its UDID it is")
    await house.dm_to("Bob", "Apple has it.")

    await house.bob.click(answer, names.DEVICE_UNDO)

    await house.whisper_to("Bob", "has a place at Apple already. You can disable it instead.")
    assert shop.registered() == [PHONE]


async def test_one_of_those_who_decide_that_is_gone_keeps_it_from_no_other(shop: Shop) -> None:
    house = shop.house
    house.workspace.change_person("Mia", deleted=True)
    await house.settled()

    await house.bob.dm(PHONE)

    await house.dm_to("Ann", "asks for a place at Apple")


async def test_a_missing_app_id_is_made_by_an_admin_alone(shop: Shop) -> None:
    house = shop.house
    wave = await _failed_wave(shop, "app_id_needed", "com.example.harbour.share")
    await house.running.house.tellers.show_wave(wave)
    for_mia = await house.dm_to("Mia", "could not all be used")
    for_ann = await house.dm_to("Ann", "could not all be used")

    await house.workspace.person("Mia").click(for_mia, names.WAVE_APP_ID)
    await house.whisper_to("Mia", "An App ID is made by an admin.")
    assert list(shop.apple.team.app_ids) == []
    await house.ann.click(for_ann, names.WAVE_APP_ID)

    await house.whisper_to("Ann", "Apple has the App ID")
    assert [one.identifier for one in shop.apple.team.app_ids] == ["com.example.harbour.share"]
    assert await _wanted_again(shop, "com.example.harbour")


async def test_every_failure_can_be_tried_again(shop: Shop) -> None:
    house = shop.house
    wave = await _failed_wave(shop, "other", "")
    await house.running.house.tellers.show_wave(wave)
    told = await house.dm_to("Mia", "could not all be used")
    assert names.WAVE_APP_ID not in str(told.blocks)

    await house.workspace.person("Mia").click(told, names.WAVE_RETRY)

    await house.whisper_to("Mia", "are made once more")
    assert await _wanted_again(shop, "com.example.harbour")


async def test_the_same_trouble_is_said_once_until_somebody_tries_or_it_was_mended(
    shop: Shop,
) -> None:
    house, tellers = shop.house, shop.house.running.house.tellers

    async def said_after(wave_id: str) -> int:
        await tellers.show_wave(wave_id)
        await house.settled()
        return sum("could not all be used" in one.said() for one in house.workspace.dms("Mia"))

    async def failed(number: int, by: Actor = CLOCK) -> str:
        reason = f"Apple said no. (error id {number})"
        return await _failed_wave(shop, "forbidden", "", reason=reason, by=by)

    assert await said_after(await failed(1)) == 1
    assert await said_after(await failed(2)) == 1, "Apple's words are never the same twice."
    assert await said_after(await failed(3, house.manager)) == 2, "Who tries again hears of it."
    await _ended_wave(shop, WaveState.DONE, CLOCK, reason="")
    assert await said_after(await failed(4)) == 3, "It was mended in between."
    assert await said_after(await failed(5)) == 3


async def test_of_a_wave_that_went_with_its_team_nothing_is_said(shop: Shop) -> None:
    await shop.house.running.house.tellers.show_wave("gone")
    await shop.house.settled()

    assert not any("could not" in one.said() for one in shop.house.workspace.dms("Mia"))


async def test_pending_devices_are_ticked_and_decided_together(shop: Shop) -> None:
    house = shop.house
    await house.running.house.devices.policies.change(house.manager, per_person=9)
    phones = [device_id(number) for number in range(40, 43)]
    for phone in phones:
        await house.bob.dm(phone)
        await house.dm_to("Bob", f"…{phone[-4:]}")
    await house.ann.command(BUILDS, names.COMMAND, "devices pending")
    form = await house.view_of("Ann", "Devices that wait")
    block = next(one for one in form.blocks if one["block_id"] == f"{names.DEVICE_CHOSEN}_0")
    options = [one["value"] for one in block["element"]["options"]]

    empty = await house.ann.submit(form)
    await house.ann.submit(form, {names.DEVICE_CHOSEN: options[:2]})

    assert "Tick at least one device." in str(empty.errors)
    await house.workspace.eventually(lambda: len(shop.registered()) == 2, 45)
    assert "Approved 2 devices" in str((await house.view_of("Ann", "Devices")).blocks)


async def test_places_are_counted_by_team_and_family_and_idle_phones_are_named(
    shop: Shop,
) -> None:
    house = shop.house
    udid = shop.apple.team.devices.register("Old phone", device_id(60)).udid
    await house.running.house.devices.registry.read_list(shop.team_id)
    await house.bob.dm(PHONE)
    await house.dm_to("Bob", "A release manager has to approve it first.")

    await house.ann.command(BUILDS, names.COMMAND, "devices slots")
    said = (await house.whisper_to("Ann", "*Team ")).said()
    await house.ann.command(BUILDS, names.COMMAND, "devices slots iphone")
    owners = (await house.whisper_to("Ann", "nobody here has it")).said()
    await house.ann.command(BUILDS, names.COMMAND, "devices slots iphnoe")
    await house.whisper_to("Ann", "Did you mean `/release devices slots iphone`?")

    assert "Old phone" in owners
    assert udid not in owners
    assert "*iPhone*: 1 used, 1 waiting, 99 free of 100" in said
    assert "Apple's list was read <!date^" in said
    assert udid not in said


async def test_the_page_on_which_a_phone_adds_itself_is_the_first_of_the_ways(shop: Shop) -> None:
    house = shop.house
    await house.bob.dm("add my phone")

    answer = await house.dm_to("Bob", "Open my page on the phone itself")

    (url,) = re.findall(r"http://127\.0\.0\.1:1/enroll/([\w-]+)", str(answer.blocks))
    enrolee = await house.running.house.devices.enrolment.open(url)
    assert enrolee is not None
    assert enrolee.name.startswith("Bob")


async def test_whoever_floods_is_told_once_and_claims_no_more(shop: Shop) -> None:
    house = shop.house
    for number in range(300, 310):
        await house.bob.dm(device_id(number))

    await house.dm_to("Bob", "That was a lot at once.")
    await house.settled()

    answers = [m for m in house.workspace.dms("Bob") if m.is_bot]
    mine = await house.running.house.devices.devices.of_person(slack(house.bob.id))
    assert len([m for m in answers if "That was a lot" in m.said()]) == 1
    assert len(mine) == hearing.ANSWERED


async def test_a_device_that_apple_still_checks_is_said_to_be(shop: Shop) -> None:
    house = shop.house
    shop.apple.team.rules.usable_at_once = 0
    shop.apple.team.rules.processing_seconds = 86_400
    await house.ann.dm(PHONE)

    await house.dm_to("Ann", "Apple is checking this device; usually a day")
    await house.settled()
    assert shop.registered() == [PHONE]


async def test_the_homes_of_its_owners_follow_a_device(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(home_deeds, "PAUSE", 0.01)
    house, asking = shop.house, Asking(shop.house)
    dee = house.workspace.person("Dee")

    async def says(person: str, words: str) -> None:
        await house.workspace.eventually(lambda: words in _home(house, person))

    for name in ("Bob", "Dee"):
        await house.workspace.person(name).open_home()
        await says(name, "None yet.")
    await house.bob.dm(PHONE)
    asked = await house.dm_to("Mia", "asks for a place at Apple")
    await says("Bob", "A release manager has to approve it first.")
    await house.workspace.person("Mia").click(asked, names.DEVICE_APPROVE)
    await says("Bob", "Apple has it: builds can be signed for it.")
    await asking.said("Bob", f"devices rename {PHONE[-4:]} to Old faithful")
    await says("Bob", "Old faithful")
    await asking.said("Bob", "devices disable Old faithful")
    await says("Bob", "It is left out of new builds.")
    await asking.said("Bob", "devices enable Old faithful")
    await says("Bob", "Apple has it: builds can be signed for it.")

    assert "None yet." in _home(house, "Dee")
    await asking.said("Ann", f"devices hand over Old faithful to <@{dee.id}>")
    await says("Dee", "Old faithful")
    await says("Bob", "None yet.")

    # What Apple's list says afterwards, and that there is no team any more, shows as well.
    (device,) = shop.apple.team.devices
    device.is_disabled = True
    await house.running.house.devices.registry.read_list(shop.team_id)
    await says("Dee", "It was disabled on Apple's website.")
    await house.running.house.devices.teams.disconnect("", house.manager)
    await says("Dee", "no team at Apple is connected")


def _home(house: House, person: str) -> str:
    home = house.workspace.home_of(person)
    return words_of(home) if home is not None else ""


def _block(shown: list[dict[str, object]], label: str) -> str:
    """Return the id of the block whose button says *label*."""
    return next(str(block["block_id"]) for block in shown if f"'{label}'" in str(block))


async def _registration(shop: Shop) -> str:
    """Return what waits for approval."""
    room = shop.house.running.house.devices
    (one,) = await room.approvals.pending(shop.house.manager)
    return one.registration_id


async def _failed_wave(
    shop: Shop, code: str, about: str, *, reason: str = "It did not work.", by: Actor = CLOCK
) -> str:
    return await _ended_wave(shop, WaveState.FAILED, by, reason=reason, code=code, about=about)


async def _ended_wave(shop: Shop, state: WaveState, by: Actor, **values: str) -> str:
    ground = shop.house.running.ground
    wave = Wave(
        organization_id=ground.organization_id,
        team_id=shop.team_id,
        bundle_id="com.example.harbour",
        number=0,
        open_key=f"{shop.team_id}:com.example.harbour",
        created_by=by.reference,
    )
    async with ground.database.writing() as session:
        kept = await waves.want(session, wave)
        await waves.move(session, kept, state, open_key=None, **values)
    return kept.id


async def _wanted_again(shop: Shop, bundle_id: str) -> bool:
    async with shop.house.running.ground.database.reading() as session:
        last = await waves.last(session, shop.team_id, [bundle_id])
    return last[bundle_id].number > 1
