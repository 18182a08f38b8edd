"""The one tuple of all roads; nobody else keeps a list."""

from provisioning.devices.profiles import Profiles
from provisioning.devices.registry import Registry
from provisioning.devices.waves import Waves
from provisioning.distributing.carrying import Carrying
from provisioning.intake.intake import Intake
from provisioning.intake.preparing import Preparing
from provisioning.roads.distribute import Distribute
from provisioning.roads.provision import Provision
from provisioning.roads.register import Register
from provisioning.roads.road import Road
from provisioning.roads.show_place import ShowPlace
from provisioning.roads.take_in import TakeIn
from provisioning.telling.tellers import Tellers


def every(
    *,
    intake: Intake,
    preparing: Preparing,
    carrying: Carrying,
    registry: Registry,
    profiles: Profiles,
    waves: Waves,
    tellers: Tellers,
) -> tuple[Road, ...]:
    """Return every road there is."""
    return (
        TakeIn(intake, preparing, tellers).road(),
        ShowPlace(intake, tellers).road(),
        Distribute(carrying, tellers).road(),
        Register(registry, waves.want_for, tellers).road(),
        Provision(waves, profiles, tellers).road(),
    )
