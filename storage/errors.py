"""
What can go wrong with what we have.

* SlipwayError: the root of every error of ours; its message is a sentence for people
  * StorageError
    * DatabaseDown
    * NotFound
    * AlreadyExists
    * Stale
    * BlobMissing
    * TooLarge
    * NoSpace
"""


class SlipwayError(Exception):
    """Something went wrong."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or self.__doc__)


class StorageError(SlipwayError):
    """Slipway could not read or keep something."""


class DatabaseDown(StorageError):
    """The database does not answer. Check that it runs, and SLIPWAY_DATABASE_URL."""


class NotFound(StorageError):
    """There is no such thing here."""


class AlreadyExists(StorageError):
    """There is already one with this name."""


class Stale(StorageError):
    """Somebody changed this a moment ago. Look at it again before you go on."""


class BlobMissing(StorageError):
    """The file behind this record is gone from the store."""


class TooLarge(StorageError):
    """The file is larger than this installation accepts."""


class NoSpace(StorageError):
    """The disk of this installation is full. Free some space, then try again."""
