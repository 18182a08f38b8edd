"""The web: every door of the house that is reached by HTTP."""

import logging
import os
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

from bot.house import House
from bot.secret_key import installation_id
from bot.settings import Settings, SettingsWrong
from bot.slack.line.http import PATH, Entrance
from bot.slack.line.socket import Socket
from bot.slack.line.whereabouts import CardAddresses
from bot.slack.workspace import Workspace
from bot.web.app import WebParts, make_runner, make_web
from bot.web.apple.routes import AppleParts
from bot.web.enroll.routes import EnrolParts
from bot.web.health import About, Check, blobs_answer, database_answers, takes_writing
from bot.web.icons import icon_door
from bot.web.install.handing import Handing, Proxy
from bot.web.join.routes import JoinParts
from bot.web.kit.doors import Access, Door, Guard
from bot.web.kit.limits import RequestRates
from bot.web.me.routes import MyParts
from bot.web.notes.routes import NotesParts
from bot.web.release_link import Whereabouts, release_door
from bot.wiring.ground import Ground
from provisioning.devices.enrolment.signers import SignerFiles

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Doorway:
    """Doors, and who lets people in by them."""

    doors: Sequence[Door] = ()
    guards: Mapping[Access, Guard] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SlackSide:
    """How Slack is reached: by a socket, or by an entrance of ours in HTTP mode."""

    workspace: Workspace
    socket: Socket | None
    entrance: Entrance | None


def slack_doorway(entrance: Entrance | None) -> Doorway:
    """Return the door of Slack's deliveries, which is there in HTTP mode only."""
    if entrance is None:
        return Doorway()
    door = Door(method="POST", path=PATH, access=Access.SLACK, handler=entrance.answer)
    return Doorway(doors=[door], guards={Access.SLACK: entrance.admit})


def notes_parts(house: House) -> NotesParts:
    """Return what the page of notes needs."""
    return NotesParts(editing=house.releases.editing)


def whereabouts(house: House, slack: Workspace) -> Whereabouts:
    """Return what finds the card of a release: its announcement, else the card of its file."""
    addresses = CardAddresses(slack.postings, slack.whoami)

    async def where(release_id: str) -> str | None:
        uploads = await house.releases.cards.uploads_of(release_id)
        keys = [f"release:{release_id}:", *(f"upload:{one}:" for one in uploads)]
        return await addresses.first_of(keys)

    return where


def enrol_parts(ground: Ground, house: House) -> EnrolParts:
    """Return what the pages of enrolment need; profiles are signed where there is a certificate."""
    certificate = ground.settings.enrolment_certificate_file
    key = ground.settings.enrolment_key_file
    signer = SignerFiles(certificate=certificate, key=key) if certificate and key else None
    return EnrolParts(enrolments=house.devices.enrolment, signer=signer)


def my_parts(house: House) -> MyParts:
    """Return what the pages of testers need."""
    room = house.installing
    return MyParts(pages=room.pages, builds=room.builds, grants=room.grants)


def join_parts(house: House) -> JoinParts:
    """Return what the pages of those who join need."""
    return JoinParts(
        links=house.people.links, joining=house.people.joining, pages=house.installing.pages
    )


def rates(settings: Settings) -> RequestRates:
    return RequestRates(
        per_address=settings.rate_per_address,
        per_link=settings.rate_per_link,
        in_vain=settings.rate_in_vain,
    )


def handing(ground: Ground, house: House) -> Handing | None:
    """Return what hands packages over to the proxy, where it is to send them."""
    if ground.settings.sendfile == "off":
        return None
    return Handing(
        proxy=Proxy(ground.settings.sendfile),
        key=ground.key,
        blobs=ground.blobs,
        receipts=house.installing.receipts,
    )


def alive(slack: Workspace, socket: Socket | None) -> dict[str, Check]:
    """Return what only a restart or an admin can mend."""

    async def standing() -> str:
        return slack.standing.complaint

    async def connected() -> str:
        assert socket is not None
        return socket.complaint

    checks: dict[str, Check] = {"slack": standing}
    if socket is not None:
        checks["socket"] = connected
    return checks


def about(ground: Ground, slack: SlackSide) -> About:
    """Return what says which installation this is, and what of Slack is missing."""
    name, entrance = installation_id(ground.key), slack.entrance

    def say() -> dict[str, object]:
        said = [slack.workspace.standing.lack, entrance.note if entrance is not None else ""]
        return {"installation": name, "notes": [sentence for sentence in said if sentence]}

    return say


def answers(act: Callable[[], Awaitable[object]]) -> Check:
    async def ask() -> str:
        await act()
        return ""

    return ask


@asynccontextmanager
async def serving(
    ground: Ground, house: House, slack: SlackSide, *, engine: Check
) -> AsyncGenerator[int]:
    """Serve the web and yield the port that was really taken. Raise SettingsWrong for a bad one."""
    doorway = slack_doorway(slack.entrance)
    app = make_web(
        WebParts(
            grants=house.installing.grants,
            installabilities=house.installing.installabilities,
            receipts=house.installing.receipts,
            blobs=ground.blobs,
            links=ground.links,
            alive=alive(slack.workspace, slack.socket),
            about=about(ground, slack),
            ready={
                "database": database_answers(ground.database),
                "blobs": blobs_answer(ground.blobs),
                "engine": engine,
                "writing": takes_writing(ground.database, ground.blobs),
            },
            doors=[
                icon_door(ground.blobs, house.releases.cards.is_icon),
                release_door(whereabouts(house, slack.workspace)),
                *doorway.doors,
            ],
            guards=doorway.guards,
            notes=notes_parts(house),
            apple=AppleParts(setup=house.apple.setup),
            enrol=enrol_parts(ground, house),
            mine=my_parts(house),
            joining=join_parts(house),
            troubles=house.following.troubles,
            handing=handing(ground, house),
            rates=rates(ground.settings),
            proxies=ground.settings.trusted_proxies,
        )
    )
    runner = make_runner(app)
    await runner.setup()
    try:
        await _listen(runner, ground.settings)
        port = int(runner.addresses[0][1])
        logger.info("Listening on %s, port %s.", ground.settings.host, port)
        yield port
    finally:
        await runner.cleanup()


async def _listen(runner: web.AppRunner, settings: Settings) -> None:
    try:
        await web.TCPSite(runner, settings.host, settings.port).start()
    except OSError as error:
        raise SettingsWrong(
            f"Slipway cannot listen on {settings.host}, port {settings.port} "
            f"({os.strerror(error.errno or 0)}). Stop the other program there, or set "
            "SLIPWAY_HOST and SLIPWAY_PORT."
        ) from None
