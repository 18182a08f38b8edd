"""
What can go wrong with what we have.

* SlipwayError: the root of every error of ours; its message is a sentence for people
  * StorageError
    * DatabaseDown (transient)
    * DatabaseDamaged
    * NotWritable
    * NotFound
    * AlreadyExists
    * Stale
    * BlobMissing
    * TooLarge
    * NoSpace (transient)
"""

from typing import Any, ClassVar


class SlipwayError(Exception):
    """
    Something went wrong.

    `code` says what, for machines and for doors that have better words for it; `data` is what those
    words need, as JSON knows it. `transient` errors may pass by themselves: a road tries again for
    hours, while any other is written down and told. Without a *message* its docstring is it. Every
    subclass keeps this constructor, so that a road can read an error back.
    """

    code: str = "error"
    transient: ClassVar[bool] = False

    def __init__(self, message: str | None = None, *, code: str | None = None, **data: Any) -> None:  # noqa: ANN401 - JSON
        super().__init__(message or type(self).__doc__)
        if code is not None:
            self.code = code
        self.data = data


class StorageError(SlipwayError):
    """Slipway could not read or keep something."""

    code = "storage_failed"


class DatabaseDown(StorageError):
    """The database does not answer. Check that it runs, and SLIPWAY_DATABASE_URL."""

    code = "database_down"
    transient = True


class DatabaseDamaged(StorageError):
    """The database file is damaged. Stop Slipway and restore the file from the backup."""

    code = "database_damaged"


class NotWritable(StorageError):
    """Slipway may read its data but cannot write. Give the data to the user that runs Slipway."""

    code = "not_writable"


class NotFound(StorageError):
    """There is no such thing here."""

    code = "not_found"


class AlreadyExists(StorageError):
    """There is already one with this name."""

    code = "already_exists"


class Stale(StorageError):
    """Somebody changed this a moment ago. Look at it again before you go on."""

    code = "stale"


class BlobMissing(StorageError):
    """The file behind this record is gone from the store."""

    code = "blob_missing"


class TooLarge(StorageError):
    """The file is larger than this installation accepts."""

    code = "too_large"


class NoSpace(StorageError):
    """The disk of this installation is full. Free some space, then try again."""

    code = "no_space"
    transient = True
