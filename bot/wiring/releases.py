"""Releases: apps, drafts, and how they are read."""

from bot.house import PeopleRoom, ReleaseRoom
from bot.wiring.ground import Ground
from provisioning.ports import Engine
from provisioning.releases.apps import Apps
from provisioning.releases.availability import Availability
from provisioning.releases.drafts import Drafts
from provisioning.releases.editing import NoteEditing
from provisioning.releases.edits import ReleaseEdits
from provisioning.releases.history import Chronicle
from provisioning.releases.lists import Lists
from provisioning.releases.mandated import MandateCards
from provisioning.releases.products import Products
from provisioning.releases.reading import Cards
from provisioning.releases.recalled import RecallCards
from provisioning.releases.rewording import Rewording
from provisioning.releases.tagging import Tagging
from provisioning.releases.tracks import Tracks
from provisioning.releases.verification import DeveloperVerification


def release_room(ground: Ground, people: PeopleRoom, engine: Engine) -> ReleaseRoom:
    database, own, permissions = ground.database, ground.organization_id, people.permissions
    return ReleaseRoom(
        apps=Apps(database, permissions, organization_id=own),
        tracks=Tracks(database, permissions, organization_id=own),
        products=Products(database, permissions, organization_id=own),
        verification=DeveloperVerification(database, permissions, organization_id=own),
        drafts=Drafts(database, permissions, organization_id=own),
        cards=Cards(database, organization_id=own),
        recalled=RecallCards(database),
        mandated=MandateCards(database),
        lists=Lists(database, organization_id=own),
        history=Chronicle(database, permissions, organization_id=own),
        editing=NoteEditing(database, permissions, engine, ground.key, organization_id=own),
        rewording=Rewording(database, permissions, people.people, engine, organization_id=own),
        tagging=Tagging(database, permissions, engine, organization_id=own),
        availability=Availability(
            database, permissions, people.people, engine, organization_id=own
        ),
        edits=ReleaseEdits(database),
    )
