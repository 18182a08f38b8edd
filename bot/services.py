"""Everything a running house offers to whoever stands at a door."""

from dataclasses import dataclass

from slack_bolt.async_app import AsyncApp

from bot.engine import DurableEngine
from bot.links import Links
from bot.settings import Settings
from bot.slack.parts import Workspace
from provisioning.builds import Intake
from provisioning.cards import Cards
from provisioning.distribution import Distributions
from provisioning.grants import Grants
from provisioning.groups import Groups
from provisioning.identities import Identities
from provisioning.people import People
from provisioning.receipts import Receipts
from provisioning.releases import Releases
from provisioning.signing import Signing
from provisioning.testers import Testers
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
