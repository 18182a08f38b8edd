"""What may be served of a build: its own signature, and those of its variants."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from provisioning.installing.held_devices import HeldDevice
from provisioning.installing.reasons import Reason, reasons
from storage.inspection.facts import Facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """What may be served of a build: facts with one signature; `devices` are UDIDs in capitals."""

    facts: Facts
    devices: frozenset[str]
    reasons: tuple[Reason, ...]


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
    def is_ad_hoc(self) -> bool:
        """Whether it installs on the devices of a profile for testers."""
        return any(one.facts.signing.kind == "adhoc" for one in (self.own, *self.variants))

    def served(self, owned: Iterable[HeldDevice]) -> Edition:
        """Return what somebody with these devices is served, as `served_file.chosen` does."""
        udids = {device.udid.upper() for device in owned}
        return next((one for one in self.variants if not udids.isdisjoint(one.devices)), self.own)


def edition(facts: Facts, *, at: datetime) -> Edition:
    """Return what is served with these facts, at a moment."""
    return Edition(
        facts=facts,
        devices=frozenset(udid.upper() for udid in facts.signing.devices),
        reasons=reasons(facts, at=at),
    )
