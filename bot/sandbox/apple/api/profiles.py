"""`/v1/profiles`: make, read, delete; no change."""

import base64

from bot.sandbox.apple.api.certificates import need_for
from bot.sandbox.apple.api.entity import Attribute, Form, Relation
from bot.sandbox.apple.api.resource import Asked, Resource
from bot.sandbox.apple.api.shape import Filter, Link, Shape
from bot.sandbox.apple.ids import written
from bot.sandbox.apple.profiles import TYPES
from bot.sandbox.apple.provision import ProfileWish, provision
from bot.sandbox.apple.team import SandboxTeam
from bot.sandbox.shapes import JsonObject

TYPE = "profiles"


def _attributes(team: SandboxTeam, id_: str) -> JsonObject:
    profile = team.profiles[id_]
    has_expired = profile.expires_at <= team.clock.now()
    return {
        "name": profile.name,
        "platform": profile.platform,
        "profileType": profile.type,
        # One that has expired is listed as it was, but its file may be gone.
        "profileState": "INVALID" if profile.is_invalid else "ACTIVE",
        "profileContent": None if has_expired else base64.b64encode(profile.content).decode(),
        "uuid": profile.uuid,
        "createdDate": written(profile.created_at),
        "expirationDate": written(profile.expires_at),
    }


def _app_id(team: SandboxTeam, id_: str) -> list[str]:
    wanted = team.profiles[id_].app_id
    return [wanted] if wanted in team.app_ids else []


def _devices(team: SandboxTeam, id_: str) -> list[str]:
    return [each for each in team.profiles[id_].device_ids if each in team.devices]


def _certificates(team: SandboxTeam, id_: str) -> list[str]:
    return [each for each in team.profiles[id_].certificate_ids if each in team.certificates]


def _create(asked: Asked) -> str:
    entity = asked.entity
    wish = ProfileWish(
        name=entity.text("name"),
        type=entity.text("profileType"),
        app_id=entity.id("bundleId"),
        certificate_ids=entity.ids("certificates"),
        device_ids=entity.ids("devices"),
    )
    need_for(asked, development=TYPES[wish.type].is_development)
    return provision(asked.team, wish).id


def _delete(asked: Asked) -> str:
    profile = asked.team.profiles[asked.id]
    need_for(asked, development=TYPES[profile.type].is_development)
    asked.team.profiles.remove(profile.id)
    return profile.id


RESOURCE = Resource(
    shape=Shape(
        type=TYPE,
        names=(
            "name",
            "platform",
            "profileType",
            "profileState",
            "profileContent",
            "uuid",
            "createdDate",
            "expirationDate",
        ),
        ids=lambda team: [profile.id for profile in team.profiles],
        attributes=_attributes,
        links={
            "bundleId": Link(to="bundleIds", ids=_app_id, is_many=False),
            "devices": Link(to="devices", ids=_devices),
            "certificates": Link(to="certificates", ids=_certificates),
        },
        filters={
            "id": Filter(),
            "name": Filter(),
            "profileState": Filter(values=frozenset({"ACTIVE", "INVALID"})),
            "profileType": Filter(values=frozenset(TYPES)),
        },
        sorts=frozenset({"id", "name", "profileState", "profileType"}),
    ),
    creating=(
        Form(
            type=TYPE,
            attributes={
                "name": Attribute(is_required=True),
                "profileType": Attribute(is_required=True, values=frozenset(TYPES)),
            },
            relations={
                "bundleId": Relation(to="bundleIds", is_required=True),
                "certificates": Relation(to="certificates", is_many=True, is_required=True),
                "devices": Relation(to="devices", is_many=True),
            },
        ),
        _create,
    ),
    deleting=_delete,
)
