"""Leaving: what is taken from those who leave, and given back."""

from bot.house import LeaveRoom, PeopleRoom
from bot.wiring.ground import Ground
from provisioning.leaving.announcing import Announcing
from provisioning.leaving.departures import Departures
from provisioning.leaving.letting_go import LettingGo
from provisioning.leaving.restoring import Restoring
from provisioning.ports import Directory, Engine


def leave_room(
    ground: Ground, people: PeopleRoom, directory: Directory, engine: Engine
) -> LeaveRoom:
    database, own, admins = ground.database, ground.organization_id, ground.settings.admins
    permissions = people.permissions
    return LeaveRoom(
        departures=Departures(database, permissions, directory, engine, organization_id=own),
        letting_go=LettingGo(database, engine, organization_id=own, admins=admins),
        restoring=Restoring(database, permissions, people.people, engine, organization_id=own),
        announcing=Announcing(database, engine, organization_id=own),
    )
