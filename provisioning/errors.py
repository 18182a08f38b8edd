"""
What can go wrong with what we do.

* SlipwayError (storage.errors)
  * ProvisioningError
    * NotAllowed
    * NotNow
      * AlreadyDone
    * Unclear
    * SourceFailed
      * SourceGone
    * DirectoryFailed
"""

from storage.errors import SlipwayError


class ProvisioningError(SlipwayError):
    """Slipway could not do this."""


class NotAllowed(ProvisioningError):
    """You may not do this here. Ask a release manager or an admin of this Slipway."""


class NotNow(ProvisioningError):
    """Not possible in the state it is in."""


class AlreadyDone(NotNow):
    """Somebody has done this already."""


class Unclear(ProvisioningError):
    """Something in what was asked is missing or wrong; the message says what."""

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field  #: Which input of a form the sentence belongs to, if one.


class SourceFailed(ProvisioningError):
    """The file could not be fetched. Post it again, or try later."""


class SourceGone(SourceFailed):
    """The file was deleted before it could be fetched."""


class DirectoryFailed(ProvisioningError):
    """Slack did not say who is in a user group. Try again in a minute."""
