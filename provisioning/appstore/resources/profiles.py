"""The provisioning profiles of a team. None can be changed: a new one takes its place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from provisioning.appstore.errors import (
    AppIdMissing,
    DeviceClassUnfit,
    DevicesMissing,
    DevicesUnwanted,
    ProfileNameTaken,
)
from provisioning.appstore.resources import bundle_ids, certificates, devices
from provisioning.appstore.resources.devices import AppleDevice
from provisioning.appstore.wire.deleting import delete
from provisioning.appstore.wire.documents import Entity, Ref, written
from provisioning.appstore.wire.paths import under
from provisioning.appstore.wire.refusals import Rule
from provisioning.appstore.wire.session import AppStoreSession
from provisioning.appstore.wire.settling import settled

TYPE = "profiles"
PATH = "/v1/profiles"
ACTIVE = "ACTIVE"
ADHOC, DEVELOPMENT = "IOS_APP_ADHOC", "IOS_APP_DEVELOPMENT"
WITHOUT_CONTENT = "name,platform,profileType,profileState,uuid,createdDate,expirationDate,bundleId"

REFUSALS = (
    Rule(ProfileNameTaken, "ENTITY_ERROR", ("multiple profiles found with the name",)),
    Rule(DevicesMissing, "ENTITY_ERROR.RELATIONSHIP.REQUIRED", ("devices",)),
    Rule(DevicesUnwanted, "ENTITY_ERROR.RELATIONSHIP.NOT_ALLOWED", ("no devices can be",)),
    Rule(DeviceClassUnfit, "ENTITY_ERROR", ("invalid deviceclass for profile type",)),
    Rule(AppIdMissing, "ENTITY_ERROR", ("there is no app id with id",)),
    # Said when the App ID is of another platform.
    Rule(AppIdMissing, "ENTITY_ERROR", ("not allowed to create", "profile with app id")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AppleProfile:
    """
    A profile. `content` is the .mobileprovision, None when Apple or a list left it out.

    `state` is ACTIVE or INVALID, or a new word. `bundle_id` is Apple's id of the App ID, None when
    the answer did not tell.
    """

    id: str
    name: str
    platform: str
    type: str
    state: str
    uuid: str
    created_at: datetime | None
    expires_at: datetime | None
    bundle_id: str | None
    content: bytes | None = field(repr=False)
    others: Mapping[str, Any] = field(repr=False, compare=False)

    @classmethod
    def of(cls, entity: Entity) -> "AppleProfile":
        bundle = entity.relation("bundleId")
        return cls(
            id=entity.id,
            name=entity.word("name"),
            platform=entity.word("platform"),
            type=entity.word("profileType"),
            state=entity.word("profileState"),
            uuid=entity.word("uuid"),
            created_at=entity.moment("createdDate"),
            expires_at=entity.moment("expirationDate"),
            bundle_id=bundle.id if bundle else None,
            content=entity.content("profileContent"),
            others=entity.others(
                *("name", "platform", "profileType", "profileState", "uuid", "createdDate"),
                *("expirationDate", "profileContent"),
            ),
        )

    @property
    def is_usable(self) -> bool:
        """Return whether it can be used now: an expired one still says ACTIVE."""
        expired = self.expires_at is not None and self.expires_at <= datetime.now(UTC)
        return self.state == ACTIVE and not expired


class AppleProfiles:
    """Makes and deletes profiles. Each method raises AppStoreError."""

    def __init__(self, session: AppStoreSession) -> None:
        self._session = session

    async def list(self, *, kinds: Sequence[str] = ()) -> tuple[AppleProfile, ...]:
        """Return the profiles of some types, or all, without their content."""
        query = {"include": "bundleId", "fields[profiles]": WITHOUT_CONTENT}
        if kinds:
            query["filter[profileType]"] = ",".join(kinds)
        return tuple(AppleProfile.of(one) for one in await self._session.read_all(PATH, query))

    async def named(self, name: str) -> tuple[AppleProfile, ...]:
        """Return the profiles of just this name, with their content."""
        query = {"include": "bundleId"}
        if "," not in name:  # a comma would part two names
            query["filter[name]"] = name
        found = await self._session.read_all(PATH, query)
        return tuple(one for one in map(AppleProfile.of, found) if one.name == name)

    async def read(self, profile_id: str) -> AppleProfile:
        query = {"include": "bundleId"}
        return AppleProfile.of((await self._session.read(under(PATH, profile_id), query)).entity)

    async def devices_of(self, profile_id: str) -> tuple[AppleDevice, ...]:
        """Return all devices in a profile: included ones end at fifty."""
        path = under(PATH, profile_id, "devices")
        return tuple(AppleDevice.of(one) for one in await self._session.read_all(path))

    async def create(
        self,
        name: str,
        *,
        kind: str,
        bundle_id: str,
        certificate_ids: Sequence[str],
        device_ids: Sequence[str] = (),
    ) -> AppleProfile:
        """
        Return a profile of this name, new or from an earlier try that got no answer.

        All ids are Apple's. The name has to be one that nobody else uses, now or ever: after a
        lost answer the profile is found by it. Apple may leave devices out without a word, and an
        earlier try may have had others: compare the content with what is wanted. Raise
        ProfileNameTaken, DevicesMissing, DevicesUnwanted, DeviceClassUnfit or AppIdMissing.
        """
        relations: dict[str, Ref | Sequence[Ref]] = {
            "bundleId": Ref(bundle_ids.TYPE, bundle_id),
            "certificates": [Ref(certificates.TYPE, one) for one in certificate_ids],
        }
        if device_ids:
            relations["devices"] = [Ref(devices.TYPE, one) for one in device_ids]
        body = written(TYPE, attributes={"name": name, "profileType": kind}, relations=relations)

        async def write() -> AppleProfile:
            made = await self._session.write("POST", PATH, body, rules=REFUSALS)
            return replace(AppleProfile.of(made.entity), bundle_id=bundle_id)

        async def find() -> AppleProfile | None:
            for profile in await self.named(name):
                fits = profile.type == kind and profile.is_usable
                if fits and await self._bundle_of(profile) == bundle_id:
                    return profile
            return None

        return await settled(self._session.backoff, write, find, proven_by=(ProfileNameTaken,))

    async def delete(self, profile_id: str) -> None:
        """Delete a profile; one that is gone already is as good."""
        await delete(self._session, under(PATH, profile_id))

    async def _bundle_of(self, profile: AppleProfile) -> str | None:
        if profile.bundle_id is not None:
            return profile.bundle_id
        found = await self._session.read(under(PATH, profile.id, "bundleId"))
        return found.entities[0].id if found.entities else None
