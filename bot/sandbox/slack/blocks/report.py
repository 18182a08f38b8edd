"""What was found wrong, each with its place."""

from collections.abc import Callable
from typing import TypeAlias


class Report:
    """Collects mistakes in the words of Slack's `response_metadata.messages`."""

    def __init__(self) -> None:
        self.messages: list[str] = []

    def wrong(self, what: str, pointer: str) -> None:
        self.messages.append(f"[ERROR] {what} [json-pointer:{pointer or '/'}]")


#: Looks at a value that stands at a JSON pointer, and tells the report what is wrong with it.
Check: TypeAlias = Callable[[object, str, Report], None]
