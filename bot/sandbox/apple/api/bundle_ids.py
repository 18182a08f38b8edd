"""`/v1/bundleIds`: the App IDs."""

from bot.sandbox.apple.api.entity import Attribute, Form
from bot.sandbox.apple.api.resource import Asked, Resource
from bot.sandbox.apple.api.shape import Filter, Link, Shape
from bot.sandbox.apple.devices import PLATFORMS
from bot.sandbox.apple.keys import Role
from bot.sandbox.apple.team import SandboxTeam
from bot.sandbox.shapes import JsonObject

TYPE = "bundleIds"


def _attributes(team: SandboxTeam, id_: str) -> JsonObject:
    app_id = team.app_ids[id_]
    return {
        "name": app_id.name,
        "platform": app_id.platform,
        "identifier": app_id.identifier,
        "seedId": app_id.seed_id,
    }


def _profiles(team: SandboxTeam, id_: str) -> list[str]:
    return [profile.id for profile in team.profiles if profile.app_id == id_]


def _capabilities(team: SandboxTeam, id_: str) -> list[str]:
    return [capability.id for capability in team.app_ids[id_].capabilities.values()]


def _create(asked: Asked) -> str:
    asked.need(Role.APP_MANAGER)
    entity = asked.entity
    return asked.team.app_ids.register(
        entity.text("identifier"),
        entity.text("name"),
        entity.text("platform"),
        entity.text("seedId"),
    ).id


def _change(asked: Asked) -> str:
    asked.need(Role.APP_MANAGER)
    app_id = asked.team.app_ids[asked.id]
    app_id.name = asked.entity.text("name", app_id.name)
    return app_id.id


def _delete(asked: Asked) -> str:
    asked.need()
    asked.team.remove_app_id(asked.id)
    return asked.id


RESOURCE = Resource(
    shape=Shape(
        type=TYPE,
        names=("name", "platform", "identifier", "seedId"),
        ids=lambda team: [app_id.id for app_id in team.app_ids],
        attributes=_attributes,
        links={
            "bundleIdCapabilities": Link(to="bundleIdCapabilities", ids=_capabilities),
            "profiles": Link(to="profiles", ids=_profiles),
            # No app of the sandbox is in the store, so this end is always empty.
            "app": Link(to="apps", ids=lambda _team, _id: [], is_many=False),
        },
        filters={
            "id": Filter(),
            "identifier": Filter(by_beginning=True),
            "name": Filter(),
            "platform": Filter(values=PLATFORMS),
            "seedId": Filter(),
        },
        sorts=frozenset({"id", "identifier", "name", "platform", "seedId"}),
    ),
    creating=(
        Form(
            type=TYPE,
            attributes={
                "identifier": Attribute(is_required=True),
                "name": Attribute(is_required=True),
                "platform": Attribute(is_required=True, values=PLATFORMS),
                "seedId": Attribute(),
            },
        ),
        _create,
    ),
    changing=(Form(type=TYPE, attributes={"name": Attribute()}), _change),
    deleting=_delete,
)
