"""Violations: what is wrong with a signed app, one line each."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What sort of thing is violated."""

    CONTAINER = "container"
    STREAM = "stream"
    MACHO = "macho"
    SIGNATURE = "signature"
    UNREADABLE = "unreadable"
    PAGE = "page"
    SLOT = "slot"
    CMS = "cms"
    TRUST = "trust"
    REQUIREMENT = "requirement"
    ENTITLEMENT = "entitlement"
    IDENTITY = "identity"
    PROFILE = "profile"
    DEVICE = "device"
    SEAL = "seal"
    COMPARISON = "comparison"


#: Those that mean damage: whoever signs over them hides that the app is not what was built.
DAMAGE = frozenset({Kind.STREAM, Kind.UNREADABLE, Kind.PAGE, Kind.SLOT, Kind.SEAL})


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """One thing that is wrong: its sort, the file or bundle, and a sentence."""

    kind: Kind
    where: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.where}: [{self.kind}] {self.sentence}"
