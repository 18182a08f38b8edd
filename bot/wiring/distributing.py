"""Distributing: orders, and the steps that carry them out."""

from bot.house import DeviceRoom, DistributeRoom, InstallRoom, PeopleRoom
from bot.links import Links
from bot.outgoing.guarded import GuardedClient
from bot.outgoing.rebuild_webhook import RebuildWebhook
from bot.settings import Settings
from bot.wiring.ground import Ground
from provisioning.distributing.carrying import Carrying
from provisioning.distributing.covering import Covering
from provisioning.distributing.distributions import Distributions
from provisioning.distributing.earlier import EarlierReleases
from provisioning.distributing.mandates import Mandates
from provisioning.distributing.rebuilds import Rebuilds
from provisioning.distributing.recall import Recalls
from provisioning.distributing.reminding import Reminding
from provisioning.distributing.settling import Settling
from provisioning.distributing.step_runs import StepRuns
from provisioning.distributing.taking_back import TakingBack
from provisioning.ports import Engine, RebuildCaller
from provisioning.releases.lists import Lists
from provisioning.telling.tellers import Tellers


def rebuild_caller(settings: Settings, links: Links) -> RebuildCaller | None:
    """Return how the CI is asked for a new build, None where nobody set that up."""
    secret = settings.rebuild_webhook_secret
    if not settings.rebuild_webhook_url or secret is None:
        return None
    client = GuardedClient(near=links.loopback)
    return RebuildWebhook(client, settings.rebuild_webhook_url, secret.get_secret_value())


def distribute_room(
    ground: Ground,
    people: PeopleRoom,
    devices: DeviceRoom,
    installing: InstallRoom,
    tellers: Tellers,
    engine: Engine,
) -> DistributeRoom:
    database, own = ground.database, ground.organization_id
    caller = rebuild_caller(ground.settings, ground.links)
    rebuilds = Rebuilds(database, people.permissions, engine, caller, organization_id=own)
    distributions = Distributions(
        database,
        people.permissions,
        people.people,
        people.audience,
        installing.installabilities,
        engine,
        organization_id=own,
    )
    return DistributeRoom(
        distributions=distributions,
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
    )
