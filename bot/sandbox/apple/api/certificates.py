"""`/v1/certificates`: issue for a request, list, revoke."""

import base64

from bot.sandbox.apple.api.entity import Attribute, Form, Kind
from bot.sandbox.apple.api.resource import Asked, Resource
from bot.sandbox.apple.api.shape import Filter, Shape
from bot.sandbox.apple.certificates import DEVELOPMENT_TYPES, KINDS
from bot.sandbox.apple.ids import written
from bot.sandbox.apple.keys import Role
from bot.sandbox.apple.team import SandboxTeam
from bot.sandbox.shapes import JsonObject

TYPE = "certificates"


def _attributes(team: SandboxTeam, id_: str) -> JsonObject:
    certificate = team.certificates[id_]
    return {
        "name": certificate.name,
        "certificateType": certificate.type,
        "displayName": certificate.team_name,
        "serialNumber": certificate.serial_number,
        "platform": "IOS" if certificate.type.startswith("IOS_") else None,
        "expirationDate": written(certificate.expires_at),
        "certificateContent": base64.b64encode(certificate.der).decode(),
        "activated": certificate.is_activated,
    }


def need_for(asked: Asked, *, development: bool) -> None:
    """Raise Forbidden unless the key may touch what this kind of build is signed with."""
    if development:
        asked.need(Role.APP_MANAGER, Role.DEVELOPER)
    else:
        asked.need()


def _create(asked: Asked) -> str:
    kind = asked.entity.text("certificateType")
    need_for(asked, development=kind in DEVELOPMENT_TYPES)
    return asked.team.certificates.issue(asked.entity.text("csrContent"), kind).id


def _change(asked: Asked) -> str:
    certificate = asked.team.certificates[asked.id]
    need_for(asked, development=certificate.type in DEVELOPMENT_TYPES)
    if "activated" in asked.entity.attributes:
        certificate.is_activated = bool(asked.entity.attributes["activated"])
    return certificate.id


def _delete(asked: Asked) -> str:
    certificate = asked.team.certificates[asked.id]
    need_for(asked, development=certificate.type in DEVELOPMENT_TYPES)
    asked.team.revoke(certificate.id)
    return certificate.id


RESOURCE = Resource(
    shape=Shape(
        type=TYPE,
        names=(
            "name",
            "certificateType",
            "displayName",
            "serialNumber",
            "platform",
            "expirationDate",
            "certificateContent",
            "activated",
        ),
        ids=lambda team: [certificate.id for certificate in team.certificates],
        attributes=_attributes,
        filters={
            "certificateType": Filter(values=frozenset(KINDS)),
            "displayName": Filter(),
            "id": Filter(),
            "serialNumber": Filter(),
        },
        sorts=frozenset({"certificateType", "displayName", "id", "serialNumber"}),
    ),
    creating=(
        Form(
            type=TYPE,
            attributes={
                "certificateType": Attribute(is_required=True, values=frozenset(KINDS)),
                "csrContent": Attribute(is_required=True),
            },
        ),
        _create,
    ),
    changing=(Form(type=TYPE, attributes={"activated": Attribute(kind=Kind.FLAG)}), _change),
    deleting=_delete,
)
