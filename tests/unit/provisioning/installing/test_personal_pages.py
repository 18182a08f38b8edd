"""Links to testers' own pages: one each, taken back by its person or a manager, renewed by use."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlmodel import select

from provisioning.actors import Actor, person, slack
from provisioning.errors import NotAllowed
from provisioning.installing.personal_pages import LIFETIME, PersonalPages
from provisioning.people.permissions import Permissions
from storage.catalog import organizations, testers
from storage.catalog.database import Database
from storage.errors import NotFound
from storage.records import tester as records
from storage.records.audit import AuditEntry
from storage.records.base import now
from storage.records.personal_page import PersonalPage
from tests.fakes import FakeDirectory
from tests.shelf import change

KEY, OTHER = b"a secret key of thirty-two bytes", b"another key of thirty-two bytes!"


def actor(user_id: str) -> Actor:
    return person(slack(user_id), origin="test")


@dataclass(frozen=True)
class Place:
    """A database with two testers, whose manager is Ann."""

    database: Database
    permissions: Permissions
    organization_id: str
    bob: records.Tester
    cid: records.Tester

    def pages(self, key: bytes = KEY) -> PersonalPages:
        return PersonalPages(
            self.database, self.permissions, key, organization_id=self.organization_id
        )

    async def kept(self) -> list[PersonalPage]:
        async with self.database.reading() as session:
            return list((await session.exec(select(PersonalPage))).all())


@pytest.fixture
async def place(database: Database) -> Place:
    directory = FakeDirectory()
    people = {"UBOB": "Bob Baker", "UCID": "Cid Carver"}
    for user_id, name in {"UANN": "Ann Archer", **people}.items():
        directory.add(user_id, name)
    async with database.writing() as session:
        organization = await organizations.named(session, "main")
        found = await testers.of_slack(session, organization.id, people)
    by_name = {one.slack_id: one for one in found}
    own = organization.id
    return Place(
        database=database,
        permissions=Permissions(database, directory, organization_id=own, admins=["UANN"]),
        organization_id=own,
        bob=by_name["UBOB"],
        cid=by_name["UCID"],
    )


async def test_a_tester_has_one_link_of_which_only_the_hash_is_kept(place: Place) -> None:
    pages = place.pages()

    tokens = await asyncio.gather(*(pages.token_of(place.bob.id) for _ in range(5)))
    opened = await pages.open(tokens[0])

    assert len(set(tokens)) == 1
    assert opened is not None
    assert opened.tester == place.bob
    (row,) = await place.kept()
    assert tokens[0] not in str(row.model_dump())
    assert tokens[0] != await pages.token_of(place.cid.id)


async def test_who_takes_their_own_back_gets_another_and_nobody_elses_ends(place: Place) -> None:
    pages = place.pages()
    first, cids = await pages.token_of(place.bob.id), await pages.token_of(place.cid.id)

    assert await pages.revoke("UBOB", actor("UBOB"))
    assert await pages.open(first) is None
    assert not await pages.revoke("UBOB", actor("UBOB"))
    second = await pages.token_of(place.bob.id)

    assert second != first
    assert await pages.open(first) is None
    assert await pages.open(second) is not None
    assert await pages.open(cids) is not None


async def test_others_are_taken_back_by_whoever_may_and_written_down(place: Place) -> None:
    pages = place.pages()
    token = await pages.token_of(place.bob.id)

    with pytest.raises(NotAllowed, match="take other people's links back"):
        await pages.revoke("UBOB", actor("UCID"))
    assert await pages.open(token) is not None
    assert await pages.revoke("UBOB", actor("UANN"))
    assert await pages.open(token) is None
    with pytest.raises(NotFound, match="never given a release"):
        await pages.revoke("UNOBODY", actor("UANN"))

    async with place.database.reading() as session:
        (entry,) = (await session.exec(select(AuditEntry))).all()
    assert (entry.action, entry.subject_id) == ("page.revoked", place.bob.id)
    assert entry.actor == "person:slack:UANN"


async def test_a_link_ends_with_its_person_its_time_and_its_key(place: Place) -> None:
    pages = place.pages()
    token = await pages.token_of(place.bob.id)

    await change(place.database, place.bob, active=False)
    assert await pages.open(token) is None
    await change(place.database, place.bob, active=True)
    assert await pages.open(token) is not None

    # With another key everybody is given another link, and the old one is over.
    renewed = place.pages(OTHER)
    assert await renewed.open(token) is None
    other = await renewed.token_of(place.bob.id)
    assert await renewed.open(other) is not None
    assert await renewed.token_of(place.bob.id) == other

    async with place.database.writing() as session:
        for row in (await session.exec(select(PersonalPage))).all():
            row.expires_at = now() - timedelta(seconds=1)
            session.add(row)
    assert await renewed.open(other) is None
    for wrong in ("", "short", "A" * 22, token + "A"):
        assert await renewed.open(wrong) is None


async def test_using_a_link_makes_it_last_and_never_brings_one_back(place: Place) -> None:
    pages = place.pages()
    opened = await pages.open(await pages.token_of(place.bob.id))
    assert opened is not None
    opened.page.expires_at = now() + timedelta(days=3)

    await pages.used(opened)
    (row,) = await place.kept()
    assert row.expires_at > now() + LIFETIME - timedelta(minutes=5)

    await pages.revoke("UBOB", actor("UBOB"))
    await pages.used(opened)
    (row,) = await place.kept()
    assert row.revoked_at is not None
