"""Roads: every one there is, on the rooms of a house."""

from bot.house import House
from provisioning.roads.every import every
from provisioning.roads.road import Road


def house_roads(house: House) -> tuple[Road, ...]:
    devices = house.devices
    return every(
        intake=house.intake,
        preparing=house.signing.preparing,
        carrying=house.distributing.carrying,
        covering=house.distributing.covering,
        taking_back=house.distributing.taking_back,
        settling=house.distributing.settling,
        edits=house.releases.edits,
        mandates=house.distributing.mandates,
        reminding=house.distributing.reminding,
        departures=house.leaving.departures,
        letting_go=house.leaving.letting_go,
        announcing=house.leaving.announcing,
        step_runs=house.distributing.step_runs,
        requests=house.distributing.approvals,
        pending=house.distributing.pending,
        rebuilds=house.distributing.rebuilds,
        nudging=house.following.nudging,
        troubles=house.following.troubles,
        joining=house.people.joining,
        registry=devices.registry,
        profiles=devices.profiles,
        waves=devices.waves,
        tellers=house.tellers,
    )
