"""What is known of a release beside its build, for whoever is about to install it."""

from dataclasses import dataclass

from provisioning.releases.cards import version_of
from storage.catalog import builds, destinations, releases
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

    `newer` is the version of a newer release that they may install, empty without one. `alarms` are
    sentences about another key or team than signed the build before. `mandatory`: the release is by
    now, for them.
    """

    newer: str = ""
    alarms: tuple[str, ...] = ()
    mandatory: bool = False


async def circumstances(
    session: Session, release: Release, build: Build, tester_id: str
) -> Circumstances:
    """Return what is known beside the *build* of a release, for a tester who was given it."""
    newer = await releases.newer_given(session, release, tester_id)
    before = await builds.before(session, release)
    entitled = await destinations.entitling(session, release.id, tester_id)
    begins = [row.mandatory_from for row in entitled if row.mandatory_from is not None]
    return Circumstances(
        newer=version_of(*newer) if newer else "",
        alarms=_alarms(Facts(**before.facts), Facts(**build.facts)) if before else (),
        mandatory=any(moment <= now() for moment in begins),
    )


def _alarms(before: Facts, facts: Facts) -> tuple[str, ...]:
    changes = compare(before, facts)
    return tuple(one.sentence for one in changes if one.loud and one.kind in SIGNERS)
