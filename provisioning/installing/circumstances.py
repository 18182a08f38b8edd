"""What is known of a release beside its build, for whoever is about to install it."""

from dataclasses import dataclass

from provisioning.releases.cards import version_of
from provisioning.releases.demands import demands
from provisioning.releases.policy import Demand
from storage.catalog import apps, builds, destinations, releases, tracks
from storage.catalog.database import Session
from storage.inspection.diff import ChangeKind, compare
from storage.inspection.facts import Facts
from storage.records.base import now
from storage.records.build import Build
from storage.records.release import Release

#: Changes that keep a build from being installed over the one before it.
SIGNERS: frozenset[ChangeKind] = frozenset({"signer", "team"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """
    What a person should know who follows a link.

    `newer` is the version of the release that they are to have, empty when it is this one, by its
    `newer_id`; where they `went_back` it is an older one. `alarms` are sentences about another key
    or team than signed the build before. `demand` is what they have to install, or will have to:
    this release or a newer one; None where nothing binds them. `notes` are those that they read,
    None for the release's own. `beside` are other apps of the same program that they have: one at a
    time is on a phone.
    """

    newer: str = ""
    newer_id: str = ""
    went_back: bool = False
    notes: str | None = None
    beside: tuple[str, ...] = ()
    alarms: tuple[str, ...] = ()
    demand: Demand | None = None


async def circumstances(
    session: Session, release: Release, build: Build, tester_id: str
) -> Circumstances:
    """Return what is known beside the *build* of a release, for a tester who was given it."""
    wanted = await releases.newest_of_tester(session, release.app_id, tester_id)
    other = wanted if wanted is not None and wanted[0].id != release.id else None
    before = await builds.before(session, release)
    entitled = await destinations.entitling(session, release.id, tester_id)
    demanded = await demands(session, [release.app_id], [tester_id], at=now())
    demand = demanded.get((release.app_id, tester_id))
    return Circumstances(
        newer=version_of(other[1].version, other[1].build) if other else "",
        newer_id=other[0].id if other else "",
        went_back=other is not None and other[0].number < release.number,
        notes=next((row.notes for row in reversed(entitled) if row.notes is not None), None),
        beside=tuple(
            await tracks.beside(session, await apps.get(session, release.app_id), tester_id)
        ),
        alarms=_alarms(Facts(**before.facts), Facts(**build.facts))
        if before and build.link is None
        else (),
        demand=demand if demand is not None and demand.terms is not None else None,
    )


def _alarms(before: Facts, facts: Facts) -> tuple[str, ...]:
    changes = compare(before, facts)
    return tuple(one.sentence for one in changes if one.loud and one.kind in SIGNERS)
