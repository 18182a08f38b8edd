"""People: permissions, roles, groups and testers."""

from bot.house import PeopleRoom
from bot.wiring.ground import Ground
from provisioning.people.audience import Audience
from provisioning.people.groups import Groups
from provisioning.people.join_links import JoinLinks
from provisioning.people.joining import Joining
from provisioning.people.people import People
from provisioning.people.permissions import Permissions
from provisioning.people.roles import Roles
from provisioning.people.testers import Testers
from provisioning.ports import Directory, Engine


def people_room(ground: Ground, directory: Directory, engine: Engine) -> PeopleRoom:
    database, own, admins = ground.database, ground.organization_id, ground.settings.admins
    permissions = Permissions(database, directory, organization_id=own, admins=admins)
    audience = Audience(database, directory, organization_id=own)
    people = People(directory)
    groups = Groups(database, permissions, directory, audience, engine, organization_id=own)
    links = JoinLinks(database, permissions, people, ground.key, organization_id=own)
    return PeopleRoom(
        people=people,
        permissions=permissions,
        roles=Roles(database, permissions, directory, organization_id=own, admins=admins),
        audience=audience,
        groups=groups,
        testers=Testers(database, organization_id=own),
        links=links,
        joining=Joining(
            database, permissions, links, groups, engine, ground.key, organization_id=own
        ),
    )
