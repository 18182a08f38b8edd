"""An app: one platform of one product, addressed as `owner/name`."""

from datetime import datetime
from uuid import uuid4

import sqlalchemy as sa
from sqlmodel import Field

from storage.records.base import ACTOR, Record, new_id, now


class App(Record, table=True):
    """
    An app of an organization.

    `app_secret` (a UUID) and `public_identifier` (32 hex digits) are App Center's two names for an
    app at its edges; `bundle_id` is Apple's bundle identifier or Android's package name. Several
    apps may share one: tracks of the same program. `registered_certificate` (SHA-256, hex) is the
    one that somebody registered for Google's developer verification, empty where nobody did.
    Apps of one `product_id` are one product on several platforms.
    """

    __table_args__ = (
        sa.UniqueConstraint("organization_id", "name"),
        sa.Index(None, "organization_id", "platform", "bundle_id"),
        sa.Index("ix_app_product_platform", "product_id", "platform", unique=True),
    )

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    organization_id: str = Field(foreign_key="organization.id", max_length=32)
    name: str = Field(max_length=64)  #: The short name people type: lower case, digits, dashes.
    display_name: str = Field(max_length=255)
    platform: str = Field(max_length=16)
    bundle_id: str = Field(max_length=255)
    app_secret: str = Field(default_factory=lambda: str(uuid4()), unique=True, max_length=36)
    public_identifier: str = Field(default_factory=new_id, unique=True, max_length=32)
    usual_group_id: str | None = Field(default=None, max_length=32)  #: Where its last release went.
    product_id: str | None = Field(default=None, max_length=32)
    registered_certificate: str = Field(default="", max_length=64)
    registered_by: str | None = Field(default=None, max_length=ACTOR)
    registered_at: datetime | None = Field(default=None)
    created_by: str = Field(max_length=ACTOR)
    created_at: datetime = Field(default_factory=now)
