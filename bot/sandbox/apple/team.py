"""One developer team at Apple: everything it has, and what a person does on the website."""

import uuid
from collections.abc import Collection

from cryptography.hazmat.primitives.asymmetric import ec

from bot.sandbox.apple.app_ids import AppId, AppIds, Capability
from bot.sandbox.apple.certificates import Certificates
from bot.sandbox.apple.devices import Devices
from bot.sandbox.apple.ids import Ids
from bot.sandbox.apple.keys import ApiKey, Role
from bot.sandbox.apple.profiles import Profiles
from bot.sandbox.apple.rules import Rules
from bot.sandbox.clock import Clock
from bot.sandbox.samples.authorities import Authorities, own_authorities
from bot.sandbox.samples.identities import HARBOUR_LABS, Team
from bot.sandbox.shapes import JsonObject


class SandboxTeam:
    """
    A team of the developer programme.

    *rules* are its switches, *identity* its id and name; *authorities* sign for it, those of this
    process where none are given. What one thing does to another (a revoked certificate to a
    profile) is done here.
    """

    def __init__(
        self,
        clock: Clock,
        identity: Team = HARBOUR_LABS,
        *,
        salt: str = "",
        authorities: Authorities | None = None,
    ) -> None:
        self.identity = identity
        self.authorities = authorities or own_authorities()
        self.clock = clock
        self.rules = Rules()
        self.ids = Ids(f"{identity.id}{salt}")
        self.issuer_id = str(uuid.uuid5(uuid.NAMESPACE_DNS, f"{identity.id}.apple.sandbox"))
        self.keys: dict[str, ApiKey] = {}
        self.devices = Devices(clock, self.rules, self.ids)
        self.app_ids = AppIds(identity.id, self.ids)
        self.certificates = Certificates(
            identity, clock, self.rules, self.ids, issuer=self.authorities.developers
        )
        self.profiles = Profiles()
        self.key = self.add_key()

    @property
    def id(self) -> str:
        return self.identity.id

    @property
    def name(self) -> str:
        return self.identity.name

    def add_key(self, role: Role = Role.ADMIN, *, is_individual: bool = False) -> ApiKey:
        """Make a key, as an admin does on the website."""
        key = ApiKey(
            id=self.ids.next(),
            issuer_id=self.issuer_id,
            role=role,
            is_individual=is_individual,
            private_key=ec.generate_private_key(ec.SECP256R1()),
        )
        self.keys[key.id] = key
        return key

    def revoke_key(self, key_id: str) -> None:
        del self.keys[key_id]

    def revoke(self, certificate_id: str) -> None:
        """Revoke a certificate, which spoils the profiles that hold it."""
        self.certificates.remove(certificate_id)
        self.profiles.invalidate(lambda profile: certificate_id in profile.certificate_ids)

    def remove_devices(self, device_ids: Collection[str]) -> None:
        """Free slots on the website, which spoils the profiles that hold these devices."""
        self.devices.remove(device_ids)
        gone = set(device_ids)
        self.profiles.invalidate(lambda profile: not gone.isdisjoint(profile.device_ids))

    def remove_app_id(self, app_id: str) -> None:
        self.app_ids.remove(app_id)
        self._spoil_profiles_of(app_id)

    def turn_on(
        self, app_id: AppId, kind: str, settings: list[JsonObject] | None = None
    ) -> Capability:
        """Turn a capability on, which spoils the profiles of the App ID."""
        capability = self.app_ids.turn_on(app_id, kind, settings or [])
        self._spoil_profiles_of(app_id.id)
        return capability

    def configure(self, capability: Capability, settings: list[JsonObject]) -> None:
        """Change the settings of a capability, which spoils the profiles of the App ID."""
        capability.settings = settings
        self._spoil_profiles_of(capability.app_id)

    def turn_off(self, capability: Capability) -> None:
        """Turn a capability off, which spoils the profiles of the App ID."""
        del self.app_ids[capability.app_id].capabilities[capability.kind]
        self._spoil_profiles_of(capability.app_id)

    def _spoil_profiles_of(self, app_id: str) -> None:
        self.profiles.invalidate(lambda profile: profile.app_id == app_id)
