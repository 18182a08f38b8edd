"""Releases: apps, drafts, and how they are read."""

from bot.house import ReleaseRoom
from bot.wiring.ground import Ground
from provisioning.people.permissions import Permissions
from provisioning.releases.apps import Apps
from provisioning.releases.drafts import Drafts
from provisioning.releases.editing import NoteEditing
from provisioning.releases.history import Chronicle
from provisioning.releases.lists import Lists
from provisioning.releases.reading import Cards
from provisioning.releases.recalled import RecallCards
from provisioning.releases.tracks import Tracks
from provisioning.releases.verification import DeveloperVerification


def release_room(ground: Ground, permissions: Permissions) -> ReleaseRoom:
    database, own = ground.database, ground.organization_id
    return ReleaseRoom(
        apps=Apps(database, permissions, organization_id=own),
        tracks=Tracks(database, permissions, organization_id=own),
        verification=DeveloperVerification(database, permissions, organization_id=own),
        drafts=Drafts(database, permissions, organization_id=own),
        cards=Cards(database, organization_id=own),
        recalled=RecallCards(database),
        lists=Lists(database, organization_id=own),
        history=Chronicle(database, permissions, organization_id=own),
        editing=NoteEditing(database, permissions, ground.key, organization_id=own),
    )
