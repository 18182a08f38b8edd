"""Before the tap: whether it installs on the phone in their hand, or exactly why not."""

import pytest

from storage.records.device import Device
from storage.records.registration import RegistrationState
from storage.records.wave import WaveState
from tests import phones
from tests.integration.web.site import ANDROID, DESKTOP, IPHONE, Offer, Site
from tests.integration.web.test_install_page import itms, seen
from tests.shelf import signed_ad_hoc

IPAD = IPHONE.replace("(iPhone; CPU iPhone OS 17_5_1", "(iPad; CPU OS 17_5_1")
CANNOT = "It cannot be installed now"


@pytest.fixture
async def offer(site: Site) -> Offer:
    return await site.offer()


async def phone_of(site: Site, offer: Offer, state: RegistrationState) -> Device:
    """Hand in the phone of whoever has the link; let it stand so at the build's team."""
    own = offer.shelf.build.organization_id
    team = await phones.connect(site.database, own)
    phone = await phones.hand_in(site.database, own, offer.shelf.tester.id)
    await phones.register(site.database, team, phone, state)
    await phones.wave(site.database, team, offer.shelf.build, WaveState.UNDERWAY)
    return phone


@pytest.mark.parametrize("agent", [IPHONE, DESKTOP], ids=["iPhone", "desktop"])
async def test_a_phone_that_apple_checks_is_told_so_before_the_tap(
    site: Site, offer: Offer, agent: str
) -> None:
    phone = await phone_of(site, offer, RegistrationState.PROCESSING)
    page = await seen(site, offer, agent)

    assert CANNOT in page.words
    assert "Apple is checking your iPhone 15 Pro." in page.words
    assert "Usually a day, at most three. You will hear from me." in page.words
    assert "registered for it" not in page.words
    assert phone.udid not in page.words


async def test_the_button_stays_within_reach(site: Site, offer: Offer) -> None:
    await phone_of(site, offer, RegistrationState.PROCESSING)
    page = await seen(site, offer)

    assert page.links() == [itms(offer)]
    assert "Try it anyway" in page.words


async def test_once_it_is_signed_for_the_phone_the_page_says_which(
    site: Site, offer: Offer
) -> None:
    await phone_of(site, offer, RegistrationState.READY)
    before = await seen(site, offer)
    await phones.sign(site.database, offer.shelf.build, phones.UDID)
    after = await seen(site, offer)

    assert "It is being signed for your iPhone 15 Pro." in before.words
    assert CANNOT not in after.words
    assert "It runs on your iPhone 15 Pro: you can install it now." in after.words
    assert (" Install " in before.words, " Install " in after.words) == (False, True)


async def test_an_ipad_that_nobody_knows_is_told_how_to_be_added(site: Site, offer: Offer) -> None:
    await phone_of(site, offer, RegistrationState.PROCESSING)
    page = await seen(site, offer, IPAD)

    assert "this iPad is not known here" in page.words
    assert "Write “add my phone” to Slipway in Slack" in page.words
    assert "Apple is checking" not in page.words


async def test_the_browser_says_which_system_it_runs_on_today(site: Site, offer: Offer) -> None:
    own, tester = offer.shelf.build.organization_id, offer.shelf.tester.id
    inside = signed_ad_hoc().devices[0]
    await phones.hand_in(site.database, own, tester, inside, system_version="15.7")
    on_phone, on_desk = await seen(site, offer), await seen(site, offer, DESKTOP)

    assert CANNOT not in on_phone.words
    assert "It needs iOS 16.0 or later; your iPhone 15 Pro has 15.7" in on_desk.words


async def test_what_is_wrong_with_the_build_is_said_once(site: Site) -> None:
    offer = await site.offer(facts={"encrypted": True})
    await phone_of(site, offer, RegistrationState.PROCESSING)
    page = await seen(site, offer)

    assert page.words.count("taken from the App Store") == 1
    assert CANNOT not in page.words


async def test_android_is_as_it_was(site: Site) -> None:
    offer = await site.offer(platform="android")
    page = await seen(site, offer, ANDROID)

    assert CANNOT not in page.words
    assert "Download and install" in page.words
