"""Distributing: orders, and the steps that carry them out."""

from dataclasses import dataclass

from bot.house import DeviceRoom, DistributeRoom, InstallRoom, PeopleRoom, ReleaseRoom
from bot.links import Links
from bot.outgoing.guarded import GuardedClient
from bot.outgoing.rebuild_webhook import RebuildWebhook
from bot.settings import Settings
from bot.wiring.ground import Ground
from provisioning.distributing.approval_cards import ApprovalCards
from provisioning.distributing.approval_policies import ApprovalPolicies
from provisioning.distributing.approvers import Approvers
from provisioning.distributing.carrying import Carrying
from provisioning.distributing.covering import Covering
from provisioning.distributing.distributions import Distributions
from provisioning.distributing.earlier import EarlierReleases
from provisioning.distributing.joint_orders import JointOrders
from provisioning.distributing.mandates import Mandates
from provisioning.distributing.pending_cards import PendingCards
from provisioning.distributing.pending_orders import PendingOrders
from provisioning.distributing.rebuilds import Rebuilds
from provisioning.distributing.recall import Recalls
from provisioning.distributing.release_approvals import ReleaseApprovals
from provisioning.distributing.reminding import Reminding
from provisioning.distributing.settling import Settling
from provisioning.distributing.step_runs import StepRuns
from provisioning.distributing.taking_back import TakingBack
from provisioning.ports import Directory, Engine, RebuildCaller
from provisioning.releases.lists import Lists
from provisioning.telling.tellers import Tellers


def rebuild_caller(settings: Settings, links: Links) -> RebuildCaller | None:
    """Return how the CI is asked for a new build, None where nobody set that up."""
    secret = settings.rebuild_webhook_secret
    if not settings.rebuild_webhook_url or secret is None:
        return None
    client = GuardedClient(near=links.loopback)
    return RebuildWebhook(client, settings.rebuild_webhook_url, secret.get_secret_value())


@dataclass(frozen=True, slots=True, kw_only=True)
class Rooms:
    """The rooms that distributing stands on."""

    people: PeopleRoom
    releases: ReleaseRoom
    devices: DeviceRoom
    installing: InstallRoom


def distribute_room(
    ground: Ground, rooms: Rooms, directory: Directory, tellers: Tellers, engine: Engine
) -> DistributeRoom:
    database, own = ground.database, ground.organization_id
    people, devices = rooms.people, rooms.devices
    distributions = Distributions(
        database,
        people.permissions,
        people.people,
        people.audience,
        rooms.installing.installabilities,
        engine,
        organization_id=own,
    )
    approvers = Approvers(people.permissions, directory)
    approvals = ReleaseApprovals(
        database,
        people.permissions,
        people.people,
        approvers,
        distributions,
        engine,
        organization_id=own,
    )
    caller = rebuild_caller(ground.settings, ground.links)
    rebuilds = Rebuilds(database, people.permissions, engine, caller, organization_id=own)
    return DistributeRoom(
        distributions=distributions,
        joint=JointOrders(database, people.permissions, people.people, distributions, engine),
        pending=PendingOrders(database, people.people, distributions, engine, organization_id=own),
        pending_cards=PendingCards(database, rooms.releases.cards),
        carrying=Carrying(database, people.audience, tellers),
        covering=Covering(
            database, devices.approvals, devices.waves, rebuilds, engine, organization_id=own
        ),
        rebuilds=rebuilds,
        earlier=EarlierReleases(database),
        recalls=Recalls(
            database,
            people.permissions,
            people.people,
            people.audience,
            engine,
            organization_id=own,
        ),
        taking_back=TakingBack(database, tellers),
        mandates=Mandates(database, people.permissions, people.people, engine, organization_id=own),
        reminding=Reminding(database, tellers),
        settling=Settling(database, people.audience, engine, organization_id=own),
        step_runs=StepRuns(
            database,
            people.permissions,
            people.people,
            people.groups,
            Lists(database, organization_id=own),
            distributions,
            engine,
            organization_id=own,
        ),
        approvals=approvals,
        approval_policies=ApprovalPolicies(
            database, people.permissions, directory, approvals, organization_id=own
        ),
        approval_cards=ApprovalCards(
            database,
            people.permissions,
            rooms.releases.cards,
            approvals,
            distributions,
            approvers,
            organization_id=own,
        ),
    )
