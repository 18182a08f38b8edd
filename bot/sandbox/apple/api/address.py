"""Which resource a path means, and the name of what is done there."""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.sandbox.apple.api import bundle_ids, capabilities, certificates, devices, profiles
from bot.sandbox.apple.api.resource import Resource
from bot.sandbox.apple.api.shape import Link
from bot.sandbox.apple.errors import NotThere

RESOURCES: dict[str, Resource] = {
    module.TYPE: module.RESOURCE
    for module in (bundle_ids, capabilities, certificates, devices, profiles)
}
SHAPES = {name: resource.shape for name, resource in RESOURCES.items()}

#: So many parts has the path of a relation, and that of its ids alone.
_RELATED, _LINKAGE = 3, 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A path below `/v1`; without an id it is that of a list."""

    type: str
    id: str = ""
    link: str = ""
    is_linkage: bool = False

    @classmethod
    def read(cls, path: str) -> "Address":
        """Take a path such as `profiles/A1B2/relationships/devices` apart; it may mean nothing."""
        parts = path.split("/")
        if len(parts) == _LINKAGE and parts[2] == "relationships":
            return cls(type=parts[0], id=parts[1], link=parts[3], is_linkage=True)
        if len(parts) > _RELATED or not all(parts):
            return cls(type=path)
        type_, id_, link = [*parts, "", ""][:_RELATED]
        return cls(type=type_, id=id_, link=link)

    def operation(self, method: str) -> str:
        """Return the name under which a call is scripted and found, `GET profiles/{id}/devices`."""
        parts = [self.type, *(["{id}"] if self.id else [])]
        if self.link:
            parts += ["relationships", self.link] if self.is_linkage else [self.link]
        return f"{method} {'/'.join(parts)}"

    @property
    def resource(self) -> Resource:
        """The resource that is meant. Raise NotThere where nothing lies at this address."""
        resource = RESOURCES.get(self.type)
        if resource is None or (self.link and not self._is_linked(resource)):
            raise NotThere("The URL path is not valid", "PATH_ERROR")
        return resource

    @property
    def linked(self) -> Link:
        return self.resource.shape.links[self.link]

    def _is_linked(self, resource: Resource) -> bool:
        return resource.is_read and self.link in resource.shape.links


def operations() -> Iterator[str]:
    """Yield the name of everything that can be done."""
    for name, resource in RESOURCES.items():
        methods = {
            f"GET {name}": resource.is_listed,
            f"POST {name}": resource.creating is not None,
            f"GET {name}/{{id}}": resource.is_read,
            f"PATCH {name}/{{id}}": resource.changing is not None,
            f"DELETE {name}/{{id}}": resource.deleting is not None,
        }
        yield from (operation for operation, is_there in methods.items() if is_there)
        for link in resource.shape.links if resource.is_read else ():
            yield f"GET {name}/{{id}}/{link}"
            yield f"GET {name}/{{id}}/relationships/{link}"
