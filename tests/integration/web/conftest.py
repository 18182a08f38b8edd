"""The web application, served on 127.0.0.1 for each test."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import ClientSession, web

from bot.links import Links
from bot.web.app import WebParts, make_runner, make_web
from bot.web.health import Check, blobs_answer, database_answers
from bot.web.kit.doors import Access, Door, Guard
from bot.web.me.routes import MyParts
from provisioning.installing.grants import Grants
from provisioning.installing.installabilities import Installabilities
from provisioning.installing.my_builds import MyBuilds
from provisioning.installing.personal_pages import PersonalPages
from provisioning.installing.receipts import Receipts
from provisioning.people.permissions import Permissions
from provisioning.releases.lists import Lists
from storage.blobs.local import LocalBlobs
from storage.catalog.database import Database
from tests.fakes import FakeDirectory
from tests.integration.web.site import BASE, KEY, Site


@asynccontextmanager
async def serving(app: web.Application) -> AsyncGenerator[str]:
    """Lend the address of a served application."""
    runner = make_runner(app, patience=0.1)
    await runner.setup()
    try:
        listening = web.TCPSite(runner, "127.0.0.1", 0)
        await listening.start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def open_site(
    url: str, folder: Path, *, base: str = BASE, stall: float = 5.0
) -> AsyncGenerator[Site]:
    """Lend a served installation on the database at *url*."""
    database = Database(url)
    blobs = LocalBlobs(folder / "blobs", spare=0)
    grants = Grants(database, KEY, timedelta(days=30))
    permissions = Permissions(database, FakeDirectory(), organization_id="", admins=())
    lists = Lists(database, organization_id="")
    receipts = Receipts(database)
    links = Links(base)
    async with ClientSession() as client:
        site = Site(
            address="",
            client=client,
            database=database,
            blobs=blobs,
            grants=grants,
            receipts=receipts,
            links=links,
            pages=PersonalPages(database, permissions, KEY, organization_id=""),
            builds=MyBuilds(database, lists, Installabilities(database)),
        )
        async with serving(make_web(parts_of(site, stall=stall))) as address:
            site.address = address
            yield site
    await database.close()


def parts_of(
    site: Site,
    *,
    doors: Sequence[Door] = (),
    alive: Mapping[str, Check] | None = None,
    ready: Mapping[str, Check] | None = None,
    guards: Mapping[Access, Guard] | None = None,
    stall: float = 5.0,
) -> WebParts:
    """Return what the web application of *site* is made of, with more doors and other checks."""
    usual = {"database": database_answers(site.database), "blobs": blobs_answer(site.blobs)}
    return WebParts(
        grants=site.grants,
        installabilities=Installabilities(site.database),
        receipts=site.receipts,
        blobs=site.blobs,
        links=site.links,
        doors=doors,
        guards=guards or {},
        alive=alive or {},
        ready=usual if ready is None else ready,
        stall=stall,
        mine=MyParts(pages=site.pages, builds=site.builds, grants=site.grants),
    )


@pytest.fixture
async def site(sqlite_url: str, tmp_path: Path) -> AsyncGenerator[Site]:
    """Lend a served installation on SQLite."""
    async with open_site(sqlite_url, tmp_path) as site:
        yield site
