"""Halves: the releases of one version for the other platforms of a product, to be ordered."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from provisioning.errors import NotNow
from provisioning.releases.cards import version_of
from storage.catalog.products import Sibling
from storage.inspection.facts import system_of
from storage.records.release import ReleaseState

#: A half that stands so is here: it may go out, if nobody disabled it.
HERE: Final = frozenset({ReleaseState.DRAFT, ReleaseState.LIVE})

DISABLED: Final = "{label} is disabled. Enable it and ask again, or send the other one alone."
UNPAIRED: Final = (
    "The apps are not one product any more. Pair them and ask again, or send each by itself."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Halves:
    """
    What is to go out beside a release: which is `here`, and which is `missing`.

    `strangers` are apps that are no part of the product, or not any more, by id.
    """

    here: tuple[Sibling, ...]
    missing: tuple[Sibling, ...]
    strangers: frozenset[str] = frozenset()

    @property
    def release_ids(self) -> tuple[str, ...]:
        """The releases that are here."""
        return tuple(one.release_id for one in self.here if one.release_id is not None)


def halves_among(found: Sequence[Sibling], app_ids: Collection[str]) -> Halves:
    """Return how those of some siblings stand that belong to *app_ids*."""
    own = [one for one in found if one.app_id in app_ids]
    return Halves(
        here=tuple(one for one in own if is_here(one)),
        missing=tuple(one for one in own if not is_here(one)),
        strangers=frozenset(app_ids) - {one.app_id for one in own},
    )


def is_here(one: Sibling) -> bool:
    """Return whether a sibling has a release that could be sent."""
    return one.release_id is not None and one.state in HERE


def platform_of(one: Sibling) -> str:
    """Return what people call the platform of a sibling."""
    return system_of(one.platform, ())


def refuse_hindered(halves: Halves) -> None:
    """Raise NotNow where a half goes to nobody, or is no half of the product's any more."""
    if halves.strangers:
        raise NotNow(UNPAIRED, code="unpaired")
    for one in halves.here:
        if not one.enabled:
            label = f"{platform_of(one)} {version_of(one.version, one.build)}"
            raise NotNow(DISABLED.format(label=label), code="disabled")
