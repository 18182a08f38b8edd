"""
What can go wrong with code signing.

* CodesignError: the root; its message is a sentence for people
  * Malformed: bytes that are not what they claim to be
  * Refused: a request that must not, or cannot, be carried out
    * BrokenSeal: the app was damaged or changed after it was signed
    * NeedsFullPath: this app cannot be spliced; it must be signed anew
  * IdentityRefused: a key, certificate or password that cannot be used
"""


class CodesignError(Exception):
    """Code signing failed."""


class Malformed(CodesignError):
    """The file is damaged, or it is not what it claims to be."""


class Refused(CodesignError):
    """The app cannot be signed."""


class BrokenSeal(Refused):
    """The app was changed after it was signed; build and export it again."""


class NeedsFullPath(Refused):
    """The app must be signed anew; splicing new profiles into it is not enough."""


class IdentityRefused(CodesignError):
    """The signing identity cannot be used."""
