"""The domain with a fake at every socket, over a real database and a real store."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from bot.sandbox.samples.harbour import harbour_ipa
from bot.sandbox.samples.ipa import SampleApp, write_ipa
from provisioning.actors import Actor, person, slack
from provisioning.appstore.client import AppStores
from provisioning.devices.approvals import Approvals
from provisioning.devices.profiles import Profiles
from provisioning.devices.registry import Registry
from provisioning.devices.teams import AppleTeams
from provisioning.devices.waves import Waves
from provisioning.distributing.approval_cards import ApprovalCards
from provisioning.distributing.approval_policies import ApprovalPolicies
from provisioning.distributing.approvers import Approvers
from provisioning.distributing.carrying import Carrying
from provisioning.distributing.covering import Covering
from provisioning.distributing.distributions import Distributions
from provisioning.distributing.joint_orders import JointOrders
from provisioning.distributing.mandates import Mandates
from provisioning.distributing.pending_cards import PendingCards
from provisioning.distributing.pending_orders import PendingOrders
from provisioning.distributing.rebuilds import Rebuilds
from provisioning.distributing.recall import Recalls
from provisioning.distributing.recall_order import RecallOrder
from provisioning.distributing.release_approvals import ReleaseApprovals
from provisioning.distributing.reminding import Reminding
from provisioning.distributing.settling import Settling
from provisioning.distributing.step_runs import StepRuns
from provisioning.distributing.taking_back import TakingBack
from provisioning.following.holders import Holders
from provisioning.following.mutes import Mutes
from provisioning.following.nudge_cards import NudgeCards
from provisioning.following.nudges import Nudges
from provisioning.following.nudging import Nudging
from provisioning.following.tallying import Tallying
from provisioning.following.troubles import Troubles
from provisioning.installing.grants import Grants
from provisioning.installing.installabilities import Installabilities
from provisioning.installing.receipts import Receipts
from provisioning.intake.admission import Admission
from provisioning.intake.fetching import Fetching
from provisioning.intake.intake import Intake, IntakeParts
from provisioning.intake.linking import Linking
from provisioning.intake.sighting import AnswerSpot, Sighting
from provisioning.leaving.announcing import Announcing
from provisioning.leaving.departures import Departures
from provisioning.leaving.letting_go import LettingGo
from provisioning.leaving.restoring import Restoring
from provisioning.people.audience import Audience
from provisioning.people.groups import Groups
from provisioning.people.join_links import JoinLinks
from provisioning.people.joining import Joining
from provisioning.people.people import People
from provisioning.people.permissions import Permissions
from provisioning.people.roles import Roles
from provisioning.people.testers import Testers
from provisioning.releases.apps import Apps, NewApp
from provisioning.releases.availability import Availability
from provisioning.releases.drafts import Drafts
from provisioning.releases.edits import ReleaseEdits
from provisioning.releases.history import Chronicle
from provisioning.releases.lists import Lists
from provisioning.releases.mandated import MandateCards
from provisioning.releases.products import Products
from provisioning.releases.reading import Cards
from provisioning.releases.recalled import RecallCards
from provisioning.releases.rewording import Rewording
from provisioning.releases.tagging import Tagging
from provisioning.releases.tracks import Tracks
from provisioning.releases.verification import DeveloperVerification
from provisioning.roads.every import every
from provisioning.signing.identities import Identities
from provisioning.signing.making import Making
from provisioning.signing.scratch import Workroom
from provisioning.signing.variants import Signing
from provisioning.telling.tellers import Tellers
from storage.blobs.local import LocalBlobs
from storage.catalog import organizations
from storage.catalog.database import Database
from storage.records.recall import Recall
from storage.records.upload import Upload
from storage.secrets import Secrets
from tests.fakes import (
    FakeDirectory,
    FakePreparing,
    FakeSource,
    FakeTeller,
    InlineEngine,
    InlineInspector,
)

ANN, BOB, CID, DEE, CI = (slack(user_id) for user_id in ("UANN", "UBOB", "UCID", "UDEE", "UBOT"))
MANAGER, TESTER, UPLOADER, GUEST, BOT = (
    person(identity, origin="test") for identity in (ANN, BOB, CID, DEE, CI)
)


@dataclass
class Domain:
    """Everything a test of the domain fills and reads."""

    database: Database
    blobs: LocalBlobs
    engine: InlineEngine
    teller: FakeTeller
    directory: FakeDirectory
    source: FakeSource
    permissions: Permissions
    roles: Roles
    intake: Intake
    linking: Linking
    preparing: FakePreparing
    apps: Apps
    tracks: Tracks
    products: Products
    verification: DeveloperVerification
    drafts: Drafts
    groups: Groups
    testers: Testers
    links: JoinLinks
    joining: Joining
    distributions: Distributions
    joint: JointOrders
    pending: PendingOrders
    pending_cards: PendingCards
    requests: ReleaseApprovals
    policies: ApprovalPolicies
    approvals: ApprovalCards
    carrying: Carrying
    recalls: Recalls
    taking_back: TakingBack
    mandates: Mandates
    reminding: Reminding
    settling: Settling
    departures: Departures
    letting_go: LettingGo
    restoring: Restoring
    announcing: Announcing
    step_runs: StepRuns
    audience: Audience
    cards: Cards
    recalled: RecallCards
    mandated: MandateCards
    history: Chronicle
    rewording: Rewording
    tagging: Tagging
    availability: Availability
    grants: Grants
    lists: Lists
    receipts: Receipts
    holders: Holders
    nudges: Nudges
    nudge_cards: NudgeCards
    mutes: Mutes
    troubles: Troubles
    tallying: Tallying

    async def upload(self, path: Path, file_id: str = "F1", **seen: object) -> Upload:
        """Let Cid post the file at *path* in a channel."""
        self.source.files[file_id] = path
        values: dict[str, object] = {
            "key": f"slack:T1:{file_id}",
            "source": "slack",
            "source_ref": {"file_id": file_id},
            "file_name": path.name,
            "by": UPLOADER,
            "spot": AnswerSpot(teller="slack", address="C1", thread="1.0"),
        }
        return await self.intake.receive(Sighting(**{**values, **seen}))  # type: ignore[arg-type]

    async def recall(self, release_id: str, by: Actor = MANAGER, **order: object) -> Recall:
        """Take a release back, from everybody unless *order* says from whom."""
        values: dict[str, object] = {"key": f"recall:{release_id}", "because": "It crashes."}
        return await self.recalls.request(
            RecallOrder(**{**values, **order}, release_id=release_id, by=by)  # type: ignore[arg-type]
        )

    async def draft(self, path: Path, file_id: str = "F1") -> str:
        """Return the id of a draft release made from the file at *path*."""
        upload = await self.upload(path, file_id)
        card = await self.cards.upload(upload.id)
        if card.release is None:
            new = NewApp(name="harbour", display_name="Harbour")
            await self.apps.create(upload.id, MANAGER, new)
            card = await self.cards.upload(upload.id)
        assert card.release is not None
        return card.release.release_id


@pytest.fixture
async def domain(database: Database, tmp_path: Path) -> Domain:
    async with database.writing() as session:
        organization = await organizations.named(session, "main")
    directory = FakeDirectory()
    directory.add(ANN.value, "Ann Archer")
    directory.add(BOB.value, "Bob Baker")
    directory.add(CID.value, "Cid Carver")
    directory.add(DEE.value, "Dee Dorn", guest=True)
    directory.add(CI.value, "ci", bot=True)
    own = {"organization_id": organization.id}
    admins = [ANN.value]
    engine, teller, source = InlineEngine(), FakeTeller(), FakeSource()
    tellers = Tellers([teller])
    blobs = LocalBlobs(tmp_path / "blobs")
    permissions = Permissions(database, directory, admins=admins, **own)
    people = People(directory)
    audience = Audience(database, directory, **own)
    parts = IntakeParts(
        database=database,
        blobs=blobs,
        sources={"slack": source},
        inspector=InlineInspector(),
        admission=Admission(permissions, people),
        max_build_bytes=50_000_000,
        fetching=Fetching(database, tellers.show_upload, pause=60),
        turn_patience=0,
        **own,
    )
    intake = Intake(parts, engine)
    carrying = Carrying(database, audience, tellers)
    taking_back = TakingBack(database, tellers)
    settling = Settling(database, audience, engine, **own)
    mandates = Mandates(database, permissions, people, engine, **own)
    reminding = Reminding(database, tellers)
    departures = Departures(database, permissions, directory, engine, **own)
    letting_go = LettingGo(database, engine, admins=admins, **own)
    announcing = Announcing(database, engine, **own)
    able = Installabilities(database)
    distributions = Distributions(database, permissions, people, audience, able, engine, **own)
    groups = Groups(database, permissions, directory, audience, engine, **own)
    lists = Lists(database, **own)
    step_runs = StepRuns(database, permissions, people, groups, lists, distributions, engine, **own)
    preparing, secrets = FakePreparing(), Secrets(b"k" * 32)
    identities = Identities(database, secrets, organization_id=organization.id)
    signing = Signing(database, identities, Making(database, blobs, Workroom(tmp_path / "signing")))
    teams = AppleTeams(database, secrets, AppStores(), **own)
    registry = Registry(database, teams, **own)
    profiles = Profiles(database, teams, identities, **own)
    waves = Waves(database, registry, profiles, signing, engine, **own)
    approvals = Approvals(database, permissions, audience, engine, **own)
    rebuilds = Rebuilds(database, permissions, engine, None, **own)
    holders = Holders(database, permissions, audience, able)
    troubles = Troubles(database, permissions, able, engine, **own)
    approvers = Approvers(permissions, directory)
    requests = ReleaseApprovals(
        database, permissions, people, approvers, distributions, engine, **own
    )
    cards = Cards(database, **own)
    pending = PendingOrders(database, people, distributions, engine, **own)
    links = JoinLinks(database, permissions, people, b"k" * 32, **own)
    joining = Joining(database, permissions, links, groups, engine, b"k" * 32, **own)
    roads = every(
        intake=intake,
        preparing=preparing,
        carrying=carrying,
        covering=Covering(database, approvals, waves, rebuilds, engine, **own),
        taking_back=taking_back,
        settling=settling,
        edits=ReleaseEdits(database),
        mandates=mandates,
        reminding=reminding,
        departures=departures,
        letting_go=letting_go,
        announcing=announcing,
        step_runs=step_runs,
        requests=requests,
        pending=pending,
        rebuilds=rebuilds,
        nudging=Nudging(database),
        troubles=troubles,
        joining=joining,
        registry=registry,
        profiles=profiles,
        waves=waves,
        tellers=tellers,
    )
    engine.roads = {road.name: road for road in roads}
    return Domain(
        database=database,
        blobs=blobs,
        engine=engine,
        teller=teller,
        directory=directory,
        source=source,
        permissions=permissions,
        roles=Roles(database, permissions, directory, admins=admins, **own),
        intake=intake,
        linking=Linking(
            database,
            permissions,
            engine,
            own="https://slipway.example.com",
            external_first=False,
            **own,
        ),
        preparing=preparing,
        apps=Apps(database, permissions, **own),
        tracks=Tracks(database, permissions, **own),
        products=Products(database, permissions, **own),
        verification=DeveloperVerification(database, permissions, **own),
        drafts=Drafts(database, permissions, **own),
        testers=Testers(database, **own),
        groups=groups,
        distributions=distributions,
        joint=JointOrders(database, permissions, people, distributions, engine),
        pending=pending,
        pending_cards=PendingCards(database, cards),
        step_runs=step_runs,
        requests=requests,
        policies=ApprovalPolicies(database, permissions, directory, requests, **own),
        approvals=ApprovalCards(
            database, permissions, cards, requests, distributions, approvers, **own
        ),
        links=links,
        joining=joining,
        carrying=carrying,
        recalls=Recalls(database, permissions, people, audience, engine, **own),
        taking_back=taking_back,
        mandates=mandates,
        reminding=reminding,
        settling=settling,
        departures=departures,
        letting_go=letting_go,
        restoring=Restoring(database, permissions, people, engine, **own),
        announcing=announcing,
        audience=audience,
        cards=cards,
        recalled=RecallCards(database),
        mandated=MandateCards(database),
        history=Chronicle(database, permissions, **own),
        rewording=Rewording(database, permissions, people, engine, **own),
        tagging=Tagging(database, permissions, engine, **own),
        availability=Availability(database, permissions, people, engine, **own),
        grants=Grants(database, b"k" * 32, timedelta(days=30)),
        lists=lists,
        receipts=Receipts(database),
        holders=holders,
        nudges=Nudges(database, permissions, people, holders, tellers, engine, **own),
        nudge_cards=NudgeCards(database),
        mutes=Mutes(database, permissions, audience, **own),
        troubles=troubles,
        tallying=Tallying(database, tellers),
    )


@pytest.fixture(scope="session")
def ipa(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return harbour_ipa(tmp_path_factory.mktemp("ipa"))


@pytest.fixture(scope="session")
def signed_ipa(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write an app to be signed again, without the pictures that take long to draw."""
    path = tmp_path_factory.mktemp("signed") / "signed.ipa"
    write_ipa(path, SampleApp(icon="none"))
    return path


@pytest.fixture
def blobs(tmp_path: Path) -> LocalBlobs:
    return LocalBlobs(tmp_path / "blobs", spare=0)


@pytest.fixture(scope="session")
def newer_ipa(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return harbour_ipa(tmp_path_factory.mktemp("newer"), version="2.5.0", build="250")
