"""A served installation with releases in it: what the tests of the web look at."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from aiohttp import ClientSession
from multidict import CIMultiDictProxy
from sqlmodel import select
from yarl import URL

from bot.links import Links
from provisioning.installing.grants import Grants
from provisioning.installing.my_builds import MyBuilds
from provisioning.installing.personal_pages import PersonalPages
from provisioning.installing.receipts import Receipts
from storage.blobs.local import LocalBlobs
from storage.catalog.database import Database
from storage.records.base import now
from storage.records.build import Build
from storage.records.grant import Grant, Receipt
from storage.records.release import Release, ReleaseState
from tests.shelf import Shelf, change, facts_of, package, put, sent, stock

BASE = "https://apps.example.test"
KEY = b"k" * 32

IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5_1 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1"
)
ANDROID = (
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/131.0.0.0 Mobile Safari/537.36"
)
DESKTOP = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.0 Safari/605.1.15"
)
APPSTORED = (
    "com.apple.appstored/1.0 iOS/18.0 model/iPhone16,2 hwp/t8130 build/22A3354 (6; dt:311) AMS/1"
)
SLACKBOT = "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back, all of it."""

    status: int
    headers: CIMultiDictProxy[str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


@dataclass
class Offer:
    """A release with somebody's link to it."""

    token: str
    grant: Grant
    shelf: Shelf
    content: bytes

    @property
    def path(self) -> str:
        return f"/i/{self.token}"

    @property
    def ipa(self) -> str:
        return f"{self.path}/app.ipa"

    @property
    def tag(self) -> str:
        return f'"{self.shelf.build.sha256}"'


@dataclass
class Site:
    """The served web application, and the house behind it."""

    address: str
    client: ClientSession
    database: Database
    blobs: LocalBlobs
    grants: Grants
    receipts: Receipts
    links: Links
    pages: PersonalPages
    builds: MyBuilds

    async def get(
        self, path: str, *, agent: str = IPHONE, method: str = "GET", **headers: str
    ) -> Answer:
        """Ask for *path* as it is written; `If_Range` in *headers* means `If-Range`."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        async with self.client.request(
            method,
            URL(self.address + path, encoded=True),
            headers={"User-Agent": agent, **named},
            allow_redirects=False,
        ) as answer:
            return Answer(status=answer.status, headers=answer.headers, body=await answer.read())

    async def text(self, path: str, *, agent: str = IPHONE) -> str:
        """Return the body of a page that must be there."""
        answer = await self.get(path, agent=agent)
        assert answer.status == 200
        return answer.text

    async def receipts_of(self, offer: Offer) -> dict[str, Receipt]:
        async with self.database.reading() as session:
            found = await session.exec(select(Receipt).where(Receipt.grant_id == offer.grant.id))
            return {receipt.kind.value: receipt for receipt in found.all()}

    async def offer(
        self,
        *,
        platform: str = "ios",
        content: bytes | None = None,
        icon: bytes | None = None,
        facts: Mapping[str, Any] | None = None,
        **records: Mapping[str, Any],
    ) -> Offer:
        """
        Put a release on the shelf and give it to somebody.

        *records* change what the build, app, release or tester says.
        """
        content = package() if content is None else content
        if icon:
            drawn = {"icon_sha256": (await put(self.blobs, icon)).sha256}
            records["build"] = {**drawn, **records.get("build", {})}
        shelf = await stock(
            self.database,
            facts=facts_of(platform, **(facts or {})),
            blob=await put(self.blobs, content),
            **records,
        )
        grant = await self.grants.give(shelf.release.id, shelf.tester.id)
        return Offer(token=self.grants.token(grant), grant=grant, shelf=shelf, content=content)

    async def expire(self, offer: Offer) -> None:
        await change(self.database, offer.grant, expires_at=now() - timedelta(seconds=1))


async def next_release(
    site: Site,
    offer: Offer,
    *,
    number: int,
    version: str,
    tester_id: str | None = None,
    notes: str = "",
    **facts: object,
) -> Release:
    """Give another release of the same app to the person of *offer*, or to somebody else."""
    shelf = offer.shelf
    sheet = facts_of(shelf.build.platform, version=version, build="58", **facts)
    build = Build(
        organization_id=shelf.build.organization_id,
        sha256=f"{number % 16:x}" * 64,
        size=shelf.build.size,
        chunk_size=shelf.build.chunk_size,
        chunks=list(shelf.build.chunks),
        file_name=shelf.build.file_name,
        platform=shelf.build.platform,
        version=version,
        build="58",
        facts=sheet.as_json(),
    )
    release = Release(
        organization_id=build.organization_id,
        key=f"build:{build.id}",
        app_id=shelf.app.id,
        number=number,
        build_id=build.id,
        state=ReleaseState.LIVE,
        notes=notes,
        created_by="person:slack:UANN",
    )
    given = sent(release, shelf.app, tester_id or shelf.tester.id)
    for record in (build, release, *given):
        async with site.database.writing() as session:
            session.add(record)
    return release
