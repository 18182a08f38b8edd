"""`/v1/bundleIdCapabilities`: what an App ID may do."""

from bot.sandbox.apple.api.entity import Attribute, Form, Kind, Relation
from bot.sandbox.apple.api.resource import Asked, Resource
from bot.sandbox.apple.api.shape import Link, Shape
from bot.sandbox.apple.entitlements import CAPABILITIES
from bot.sandbox.apple.errors import Conflict
from bot.sandbox.apple.keys import Role
from bot.sandbox.apple.team import SandboxTeam
from bot.sandbox.shapes import JsonObject

TYPE = "bundleIdCapabilities"
_SETTINGS = Attribute(kind=Kind.LIST)


def _attributes(team: SandboxTeam, id_: str) -> JsonObject:
    capability = team.app_ids.capability(id_)
    return {"capabilityType": capability.kind, "settings": capability.settings or None}


def _create(asked: Asked) -> str:
    asked.need(Role.APP_MANAGER)
    wanted = asked.entity.id("bundleId")
    if wanted not in asked.team.app_ids:
        raise Conflict(
            "ENTITY_ERROR.RELATIONSHIP.INVALID",
            f"There is no App ID with ID '{wanted}' on this team.",
            pointer="/data/relationships/bundleId",
        )
    kind = asked.entity.text("capabilityType")
    settings = list(asked.entity.attributes.get("settings", []))
    return asked.team.turn_on(asked.team.app_ids[wanted], kind, settings).id


def _change(asked: Asked) -> str:
    asked.need(Role.APP_MANAGER)
    capability = asked.team.app_ids.capability(asked.id)
    if asked.entity.text("capabilityType", capability.kind) != capability.kind:
        raise Conflict("ENTITY_ERROR.ATTRIBUTE.INVALID", "A capability keeps its type.")
    asked.team.configure(capability, list(asked.entity.attributes.get("settings", [])))
    return capability.id


def _delete(asked: Asked) -> str:
    asked.need(Role.APP_MANAGER)
    asked.team.turn_off(asked.team.app_ids.capability(asked.id))
    return asked.id


RESOURCE = Resource(
    shape=Shape(
        type=TYPE,
        names=("capabilityType", "settings"),
        ids=lambda _team: [],
        attributes=_attributes,
        links={
            "bundleId": Link(
                to="bundleIds",
                ids=lambda team, id_: [team.app_ids.capability(id_).app_id],
                is_many=False,
            )
        },
    ),
    is_listed=False,
    is_read=False,
    creating=(
        Form(
            type=TYPE,
            attributes={
                "capabilityType": Attribute(is_required=True, values=CAPABILITIES),
                "settings": _SETTINGS,
            },
            relations={"bundleId": Relation(to="bundleIds", is_required=True)},
        ),
        _create,
    ),
    changing=(
        Form(
            type=TYPE,
            attributes={"capabilityType": Attribute(values=CAPABILITIES), "settings": _SETTINGS},
        ),
        _change,
    ),
    deleting=_delete,
)
