"""
What can go wrong in the workspace.

* SlipwayError
  * SandboxError
    * NotPossible: a person tried what Slack's own client would not let them do
    * Unanswered: the app did not answer a person in time, or answered badly
* Refusal: what the Web API answers instead of doing what it was asked
"""

from collections.abc import Sequence

from storage.errors import SlipwayError


class SandboxError(SlipwayError):
    """The workspace could not do this."""


class NotPossible(SandboxError):
    """Slack does not let you do this."""


class Unanswered(SandboxError):
    """The app did not answer."""

    def __init__(self, name: str, what: str) -> None:
        super().__init__(f'{what} failed with the error "{name}".')
        self.name = name


class Refusal(Exception):
    """
    An answer with `ok: false`.

    *name* is Slack's own name of the error, e.g. `channel_not_found`; *messages* go into
    `response_metadata`; *is_violation* marks what a correct app never sends.
    """

    def __init__(
        self,
        name: str,
        *,
        messages: Sequence[str] = (),
        needed: str | None = None,
        is_violation: bool = False,
    ) -> None:
        super().__init__(name)
        self.name = name
        self.messages = tuple(messages)
        self.needed = needed
        self.is_violation = is_violation
