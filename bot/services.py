"""Everything a running house offers to whoever stands at a door."""

from dataclasses import dataclass

from slack_bolt.async_app import AsyncApp

from bot.engine.engine import DurableEngine
from bot.links import Links
from bot.settings import Settings
from bot.slack.parts import Workspace
from provisioning.distributing.distributions import Distributions
from provisioning.installing.grants import Grants
from provisioning.installing.receipts import Receipts
from provisioning.intake.intake import Intake
from provisioning.people.groups import Groups
from provisioning.people.people import People
from provisioning.people.testers import Testers
from provisioning.releases.drafts import Releases
from provisioning.releases.reading import Cards
from provisioning.signing.identities import Identities
from provisioning.signing.variants import Signing
from storage.blobs.local import LocalBlobs
from storage.catalog.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain:
    """What Slipway can do, whoever asks."""

    people: People
    groups: Groups
    testers: Testers
    intake: Intake
    releases: Releases
    distributions: Distributions
    grants: Grants
    receipts: Receipts
    cards: Cards
    identities: Identities
    signing: Signing


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The running house."""

    settings: Settings
    links: Links
    database: Database
    blobs: LocalBlobs
    engine: DurableEngine
    domain: Domain
    workspace: Workspace
    slack: AsyncApp
