"""What Xcode does at Apple for whoever builds an app: App IDs, devices, profiles."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from bot.sandbox.apple.app_ids import AppId
from bot.sandbox.apple.devices import Device
from bot.sandbox.apple.profiles import ProvisioningProfile
from bot.sandbox.apple.provision import ProfileWish, provision
from bot.sandbox.apple.team import SandboxTeam
from bot.sandbox.samples.handsets import handset_of
from bot.sandbox.samples.identities import Identity
from bot.sandbox.samples.iosapp import SampleApp
from bot.sandbox.samples.iosinfo import inner_bundles

CERTIFICATE_TYPE: Final = "IOS_DISTRIBUTION"
PROFILE_TYPE: Final = "IOS_APP_ADHOC"
#: The capability of an App ID that lets an app claim each of these.
CAPABILITIES: Final = {"com.apple.developer.associated-domains": "ASSOCIATED_DOMAINS"}


class Xcode:
    """Signs the apps of a team; what is at Apple already stays as it is."""

    def __init__(self, team: SandboxTeam, identity: Identity) -> None:
        self._team = team
        self._identity = identity

    def sign(self, app: SampleApp) -> SampleApp:
        """
        Return the app as it is signed ad hoc for its devices, with profiles of Apple's.

        What it claims for the first time is turned on at Apple, where that spoils the profiles of
        older builds; those are on phones already, and hold there.
        """
        profiles = {
            bundle_id: self._profile(self._app_id(app, bundle_id, name), name, app.devices)
            for bundle_id, name in _bundles(app)
        }
        return replace(
            app,
            identity=self._identity,
            profiles={bundle_id: profile.content for bundle_id, profile in profiles.items()},
            expires=datetime.fromtimestamp(profiles[app.bundle_id].expires_at, UTC),
        )

    def _profile(self, app_id: AppId, name: str, udids: Sequence[str]) -> ProvisioningProfile:
        named = f"{name} Ad Hoc for {len(udids)} devices"
        known = self._team.profiles.find(named)
        if known is not None:
            return known
        wish = ProfileWish(
            name=named,
            type=PROFILE_TYPE,
            app_id=app_id.id,
            certificate_ids=[self._certificate_id()],
            device_ids=[self._device(udid).id for udid in udids],
        )
        return provision(self._team, wish)

    def _app_id(self, app: SampleApp, bundle_id: str, name: str) -> AppId:
        known = self._team.app_ids.find(bundle_id)
        app_id = known or self._team.app_ids.register(bundle_id, name)
        claims = app.entitlements if bundle_id == app.bundle_id else ()
        for capability in (CAPABILITIES[claim] for claim in claims):
            if capability not in app_id.capabilities:
                self._team.turn_on(app_id, capability)
        return app_id

    def _certificate_id(self) -> str:
        known = self._team.certificates.find(self._identity.der)
        if known is None:
            certificate = self._identity.certificate
            known = self._team.certificates.adopt(certificate, CERTIFICATE_TYPE)
        return known.id

    def _device(self, udid: str) -> Device:
        known = self._team.devices.find(udid)
        return known or self._team.devices.register(handset_of(udid).name, udid)


def _bundles(app: SampleApp) -> Iterator[tuple[str, str]]:
    """Give the id and the name of everything in an app that has a profile."""
    yield app.bundle_id, app.name
    for _, name, bundle_id in inner_bundles(app):
        yield bundle_id, f"{app.name} {name}"
