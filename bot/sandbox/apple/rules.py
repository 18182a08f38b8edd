"""What is so at Apple today: the switches that a test or the demo turns."""

from dataclasses import dataclass
from typing import Literal

Spelling = Literal["kept", "upper", "lower"]


@dataclass(slots=True, kw_only=True)
class Rules:
    """
    The switches of one team.

    * agreements_missing: the Account Holder has not accepted the newest terms
    * is_enterprise: in-house profiles may be made
    * slots_per_family: so many phones, so many tablets, ... in a membership year
    * processing_seconds: so long a new device is PROCESSING, after the first *usable_at_once* of
      its platform; 0 for a membership of some age
    * spelling: the case in which UDIDs come back, whatever they were sent in
    * most_certificates: so many valid ones of each type
    """

    agreements_missing: bool = False
    is_enterprise: bool = False
    slots_per_family: int = 100
    processing_seconds: float = 0.0
    usable_at_once: int = 10
    spelling: Spelling = "kept"
    most_certificates: int = 3
