"""The App IDs of a team: one for each bundle of an app."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from provisioning.appstore.errors import IdentifierTaken
from provisioning.appstore.wire.documents import Entity, written
from provisioning.appstore.wire.paths import under
from provisioning.appstore.wire.refusals import Rule
from provisioning.appstore.wire.session import AppStoreSession
from provisioning.appstore.wire.settling import settled

TYPE = "bundleIds"
PATH = "/v1/bundleIds"

#: Apple says this of the team's own identifiers as of those of others: reading tells which.
REFUSALS = (Rule(IdentifierTaken, "ENTITY_ERROR", ("app id with identifier", "not available")),)


@dataclass(frozen=True, slots=True, kw_only=True)
class AppleBundleId:
    """
    An App ID. `id` is Apple's, `identifier` the app's.

    `seed_id` is the prefix of the application identifier, which is not always the team's id.
    """

    id: str
    identifier: str
    name: str
    platform: str
    seed_id: str | None
    others: Mapping[str, Any] = field(repr=False, compare=False)

    @classmethod
    def of(cls, entity: Entity) -> "AppleBundleId":
        return cls(
            id=entity.id,
            identifier=entity.word("identifier"),
            name=entity.word("name"),
            platform=entity.word("platform"),
            seed_id=entity.text("seedId"),
            others=entity.others("identifier", "name", "platform", "seedId"),
        )


class AppleBundleIds:
    """Finds and makes App IDs. Each method raises AppStoreError."""

    def __init__(self, session: AppStoreSession) -> None:
        self._session = session

    async def list(self) -> tuple[AppleBundleId, ...]:
        return tuple(AppleBundleId.of(one) for one in await self._session.read_all(PATH))

    async def read(self, bundle_id: str) -> AppleBundleId:
        return AppleBundleId.of((await self._session.read(under(PATH, bundle_id))).entity)

    async def find(self, identifier: str) -> AppleBundleId | None:
        """Return the App ID of just this identifier: Apple's filter finds longer ones as well."""
        found = await self._session.read_all(PATH, {"filter[identifier]": identifier})
        several = (AppleBundleId.of(one) for one in found)
        return next((one for one in several if one.identifier == identifier), None)

    async def create(self, identifier: str, *, name: str, platform: str = "IOS") -> AppleBundleId:
        """Return the App ID of an identifier, made if the team has none. Raise IdentifierTaken."""
        return await settled(
            self._session.backoff,
            lambda: self._create(identifier, name, platform),
            lambda: self.find(identifier),
            proven_by=(IdentifierTaken,),
        )

    async def _create(self, identifier: str, name: str, platform: str) -> AppleBundleId:
        attributes = {"identifier": identifier, "name": name, "platform": platform}
        body = written(TYPE, attributes=attributes)
        return AppleBundleId.of(
            (await self._session.write("POST", PATH, body, rules=REFUSALS)).entity
        )
