"""What a check raises when not all is well."""

from typing import Any

from storage.errors import SlipwayError


def in_two(sentences: str) -> tuple[str, str]:
    """Return what is wrong and what to do: our sentences say it in this order."""
    found, _, to_do = sentences.partition(". ")
    return (f"{found}.", to_do) if to_do else (found, "")


class Complaint(SlipwayError):
    """A check found something. The message says what; `to_do` what to do about it."""

    code = "complaint"

    def __init__(self, message: str | None = None, to_do: str = "", **data: Any) -> None:  # noqa: ANN401 - JSON
        super().__init__(message, **data)
        self.to_do = to_do


class Broken(Complaint):
    """Something does not work."""


class NotLooked(Complaint):
    """This was not looked at, because something else does not work."""


class Doubtful(Complaint):
    """Something works, and will not for ever or not for everybody."""
