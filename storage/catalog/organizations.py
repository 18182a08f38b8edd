"""Questions about organizations."""

from sqlmodel import select

from storage.catalog.database import Session, insert_missing
from storage.errors import NotFound
from storage.records.organization import Organization


async def get(session: Session, organization_id: str) -> Organization:
    """Raise NotFound."""
    found = await session.get(Organization, organization_id)
    if found is None:
        raise NotFound("There is no such organization.")
    return found


async def called(session: Session, name: str) -> Organization | None:
    """Return the organization called *name*, None before the first start."""
    found = await session.exec(select(Organization).where(Organization.name == name))
    return found.first()


async def named(session: Session, name: str) -> Organization:
    """Return the organization called *name*, made if it is the first time it is asked for."""
    await insert_missing(session, Organization, [{"name": name}], ["name"])
    found = await session.exec(select(Organization).where(Organization.name == name))
    return found.one()


async def remember_key(session: Session, name: str, key_check: str) -> None:
    """Write down which secret key the organization called *name* has, if that is news."""
    own = await named(session, name)
    if own.key_check != key_check:
        own.key_check = key_check
        session.add(own)
