"""What Apple answers instead of doing what it was asked."""

from http import HTTPStatus
from typing import ClassVar

from bot.sandbox.shapes import JsonObject


class AppleRefusal(Exception):
    """
    An answer with `errors`.

    *code* runs from the general to the special, as in `ENTITY_ERROR.ATTRIBUTE.INVALID`. *pointer*
    is the place in the body, *parameter* the one in the address. *is_violation* marks what a
    correct client never sends. `why` is for a reader of the record, who may know more.
    """

    status: ClassVar[int] = HTTPStatus.CONFLICT
    title: ClassVar[str] = "The request entity cannot be taken as it is"

    def __init__(
        self,
        code: str,
        detail: str,
        *,
        pointer: str = "",
        parameter: str = "",
        is_violation: bool = False,
    ) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail
        self.why = detail
        self.pointer = pointer
        self.parameter = parameter
        self.is_violation = is_violation

    def as_json(self, error_id: str) -> JsonObject:
        """Return the object that stands in `errors`."""
        said: JsonObject = {
            "id": error_id,
            "status": str(int(self.status)),
            "code": self.code,
            "title": self.title,
            "detail": self.detail,
        }
        if self.pointer:
            said["source"] = {"pointer": self.pointer}
        if self.parameter:
            said["source"] = {"parameter": self.parameter}
        return said


class BadParameter(AppleRefusal):
    """The address asks for what this resource does not know."""

    status = HTTPStatus.BAD_REQUEST
    title = "A parameter has an invalid value"

    def __init__(self, parameter: str, detail: str) -> None:
        super().__init__("PARAMETER_ERROR.INVALID", detail, parameter=parameter, is_violation=True)


class BadBody(AppleRefusal):
    """The body is no document of JSON:API."""

    status = HTTPStatus.BAD_REQUEST
    title = "The request body is not a valid document"

    def __init__(self, detail: str, pointer: str = "") -> None:
        super().__init__("ENTITY_INVALID", detail, pointer=pointer, is_violation=True)


class BadContentType(AppleRefusal):
    """The body is not said to be JSON."""

    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    title = "The content type is not supported"

    def __init__(self, detail: str) -> None:
        super().__init__("UNSUPPORTED_MEDIA_TYPE", detail, is_violation=True)


class NotAuthorized(AppleRefusal):
    """The token is missing or no good. *why* is for a reader of the record; Apple says less."""

    status = HTTPStatus.UNAUTHORIZED
    title = "Authentication credentials are missing or invalid."

    def __init__(self, why: str) -> None:
        super().__init__(
            "NOT_AUTHORIZED", "Send a signed bearer token, and see that it has not expired."
        )
        self.why = why


class Forbidden(AppleRefusal):
    """The key may not do this, or nobody of the team may at present."""

    status = HTTPStatus.FORBIDDEN
    title = "This request is forbidden"


class NotThere(AppleRefusal):
    """Nothing has this id, or nothing lies at this address."""

    status = HTTPStatus.NOT_FOUND
    title = "The specified resource does not exist"

    def __init__(self, detail: str, code: str = "NOT_FOUND") -> None:
        super().__init__(code, detail, is_violation=code != "NOT_FOUND")


class BadMethod(AppleRefusal):
    """The address knows no such method."""

    status = HTTPStatus.METHOD_NOT_ALLOWED
    title = "The request method is not allowed"

    def __init__(self, method: str) -> None:
        super().__init__(
            "METHOD_NOT_ALLOWED",
            f"The method '{method}' is not valid for this address",
            is_violation=True,
        )


class TooMany(AppleRefusal):
    """The key has called too often."""

    status = HTTPStatus.TOO_MANY_REQUESTS
    title = "The request rate limit has been reached"

    def __init__(self, detail: str) -> None:
        super().__init__("RATE_LIMIT_EXCEEDED", detail)


class Conflict(AppleRefusal):
    """The entity that was sent contradicts what is there."""


def invalid_attribute(name: str, value: object) -> Conflict:
    """Return the refusal of one attribute's value."""
    return Conflict(
        "ENTITY_ERROR.ATTRIBUTE.INVALID",
        f"An invalid value '{value}' was provided for the parameter '{name}'.",
        pointer=f"/data/attributes/{name}",
    )


def missing_relation(name: str) -> Conflict:
    """Return the refusal of an entity without a relationship that it has to have."""
    return Conflict(
        "ENTITY_ERROR.RELATIONSHIP.REQUIRED",
        f"You must provide a value for the relationship '{name}' with this request",
        pointer=f"/data/relationships/{name}",
    )
