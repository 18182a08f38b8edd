"""An order: what somebody asks for when they distribute, and what it would do."""

from dataclasses import dataclass

from provisioning.actors import Actor, Identity
from provisioning.installing.readiness import NOT_COUNTED, Readiness


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """
    What somebody asks for: a release for groups and single people.

    `key` is the same for each try of the same click. `revision` is of the release as the person saw
    it, None where it does not matter. `notes` replace the release's own unless None. With `waits`
    nobody is told before it is signed for the phones that it can be signed for now.
    """

    key: str
    release_id: str
    by: Actor
    group_ids: tuple[str, ...] = ()
    people: tuple[Identity, ...] = ()
    revision: int | None = None
    notes: str | None = None
    mandatory: bool = False
    notify: bool = True
    waits: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """
    What an order would do.

    `people` are those who would newly hear of the release: who was never told, and who could not
    be. `already` have it. `groups` are names. Of `people`, `unsigned` have a phone that it can be
    signed for now and is not yet, and `coming` one that Apple or a person has not decided about.
    `readiness` counts how many of `people` can install it now, and what the others wait for.
    """

    people: int
    groups: tuple[str, ...]
    already: int = 0
    unsigned: int = 0
    coming: int = 0
    shortfall: str = ""
    readiness: Readiness = NOT_COUNTED
