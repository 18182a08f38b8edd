"""Installing: links and receipts, and the doors that phones come through."""

from datetime import timedelta

from bot.house import InstallRoom, PeopleRoom
from bot.wiring.ground import Ground
from provisioning.installing.grants import Grants
from provisioning.installing.installabilities import Installabilities
from provisioning.installing.my_builds import MyBuilds
from provisioning.installing.personal_pages import PersonalPages
from provisioning.installing.receipts import Receipts
from provisioning.releases.lists import Lists

#: How long an install link works; a tester gets a fresh one with each release.
GRANT_LIFETIME = timedelta(days=90)


def install_room(ground: Ground, people: PeopleRoom) -> InstallRoom:
    database, own = ground.database, ground.organization_id
    installabilities = Installabilities(database)
    return InstallRoom(
        grants=Grants(database, ground.key, GRANT_LIFETIME),
        installabilities=installabilities,
        receipts=Receipts(database),
        pages=PersonalPages(database, people.permissions, ground.key, organization_id=own),
        builds=MyBuilds(database, Lists(database, organization_id=own), installabilities),
    )
