"""A phone of the demo enrols at a page, as an iPhone does; the real reader reads its answer."""

import plistlib
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509.oid import NameOID

from bot.sandbox.enrolling import CannotEnroll
from bot.sandbox.phone import PROFILES, Phone, phone
from bot.sandbox.samples.deviceauthority import DeviceAuthority
from bot.sandbox.samples.handsets import BOBS_NEW
from bot.sandbox.samples.identities import root_authority
from provisioning.devices.enrolment.answer import CONTENT_TYPE as ANSWER_TYPE
from provisioning.devices.enrolment.answer import DeviceAnswer, read_answer
from provisioning.devices.enrolment.asking import CONTENT_TYPE, EnrolmentQuestion, enrolment_profile
from provisioning.devices.enrolment.trust import TrustPolicy
from tests.programs import needed

CHALLENGE = "c0ffee-1"


@dataclass(slots=True)
class Site:
    """A page that offers the real profile, and hears the answer; each part can be spoilt."""

    authority: DeviceAuthority
    url: str = ""
    page: str = '<a href="/help">Help</a> <a href="profile/slipway.mobileconfig?x=1">Install</a>'
    content_type: str = CONTENT_TYPE
    status: int = 301
    change: Callable[[dict[str, Any]], object] = lambda _values: None
    signed: bool = False
    heard: list[DeviceAnswer] = field(default_factory=list)
    agents: list[str] = field(default_factory=list)

    async def show(self, _request: web.Request) -> web.Response:
        return web.Response(text=self.page, content_type="text/html")

    async def offer(self, _request: web.Request) -> web.Response:
        question = EnrolmentQuestion(
            url="https://slipway.example.com/enroll/token/answer",
            challenge=CHALLENGE,
            identifier="com.example.slipway",
            title="Slipway",
            description="It asks for your UDID.",
            organization="Harbour Labs",
        )
        values = plistlib.loads(enrolment_profile(question))
        # A real site is reached by https; this one is on the machine itself.
        values["PayloadContent"]["URL"] = f"{self.url}/enroll/token/answer"
        self.change(values)
        content = plistlib.dumps(values)
        body = _signed(content) if self.signed else content
        return web.Response(body=body, content_type=self.content_type)

    async def hear(self, request: web.Request) -> web.Response:
        assert request.content_type == ANSWER_TYPE
        self.agents.append(request.headers["User-Agent"])
        answer = read_answer(
            await request.read(),
            challenge=CHALLENGE,
            policy=TrustPolicy.REQUIRE,
            authorities=[self.authority.certificate()],
        )
        self.heard.append(answer)
        return web.Response(status=self.status, headers={"Location": "/enroll/done/one-time"})

    async def thank(self, _request: web.Request) -> web.Response:
        return web.Response(text="Thank you.")


def _signed(content: bytes) -> bytes:
    """Sign as a site does with its own certificate."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "slipway.example.com")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    builder = pkcs7.PKCS7SignatureBuilder().set_data(content)
    builder = builder.add_signer(certificate, key, hashes.SHA256())
    return builder.sign(Encoding.DER, [pkcs7.PKCS7Options.Binary])


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> DeviceAuthority:
    needed("openssl")
    return DeviceAuthority.kept_in(tmp_path_factory.mktemp("devices"), root_authority())


@pytest.fixture
async def site(authority: DeviceAuthority) -> AsyncGenerator[Site]:
    there = Site(authority=authority)
    app = web.Application()
    app.router.add_get("/enroll/token", there.show)
    app.router.add_get("/enroll/profile/slipway.mobileconfig", there.offer)
    app.router.add_post("/enroll/token/answer", there.hear)
    app.router.add_get("/enroll/done/one-time", there.thank)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    there.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield there
    await runner.cleanup()


@asynccontextmanager
async def bobs(site: Site) -> AsyncGenerator[Phone]:
    async with phone(android=False, handset=BOBS_NEW, devices=site.authority) as device:
        yield device


@pytest.mark.parametrize("signed", [False, True])
async def test_a_phone_tells_what_it_is_and_lands_where_the_answer_leads(
    site: Site, *, signed: bool
) -> None:
    site.signed = signed
    async with bobs(site) as device:
        landed = await device.enroll(f"{site.url}/enroll/token")

    (answer,) = site.heard
    assert answer.udid.value == BOBS_NEW.udid
    assert (answer.product, answer.system) == ("iPhone14,5", "22B83")
    assert answer.name == "Bob's iPhone 13"
    assert answer.trust.verified
    assert answer.trust.issuer == "Apple iPhone Device CA"
    assert (landed.url, landed.page) == (f"{site.url}/enroll/done/one-time", "Thank you.")
    assert site.agents == [PROFILES]


async def test_a_phone_says_no_more_than_it_is_asked_for(site: Site) -> None:
    site.change = lambda values: values["PayloadContent"].update(DeviceAttributes=["UDID"])
    async with bobs(site) as device:
        await device.enroll(f"{site.url}/enroll/token")

    (answer,) = site.heard
    assert answer.udid.value == BOBS_NEW.udid
    assert (answer.product, answer.system, answer.name) == ("", "", "")


SPOILT: dict[str, tuple[dict[str, object], str]] = {
    "no link": ({"page": "<a href='/help'>Help</a>"}, "offers no profile"),
    "another type": ({"content_type": "text/xml"}, "came as text/xml"),
    "no redirect": ({"status": 200}, "Invalid profile: the answer was answered 200"),
    "another redirect": ({"status": 302}, "Invalid profile: the answer was answered 302"),
    "a list inside": (
        {"change": lambda values: values.update(PayloadContent=[values["PayloadContent"]])},
        "does not say where the answer goes",
    ),
    "no service": (
        {"change": lambda values: values.update(PayloadType="Configuration")},
        "is no profile service",
    ),
    "no UUID": ({"change": lambda values: values.pop("PayloadUUID")}, "lacks PayloadUUID"),
    "in the open": (
        {"change": lambda values: values["PayloadContent"].update(URL="http://a.example.com/")},
        "by https only",
    ),
}


@pytest.mark.parametrize("name", SPOILT)
async def test_what_ios_would_not_take_is_refused_and_tells_no_secret(
    site: Site, name: str
) -> None:
    changes, words = SPOILT[name]
    for part, value in changes.items():
        setattr(site, part, value)
    async with bobs(site) as device:
        with pytest.raises(CannotEnroll, match=words) as refused:
            await device.enroll(f"{site.url}/enroll/token")

    assert "token" not in str(refused.value)
    assert BOBS_NEW.udid not in str(refused.value)
    assert len(site.heard) == (1 if "redirect" in name else 0)


async def test_a_page_that_is_gone_and_a_phone_without_means_are_told_in_a_sentence(
    site: Site,
) -> None:
    async with bobs(site) as device:
        with pytest.raises(CannotEnroll, match="The enrolment page answered 404"):
            await device.enroll(f"{site.url}/enroll/another")
    async with phone(android=False, handset=BOBS_NEW) as device:
        with pytest.raises(CannotEnroll, match="Install OpenSSL"):
            await device.enroll(f"{site.url}/enroll/token")
    async with phone(android=True) as device:
        with pytest.raises(CannotEnroll, match="no UDID"):
            await device.enroll(f"{site.url}/enroll/token")
