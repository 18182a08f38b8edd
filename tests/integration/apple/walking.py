"""Everything that the client of App Store Connect can do, done once and taken down on the wire."""

import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from bot.sandbox.apple.server import SandboxApple
from bot.sandbox.samples.identities import device_id
from provisioning.appstore.client import AppStore
from provisioning.appstore.resources.profiles import ADHOC
from provisioning.appstore.wire.backoff import Backoff
from provisioning.appstore.wire.exchange import Answer, Exchange
from provisioning.appstore.wire.key import AppStoreKey
from provisioning.codesign.identity.request import make_request
from tests.openapi import Exchanged

#: The parts of a client that can do something.
PARTS = ("devices", "bundle_ids", "capabilities", "certificates", "profiles")


class Recorder(Exchange):
    """Sends, and keeps what was sent and what came back."""

    def __init__(self) -> None:
        super().__init__(far=False)
        self.kept: list[Exchanged] = []

    async def send(
        self, method: str, url: str, *, headers: Mapping[str, str], content: bytes | None
    ) -> Answer:
        answer = await super().send(method, url, headers=headers, content=content)
        asked = urlsplit(url)
        done = Exchanged(
            method=method,
            path=asked.path,
            query=dict(parse_qsl(asked.query)),
            body=_read(content),
            status=answer.status,
            answer=_read(answer.body),
        )
        self.kept.append(done)
        return answer


def _read(content: bytes | None) -> object:
    return json.loads(content) if content else None


class Noticing:
    """Stands before a part of the client and notices which of its methods are called."""

    def __init__(self, part: object, name: str, seen: set[str]) -> None:
        self._part, self._name, self._seen = part, name, seen

    def __getattr__(self, method: str) -> Any:  # noqa: ANN401 - whatever the part has
        self._seen.add(f"{self._name}.{method}")
        return getattr(self._part, method)


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """A client that is watched, and what was seen of it."""

    store: AppStore
    wire: Recorder
    seen: set[str] = field(default_factory=set)

    @asynccontextmanager
    @staticmethod
    async def begun(apple: SandboxApple) -> AsyncGenerator["Walk"]:
        key = apple.team.key
        store = AppStore(
            AppStoreKey.read(issuer_id=key.issuer_id, key_id=key.id, p8=key.p8.encode()),
            base_url=apple.url,
            backoff=Backoff(tries=2, first=0.01),
        )
        await store._session._exchange.aclose()
        walk = Walk(store=store, wire=Recorder())
        store._session._exchange = walk.wire
        for name in PARTS:
            setattr(store, name, Noticing(getattr(store, name), name, walk.seen))
        yield walk
        await store.aclose()

    async def everything(self) -> None:
        """Call each method, and those that read once there is something to read."""
        store, phone = self.store, device_id(4)
        await store.check()
        device = await store.devices.register(phone, name="Bob's iPhone")
        await store.devices.disable(device.id)
        await store.devices.enable(device.id)
        await store.devices.rename(device.id, "Bob's")
        app_id = await store.bundle_ids.create("com.example.quay", name="Quay")
        await store.capabilities.enable(app_id.id, "PUSH_NOTIFICATIONS")
        certificate = await store.certificates.issue(make_request("Slipway").csr_pem)
        profile = await store.profiles.create(
            "Slipway Quay 1",
            kind=ADHOC,
            bundle_id=app_id.id,
            certificate_ids=[certificate.id],
            device_ids=[device.id],
        )
        await self._read(device.id, app_id.id, certificate.id, profile.id)
        await store.capabilities.disable(app_id.id, "PUSH_NOTIFICATIONS")
        await store.profiles.delete(profile.id)
        await store.certificates.revoke(certificate.id)

    async def _read(self, device: str, app_id: str, certificate: str, profile: str) -> None:
        store = self.store
        await store.devices.list()
        await store.devices.read(device)
        await store.devices.find(device_id(4))
        await store.bundle_ids.list()
        await store.bundle_ids.read(app_id)
        await store.bundle_ids.find("com.example.quay")
        await store.capabilities.list(app_id)
        await store.capabilities.find(app_id, "PUSH_NOTIFICATIONS")
        await store.certificates.list()
        await store.certificates.read(certificate)
        await store.profiles.list()
        await store.profiles.list(kinds=[ADHOC])
        await store.profiles.named("Slipway Quay 1")
        await store.profiles.read(profile)
        await store.profiles.devices_of(profile)
