"""Signers of an app: who may have signed a build of it that people install."""

from datetime import datetime
from enum import StrEnum

from sqlmodel import Field

from storage.records.base import ACTOR, Record, choice, now


class SignerStanding(StrEnum):
    PINNED = "pinned"  #: Every new build is expected to be signed by this one.
    FORMER = "former"  #: It was pinned: what went out then stays installable, and nothing new.
    ALLOWED = "allowed"  #: Builds without a signature go out beside those of the pinned one.


class AppSigner(Record, table=True):
    """
    A signer of an app that was accepted. `signer` is spelled by `provisioning.installing.signers`.

    It is a team at Apple or the digests of certificates; empty for builds that nobody signed.
    """

    __tablename__ = "app_signer"

    app_id: str = Field(foreign_key="app.id", primary_key=True, max_length=32)
    signer: str = Field(primary_key=True, max_length=700)
    standing: SignerStanding = Field(sa_type=choice(SignerStanding))
    release_id: str | None = Field(default=None, foreign_key="release.id", max_length=32)
    accepted_by: str = Field(max_length=ACTOR)
    accepted_at: datetime = Field(default_factory=now)
