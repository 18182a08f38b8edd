"""Slack: the workspace we speak with, how it tells people, and what is listened for there."""

from functools import partial

import aiohttp
from slack_bolt.async_app import AsyncApp

from bot.house import House
from bot.settings import Settings
from bot.slack.approval_teller import ApprovalTeller, ApprovalTellerParts
from bot.slack.channels import Channels
from bot.slack.device_teller import DeviceTeller, DeviceTellerParts
from bot.slack.features.devices.deciding.deeds import board
from bot.slack.files.files import Files
from bot.slack.files.missed import Missed
from bot.slack.files.sightings import Sightings
from bot.slack.files.source import SlackSource
from bot.slack.files.threads import Threads
from bot.slack.join_teller import JoinTeller, JoinTellerParts
from bot.slack.leaver_teller import LeaverTeller
from bot.slack.line import client
from bot.slack.line.http import Entrance
from bot.slack.line.promises import Promises
from bot.slack.line.socket import Socket, SocketParts
from bot.slack.mandate_teller import MandateTeller, MandateTellerParts
from bot.slack.nudge_teller import NudgeTeller, NudgeTellerParts
from bot.slack.pending_teller import PendingTeller
from bot.slack.recall_teller import RecallTeller, RecallTellerParts
from bot.slack.step_teller import StepTeller
from bot.slack.teller import SlackTeller, TellerParts
from bot.slack.trouble_teller import TroubleTeller
from bot.slack.workspace import Workspace, workspace
from bot.wiring.ground import Ground
from storage.secrets import Secrets


def make_workspace(ground: Ground, session: aiohttp.ClientSession) -> Workspace:
    """Return the ways to the workspace; `serve` ends before when there is no token."""
    token = ground.settings.slack_bot_token
    assert token is not None
    ways = client.clients(
        session, token=token.get_secret_value(), base_url=ground.settings.slack_api_url
    )
    return workspace(ways, ground.database, file_hosts=ground.settings.slack_file_hosts)


def make_promises(ground: Ground, slack: Workspace) -> Promises:
    """Return what keeps commands and clicks until they are carried out."""
    return Promises(ground.database, Secrets(ground.key), slack.tasks, slack.standing)


def make_source(slack: Workspace) -> SlackSource:
    """Return where builds posted in Slack come from."""
    files = Files(slack.clients.patient, slack.standing)
    return SlackSource(slack.clients, files, hosts=slack.file_hosts)


def make_teller(ground: Ground, slack: Workspace, house: House) -> SlackTeller:
    plain = ground.settings.slack_api_url.startswith("http://")
    return SlackTeller(
        TellerParts(
            conversations=slack.conversations,
            postings=slack.postings,
            threads=Threads(Files(slack.clients.patient, slack.standing), ground.database),
            cards=house.releases.cards,
            grants=house.installing.grants,
            installabilities=house.installing.installabilities,
            edits=house.releases.edits,
            channels=Channels(house.people.groups, slack.voice),
            links=ground.links,
            devices=make_device_teller(ground, slack, house),
            recalls=make_recall_teller(ground, slack, house),
            homes=house.homes,
            nudges=make_nudge_teller(ground, slack, house),
            troubles=TroubleTeller(slack.conversations, house.following.troubles),
            joins=make_join_teller(slack, house),
            receipts=house.installing.receipts,
            mandates=make_mandate_teller(ground, slack, house),
            leavers=make_leaver_teller(slack, house),
            steps=StepTeller(
                client=slack.clients.patient,
                standing=slack.standing,
                runs=house.distributing.step_runs,
            ),
            approvals=make_approval_teller(slack, house),
            pending=PendingTeller(slack.conversations, house.distributing.pending_cards),
            icon_url=partial(ground.links.card_icon, plain=plain),
        )
    )


def make_device_teller(ground: Ground, slack: Workspace, house: House) -> DeviceTeller:
    return DeviceTeller(
        DeviceTellerParts(
            conversations=slack.conversations,
            postings=slack.postings,
            approvals=house.devices.approvals,
            waves=house.devices.waves,
            rebuilds=house.distributing.rebuilds,
            lists=house.releases.lists,
            grants=house.installing.grants,
            installabilities=house.installing.installabilities,
            links=ground.links,
        )
    )


def make_recall_teller(ground: Ground, slack: Workspace, house: House) -> RecallTeller:
    return RecallTeller(
        RecallTellerParts(
            conversations=slack.conversations,
            postings=slack.postings,
            cards=house.releases.cards,
            recalls=house.releases.recalled,
            grants=house.installing.grants,
            links=ground.links,
        )
    )


def make_mandate_teller(ground: Ground, slack: Workspace, house: House) -> MandateTeller:
    return MandateTeller(
        MandateTellerParts(
            conversations=slack.conversations,
            postings=slack.postings,
            mandated=house.releases.mandated,
            grants=house.installing.grants,
            links=ground.links,
        )
    )


def make_nudge_teller(ground: Ground, slack: Workspace, house: House) -> NudgeTeller:
    return NudgeTeller(
        NudgeTellerParts(
            conversations=slack.conversations,
            postings=slack.postings,
            nudges=house.following.nudge_cards,
            recalls=house.releases.recalled,
            grants=house.installing.grants,
            links=ground.links,
        )
    )


def make_approval_teller(slack: Workspace, house: House) -> ApprovalTeller:
    return ApprovalTeller(
        ApprovalTellerParts(
            conversations=slack.conversations,
            postings=slack.postings,
            cards=house.distributing.approval_cards,
        )
    )


def make_join_teller(slack: Workspace, house: House) -> JoinTeller:
    return JoinTeller(
        JoinTellerParts(
            conversations=slack.conversations,
            postings=slack.postings,
            joining=house.people.joining,
            approvals=house.devices.approvals,
        )
    )


def make_leaver_teller(slack: Workspace, house: House) -> LeaverTeller:
    return LeaverTeller(
        board=board(house, slack),
        postings=slack.postings,
        announcing=house.leaving.announcing,
    )


def make_missed(ground: Ground, slack: Workspace, house: House) -> Missed:
    """Return what looks, every few minutes, for files that no event told of."""
    sightings = Sightings(slack, house.intake)
    return Missed(slack, sightings, organization_id=ground.organization_id)


def make_socket(
    settings: Settings, slack: Workspace, app: AsyncApp, missed: Missed
) -> Socket | None:
    """Return the connection of Socket Mode, None in HTTP mode."""
    if settings.slack_mode != "socket":
        return None
    assert settings.slack_app_token is not None
    parts = SocketParts(
        app=app,
        standing=slack.standing,
        app_token=settings.slack_app_token.get_secret_value(),
        base_url=settings.slack_api_url,
        on_back=missed,
    )
    return Socket(parts)


def make_entrance(settings: Settings, app: AsyncApp) -> Entrance | None:
    """Return the way in of HTTP mode, None in Socket Mode."""
    if settings.slack_mode != "http":
        return None
    assert settings.slack_signing_secret is not None
    return Entrance(app, settings.slack_signing_secret.get_secret_value())
