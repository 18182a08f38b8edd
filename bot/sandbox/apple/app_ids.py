"""The App IDs of a team, which its API calls bundle ids, with their capabilities."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from bot.sandbox.apple.entitlements import WILDCARD_CAPABILITIES
from bot.sandbox.apple.errors import Conflict, NotThere, invalid_attribute
from bot.sandbox.apple.ids import Ids
from bot.sandbox.shapes import JsonObject

#: A new App ID has this without being asked.
GIVEN_CAPABILITY = "IN_APP_PURCHASE"
_IDENTIFIER = re.compile(r"([A-Za-z0-9-]+\.)*([A-Za-z0-9-]+|\*)")


@dataclass(slots=True, kw_only=True)
class Capability:
    """A capability that is turned on; its id holds that of the App ID."""

    app_id: str
    kind: str
    settings: list[JsonObject] = field(default_factory=list)

    @property
    def id(self) -> str:
        return f"{self.app_id}_{self.kind}"


@dataclass(slots=True, kw_only=True)
class AppId:
    """
    One App ID.

    *seed_id* is the prefix of its application identifier. *extra* are entitlements that only the
    website grants, such as the names of app groups.
    """

    id: str
    identifier: str
    name: str
    platform: str
    seed_id: str
    capabilities: dict[str, Capability] = field(default_factory=dict)
    extra: dict[str, object] = field(default_factory=dict)

    @property
    def is_wildcard(self) -> bool:
        return self.identifier.endswith("*")


class AppIds:
    """The App IDs of one team; *prefixes* are its own id and seed ids of older days."""

    def __init__(self, team_id: str, ids: Ids) -> None:
        self.prefixes = {team_id}
        self._team_id = team_id
        self._ids = ids
        self._app_ids: dict[str, AppId] = {}

    def __iter__(self) -> Iterator[AppId]:
        return iter(tuple(self._app_ids.values()))

    def __contains__(self, app_id: object) -> bool:
        return app_id in self._app_ids

    def __getitem__(self, app_id: str) -> AppId:
        found = self._app_ids.get(app_id)
        if found is None:
            raise NotThere(f"There is no resource of type 'bundleIds' with id '{app_id}'")
        return found

    def find(self, identifier: str) -> AppId | None:
        return next((app_id for app_id in self if app_id.identifier == identifier), None)

    def register(
        self,
        identifier: str,
        name: str,
        platform: str = "IOS",
        seed_id: str = "",
        extra: Mapping[str, object] | None = None,
    ) -> AppId:
        """Make an App ID. Raise Conflict where Apple refuses it."""
        if not _IDENTIFIER.fullmatch(identifier):
            raise invalid_attribute("identifier", identifier)
        if seed_id and seed_id not in self.prefixes:
            raise invalid_attribute("seedId", seed_id)
        if self.find(identifier) is not None:
            raise Conflict(
                "ENTITY_ERROR.ATTRIBUTE.INVALID",
                f"An App ID with Identifier '{identifier}' is not available.",
                pointer="/data/attributes/identifier",
            )
        app_id = AppId(
            id=self._ids.next(),
            identifier=identifier,
            name=name,
            platform=platform,
            seed_id=seed_id or self._team_id,
            extra=dict(extra or {}),
        )
        app_id.capabilities[GIVEN_CAPABILITY] = Capability(app_id=app_id.id, kind=GIVEN_CAPABILITY)
        self.add(app_id)
        return app_id

    def add(self, app_id: AppId) -> None:
        self._app_ids[app_id.id] = app_id

    def remove(self, app_id: str) -> None:
        self._app_ids.pop(self[app_id].id)

    def capability(self, capability_id: str) -> Capability:
        for app_id in self:
            for capability in app_id.capabilities.values():
                if capability.id == capability_id:
                    return capability
        raise NotThere(
            f"There is no resource of type 'bundleIdCapabilities' with id '{capability_id}'"
        )

    def turn_on(self, app_id: AppId, kind: str, settings: list[JsonObject]) -> Capability:
        """Add a capability. Raise Conflict if it is on, or too much for a wildcard."""
        if app_id.is_wildcard and kind not in WILDCARD_CAPABILITIES:
            raise Conflict(
                "ENTITY_ERROR.ATTRIBUTE.INVALID",
                f"The capability {kind} is not available for a wildcard App ID.",
                pointer="/data/attributes/capabilityType",
            )
        if kind in app_id.capabilities:
            raise Conflict(
                "ENTITY_ERROR", f"The capability {kind} is already enabled for this App ID."
            )
        capability = Capability(app_id=app_id.id, kind=kind, settings=settings)
        app_id.capabilities[kind] = capability
        return capability
