"""The work of a town: apps, builds, releases, and the uploads that led to them."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from provisioning.releases.lifecycle import ACTIONS
from storage.catalog.search import spelled
from storage.records.app import App
from storage.records.audit import AuditEntry
from storage.records.base import now
from storage.records.build import Build
from storage.records.identity import SigningIdentity
from storage.records.product import Product
from storage.records.release import Release, ReleaseState
from storage.records.symbols import Symbols
from storage.records.tag import ReleaseTag
from storage.records.upload import Upload, UploadPlace, UploadState
from storage.records.variant import Preparation, Variant, VariantState, VariantWay
from tests.town import sheets
from tests.town.loading import Loader
from tests.town.people import MANAGER, People
from tests.town.size import Size

#: So many symbols have no build here.
BUILDLESS = 3
#: So many apps are one product.
PAIRED = 2
YEARS = timedelta(days=3 * 365)
BY = f"person:slack:{MANAGER}"
SHOPS = ("Harbour", "Quay", "Pilot", "Tide", "Kran", "Anker", "Möwe", "Lotse", "Hafen", "Dock")


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A release as others need to know it."""

    release_id: str
    app_id: str
    build_id: str
    upload_id: str
    number: int
    version: str
    state: ReleaseState
    posted_at: datetime
    channel_id: str


@dataclass(slots=True, kw_only=True)
class AppWork:
    """An app with its releases, oldest first."""

    app_id: str
    name: str
    platform: str
    bundle_id: str
    works: list[Work] = field(default_factory=list)


def build_up(
    load: Loader, rng: random.Random, size: Size, people: People, organization_id: str
) -> list[AppWork]:
    """Fill the tables of work; return the apps, the one with the most releases first."""
    organization = {"organization_id": organization_id}
    made = []
    product_id = "a" * 32
    load.add(Product, id=product_id, name="Harbour", created_by=BY, **organization)
    for rank, count in enumerate(_shares(size)):
        # The two largest apps are one product, for iPhones and for Android phones.
        app = _app(load, rng, rank, organization, product_id if rank < PAIRED else None)
        templates = [sheets.sheet(rng, app.platform, app.bundle_id) for _ in range(3)]
        for number, posted_at in enumerate(_moments(rng, count), start=1):
            state = _state(rng, number, count)
            channel_id = rng.choice(people.channels)
            work = _work(rng, app, number, posted_at, state=state, channel_id=channel_id)
            app.works.append(work)
            _release(load, work, organization)
            _build(load, rng, app, work, rng.choice(templates), organization)
            _upload(load, app, work, organization)
            _audit(load, work, organization)
            if number % 5 == 0:
                _tag(load, work, organization)
        made.append(app)
    _symbols(load, rng, size, made, organization)
    _under_way(load, rng, made, organization)
    _variants(load, rng, made, organization)
    return made


def _shares(size: Size) -> list[int]:
    """Return how many releases each app has: a few very many, most a few."""
    weights = [1 / (rank + 3) for rank in range(size.apps)]
    return [max(4, round(size.releases * weight / sum(weights))) for weight in weights]


def _moments(rng: random.Random, count: int) -> Iterator[datetime]:
    start = now() - YEARS
    yield from sorted(start + YEARS * rng.random() for _ in range(count))


def _state(rng: random.Random, number: int, count: int) -> ReleaseState:
    if number == count:
        return ReleaseState.DRAFT
    if number in {1, count - 1}:
        return ReleaseState.LIVE
    others = (ReleaseState.DISMISSED, ReleaseState.RECALLED, ReleaseState.DRAFT)
    return rng.choices((ReleaseState.LIVE, *others), weights=(92, 5, 2, 1))[0]


def _app(
    load: Loader,
    rng: random.Random,
    rank: int,
    organization: dict[str, str],
    product_id: str | None,
) -> AppWork:
    shop = SHOPS[rank % len(SHOPS)]
    suffix = f"-{rank}" if rank >= len(SHOPS) else ""
    app = AppWork(
        app_id=new_id(rng),
        name=f"{shop.lower().replace('ö', 'oe')}{suffix}",
        platform="ios" if rank % 2 == 0 else "android",
        bundle_id=f"com.example.{shop.lower().replace('ö', 'oe')}{rank}",
    )
    load.add(
        App,
        id=app.app_id,
        name=app.name,
        display_name=f"{shop}{suffix.replace('-', ' ')}",
        platform=app.platform,
        bundle_id=app.bundle_id,
        product_id=product_id,
        created_by=BY,
        **organization,
    )
    return app


def _work(
    rng: random.Random,
    app: AppWork,
    number: int,
    posted_at: datetime,
    *,
    state: ReleaseState,
    channel_id: str,
) -> Work:
    return Work(
        release_id=new_id(rng),
        app_id=app.app_id,
        build_id=new_id(rng),
        upload_id=new_id(rng),
        number=number,
        version=f"{1 + number // 200}.{number // 10 % 20}.{number % 10}",
        state=state,
        posted_at=posted_at,
        channel_id=channel_id,
    )


def _release(load: Loader, work: Work, organization: dict[str, str]) -> None:
    published = work.state in {ReleaseState.LIVE, ReleaseState.RECALLED}
    ended = work.state in {ReleaseState.DISMISSED, ReleaseState.RECALLED}
    load.add(
        Release,
        id=work.release_id,
        key=f"build:{work.build_id}:{work.app_id}"[:80],
        app_id=work.app_id,
        number=work.number,
        build_id=work.build_id,
        state=work.state,
        sought=spelled(work.version, str(work.number + 1000)),
        notes="- Faster start\n- Tiles load again after a lost connection\n" * 6,
        posted_at=work.posted_at,
        created_by=BY,
        created_at=work.posted_at,
        published_by=BY if published else None,
        published_at=work.posted_at if published else None,
        ended_by=BY if ended else None,
        ended_at=work.posted_at if ended else None,
        **organization,
    )


def _tag(load: Loader, work: Work, organization: dict[str, str]) -> None:
    for tag in ("beta", f"sprint-{work.number // 10}"):
        load.add(
            ReleaseTag,
            release_id=work.release_id,
            app_id=work.app_id,
            tag=tag,
            created_by=BY,
            created_at=work.posted_at,
            **organization,
        )


def _build(
    load: Loader,
    rng: random.Random,
    app: AppWork,
    work: Work,
    template: dict[str, Any],
    organization: dict[str, str],
) -> None:
    number = str(work.number + 1000)
    load.add(
        Build,
        id=work.build_id,
        sha256=work.build_id * 2,
        md5=work.build_id,
        size=template["size"],
        chunk_size=10_485_760,
        chunks=[f"{rng.getrandbits(256):064x}" for _ in range(template["size"] // 10_485_760 + 1)],
        file_name=f"{app.name}-{work.version}.{template['kind']}",
        platform=app.platform,
        bundle_id=app.bundle_id,
        version=work.version,
        build=number,
        facts={**template, "version": work.version, "build": number},
        icon_sha256=app.app_id * 2,
        created_at=work.posted_at,
        **organization,
    )


def _upload(load: Loader, app: AppWork, work: Work, organization: dict[str, str]) -> None:
    load.add(
        Upload,
        id=work.upload_id,
        key=f"slack:T1:F{work.upload_id}",
        source="slack",
        source_ref={"file_id": f"F{work.upload_id}"},
        file_name=f"{app.name}.{'ipa' if app.platform == 'ios' else 'apk'}",
        size=100_000_000,
        created_by=BY,
        state=UploadState.KEPT,
        received_bytes=100_000_000,
        identity=f"{app.platform} {app.bundle_id}",
        build_id=work.build_id,
        symbols_id=None,
        release_id=work.release_id,
        posted_at=work.posted_at,
        created_at=work.posted_at,
        **organization,
    )
    _place(load, work.upload_id, work.channel_id)


def _place(load: Loader, upload_id: str, channel_id: str) -> None:
    load.add(
        UploadPlace,
        upload_id=upload_id,
        teller="slack",
        address=channel_id,
        thread="1700000000.000100",
    )


def _audit(load: Loader, work: Work, organization: dict[str, str]) -> None:
    for action in ("release.created", ACTIONS[work.state]):
        load.add(
            AuditEntry,
            actor=BY,
            action=action,
            subject_id=work.release_id,
            origin="slack",
            detail={"from": "draft"},
            at=work.posted_at,
            **organization,
        )


def _symbols(
    load: Loader,
    rng: random.Random,
    size: Size,
    apps: list[AppWork],
    organization: dict[str, str],
) -> None:
    """Bring in symbols, each by an upload; the builds of the first few never came."""
    builds = [work.build_id for app in apps for work in app.works]
    for number in range(size.symbols):
        symbols_id, upload_id = new_id(rng), new_id(rng)
        load.add(
            Symbols,
            id=symbols_id,
            sha256=symbols_id * 2,
            size=30_000_000,
            file_name="Harbour.dSYM.zip",
            kind="dsym",
            platform="ios",
            uuids=[f"{rng.getrandbits(128):032x}"],
            build_id=rng.choice(builds) if number >= BUILDLESS else None,
            created_by=BY,
            **organization,
        )
        load.add(
            Upload,
            id=upload_id,
            key=f"slack:T1:F{upload_id}",
            source="slack",
            source_ref={"file_id": f"F{upload_id}"},
            file_name="Harbour.dSYM.zip",
            size=30_000_000,
            created_by=BY,
            state=UploadState.KEPT,
            received_bytes=30_000_000,
            identity=None,
            build_id=None,
            symbols_id=symbols_id,
            release_id=None,
            posted_at=now() - timedelta(hours=number),
            created_at=now() - timedelta(hours=number),
            **organization,
        )


def _under_way(
    load: Loader, rng: random.Random, apps: list[AppWork], organization: dict[str, str]
) -> None:
    """Bring in builds of an app that nobody created yet, and uploads whose road has not ended."""
    waiting: list[tuple[UploadState, str | None]] = []
    waiting += [(UploadState.KEPT, "ios com.example.nobody")] * 3
    waiting += [(UploadState.INSPECTING, f"{app.platform} {app.bundle_id}") for app in apps[:3]]
    waiting += [(UploadState.FETCHING, None)] * 3
    template = sheets.sheet(rng, "ios", "com.example.nobody")
    nobody = AppWork(
        app_id=new_id(rng), name="nobody", platform="ios", bundle_id="com.example.nobody"
    )
    for number, (state, identity) in enumerate(waiting, start=1):
        work = _work(rng, nobody, number, now(), state=ReleaseState.DRAFT, channel_id="C00000001")
        if state is UploadState.KEPT:
            _build(load, rng, nobody, work, template, organization)
        load.add(
            Upload,
            id=work.upload_id,
            key=f"slack:T1:F{work.upload_id}",
            source="slack",
            source_ref={"file_id": f"F{work.upload_id}"},
            file_name="nobody.ipa",
            size=100_000_000,
            created_by=BY,
            state=state,
            received_bytes=0,
            identity=identity,
            build_id=work.build_id if state is UploadState.KEPT else None,
            symbols_id=None,
            release_id=None,
            posted_at=now(),
            created_at=now(),
            **organization,
        )
        _place(load, work.upload_id, work.channel_id)


def _variants(
    load: Loader, rng: random.Random, apps: list[AppWork], organization: dict[str, str]
) -> None:
    """Sign the two newest builds of each iOS app for a few generations of devices."""
    identity_id, mark = new_id(rng), new_id(rng) * 2
    load.add(
        SigningIdentity,
        id=identity_id,
        key_fingerprint=mark,
        sealed_key=b"sealed",
        fingerprint=mark,
        name="Apple Distribution: Harbour Works Ltd",
        created_by=BY,
        **organization,
    )
    newest = [work for app in apps if app.platform == "ios" for work in app.works[-2:]]
    for work in newest:
        chunks = [f"{rng.getrandbits(256):064x}" for _ in range(20)]
        load.add(
            Preparation,
            build_id=work.build_id,
            source_sha256=work.build_id * 2,
            base_sha256=new_id(rng) * 2,
            index_sha256=new_id(rng) * 2,
            fingerprint=mark,
            chunks=chunks,
        )
        for devices in (90, 91, 92, 93, 94):
            base, fresh = new_id(rng) * 2, new_id(rng) * 2
            load.add(
                Variant,
                build_id=work.build_id,
                generation=new_id(rng) * 2,
                identity_id=identity_id,
                fingerprint=mark,
                state=VariantState.READY,
                way=VariantWay.SPLICE,
                base_sha256=base,
                fresh_sha256=fresh,
                segments=[[base, 0, 100_000_000], [fresh, 0, 200_000]],
                size=100_200_000,
                tag=new_id(rng),
                chunks=chunks,
                signing=sheets.signing(rng, devices).model_dump(mode="json"),
                ready_at=work.posted_at,
            )


def new_id(rng: random.Random) -> str:
    return f"{rng.getrandbits(128):032x}"
