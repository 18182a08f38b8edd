"""Whatever goes wrong on the way: one device, one App ID, one certificate, one profile."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass

import pytest

from bot.sandbox.apple.server import SandboxApple
from bot.sandbox.faults import Fault
from bot.sandbox.samples.identities import device_id
from provisioning.appstore.client import AppStore
from provisioning.appstore.errors import AppStoreError, DeviceLimitReached
from provisioning.appstore.resources.profiles import ADHOC
from provisioning.appstore.wire.backoff import Backoff
from provisioning.appstore.wire.key import AppStoreKey
from provisioning.codesign.identity.request import CertificateRequest, make_request
from provisioning.codesign.structures.profile import read_profile

PHONE = device_id(7)
IDENTIFIER = "com.example.harbour"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counter:
    """The team at Apple, and whoever stands at its counter with a key."""

    apple: SandboxApple
    store: AppStore
    request: CertificateRequest

    async def everything(self, phone: str = PHONE) -> bytes:
        """Do all that a first device costs; return its profile."""
        device = await self.store.devices.register(phone, name="Bob's iPhone")
        app_id = await self.store.bundle_ids.find(IDENTIFIER)
        if app_id is None:
            app_id = await self.store.bundle_ids.create(IDENTIFIER, name="Harbour")
        certificate = await self.store.certificates.issue(self.request.csr_pem)
        profile = await self.store.profiles.create(
            "Slipway Harbour 1",
            kind=ADHOC,
            bundle_id=app_id.id,
            certificate_ids=[certificate.id],
            device_ids=[device.id],
        )
        assert profile.content is not None
        return profile.content

    async def counts(self) -> tuple[int, int, int, int]:
        store = self.store
        lists: list[Callable[[], Awaitable[tuple[object, ...]]]] = [
            *(store.devices.list, store.bundle_ids.list),
            *(store.certificates.list, store.profiles.list),
        ]
        devices, app_ids, certificates, profiles = [len(await one()) for one in lists]
        return devices, app_ids, certificates, profiles


@pytest.fixture(scope="module")
def request_of_ours() -> CertificateRequest:
    return make_request("Slipway")


@pytest.fixture
async def counter(request_of_ours: CertificateRequest) -> AsyncGenerator[Counter]:
    async with SandboxApple.serve() as apple:
        key = apple.team.key
        store = AppStore(
            AppStoreKey.read(issuer_id=key.issuer_id, key_id=key.id, p8=key.p8.encode()),
            base_url=apple.url,
            backoff=Backoff(first=0.01, longest=0.02),
        )
        try:
            yield Counter(apple=apple, store=store, request=request_of_ours)
            assert apple.violations == []
        finally:
            await store.aclose()


async def test_a_first_device_is_registered_and_in_its_profile(counter: Counter) -> None:
    profile = read_profile(await counter.everything())

    assert [udid.upper() for udid in profile.devices or ()] == [PHONE.upper()]
    assert await counter.counts() == (1, 1, 1, 1)
    assert await counter.store.devices.find(PHONE.lower()) is not None
    assert counter.store.rate is not None


WRITES = ("POST devices", "POST bundleIds", "POST certificates", "POST profiles")
FAULTS = {
    "a lost answer": Fault.lost_answer(),
    "a reset": Fault.reset(),
    "503": Fault.server_error(),
    "503 after the act": Fault.server_error().after(),
    "a cut answer": Fault.cut(),
    "too many calls": Fault.rate_limited(0),
    "a page of somebody else": Fault.nonsense("<html>"),
}


@pytest.mark.parametrize("times", [1, pytest.param(3, marks=pytest.mark.slow)])
@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
@pytest.mark.parametrize("operation", WRITES)
async def test_what_goes_wrong_for_a_while_doubles_nothing(
    counter: Counter, operation: str, fault: Fault, times: int
) -> None:
    counter.apple.script(operation, fault, times)

    await _until_done(counter)

    assert await counter.counts() == (1, 1, 1, 1)


@pytest.mark.parametrize("operation", WRITES)
async def test_after_an_hour_without_answers_it_goes_on_where_it_was(
    counter: Counter, operation: str
) -> None:
    """The answers are lost though the act was done, until whoever asks has given up."""
    counter.apple.script("*", Fault.lost_answer(), 40)
    counter.apple.script(operation, Fault.lost_answer(), 3)
    with pytest.raises(AppStoreError) as gone:
        await counter.everything()
    assert gone.value.transient
    counter.apple.faults.clear()

    await _until_done(counter)

    assert await counter.counts() == (1, 1, 1, 1)


async def test_a_full_family_is_said_to_be_full_and_costs_no_place(counter: Counter) -> None:
    for number in range(100):
        await counter.store.devices.register(
            device_id(100 + number), name=f"iPhone {number}", known=()
        )

    with pytest.raises(DeviceLimitReached):
        await counter.store.devices.register(PHONE, name="One too many")

    assert len(await counter.store.devices.list()) == 100


async def _until_done(counter: Counter) -> bytes:
    """Try as a road does: whatever may pass by itself is tried again."""
    for _ in range(10):
        try:
            return await counter.everything()
        except AppStoreError as error:
            if not error.transient:
                raise
    raise AssertionError("It was tried ten times.")
