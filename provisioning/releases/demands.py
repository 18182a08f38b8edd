"""Demands: what testers have to install by now, read for sets of them and of apps."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeAlias, TypeVar

from provisioning.releases.policy import (
    Demand,
    InstalledBuild,
    MandatoryTerms,
    OfferedRelease,
    mandatory,
)
from storage.catalog import apps, demanded
from storage.catalog.database import Session
from storage.catalog.demanded import BindingOffer, Reached, ReleaseOffer
from storage.records.destination import Destination

#: An app and a tester, by their ids.
Pair: TypeAlias = tuple[str, str]
#: What a destination says to somebody.
Aimed = TypeVar("Aimed", BindingOffer, Reached)


async def demands(
    session: Session, app_ids: Collection[str], tester_ids: Collection[str], *, at: datetime
) -> dict[Pair, Demand]:
    """
    Return by app and tester what each has to install; whom nothing binds is left out.

    Installed counts what somebody began to fetch: more is not known of a phone that tells nothing.
    """
    binding = await bound(session, app_ids, tester_ids)
    if not binding:
        return {}
    app_ids, tester_ids = {one.app_id for one in binding}, {one.tester_id for one in binding}
    wanted = _by_pair(await demanded.wanted(session, app_ids, tester_ids))
    begun = _by_pair(await demanded.begun(session, app_ids, tester_ids))
    platforms = await apps.platforms(session, app_ids)
    own: dict[Pair, list[BindingOffer]] = {}
    for one in binding:
        own.setdefault((one.app_id, one.tester_id), []).append(one)
    return {
        pair: mandatory(
            _installed(begun.get(pair)),
            [*_offered(bound_by, wanted.get(pair))],
            at,
            platform=platforms.get(pair[0], ""),
        )
        for pair, bound_by in own.items()
    }


def demand_for(found: Mapping[Pair, Demand], pair: Pair, release_id: str) -> Demand | None:
    """Return what somebody has to install if it is one release, also if they only will have to."""
    demand = found.get(pair)
    if demand is None or demand.terms is None or demand.newest is None:
        return None
    return demand if demand.newest.release_id == release_id else None


async def bound(
    session: Session, app_ids: Collection[str], tester_ids: Collection[str]
) -> list[BindingOffer]:
    """Return by which releases and terms testers are bound."""
    return await _those_inside(session, await demanded.binding(session, app_ids, tester_ids))


async def reached(session: Session, destination_ids: Collection[str]) -> list[Reached]:
    """Return the testers who have a release and whom some of its destinations are for."""
    return await _those_inside(session, await demanded.reached(session, destination_ids))


async def _those_inside(session: Session, found: list[Aimed]) -> list[Aimed]:
    """Leave out whoever is in a group neither by name nor, as Slack last told, by a user group."""
    unsure = {one.target_id for one in found if not one.reaches}
    inside: dict[str, set[str]] = {}
    for group_id, members in await demanded.told_members(session, unsure) if unsure else ():
        inside.setdefault(group_id, set()).update(members)
    return [one for one in found if one.reaches or one.slack_id in inside.get(one.target_id, ())]


def terms_of(row: Destination) -> MandatoryTerms | None:
    """Return the terms of a destination, None where it is not mandatory."""
    if row.mandatory_from is None:
        return None
    return MandatoryTerms(
        since=row.mandatory_from, grace=timedelta(seconds=row.grace), below=row.mandatory_below
    )


def terms_in(one: BindingOffer) -> MandatoryTerms:
    return MandatoryTerms(
        since=one.mandatory_from,
        grace=timedelta(seconds=one.grace),
        below=one.mandatory_below,
    )


def _offered(
    binding: Sequence[BindingOffer], wanted: ReleaseOffer | None
) -> Iterator[OfferedRelease]:
    """Yield what somebody is offered. What gave its place to an older release binds nobody."""
    if wanted is not None:
        yield _offer(wanted)
    for one in binding:
        is_open = wanted is not None and one.number <= wanted.number
        yield replace(_offer(one), terms=(terms_in(one),), is_open=is_open)


def _by_pair(found: Sequence[ReleaseOffer]) -> dict[Pair, ReleaseOffer]:
    return {(one.app_id, one.tester_id): one for one in found}


def _offer(one: ReleaseOffer | BindingOffer) -> OfferedRelease:
    return OfferedRelease(
        release_id=one.release_id,
        number=one.number,
        version=one.version or "",
        build=one.build or "",
    )


def _installed(one: ReleaseOffer | None) -> InstalledBuild | None:
    if one is None:
        return None
    return InstalledBuild(number=one.number, version=one.version or "", build=one.build or "")
