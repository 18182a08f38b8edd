"""Whether a device needs somebody's yes before it takes a place at Apple."""

from dataclasses import dataclass
from enum import StrEnum

from provisioning.devices.families import PLACES, family_name


class Need(StrEnum):
    """Who has to say yes."""

    NOBODY = "nobody"
    MANAGER = "manager"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What is decided beforehand: devices a person, and places kept for admins to give."""

    per_person: int
    reserve: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """
    A device that would take a place.

    `owned` counts the owner's other devices there; `used` the places taken and being taken in its
    family. `placed`: Apple's list has it, so that it takes none. `ruled`: a rule covers its owner.
    """

    family: str
    owned: int
    used: int
    placed: bool
    ruled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Who has to say yes, and why it is not less; `full` when nobody can, until the renewal."""

    need: Need
    why: str = ""
    full: bool = False


def decide(request: Request, limits: Limits) -> Decision:
    """Judge one request. What takes no place needs nobody's yes."""
    if request.placed:
        return Decision(need=Need.NOBODY)
    name, free = family_name(request.family), max(0, PLACES - request.used)
    if free == 0:
        why = f"All {PLACES} places for the {name} are taken until the membership is renewed."
        return Decision(need=Need.ADMIN, why=why, full=True)
    if free <= limits.reserve:
        left = "1 place is" if free == 1 else f"{free} places are"
        why = f"Only {left} left for the {name}, so an admin has to approve it."
        return Decision(need=Need.ADMIN, why=why)
    if request.owned >= limits.per_person:
        why = (
            f"Its owner has {request.owned} devices already, and {limits.per_person} is the limit, "
            "so an admin has to approve it."
        )
        return Decision(need=Need.ADMIN, why=why)
    return Decision(need=Need.NOBODY if request.ruled else Need.MANAGER)
