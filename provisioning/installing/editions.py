"""What may be served of a build: its own signature, and those of its variants."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from provisioning.installing.held_devices import HeldDevice
from provisioning.installing.reasons import Reason, reasons
from storage.inspection.facts import Facts, Signing


class Edition:
    """
    What may be served of a build: its facts, with one signature.

    Everything is read when it is first asked for: of many variants somebody is served one.
    """

    def __init__(
        self, facts: Facts, *, at: datetime, signing: Mapping[str, Any] | None = None
    ) -> None:
        """*signing* is of a variant, as JSON knows it; without it the signature is the file's."""
        self._own = facts
        self._at = at
        self._signing = signing

    @cached_property
    def facts(self) -> Facts:
        if self._signing is None:
            return self._own
        return self._own.model_copy(update={"signing": Signing(**self._signing)})

    @cached_property
    def devices(self) -> frozenset[str]:
        """The UDIDs that it is signed for, in capitals."""
        udids = self._own.signing.devices if self._signing is None else self._signing.get("devices")
        return frozenset(map(str.upper, udids or ()))

    @cached_property
    def reasons(self) -> tuple[Reason, ...]:
        """Why nobody can install it."""
        return reasons(self.facts, at=self._at)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedBuild:
    """
    A build with all that it may be served as.

    `variants` are ready ones, the last one wanted first. `hindrance` is why it cannot be signed for
    more devices here, empty when it can; `is_prepared` says that a wave will sign it.
    """

    own: Edition
    variants: tuple[Edition, ...] = ()
    hindrance: str = ""
    is_prepared: bool = False

    @property
    def is_alike_for_all(self) -> bool:
        """Whether no device makes a difference to who can install it."""
        facts = self.own.facts
        return not self.variants and bool(
            self.own.reasons or facts.kind == "link" or facts.platform != "ios"
        )

    @property
    def is_ad_hoc(self) -> bool:
        """Whether it installs on the devices of a profile for testers."""
        return any(one.facts.signing.kind == "adhoc" for one in (self.own, *self.variants))

    def served(self, owned: Iterable[HeldDevice]) -> Edition:
        """Return what somebody with these devices is served, as `served_file.chosen` does."""
        udids = {device.udid.upper() for device in owned}
        if not udids:
            return self.own
        return next((one for one in self.variants if not udids.isdisjoint(one.devices)), self.own)


def edition(facts: Facts, *, at: datetime) -> Edition:
    """Return what is served with these facts, at a moment."""
    return Edition(facts, at=at)
