"""The one place that chooses: settings in, a running house out."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from aiohttp import web

from bot.clock import Clock
from bot.engine import DurableEngine
from bot.links import Links
from bot.secret_key import secret_key
from bot.services import Services
from bot.settings import Settings
from bot.slack import client, http
from bot.slack.announcer import SlackAnnouncer
from bot.slack.app import make_slack
from bot.slack.parts import SlackParts, Workspace, workspace
from bot.slack.socket import Socket
from bot.sweeping import Sweeping
from bot.web.app import WebParts, make_web
from bot.web.doors import Access, Door
from bot.web.health import Check, blobs_answer, database_answers
from bot.web.icons import icon_door
from provisioning.audience import Audience
from provisioning.builds import Intake, IntakeParts
from provisioning.cards import Cards
from provisioning.distribution import Distributions
from provisioning.fetching import Fetching
from provisioning.grants import Grants
from provisioning.groups import Groups
from provisioning.people import People
from provisioning.receipts import Receipts
from provisioning.releases import Releases
from provisioning.testers import Testers
from provisioning.workflows.distribute import Distribute
from provisioning.workflows.take_in import ShowPlace, TakeIn
from storage.blobs.local import LocalBlobs
from storage.catalog import organizations
from storage.catalog.database import Database
from storage.inspection.worker import InspectionPool
from storage.migrations import migrate

logger = logging.getLogger(__name__)

GRANT_LIFETIME = timedelta(days=90)
