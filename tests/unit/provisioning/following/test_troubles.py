"""Somebody says that it does not install: they read why, and the team hears of it once."""

from asyncio import gather
from datetime import timedelta
from pathlib import Path

import pytest

from provisioning.errors import TellerFailed, Unclear
from provisioning.following.nudge_order import Sparing
from provisioning.following.troubles import LONGEST_WORDS, TroubleWords
from provisioning.installing.installability import Phone
from storage.catalog import audit, troubles
from storage.errors import NotFound
from storage.records.device import Device
from storage.records.trouble import TroubleState
from tests.unit.provisioning.conftest import BOB, CID, MANAGER, TESTER, UPLOADER, Domain
from tests.unit.provisioning.distributing.sending import group, known_as, send

UDID = "00008110-000A1B2C3D4E801E"
IPHONE = Phone(maker="ios", version=(17, 4), family="iphone")


async def sent(domain: Domain, ipa: Path) -> tuple[str, str]:
    release_id = await domain.draft(ipa)
    await send(domain, release_id, await group(domain, "QA", BOB))
    return release_id, await known_as(domain, BOB)


async def test_a_report_has_the_facts_of_the_device_and_no_udid(domain: Domain, ipa: Path) -> None:
    release_id, bob = await sent(domain, ipa)
    async with domain.database.writing() as session:
        session.add(
            Device(
                organization_id=(await domain.lists.apps())[0].app.organization_id,
                udid=UDID,
                tester_id=bob,
                model="iPhone14,5",
                system_version="17.3",
                created_by="person:slack:UBOB",
            )
        )
    said = TroubleWords(
        release_id=release_id, saw="unable", words=" At half,\nit stops. ", phone=IPHONE
    )

    card = await domain.troubles.report(bob, said, origin="test")

    assert card.saw == "“Unable to Install” or “Unable to Download App”"
    assert (card.words, card.phone) == ("At half, it stops.", "iPhone, iOS 17.4")
    assert card.devices == ("iPhone 13, iOS 17.3",)
    assert card.cause
    assert card.advice
    assert UDID not in repr(card)
    assert domain.teller.reports == [card.report_id]
    async with domain.database.reading() as session:
        kept = await troubles.get(session, card.report_id)
        last = (await audit.of(session, release_id))[-1]
    assert kept.state is TroubleState.SAID
    assert (last.action, last.actor) == ("release.trouble", "person:slack:UBOB")
    plan = await domain.nudges.plan(release_id, MANAGER)
    assert list(plan.spared) == [Sparing.CANNOT]  # It is not signed for the device.


async def test_one_person_is_heard_once_an_hour(
    domain: Domain, ipa: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    release_id, bob = await sent(domain, ipa)
    said = TroubleWords(release_id=release_id, saw="grey")

    cards = await gather(*(domain.troubles.report(bob, said, origin="test") for _ in range(3)))

    assert len({one.report_id for one in cards}) == 1
    assert len(domain.teller.reports) == 1
    assert list((await domain.nudges.plan(release_id, MANAGER)).spared) == [Sparing.REPORTED]
    lately = await domain.troubles.lately(release_id, bob)
    assert lately is not None
    assert lately.again_from - lately.at == timedelta(hours=1)
    monkeypatch.setattr("provisioning.following.troubles.AGAIN_AFTER", timedelta(0))
    await domain.troubles.report(bob, said, origin="test")
    assert len(domain.teller.reports) == 2


@pytest.mark.parametrize(
    ("saw", "words", "field"),
    [
        ("", "", "saw"),
        ("not-installed", "", "saw"),  # No iPhone says so.
        ("other", "  ", "words"),
        ("grey", "x" * (LONGEST_WORDS + 1), "words"),
    ],
)
async def test_what_says_nothing_or_too_much_is_refused(
    domain: Domain, ipa: Path, saw: str, words: str, field: str
) -> None:
    release_id, bob = await sent(domain, ipa)

    with pytest.raises(Unclear) as refused:
        await domain.troubles.report(
            bob, TroubleWords(release_id=release_id, saw=saw, words=words), origin="test"
        )

    assert refused.value.field == field
    assert domain.teller.reports == []


async def test_nobody_reports_what_they_do_not_have(domain: Domain, ipa: Path) -> None:
    release_id, bob = await sent(domain, ipa)
    assert await domain.troubles.tester_of(release_id, TESTER) == bob
    assert len(await domain.troubles.choices(release_id, TESTER)) > 5
    with pytest.raises(NotFound):
        await domain.troubles.tester_of(release_id, UPLOADER)
    await domain.recall(release_id)

    with pytest.raises(NotFound):
        await domain.troubles.choices(release_id, TESTER)
    with pytest.raises(NotFound):
        await domain.troubles.report(
            bob, TroubleWords(release_id=release_id, saw="grey"), origin="test"
        )


async def test_what_no_thread_hears_of_is_told_to_whoever_published_it(
    domain: Domain, ipa: Path
) -> None:
    release_id, bob = await sent(domain, ipa)
    domain.teller.failing["report_trouble"] = [TellerFailed("No.")]

    card = await domain.troubles.report(
        bob, TroubleWords(release_id=release_id, saw="grey"), origin="test"
    )

    async with domain.database.reading() as session:
        assert (await troubles.get(session, card.report_id)).state is TroubleState.FAILED
    ((reference, sentence),) = domain.teller.troubles
    assert reference == MANAGER.reference
    assert "Bob Baker cannot install Harbour" in sentence
    assert CID.value not in sentence
