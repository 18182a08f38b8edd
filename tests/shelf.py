"""A release on the shelf: everything between an organization and somebody's right to install."""

import io
import random
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from PIL import Image, ImageDraw
from sqlmodel import SQLModel

from storage.blobs.local import LocalBlobs
from storage.blobs.store import StoredBlob
from storage.catalog.database import Database
from storage.inspection.facts import Facts, Signing
from storage.records.app import App
from storage.records.base import new_id, now
from storage.records.build import Build
from storage.records.destination import Destination, DestinationKind
from storage.records.distribution import (
    Distribution,
    DistributionState,
    Recipient,
    RecipientState,
)
from storage.records.grant import Grant
from storage.records.organization import Organization
from storage.records.release import Release, ReleaseState
from storage.records.tester import Tester


def package(size: int = 300_000) -> bytes:
    """Return bytes of which no two pieces are alike, so that a shifted range shows."""
    return random.Random(size).randbytes(size)  # noqa: S311 - they only have to differ


def drawn_icon() -> bytes:
    """Return a PNG such as the inspection makes."""
    image = Image.new("RGBA", (512, 512), (12, 66, 84, 255))
    pen = ImageDraw.Draw(image)
    pen.ellipse((96, 96, 416, 416), outline=(255, 214, 120, 255), width=36)
    pen.polygon([(256, 130), (310, 300), (256, 268), (202, 300)], fill=(255, 255, 255, 255))
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def signed_ad_hoc(**changes: object) -> Signing:
    """Return what an ad hoc profile of two devices says."""
    values: dict[str, Any] = {
        "signed": True,
        "kind": "adhoc",
        "team_id": "TEAM123456",
        "team_name": "Harbour Works Ltd",
        "profile_name": "Harbour Ad Hoc",
        "expires_at": now() + timedelta(days=200),
        "devices": ("00008110-0011223344556677", "00008120-0011223344556677"),
    }
    return Signing(**{**values, **changes})


def facts_of(platform: str = "ios", **changes: object) -> Facts:
    """Return the sheet of a package that installs well, but for *changes*."""
    values: dict[str, Any] = {
        "platform": platform,
        "kind": "ipa" if platform == "ios" else "apk",
        "bundle_id": "test.example.harbour",
        "version": "1.4.2",
        "build": "57",
        "min_os": "16.0" if platform == "ios" else "26",
        "device_families": ("iphone", "ipad") if platform == "ios" else (),
        "size": 1,
        "sha256": "0" * 64,
        "sha1": "0" * 40,
        "md5": "0" * 32,
        "signing": signed_ad_hoc() if platform == "ios" else Signing(signed=True),
    }
    return Facts(**{**values, **changes})


@dataclass
class Shelf:
    """A release and a person who may get it."""

    release: Release
    build: Build
    app: App
    tester: Tester


async def stock(
    database: Database,
    *,
    facts: Facts | None = None,
    blob: StoredBlob | None = None,
    **records: Mapping[str, Any],
) -> Shelf:
    """Put a release on the shelf; *records* change what its build, app, release, tester say."""
    sheet = facts or facts_of()
    mark = new_id()[:12]
    organization = Organization(name=f"works-{mark}")
    ours = {"organization_id": organization.id}
    build = Build(**{**ours, **_build(sheet, blob, mark), **records.get("build", {})})
    app = App(**{**ours, **_app(build, mark), **records.get("app", {})})
    release = Release(**{**_release(app, build), **records.get("release", {})})
    bob = {"slack_id": f"U{mark.upper()}", "name": "Bob Baker"}
    tester = Tester(**{**ours, **bob, **records.get("tester", {})})
    given = sent(release, app, tester.id)
    for record in (organization, build, app, tester, release, *given):
        async with database.writing() as session:
            session.add(record)
    return Shelf(release=release, build=build, app=app, tester=tester)


def sent(release: Release, app: App, tester_id: str) -> tuple[SQLModel, ...]:
    """Return the act by which a tester got the release."""
    act = Distribution(
        key=f"test:{release.id}",
        release_id=release.id,
        requested_by=release.created_by,
        state=DistributionState.DONE,
    )
    destination = Destination(
        release_id=release.id,
        app_id=app.id,
        kind=DestinationKind.TESTER,
        target_id=tester_id,
        created_by=release.created_by,
    )
    recipient = Recipient(
        distribution_id=act.id,
        release_id=release.id,
        destination_id=destination.id,
        tester_id=tester_id,
        teller="slack",
        state=RecipientState.TOLD,
    )
    return act, destination, recipient


async def change(
    database: Database, record: App | Build | Grant | Release | Tester, **values: object
) -> None:
    """Set *values* on a record as somebody else would."""
    async with database.writing() as session:
        found = await session.get(type(record), record.id)
        assert found is not None
        for name, value in values.items():
            setattr(found, name, value)
        session.add(found)


async def put(blobs: LocalBlobs, content: bytes) -> StoredBlob:
    return await blobs.put(_pieces(content), limit=10**9)


async def _pieces(content: bytes) -> AsyncIterator[bytes]:
    yield content


def _build(sheet: Facts, blob: StoredBlob | None, mark: str) -> dict[str, Any]:
    return {
        "sha256": blob.sha256 if blob else mark.ljust(64, "0"),
        "md5": sheet.md5,
        "size": blob.size if blob else sheet.size,
        "chunk_size": blob.chunk_size if blob else 10_485_760,
        "chunks": list(blob.chunks) if blob else ["0" * 64],
        "file_name": f"Harbour.{sheet.kind}",
        "platform": sheet.platform,
        "bundle_id": sheet.bundle_id or "",
        "version": sheet.version or "",
        "build": sheet.build or "",
        "facts": sheet.as_json(),
    }


def _app(build: Build, mark: str) -> dict[str, Any]:
    return {
        "name": f"app-{mark}",
        "display_name": "Harbour",
        "platform": build.platform,
        "bundle_id": build.bundle_id,
        "created_by": "person:slack:UANN",
    }


def _release(app: App, build: Build) -> dict[str, Any]:
    return {
        "organization_id": app.organization_id,
        "key": f"build:{build.id}",
        "app_id": app.id,
        "number": 7,
        "build_id": build.id,
        "state": ReleaseState.LIVE,
        "created_by": "person:slack:UANN",
    }
