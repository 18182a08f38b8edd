"""The one way in which inspection says no."""


class PackageRejected(Exception):
    """The file is not a package that can be read."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or self.__doc__)


class NotAPackage(PackageRejected):
    """The file is of no kind that holds an app. Where nobody said it was one, keep silent."""


class BrokenArchive(PackageRejected):
    """
    The list of what lies in an archive cannot be read, so that nothing is known of it.

    Where nobody said it was an app, keep silent.
    """


class Unseen(Exception):
    """
    A part of the file is wanted that was not looked at.

    It passes by those who forgive a damaged part: it is not damaged, only elsewhere.
    """


class Exhausted(Exception):
    """
    The parts of a package take more to read than all of them together may.

    It passes by those who forgive a damaged part: forgiving each of a hundred is what makes them
    dear. The inspector turns it into a refusal of the file.
    """


class Ambiguous(Exception):
    """
    An archive holds two entries of one name that is read.

    It passes by those who forgive a damaged part: which of two profiles counts is no small matter.
    The inspector turns it into a refusal of the file.
    """
