"""How many of some people can install a build now, and what the others wait for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from provisioning.installing.editions import SignedBuild
from provisioning.installing.installability import dotted, numbers
from provisioning.installing.verdict import VerdictCode


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """
    The verdicts about one build, counted in people.

    `is_ad_hoc`: it installs on registered devices only, so that the count says something. `needed`
    is the oldest system it runs on, such as `iOS 16`; empty where it does not say. `is_elsewhere`:
    nobody has seen the file.
    """

    counts: Mapping[VerdictCode, int] = field(default_factory=dict)
    is_ad_hoc: bool = False
    needed: str = ""
    is_elsewhere: bool = False

    @property
    def people(self) -> int:
        return sum(self.counts.values())

    @property
    def ready(self) -> int:
        """How many are known to be able to install it."""
        return self.counts.get(VerdictCode.READY, 0)

    @property
    def sentence(self) -> str:
        """
        The count in words, such as `18 of 23 can install now; 3 are being prepared`.

        Empty for a build that is not ad hoc, and when it would say no more than the reasons do.
        """
        if self.is_elsewhere:
            return UNJUDGED
        if not self.is_ad_hoc or not self.counts.keys() - _SAYING_NOTHING:
            return ""
        return f"{'; '.join([f'{self.ready} of {self.people} can install now', *self._others()])}."

    def _others(self) -> Iterable[str]:
        for codes, one, several in _WAITING:
            count = sum(self.counts.get(code, 0) for code in codes)
            if count:
                words = one if count == 1 else several
                yield f"{count} {words.format(needed=self.needed)}"


UNJUDGED: Final = "It lies elsewhere, so that nobody can be told whether it installs for them."
#: Said of what nobody asked about.
NOT_COUNTED: Final = Readiness()


def readiness(build: SignedBuild, counts: Mapping[VerdictCode, int]) -> Readiness:
    """Say of a build how many have which verdict."""
    facts = build.own.facts
    needed = numbers(facts.min_os)
    return Readiness(
        counts=counts,
        is_ad_hoc=build.is_ad_hoc,
        needed=f"{facts.system} {dotted(needed)}" if needed else "",
        is_elsewhere=facts.kind == "link",
    )


#: Where everybody has one of these, nothing is known of anybody's device, or the reasons say it.
_SAYING_NOTHING: Final = frozenset({VerdictCode.UNKNOWN, VerdictCode.EXPIRED, VerdictCode.NOBODY})

#: What is said of those who cannot, of one and of several, those first who need do nothing.
_WAITING: Final = (
    (
        (VerdictCode.PREPARING, VerdictCode.REGISTERING),
        "is being prepared",
        "are being prepared",
    ),
    ((VerdictCode.AT_APPLE,), "waits for Apple", "wait for Apple"),
    ((VerdictCode.AWAITING_APPROVAL,), "waits for approval", "wait for approval"),
    (
        (VerdictCode.UNSIGNED,),
        "has a device it is not signed for yet",
        "have a device it is not signed for yet",
    ),
    (
        (VerdictCode.UNREGISTERED,),
        "has a device that is not registered yet",
        "have a device that is not registered yet",
    ),
    (
        (VerdictCode.INELIGIBLE,),
        "has a device that Apple does not accept for now",
        "have a device that Apple does not accept for now",
    ),
    ((VerdictCode.OLD_SYSTEM,), "needs {needed}", "need {needed}"),
    (
        (VerdictCode.DISABLED,),
        "has a disabled device",
        "have a disabled device",
    ),
    (
        (VerdictCode.REFUSED,),
        "has a device that was refused",
        "have a device that was refused",
    ),
    (
        (VerdictCode.NOT_FOR_THIS_BUILD,),
        "needs a new build",
        "need a new build",
    ),
    ((VerdictCode.WRONG_FAMILY,), "has no iPad", "have no iPad"),
    (
        (VerdictCode.NO_DEVICE, VerdictCode.UNKNOWN),
        "has no device here",
        "have no device here",
    ),
    (
        (VerdictCode.EXPIRED, VerdictCode.NOBODY),
        "has a build that no device takes",
        "have a build that no device takes",
    ),
)
