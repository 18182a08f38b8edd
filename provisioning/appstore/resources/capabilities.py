"""What an App ID can do: each capability brings entitlements into its profiles."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from provisioning.appstore.resources import bundle_ids
from provisioning.appstore.wire.deleting import delete
from provisioning.appstore.wire.documents import Entity, Ref, written
from provisioning.appstore.wire.paths import under
from provisioning.appstore.wire.session import AppStoreSession
from provisioning.appstore.wire.settling import settled

TYPE = "bundleIdCapabilities"
PATH = "/v1/bundleIdCapabilities"


@dataclass(frozen=True, slots=True, kw_only=True)
class AppleCapability:
    """A capability that is on; `type` is a word of Apple's such as PUSH_NOTIFICATIONS."""

    id: str
    type: str
    settings: tuple[Any, ...] = ()
    others: Mapping[str, Any] = field(repr=False, compare=False)

    @classmethod
    def of(cls, entity: Entity) -> "AppleCapability":
        settings = entity.attributes.get("settings")
        return cls(
            id=entity.id,
            type=entity.word("capabilityType"),
            settings=tuple(settings) if isinstance(settings, list) else (),
            others=entity.others("capabilityType", "settings"),
        )


class AppleCapabilities:
    """
    Turns capabilities on and off. Each method raises AppStoreError.

    Any change makes the profiles of the App ID invalid. `bundle_id` is Apple's id of the App ID.
    """

    def __init__(self, session: AppStoreSession) -> None:
        self._session = session

    async def list(self, bundle_id: str) -> tuple[AppleCapability, ...]:
        path = under(bundle_ids.PATH, bundle_id, TYPE)
        return tuple(AppleCapability.of(one) for one in await self._session.read_all(path))

    async def find(self, bundle_id: str, kind: str) -> AppleCapability | None:
        return next((one for one in await self.list(bundle_id) if one.type == kind), None)

    async def enable(self, bundle_id: str, kind: str) -> AppleCapability:
        """Turn a capability on; one that is on already is left alone."""
        found = await self.find(bundle_id, kind)
        if found is not None:
            return found
        return await settled(
            self._session.backoff,
            lambda: self._create(bundle_id, kind),
            lambda: self.find(bundle_id, kind),
        )

    async def disable(self, bundle_id: str, kind: str) -> None:
        """Turn a capability off, if it is on."""
        found = await self.find(bundle_id, kind)
        if found is None:
            return

        async def is_gone() -> bool:
            # Apple has no way to read a single one.
            return await self.find(bundle_id, kind) is None

        await delete(self._session, under(PATH, found.id), is_gone)

    async def _create(self, bundle_id: str, kind: str) -> AppleCapability:
        body = written(
            TYPE,
            attributes={"capabilityType": kind},
            relations={"bundleId": Ref(bundle_ids.TYPE, bundle_id)},
        )
        return AppleCapability.of((await self._session.write("POST", PATH, body)).entity)
