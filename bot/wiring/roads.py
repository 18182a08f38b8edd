"""Roads: every one there is, through the rooms of a house."""

from bot.house import House
from provisioning.roads.every import every
from provisioning.roads.road import Road


def make_roads(house: House) -> tuple[Road, ...]:
    return every(
        intake=house.intake,
        preparing=house.signing.preparing,
        carrying=house.distributing.carrying,
        tellers=house.tellers,
    )
