"""Intake: where builds come from, and who reads them."""

from bot.house import PeopleRoom
from bot.wiring.ground import Ground
from provisioning.intake.admission import Admission
from provisioning.intake.fetching import Fetching
from provisioning.intake.intake import Inspector, Intake, IntakeParts
from provisioning.intake.linking import Linking
from provisioning.ports import Engine, Source
from provisioning.telling.tellers import Tellers


def make_intake(
    ground: Ground,
    people: PeopleRoom,
    tellers: Tellers,
    engine: Engine,
    *,
    inspector: Inspector,
    sources: dict[str, Source],
) -> Intake:
    parts = IntakeParts(
        database=ground.database,
        blobs=ground.blobs,
        sources=sources,
        inspector=inspector,
        admission=Admission(people.permissions, people.people),
        organization_id=ground.organization_id,
        max_build_bytes=ground.settings.max_build_bytes,
        fetching=Fetching(ground.database, tellers.show_upload),
    )
    return Intake(parts, engine)


def make_linking(ground: Ground, people: PeopleRoom, engine: Engine) -> Linking:
    return Linking(
        ground.database,
        people.permissions,
        engine,
        organization_id=ground.organization_id,
        own=ground.links.base_url,
        external_first=ground.settings.external_first,
    )
