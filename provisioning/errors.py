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
      * SourceUnreachable (transient)
    * DirectoryFailed (transient)
    * TellerFailed
      * TellerUnreachable (transient)
    * CallFailed
      * CallUnreachable (transient)

The words are for people who read a log or a command line; a door that knows better ones finds them
by `code` and `data`.
"""

from storage.errors import SlipwayError


class ProvisioningError(SlipwayError):
    """Slipway could not do this."""

    code = "not_done"


class NotAllowed(ProvisioningError):
    """You may not do this here. Ask a release manager or an admin of this Slipway."""

    code = "not_allowed"


class NotNow(ProvisioningError):
    """Not possible in the state it is in."""

    code = "not_now"


class AlreadyDone(NotNow):
    """Somebody has done this already."""

    code = "already_done"


class Unclear(ProvisioningError):
    """
    Something in what was asked is missing or wrong; the message says what.

    `data["field"]` is the input of a form that the sentence belongs to, if there is one.
    """

    code = "unclear"

    @property
    def field(self) -> str | None:
        return self.data.get("field")


class SourceFailed(ProvisioningError):
    """The file could not be fetched, and asking again will not help."""

    code = "source_failed"


class SourceGone(SourceFailed):
    """The file was deleted before it could be fetched."""

    code = "source_gone"


class SourceUnreachable(SourceFailed):
    """The file could not be fetched just now."""

    code = "source_unreachable"
    transient = True


class DirectoryFailed(ProvisioningError):
    """Slack did not say who is in a user group. Try again in a minute."""

    code = "directory_failed"
    transient = True


class TellerFailed(ProvisioningError):
    """Nothing can be said there, and trying again will not help."""

    code = "teller_failed"


class TellerUnreachable(TellerFailed):
    """Nothing could be said there just now."""

    code = "teller_unreachable"
    transient = True


class CallFailed(ProvisioningError):
    """Your CI did not take the call, and trying again will not help."""

    code = "call_failed"


class CallUnreachable(CallFailed):
    """Your CI could not be called just now."""

    code = "call_unreachable"
    transient = True
