"""A product: apps of several platforms that people know as one."""

from datetime import datetime

from sqlmodel import Field

from storage.records.base import ACTOR, Record, new_id, now


class Product(Record, table=True):
    """
    What people call several apps, at most one of each platform.

    `App.product_id` says which ones; a product without two of them is gone.
    """

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    organization_id: str = Field(foreign_key="organization.id", index=True, max_length=32)
    name: str = Field(max_length=255)
    created_by: str = Field(max_length=ACTOR)
    created_at: datetime = Field(default_factory=now)
