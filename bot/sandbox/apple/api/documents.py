"""Answers as JSON:API documents: one resource, pages of them, and what they include."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from yarl import URL

from bot.sandbox.apple.api.query import USUAL_INCLUDED, Query, cursor
from bot.sandbox.apple.api.shape import Link, Shape
from bot.sandbox.apple.team import SandboxTeam
from bot.sandbox.shapes import JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class Documents:
    """
    Writes answers for one request.

    *url* is its address, *base* where `/v1` lies, *page_cap* bounds pages whatever was asked.
    """

    team: SandboxTeam
    shapes: Mapping[str, Shape]
    url: URL
    base: str
    page_cap: int

    def one(self, shape: Shape, id_: str, query: Query) -> JsonObject:
        """Return the document of one resource. Raise NotThere."""
        document: JsonObject = {
            "data": self.resource(shape, id_, query),
            "links": {"self": str(self.url)},
        }
        return self._including(document, shape, [id_], query)

    def none(self) -> JsonObject:
        """Return the document of a to-one relationship that is empty."""
        return {"data": None, "links": {"self": str(self.url)}}

    def many(self, shape: Shape, ids: Sequence[str], query: Query) -> JsonObject:
        """Return one page of resources."""
        document, shown = self._page(ids, query)
        document["data"] = [self.resource(shape, id_, query) for id_ in shown]
        return self._including(document, shape, shown, query)

    def linkage(self, link: Link, ids: Sequence[str], query: Query) -> JsonObject:
        """Return the ids at the other end of a relationship."""
        if not link.is_many:
            return {"data": _names(link, ids)[0] if ids else None, "links": self._self()}
        document, shown = self._page(ids, query)
        document["data"] = _names(link, shown)
        return document

    def resource(self, shape: Shape, id_: str, query: Query) -> JsonObject:
        """Return one resource object with the fields that were asked for."""
        wanted = query.fields.get(shape.type, (*shape.names, *shape.links))
        address = f"{self.base}/v1/{shape.type}/{id_}"
        attributes = shape.attributes(self.team, id_)
        return {
            "type": shape.type,
            "id": id_,
            "attributes": {name: value for name, value in attributes.items() if name in wanted},
            "relationships": {
                name: self._relation(link, name, id_, address, query)
                for name, link in shape.links.items()
                if name in wanted
            },
            "links": {"self": address},
        }

    def _relation(self, link: Link, name: str, id_: str, address: str, query: Query) -> JsonObject:
        relation: JsonObject = {
            "links": {"self": f"{address}/relationships/{name}", "related": f"{address}/{name}"}
        }
        if name not in query.include:
            return relation
        ids = link.ids(self.team, id_)
        if not link.is_many:
            return relation | {"data": _names(link, ids)[0] if ids else None}
        limit = query.limits.get(name, USUAL_INCLUDED)
        return relation | {
            "meta": {"paging": {"total": len(ids), "limit": limit}},
            "data": _names(link, ids[:limit]),
        }

    def _including(
        self, document: JsonObject, shape: Shape, ids: Sequence[str], query: Query
    ) -> JsonObject:
        if not query.include:
            return document
        found: dict[tuple[str, str], JsonObject] = {}
        for name in query.include:
            link = shape.links[name]
            most = query.limits.get(name, USUAL_INCLUDED)
            for id_ in ids:
                for other in link.ids(self.team, id_)[:most]:
                    found[(link.to, other)] = self.resource(self.shapes[link.to], other, query)
        return document | {"included": list(found.values())}

    def _page(self, ids: Sequence[str], query: Query) -> tuple[JsonObject, Sequence[str]]:
        size = min(query.limit, self.page_cap)
        end = query.start + size
        paging: JsonObject = {"total": len(ids), "limit": query.limit}
        links = self._self()
        if end < len(ids):
            paging["nextCursor"] = cursor(end)
            links["next"] = str(self.url.update_query({"cursor": cursor(end)}))
        return {"links": links, "meta": {"paging": paging}}, ids[query.start : end]

    def _self(self) -> JsonObject:
        return {"self": str(self.url)}


def _names(link: Link, ids: Sequence[str]) -> list[JsonObject]:
    return [{"type": link.to, "id": id_} for id_ in ids]
