"""Names what answers behind `groups approval`."""

from bot.house import House
from bot.slack.features.groups.approving.deeds import GroupApproving


def approving(house: House) -> GroupApproving:
    """Return what shows and changes whose approval groups need."""
    return GroupApproving(
        groups=house.people.groups,
        policies=house.distributing.approval_policies,
        permissions=house.people.permissions,
    )
