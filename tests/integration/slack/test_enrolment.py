"""A phone is added in a running house: the pages as they are wired, and who hears of it."""

import plistlib
from urllib.parse import urlsplit

from aiohttp import ClientSession
from sqlmodel import select

from provisioning.actors import person, slack
from storage.records.device import Device
from tests.integration.slack.house import House
from tests.integration.web.site import IPHONE
from tests.unit.provisioning.devices.enrolment.authority import UDID, DeviceAuthorities


async def test_a_phone_tells_its_udid_to_a_running_house(
    house: House, authority: DeviceAuthorities
) -> None:
    bob = slack(house.bob.id)
    here = f"http://127.0.0.1:{house.port}"
    token = await house.running.house.devices.enrolment.invite(bob, person(bob, origin="test"))
    page = urlsplit(house.running.house.links.enroll(token)).path

    async with ClientSession(headers={"User-Agent": IPHONE}) as phone:
        async with phone.get(here + page) as answer:
            assert answer.status == 200
            assert f"{page}/slipway.mobileconfig" in await answer.text()
        async with phone.get(f"{here}{page}/slipway.mobileconfig") as answer:
            inside = plistlib.loads(await answer.read())["PayloadContent"]
        says = {"UDID": UDID, "PRODUCT": "iPhone14,5", "CHALLENGE": inside["Challenge"]}
        body = authority.ask(values=says)
        to = here + urlsplit(inside["URL"]).path
        async with phone.post(to, data=body, allow_redirects=False) as answer:
            assert answer.status == 301
            led = urlsplit(answer.headers["Location"]).path
        async with phone.get(here + led) as answer:
            shown = await answer.text()

    assert "Your iPhone 13 is here" in shown
    assert "no team at Apple is connected" in shown
    async with house.running.ground.database.reading() as session:
        [device] = (await session.exec(select(Device))).all()
    # Apple's authority alone counts there, and prefer takes the device with that doubt.
    assert (device.udid, device.verified) == (UDID, False)
