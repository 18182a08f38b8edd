"""Installing: links and receipts, and the doors that phones come through."""

from datetime import timedelta

from bot.house import InstallRoom
from bot.wiring.ground import Ground
from provisioning.installing.grants import Grants
from provisioning.installing.installabilities import Installabilities
from provisioning.installing.receipts import Receipts

#: How long an install link works; a tester gets a fresh one with each release.
GRANT_LIFETIME = timedelta(days=90)


def install_room(ground: Ground) -> InstallRoom:
    return InstallRoom(
        grants=Grants(ground.database, ground.key, GRANT_LIFETIME),
        installabilities=Installabilities(ground.database),
        receipts=Receipts(ground.database),
    )
