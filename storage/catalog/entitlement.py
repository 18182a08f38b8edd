"""Entitlement: by which rows a person may install a release, said once for every question."""

import sqlalchemy as sa
from sqlmodel import col

from storage.records.destination import Destination
from storage.records.distribution import Recipient, RecipientState


def entitles() -> sa.ColumnElement[bool]:
    """
    Say of a recipient, joined with its destination, that nothing of it was taken back.

    That the release can be installed at all is another question: its own state says it.
    """
    return sa.and_(
        col(Destination.recalled_at).is_(None), col(Recipient.state) != RecipientState.WITHDRAWN
    )


def of_one_release() -> sa.ColumnElement[bool]:
    """
    Join the recipients of a release with their destinations, which are of the same release.

    Told so, PostgreSQL looks at the few of that one; else it reads every destination there is.
    """
    return sa.and_(
        col(Destination.id) == col(Recipient.destination_id),
        col(Destination.release_id) == col(Recipient.release_id),
    )
