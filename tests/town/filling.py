"""Fills a database, and says whom and what to ask about."""

import random
from collections.abc import Sequence
from datetime import timedelta

from storage.catalog.search import folded
from storage.records.approval import ApprovalDecision, ApprovalKind, ApprovalRequest
from storage.records.base import now
from storage.records.organization import Organization
from storage.records.pending_order import PendingOrder
from tests.town.apple import register
from tests.town.loading import Loader, loading
from tests.town.people import CROWD, MANAGER, TESTER, People, settle
from tests.town.reach import Reach, Sent, newest_first, portions
from tests.town.size import Size
from tests.town.town import Town
from tests.town.works import AppWork, Work, build_up, new_id

SEED = 7
#: The tester who is looked at has the newest release of so many apps.
GIVEN = 40
#: The place of a tester who was told of both releases that are looked at.
OTHER = 4


def fill(database_url: str, size: Size) -> Town:
    """Fill the empty tables of *database_url* with a town, the same for the same size."""
    rng = random.Random(SEED)  # noqa: S311 - a town need not be secret
    organization_id = new_id(rng)
    with loading(database_url) as load:
        load.add(Organization, id=organization_id, name="main")
        people = settle(load, rng, size, organization_id)
        apps = build_up(load, rng, size, people, organization_id)
        reach = Reach(load=load, rng=rng, people=people)
        for app in apps:
            for work in app.works:
                reach.show(work)
        everywhere = _newest_live(apps[1])
        sent = _send_the_one(reach, _newest_live(apps[0]), size)
        reach.send(everywhere, people.testers, group_ids=people.groups[1:2], by=None)
        _send_others(reach, size, apps, done={sent[0].work.release_id, everywhere.release_id})
        register(load, rng, people, apps, organization_id)
        for app in apps:
            _ask(load, rng, people, app, organization_id)
        _wait(load, people, apps, organization_id)
    return _town(organization_id, people, apps, sent, everywhere)


def _ask(
    load: Loader, rng: random.Random, people: People, app: AppWork, organization_id: str
) -> None:
    """Let a release of an app wait for an approval, to which somebody said yes."""
    request_id, by = new_id(rng), f"person:slack:{MANAGER}"
    load.add(
        ApprovalRequest,
        id=request_id,
        organization_id=organization_id,
        key=f"request:{request_id}",
        kind=ApprovalKind.ORDER,
        release_id=app.works[-2].release_id,
        requested_by=by,
        wish={"groups": list(people.groups[1:3])},
    )
    load.add(ApprovalDecision, request_id=request_id, by=by, approves=True)


def _wait(
    load: Loader,
    people: People,
    apps: Sequence[AppWork],
    organization_id: str,
) -> None:
    """Let the newest releases of an app wait for the other one of its product: one for each app."""
    for count, work in enumerate(apps[0].works[-len(apps) :]):
        load.add(
            PendingOrder,
            id=f"{count:032}",
            organization_id=organization_id,
            key=f"pending:{count}",
            release_id=work.release_id,
            version=work.version,
            sought=folded(work.version),
            app_ids=[apps[1].app_id],
            platforms=["Android"],
            requested_by=f"person:slack:{MANAGER}",
            wish={"groups": list(people.groups[1:3])},
            due_at=now() + timedelta(days=7),
        )


def _newest_live(app: AppWork) -> Work:
    return app.works[-2]


def _send_the_one(reach: Reach, work: Work, size: Size) -> tuple[Sent, Sent]:
    """Send the release that is looked at: to a crowd, and to a few more."""
    testers = reach.people.testers[: size.crowd]
    half = len(testers) // 2
    first = reach.send(work, testers[:half], group_ids=reach.people.groups[1:4], by=None)
    second = reach.send(work, testers[half:], group_ids=reach.people.groups[4:6], by=None)
    return first, second


def _send_others(reach: Reach, size: Size, apps: Sequence[AppWork], *, done: set[str]) -> None:
    share = portions(size, apps)
    given = 0
    for _, work, by in newest_first(apps):
        if work.release_id in done:
            continue
        count = min(share[work.release_id], size.testers - 1)
        testers = reach.rng.sample(reach.people.testers[1:], count)
        if by is None and given < GIVEN:
            testers.append(reach.people.testers[0])
            given += 1
        group_ids = reach.rng.sample(reach.people.groups, reach.rng.choice((1, 1, 2)))
        reach.send(work, testers, group_ids=group_ids, by=by)


def _town(
    organization_id: str,
    people: People,
    apps: Sequence[AppWork],
    sent: tuple[Sent, Sent],
    everywhere: Work,
) -> Town:
    one = sent[0].work
    builds = [work.build_id * 2 for app in apps for work in app.works]
    return Town(
        organization_id=organization_id,
        manager=MANAGER,
        tester=TESTER,
        app=apps[0].name,
        app_id=apps[0].app_id,
        bundle_id=apps[0].bundle_id,
        version=one.version,
        old_version=f"Quay {apps[1].works[0].version}",
        release_id=one.release_id,
        draft_id=apps[0].works[-1].release_id,
        everywhere_id=everywhere.release_id,
        upload_id=one.upload_id,
        distribution_id=sent[0].distribution_id,
        recipient_id=sent[0].recipient_ids[0],
        recipient_ids=tuple(sent[0].recipient_ids[:20]),
        tester_id=people.testers[0],
        other_id=people.testers[OTHER],
        grant_id=sent[0].grant_ids[people.testers[OTHER]],
        destination_id=sent[0].destination_ids[0],
        build_id=one.build_id,
        crowd_id=people.groups[0],
        usergroup_id=CROWD,
        group_ids=people.groups[1:6],
        icon=apps[0].app_id * 2,
        channel_id=one.channel_id,
        digests=tuple(builds[:250] + [digest[::-1] for digest in builds[:250]]),
    )
