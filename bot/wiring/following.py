"""Following: who has what went out, who is reminded, and who cannot install it."""

from bot.house import FollowRoom, InstallRoom, PeopleRoom
from bot.wiring.ground import Ground
from provisioning.following.holders import Holders
from provisioning.following.mutes import Mutes
from provisioning.following.nudge_cards import NudgeCards
from provisioning.following.nudges import Nudges
from provisioning.following.nudging import Nudging
from provisioning.following.tallying import Tallying
from provisioning.following.troubles import Troubles
from provisioning.ports import Engine
from provisioning.telling.tellers import Tellers


def follow_room(
    ground: Ground,
    people: PeopleRoom,
    installing: InstallRoom,
    tellers: Tellers,
    engine: Engine,
) -> FollowRoom:
    database, own = ground.database, ground.organization_id
    permissions, able = people.permissions, installing.installabilities
    holders = Holders(database, permissions, people.audience, able)
    return FollowRoom(
        holders=holders,
        nudges=Nudges(
            database,
            permissions,
            people.people,
            holders,
            tellers,
            engine,
            organization_id=own,
        ),
        nudging=Nudging(database),
        nudge_cards=NudgeCards(database),
        mutes=Mutes(database, permissions, people.audience, organization_id=own),
        troubles=Troubles(database, permissions, able, engine, organization_id=own),
        tallying=Tallying(database, tellers),
    )
