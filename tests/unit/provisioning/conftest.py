"""The domain with a fake at every socket, over a real database and a real store."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.sandbox.samples.harbour import harbour_ipa
from provisioning.distributing.distributions import Distributions
from provisioning.intake.fetching import Fetching
from provisioning.intake.intake import Intake, IntakeParts, Sighting
from provisioning.people.audience import Audience
from provisioning.people.groups import Groups
from provisioning.people.people import People
from provisioning.releases.drafts import NewApp, Releases
from provisioning.releases.reading import Cards
from provisioning.roads.distribute import Distribute
from provisioning.roads.show_place import ShowPlace
from provisioning.roads.take_in import TakeIn
from storage.blobs.local import LocalBlobs
from storage.catalog import organizations
from storage.catalog.database import Database
from storage.records.upload import Upload
from tests.fakes import FakeAnnouncer, FakeDirectory, FakeSource, InlineEngine, InlineInspector

MANAGER, TESTER, UPLOADER, GUEST, BOT = "UANN", "UBOB", "UCID", "UDEE", "UBOT"


@dataclass
class Domain:
    """Everything a test of the domain fills and reads."""

    database: Database
    blobs: LocalBlobs
    engine: InlineEngine
    announcer: FakeAnnouncer
    directory: FakeDirectory
    source: FakeSource
    people: People
    intake: Intake
    releases: Releases
    groups: Groups
    distributions: Distributions
    audience: Audience
    cards: Cards

    async def upload(self, path: Path, file_id: str = "F1", **seen: object) -> Upload | None:
        """Let Cid post the file at *path* in a channel."""
        self.source.files[file_id] = path
        values: dict[str, object] = {
            "key": f"slack:T1:{file_id}",
            "team_id": "T1",
            "source": "slack",
            "source_ref": {"file_id": file_id},
            "file_name": path.name,
            "uploader": UPLOADER,
            "channel_id": "C1",
            "thread_ts": "1.0",
        }
        return await self.intake.receive(Sighting(**{**values, **seen}))  # type: ignore[arg-type]

    async def draft(self, path: Path, file_id: str = "F1") -> str:
        """Return the id of a draft release made from the file at *path*."""
        upload = await self.upload(path, file_id)
        assert upload is not None
        card = await self.cards.upload(upload.id)
        if card.release is None:
            new = NewApp(name="harbour", display_name="Harbour")
            await self.releases.create_app(upload.id, MANAGER, new)
            card = await self.cards.upload(upload.id)
        assert card.release is not None
        return card.release.release_id


@pytest.fixture
async def domain(database: Database, tmp_path: Path) -> Domain:
    async with database.writing() as session:
        organization = await organizations.named(session, "main")
    directory = FakeDirectory()
    directory.add(MANAGER, "Ann Archer")
    directory.add(TESTER, "Bob Baker")
    directory.add(UPLOADER, "Cid Carver")
    directory.add(GUEST, "Dee Dorn", guest=True)
    directory.add(BOT, "ci", bot=True)
    own = {"organization_id": organization.id}
    engine, announcer, source = InlineEngine(), FakeAnnouncer(), FakeSource()
    blobs = LocalBlobs(tmp_path / "blobs")
    people = People(database, directory, admins=[MANAGER], **own)
    audience = Audience(database, directory, **own)
    parts = IntakeParts(
        database=database,
        blobs=blobs,
        sources={"slack": source},
        inspector=InlineInspector(),
        people=people,
        max_build_bytes=50_000_000,
        fetching=Fetching(database, announcer.show_upload, pause=60),
        **own,
    )
    intake = Intake(parts, engine)
    distributions = Distributions(database, people, audience, engine, **own)
    engine.roads = {
        "take_in": TakeIn(intake, announcer),
        "show_place": ShowPlace(announcer),
        "distribute": Distribute(distributions, announcer),
    }
    return Domain(
        database=database,
        blobs=blobs,
        engine=engine,
        announcer=announcer,
        directory=directory,
        source=source,
        people=people,
        intake=intake,
        releases=Releases(database, people, **own),
        groups=Groups(database, people, directory, audience, **own),
        distributions=distributions,
        audience=audience,
        cards=Cards(database, **own),
    )


@pytest.fixture(scope="session")
def ipa(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return harbour_ipa(tmp_path_factory.mktemp("ipa"))


@pytest.fixture(scope="session")
def newer_ipa(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return harbour_ipa(tmp_path_factory.mktemp("newer"), version="2.5.0", build="250")
