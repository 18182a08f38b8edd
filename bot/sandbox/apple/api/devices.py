"""`/v1/devices`: register, list, rename, turn off and on."""

from bot.sandbox.apple.api.entity import Attribute, Form
from bot.sandbox.apple.api.resource import Asked, Resource
from bot.sandbox.apple.api.shape import Filter, Shape
from bot.sandbox.apple.devices import PLATFORMS
from bot.sandbox.apple.ids import written
from bot.sandbox.apple.keys import Role
from bot.sandbox.apple.team import SandboxTeam
from bot.sandbox.shapes import JsonObject

TYPE = "devices"
#: The list knows these two only; the devices know more.
_STATUSES = frozenset({"ENABLED", "DISABLED"})


def _attributes(team: SandboxTeam, id_: str) -> JsonObject:
    device = team.devices[id_]
    return {
        "addedDate": written(device.added_at),
        "name": device.name,
        "deviceClass": device.device_class,
        "model": device.model,
        "udid": team.devices.spelled(device),
        "platform": device.platform,
        "status": device.status(team.clock.now()),
    }


def _create(asked: Asked) -> str:
    asked.need(Role.APP_MANAGER)
    entity = asked.entity
    registered = asked.team.devices.register(
        entity.text("name"), entity.text("udid"), entity.text("platform")
    )
    return registered.id


def _change(asked: Asked) -> str:
    asked.need(Role.APP_MANAGER)
    device = asked.team.devices[asked.id]
    device.name = asked.entity.text("name", device.name)
    if "status" in asked.entity.attributes:
        device.is_disabled = asked.entity.text("status") == "DISABLED"
    return device.id


RESOURCE = Resource(
    shape=Shape(
        type=TYPE,
        names=("addedDate", "name", "deviceClass", "model", "udid", "platform", "status"),
        ids=lambda team: [device.id for device in team.devices],
        attributes=_attributes,
        filters={
            "id": Filter(),
            "name": Filter(),
            "platform": Filter(values=PLATFORMS),
            "status": Filter(values=_STATUSES),
            "udid": Filter(),
        },
        sorts=frozenset({"id", "name", "platform", "status", "udid"}),
    ),
    creating=(
        Form(
            type=TYPE,
            attributes={
                "name": Attribute(is_required=True),
                "platform": Attribute(is_required=True, values=PLATFORMS),
                "udid": Attribute(is_required=True),
            },
        ),
        _create,
    ),
    changing=(
        Form(type=TYPE, attributes={"name": Attribute(), "status": Attribute(values=_STATUSES)}),
        _change,
    ),
)
