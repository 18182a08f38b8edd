"""A resource of the API: its shape, and the writes that it takes."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.sandbox.apple.api.entity import Entity, Form
from bot.sandbox.apple.api.shape import Shape
from bot.sandbox.apple.errors import Forbidden
from bot.sandbox.apple.keys import ApiKey, Role
from bot.sandbox.apple.team import SandboxTeam


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A write that is allowed in general; *id* is that of the address, *entity* what was sent."""

    team: SandboxTeam
    key: ApiKey
    id: str
    entity: Entity

    def need(self, *roles: Role) -> None:
        """Raise Forbidden unless the key has one of the roles, or Admin."""
        if self.key.role not in {Role.ADMIN, *roles}:
            raise too_small()


#: Does a write, and returns the id of what was made or changed.
Write = Callable[[Asked], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """
    A resource with the writes that it takes; each but `delete` has the form of its body.

    *is_listed* and *is_read* are false where Apple has no such address.
    """

    shape: Shape
    is_listed: bool = True
    is_read: bool = True
    creating: tuple[Form, Write] | None = None
    changing: tuple[Form, Write] | None = None
    deleting: Write | None = None

    @property
    def operations(self) -> list[str]:
        """What is allowed, in the words of Apple's refusals."""
        allowed = {
            "CREATE": self.creating is not None,
            "DELETE": self.deleting is not None,
            "GET_COLLECTION": self.is_listed,
            "GET_INSTANCE": self.is_read,
            "UPDATE": self.changing is not None,
        }
        return [name for name, is_allowed in allowed.items() if is_allowed]

    def check(self, operation: str) -> None:
        """Raise Forbidden for an operation that the resource does not have."""
        if operation not in self.operations:
            raise Forbidden(
                "FORBIDDEN_ERROR",
                f"The resource '{self.shape.type}' does not allow '{operation}'."
                f" Allowed operations are: {', '.join(self.operations)}",
                is_violation=True,
            )


def too_small() -> Forbidden:
    """Return the refusal of a key whose role is too small, or which is a person's own."""
    return Forbidden("FORBIDDEN_ERROR", "The API key in use does not allow this request")
