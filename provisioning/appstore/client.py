"""App Store Connect for one team: everything that can be done there, by resource."""

from datetime import timedelta

from provisioning.appstore.resources.bundle_ids import AppleBundleIds
from provisioning.appstore.resources.capabilities import AppleCapabilities
from provisioning.appstore.resources.certificates import AppleCertificates
from provisioning.appstore.resources.devices import PATH, AppleDevices
from provisioning.appstore.resources.profiles import AppleProfiles
from provisioning.appstore.wire.backoff import Backoff
from provisioning.appstore.wire.key import AppStoreKey
from provisioning.appstore.wire.rate import RateReading
from provisioning.appstore.wire.session import APPLE, AppStoreSession


class AppStore:
    """A team at Apple, reached with its key. Keep one for each key: it asks one thing at a time."""

    def __init__(
        self, key: AppStoreKey, *, base_url: str = APPLE, backoff: Backoff | None = None
    ) -> None:
        self._session = AppStoreSession(key, base_url=base_url, backoff=backoff)
        self.devices = AppleDevices(self._session)
        self.bundle_ids = AppleBundleIds(self._session)
        self.capabilities = AppleCapabilities(self._session)
        self.certificates = AppleCertificates(self._session)
        self.profiles = AppleProfiles(self._session)

    @property
    def rate(self) -> RateReading | None:
        """Return what the last answer said about the limit of calls."""
        return self._session.rate

    @property
    def skew(self) -> timedelta:
        """Return how far Apple's clock is ahead of this machine's."""
        return self._session.clock.skew

    async def check(self) -> None:
        """
        Prove with one cheap call that the key reaches the team's devices.

        Individual keys and small roles do not. Raise KeyRejected, AccessDenied, AgreementsMissing,
        RateLimited or AppleUnreachable.
        """
        await self._session.read(PATH, {"limit": "1"})

    async def aclose(self) -> None:
        await self._session.aclose()


class AppStores:
    """The teams that are spoken to: one line for each key, whoever asks for it."""

    def __init__(self, *, base_url: str = APPLE, backoff: Backoff | None = None) -> None:
        self._base_url = base_url
        self._backoff = backoff
        self._open: dict[str, AppStore] = {}

    def of(self, key: AppStoreKey) -> AppStore:
        """Return the line for a key, always the same one."""
        known = self._open.get(key.fingerprint)
        if known is None:
            known = AppStore(key, base_url=self._base_url, backoff=self._backoff)
            self._open[key.fingerprint] = known
        return known

    async def aclose(self) -> None:
        teams = list(self._open.values())
        self._open.clear()
        for team in teams:
            await team.aclose()
