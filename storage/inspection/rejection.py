"""The one way in which inspection says no."""


class PackageRejected(Exception):
    """The file is not a package that can be read."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or self.__doc__)


class NotAPackage(PackageRejected):
    """The file is of no kind that holds an app. Where nobody said it was one, keep silent."""
