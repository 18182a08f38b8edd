"""Turning points: the moments of a mandatory release, written down to come due by themselves."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from provisioning.releases.demands import terms_of
from provisioning.releases.policy import GRACE, MandatoryTerms, turning_points
from storage.catalog import milestones
from storage.catalog.database import Session
from storage.records.destination import Destination
from storage.records.mandate import MilestoneKind


def kind_of(terms: MandatoryTerms, moment: datetime) -> MilestoneKind:
    """Return what is to be done at a turning point."""
    if moment == terms.since:
        return MilestoneKind.START
    return MilestoneKind.CLOSING if moment == terms.closes else MilestoneKind.COUNT


async def plan_moments(
    session: Session, rows: Sequence[Destination], *, at: datetime, begun: bool = False
) -> None:
    """
    Write down the moments of destinations of one release, as their terms are.

    What only changes words is left out once it has passed, since whoever sets terms draws them. So
    is the beginning where it has *begun* by a message of its own.
    """
    moments = {
        (kind_of(terms, moment), moment)
        for terms in filter(None, map(terms_of, rows))
        for moment in turning_points(terms)
    }
    wanted = {
        (kind, moment)
        for kind, moment in moments
        if (moment > at or kind is not MilestoneKind.COUNT)
        and not (begun and kind is MilestoneKind.START)
    }
    if rows and wanted:
        await milestones.plan(session, rows[0].release_id, wanted)


async def demand_at_once(session: Session, rows: Sequence[Destination], *, at: datetime) -> None:
    """
    Make what is being distributed mandatory, with the usual grace, where it is not yet.

    Whoever is told of it reads so; nobody has to be reminded of what they hear for the first time.
    """
    fresh = [row for row in rows if row.mandatory_from is None]
    for row in fresh:
        row.mandatory_from, row.grace = at, int(GRACE / timedelta(seconds=1))
        row.mandatory_below = ""
    session.add_all(fresh)
    await plan_moments(session, fresh, at=at, begun=True)
