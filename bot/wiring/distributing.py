"""Distributing: orders, and the steps that carry them out."""

from bot.house import DistributeRoom, InstallRoom, PeopleRoom
from bot.wiring.ground import Ground
from provisioning.distributing.carrying import Carrying
from provisioning.distributing.distributions import Distributions
from provisioning.distributing.recall import Recalls
from provisioning.ports import Engine
from provisioning.telling.tellers import Tellers


def distribute_room(
    ground: Ground,
    people: PeopleRoom,
    installing: InstallRoom,
    tellers: Tellers,
    engine: Engine,
) -> DistributeRoom:
    own = ground.organization_id
    return DistributeRoom(
        distributions=Distributions(
            ground.database,
            people.permissions,
            people.people,
            people.audience,
            installing.installabilities,
            engine,
            organization_id=own,
        ),
        carrying=Carrying(ground.database, people.audience, tellers),
        recalls=Recalls(ground.database, people.permissions, organization_id=own),
    )
