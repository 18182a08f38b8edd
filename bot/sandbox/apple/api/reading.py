"""What a GET answers: lists, single resources, and what they are related to."""

from collections.abc import Sequence

from bot.sandbox.apple.api.address import SHAPES, Address
from bot.sandbox.apple.api.documents import Documents
from bot.sandbox.apple.api.query import Asking, Query
from bot.sandbox.apple.api.shape import Shape
from bot.sandbox.apple.team import SandboxTeam
from bot.sandbox.shapes import JsonObject

Pairs = Sequence[tuple[str, str]]


def read(documents: Documents, address: Address, pairs: Pairs) -> JsonObject:
    """Return the document that an address stands for. Raise AppleRefusal."""
    resource = address.resource
    if address.link:
        return _related(documents, address, pairs)
    if address.id:
        resource.check("GET_INSTANCE")
        query = Asking(shape=resource.shape, shapes=SHAPES).read(pairs)
        return documents.one(resource.shape, address.id, query)
    resource.check("GET_COLLECTION")
    asking = Asking(shape=resource.shape, shapes=SHAPES, is_list=True, is_paged=True)
    query = asking.read(pairs)
    ids = _chosen(documents.team, resource.shape, query)
    return documents.many(resource.shape, ids, query)


def _related(documents: Documents, address: Address, pairs: Pairs) -> JsonObject:
    link = address.linked
    # The one at this end has to be there, whatever it is related to.
    address.resource.shape.attributes(documents.team, address.id)
    ids = link.ids(documents.team, address.id)
    shape = SHAPES.get(link.to)
    if shape is None:
        return documents.none()
    query = Asking(shape=shape, shapes=SHAPES, is_plain=True, is_paged=link.is_many).read(pairs)
    if address.is_linkage:
        return documents.linkage(link, ids, query)
    if link.is_many:
        return documents.many(shape, ids, query)
    return documents.one(shape, ids[0], query) if ids else documents.none()


def _chosen(team: SandboxTeam, shape: Shape, query: Query) -> list[str]:
    found = [{"id": id_} | shape.attributes(team, id_) for id_ in shape.ids(team)]
    for name, wanted in query.filters.items():
        known = shape.filters[name]
        found = [each for each in found if known.keeps(each[name], wanted)]
    for word in reversed(query.sort):
        name = word.removeprefix("-")
        found.sort(key=lambda each: str(each[name] or ""), reverse=word.startswith("-"))
    return [each["id"] for each in found]
